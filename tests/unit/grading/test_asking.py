"""What surrounds one question to a judge: tries again, budget, places, ledger."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from evaluator.errors import (
    AnswerLost,
    BudgetSpent,
    ClaimLost,
    DatabaseUnavailable,
    EvaluatorError,
    Interrupted,
    JudgeBusy,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    NotSent,
    RateLimited,
    UnknownPrice,
    VerdictError,
)
from evaluator.grading.asking import Patience, Wires, ask
from evaluator.grading.prices import Tariff
from evaluator.judgement import Answer, Call, JudgeName, Prompt
from evaluator.tables import Price

PROMPT = Prompt(system="s", prefix="p", suffix="x", answer_schema={}, tokens=100)
NAME = JudgeName(provider="openai", model="gpt-x")
TARIFF = Tariff(own={"openai/gpt-x": Price(input=Decimal(1000), output=Decimal(2000))}, answer_tokens=1000)
# 100 estimated tokens may be 184, and an answer has 1,000 at most: 2.184 dollars are put aside
ANSWER = Answer(text="hello", model="gpt-x-2", input_tokens=90, output_tokens=10, cached_tokens=4, reasoning_tokens=3)
COST = Decimal("0.11")
AT_ONCE = Patience(attempts=3, longest_wait=0)


class ScriptedJudge:
    """Answers or fails as it is told, in order."""

    name = NAME

    def __init__(self, *script: Answer | BaseException) -> None:
        self.script = list(script)

    def ask(self, _prompt: Prompt) -> Answer:
        step = self.script.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step


class Counter:
    """A purse and a traffic that write down what they are asked."""

    def __init__(self, *, refuse: EvaluatorError | None = None, busy: int = 0, pause: timedelta | None = None) -> None:
        self.said: list[str] = []
        self.refuse = refuse
        self.busy = busy
        self.pause = pause

    def reserve(self, most: Decimal) -> int:
        if self.refuse:
            raise self.refuse
        self.said.append(f"reserve {most}")
        return 7

    def settle(self, number: int, *, cost: Decimal) -> None:
        self.said.append(f"settle {number} {cost}")

    @contextmanager
    def admit(self, provider: str, *, tokens: int) -> Iterator[None]:
        if self.busy:
            self.busy -= 1
            raise JudgeBusy("full", retry_after=self.pause)
        self.said.append(f"enter {provider} {tokens}")
        try:
            yield
        except BaseException as error:
            self.said.append(f"left by {type(error).__name__}")
            raise
        self.said.append("left")


def wires(calls: list[Call], **keywords: Any) -> Wires:
    usual: Mapping[str, Any] = {"on_call": calls.append, "checkpoint": lambda: None, "patience": AT_ONCE}
    return Wires(**{**usual, "tariff": TARIFF, **keywords})


def put(judge: ScriptedJudge, wires: Wires, *, read: Callable[[Answer], str] = lambda answer: answer.text) -> str:
    return ask(judge, PROMPT, purpose="functionality 1", wires=wires, read=read)


def test_an_answer_is_read_and_entered_in_the_ledger_with_what_it_cost() -> None:
    calls: list[Call] = []

    told = put(ScriptedJudge(ANSWER), wires(calls), read=lambda answer: answer.text.upper())

    assert told == "HELLO"
    (call,) = calls
    assert (call.purpose, call.provider, call.model_asked, call.outcome) == ("functionality 1", "openai", "gpt-x", "ok")
    assert (call.model_returned, call.input_tokens, call.output_tokens) == ("gpt-x-2", 90, 10)
    assert (call.cached_tokens, call.reasoning_tokens, call.cost_usd) == (4, 3, COST)


@pytest.mark.parametrize("fault", [JudgeUnavailable("down"), RateLimited("slow"), AnswerLost("cut")])
def test_what_may_pass_is_tried_again_and_every_attempt_is_in_the_ledger(fault: EvaluatorError) -> None:
    calls: list[Call] = []

    told = put(ScriptedJudge(fault, fault, ANSWER), wires(calls))

    assert told == "hello"
    assert [call.outcome for call in calls] == [fault.code, fault.code, "ok"]


def test_after_the_last_attempt_its_error_is_raised() -> None:
    calls: list[Call] = []
    last = JudgeUnavailable("the third")

    with pytest.raises(JudgeUnavailable, match="the third"):
        put(ScriptedJudge(JudgeUnavailable("one"), RateLimited("two"), last), wires(calls))

    assert [call.outcome for call in calls] == ["judge_unavailable", "rate_limited", "judge_unavailable"]


@pytest.mark.parametrize("error", [JudgeRefused("key"), ClaimLost("gone"), KeyboardInterrupt()])
def test_what_does_not_pass_is_not_tried_again(error: BaseException) -> None:
    calls: list[Call] = []

    with pytest.raises(type(error)):
        put(ScriptedJudge(error, ANSWER), wires(calls))

    assert [call.outcome for call in calls] == [getattr(error, "code", "interrupted")]


def test_an_answer_that_cannot_be_used_is_paid_for_and_not_asked_for_again_here() -> None:
    calls: list[Call] = []
    purse = Counter()

    def refuse(answer: Answer) -> str:
        raise VerdictError("not that", code="no_answer")

    with pytest.raises(VerdictError):
        put(ScriptedJudge(ANSWER, ANSWER), wires(calls, purse=purse), read=refuse)

    assert [(call.outcome, call.cost_usd) for call in calls] == [("no_answer", COST)]
    assert purse.said == ["reserve 2.18400000", "settle 7 0.11000000"]


def test_a_pause_that_is_asked_for_is_waited_for() -> None:
    calls: list[Call] = []
    started = time.monotonic()

    put(
        ScriptedJudge(RateLimited("slow", retry_after=timedelta(seconds=0.3)), ANSWER),
        wires(calls, patience=Patience(attempts=2, longest_wait=1)),
    )

    assert time.monotonic() - started >= 0.3


def test_a_longer_pause_goes_back_to_the_queue_at_once_and_says_how_long() -> None:
    calls: list[Call] = []

    with pytest.raises(RateLimited) as caught:
        put(
            ScriptedJudge(RateLimited("slow", retry_after=timedelta(seconds=60)), ANSWER),
            wires(calls, patience=Patience(attempts=3, longest_wait=20)),
        )

    assert caught.value.retry_after == timedelta(seconds=60)
    assert [call.outcome for call in calls] == ["rate_limited"]


def test_a_claim_that_is_lost_stops_before_each_attempt_and_while_waiting() -> None:
    looks: list[float] = []
    started = time.monotonic()

    def checkpoint() -> None:
        looks.append(time.monotonic())
        if len(looks) == 3:
            raise ClaimLost

    judge = ScriptedJudge(RateLimited("slow", retry_after=timedelta(seconds=10)), ANSWER)
    with pytest.raises(ClaimLost):
        put(judge, wires([], checkpoint=checkpoint, patience=Patience(attempts=3, longest_wait=20)))

    assert time.monotonic() - started < 8
    assert judge.script == [ANSWER]


def test_a_place_is_held_while_the_judge_is_asked_and_left_with_its_fault() -> None:
    traffic = Counter()

    put(ScriptedJudge(JudgeUnavailable("down"), ANSWER), wires([], traffic=traffic))

    assert traffic.said == ["enter openai 184", "left by JudgeUnavailable", "enter openai 184", "left"]


def test_a_busy_provider_is_waited_for_and_that_is_no_attempt() -> None:
    calls: list[Call] = []
    traffic = Counter(busy=4, pause=timedelta(seconds=0.02))

    put(ScriptedJudge(ANSWER), wires(calls, traffic=traffic, patience=Patience(attempts=1, longest_wait=5)))

    assert traffic.said == ["enter openai 184", "left"]
    assert len(calls) == 1


def test_a_provider_that_stays_busy_sends_the_request_back_with_nothing_asked() -> None:
    calls: list[Call] = []
    traffic = Counter(busy=99, pause=timedelta(seconds=30))

    with pytest.raises(JudgeBusy) as caught:
        put(ScriptedJudge(ANSWER), wires(calls, traffic=traffic, patience=Patience(attempts=3, longest_wait=5)))

    assert caught.value.retry_after == timedelta(seconds=30)
    assert calls == []


def test_a_fault_tells_more_than_that_the_provider_is_left_alone_since() -> None:
    traffic = Counter(pause=timedelta(seconds=30))

    class Failing(ScriptedJudge):
        def ask(self, _prompt: Prompt) -> Answer:
            traffic.busy = 99
            return super().ask(_prompt)

    with pytest.raises(JudgeUnavailable, match="down"):
        put(Failing(JudgeUnavailable("down"), ANSWER), wires([], traffic=traffic))


def test_a_claim_that_is_lost_stops_the_waiting_for_a_place() -> None:
    looks: list[None] = []

    def checkpoint() -> None:
        looks.append(None)
        if len(looks) == 2:
            raise ClaimLost

    patience = Patience(attempts=1, longest_wait=60)
    with pytest.raises(ClaimLost):
        put(ScriptedJudge(ANSWER), wires([], traffic=Counter(busy=999), checkpoint=checkpoint, patience=patience))


@pytest.mark.parametrize(
    ("fault", "cost"),
    [(JudgeUnavailable("503"), "0"), (JudgeRefused("key"), "0"), (AnswerLost("late"), "2.18400000"),
     (KeyboardInterrupt(), "2.18400000")],
)  # fmt: skip
def test_a_refused_call_costs_nothing_and_a_lost_answer_all_that_was_put_aside(fault: BaseException, cost: str) -> None:
    purse = Counter()

    with pytest.raises(type(fault)):
        put(ScriptedJudge(fault), wires([], purse=purse, patience=Patience(attempts=1)))

    assert purse.said == ["reserve 2.18400000", f"settle 7 {cost}"]


def test_an_answer_without_a_price_costs_all_that_was_put_aside() -> None:
    purse = Counter()
    name = JudgeName(provider="openai", model="gpt-4o-mini")  # whose price litellm knows, and this judge does not say
    judge = ScriptedJudge(ANSWER)
    judge.name = name

    put(judge, wires([], purse=purse, tariff=Tariff(answer_tokens=1000)))

    reserved, settled = purse.said
    assert settled == reserved.replace("reserve", "settle 7")


@pytest.mark.parametrize("refusal", [BudgetSpent("no money"), DatabaseUnavailable("away")])
def test_without_money_nothing_is_asked(refusal: EvaluatorError) -> None:
    calls: list[Call] = []
    judge = ScriptedJudge(ANSWER)

    with pytest.raises(type(refusal)):
        put(judge, wires(calls, purse=Counter(refuse=refusal)))

    assert judge.script == [ANSWER]
    assert calls == []


def test_a_budget_and_a_model_of_unknown_price_do_not_go_together() -> None:
    judge = ScriptedJudge(ANSWER)

    with pytest.raises(UnknownPrice, match="MODU_PRICES=openai/gpt-x=in/out"):
        put(judge, wires([], purse=Counter(), tariff=Tariff()))

    assert judge.script == [ANSWER]


def test_a_ledger_that_cannot_be_written_does_not_make_us_pay_again() -> None:
    judge = ScriptedJudge(ANSWER, ANSWER)
    purse = Counter()

    def fail(call: Call) -> None:
        raise DatabaseUnavailable("away")

    with pytest.raises(DatabaseUnavailable):
        put(judge, wires([], on_call=fail, purse=purse))

    assert judge.script == [ANSWER]
    assert purse.said[-1] == "settle 7 0.11000000"


def test_an_answer_that_is_withheld_is_paid_for_and_stands_in_the_ledger() -> None:
    calls: list[Call] = []
    purse = Counter()

    with pytest.raises(JudgeRejected, match="content policy"):
        put(ScriptedJudge(ANSWER.model_copy(update={"text": "", "withheld": True})), wires(calls, purse=purse))

    assert [(call.outcome, call.input_tokens, call.cost_usd) for call in calls] == [("judge_rejected", 90, COST)]
    assert purse.said[1] == "settle 7 0.11000000"


def test_a_call_that_was_never_sent_is_tried_again_costs_nothing_and_is_in_no_ledger() -> None:
    calls: list[Call] = []
    purse = Counter()

    told = put(ScriptedJudge(NotSent("too slow"), ANSWER), wires(calls, purse=purse))

    assert told == "hello"
    assert [call.outcome for call in calls] == ["ok"]
    assert purse.said[1] == "settle 7 0"


def test_a_call_that_a_stop_ends_may_have_to_be_paid_for_and_is_not_made_again() -> None:
    calls: list[Call] = []
    purse = Counter()
    judge = ScriptedJudge(Interrupted("stopping"), ANSWER)

    with pytest.raises(Interrupted):
        put(judge, wires(calls, purse=purse))

    assert [call.outcome for call in calls] == ["interrupted"]
    assert purse.said[1] == "settle 7 2.18400000"
    assert judge.script == [ANSWER]


def test_an_answer_without_counts_costs_all_that_was_put_aside() -> None:
    calls: list[Call] = []
    purse = Counter()

    put(ScriptedJudge(Answer(text="hello", input_tokens=0, output_tokens=0)), wires(calls, purse=purse))

    assert [call.cost_usd for call in calls] == [None]
    assert purse.said[1] == "settle 7 2.18400000"


def test_a_seat_is_free_again_as_soon_as_the_judge_has_answered() -> None:
    seats = threading.Semaphore(1)
    free: list[bool] = []

    class Seated(ScriptedJudge):
        def ask(self, prompt: Prompt) -> Answer:
            free.append(seats.acquire(blocking=False))
            return super().ask(prompt)

    def read(_answer: Answer) -> None:
        free.append(seats.acquire(blocking=False))

    wires = Wires(on_call=lambda _: None, checkpoint=lambda: None, seats=seats)
    ask(Seated(ANSWER), PROMPT, purpose="p", wires=wires, read=read)

    assert free == [False, True]


def test_who_waits_for_a_seat_looks_whether_its_claim_is_lost() -> None:
    looks: list[None] = []

    def checkpoint() -> None:
        looks.append(None)
        if len(looks) > 1:
            raise ClaimLost

    wires = Wires(on_call=lambda _: None, checkpoint=checkpoint, seats=threading.Semaphore(0))
    with pytest.raises(ClaimLost):
        ask(ScriptedJudge(), PROMPT, purpose="p", wires=wires, read=lambda answer: answer)
