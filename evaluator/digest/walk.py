"""What each file of a snapshot is, told from its path, then from its first bytes."""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from evaluator.digest import names
from evaluator.digest.text import printable
from evaluator.domain import Entry, FileClass

# Why a file is listed and not shown
SECRETS = "secret file"
LOCK = "lock file"
VENDORED = "vendored"
MEDIA = "media or document"
BINARY = "binary"
DATA = "data"
AGENT = "agent boilerplate"
EDITOR = "editor settings"
GENERATED = "generated"
MINIFIED = "minified"
TRANSLATION = "translation of the README"
EMPTY = "empty"
TOO_LARGE = "too large"  # as `evaluator.sources.tree` says it; such a file is never read

_LANGUAGE = re.compile(r"(?P<language>[a-z]{2}|[^\W\d_]{2,10})(?:[-_][a-z]{2,4})?")
_README_KINDS = (  # the best first
    "md", "markdown", "mdown", "mkd", "mkdn", "mdx", "", "rst", "adoc", "asciidoc", "asc", "org", "textile", "rdoc",
    "pod", "mediawiki", "creole", "txt", "md.txt",
)  # fmt: skip
_README_FIRST = ("", "ko", "kr", "korean", "한국어", "en", "english")  # the best first, then the rest
OTHERS = len(_README_FIRST)  # the rank of a README in any other language
_TEST_NAME = re.compile(r"(?:^|[._-])(?:tests?|spec)(?:[._-]|$)|^conftest$", re.IGNORECASE)
_TEST_CAMEL = re.compile(r"(?:^Test[A-Z]\w{0,200}|(?:Tests?|Spec|IT))$")
_KINDS: dict[str, FileClass] = {
    **dict.fromkeys(names.SUFFIXES_CONFIG, "config"),
    **dict.fromkeys(names.SUFFIXES_DOC, "doc"),
    **dict.fromkeys(names.SUFFIXES_CODE, "code"),
}
_LISTED = {
    **dict.fromkeys(names.SUFFIXES_MEDIA, MEDIA),
    **dict.fromkeys(names.SUFFIXES_BINARY, BINARY),
    **dict.fromkeys(names.SUFFIXES_DATA, DATA),
}
_CONFIG = (*names.CONTAINERS, ".env")
_CONFIG_HEADS = frozenset(name[:3] for name in _CONFIG)
_BY_NAME = {
    **dict.fromkeys(names.VENDORED_FILES, VENDORED),
    **dict.fromkeys(names.LOCK_FILES, LOCK),
    **dict.fromkeys(names.AGENT_FILES, AGENT),
    **dict.fromkeys(names.GENERATED_FILES, GENERATED),
    **dict.fromkeys(names.SECRET_FILES, SECRETS),
}
_EDITOR_ENDS = re.compile(r"\.(?:xcodeproj|xcworkspace)(?:/|$)")
_BUILT_ENDS = re.compile(r"\.egg-info(?:/|$)")
_WEB = frozenset({"js", "css", "mjs"})
_DOC_STEMS = frozenset(names.LICENCES) | {"changelog", "contributing", "authors", "notice"}


class _Suffix(NamedTuple):
    """What a suffix tells."""

    kind: FileClass | None = None
    listed: str | None = None
    most: float = math.inf  # bytes; a larger one is data
    is_secret: bool = False
    is_manifest: bool = False
    is_made: bool = False  # by tools
    is_web: bool = False
    minified: tuple[str, ...] = ()  # how names end of such a suffix that are not written by hand
    generated: tuple[str, ...] = ()


def _suffix(suffix: str) -> _Suffix:
    return _Suffix(
        kind=_KINDS.get(suffix),
        listed=_LISTED.get(suffix),
        most=names.LARGE_DATA.get(suffix, math.inf),
        is_secret=suffix in names.SUFFIXES_SECRET,
        is_manifest=suffix in names.SUFFIXES_MANIFEST,
        is_made=suffix in names.SUFFIXES_GENERATED,
        is_web=suffix in _WEB,
        minified=tuple(end for end in names.MINIFIED_ENDS if end.endswith(f".{suffix}")),
        generated=tuple(end for end in names.GENERATED_ENDS if end.endswith(f".{suffix}")),
    )


class Candidate(NamedTuple):
    """A file with what its path tells; there are thousands of them."""

    entry: Entry
    path: str  # printable
    file_class: FileClass
    hidden: str | None  # why it is listed only
    folder: str  # all in lower case from here on; without a trailing slash
    name: str
    stem: str  # the name without its suffixes
    suffix: str  # the last one, without the dot
    kept: bool = False  # its author says that it is not generated

    @property
    def depth(self) -> int:
        """The number of folders above it."""
        return self.path.count("/")


class _Folder(NamedTuple):
    """What a folder tells of the files in it."""

    hidden: str | None
    is_test: bool
    is_fixture: bool  # material for tests
    is_sample: bool  # the same, but for what is named like a test
    is_continuous: bool  # what runs on every change


