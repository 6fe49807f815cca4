"""The bytes of a compressed stream, piece by piece: bounded in memory, and counted before they are used."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from evaluator.sources import archive_refusals

_PIECE = 256 << 10  # bytes
_MEMORY = 80 << 20  # bytes; xz -9 needs 65 MiB
_STREAMS = 10_000  # one behind the other in one file, as parallel packers write them


class _Decoder(Protocol):
    """What `bz2` and `lzma` offer."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gunzip:
    """gzip in the manner of `bz2` and `lzma`."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        piece = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(piece) < max_length
        return piece


def gzip(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a gzip file unpacks to. Raises UnusableSource (`bad_archive`)."""
    return _unpacked(packed, _Gunzip)


def bzip2(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a bzip2 file unpacks to. Raises UnusableSource (`bad_archive`)."""
    return _unpacked(packed, bz2.BZ2Decompressor)


def xz(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what an xz file unpacks to. Raises UnusableSource (`bad_archive`)."""
    return _unpacked(packed, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY))


def _unpacked(packed: Iterable[bytes], new: Callable[[], _Decoder]) -> Iterator[bytes]:
    decoder: _Decoder | None = None
    streams = 0
    for chunk in packed:
        rest = chunk
        while rest or (decoder is not None and not decoder.needs_input):
            if decoder is None:
                rest = rest.lstrip(b"\0")  # what some packers fill the last block with
                if not rest:
                    break
                decoder, streams = new(), streams + 1
                if streams > _STREAMS:
                    raise archive_refusals.damaged(f"it is made of more than {_STREAMS:,} pieces")
            yield _piece(decoder, rest)
            rest = b""
            if decoder.eof:
                rest, decoder = decoder.unused_data, None
    if decoder is not None:
        raise archive_refusals.damaged("it ends too early")


def _piece(decoder: _Decoder, data: bytes) -> bytes:
    try:
        return decoder.decompress(data, _PIECE)
    except (zlib.error, lzma.LZMAError, OSError) as error:
        raise archive_refusals.damaged("its compressed data is broken, or takes too much memory") from error
