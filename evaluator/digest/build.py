"""The door of the room: from a snapshot to the digest that the judge is shown (digest spec)."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from evaluator.digest import (
    assembly,
    attributes,
    content,
    entries,
    labels,
    markers,
    readme,
    render,
    select,
    survey,
    walk,
)
from evaluator.digest.labels import Labels
from evaluator.digest.names import LARGE_DATA, SOFT
from evaluator.digest.packages import Packages, packages
from evaluator.digest.plain import Plain, measured
from evaluator.digest.project import Project
from evaluator.digest.shown import Shown
from evaluator.digest.survey import Survey
from evaluator.digest.text import Text
from evaluator.digest.tokens import estimate
from evaluator.digest.walk import Candidate
from evaluator.domain import Digest, Entry, Privacy, Skipped, Snapshot
from evaluator.errors import UnusableSource

_MINOR = frozenset({walk.MEDIA, walk.BINARY, walk.DATA, walk.GENERATED, walk.MINIFIED, walk.EMPTY, walk.EDITOR})
_UNLISTED = frozenset({walk.VENDORED, walk.AGENT})  # in the list of what is not shown, not in the tree
_TEXT_BYTES = 64 << 20
_LARGE = 1 << 20  # bytes of what is too large, where nobody knows how large
_SHRINKS = 2  # times at most: a line end of two characters becomes one
_EACH = 500  # tokens that one file may have, however small the budget


def build(
    snapshot: Snapshot,
    *,
    budget: int,
    mark: str,
    key: bytes | None = None,
    privacy: Privacy = "full",
    text_bytes: int = _TEXT_BYTES,
) -> Digest:
    """Return the digest of a snapshot in at most *budget* estimated tokens; equal trees give equal bytes.

    *mark* is the secret word of the fences, *key* that under which masks of secrets are named; without one it is the
    tree's id, and a mask changes with any file. With privacy `readme` only the README and the tree are shown. Raises
    UnusableSource (`empty_project`, `too_much_text` where the files that could be shown have more than *text_bytes*),
    NoReadme where there is none that can be read, SourceUnavailable where the snapshot cannot be read.
    """
    key = snapshot.tree.encode() if key is None else key
    name, struck = labels.of_project(snapshot.name, key=key)
    if not snapshot.entries:
        raise UnusableSource(f"There is nothing to read in {name!r}. Add the project's files.", code="empty_project")
    snapshot, entry, text = _with_readme(Plain(snapshot), called=name)
    files = _candidates(snapshot, readme=entry, text=text, privacy=privacy)
    _refuse_too_much(files, name=name, most=text_bytes)
    shown = Shown(snapshot, key=key, budget=budget, left=budget)
    files, shown.skipped, called = _called(files, snapshot, key=key)
    shown.struck = struck + called.struck
    listing = _listing(files, shown.skipped, budget=math.floor(budget * select.TREE))
    shown.left -= estimate(listing) + math.floor(budget * select.NOT_SHOWN)
    top = next(file for file in files if file.file_class == "readme")
    shown.readme(top, text, room=math.floor(budget * select.README), promises=readme.promises)
    known = _fill(shown, files, text) if privacy == "full" else Survey(reached=_all_source(files))
    return assembly.digest(
        shown,
        files,
        survey=known,
        listing=listing,
        readme=top,
        mark=mark,
        privacy=privacy,
        called=assembly.Called(name, called.findings),
    )


def _with_readme(snapshot: Plain, *, called: str) -> tuple[Plain, Entry, Text]:
    """Return the snapshot with its README; where this has other line ends, with the plain sizes of what may be shown.

    How files are chosen goes by their sizes, and those of a whole project with other line ends are all others.
    """
    entry, text = readme.find(snapshot, called=called)
    if not snapshot.is_other(entry):
        return snapshot, entry, text
    files = walk.candidates(snapshot.entries, readme=_at(entry.path, snapshot))
    snapshot = measured(snapshot, (file.entry for file in files if file.hidden is None or _may_be_data(file)))
    return snapshot, _at(entry.path, snapshot), text


def _at(path: str, snapshot: Plain) -> Entry:
    return next(entry for entry in snapshot.entries if entry.path == path)


def _may_be_data(file: Candidate) -> bool:
    """Return whether only its size makes a file data, and its plain size might not."""
    return file.hidden == walk.DATA and file.entry.size <= _SHRINKS * LARGE_DATA.get(file.suffix, 0)


def _candidates(snapshot: Snapshot, *, readme: Entry, text: Text, privacy: Privacy) -> list[Candidate]:
    """Return every file with what its path tells, and what the author says of it."""
    said = [entry for entry in snapshot.entries if entry.path == ".gitattributes"] if privacy == "full" else []
    own = [attributes.own(data, (entry.path for entry in snapshot.entries)) for _, data in snapshot.read(said)]
    files = walk.candidates(snapshot.entries, readme=readme, own=own[0] if own else ())
    if privacy == "full" and (marked := markers.folders(snapshot, files)):
        files = walk.candidates(snapshot.entries, readme=readme, own=own[0] if own else (), marked=marked)
    if content.is_about_agents(text.lines, files):
        return [file._replace(hidden=None) if file.hidden == walk.AGENT else file for file in files]
    return files


def _called(
    files: Sequence[Candidate], snapshot: Snapshot, *, key: bytes
) -> tuple[list[Candidate], list[tuple[str, Skipped]], Labels]:
    """Return the files, and what was skipped, under the names that may be shown, and what was found in these."""
    paths = [*(file.entry.path for file in files), *(thing.path for thing in snapshot.skipped)]
    names = labels.labels(paths, key=key)
    called = names.called
    named = [
        file if file.path == name else file._replace(path=name)
        for file, name in zip(files, called[: len(files)], strict=True)
    ]
    return named, list(zip(called[len(files) :], snapshot.skipped, strict=True)), names


def _refuse_too_much(files: Sequence[Candidate], *, name: str, most: int) -> None:
    if sum(file.entry.size for file in files if file.hidden is None) > most:
        raise UnusableSource(
            f"{name!r} has more than {most} bytes of text besides data, vendored and generated files. Grade a"
            " part of it with --subdir, leave out what is no source, or raise MODU_MAX_TEXT_BYTES.",
            code="too_much_text",
        )


def _listing(files: Sequence[Candidate], skipped: Iterable[tuple[str, Skipped]], *, budget: int) -> str:
    names = [name for name, _ in skipped]
    own = [file for file in files if file.hidden not in _UNLISTED]
    minor = {file.path for file in own if file.hidden in _MINOR}
    return render.tree([*(file.path for file in own), *names], minor=minor.union(names), budget=budget)


def _all_source(files: Sequence[Candidate]) -> frozenset[str]:
    return frozenset(file.path for file in survey.source(files))


def _fill(shown: Shown, files: Sequence[Candidate], text: Text) -> Survey:
    """Spend what the README left on the other files, in the order of `select.stages`; return what was found out."""
    files = [file for file in files if file.hidden is None and file.file_class != "readme"]
    parts = packages(files)
    known = _survey(shown, files, "\n".join(text.lines), parts)
    kept = math.floor(shown.budget * select.TESTS) if any(file.file_class == "test" for file in files) else 0
    for stage in select.stages(files, survey=known, packages=parts):
        if kept and stage.files and stage.files[0].file_class == "test":
            kept = 0  # their turn
        each = max(_EACH, _tokens(shown, stage.each))
        if stage.widens:
            shown.widen(stage.files, each=each)
            if stage.each == 1:  # the program's own source has had all that it needs
                shown.take_late(each=_tokens(shown, select.LATE))
        else:
            most = min(_tokens(shown, stage.share), shown.left - kept)
            shown.take(stage.files, most=most, each=each, fills=stage.fills)
        if shown.left < shown.least:
            break
    shown.widen()
    return known


def _tokens(shown: Shown, share: Fraction) -> int:
    return math.floor(shown.budget * share)


def _survey(shown: Shown, files: Sequence[Candidate], text: str, packages: Packages) -> Survey:
    """Return what the entry points lead to; the files read for it stay in memory."""
    told = {file.path: data for file, data in shown.read(survey.telling(files))}
    code = survey.source(files)
    shown.unread = _unread(shown.skipped)
    project = Project([file.path for file in (*code, *shown.unread)], told)
    known = Survey(
        named=survey.mentions(files, text),
        words=survey.words(text),
        topics=survey.topics(text),
        checking=survey.checking(told, files),
        declared=entries.declared(project),
        usual=survey.usual(code, packages=packages),
    )
    shown.contents = told
    known = survey.followed(known, code, contents=shown.contents, read=shown.read, project=project)
    shown.needed = known.reached | known.declared | known.usual
    return known


def _unread(skipped: Iterable[tuple[str, Skipped]]) -> list[Candidate]:
    """Return the source files that are too large to be read; styles, pages and dumps are none."""
    large = [
        Entry(path=name, size=_LARGE if thing.size is None else thing.size, blob="")
        for name, thing in skipped
        if thing.reason == walk.TOO_LARGE
    ]
    return [file for file in survey.source(walk.candidates(large, readme=None)) if file.suffix not in SOFT]
