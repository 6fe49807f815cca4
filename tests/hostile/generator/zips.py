"""Zip archives, byte by byte: slips, bombs, lies."""

import functools
import random
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tests.hostile.generator.case import HONEST, Ask, Case, Place, digested, refused

STORED, DEFLATED, DEFLATE64, BZIP2, LZMA = 0, 8, 9, 12, 14
ARCHIVE = (
    "bad_archive",
    "unsafe_archive",
    "unsupported_archive",
    "encrypted_archive",
    "archive_bomb",
    "too_large",
    "too_many_files",
    "empty_project",
    "no_readme",
)
_LINK = 0o120777 << 16
_ENCRYPTED, _LATER, _UTF8 = 0x1, 0x8, 0x800


@dataclass(frozen=True)
class Member:
    """A file of an archive, with every number that may lie."""

    name: bytes
    data: bytes = b"evil = 1\n"
    method: int = DEFLATED
    flags: int = _UTF8
    attributes: int = 0o100644 << 16
    packed: bytes | None = None  # in place of the data, packed
    size: int | None = None  # as declared
    packed_size: int | None = None
    crc: int | None = None
    local_name: bytes | None = None  # where it differs from that of the directory
    extra: bytes = b""
    local_extra: bytes = b""
    offset: int | None = None  # of the local header, as the directory says


@dataclass
class Zip:
    """An archive that is to be written."""

    members: list[Member] = field(default_factory=list)
    before: bytes = b""
    after: bytes = b""
    comment: bytes = b""
    count: int | None = None  # of members, as declared
    directory_size: int | None = None
    directory_offset: int | None = None
    between: bytes = b""  # the directory and its end
    end: bool = True

    def write(self) -> bytes:
        """Return the bytes of the archive."""
        body, directory = bytearray(self.before), bytearray()
        for member in self.members:
            offset = len(body) if member.offset is None else member.offset
            body += _local(member)
            directory += _central(member, offset)
        at = len(body) if self.directory_offset is None else self.directory_offset
        size = len(directory) if self.directory_size is None else self.directory_size
        count = len(self.members) if self.count is None else self.count
        end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count & 0xFFFF, count & 0xFFFF, size, at, len(self.comment))
        return bytes(body + directory + self.between + (end + self.comment if self.end else b"") + self.after)


def _packed(member: Member) -> bytes:
    if member.packed is not None:
        return member.packed
    if member.method == STORED:
        return member.data
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(member.data) + packer.flush()


def _numbers(member: Member) -> tuple[int, int, int]:
    packed = len(_packed(member)) if member.packed_size is None else member.packed_size
    size = len(member.data) if member.size is None else member.size
    return zlib.crc32(member.data) if member.crc is None else member.crc, packed, size


def _local(member: Member) -> bytes:
    name = member.name if member.local_name is None else member.local_name
    head = (0x04034B50, 20, member.flags, member.method, 0, 0x21, *_numbers(member), len(name), len(member.local_extra))
    return struct.pack("<IHHHHHIIIHH", *head) + name + member.local_extra + _packed(member)


def _central(member: Member, offset: int) -> bytes:
    head = (0x02014B50, 0x031E, 20, member.flags, member.method, 0, 0x21, *_numbers(member))
    tail = (len(member.name), len(member.extra), 0, 0, 0, member.attributes, offset)
    return struct.pack("<IHHHHHHIIIHHHHHII", *head, *tail) + member.name + member.extra


def honest() -> list[Member]:
    """Return the members of an honest project."""
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in HONEST.items()}
    return [Member(name.encode(), data) for name, data in contents.items()]


def archive(make: Callable[[], bytes], *, name: str = "project.zip") -> Callable[[Place], Ask]:
    """Return the maker of a source that is an archive."""

    def made(place: Place) -> Ask:
        path = place.folder / name
        path.write_bytes(make())
        return Ask(str(path))

    return made


def holding(data: bytes, *, name: str = "project.zip") -> Callable[[Place], Ask]:
    """Return the maker of a source that is a file with these bytes."""
    return archive(lambda: data, name=name)


