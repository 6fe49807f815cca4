import os
from pathlib import Path

import pytest

from evaluator.domain import Limits
from evaluator.errors import UnusableSource
from evaluator.sources.watch import Watch, used


def test_a_process_has_used_memory_and_time() -> None:
    memory, seconds = used(os.getpid())

    assert 1 << 20 < memory < 1 << 40
    assert 0 < seconds < 1e6


def test_a_process_that_is_gone_has_used_nothing() -> None:
    assert used(1 << 30) == (0, 0.0)


def test_more_memory_than_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableSource) as caught:
        Watch(Limits(memory_bytes=1), tmp_path).look(os.getpid())

    assert caught.value.code == "too_much_memory"


def test_more_on_the_disk_than_the_limit_is_refused(tmp_path: Path) -> None:
    for name in ("tmp_pack_1", "tmp_idx_2"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(9 << 20)

    with pytest.raises(UnusableSource) as caught:
        Watch(Limits(received_bytes=1 << 20), tmp_path).look(1 << 30)

    assert caught.value.code == "too_large"


def test_what_keeps_within_the_limits_is_left_alone(tmp_path: Path) -> None:
    Watch(Limits(memory_bytes=1 << 40), tmp_path).look(os.getpid())
    Watch(Limits(), tmp_path / "gone").look(1 << 30)
