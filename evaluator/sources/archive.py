"""A snapshot of an archive, which is read once, member by member; nothing is unpacked under a name of its own.

An archive is what its author handed in: ignore rules inside it are not applied. One folder at the top that holds
everything is taken off, so that an archive and the folder it was made of have equal trees.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from evaluator.domain import Entry, Limits, Skipped, Snapshot, Source
from evaluator.errors import UnusableSource
from evaluator.sources import archive_kinds, archive_refusals, local, refusals, spool, tars, tree, unpack, zips
from evaluator.sources.members import Member, Meter, Roster
from evaluator.sources.spool import Spool
from evaluator.sources.tree import TreeFile, by_path

_CHUNK = 256 << 10  # bytes
_COMPRESSED: Mapping[bytes, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    archive_kinds.GZIP: unpack.gzip,
    archive_kinds.BZIP2: unpack.bzip2,
    archive_kinds.XZ: unpack.xz,
}


@dataclass(frozen=True)
class ArchiveSnapshot(Snapshot):
    """The files of an archive as they were when it was read."""

    spool: Spool
    offsets: Mapping[str, int]  # path -> where its content begins in the spool

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes, in the order given."""
        for entry in entries:
            yield entry, self.spool.read(self.offsets[entry.path], entry.size)


@contextmanager
def open_archive(source: Source, *, limits: Limits) -> Iterator[ArchiveSnapshot]:
    """Read an archive whole; the snapshot is gone when the block ends.

    Raises UnusableSource (see `archive_refusals`; `no_such_path`, `unknown_subdir`, `empty_project`), FetchTimeout, or
    SourceUnavailable where it cannot be unpacked for want of room.
    """
    with spool.opened() as kept:
        roster = Roster(limits)
        members = _unpacked(source, roster, kept, limits=limits)
        kept.seal()
        yield _snapshot(source, members, roster, kept, limits=limits)


def _unpacked(source: Source, roster: Roster, kept: Spool, *, limits: Limits) -> list[Member]:
    try:
        with local.opened_at(source.location, local.FILE) as fd:
            if not local.is_regular(fd):
                raise _gone(source)
            meter = Meter(limits, packed=os.fstat(fd).st_size, deadline=time.monotonic() + limits.seconds)
            return _members(fd, roster, kept, meter)
    except OSError as error:
        raise _gone(source) from error


def _members(fd: int, roster: Roster, kept: Spool, meter: Meter) -> list[Member]:
    head = os.pread(fd, archive_kinds.HEAD, 0)
    if not archive_kinds.is_archive(head):
        raise archive_refusals.damaged("it is no longer an archive")
    if head.startswith(archive_kinds.ZIPS):
        return zips.read(fd, roster=roster, spool=kept, meter=meter)
    chunks = _chunks(fd, meter.packed)
    decoders = [decoder for magic, decoder in _COMPRESSED.items() if head.startswith(magic)]
    pieces = decoders[0](chunks) if decoders else chunks
    return tars.read(pieces, roster=roster, spool=kept, meter=meter)


def _chunks(fd: int, size: int) -> Iterator[bytes]:
    """Yield the bytes of an open file, as many as it had when it was opened."""
    for at in range(0, size, _CHUNK):
        yield os.pread(fd, min(_CHUNK, size - at), at)


def _snapshot(source: Source, members: list[Member], roster: Roster, kept: Spool, *, limits: Limits) -> ArchiveSnapshot:
    """Return the part of the archive that the source names, as a tree."""
    top = _top([*(member.path for member in members), *roster.skipped])
    prefix = f"{top}{source.subdir}/" if source.subdir else top
    inside = [member for member in members if member.path.startswith(prefix)]
    others = {path: why for path, why in {**roster.skipped, **roster.junk}.items() if path.startswith(prefix)}
    if source.subdir and not inside and not others:
        raise refusals.unknown_subdir(source)
    files, entries, offsets = [], [], {}
    skipped = [Skipped(path=path.removeprefix(prefix), reason=why) for path, why in others.items()]
    for member in inside:
        path = member.path.removeprefix(prefix)
        if not tree.fits(path, limits=limits):
            skipped.append(Skipped(path=path, reason=tree.TOO_DEEP))
            continue
        files.append(TreeFile(path=path, executable=member.executable, blob=member.blob))
        if member.offset is None:
            skipped.append(Skipped(path=path, reason=tree.TOO_LARGE, size=member.size))
        else:
            entries.append(Entry(path=path, size=member.size, executable=member.executable, blob=member.blob))
            offsets[path] = member.offset
    if not files:
        raise refusals.empty(source.name)
    return ArchiveSnapshot(
        name=source.name,
        commit=None,
        tree=tree.tree_id(files),
        entries=tuple(sorted(entries, key=by_path)),
        skipped=tuple(sorted(skipped, key=by_path)),
        spool=kept,
        offsets=offsets,
    )


def _top(paths: list[str]) -> str:
    """Return the folder that holds all of the paths, with a slash behind it, or nothing where there is none."""
    first = paths[0].partition("/")[0] + "/" if paths else ""
    return first if all(path.startswith(first) for path in paths) else ""


def _gone(source: Source) -> UnusableSource:
    return UnusableSource(
        f"The archive of {source.name!r} cannot be read. Check that it exists and may be read.", code="no_such_path"
    )
