"""Tar archives and their compressions, byte by byte: escapes, bombs, lies."""

import bz2
import functools
import gzip
import lzma
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.hostile.generator.case import HONEST, Ask, Case, Place, digested, refused
from tests.hostile.generator.zips import ARCHIVE, archive, holding

_BLOCK = 512
FILE, HARD, LINK, CHARACTER, BLOCK_DEVICE, FOLDER, FIFO = b"0", b"1", b"2", b"3", b"4", b"5", b"6"
_CODES = ARCHIVE


@dataclass(frozen=True)
class Member:
    """A member, with every field that may lie."""

    name: bytes
    data: bytes = b"evil = 1\n"
    kind: bytes = FILE
    target: bytes = b""
    mode: bytes = b"0000644\0"
    size: bytes | None = None  # the field of twelve bytes
    checksum: bytes | None = None
    magic: bytes = b"ustar\x0000"
    prefix: bytes = b""
    tail: bytes = b""  # in place of prefix and what follows


def member(one: Member) -> bytes:
    """Return header and data of a member."""
    size = b"%011o\0" % len(one.data) if one.size is None else one.size
    fields = (one.name[:100].ljust(100, b"\0"), one.mode, b"0000000\0", b"0000000\0", size.ljust(12, b"\0"))
    tail = one.tail or (b"\0" * 80 + one.prefix.ljust(155, b"\0") + b"\0" * 12)
    rest = one.kind + one.target[:100].ljust(100, b"\0") + one.magic + tail[-247:].rjust(247, b"\0")
    head = b"".join(fields) + b"00000000000\0" + b" " * 8 + rest
    checksum = b"%06o\0 " % sum(head) if one.checksum is None else one.checksum
    head = head[:148] + checksum + head[156:]
    return head[:_BLOCK] + one.data + bytes(-len(one.data) % _BLOCK)


def honest() -> list[Member]:
    """Return the members of an honest project."""
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in HONEST.items()}
    return [Member(name.encode(), data) for name, data in contents.items()]


def tar(*members: Member, raw: bytes = b"", end: bytes = bytes(1024)) -> bytes:
    """Return an archive of an honest project, *members* and *raw* bytes."""
    return b"".join(map(member, [*honest(), *members])) + raw + end


def pax(*records: tuple[str, bytes], kind: bytes = b"x") -> bytes:
    """Return an extended header."""
    body = b""
    for key, value in records:
        rest = b" %s=%s\n" % (key.encode(), value)
        size = len(rest) + len(str(len(rest) + len(str(len(rest)))))
        body += b"%d%s" % (size, rest)
    return member(Member(b"pax", body, kind))


def _of(*members: Member, raw: bytes = b"", end: bytes = bytes(1024)) -> Callable[[Place], Ask]:
    return archive(lambda: tar(*members, raw=raw, end=end), name="project.tar")


