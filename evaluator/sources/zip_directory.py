"""The directory of a zip, which alone says what is in it.

The form is that of APPNOTE.TXT 6.3.10 without what a project does not need: no Zip64, no encryption, no parts, nothing
in front of the archive or behind it, no method but store and deflate.
"""

import os
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluator.errors import UnusableSource
from evaluator.sources import archive_refusals
from evaluator.sources.members import Kind

FULL = 0xFFFFFFFF  # in place of a size that stands in a Zip64 field
STORE, DEFLATE = 0, 8
ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13  # the content, strongly, the directory
ZIP64, UNICODE_PATH = 0x0001, 0x7075  # ids of extra fields

_END = struct.Struct("<4s4H2LH")
_RECORD = struct.Struct("<4s4B4H3L5H2L")
_LOCATOR = 20  # bytes of what points at a Zip64 directory
_LONGEST_COMMENT = 0xFFFF  # bytes
_PATCHED = 1 << 5
_IS_UTF_8 = 1 << 11
_UNIX = {3, 19}  # systems whose names are bytes of no stated encoding
_DOS_FOLDER = 0x10
_DIRECTORY, _RECORDS = 1 << 20, 512  # bytes of a directory: so many, and so many more an entry allowed


@dataclass(frozen=True, slots=True)
class Record:
    """What the directory says of one member."""

    raw: bytes  # its name as it stands there
    name: str
    kind: Kind
    executable: bool
    method: int
    crc: int
    packed: int  # bytes
    size: int  # bytes
    offset: int  # of the member's own header


@dataclass(frozen=True, slots=True)
class _Line:
    """A record before its name is decoded."""

    system: int  # that it was made on
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    attributes: int
    offset: int
    raw: bytes
    extra: bytes


def read(fd: int, *, size: int, entries: int) -> tuple[int, list[Record]]:
    """Return the offset of the directory in a zip of *size* bytes, and its records.

    Raises UnusableSource (`bad_archive`, `unsafe_archive`, `unsupported_archive`, `encrypted_archive`, `too_large`);
    the directory may be so long as *entries* members need, and some more.
    """
    start, length, count = _end(fd, size)
    if length > _DIRECTORY + entries * _RECORDS:
        raise archive_refusals.too_large()
    lines = list(_lines(os.pread(fd, length, start), count))
    names = _names(lines)
    return start, [_record(line, name) for line, name in zip(lines, names, strict=True)]


def extras(data: bytes) -> Mapping[int, bytes]:
    """Return the extra fields by id; what follows a field that is cut off is passed over."""
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        id, length = struct.unpack_from("<HH", data, at)
        if at + 4 + length <= len(data):
            fields.setdefault(id, data[at + 4 : at + 4 + length])
        at += 4 + length
    return fields


def _end(fd: int, size: int) -> tuple[int, int, int]:
    """Return the directory's offset, its length and the number of its records."""
    tail = os.pread(fd, _LOCATOR + _END.size + _LONGEST_COMMENT, max(0, size - _LOCATOR - _END.size - _LONGEST_COMMENT))
    found = [at for at in _places(tail, b"PK\x05\x06") if _ends(tail, at)]
    if not found:
        raise archive_refusals.damaged("its directory is missing, as where the end is cut off")
    if len(found) > 1:
        raise archive_refusals.unsafe("it has more than one directory")
    _, disk, first_disk, here, count, length, start, _ = _END.unpack_from(tail, found[0])
    locator = tail[max(0, found[0] - _LOCATOR) : found[0]]
    if locator.startswith(b"PK\x06\x07") or 0xFFFF in {here, count} or FULL in {length, start}:
        raise archive_refusals.unsupported("The archive is a Zip64, for very many or very large files.")
    if disk or first_disk or here != count:
        raise _in_parts()
    if start + length != size - len(tail) + found[0]:
        raise archive_refusals.unsafe("its directory is not where it should be: something was put in front or between")
    return start, length, count


def _places(data: bytes, sign: bytes) -> Iterator[int]:
    at = data.find(sign)
    while at >= 0:
        yield at
        at = data.find(sign, at + 1)


def _ends(tail: bytes, at: int) -> bool:
    """Return whether an end record at *at* reaches just to the end of the file, its comment included."""
    return at + _END.size <= len(tail) and at + _END.size + _END.unpack_from(tail, at)[-1] == len(tail)


