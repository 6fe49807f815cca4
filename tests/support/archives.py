"""Zips and tars made by hand, byte by byte: what `zipfile` and `tarfile` refuse to make is what has to be refused."""

import struct
import tempfile
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evaluator.domain import Limits, Snapshot, Source
from evaluator.errors import EvaluatorError
from evaluator.sources import spool, tars, zips
from evaluator.sources.fetch import fetch
from evaluator.sources.members import Member, Meter, Roster
from evaluator.sources.parse import parse

UTF_8 = 1 << 11
LATER = 1 << 3  # sum and sizes follow the content


@dataclass(frozen=True)
class Zipped:
    """A member of a zip; what is None is as it should be."""

    name: str | bytes
    data: bytes = b""
    mode: int = 0o100644
    system: int = 3  # Unix
    flags: int = UTF_8
    method: int = 8
    stream: bytes | None = None  # the packed content
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    attributes: int | None = None
    extra: bytes = b""
    disk: int = 0
    offset: int | None = None
    local: Mapping[str, int] = field(default_factory=dict)  # what the member's own header says instead
    local_name: bytes | None = None
    local_extra: bytes = b""
    sign: bytes = b"PK\x03\x04"
    behind: bytes = b""  # what follows the content


def zipped(*members: Zipped, end: Mapping[str, int] | None = None, comment: bytes = b"", before: bytes = b"") -> bytes:
    """Return a zip of these members; *end* replaces fields of the end record, *before* stands before the directory."""
    body, directory = bytearray(), bytearray()
    for member in members:
        name = member.name.encode() if isinstance(member.name, str) else member.name
        stream = _packed(member) if member.stream is None else member.stream
        told: dict[str, int] = {
            "flags": member.flags,
            "method": member.method,
            "crc": zlib.crc32(member.data) if member.crc is None else member.crc,
            "packed": len(stream) if member.packed is None else member.packed,
            "size": len(member.data) if member.size is None else member.size,
        }
        offset = len(body) if member.offset is None else member.offset
        here = {**told, **member.local}
        own = name if member.local_name is None else member.local_name
        row = [here[key] for key in ("crc", "packed", "size")]
        lengths = [len(own), len(member.local_extra)]
        body += struct.pack("<4s5H3L2H", member.sign, 20, here["flags"], here["method"], 0, 33, *row, *lengths)
        body += own + member.local_extra + stream + member.behind
        attributes = member.mode << 16 if member.attributes is None else member.attributes
        row = [told[key] for key in ("crc", "packed", "size")]
        lengths = [len(name), len(member.extra), 0]
        directory += struct.pack(
            "<4s4B4H", b"PK\x01\x02", 20, member.system, 20, 0, told["flags"], told["method"], 0, 33
        )
        directory += struct.pack("<3L5H2L", *row, *lengths, member.disk, 0, attributes, offset)
        directory += name + member.extra
    body += before
    last = {
        "disk": 0,
        "first_disk": 0,
        "here": len(members),
        "count": len(members),
        "length": len(directory),
        "start": len(body),
        "comment": len(comment),
        **(end or {}),
    }
    return bytes(body + directory) + struct.pack("<4s4H2LH", b"PK\x05\x06", *last.values()) + comment


def _packed(member: Zipped) -> bytes:
    if member.method != 8:
        return member.data
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(member.data) + deflate.flush()


@dataclass(frozen=True)
class Tarred:
    """A member of a tar; what is None is as it should be."""

    name: str | bytes
    data: bytes = b""
    kind: bytes = b"0"
    mode: int = 0o644
    size: bytes | None = None  # the field, 12 bytes
    sum: bytes | None = None  # the field, 8 bytes
    link: bytes = b""
    magic: bytes = b"ustar\x0000"
    prefix: bytes = b""
    signed: bool = False


TAR_END = bytes(1024)


def tarred(*members: Tarred, end: bytes = TAR_END) -> bytes:
    """Return a tar of these members."""
    return b"".join(tar_header(member) + _filled(member.data) for member in members) + end


def pax(records: Mapping[str, str | bytes], *, kind: bytes = b"x") -> Tarred:
    """Return a pax header with these records."""
    return Tarred("PaxHeader", b"".join(pax_record(key, value) for key, value in records.items()), kind=kind)


