"""Builders of git repositories whose commits were made when a test says."""

import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.repositories import git

START = datetime.fromisoformat("2026-11-01T00:00:00+00:00")


def day(number: float) -> datetime:
    """Return the moment that many days after the first of the tests' calendar."""
    return START + timedelta(days=number)


def make_history(folder: Path, days: Iterable[float], *, message: bytes = b"Work\n", branch: str = "main") -> Path:
    """Make a repository whose *branch* has one commit for each of the *days*, in that order, and return the folder.

    Every commit has a README that says its day. Its upload-pack filters.
    """
    lines = [
        b"commit refs/heads/%s\nmark :%d\ncommitter Test <test@example.org> %d +0000\ndata %d\n%s"
        b"M 100644 inline README.md\ndata %d\n%s\n"
        % (branch.encode(), number, _seconds(each), len(message), message, len(text), text)
        for number, each in enumerate(days, start=1)
        for text in [b"# Day %g\n" % each]
    ]
    return import_commits(folder, lines, branch=branch)


def import_commits(folder: Path, lines: Sequence[bytes], *, branch: str = "main", raw: bool = False) -> Path:
    """Make a repository of what `git fast-import` is told, and return its folder; *raw* = with dates of any zone."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", f"--initial-branch={branch}")
    git(folder, "config", "uploadpack.allowFilter", "true")
    dates = "raw-permissive" if raw else "raw"
    subprocess.run(
        ["git", "fast-import", "--quiet", f"--date-format={dates}"], cwd=folder, input=b"".join(lines), check=True
    )
    return folder


def commit_on(folder: Path, number: float, *, parents: Sequence[str] = ("HEAD",), ref: str = "refs/heads/main") -> str:
    """Add a commit of the tree of the first parent, made on that day, to *ref*; return its id."""
    who = f"Test <test@example.org> {_seconds(number)} +0000"
    ids = [git(folder, "rev-parse", parent) for parent in parents]
    above = "".join(f"parent {id}\n" for id in ids)
    text = f"tree {git(folder, 'rev-parse', f'{ids[0]}^{{tree}}')}\n{above}author {who}\ncommitter {who}\n\nMore\n"
    id = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())
    git(folder, "update-ref", ref, id)
    return id


def _seconds(number: float) -> int:
    return int(day(number).timestamp())
