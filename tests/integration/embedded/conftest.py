"""Fixtures of the tests of the embedded pair."""

import signal
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with the pair."""
    process = subprocess.Popen(("sleep", "600"))
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def restored_signals() -> Iterator[None]:
    """What a supervisor within this process changes is put back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)