def members() -> Iterator[Case]:
    """Yield archives with members that lead out, or are no files; the first is as it should be."""
    yield digested("tar-in-order", _of(), listed=tuple(HONEST), shows=("ding-dong",))
    for name, text in {
        "parent": b"../../evil.py",
        "parent-within": b"src/../../evil.py",
        "absolute": b"/etc/evil.py",
        "backslash": b"..\\..\\evil.py",
        "drive": b"C:\\evil.py",
        "empty": b"",
        "dots": b"..",
        "git": b".git/hooks/post-checkout",
        "git-short": b"git~1/config",
        "line-end": b"a\nb.py",
        "escape": b"a\x1b[2J.py",
        "not-utf-8": b"\xff\xfe\xfd.py",
        "bidi-override": "evil\u202eyp.exe".encode(),
        "option": b"--checkpoint-action=exec=sh",
    }.items():
        yield digested(f"tar-name-{name}", _of(Member(text)), codes=_CODES, hides=('"../', '"/etc', '".git/'))
    yield digested("tar-name-in-prefix", _of(Member(b"evil.py", prefix=b"../..")), codes=_CODES, hides=('"../',))
    link = Member(b"link", b"", LINK, b"/etc")
    for name, made in {
        "link": (link,),
        "link-to-itself": (replace(link, target=b"link"),),
        "write-through-link": (link, Member(b"link/evil.py")),
        "link-over-file": (Member(b"x.py"), Member(b"x.py", b"", LINK, b"/etc/passwd")),
        "file-over-link": (Member(b"x.py", b"", LINK, b"/etc/passwd"), Member(b"x.py")),
        "hard-link": (Member(b"x.py", b"", HARD, b"main.py"),),
        "hard-link-out": (Member(b"x.py", b"", HARD, b"/etc/passwd"),),
        "hard-link-to-link": (link, Member(b"y", b"", HARD, b"link")),
        "character-device": (Member(b"zero", b"", CHARACTER),),
        "block-device": (Member(b"disk", b"", BLOCK_DEVICE),),
        "fifo": (Member(b"pipe", b"", FIFO),),
        "folder-with-content": (Member(b"src", b"x" * 1000, FOLDER),),
        "twins": (Member(b"x.py"), Member(b"x.py", b"other = 1\n")),
        "twins-of-case": (Member(b"x.py"), Member(b"X.py")),
        "file-and-folder": (Member(b"x"), Member(b"x/y.py")),
        "contiguous": (Member(b"x.py", kind=b"7"),),
        "unknown-kind": (Member(b"x.py", kind=b"Q"),),
        "multi-volume": (Member(b"x.py", kind=b"M"),),
        "volume-label": (Member(b"x.py", b"", kind=b"V"),),
        "dump-folder": (Member(b"src", b"Yx\0\0", kind=b"D"),),
        "solaris-header": (Member(b"x", b"junk", kind=b"X"),),
        "set-uid": (Member(b"x.sh", mode=b"0006755\0"),),
        "negative-mode": (Member(b"x.sh", mode=b"\xff" * 8),),
        "old-sparse": (_sparse(),),
    }.items():
        yield digested(f"tar-{name}", _of(*made), codes=_CODES, hides=("root:",))


def _sparse() -> Member:
    """The old form: a map of holes that makes a terabyte of nothing."""
    spot = b"%011o\0%011o\0" % (0, 9)
    tail = b"\0" * 121 + spot * 4 + b"\0" + b"\x80" + bytes(3) + struct.pack(">Q", 1 << 40)
    return Member(b"x.py", kind=b"S", tail=tail)


