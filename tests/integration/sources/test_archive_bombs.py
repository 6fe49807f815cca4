import bz2
import lzma
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from evaluator.domain import Limits
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.archives import Tarred, Zipped, contents, pax, refusal, tar_header, tarred, zeros_deflated, zipped

TEN_GB = 10 << 30
BIG_HEADER = tar_header(Tarred("zeros", size=b"\x80" + TEN_GB.to_bytes(11, "big")))


def gzip_bomb() -> bytes:
    header = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    begin = header.compress(BIG_HEADER) + header.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + begin + zeros_deflated(TEN_GB) + bytes(8)


def bzip2_bomb() -> bytes:
    return bz2.compress(BIG_HEADER) + bz2.compress(bytes(64 << 20)) * 160


def xz_bomb() -> bytes:
    return lzma.compress(BIG_HEADER) + lzma.compress(bytes(64 << 20), preset=1) * 160


def lying_zip() -> bytes:
    stream = zeros_deflated(TEN_GB // 4)
    return zipped(Zipped("README.md", b"x"), Zipped("zeros", stream=stream, size=1000))


def honest_zip() -> bytes:
    return zipped(*(Zipped(f"zeros{n}", stream=zeros_deflated(1 << 30), size=1 << 30) for n in range(9)))


def endless_headers() -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    header = tarred(pax({"comment": "x"}), end=b"")
    return deflate.compress(header * 100_000) + deflate.flush()


BOMBS = {
    "gzip": (gzip_bomb, {"archive_bomb", "too_large"}),
    "bzip2": (bzip2_bomb, {"archive_bomb"}),
    "xz": (xz_bomb, {"archive_bomb", "too_large"}),
    "lying zip": (lying_zip, {"bad_archive"}),
    "honest zip": (honest_zip, {"archive_bomb", "too_large"}),
    "endless headers": (endless_headers, {"archive_bomb"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_code(tmp_path: Path, name: str) -> None:
    make, codes = BOMBS[name]
    archive = tmp_path / "bomb.zip"
    archive.write_bytes(make())

    assert refusal(archive).code in codes


def test_a_file_of_millions_of_empty_blocks_is_an_empty_file(tmp_path: Path) -> None:
    blocks = b"\x00\x00\x00\xff\xff" * 2_000_000 + b"\x03\x00"
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(Zipped("README.md", b"x"), Zipped("empty", stream=blocks)))

    with fetch(parse(str(archive)), limits=Limits()) as snapshot:
        assert contents(snapshot) == {"README.md": b"x", "empty": b""}


_MEASURED = """
import resource, sys
from evaluator.domain import Limits
from evaluator.errors import EvaluatorError
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    with fetch(parse(sys.argv[1]), limits=Limits()):
        pass
except EvaluatorError:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "lying zip", "honest zip"])
def test_a_bomb_takes_little_memory(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "bomb"
    archive.write_bytes(BOMBS[name][0]())

    done = subprocess.run([sys.executable, "-c", _MEASURED, str(archive)], capture_output=True, check=True)

    assert int(done.stdout) < 50 << 10  # KiB


def test_an_archive_in_an_archive_is_a_file_like_any_other(tmp_path: Path) -> None:
    inner = zipped(Zipped("zeros", stream=zeros_deflated(1 << 29), size=1 << 29))
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(Zipped("README.md", b"x"), Zipped("inner.zip", inner, method=0)))

    with fetch(parse(str(archive)), limits=Limits()) as snapshot:
        assert contents(snapshot) == {"README.md": b"x", "inner.zip": inner}
