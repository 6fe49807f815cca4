import os
import resource
import signal
from collections.abc import Iterator

import pytest

from evaluator.errors import SourceUnavailable
from evaluator.sources import spool


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond 100,000 bytes; Python turns the signal for it into an error."""
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_what_was_added_is_read_from_where_it_lies() -> None:
    with spool.opened() as kept:
        places = [(kept.add(data), len(data)) for data in (b"one", b"", b"three" * 1000)]
        kept.seal()

        assert [kept.read(*place) for place in places] == [b"one", b"", b"three" * 1000]


def test_the_file_has_no_name() -> None:
    with spool.opened() as kept:
        assert os.fstat(kept.file.fileno()).st_nlink == 0


def test_a_full_disk_is_something_to_wait_for(small_disk: None) -> None:
    with spool.opened() as kept, pytest.raises(SourceUnavailable, match="Make room"):
        kept.add(b"x" * (2 << 20))

    with spool.opened() as kept:
        kept.add(b"x" * 200_000)
        with pytest.raises(SourceUnavailable, match="Make room"):
            kept.seal()
