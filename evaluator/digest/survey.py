"""What a project leads to from where it starts, found out from the heads of as few files as will do."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evaluator.digest import imports, names
from evaluator.digest.glossary import GLOSSARY, HANGUL
from evaluator.digest.packages import Packages
from evaluator.digest.project import Project
from evaluator.digest.walk import Candidate, is_continuous

SCANNED_FILES = 400  # that are read for their imports: more cost more than they change
SCANNED_BYTES = 1 << 20
_HEAD = 24 << 10  # bytes of a file in which imports are looked for
_TELLING_FILES = 100  # manifests and the like, read for the entry points that they declare
_TELLING_BYTES = 512 << 10
_TELLING = frozenset({"xml", "properties", "yml", "yaml", "js", "ts", "mjs", "cjs"})
_TELLING_NAMES = (*names.CONTAINERS, *names.ALIASES)
_TELLING_HEADS = frozenset(name[:3] for name in _TELLING_NAMES)
_ENTRY_DEPTH = 2  # folders below a package's in which a name alone makes an entry point
Read = Callable[[Sequence[Candidate]], Iterable[tuple[Candidate, bytes]]]
_MENTION = re.compile(r"[\w./@+-]{3,400}")
_WORD = re.compile(r"[^\W\d]\w{3,60}")
_TOPICAL = re.compile(  # a heading, what is said to matter, an address on a server
    r"^[ \t]{0,8}#{1,6}[ \t][^\n]{1,300}|\*\*[^*\n]{1,100}\*\*|(?<=[ \"'`])/[a-z][\w/:{}-]{1,100}", re.MULTILINE
)
_TOPIC = re.compile(r"[A-Za-z]{3,40}")
_MOST_TEXT = 100_000  # characters of a README in which topics are looked for
_CHECKS = re.compile(
    rb"\b(?:pytest|tox|nox|unittest|jest|vitest|playwright|cypress|phpunit|rspec|mypy|ruff|eslint|clippy|golangci|ctest"
    rb"|(?:npm|yarn|pnpm|bun|cargo|go|mvnw?|gradlew?|make|mix|dotnet|swift|rake|composer|flutter|sbt)[ \t]++"
    rb"(?:run[ \t]++)?(?:ci:)?(?:test|check|verify|build|lint|vet))\b"
)


@dataclass(frozen=True)
class Survey:
    """What the README names, and what the entry points lead to."""

    named: frozenset[str] = frozenset()  # paths
    words: frozenset[str] = frozenset()  # of the README, in lower case
    topics: frozenset[str] = frozenset()  # what the README's headings and addresses name, in lower case and English
    checking: frozenset[str] = frozenset()  # paths of what runs on every change and tests, builds or checks
    declared: frozenset[str] = frozenset()  # paths of the entry points that manifests and the like tell of
    usual: frozenset[str] = frozenset()  # paths of the source files that are entry points by their name and place
    reached: frozenset[str] = frozenset()
    importers: Mapping[str, int] = field(default_factory=dict)  # path -> reached files that import it
    depths: Mapping[str, int] = field(default_factory=dict)  # path -> imports between it and where the program starts
    complete: bool = False  # every file was scanned: what is not reached now, nothing reaches


def telling(files: Iterable[Candidate]) -> list[Candidate]:
    """Return the manifests, then the configuration that may name source files; the nearest to the top first, capped."""
    ranks = ((_telling_rank(file), file) for file in files if file.file_class in {"manifest", "config"})
    found = [(rank, file.depth, file.path, file) for rank, file in ranks if rank is not None]
    return _capped((file for *_, file in sorted(found)), files=_TELLING_FILES, size=_TELLING_BYTES)


def _telling_rank(file: Candidate) -> int | None:
    if file.file_class == "manifest":
        return 0
    if (file.name[:3] in _TELLING_HEADS and file.name.startswith(_TELLING_NAMES)) or is_continuous(file):
        return 1
    return 2 if file.suffix in _TELLING else None


def _capped(ranked: Iterable[Candidate], *, files: int, size: int) -> list[Candidate]:
    """Return the first so many files that have at most *size* bytes together; what does not fit is passed over."""
    chosen: list[Candidate] = []
    for file in ranked:
        if len(chosen) == files:
            break
        if file.entry.size <= size:
            chosen.append(file)
            size -= file.entry.size
    return chosen


def source(files: Iterable[Candidate]) -> list[Candidate]:
    """Return the files that are source, tests left out."""
    return [file for file in files if file.hidden is None and file.file_class == "code"]


def mentions(files: Iterable[Candidate], readme: str) -> frozenset[str]:
    """Return the paths that the README names, whole or by a file name that is the only one of its kind."""
    found = {mention.removeprefix("./").rstrip("/.").lstrip("/") for mention in _MENTION.findall(readme)}
    by_name: dict[str, list[str]] = {}
    named = set()
    for file in files:
        by_name.setdefault(file.path.rpartition("/")[2], []).append(file.path)
        if file.path in found:
            named.add(file.path)
    for mention in found:
        paths = by_name.get(mention, ())
        if len(paths) == 1:
            named.add(paths[0])
    return frozenset(named)


def words(text: str) -> frozenset[str]:
    """Return the words of a text in lower case, those of three letters and fewer left out."""
    return frozenset(map(str.lower, _WORD.findall(text)))


def topics(text: str) -> frozenset[str]:
    """Return what a README's headings, strong words and addresses name, in lower case, and what the Korean ones mean.

    Names in the source of a Korean project are English all the same.
    """
    text = text[:_MOST_TEXT]
    found = {word.lower() for part in _TOPICAL.findall(text) for word in _TOPIC.findall(part)}
    if HANGUL.search(text):
        for korean, english in GLOSSARY.items():
            if korean in text:
                found.update(english.split())
    return frozenset(found)


def checking(contents: Mapping[str, bytes], files: Iterable[Candidate]) -> frozenset[str]:
    """Return the paths of what runs on every change and tests, builds or checks, as the files that were read say."""
    found = (file.path for file in files if is_continuous(file))
    return frozenset(path for path in found if _CHECKS.search(contents.get(path, b"")))


def followed(
    known: Survey, files: Sequence[Candidate], *, contents: dict[str, bytes], read: Read, project: Project | None = None
) -> Survey:
    """Return the survey with what the starts lead to; what is read for it is put into *contents* (path -> bytes).

    Scanned are, within a cap, the starts and what lies near the top; the rest can be reached but not followed.
    *project* is that of *files*, where there is one already.
    """
    heads = dict(contents)  # manifests and the like: they say what a name in an import stands for
    ranked = sorted(files, key=lambda file: _turn(file, known))
    scanned = _capped(ranked, files=SCANNED_FILES, size=SCANNED_BYTES)
    for file, data in read(scanned):
        contents[file.path] = data
        heads[file.path] = data[:_HEAD]
    project = project or Project([file.path for file in files])
    found = imports.reached(project.holding(heads), entry_points=known.declared)
    complete = len(scanned) == len(files)
    return replace(known, reached=found.reached, importers=found.importers, depths=found.depths, complete=complete)


def _turn(file: Candidate, known: Survey) -> tuple[bool, bool, int, str]:
    """Return when a file is scanned: where programs start, then what lies near the top."""
    starts = file.path in known.declared or file.path in known.usual
    return not starts, not names.DULL_FOLDERS.isdisjoint(file.folder.split("/")), file.depth, file.path


def usual(files: Iterable[Candidate], *, packages: Packages) -> frozenset[str]:
    """Return the source files that are entry points by their name and place."""
    return frozenset(file.path for file in files if _is_start(file, packages.of(file)))


def _is_start(file: Candidate, package: str) -> bool:
    if file.suffix in names.DEEP and file.stem.endswith("application"):
        return True
    if file.stem not in names.ENTRY_POINTS or file.suffix in names.SOFT:
        return False
    inside = file.folder[len(package) :].lstrip("/")
    if file.stem in names.NEAR_ENTRY_POINTS:
        return inside in names.ENTRY_FOLDERS
    return file.suffix in names.DEEP or inside.count("/") < _ENTRY_DEPTH
