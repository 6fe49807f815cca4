import bz2
import gzip
import lzma
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from hypothesis import example, given, settings
from hypothesis import strategies as st

from evaluator.domain import Limits
from evaluator.errors import EvaluatorError
from evaluator.sources import unpack
from tests.support.archives import LATER, UTF_8, Tarred, Unpacked, Zipped, pax, tarred, untar, unzip, zipped

Result = TypeVar("Result")
LIMITS = Limits(entries=50, received_bytes=1 << 20, file_bytes=2000, depth=4, path_bytes=64)
ZIP = zipped(
    Zipped("README.md", b"# Hours\n"),
    Zipped("src/a.py", b"print(1)\n" * 50),
    Zipped("한글.txt".encode("cp949"), b"x", flags=0, system=0),
    Zipped("streamed", b"hello", flags=UTF_8 | LATER, local={"crc": 0, "packed": 0, "size": 0}, behind=b"d" * 16),
    Zipped("stored", b"stored" * 10, method=0, extra=b"UT\x05\x00\x03abcd"),
)
TAR = tarred(
    pax({"path": "README.md", "mtime": "1.5"}),
    Tarred("x", b"# Hours\n"),
    Tarred("././@LongLink", b"long/" * 30 + b"\0", kind=b"L"),
    Tarred("y", b"y" * 600),
    Tarred("link", kind=b"2", link=b"/etc/passwd"),
)
edits = st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=8)), max_size=6)
names = st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")))


def outcome(read: Callable[[], Result]) -> Result | EvaluatorError:
    """Return what was read, or the error of ours that refused it; any other error is a failure."""
    try:
        return read()
    except EvaluatorError as error:
        return error


def tried(read: Callable[[bytes, Limits], Unpacked], data: bytes) -> None:
    """Read what comes: what is taken keeps every promise, what is not is refused by a sentence with a code."""
    archive = outcome(lambda: read(data, LIMITS))
    if isinstance(archive, EvaluatorError):
        assert archive.code != "error"
        assert str(archive).isprintable()
        return
    for member in archive.members:
        names = member.path.split("/")
        assert not {"", ".", ".."} & set(names)
        assert ".git" not in {name.lower() for name in names}
        assert "\0" not in member.path
        assert (archive.files[member.path] is None) == (member.size > LIMITS.file_bytes)
    assert len(archive.files) == len(archive.members) <= LIMITS.entries


def edited(data: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    changed = bytearray(data)
    for place, new in changes:
        at = place % len(changed)
        changed[at : at + len(new)] = new
    return bytes(changed)


@given(st.binary(max_size=3000))
@example(b"PK\x05\x06" * 100)
def test_any_bytes_are_a_zip_or_refused(data: bytes) -> None:
    tried(unzip, data)


@given(edits)
def test_a_changed_zip_is_read_or_refused(changes: list[tuple[int, bytes]]) -> None:
    tried(unzip, edited(ZIP, changes))


@given(st.binary(max_size=3000))
def test_any_bytes_are_a_tar_or_refused(data: bytes) -> None:
    tried(untar, data)


@given(edits)
def test_a_changed_tar_is_read_or_refused(changes: list[tuple[int, bytes]]) -> None:
    tried(untar, edited(TAR, changes))


@given(
    st.lists(st.tuples(names, st.binary(max_size=3000), st.sampled_from([0, 0o100755, 0o120777, 0o040755])), max_size=8)
)
def test_members_of_any_name_are_read_or_refused_in_a_zip(rows: list[tuple[bytes, bytes, int]]) -> None:
    tried(unzip, zipped(*(Zipped(name, data, mode=mode, flags=0) for name, data, mode in rows)))


@given(
    st.lists(
        st.tuples(names, st.binary(max_size=3000), st.sampled_from([b"0", b"\0", b"2", b"5", b"L", b"x"])), max_size=8
    )
)
def test_members_of_any_name_are_read_or_refused_in_a_tar(rows: list[tuple[bytes, bytes, bytes]]) -> None:
    tried(untar, tarred(*(Tarred(name, data, kind=kind) for name, data, kind in rows)))


@settings(max_examples=50)
@given(edits, st.integers(1, 700))
def test_a_changed_stream_is_unpacked_or_refused(changes: list[tuple[int, bytes]], size: int) -> None:
    for unpacker, pack in ((unpack.gzip, gzip.compress), (unpack.bzip2, bz2.compress), (unpack.xz, lzma.compress)):
        packed = edited(pack(TAR), changes)
        pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
        unpacked = outcome(partial(b"".join, unpacker(pieces)))
        assert isinstance(unpacked, bytes) or unpacked.code == "bad_archive"
