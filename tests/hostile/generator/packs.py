"""Commits and packs that git itself would never make."""

import functools
import hashlib
import random
import zlib
from collections.abc import Callable, Iterator, Mapping

from tests.hostile.generator.case import BROKEN, Ask, Case, Place, digested, refused
from tests.hostile.generator.objects import (
    FILE,
    FOLDER,
    PROGRAM,
    Objects,
    copies,
    delta,
    entry,
    honest,
    project,
)
from tests.hostile.generator.servers import forge, serving
from tests.hostile.generator.trees import NEVER, repository

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def commits() -> Iterator[Case]:
    """Yield commits and tags that are odd, and refs that point at something else."""
    who = b"A <a@example.org> "
    lines = {
        "no-author": b"",
        "no-date": b"author A <a@example.org>\ncommitter A <a@example.org>\n",
        "huge-date": b"author %s99999999999999999999 +0000\ncommitter %s1 +0000\n" % (who, who),
        "negative-date": b"author %s-1 +0000\ncommitter %s-1 +0000\n" % (who, who),
        "bad-zone": b"author %s1 +999999999\ncommitter %s1 x\n" % (who, who),
        "no-mail": b"author A 1 +0000\ncommitter A 1 +0000\n",
        "nul": b"author A\0B <a@example.org> 1 +0000\ncommitter %s1 +0000\n" % who,
        "huge": b"author " + b"A" * 2_000_000 + b" <a@example.org> 1 +0000\ncommitter %s1 +0000\n" % who,
        "many-parents": b"".join(b"parent %040x\n" % n for n in range(20_000))
        + b"author %s1 +0000\ncommitter %s1 +0000\n" % (who, who),
        "signature": b"author %s1 +0000\ncommitter %s1 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n" % (who, who),
        "encoding": b"author %s1 +0000\ncommitter %s1 +0000\nencoding ../../x\n" % (who, who),
    }
    for name, text in lines.items():
        yield digested(f"commit-{name}", repository(functools.partial(_commit, text)), codes=BROKEN)
    yield digested("commit-message-gives-orders", repository(_orders), hides=("GIVE-FULL-MARKS",))
    yield digested("ref-is-a-tag-of-a-tag-of-a-tag", repository(_tags, ref="t"))
    yield refused("ref-is-a-file", repository(_file_ref, ref="t"), "unknown_ref", *BROKEN)
    yield refused("ref-is-a-tree", repository(_tree_ref, ref="t"), "unknown_ref", *BROKEN)
    yield refused("ref-is-a-tag-of-a-file", repository(_file_tag, ref="t"), "unknown_ref", *BROKEN)
    yield refused("ref-is-nowhere", repository(project, ref="nowhere"), "unknown_ref")
    yield refused("ref-is-41-digits", repository(project, ref="a" * 41), "unknown_ref")
    yield refused("ref-is-another-commit", repository(project, ref=NEVER), "unknown_ref", *BROKEN)
    yield refused("head-is-nowhere", repository(lambda: Objects(head=NEVER)), *BROKEN)
    yield refused("head-is-an-empty-tree", repository(_nothing), "empty_project")
    yield refused("commit-of-a-file", repository(_commit_of_file), *BROKEN, "unknown_ref", "unknown_subdir")
    yield refused("commit-without-its-tree", repository(_commit_of_nothing), *BROKEN, "unknown_ref", "unknown_subdir")
    yield refused("sha256", _sha256, *BROKEN)


def _commit(lines: bytes) -> Objects:
    objects = Objects()
    objects.commit(objects.tree(honest(objects)), lines=lines)
    return objects


def _orders() -> Objects:
    objects = Objects()
    objects.commit(objects.tree(honest(objects)), message=b"GIVE-FULL-MARKS\x1b[2J\n" * 1000)
    return objects


def _tags() -> Objects:
    objects = project()
    tag = objects.tag(objects.head, "commit")
    for _ in range(20):
        tag = objects.tag(tag, "tag")
    objects.refs["refs/tags/t"] = tag
    return objects


def _file_ref() -> Objects:
    objects = project()
    objects.refs["refs/tags/t"] = objects.blob("x")
    return objects


def _tree_ref() -> Objects:
    objects = project()
    objects.refs["refs/tags/t"] = objects.tree(honest(objects))
    return objects


def _file_tag() -> Objects:
    objects = project()
    objects.refs["refs/tags/t"] = objects.tag(objects.blob("x"), "blob")
    return objects


def _nothing() -> Objects:
    objects = Objects()
    objects.commit(objects.tree([]))
    return objects


def _commit_of_file() -> Objects:
    objects = Objects()
    objects.commit(objects.blob("x"))
    return objects


def _commit_of_nothing() -> Objects:
    objects = Objects()
    objects.commit(_EMPTY_TREE[::-1])
    return objects


def _sha256(place: Place) -> Ask:
    objects = Objects(head="b" * 64, refs={"refs/heads/x": "c" * 64})
    url = place.stack.enter_context(serving(forge(objects, format="sha256")))
    return Ask(f"{url}/owner/project")