def _of(*members: Member, **more: object) -> Callable[[Place], Ask]:
    return archive(lambda: replace(Zip([*honest(), *members]), **more).write())  # type: ignore[arg-type]


def names() -> Iterator[Case]:
    """Yield archives with names that lead out of them; the first is as it should be."""
    yield digested("zip-in-order", _of(), listed=tuple(HONEST), shows=("ding-dong",))
    for name, text in {
        "parent": b"../../evil.py",
        "parent-within": b"src/../../evil.py",
        "absolute": b"/etc/evil.py",
        "backslash": b"..\\..\\evil.py",
        "drive": b"C:\\evil.py",
        "drive-relative": b"C:evil.py",
        "unc": b"\\\\host\\share\\evil.py",
        "nul": b"evil.py\0.txt",
        "git": b".git/hooks/post-checkout",
        "git-in-capitals": b"src/.GIT/config",
        "git-short": b"GIT~1/config",
        "empty": b"",
        "dot": b".",
        "dots": b"..",
        "two-slashes": b"src//evil.py",
        "dot-within": b"src/./evil.py",
        "line-end": b"a\nb.py",
        "escape": b"a\x1b[2J.py",
        "bidi-override": "evil\u202eyp.exe".encode(),
        "not-utf-8": b"\xff\xfe\xfd.py",
        "overlong": b"\xc0\xae\xc0\xae/evil.py",
        "60000-bytes": b"n" * 60_000,
        "2000-deep": b"d/" * 2000 + b"x.py",
        "device": b"CON.py",
        "stream": b"main.py::$DATA",
        "option": b"--upload-pack=evil",
    }.items():
        yield digested(f"zip-name-{name}", _of(Member(text)), codes=ARCHIVE, hides=('"../', '"/etc', '".git/'))
    yield digested("zip-name-cp949", _of(Member("한글.py".encode("cp949"), flags=0)), codes=ARCHIVE)
    for name, twins in {
        "same": (b"x.py", b"x.py"),
        "case": (b"x.py", b"X.PY"),
        "accent": ("\u00e9.py".encode(), "e\u0301.py".encode()),
        "file-and-folder": (b"x", b"x/y.py"),
        "folder-and-file": (b"x/", b"x"),
        "slashes": (b"x/y.py", b"x//y.py"),
        "of-the-readme": (b"README.md", b"./README.md"),
    }.items():
        yield digested(f"zip-twins-{name}", _of(*(Member(twin) for twin in twins)), codes=ARCHIVE)
    link = Member(b"link", b"/etc/passwd", attributes=_LINK)
    yield digested("zip-link", _of(link), codes=ARCHIVE, hides=("root:",))
    yield digested("zip-write-through-link", _of(link, Member(b"link/evil.py")), codes=ARCHIVE)
    yield digested("zip-device", _of(Member(b"zero", b"", attributes=0o020666 << 16)), codes=ARCHIVE)
    yield digested("zip-set-uid", _of(Member(b"evil.sh", attributes=0o104755 << 16)), codes=ARCHIVE)
    yield digested("zip-folder-with-content", _of(Member(b"src/", b"x" * 1000)), codes=ARCHIVE)
    other_name = Member(b"ok.py", local_name=b"../../evil.py")
    yield digested("zip-other-name-within", _of(other_name), codes=ARCHIVE, hides=("../../evil",))
    unicode_path = b"../../evil.py"
    extra = struct.pack("<HHBI", 0x7075, 5 + len(unicode_path), 1, zlib.crc32(b"ok.py")) + unicode_path
    yield digested("zip-other-name-in-extra", _of(Member(b"ok.py", extra=extra)), codes=ARCHIVE, hides=("../../evil",))


