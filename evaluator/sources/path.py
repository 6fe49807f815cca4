"""A snapshot of a local folder: read with `dir_fd` and O_NOFOLLOW, no link followed, no `.git` opened.

What `.git` says is not asked for, not even its `info/exclude`: only `.gitignore` files decide what is left out.
"""

import errno
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from evaluator.domain import Entry, Limits, Skipped, Snapshot, Source
from evaluator.errors import SourceUnavailable, UnusableSource
from evaluator.sources import local, refusals, tree
from evaluator.sources.ignore import LONGEST_FILE, Ignore
from evaluator.sources.tree import TreeFile, by_path

_RULES_BYTES = 256 << 10  # of all .gitignore files together; compiling them takes time
_KEPT_FILE = 64 << 10  # bytes; a file up to that size is kept while there is room, and never read again
_KEPT_BYTES = 8 << 20


@dataclass(frozen=True)
class PathSnapshot(Snapshot):
    """The files of a folder as they were when it was fetched; one that changed since is an error, not another text."""

    top: int  # file descriptor of the folder
    kept: Mapping[str, bytes]  # the bytes of small files

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes, in the order given; raise SourceUnavailable where one has changed."""
        for entry in entries:
            data = self.kept.get(entry.path)
            yield entry, self._content(entry) if data is None else data

    def _content(self, entry: Entry) -> bytes:
        *parents, name = entry.path.split("/")
        try:
            with ExitStack() as stack:
                folder = self.top
                for parent in parents:
                    folder = stack.enter_context(local.opened(parent, local.FOLDER, folder))
                data = local.read(stack.enter_context(local.opened(name, local.FILE, folder)), entry.size + 1)
        except OSError as error:
            raise _changed() from error
        if tree.blob_id(data) != entry.blob:
            raise _changed()
        return data


@contextmanager
def open_folder(source: Source, *, limits: Limits) -> Iterator[PathSnapshot]:
    """Read a folder's tree; the files that were not kept are read again when they are asked for.

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
            kept=walk.kept,
        )


def _enter(stack: ExitStack, source: Source) -> tuple[int, str, Ignore]:
    """Return the project's folder, its path below the location, and the ignore rules from above it."""
    try:
        folder = stack.enter_context(local.opened_at(source.location, local.FOLDER))
    except OSError as error:
        raise UnusableSource(
            f"The folder of {source.name!r} cannot be opened. Check that it exists and can be read.",
            code="no_such_path",
        ) from error
    base, ignore = "", Ignore()
    for name in source.subdir.split("/") if source.subdir else ():
        ignore = ignore.below(base, _rules(folder, most=LONGEST_FILE))
        try:
            folder = stack.enter_context(local.opened(name, local.FOLDER, folder))
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
    kept: dict[str, bytes] = field(default_factory=dict)
    seen: int = 0
    taken: int = 0  # bytes
    rules_left: int = _RULES_BYTES
    room: int = _KEPT_BYTES

    def folder(self, folder: int, prefix: str, ignore: Ignore) -> None:
        """Take everything below an open folder whose path in the project is *prefix*."""
        found = _names(folder)
        if any(name == ".gitignore" for name, _ in found):
            rules = _rules(folder, most=self.rules_left)
            self.rules_left -= len(rules)
            ignore = ignore.below(self.base + prefix, rules)
        for name, is_folder in found:
            path = prefix + name
            if len(name) == 4 and name.lower() == ".git":
                if prefix:
                    self.skipped.append(Skipped(path=path, reason=tree.GIT_FOLDER))
            elif not ignore.ignores(f"{self.base}{path}/" if is_folder else self.base + path):
                self._count()
                self._take(folder, name, path, is_folder=is_folder, ignore=ignore)

    def _count(self) -> None:
        self.seen += 1
        if self.seen > self.limits.entries:
            raise refusals.too_many_files(self.limits.entries)
        if time.monotonic() > self.deadline:
            raise refusals.too_slow()

    def _take(self, folder: int, name: str, path: str, *, is_folder: bool, ignore: Ignore) -> None:
        if not tree.fits(path, limits=self.limits):
            self.skipped.append(Skipped(path=path, reason=tree.TOO_DEEP))
            return
        try:
            fd = os.open(name, local.FOLDER if is_folder else local.FILE, dir_fd=folder)
        except OSError as error:
            self.skipped.append(Skipped(path=path, reason=_reason(error, name, folder)))
            return
        try:
            if is_folder:
                self.folder(fd, f"{path}/", ignore)
            else:
                self._file(fd, path)
        except OSError:
            self.skipped.append(Skipped(path=path, reason=tree.UNREADABLE))
        finally:
            os.close(fd)

    def _file(self, fd: int, path: str) -> None:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            self.skipped.append(Skipped(path=path, reason=tree.SPECIAL))
            return
        self.taken += status.st_size
        if self.taken > self.limits.received_bytes:
            raise refusals.too_large()
        executable = bool(status.st_mode & stat.S_IXUSR)
        if status.st_size > self.limits.file_bytes:
            blob = _stream_id(fd, status.st_size, deadline=self.deadline)
            self.skipped.append(Skipped(path=path, reason=tree.TOO_LARGE, size=status.st_size))
        else:
            data = os.read(fd, status.st_size + 1)  # a whole regular file comes at once
            if len(data) != status.st_size:
                raise _changed()
            blob = tree.blob_id(data)
            self.entries.append(Entry(path=path, size=len(data), executable=executable, blob=blob))
            self._keep(path, data)
        self.files.append(TreeFile(path=path, executable=executable, blob=blob))

    def _keep(self, path: str, data: bytes) -> None:
        if len(data) <= min(_KEPT_FILE, self.room):
            self.kept[path] = data
            self.room -= len(data)


def _names(folder: int) -> list[tuple[str, bool]]:
    """Return the names in an open folder, in a fixed order, and whether each is a folder (a link never is)."""
    with os.scandir(folder) as found:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)


def _rules(folder: int, *, most: int) -> bytes:
    """Return the `.gitignore` of an open folder; nothing where there is none, or it has more than *most* bytes."""
    try:
        with local.opened(".gitignore", local.FILE, folder) as fd:
            text = local.read(fd, most + 1) if local.is_regular(fd) else b""
    except OSError:  # none, a link, or not readable: no rules
        return b""
    return text if len(text) <= most else b""


def _reason(error: OSError, name: str, folder: int) -> str:
    if error.errno == errno.ELOOP:  # O_NOFOLLOW met a link
        return tree.LINK
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return tree.UNREADABLE
    return tree.UNREADABLE if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else tree.SPECIAL


def _stream_id(fd: int, size: int, *, deadline: float) -> str:
    """Return the git blob id of an open file too large to hold; raise SourceUnavailable where it changes meanwhile."""
    left = size

    def parts() -> Iterator[bytes]:
        nonlocal left
        for part in local.parts(fd):
            left -= len(part)
            if left < 0:
                raise _changed()
            if time.monotonic() > deadline:
                raise refusals.too_slow()
            yield part

    blob = tree.blob_id_of(parts(), size=size)
    if left:
        raise _changed()
    return blob


def _changed() -> SourceUnavailable:
    return SourceUnavailable("A file of the project changed while it was read. Leave the folder alone, and try again.")