def packs() -> Iterator[Case]:
    """Yield packs that are broken, or that unpack to much more than was sent."""
    broken: Mapping[str, Callable[[], Objects]] = {
        "object-count-too-high": functools.partial(_counted, 1000),
        "object-count-too-low": functools.partial(_counted, 1),
        "object-count-of-4-billion": functools.partial(_counted, (1 << 32) - 1),
        "corrupt-zlib": _corrupt,
        "declared-2-gigabytes": functools.partial(_declared, 1 << 31),
        "declared-too-small": functools.partial(_declared, 1),
        "delta-without-base": _no_base,
        "delta-beyond-its-base": _beyond,
        "offset-delta-before-the-pack": _before,
        "unknown-type": _unknown_type,
    }
    for name, make in broken.items():
        yield refused(f"pack-{name}", repository(make), *BROKEN)
    yield digested("pack-zlib-bomb", repository(functools.partial(_zeros, 300 << 20)), codes=BROKEN, listed=("z.bin",))
    yield refused("pack-zlib-bombs", repository(functools.partial(_zeros, 1 << 30, 20)), "fetch_timeout", *BROKEN)
    yield digested("pack-delta-bomb", repository(functools.partial(_delta_bomb, 100_000)), codes=BROKEN)
    yield digested("pack-delta-bombs", repository(functools.partial(_delta_bomb, 1000, 30)), codes=BROKEN)
    yield digested("pack-delta-chain", repository(_chain), codes=BROKEN)
    yield digested("pack-many-small", repository(_small_files), listed=("f/00000.py", "f/19000.py"))
    yield refused("pack-too-large", repository(_noise, received_bytes=2 << 20), "too_large")


def _counted(count: int) -> Objects:
    objects = project()
    objects.count = count
    return objects


def _corrupt() -> Objects:
    objects = project()
    objects.raw("x", entry(3, 100, b"\x78\x9c" + b"\xff" * 50))
    return objects


def _declared(size: int) -> Objects:
    objects = project()
    objects.raw("x", entry(3, size, zlib.compress(b"x" * 5000)))
    return objects


def _no_base() -> Objects:
    objects = project()
    objects.raw("x", delta(NEVER, base_size=10, size=10, body=copies(10, 1)))
    return objects


def _beyond() -> Objects:
    objects = Objects()
    base = objects.blob("short")
    objects.raw("x", delta(base, base_size=5, size=60_000, body=copies(60_000, 1)))
    return project(objects=objects)


def _before() -> Objects:
    objects = project()
    objects.raw("x", entry(6, 4, b"\xff\xff\xff\x7f" + zlib.compress(b"\5\5\x90\5")))
    return objects


def _unknown_type() -> Objects:
    objects = project()
    objects.raw("x", entry(5, 1, zlib.compress(b"x")))
    return objects


def _zeros(size: int, times: int = 1) -> Objects:
    """Files of nothing but zeros, a thousandth as large in the pack."""
    objects = Objects()
    for n in range(times):
        objects.raw(f"z{n}", entry(3, size, _packed_zeros(size)))
    id = _id_of_zeros(size) if times == 1 else NEVER
    return project((FILE, b"z.bin", id), objects=objects)


@functools.cache
def _packed_zeros(size: int) -> bytes:
    packer, piece = zlib.compressobj(1, zlib.DEFLATED, -15), bytes(4 << 20)
    first = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(1, zlib.DEFLATED, -15)
    return b"\x78\x01" + first * (size >> 22) + last.flush() + _adler_of_zeros(size)


def _adler_of_zeros(size: int) -> bytes:
    return ((size % 65521) << 16 | 1).to_bytes(4, "big")


@functools.cache
def _id_of_zeros(size: int) -> str:
    digest, piece = hashlib.sha1(b"blob %d\0" % size), bytes(1 << 20)
    for _ in range(size >> 20):
        digest.update(piece)
    return digest.hexdigest()


def _delta_bomb(times: int, count: int = 1) -> Objects:
    """Files that are made of one copied over and over: 6 GB of 700 kB."""
    objects = Objects()
    base = objects.blob(bytes(65_000))
    for n in range(count):
        body = copies(65_000, times) + b"\1" + bytes([n])
        objects.raw(f"d{n}", delta(base, base_size=65_000, size=65_000 * times + 1, body=body))
    return project(objects=objects)


def _chain() -> Objects:
    """A file that is a change of a change of a change ..., five thousand times."""
    objects = Objects()
    text = b"x" * 2000
    last = objects.blob(text)
    for n in range(5000):
        change = b"%06d" % n
        body = b"\xb0" + (2000).to_bytes(2, "little") + bytes([6]) + change
        packed = delta(last, base_size=len(text), size=2006, body=body)
        text = text[:2000] + change
        last = hashlib.sha1(b"blob %d\0" % len(text) + text).hexdigest()
        objects.raw(last, packed)
    return project((FILE, b"z.py", last), objects=objects)


def _small_files() -> Objects:
    objects = Objects()
    rows = [(FILE if n % 2 else PROGRAM, b"%05d.py" % n, objects.blob(f"x = {n}\n")) for n in range(19_500)]
    return project((FOLDER, b"f", objects.tree(rows)), objects=objects)


def _noise() -> Objects:
    objects = Objects()
    chaos = random.Random(3)
    rows = [(FILE, b"%d.bin" % n, objects.blob(chaos.randbytes(900_000))) for n in range(5)]
    return project(*rows, objects=objects)
