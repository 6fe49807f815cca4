import os
import socket
from contextlib import nullcontext
from pathlib import Path

import pytest

from evaluator.domain import Limits
from evaluator.errors import UnusableSource
from evaluator.sources.dial import Dialer, Route
from evaluator.sources.urls import parse_url
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


@pytest.mark.parametrize(
    ("received", "begun", "refused"), [(65 << 20, False, True), (65 << 20, True, False), (63 << 20, False, False)]
)
def test_a_quarter_of_what_may_come_may_come_before_the_pack(
    tmp_path: Path, received: int, begun: bool, refused: bool
) -> None:
    with socket.socket() as server:
        dialer = Dialer(Route(parse_url("https://h.org/a/b")), 256 << 20, 0.0, server, received=received)
        if begun:
            (tmp_path / "tmp_pack_1").touch()

        with pytest.raises(UnusableSource) if refused else nullcontext():
            Watch(Limits(received_bytes=256 << 20), tmp_path, dialer).look(1 << 30)


def test_what_keeps_within_the_limits_is_left_alone(tmp_path: Path) -> None:
    Watch(Limits(memory_bytes=1 << 40), tmp_path).look(os.getpid())
    Watch(Limits(), tmp_path / "gone").look(1 << 30)
