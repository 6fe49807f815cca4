import pytest

from evaluator.errors import UnusableSource
from evaluator.sources.archive_kinds import HEAD, is_archive, looks_like_tar
from tests.support.archives import Tarred, tar_header

HELLO = Tarred("hello", b"hello")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (tar_header(HELLO), True),
        (bytes(512), True),
        (bytes(511), False),
        (tar_header(HELLO)[:511], False),
        (b"x" * 512, False),
        (b"", False),
    ],
)
def test_a_tar_is_told_by_its_first_block(head: bytes, told: bool) -> None:
    assert looks_like_tar(head) is told


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", tar_header(HELLO)])
def test_an_archive_is_told_by_how_it_begins(head: bytes) -> None:
    assert is_archive(head.ljust(HEAD, b"\0"))


@pytest.mark.parametrize("head", [b"", b"# Hours", b"PK", b"<html>", b"\xfd7z", b"\x7fELF".ljust(HEAD, b"x")])
def test_what_begins_otherwise_is_none(head: bytes) -> None:
    assert not is_archive(head)


@pytest.mark.parametrize(
    "head", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\0", b"\x28\xb5\x2f\xfd", b"\x1f\x9d", b"PK\x07\x08"]
)
def test_a_kind_that_is_not_read_is_refused(head: bytes) -> None:
    with pytest.raises(UnusableSource) as caught:
        is_archive(head)

    assert caught.value.code == "unsupported_archive"
