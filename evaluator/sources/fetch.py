"""The door of the room: from a source to its snapshot."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from evaluator.domain import Limits, Snapshot, Source, SourceKind
from evaluator.sources.archive import open_archive
from evaluator.sources.git import open_repository
from evaluator.sources.path import open_folder
from evaluator.sources.readme import open_readme

_DOORS: Mapping[SourceKind, Callable[..., AbstractContextManager[Snapshot]]] = {
    SourceKind.PATH: open_folder,
    SourceKind.GIT: open_repository,
    SourceKind.ARCHIVE: open_archive,
    SourceKind.README: open_readme,
}


def fetch(source: Source, *, limits: Limits) -> AbstractContextManager[Snapshot]:
    """Return a context manager that gives the source's snapshot and leaves nothing behind.

    Entering it raises UnusableSource where the source cannot be graded and SourceUnavailable where it may be later.
    """
    return _DOORS[source.kind](source, limits=limits)
