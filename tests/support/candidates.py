"""Candidates of a project in memory, as `evaluator.digest.walk` tells them."""

from collections.abc import Collection, Mapping

from evaluator.digest.walk import Candidate, candidates, readmes
from tests.support.snapshots import MemorySnapshot


def candidates_of(files: Mapping[str, str | bytes] | Collection[str], *, own: Collection[str] = ()) -> list[Candidate]:
    """Return the candidates of *files* (path -> content, or only paths) besides a README that is added at the top."""
    contents = files if isinstance(files, Mapping) else dict.fromkeys(files, "x = 1\n")
    entries = MemorySnapshot({"README.md": "# Demo\n", **contents}).entries
    found = candidates(entries, readme=readmes(entries)[0], own=own)
    return [file for file in found if file.file_class != "readme"]


def candidate(path: str, size: int = 10, *others: str) -> Candidate:
    """Return the candidate at *path* with *size* bytes, in a project that has *others* too."""
    files = {**dict.fromkeys(others, b"x"), path: b"x" * size}
    return next(file for file in candidates_of(files) if file.entry.path == path)