def is_continuous(file: Candidate) -> bool:
    """Return whether a file says what runs on every change."""
    return file.folder.startswith(names.CONTINUOUS_FOLDERS) or (
        not file.folder and file.name.startswith(names.CONTINUOUS_FILES)
    )


def readmes(entries: Iterable[Entry], *, folder: str = "") -> list[Entry]:
    """Return the READMEs right in a folder (in lower case) that are not empty, the best first."""
    found, depth = [], folder.count("/") + bool(folder)
    for entry in entries:
        if entry.size and entry.path.count("/") == depth:
            place, _, name = entry.path.rpartition("/")
            if place.lower() == folder and (rank := readme_rank(name)) is not None:
                found.append((rank, entry.path, entry))
    return [entry for _, _, entry in sorted(found, key=lambda row: row[:2])]


def readme_rank(name: str) -> tuple[int, int] | None:
    """Return how good a README this name is, the best least, or None: its language, then its kind."""
    lowered = name.lower()
    if not lowered.startswith("readme"):
        return None
    rest, dot, kind = lowered[6:].rpartition(".")
    if kind == "txt" and rest.endswith(".md"):  # as an editor names it that hides what it adds
        rest, kind = rest[:-3], "md.txt"
    if not dot:
        rest, kind = kind, ""
    language = _language(rest)
    if kind not in _README_KINDS or language is None or (rest and not kind):
        return None
    place = _README_FIRST.index(language) if language in _README_FIRST else OTHERS
    return place, _README_KINDS.index(kind)


def _language(mark: str) -> str | None:
    """Return the language that stands behind `readme`: empty where nothing does, None where it is something else."""
    match = _LANGUAGE.fullmatch(mark[1:]) if mark[:1] in {".", "_", "-"} else None
    if match is None:
        return "" if not mark else None
    return match["language"] if match["language"] in names.LANGUAGES else None


def candidates(
    entries: Sequence[Entry], *, readme: Entry | None, own: Collection[str] = (), marked: Collection[str] = ()
) -> list[Candidate]:
    """Return every entry with its class, in the same order.

    *own* are the paths of which the author says that they are neither vendored nor generated, *marked* the folders (in
    lower case) that are caches or environments.
    """
    walk = _Walk(entries, own=own, marked=marked)
    return [walk.candidate(*row, is_readme=row[0] is readme) for row in walk.rows]


class _Walk:
    """One pass over all paths; what a folder tells is found out once."""

    def __init__(self, entries: Sequence[Entry], *, own: Collection[str], marked: Collection[str]) -> None:
        self.rows: list[tuple[Entry, str, str]] = []  # with its folder and name in lower case
        self._own = own
        self._folders: dict[str, _Folder] = {}
        self._suffixes: dict[str, _Suffix] = {}
        self._marked = set(marked)  # folders with nothing of the author's in them
        self._licensed: set[str] = set()
        self._our_vendors: set[str] = set()
        for entry in entries:
            folder, _, name = entry.path.lower().rpartition("/")
            self.rows.append((entry, folder, name))
            if name == "podfile":
                self._marked.add(f"{folder}/pods".lstrip("/"))
            elif name in names.VENDOR_IS_OURS:
                self._our_vendors.add(folder)
            elif name.startswith(names.LICENCES):
                self._licensed.add(folder)
        self._marked.discard("")

    def candidate(self, entry: Entry, folder: str, name: str, *, is_readme: bool) -> Candidate:
        """Return what the path tells of one entry."""
        path = entry.path
        own = path in self._own
        if not path.isprintable():
            path = printable(path)
            folder, _, name = path.lower().rpartition("/")
        stem, dot, suffix = name.rpartition(".")
        if not dot:
            stem, suffix = name, ""
        short = stem.partition(".")[0] or stem if "." in stem else stem
        if is_readme:
            return Candidate(entry, path, "readme", None, folder, name, short, suffix)
        about = self._folders.get(folder) or self._folders.setdefault(folder, self._folder(folder))
        told = self._suffixes.get(suffix) or self._suffixes.setdefault(suffix, _suffix(suffix))
        hidden = _hidden(entry, about, folder, name, told)
        if own and hidden in {VENDORED, GENERATED, MINIFIED}:
            hidden = told.listed
        file_class = _class(path, about, folder, name, stem, told)
        return Candidate(entry, path, file_class, hidden, folder, name, short, suffix, own)

    def _folder(self, folder: str) -> _Folder:
        parts = folder.split("/")
        every, data = names.TEST_FOLDERS, None
        if "data" in parts:
            data = next((n for n, f in enumerate(parts) if f == "data" and not every.isdisjoint(parts[:n])), None)
        return _Folder(
            hidden=self._why_hidden(folder, parts),
            is_test=not every.isdisjoint(parts),
            is_fixture=not names.FIXTURE_FOLDERS.isdisjoint(parts) or (data is not None and data < len(parts) - 1),
            is_sample=data is not None,
            is_continuous=folder.startswith(names.CONTINUOUS_FOLDERS),
        )

    def _why_hidden(self, folder: str, parts: Sequence[str]) -> str | None:
        if self._is_vendored(parts):
            return VENDORED
        if not names.AGENT_FOLDERS.isdisjoint(parts) or f"{folder}/".startswith(names.AGENT_PLACES):
            return AGENT
        if not names.EDITOR_FOLDERS.isdisjoint(parts) or (".xc" in folder and _EDITOR_ENDS.search(folder)):
            return EDITOR
        if not names.BUILT_FOLDERS.isdisjoint(parts) or (".egg-info" in folder and _BUILT_ENDS.search(folder)):
            return GENERATED
        return None

    def _is_vendored(self, parts: Sequence[str]) -> bool:
        if not names.VENDORED_FOLDERS.isdisjoint(parts):
            return True
        if not self._marked and names.VENDOR_FOLDERS.isdisjoint(parts) and names.VENDOR_LIKE.isdisjoint(parts):
            return False
        above = ""
        for n, part in enumerate(parts):
            here = f"{above}/{part}" if above else part
            if here in self._marked:
                return True
            if part in names.VENDOR_FOLDERS and here not in self._our_vendors:
                if (parts[n - 1] if n else "") in names.VENDOR_PARENTS:
                    return True
            elif part in names.VENDOR_LIKE and len(parts) > n + 1 and f"{here}/{parts[n + 1]}" in self._licensed:
                return True
            above = here
        return False


