"""Repositories under a trusted folder of our own disk (`file://`): git may not be led out of it by what lies there."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from evaluator.domain import Source
from evaluator.errors import UnusableSource
from evaluator.settings import parse_forge
from evaluator.sources import refusals, urls

_PLACES = ("", "/.git", ".git", ".git/.git")  # where upload-pack looks for the repository that a path means
_INSIDE = ("HEAD", "config", "objects", "objects/pack", "objects/info", "refs", "refs/heads", "packed-refs")
_INCLUDE = re.compile(rb"^[ \t]*\[[ \t]*include", re.IGNORECASE | re.MULTILINE)
_MOST = 1 << 20  # bytes of a configuration, or of a list of alternates


def folders(forges: Iterable[str]) -> tuple[str, ...]:
    """Return the folders among the trusted forges, without a trailing slash."""
    return tuple(folder.rstrip("/") for forge in forges if (folder := parse_forge(forge)["folder"]) is not None)


def check(path: str, source: Source, *, forges: Iterable[str]) -> None:
    """Raise UnusableSource where the repository at *path* is not whole within one of the trusted folders.

    `untrusted_source` where a link, a list of alternates or an include leads out; `bad_repository` where a file merely
    points to a repository.
    """
    roots = [os.path.realpath(folder) for folder in folders(forges)]
    for place in (Path(f"{path}{suffix}") for suffix in _PLACES):
        if not os.path.lexists(place):
            continue
        if not place.is_dir():
            raise refusals.broken(source.name)
        for inner in (place, *(place / name for name in _INSIDE)):
            _require_within(inner, roots)
        for alternate in _lines(place / "objects/info/alternates"):
            _require_within(place / "objects" / alternate, roots)
        if _INCLUDE.search(_content(place / "config")) or _INCLUDE.search(_content(place / "config.worktree")):
            raise _leads_out()


def _require_within(path: Path, roots: Iterable[str]) -> None:
    if not any(Path(os.path.realpath(path)).is_relative_to(root) for root in roots):
        raise _leads_out()


def _lines(path: Path) -> Iterator[str]:
    for line in _content(path).splitlines():
        if line.strip() and not line.startswith(b"#"):
            yield os.fsdecode(line.strip(b'"'))


def _content(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_MOST)


def _leads_out() -> UnusableSource:
    return urls.untrusted("the repository leads out of the folder that MODU_TRUSTED_FORGES lists")
