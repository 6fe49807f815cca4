"""Reading a tar as it streams by: ustar, GNU and pax; nothing is sought, nothing is trusted to be short."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evaluator.errors import UnusableSource
from evaluator.sources import archive_refusals, tree
from evaluator.sources.archive_kinds import TAR_BLOCK, TAR_END, sum_is_right
from evaluator.sources.members import Kind, Member, Meter, Roster
from evaluator.sources.spool import Spool

_LONGEST_EXTENSION = 256 << 10  # bytes of one pax header or long name
_EXTENSIONS, _EXTENSION = 1 << 20, 512  # bytes of all of them together: so many, and so many more an entry allowed
_KINDS = {
    b"0": Kind.FILE,
    b"\0": Kind.FILE,
    b"7": Kind.FILE,
    b"2": Kind.LINK,
    b"3": Kind.SPECIAL,
    b"4": Kind.SPECIAL,
    b"5": Kind.FOLDER,
    b"6": Kind.SPECIAL,
}
_PAX, _SOLARIS_PAX, _GLOBAL, _LONG_NAME, _LONG_LINK = b"x", b"X", b"g", b"L", b"K"
_EXTENDING = {_PAX, _SOLARIS_PAX, _GLOBAL, _LONG_NAME, _LONG_LINK}
_LINKED = "it holds hard links (pack it with tar --hard-dereference)"


@dataclass(frozen=True)
class _Header:
    name: str
    kind: Kind
    size: int  # bytes that follow
    executable: bool


def read(pieces: Iterable[bytes], *, roster: Roster, spool: Spool, meter: Meter) -> list[Member]:
    """Return the regular files of a tar, in its order, their contents in the spool.

    Raises UnusableSource (`bad_archive`, `unsafe_archive`, `unsupported_archive`, `archive_bomb`, `too_large`,
    `too_many_files`) or FetchTimeout.
    """
    stream = _Stream(_metered(pieces, meter))
    members = []
    for header in _headers(stream, most=_EXTENSIONS + meter.limits.entries * _EXTENSION):
        path = roster.admit(header.name, header.kind)
        if path is None:
            stream.skip(header.size)
        elif header.size > meter.limits.file_bytes:
            blob = tree.blob_id_of(stream.parts(header.size), size=header.size)
            members.append(Member(path, header.size, header.executable, blob, None))
        else:
            data = stream.take(header.size)
            if not roster.is_apple_double(path, data):
                members.append(Member(path, len(data), header.executable, tree.blob_id(data), spool.add(data)))
        stream.skip(-header.size % TAR_BLOCK)
    stream.drain()
    roster.settle()
    return members


def _metered(pieces: Iterable[bytes], meter: Meter) -> Iterator[bytes]:
    for piece in pieces:
        meter.spend(len(piece))
        if piece:
            yield piece


@dataclass
class _Stream:
    """Bytes that come in pieces, taken in other pieces."""

    pieces: Iterator[bytes]
    piece: bytes = b""
    at: int = 0  # in the piece

    def take(self, size: int) -> bytes:
        """Return exactly *size* bytes; raise UnusableSource where there are fewer."""
        end = self.at + size
        if end <= len(self.piece):
            data, self.at = self.piece[self.at : end], end
            return data
        return b"".join(self.parts(size))

    def parts(self, size: int) -> Iterator[bytes]:
        """Yield exactly *size* bytes in parts; raise UnusableSource where there are fewer."""
        while size:
            if self.at == len(self.piece):
                self.piece, self.at = next(self.pieces, b""), 0
                if not self.piece:
                    raise archive_refusals.damaged("it ends too early")
            part = self.piece[self.at : self.at + size]
            self.at += len(part)
            size -= len(part)
            yield part

    def skip(self, size: int) -> None:
        """Pass over exactly *size* bytes; raise UnusableSource where there are fewer."""
        for _ in self.parts(size):
            pass

    def drain(self) -> None:
        """Pass over all that is left: the sums that compressed files carry at their end are checked only then."""
        for _ in self.pieces:
            pass


def _headers(stream: _Stream, *, most: int) -> Iterator[_Header]:
    """Yield the header of every member; what extends them, at most *most* bytes of it, is worked in."""
    name: bytes | None = None
    size: int | None = None
    while (block := stream.take(TAR_BLOCK)) != TAR_END:
        if not sum_is_right(block):
            raise archive_refusals.damaged("a header in it is broken")
        if block[156:157] not in _EXTENDING:
            yield _header(block, name=name, size=size)
            name = size = None
            continue
        data = _extension(stream, _number(block[124:136]))
        most -= len(data)
        if most < 0:
            raise archive_refusals.too_large()
        if block[156:157] == _LONG_NAME:
            name = data.partition(b"\0")[0]
        elif block[156:157] != _LONG_LINK:
            records = _records(data, shared=block[156:157] == _GLOBAL)
            name = records.get(b"path", name)
            size = _decimal(records[b"size"]) if b"size" in records else size


def _extension(stream: _Stream, size: int) -> bytes:
    if size > _LONGEST_EXTENSION:
        raise archive_refusals.damaged("a header in it is far too long")
    data = stream.take(size)
    stream.skip(-size % TAR_BLOCK)
    return data


def _records(data: bytes, *, shared: bool) -> Mapping[bytes, bytes]:
    """Return the records of a pax header: `length key=value`, each with a line end."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 12)
        length = _decimal(data[at:space]) if space > 0 else 0
        key, sign, value = data[space + 1 : at + length - 1].partition(b"=")
        if length <= space - at or not sign or data[at + length - 1 : at + length] != b"\n":
            raise archive_refusals.damaged("a pax header in it is broken")
        if key.startswith(b"GNU.sparse."):
            raise _sparse()
        if shared and key in {b"path", b"size"}:
            raise archive_refusals.unsafe("it gives all its files one name or one size")
        records[key] = value
        at += length
    return records


def _header(block: bytes, *, name: bytes | None, size: int | None) -> _Header:
    flag = block[156:157]
    kind = _KINDS.get(flag)
    if flag == b"1":
        raise archive_refusals.unsafe(_LINKED)
    if flag == b"S":
        raise _sparse()
    if kind is None:
        raise archive_refusals.unsupported("The archive holds things that no file or folder is made of.")
    name = _name(block) if name is None else name
    if kind is Kind.FILE and name.endswith(b"/"):  # as tar wrote folders before there was a flag for them
        kind = Kind.FOLDER
    size = _number(block[124:136]) if size is None else size
    if size and kind is not Kind.FILE:
        raise archive_refusals.damaged("a folder, link or device in it has a content")
    executable = bool(_number(block[100:108]) & 0o100)
    return _Header(name.decode("utf-8", "surrogateescape"), kind, size, executable)


def _name(block: bytes) -> bytes:
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _number(field: bytes) -> int:
    """Return a number of a header: octal digits, or binary where the first bit is set."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip(b" ")
    if digits.strip(b"01234567"):  # also a negative number, whose first byte is 255
        raise archive_refusals.damaged("a header in it has a number that is none")
    return int(digits or b"0", 8)


def _decimal(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 20:
        raise archive_refusals.damaged("a pax header in it has a number that is none")
    return int(digits)


def _sparse() -> UnusableSource:
    return archive_refusals.unsupported("The archive holds sparse files.")