def _hidden(entry: Entry, about: _Folder, folder: str, name: str, told: _Suffix) -> str | None:
    """Return why a file is listed only, as far as its path and size tell."""
    known = _BY_NAME.get(name)
    if (known is SECRETS or told.is_secret or name.startswith(".env.")) and not _is_harmless(name):
        return SECRETS
    if about.hidden is VENDORED or (told.is_web and _is_library(name)):
        return VENDORED
    reason = known or (about.hidden if about.hidden is AGENT else None) or told.listed
    if reason or entry.size > told.most:
        return reason or DATA
    if made := about.hidden or _made_by_tools(name, told):
        return made
    if name.startswith("readme") and _is_translation(folder, name):
        return TRANSLATION
    return None if entry.size else EMPTY


def _is_harmless(name: str) -> bool:
    return name.endswith(names.HARMLESS_ENV) and ".env" in name


def _made_by_tools(name: str, told: _Suffix) -> str | None:
    if told.minified and name.endswith(told.minified) and ("_" in name or "-" in name or name.count(".") > 1):
        return MINIFIED
    return GENERATED if told.is_made or (told.generated and name.endswith(told.generated)) else None


def _is_library(name: str) -> bool:
    """Return whether a file is somebody's library for the web by its name and version; else its content has to tell."""
    match = names.VENDORED_LIBRARY.fullmatch(name)
    return match is not None and match["version"] is not None


def _is_translation(folder: str, name: str) -> bool:
    """Return whether a file says once more what the README says; one at the top that is not the README always does."""
    rank = readme_rank(name)
    return rank is not None and (not folder or rank[0] > 0)


def _class(path: str, about: _Folder, folder: str, name: str, stem: str, told: _Suffix) -> FileClass:
    kind = told.kind
    if about.is_fixture or (about.is_sample and not _TEST_NAME.search(stem)):
        return "other"
    if name in names.MANIFESTS or told.is_manifest or _is_requirements(name):
        return "manifest"
    if kind == "doc":
        return "doc"
    if about.is_continuous or (kind == "code" and "." in stem and _is_tools(stem)):
        return "config"
    if kind == "code":
        return "test" if about.is_test or _is_test(stem, path) else "code"
    return _class_of_the_rest(folder, name, stem, kind)


def _class_of_the_rest(folder: str, name: str, stem: str, kind: FileClass | None) -> FileClass:
    """Return the class of what is neither program nor document by its suffix: its name may tell."""
    if _is_config(folder, name):
        return "config"
    if stem in _DOC_STEMS or name in _DOC_STEMS:
        return "doc"
    return "config" if kind == "config" or _is_settings(name) else "other"


def _is_config(folder: str, name: str) -> bool:
    """Return whether a file is for containers, environments, or what runs on every change."""
    return (name[:3] in _CONFIG_HEADS and name.startswith(_CONFIG)) or (
        not folder and name.startswith(names.CONTINUOUS_FILES)
    )


def _is_settings(name: str) -> bool:
    """Return whether a hidden file without a known suffix configures a tool: `.npmrc`, `.dockerignore`."""
    return name.startswith(".") and name.endswith(names.SETTINGS_ENDS)


def _is_tools(stem: str) -> bool:
    """Return whether a program only configures a tool: `vite.config.ts`, `.eslintrc.js`."""
    return stem.endswith((".config", ".conf")) or (stem.startswith(".") and stem.endswith("rc"))


def _is_requirements(name: str) -> bool:
    return name.startswith("requirements") and name.endswith((".txt", ".in"))


def _is_test(stem: str, path: str) -> bool:
    if "test" not in stem and "spec" not in stem and not stem.endswith("it"):
        return False
    if _TEST_NAME.search(stem):
        return True
    return _TEST_CAMEL.search(path.rpartition("/")[2].partition(".")[0]) is not None