def headers() -> Iterator[Case]:
    """Yield archives whose headers lie, or are longer than what they tell of."""
    for name, size in {
        "negative": b"\xff" * 12,
        "minus-octal": b"-0000000001",
        "8-exabytes": b"\x80" + bytes(3) + struct.pack(">Q", 1 << 63),
        "beyond-the-end": b"%011o\0" % (1 << 30),
        "no-number": b"zzzzzzzzzzz\0",
        "blank": b"            ",
    }.items():
        yield digested(f"tar-size-{name}", _of(Member(b"x.py", size=size)), codes=_CODES)
    for name, raw in {
        "size-override": pax(("size", b"1"), ("path", b"x.py")) + member(Member(b"y.py", b"x" * 5000)),
        "size-huge": pax(("size", b"9" * 30)) + member(Member(b"y.py")),
        "size-negative": pax(("size", b"-5")) + member(Member(b"y.py")),
        "path-out": pax(("path", b"../../evil.py")) + member(Member(b"y.py")),
        "path-absolute": pax(("path", b"/etc/evil.py")) + member(Member(b"y.py")),
        "path-not-utf-8": pax(("path", b"\xff\xfe.py")) + member(Member(b"y.py")),
        "path-nul": pax(("path", b"a\0b.py")) + member(Member(b"y.py")),
        "path-megabytes": pax(("path", b"n" * 3_000_000)) + member(Member(b"y.py")),
        "comment-megabytes": pax(("comment", b"n" * 30_000_000)) + member(Member(b"y.py")),
        "many-records": pax(*((f"k{n}", b"v") for n in range(100_000))) + member(Member(b"y.py")),
        "global": pax(("path", b"../../evil.py"), kind=b"g") + member(Member(b"y.py")),
        "global-bomb": pax(*((f"k{n}", b"v" * 100) for n in range(20_000)), kind=b"g") * 5,
        "charset": pax(("hdrcharset", b"BINARY"), ("path", b"\xff.py")) + member(Member(b"y.py")),
        "sparse": pax(("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0"), ("GNU.sparse.realsize", b"1099511627776"))
        + member(Member(b"y.py", b"1\n0\n1\n" + bytes(600))),
        "sparse-old": pax(
            ("GNU.sparse.size", b"1099511627776"), ("GNU.sparse.map", b"0,9"), ("GNU.sparse.name", b"../x")
        )
        + member(Member(b"y.py")),
        "length-lies": member(Member(b"pax", b"999999999 path=x\n", b"x")) + member(Member(b"y.py")),
        "length-zero": member(Member(b"pax", b"0 path=x\n" * 100, b"x")) + member(Member(b"y.py")),
        "length-no-number": member(Member(b"pax", b"x path=x\n", b"x")) + member(Member(b"y.py")),
        "length-of-digits": member(Member(b"pax", b"9" * 1_000_000, b"x")) + member(Member(b"y.py")),
        "of-nothing": pax(("path", b"x.py")),
        "of-a-header": pax(("path", b"x.py")) * 5000 + member(Member(b"y.py")),
        "link-out": pax(("linkpath", b"/etc/passwd")) + member(Member(b"y.py", b"", LINK)),
    }.items():
        yield digested(f"tar-pax-{name}", _of(raw=raw), codes=_CODES, hides=('"../', '"/etc', "root:"))
    for name, raw in {
        "long-name-out": member(Member(b"././@LongLink", b"../" * 100 + b"x.py\0", b"L")) + member(Member(b"y.py")),
        "long-name-megabytes": member(Member(b"././@LongLink", b"n" * 30_000_000, b"L")) + member(Member(b"y.py")),
        "long-name-of-long-name": member(Member(b"././@LongLink", b"n\0", b"L")) * 5000 + member(Member(b"y.py")),
        "long-link": member(Member(b"././@LongLink", b"/etc/passwd\0", b"K")) + member(Member(b"y", b"", LINK)),
        "long-name-of-nothing": member(Member(b"././@LongLink", b"x.py\0", b"L")),
    }.items():
        yield digested(f"tar-gnu-{name}", _of(raw=raw), codes=_CODES, hides=('"../', "root:"))
    for name, data in {
        "checksum": tar(Member(b"x.py", checksum=b"0000000\0")),
        "no-end": tar(end=b""),
        "half-a-header": tar(end=b"x" * 100),
        "junk-behind": tar(end=bytes(1024) + b"junk" * 5000),
        "second-archive": tar(end=bytes(1024) + tar(Member(b"y.py"))),
        "zeros-between": tar(raw=bytes(512) + member(Member(b"y.py"))),
        "endless-zeros": tar(end=bytes(20 << 20)),
        "truncated": tar()[:700],
    }.items():
        yield digested(f"tar-{name}", holding(data, name="project.tar"), codes=_CODES)
    crowd = b"".join(member(Member(b"%d.py" % n, b"")) for n in range(21_000))
    yield refused("tar-21000-members", _of(raw=crowd), *_CODES)
    folders = member(Member(b"d", b"", FOLDER)) * 25_000
    yield digested("tar-one-folder-25000-times", _of(raw=folders), codes=_CODES)