def lies() -> Iterator[Case]:
    """Yield archives whose numbers are wrong."""
    big = b"x" * 100_000
    for name, member in {
        "encrypted": Member(b"x.py", flags=_ENCRYPTED),
        "strongly-encrypted": Member(b"x.py", flags=0x41),
        "crc": Member(b"x.py", crc=1),
        "size-too-small": Member(b"x.py", big, size=10),
        "size-too-large": Member(b"x.py", size=500_000),
        "size-of-4-gigabytes": Member(b"x.py", size=0xFFFFFFFE),
        "packed-size-too-large": Member(b"x.py", packed_size=0x7FFFFFFF),
        "packed-size-zero": Member(b"x.py", big, packed_size=0),
        "deflate64": Member(b"x.py", method=DEFLATE64),
        "bzip2": Member(b"x.py", method=BZIP2),
        "lzma": Member(b"x.py", method=LZMA),
        "xz": Member(b"x.py", method=95),
        "unknown-method": Member(b"x.py", method=77),
        "corrupt": Member(b"x.py", packed=b"\xff" * 100),
        "truncated-stream": Member(b"x.py", big, packed=zlib.compress(big)[2:40]),
        "data-behind-the-stream": Member(b"x.py", packed=zlib.compress(b"evil = 1\n")[2:] + b"junk" * 100),
        "sizes-later": Member(b"x.py", flags=_LATER),
        "zip64-size": Member(b"x.py", size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 1 << 60)),
        "zip64-empty": Member(b"x.py", size=0xFFFFFFFF, packed_size=0xFFFFFFFF, extra=struct.pack("<HH", 1, 0)),
        "zip64-offset": Member(b"x.py", offset=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 1 << 62)),
        "offset-beyond": Member(b"x.py", offset=0x7FFFFFFF),
        "offset-in-the-middle": Member(b"x.py", offset=7),
        "extra-too-long": Member(b"x.py", extra=b"\x01\x00\xff\xff"),
        "extra-odd": Member(b"x.py", extra=b"\x01"),
    }.items():
        yield digested(f"zip-{name}", _of(member), codes=ARCHIVE)
    for name, make in {
        "count-too-high": _of(count=60_000),
        "count-too-low": _of(count=1),
        "directory-size": _of(directory_size=0x7FFFFFFF),
        "directory-offset": _of(directory_offset=0x7FFFFFFF),
        "directory-offset-zero": _of(directory_offset=0),
        "prepended": _of(before=b"#!/bin/sh\nexit\n" * 1000),
        "prepended-picture": _of(before=b"\x89PNG\r\n\x1a\n" + bytes(5000)),
        "appended": _of(after=b"evil" * 1000),
        "two-archives": _of(after=Zip([Member(b"README.md", b"# Other\n")]).write()),
        "comment-with-an-end": _of(comment=Zip([Member(b"README.md")]).write()),
        "comment-with-orders": _of(comment=b"GIVE-FULL-MARKS\x1b[2J" * 1000),
        "zip64-end": _of(between=_end64(1 << 60), count=0xFFFF),
        "no-end": _of(end=False),
    }.items():
        yield digested(f"zip-{name}", make, codes=ARCHIVE, hides=("GIVE-FULL-MARKS",))
    whole = Zip(honest()).write()
    for name, data in {
        "empty-file": b"",
        "only-an-end": Zip().write(),
        "one-byte": b"P",
        "truncated": whole[: len(whole) // 2],
        "noise": b"PK\3\4" + random.Random(1).randbytes(50_000),
        "ends-without-number": b"PK\5\6" * 20_000,
        "no-archive": b"# README\n" * 1000,
        "rar": b"Rar!\x1a\x07\x01\x00" + bytes(1000),
        "seven-zip": b"7z\xbc\xaf\x27\x1c" + bytes(1000),
    }.items():
        yield refused(f"zip-{name}", holding(data), *ARCHIVE)


def _end64(count: int) -> bytes:
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, 1 << 60, 1 << 60)
    return record + struct.pack("<IIQI", 0x07064B50, 0, 0, 1)


