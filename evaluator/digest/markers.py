"""Folders that say of themselves that they are a cache or a virtual environment, and are believed."""

from collections.abc import Iterable, Iterator, Sequence

from evaluator.digest import imports, names
from evaluator.digest.project import Project, folder_of
from evaluator.digest.walk import Candidate
from evaluator.domain import Entry, Snapshot

_MOST = 100  # markers that are read
_HEAD = 4096  # bytes of one that are looked at
_SCANNED_FILES = 400  # of the files outside, in which imports of what is inside are looked for
_SCANNED_BYTES = 1 << 20


def folders(snapshot: Snapshot, files: Sequence[Candidate]) -> frozenset[str]:
    """Return the folders (in lower case) that carry a genuine marker and hold nothing that the rest imports.

    *files* are the candidates as they are where no marker counts.
    """
    found = sorted(_marked(snapshot, files))
    if not found:
        return frozenset()
    code = [file for file in files if file.hidden is None and file.file_class in {"code", "manifest"}]
    outside = [file for file in code if not any(_is_below(file.folder, folder) for folder in found)]
    contents = {entry.path: data for entry, data in snapshot.read(_scanned(outside))}
    project = Project([file.entry.path for file in code], contents)
    imported = imports.reached(project, entry_points=()).importers
    used = {folder_of(path).lower() for path, importers in imported.items() if importers}
    return frozenset(folder for folder in found if not any(_is_below(place, folder) for place in used))


def _marked(snapshot: Snapshot, files: Iterable[Candidate]) -> Iterator[str]:
    marks = [file for file in files if file.name in names.MARKERS and file.folder][:_MOST]
    for file, (_, data) in zip(marks, snapshot.read([file.entry for file in marks]), strict=True):
        if names.MARKERS[file.name].search(data[:_HEAD]):
            yield file.folder


def _is_below(place: str, folder: str) -> bool:
    return f"{place}/".startswith(f"{folder}/")


def _scanned(files: Iterable[Candidate]) -> list[Entry]:
    chosen: list[Entry] = []
    size = _SCANNED_BYTES
    for file in sorted(files, key=lambda file: (file.depth, file.path)):
        if file.entry.size <= size and len(chosen) < _SCANNED_FILES:
            chosen.append(file.entry)
            size -= file.entry.size
    return chosen