def pax_record(key: str, value: str | bytes) -> bytes:
    """Return one record: its length counts its own digits."""
    rest = b" %s=%s\n" % (key.encode(), value.encode() if isinstance(value, str) else value)
    length = len(rest)
    while length != len(b"%d" % length) + len(rest):
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def tar_header(member: Tarred) -> bytes:
    """Return the block of 512 bytes that stands before a member's content."""
    name = member.name.encode() if isinstance(member.name, str) else member.name
    size = b"%011o\0" % len(member.data) if member.size is None else member.size
    block = struct.pack(
        "100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x",
        name,
        b"%07o\0" % member.mode,
        b"%07o\0" % 0,
        b"%07o\0" % 0,
        size,
        b"%011o\0" % 0,
        b" " * 8,
        member.kind,
        member.link,
        member.magic,
        b"",
        b"",
        b"%07o\0" % 0,
        b"%07o\0" % 0,
        member.prefix,
    )
    total = sum(byte - 256 if member.signed and byte > 127 else byte for byte in block)
    return block[:148] + (b"%06o\0 " % total if member.sum is None else member.sum) + block[156:]


def _filled(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


@dataclass(frozen=True)
class Unpacked:
    """What a reader made of an archive."""

    files: Mapping[str, bytes | None]  # path -> content; None where it was too large to be kept
    members: Sequence[Member]
    skipped: Mapping[str, str]


def unzip(data: bytes, limits: Limits | None = None) -> Unpacked:
    """Return what `zips.read` makes of these bytes."""
    limits = limits or Limits()
    with tempfile.TemporaryFile() as file, spool.opened() as kept:
        file.write(data)
        file.flush()
        roster = Roster(limits)
        members = zips.read(file.fileno(), roster=roster, spool=kept, meter=_meter(data, limits))
        return _unpacked(members, roster, kept)


def untar(data: bytes | Iterable[bytes], limits: Limits | None = None) -> Unpacked:
    """Return what `tars.read` makes of these bytes, or pieces of them."""
    limits = limits or Limits()
    pieces = [data] if isinstance(data, bytes) else list(data)
    with spool.opened() as kept:
        roster = Roster(limits)
        members = tars.read(pieces, roster=roster, spool=kept, meter=_meter(b"".join(pieces), limits))
        return _unpacked(members, roster, kept)


def _meter(data: bytes, limits: Limits) -> Meter:
    return Meter(limits, packed=len(data), deadline=time.monotonic() + limits.seconds)


def _unpacked(members: Sequence[Member], roster: Roster, kept: spool.Spool) -> Unpacked:
    kept.seal()
    files = {m.path: None if m.offset is None else kept.read(m.offset, m.size) for m in members}
    return Unpacked(files=files, members=members, skipped={**roster.skipped, **roster.junk})


def zeros_deflated(size: int) -> bytes:
    """Return a raw deflate stream of at least *size* zeros, in no time: equal blocks that need none before them."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(bytes(16 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return block * -(-size // (16 << 20)) + b"\x03\x00"


def zip_refusal(data: bytes, limits: Limits | None = None) -> str:
    """Return the code with which a zip is refused."""
    with pytest.raises(EvaluatorError) as caught:
        unzip(data, limits)
    return caught.value.code


def tar_refusal(data: bytes, limits: Limits | None = None) -> str:
    """Return the code with which a tar is refused."""
    with pytest.raises(EvaluatorError) as caught:
        untar(data, limits)
    return caught.value.code


def contents(snapshot: Snapshot) -> dict[str, bytes]:
    """Return every file of a snapshot."""
    return {entry.path: data for entry, data in snapshot.read(snapshot.entries)}


def refused(source: Source, *, limits: Limits | None = None) -> EvaluatorError:
    """Return the error with which the fetch of a source ends."""
    with pytest.raises(EvaluatorError) as caught, fetch(source, limits=limits or Limits()):
        pass
    return caught.value


def refusal(path: Path, *, limits: Limits | None = None, subdir: str | None = None) -> EvaluatorError:
    """Return the error with which the fetch of a local source ends."""
    return refused(parse(str(path), subdir=subdir), limits=limits)
