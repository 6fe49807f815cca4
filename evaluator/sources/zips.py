"""Reading the members of a zip, in the order of its bytes, each held to what the directory announced."""

import os
import struct
import zlib
from collections.abc import Iterator

from evaluator.sources import archive_refusals, tree, zip_directory
from evaluator.sources.members import Member, Meter, Roster
from evaluator.sources.spool import Spool
from evaluator.sources.zip_directory import ENCRYPTED, FULL, STORE, ZIP64, Record

_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIBED_LATER = 1 << 3  # the sum and the sizes come behind the content
_CHUNK = 256 << 10  # bytes


def read(fd: int, *, roster: Roster, spool: Spool, meter: Meter) -> list[Member]:
    """Return the regular files of a zip, their contents in the spool.

    Raises UnusableSource (`bad_archive`, `unsafe_archive`, `unsupported_archive`, `encrypted_archive`, `archive_bomb`,
    `too_large`, `too_many_files`) or FetchTimeout.
    """
    start, records = zip_directory.read(fd, size=meter.packed, entries=meter.limits.entries)
    records.sort(key=lambda record: record.offset)
    paths = [roster.admit(record.name, record.kind) for record in records]
    roster.settle()
    meter.foresee(sum(record.size for record, path in zip(records, paths, strict=True) if path is not None))
    members = []
    end = 0  # of the member before
    for record, path in zip(records, paths, strict=True):
        if record.offset < end:
            raise archive_refusals.unsafe("members of it overlap")
        begin = _begin(fd, record)
        end = begin + record.packed
        if end > start:
            raise archive_refusals.unsafe("a member of it reaches into its directory")
        if path is None:
            continue
        content = _content(fd, record, begin, meter)
        if record.size > meter.limits.file_bytes:
            blob = tree.blob_id_of(content, size=record.size)
            members.append(Member(path, record.size, record.executable, blob, None))
        else:
            data = b"".join(content)
            if not roster.is_apple_double(path, data):
                members.append(Member(path, len(data), record.executable, tree.blob_id(data), spool.add(data)))
    return members


def _begin(fd: int, record: Record) -> int:
    """Return where a member's content begins; raise UnusableSource where its own header tells another story."""
    head = os.pread(fd, _LOCAL.size + len(record.raw), record.offset)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        raise archive_refusals.damaged("a member is not where its directory says")
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(head)
    begin: int = record.offset + _LOCAL.size + name_length + extra_length
    if flags & ENCRYPTED:
        raise archive_refusals.encrypted()
    if FULL in {packed, size}:
        extra = os.pread(fd, extra_length, begin - extra_length)
        size, packed = _long_sizes(extra)
    told = [(crc, record.crc), (packed, record.packed), (size, record.size)]
    later = bool(flags & _DESCRIBED_LATER)
    agree = all(here == there or (later and not here) for here, there in told)
    if not agree or method != record.method or name_length != len(record.raw) or head[_LOCAL.size :] != record.raw:
        raise archive_refusals.unsafe("a member of it says something else than its directory")
    return begin


def _long_sizes(extra: bytes) -> tuple[int, int]:
    """Return the size and the packed size that a header's Zip64 field says: some write one for small files too."""
    field = zip_directory.extras(extra).get(ZIP64, b"")
    if len(field) < 16:
        raise archive_refusals.damaged("the size of a member is missing")
    size, packed = struct.unpack_from("<QQ", field)
    return size, packed


def _content(fd: int, record: Record, begin: int, meter: Meter) -> Iterator[bytes]:
    """Yield the content of a member; raise UnusableSource where size or sum are not as announced."""
    crc, left = 0, record.size
    packed = _packed(fd, begin, record.packed)
    for part in packed if record.method == STORE else _inflated(packed):
        left -= len(part)
        if left < 0:
            break
        meter.spend(len(part))
        crc = zlib.crc32(part, crc)
        yield part
    if left or crc != record.crc:
        raise archive_refusals.damaged("a file in it is not what was announced")


def _packed(fd: int, at: int, size: int) -> Iterator[bytes]:
    while size:
        chunk = os.pread(fd, min(_CHUNK, size), at)
        if not chunk:
            raise archive_refusals.damaged("it ends too early")
        at += len(chunk)
        size -= len(chunk)
        yield chunk


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for chunk in packed:
            rest, full = chunk, True
            while (rest or full) and not inflate.eof:
                part = inflate.decompress(rest, _CHUNK)
                rest, full = inflate.unconsumed_tail, len(part) == _CHUNK
                yield part
            if inflate.eof:
                break
    except zlib.error as error:
        raise archive_refusals.damaged("its compressed data is broken") from error
    if not inflate.eof or inflate.unused_data or next(packed, b""):
        raise archive_refusals.damaged("a file in it ends too early or too late")
