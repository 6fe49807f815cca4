"""A local git repository as a snapshot, read where it lies: for benchmarks, on repositories that one trusts."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluator.domain import Entry, Snapshot

_REGULAR = {"100644", "100755"}


@dataclass(frozen=True)
class LocalSnapshot(Snapshot):
    """The commit that is checked out, or HEAD of a bare repository."""

    reader: "subprocess.Popen[bytes]"

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes."""
        for entry in entries:
            yield entry, _blob(self.reader, entry.blob)


def git_folder(path: Path) -> Path:
    """Return the folder of the objects of a bare or a normal repository."""
    return path / ".git" if (path / ".git").is_dir() else path


def name_of(path: Path) -> str:
    """Return a short name for tables: the last folder that is not merely called `repo`."""
    return path.parent.name if path.name in {"repo", ".git"} else path.name


def git(path: Path, *arguments: str) -> str:
    """Return what git prints about the repository; raise CalledProcessError where it fails."""
    command = ["git", "--git-dir", str(git_folder(path)), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", errors="surrogateescape").stdout


@contextmanager
def opened(path: Path) -> Iterator[LocalSnapshot]:
    """Yield the snapshot of a repository's HEAD; blobs that a partial copy lacks are left out."""
    listing = git(path, "ls-tree", "-r", "-z", "-l", "HEAD").split("\0")[:-1]
    command = ["git", "--git-dir", str(git_folder(path)), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        yield LocalSnapshot(
            name=name_of(path),
            commit=git(path, "rev-parse", "HEAD").strip(),
            tree=git(path, "rev-parse", "HEAD^{tree}").strip(),
            entries=tuple(_entries(listing)),
            skipped=(),
            reader=reader,
        )


def _entries(listing: Iterable[str]) -> Iterator[Entry]:
    for row in listing:
        head, _, name = row.partition("\t")
        mode, _, blob, size = head.split()
        if mode in _REGULAR and size != "BAD":  # a blob that is missing
            yield Entry(path=name, size=int(size), executable=mode == "100755", blob=blob)


def _blob(reader: "subprocess.Popen[bytes]", blob: str) -> bytes:
    if reader.stdin is None or reader.stdout is None:
        raise AssertionError
    reader.stdin.write(f"{blob}\n".encode())
    reader.stdin.flush()
    size = int(reader.stdout.readline().split()[-1])
    return reader.stdout.read(size + 1)[:-1]