def compressed() -> Iterator[Case]:
    """Yield compressed archives that unpack to very much more, or to nothing."""
    packings: dict[str, Callable[[bytes], bytes]] = {
        "gz": functools.partial(gzip.compress, compresslevel=1, mtime=0),
        "bz2": bz2.compress,
        "xz": functools.partial(lzma.compress, preset=0),
    }
    for suffix, pack in packings.items():
        name = f"project.tar.{suffix}"
        yield refused(f"tar-{suffix}-bomb", archive(functools.partial(_bomb, suffix), name=name), *_CODES)
        yield refused(
            f"tar-{suffix}-bomb-of-headers", archive(functools.partial(_header_bomb, suffix), name=name), *_CODES
        )
        whole = pack(tar())
        yield digested(f"tar-{suffix}-in-order", holding(whole, name=name), shows=("ding-dong",))
        for what, data in {
            "truncated": whole[: len(whole) // 2],
            "without-its-check": whole[:-6],
            "corrupt": whole[:60] + b"\xff" * 40 + whole[100:],
            "junk-behind": whole + b"junk" * 1000,
            "zeros-behind": whole + bytes(1 << 20),
            "twice": whole + whole,
            "of-nothing": pack(b""),
            "of-noise": pack(random.Random(2).randbytes(100_000)),
            "of-itself": pack(whole),
            "of-empty-streams": pack(b"") * 20_000 + whole,
        }.items():
            yield digested(f"tar-{suffix}-{what}", holding(data, name=name), codes=_CODES)
    yield digested("tar-xz-huge-dictionary", archive(_huge_dictionary, name="project.tar.xz"), codes=_CODES)
    yield refused("tar-lzma-huge-dictionary", archive(_lzma_dictionary, name="project.tar.xz"), *_CODES)
    yield refused(
        "tar-gz-of-other-name", archive(lambda: b"\x1f\x8b\x08\x1c" + b"\xff" * 500, name="project.tgz"), *_CODES
    )
    yield refused("tar-is-a-pipe", _a_pipe, *_CODES, "not_a_folder", "no_such_path", "unreadable_path")
    yield refused("tar-is-a-link-out", _link_out, *_CODES, "path_not_allowed")
    yield digested("tar-grows", _growing, codes=(*_CODES, "source_unreachable"))


_ZEROS = member(Member(b"zeros.py", size=b"%011o\0" % (7 << 30), data=b""))


@functools.cache
def _bomb(suffix: str) -> bytes:
    """An honest project, and a file of gigabytes of zeros."""
    front, piece = tar(end=b"") + _ZEROS, bytes(16 << 20)
    if suffix == "gz":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        head = packer.compress(front) + packer.flush(zlib.Z_FULL_FLUSH)
        return head + (packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)) * 100
    if suffix == "bz2":
        return bz2.compress(front) + bz2.compress(piece) * 200
    return lzma.compress(front, preset=0) + lzma.compress(piece, preset=0) * 200


@functools.cache
def _header_bomb(suffix: str) -> bytes:
    """Headers without end that tell of nothing: no file ever comes."""
    piece = pax(("comment", b"x" * 400)) * 4000
    if suffix == "gz":
        return gzip.compress(tar(end=b""), mtime=0) + gzip.compress(piece, mtime=0) * 300
    if suffix == "bz2":
        return bz2.compress(tar(end=b"")) + bz2.compress(piece) * 300
    return lzma.compress(tar(end=b""), preset=0) + lzma.compress(piece, preset=0) * 300


def _huge_dictionary() -> bytes:
    """A small stream whose dictionary would take a gigabyte and a half of memory."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 4096, "preset": 0}]
    data = bytearray(lzma.compress(tar(), lzma.FORMAT_XZ, filters=filters))
    at = data.index(b"\x21\x01", 12)  # the filter, the length of its properties, the size of the dictionary
    data[at + 2] = 39
    size = (data[12] + 1) * 4
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(bytes(data[12 : 12 + size - 4])))
    return bytes(data)


def _lzma_dictionary() -> bytes:
    return b"\x5d" + struct.pack("<I", 0xFFFFFFFF) + struct.pack("<q", -1) + bytes(1000)


def _a_pipe(place: Place) -> Ask:
    os.mkfifo(place.folder / "project.tar.gz")
    return Ask(str(place.folder / "project.tar.gz"))


def _link_out(place: Place) -> Ask:
    """A link under the allowed folder that leads to an archive elsewhere."""
    roots = place.folder / "roots"
    roots.mkdir()
    (place.folder / "other.tar").write_bytes(tar())
    (roots / "project.tar").symlink_to(place.folder / "other.tar")
    return Ask(str(roots / "project.tar"), roots=(str(roots),))


def _growing(place: Place) -> Ask:
    path = place.folder / "project.tar"
    path.write_bytes(tar(end=b""))
    more = member(Member(b"more.py", b"x" * 100_000))

    def meanwhile() -> None:
        with path.open("ab") as file:
            file.write(more)

    return Ask(str(path), meanwhile=meanwhile)
