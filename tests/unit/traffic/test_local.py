"""The rules of one process, by a clock that the test turns."""

from datetime import timedelta

import pytest

from evaluator.errors import (
    AnswerLost,
    ClaimLost,
    DatabaseUnavailable,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    RateLimited,
    VerdictError,
)
from evaluator.traffic.local import Local
from evaluator.traffic.rules import FAILURES, PAUSE, TURN, Rules, asked_pause, outcome_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(local: Local, *, times: int) -> None:
    for n in range(times):
        assert local.enter(f"f{n}", "openai", tokens=1) is None
        local.leave(f"f{n}", "openai", "failed", asked=0)


def test_no_more_calls_are_under_way_than_there_are_places() -> None:
    local = Local(Rules(concurrency={"openai": 2}))

    told = [local.enter(id, "openai", tokens=1) for id in "abc"]
    local.leave("a", "openai", "answered", asked=0)

    assert told == [None, None, ("full", TURN)]
    assert local.enter("d", "openai", tokens=1) is None
    assert local.enter("e", "gemini", tokens=1) is None


def test_no_more_tokens_go_out_in_a_minute_than_the_rate() -> None:
    clock = Clock()
    local = Local(Rules(token_rate={"openai": 1000}), clock=clock)

    told = [local.enter("a", "openai", tokens=600)]
    clock.now += 20
    told += [local.enter("b", "openai", tokens=400), local.enter("c", "openai", tokens=500)]
    clock.now += 41
    told += [local.enter("d", "openai", tokens=601), local.enter("e", "openai", tokens=600)]

    assert told == [None, None, ("spent", 41.0), ("spent", 20.0), None]


def test_a_call_of_more_tokens_than_the_rate_waits_for_an_empty_minute() -> None:
    clock = Clock()
    local = Local(Rules(token_rate={"openai": 1000}), clock=clock)

    first, second = (local.enter(id, "openai", tokens=5000) for id in "ab")
    clock.now += 61

    assert (first, second) == (None, ("spent", 61.0))
    assert local.enter("c", "openai", tokens=5000) is None


def test_what_redis_let_through_is_counted_too() -> None:
    local = Local(Rules(concurrency={"openai": 1}, token_rate={"openai": 10}))

    local.note("a", "openai", tokens=10)

    assert local.enter("b", "openai", tokens=1) == ("full", TURN)


def test_a_provider_that_fails_is_left_alone_then_one_goes_to_see() -> None:
    clock = Clock()
    local = Local(Rules(), clock=clock)
    fail(local, times=FAILURES)

    told = [local.enter("a", "openai", tokens=1)]
    clock.now += PAUSE
    told += [local.enter("b", "openai", tokens=1), local.enter("c", "openai", tokens=1)]
    local.leave("b", "openai", "answered", asked=0)
    told += [local.enter("d", "openai", tokens=1)]

    assert told == [("closed", PAUSE), None, ("closed", PAUSE), None]


def test_a_success_between_failures_keeps_a_provider_open() -> None:
    local = Local(Rules())
    fail(local, times=FAILURES - 1)

    local.leave("x", "openai", "answered", asked=0)
    fail(local, times=FAILURES - 1)

    assert local.enter("a", "openai", tokens=1) is None


def test_a_pause_that_the_provider_asks_for_holds_for_all_and_no_success_ends_it() -> None:
    clock = Clock()
    local = Local(Rules(), clock=clock)
    local.leave("a", "openai", "limited", asked=7)
    local.leave("b", "openai", "answered", asked=0)

    told = [local.enter("c", "openai", tokens=1)]
    clock.now += 7

    assert told == [("closed", 7.0)]
    assert local.enter("d", "openai", tokens=1) is None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(None, "answered"), (JudgeRefused("key"), "answered"), (JudgeRejected("long"), "answered"),
     (VerdictError("form"), "answered"), (JudgeUnavailable("503"), "failed"), (AnswerLost("late"), "failed"),
     (RateLimited("slow"), "nothing"), (RateLimited("slow", retry_after=timedelta(seconds=1)), "limited"),
     (DatabaseUnavailable("ours"), "nothing"), (ClaimLost("ours"), "nothing"), (KeyboardInterrupt(), "nothing")],
)  # fmt: skip
def test_only_what_the_provider_did_counts_for_or_against_it(error: BaseException | None, outcome: str) -> None:
    assert outcome_of(error) == outcome


def test_a_wish_for_a_long_pause_holds_for_a_minute_for_others() -> None:
    assert asked_pause(RateLimited("slow", retry_after=timedelta(hours=1))) == 60
    assert asked_pause(RateLimited("slow", retry_after=timedelta(seconds=2))) == 2
    assert asked_pause(JudgeUnavailable("503", retry_after=timedelta(seconds=2))) == 0
