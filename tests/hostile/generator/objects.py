"""Git objects and packs, byte by byte: also those that git itself would never make."""

import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

FILE, PROGRAM, LINK, FOLDER, SUBMODULE = b"100644", b"100755", b"120000", b"40000", b"160000"
Row = tuple[bytes, bytes, str]  # mode, name, id

_NUMBERS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_WHO = b"A <a@example.org> 1767322445 +0000"


@dataclass
class Objects:
    """A repository that is to be sent: objects as they stand in a pack, and the commit to begin with."""

    head: str = ""
    refs: dict[str, str] = field(default_factory=dict)  # name -> id, besides HEAD and refs/heads/main
    packed: dict[str, bytes] = field(default_factory=dict)  # id -> entry of the pack
    count: int | None = None  # of objects, as the pack declares it

    def add(self, kind: str, body: bytes) -> str:
        """Add an object and return its id."""
        id = hashlib.sha1(f"{kind} {len(body)}\0".encode() + body).hexdigest()
        self.packed[id] = entry(_NUMBERS[kind], len(body), zlib.compress(body, 1))
        return id

    def blob(self, data: bytes | str) -> str:
        """Add a file's content."""
        return self.add("blob", data.encode() if isinstance(data, str) else data)

    def tree(self, rows: Iterable[Row]) -> str:
        """Add a tree with rows in the order given."""
        return self.add("tree", b"".join(b"%s %s\0" % (mode, name) + bytes.fromhex(id) for mode, name, id in rows))

    def commit(self, tree: str, *, lines: bytes | None = None, message: bytes = b"First\n") -> str:
        """Add a commit, the head from now on; *lines* replace those of author and committer."""
        who = b"author %s\ncommitter %s\n" % (_WHO, _WHO) if lines is None else lines
        self.head = self.add("commit", b"tree %s\n" % tree.encode() + who + b"\n" + message)
        return self.head

    def tag(self, id: str, kind: str) -> str:
        """Add an annotated tag."""
        return self.add("tag", b"object %s\ntype %s\ntag t\ntagger %s\n\nT\n" % (id.encode(), kind.encode(), _WHO))

    def raw(self, id: str, packed: bytes) -> None:
        """Add an entry of the pack as it stands."""
        self.packed[id] = packed

    def pack(self) -> bytes:
        """Return the pack."""
        count = len(self.packed) if self.count is None else self.count
        body = b"PACK" + struct.pack(">II", 2, count) + b"".join(self.packed.values())
        return body + hashlib.sha1(body).digest()


def entry(number: int, size: int, compressed: bytes) -> bytes:
    """Return an entry of a pack: its type, the size that it declares, its content."""
    head, rest = (number << 4) | (size & 15), size >> 4
    out = bytearray()
    while rest:
        out.append(head | 128)
        head, rest = rest & 127, rest >> 7
    return bytes(out) + bytes([head]) + compressed


def delta(base: str, *, base_size: int, size: int, body: bytes) -> bytes:
    """Return an entry that makes its object of another one."""
    instructions = _varint(base_size) + _varint(size) + body
    return entry(7, len(instructions), bytes.fromhex(base) + zlib.compress(instructions, 1))


def copies(size: int, times: int) -> bytes:
    """Return the instructions that copy the first *size* (< 65536) bytes of the base so many times."""
    return (b"\xb0" + struct.pack("<H", size)) * times


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def honest(objects: Objects) -> list[Row]:
    """Add the files of an honest project and return their rows."""
    return [
        (FILE, b"README.md", objects.blob("# Bells\n\nRings a bell. Run `python main.py`.\n")),
        (FILE, b"main.py", objects.blob('print("ding-dong")\n')),
    ]


def project(*rows: Row, objects: Objects | None = None) -> Objects:
    """Return a repository with an honest project and *rows*, in git's order."""
    objects = objects or Objects()
    objects.commit(objects.tree(in_order([*honest(objects), *rows])))
    return objects


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows as git sorts them: a folder as if its name ended in a slash."""
    return sorted(rows, key=lambda row: row[1] + (b"/" if row[0] == FOLDER else b""))
