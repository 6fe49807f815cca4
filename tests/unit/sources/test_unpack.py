import bz2
import gzip
import lzma
from collections.abc import Callable, Iterable, Iterator

import pytest

from evaluator.errors import UnusableSource
from evaluator.sources import unpack

Unpacker = Callable[[Iterable[bytes]], Iterator[bytes]]
EVERY = pytest.mark.parametrize(
    ("unpacker", "pack"), [(unpack.gzip, gzip.compress), (unpack.bzip2, bz2.compress), (unpack.xz, lzma.compress)]
)
TEXT = b"".join(b"line %d\n" % number for number in range(100_000))


def chunks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@EVERY
@pytest.mark.parametrize("size", [1, 4096, 1 << 20])
def test_what_was_packed_is_unpacked(unpacker: Unpacker, pack: Callable[[bytes], bytes], size: int) -> None:
    assert b"".join(unpacker(chunks(pack(TEXT), size))) == TEXT


@EVERY
def test_several_streams_and_the_filling_of_the_last_block_are_read(
    unpacker: Unpacker, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(b"one") + pack(b"two") + bytes(512) + pack(b"three") + bytes(1024)

    assert [b"".join(unpacker(chunks(packed, size))) for size in (1, 50, 4096)] == [b"onetwothree"] * 3


@EVERY
def test_pieces_are_small_whatever_they_come_from(unpacker: Unpacker, pack: Callable[[bytes], bytes]) -> None:
    pieces = list(unpacker([pack(bytes(20 << 20))]))

    assert sum(map(len, pieces)) == 20 << 20
    assert max(map(len, pieces)) <= 256 << 10


@EVERY
def test_a_cut_or_changed_stream_is_refused(unpacker: Unpacker, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TEXT)
    changed = bytearray(packed)
    changed[len(packed) // 2] ^= 0xFF

    for broken in (packed[:-1], packed[: len(packed) // 2], bytes(changed), packed + b"rest"):
        with pytest.raises(UnusableSource) as caught:
            list(unpacker([broken]))

        assert caught.value.code == "bad_archive"


def test_more_streams_than_any_packer_writes_are_refused() -> None:
    with pytest.raises(UnusableSource, match="10,000 pieces"):
        list(unpack.gzip([gzip.compress(b"") * 10_001]))


def test_xz_may_not_ask_for_more_memory_than_its_highest_level_needs() -> None:
    greedy = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 512 << 20}]

    assert b"".join(unpack.xz([lzma.compress(TEXT, preset=9)])) == TEXT
    with pytest.raises(UnusableSource, match="memory"):
        list(unpack.xz([lzma.compress(b"x", filters=greedy)]))
