"""A snapshot of a local folder: read with `dir_fd` and O_NOFOLLOW, no link followed, no `.git` opened."""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from evaluator.domain import Entry, Limits, Skipped, Snapshot, Source
from evaluator.errors import SourceUnavailable, UnusableSource
from evaluator.sources import refusals, tree
from evaluator.sources.ignore import LONGEST_FILE, Ignore
from evaluator.sources.tree import TreeFile, by_path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # a pipe must not make us wait
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class PathSnapshot(Snapshot):
    """The files of a folder as they were when it was fetched; one that changed since is an error, not another text."""

    top: int  # file descriptor of the folder

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes, in the order given; raise SourceUnavailable where one has changed."""
        for entry in entries:
            yield entry, self._content(entry)

    def _content(self, entry: Entry) -> bytes:
        *parents, name = entry.path.split("/")
        try:
            with ExitStack() as stack:
                folder = self.top
                for parent in parents:
                    folder = stack.enter_context(_opened(parent, _FOLDER, folder))
                data = _read(stack.enter_context(_opened(name, _FILE, folder)), entry.size + 1)
        except OSError as error:
            raise _changed() from error
        if tree.blob_id(data) != entry.blob:
            raise _changed()
        return data


@contextmanager
def open_folder(source: Source, *, limits: Limits) -> Iterator[PathSnapshot]:
    """Read a folder's tree; its files are read again when they are asked for.

    Raises UnusableSource (`no_such_path`, `unknown_subdir`, `empty_project`, `too_many_files`, `too_large`) and
    SourceUnavailable where the folder changes meanwhile.
    """
    with ExitStack() as stack:
        top, base, ignore = _enter(stack, source)
        walk = _Walk(limits=limits, base=base, deadline=time.monotonic() + limits.seconds)
        walk.folder(top, "", ignore)
        if not walk.files:
            raise refusals.empty(source.name)
        yield PathSnapshot(
            name=source.name,
            commit=None,
            tree=tree.tree_id(walk.files),
            entries=tuple(sorted(walk.entries, key=by_path)),
            skipped=tuple(sorted(walk.skipped, key=by_path)),
            top=top,
        )


def _enter(stack: ExitStack, source: Source) -> tuple[int, str, Ignore]:
    """Return the project's folder, its path below the location, and the ignore rules from above it."""
    try:
        folder = stack.enter_context(_opened(source.location, _FOLDER))
    except OSError as error:
        raise UnusableSource(
            f"The folder of {source.name!r} cannot be opened. Check that it exists and can be read.",
            code="no_such_path",
        ) from error
    base, ignore = "", Ignore()
    for name in source.subdir.split("/") if source.subdir else ():
        ignore = ignore.below(base, _rules(folder))
        try:
            folder = stack.enter_context(_opened(name, _FOLDER, folder))
        except OSError as error:
            raise refusals.unknown_subdir(source) from error
        base += f"{name}/"
    return folder, base, ignore


@dataclass
class _Walk:
    """What was found so far, and how much of the limits is left."""

    limits: Limits
    base: str  # path of the project below the location, with a trailing slash
    deadline: float  # of time.monotonic()
    files: list[TreeFile] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: int = 0
    bytes: int = 0

    def folder(self, folder: int, prefix: str, ignore: Ignore) -> None:
        """Take everything below an open folder whose path in the project is *prefix*."""
        ignore = ignore.below(self.base + prefix, _rules(folder))
        for name, is_folder in _names(folder):
            path = prefix + name
            if name.lower() == ".git":
                if prefix:
                    self.skipped.append(Skipped(path=path, reason=tree.GIT_FOLDER))
            elif not ignore.ignores(self.base + path + ("/" if is_folder else "")):
                self._count()
                self._take(folder, path, is_folder=is_folder, ignore=ignore)

    def _count(self) -> None:
        self.seen += 1
        if self.seen > self.limits.entries:
            raise refusals.too_many_files(self.limits.entries)
        if time.monotonic() > self.deadline:
            raise refusals.too_slow()

    def _take(self, folder: int, path: str, *, is_folder: bool, ignore: Ignore) -> None:
        if not tree.fits(path):
            self.skipped.append(Skipped(path=path, reason=tree.TOO_DEEP))
            return
        name = path.rpartition("/")[2]
        try:
            with _opened(name, _FOLDER if is_folder else _FILE, folder) as fd:
                if is_folder:
                    self.folder(fd, f"{path}/", ignore)
                else:
                    self._file(fd, path)
        except OSError as error:
            self.skipped.append(Skipped(path=path, reason=_reason(error, name, folder)))

    def _file(self, fd: int, path: str) -> None:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            self.skipped.append(Skipped(path=path, reason=tree.SPECIAL))
            return
        self.bytes += status.st_size
        if self.bytes > self.limits.received_bytes:
            raise refusals.too_large()
        executable = bool(status.st_mode & stat.S_IXUSR)
        if status.st_size > self.limits.file_bytes:
            blob = _stream_id(fd, status.st_size)
            self.skipped.append(Skipped(path=path, reason=tree.TOO_LARGE, size=status.st_size))
        else:
            data = _read(fd, self.limits.file_bytes + 1)
            if len(data) > self.limits.file_bytes:
                raise _changed()
            blob = tree.blob_id(data)
            self.entries.append(Entry(path=path, size=len(data), executable=executable, blob=blob))
        self.files.append(TreeFile(path=path, executable=executable, blob=blob))


@contextmanager
def _opened(name: str, flags: int, folder: int | None = None) -> Iterator[int]:
    fd = os.open(name, flags, dir_fd=folder)
    try:
        yield fd
    finally:
        os.close(fd)


def _names(folder: int) -> list[tuple[str, bool]]:
    """Return the names in an open folder, sorted by their bytes, and whether each is a folder (a link never is)."""
    with os.scandir(folder) as found:
        return sorted(((e.name, e.is_dir(follow_symlinks=False)) for e in found), key=lambda row: os.fsencode(row[0]))


def _rules(folder: int) -> bytes:
    try:
        with _opened(".gitignore", _FILE, folder) as fd:
            return _read(fd, LONGEST_FILE) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
    except OSError:  # none, a link, or not readable: no rules
        return b""


def _reason(error: OSError, name: str, folder: int) -> str:
    if error.errno == errno.ELOOP:  # O_NOFOLLOW met a link
        return tree.LINK
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return tree.UNREADABLE
    return tree.UNREADABLE if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else tree.SPECIAL


def _read(fd: int, most: int) -> bytes:
    """Return the bytes of an open file, at most *most*."""
    parts, left = [], most
    while left > 0 and (part := os.read(fd, min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _stream_id(fd: int, size: int) -> str:
    """Return the git blob id of an open file too large to hold; raise SourceUnavailable where it changes meanwhile."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    read = 0
    while read <= size and (part := os.read(fd, _CHUNK)):
        digest.update(part)
        read += len(part)
    if read != size:
        raise _changed()
    return digest.hexdigest()


def _changed() -> SourceUnavailable:
    return SourceUnavailable("A file of the project changed while it was read. Leave the folder alone, and try again.")