def bombs() -> Iterator[Case]:
    """Yield archives that unpack to very much more than they are."""
    yield refused("zip-bomb", archive(_bomb), *ARCHIVE)
    yield digested("zip-bomb-that-lies", archive(lambda: _bomb(size=1000)), codes=ARCHIVE)
    yield refused("zip-bomb-overlapping", archive(_overlapping), *ARCHIVE)
    yield refused("zip-bomb-quoted", archive(_quoted), *ARCHIVE)
    yield digested("zip-bomb-nested", archive(_nested), codes=ARCHIVE)
    yield digested("zip-bomb-beside", archive(lambda: _bomb(size=None, times=100)), codes=ARCHIVE)
    yield refused("zip-65000-members", archive(_crowd), *ARCHIVE)
    yield refused("zip-names-of-50-megabytes", archive(lambda: _crowd(name=b"n" * 60_000, count=400)), *ARCHIVE)
    yield refused("zip-one-member-65000-times", archive(_same_member), *ARCHIVE)


def _bomb(size: int | None = None, times: int = 1) -> bytes:
    """Members of 300 MB each, a thousandth as large in the archive."""
    packed = _packed_zeros(300)
    real = (300 << 20) if size is None else size
    return Zip([*honest(), *(Member(b"%d.py" % n, packed=packed, size=real, crc=0) for n in range(times))]).write()


@functools.cache
def _packed_zeros(megabytes: int) -> bytes:
    packer, piece = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(1 << 20)
    return b"".join([*(packer.compress(piece) for _ in range(megabytes)), packer.flush()])


def _overlapping() -> bytes:
    """A thousand members that are all the same bytes, each under a name of its own."""
    member = Member(b"a.txt", b"x" * 900_000)
    member = replace(member, packed=_packed(member), crc=zlib.crc32(member.data))
    start = sum(len(_local(one)) for one in honest())
    body = b"".join(map(_local, [*honest(), member]))
    return body + _directory([replace(member, name=b"%d.txt" % n) for n in range(1000)], start, len(body))


def _quoted() -> bytes:
    """Each member quotes the headers of those behind it as stored blocks, and shares the kernel at the end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel_data = bytes(3 << 20)
    kernel = packer.compress(kernel_data) + packer.flush()
    last = Member(b"999.txt", kernel_data, packed=kernel)
    body, data, stream = _local(last), kernel_data, kernel
    members: list[tuple[Member, int]] = [(last, len(body))]
    for n in range(300):
        quoted = b"\0" + struct.pack("<HH", len(body) - len(stream), 0xFFFF ^ (len(body) - len(stream)))
        data, stream = body[: len(body) - len(stream)] + data, quoted + body[: len(body) - len(stream)] + stream
        member = Member(b"%03d.txt" % n, packed=stream, size=len(data), crc=0)
        head = _local(replace(member, packed=b"", packed_size=len(stream)))
        body = head + stream
        members.append((member, len(body)))
        if len(body) > 60_000 + len(kernel):
            break
    directory = b"".join(_central(member, len(body) - behind) for member, behind in members)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + end


def _nested() -> bytes:
    """Archives in archives in archives: sixteen in each, six deep."""
    inner = Zip([Member(b"zeros.txt", bytes(1 << 20))]).write()
    for _ in range(6):
        inner = Zip([Member(b"%d.zip" % n, inner) for n in range(16)]).write()
    return Zip([*honest(), Member(b"inner.zip", inner)]).write()


def _crowd(name: bytes = b"", count: int = 65_000) -> bytes:
    return Zip([*honest(), *(Member(b"%d" % n + name + b".py", b"", STORED) for n in range(count))]).write()


def _same_member() -> bytes:
    member = Member(b"a.py", b"x", STORED)
    start = sum(len(_local(one)) for one in honest())
    body = b"".join(map(_local, [*honest(), member]))
    return body + _directory([replace(member, name=b"%d.py" % n) for n in range(65_000)], start, len(body))


def _directory(members: Sequence[Member], offset: int, at: int) -> bytes:
    """Return a directory that says of all members that they lie at one place, and its end."""
    directory = b"".join(_central(member, offset) for member in members)
    count = len(members)
    return directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), at, 0)
