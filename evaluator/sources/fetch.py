"""The door of the room: from a source to its snapshot."""

from contextlib import AbstractContextManager

from evaluator.domain import Limits, Snapshot, Source, SourceKind
from evaluator.errors import UnusableSource
from evaluator.sources.git import open_repository
from evaluator.sources.path import open_folder


def fetch(source: Source, *, limits: Limits) -> AbstractContextManager[Snapshot]:
    """Return a context manager that gives the source's snapshot and leaves nothing behind.

    Entering it raises UnusableSource where the source cannot be graded and SourceUnavailable where it may be later.
    """
    match source.kind:
        case SourceKind.GIT:
            return open_repository(source, limits=limits)
        case SourceKind.PATH:
            return open_folder(source, limits=limits)
        case _:
            raise UnusableSource(
                f"A source of kind {source.kind.value!r} is not read yet. Give a git URL or a folder.",
                code="unsupported_source",
            )
