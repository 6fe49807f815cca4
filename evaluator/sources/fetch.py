"""The door of the room: from a source to its snapshot."""

import importlib
from collections.abc import Mapping
from contextlib import AbstractContextManager

from evaluator.domain import Limits, Snapshot, Source, SourceKind
from evaluator.sources import refusals

# Kind -> (module, function). A module is imported when the first such source comes: importing what speaks to git, with
# GitPython, takes as long as the digest of a folder does.
_DOORS: Mapping[SourceKind, tuple[str, str]] = {
    SourceKind.PATH: ("path", "open_folder"),
    SourceKind.GIT: ("git", "open_repository"),
    SourceKind.ARCHIVE: ("archive", "open_archive"),
    SourceKind.README: ("readme", "open_readme"),
}


def fetch(source: Source, *, limits: Limits) -> AbstractContextManager[Snapshot]:
    """Return a context manager that gives the source's snapshot and leaves nothing behind.

    Entering it raises UnusableSource where the source cannot be graded and SourceUnavailable where it may be later.
    UnusableSource is raised at once where a source without commits has a deadline.
    """
    if source.until is not None and source.kind is not SourceKind.GIT:
        raise refusals.undated(source.kind)
    module, function = _DOORS[source.kind]
    door = getattr(importlib.import_module(f"evaluator.sources.{module}"), function)
    opened: AbstractContextManager[Snapshot] = door(source, limits=limits)
    return opened
