"""Where calls run: late ones, given-up ones, and those that fail after nobody waits for them."""

import asyncio
import logging
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from evaluator.grading import calling, wire


async def nothing() -> None:
    """Close what was never opened."""


def run(call: Any, *, seconds: float = 20) -> Any:
    return calling.run(call, seconds=seconds, sent=threading.Event(), close=nothing)


def test_a_call_returns_what_it_returns() -> None:
    assert run(partial(asyncio.sleep, 0, "told")) == "told"


def test_a_late_call_is_ended() -> None:
    ended = threading.Event()

    async def late() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        run(late, seconds=0.05)

    assert ended.wait(5)


def test_a_call_says_when_its_request_goes_out() -> None:
    sent = threading.Event()

    async def send() -> bool:
        mark = wire.SENT.get()
        assert mark is not None
        before = mark.is_set()
        mark.set()
        return before

    assert calling.run(send, seconds=20, sent=sent, close=nothing) is False
    assert sent.is_set()


def test_calls_that_are_given_up_end_at_once_and_none_begins() -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(run, partial(asyncio.sleep, 60)) for _ in range(3)]
        while len(calling._under_way) < 3:
            time.sleep(0.01)

        with calling.abandoned():
            ends = [type(each.exception(timeout=5)) for each in waiting]
            with pytest.raises(CancelledError):
                run(partial(asyncio.sleep, 0))

    assert ends == [CancelledError] * 3
    assert time.monotonic() - started < 10
    assert run(partial(asyncio.sleep, 0, "again")) == "again"


def test_what_fails_after_it_was_given_up_is_not_told_in_its_words(caplog: pytest.LogCaptureFixture) -> None:
    failed = threading.Event()

    async def fail_late() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            failed.set()
            raise ValueError("SECRETCODE") from None

    with caplog.at_level(logging.DEBUG):
        with pytest.raises(TimeoutError):
            run(fail_late, seconds=0.05)
        assert failed.wait(5)
        until = time.monotonic() + 5
        while "given up" not in caplog.text and time.monotonic() < until:
            time.sleep(0.01)

    assert "SECRETCODE" not in caplog.text
    assert "A call that was given up ended with ValueError" in caplog.text