def _lines(data: bytes, count: int) -> Iterator[_Line]:
    at = 0
    for _ in range(count):
        if at + _RECORD.size > len(data) or not data.startswith(b"PK\x01\x02", at):
            raise archive_refusals.damaged("its directory is broken")
        row = _RECORD.unpack_from(data, at)
        _, _, system, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, disk, _, mode, offset = row
        begin = at + _RECORD.size
        at = begin + name + extra + comment
        if FULL in {packed, size, offset}:
            raise archive_refusals.unsupported("The archive is a Zip64, for very many or very large files.")
        if disk:
            raise _in_parts()
        yield _Line(
            system=system,
            flags=flags,
            method=method,
            crc=crc,
            packed=packed,
            size=size,
            attributes=mode,
            offset=offset,
            raw=data[begin : begin + name],
            extra=data[begin + name : begin + name + extra],
        )
    if at != len(data):
        raise archive_refusals.damaged("its directory is longer or shorter than it says")


def _record(line: _Line, name: str) -> Record:
    if line.flags & ENCRYPTED:
        raise archive_refusals.encrypted()
    if line.method not in {STORE, DEFLATE} or line.flags & _PATCHED:
        raise archive_refusals.unsupported("The archive is packed by a method that is not read.")
    if "\\" in name:
        raise archive_refusals.unsafe("its names have backslashes, as old tools of Windows write them")
    if name[1:2] == ":" and name[0].isascii() and name[0].isalpha():
        raise archive_refusals.unsafe("it holds a name that begins with a drive")
    kind = _kind(line, name)
    if kind is Kind.FOLDER and line.size:
        raise archive_refusals.damaged("a folder in it has a content")
    if line.method == STORE and line.packed != line.size:
        raise archive_refusals.damaged("a file in it is not as long as it says")
    return Record(
        raw=line.raw,
        name=name,
        kind=kind,
        executable=bool(line.attributes >> 16 & stat.S_IXUSR),
        method=line.method,
        crc=line.crc,
        packed=line.packed,
        size=line.size,
        offset=line.offset,
    )


def _kind(line: _Line, name: str) -> Kind:
    form = stat.S_IFMT(line.attributes >> 16)
    if name.endswith("/") or form == stat.S_IFDIR or (not form and line.attributes & _DOS_FOLDER and not line.size):
        return Kind.FOLDER
    if form == stat.S_IFLNK:
        return Kind.LINK
    return Kind.FILE if form in {0, stat.S_IFREG} else Kind.SPECIAL


def _names(lines: Sequence[_Line]) -> list[str]:
    """Return the names decoded: as UTF-8 where they are that, else as what their system most likely meant.

    Windows in Korea writes CP949 and says nothing about it. The names of one archive are judged together: one alone
    may be too short to tell.
    """
    plain = [_plain(line) for line in lines]
    odd = [line.raw for line, name in zip(lines, plain, strict=True) if name is None]
    korean = _is_korean(b"\n".join(odd))
    return [_guessed(line, korean=korean) if name is None else name for line, name in zip(lines, plain, strict=True)]


def _plain(line: _Line) -> str | None:
    """Return the name of a member, or None where nothing says how it is written."""
    better = extras(line.extra).get(UNICODE_PATH, b"") if line.extra else b""
    if better[:1] == b"\x01" and better[1:5] == zlib.crc32(line.raw).to_bytes(4, "little"):
        return better[5:].decode("utf-8", "surrogateescape")
    if line.flags & _IS_UTF_8:
        return line.raw.decode("utf-8", "surrogateescape")
    try:
        return line.raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _guessed(line: _Line, *, korean: bool) -> str:
    if korean:
        return line.raw.decode("cp949")
    return line.raw.decode("utf-8", "surrogateescape") if line.system in _UNIX else line.raw.decode("cp437")


def _is_korean(names: bytes) -> bool:
    """Return whether names read as CP949, and as Hangul for the most part."""
    try:
        text = names.decode("cp949")
    except UnicodeDecodeError:
        return False
    other = [char for char in text if not char.isascii()]
    return 2 * sum("가" <= char <= "힣" for char in other) > len(other)


def _in_parts() -> UnusableSource:
    return archive_refusals.unsupported("The archive is one of several parts.")
