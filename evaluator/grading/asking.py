"""Ask a judge, within what the request and all workers together may spend, and keep the ledger of it.

A provider that is busy or down is asked again here a few times; for longer the request goes back to the queue.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from evaluator.domain import Value
from evaluator.errors import (
    AnswerLost,
    EvaluatorError,
    Interrupted,
    JudgeBusy,
    JudgeRejected,
    NotSent,
    TransientError,
)
from evaluator.grading.prices import Tariff, tokens_sent
from evaluator.judgement import Answer, Call, Judge, Memory, Prompt, Purse, Traffic

T = TypeVar("T")

_FIRST_PAUSE = 1.0  # seconds at most before the second attempt; doubled for each one after it
_SPREAD = 0.1  # of a pause that was asked for is added at most, so that not all come back at once
_LOOK = 2.0  # seconds between two checkpoints while waiting
_TURN = 0.25  # seconds between two looks for a free place, where nobody says more


class Patience(Value):
    """How long a worker puts up with a provider that fails."""

    attempts: int = 3
    longest_wait: float = 20  # seconds that a worker waits itself; longer ones go back to the queue


@dataclass(frozen=True)
class Wires:
    """What joins a grading to the world around it."""

    on_call: Callable[[Call], None]  # is told of each attempt that was sent, failed ones too
    checkpoint: Callable[[], None]  # called before each attempt and while waiting; may raise to stop
    traffic: Traffic | None = None
    purse: Purse | None = None
    memory: Memory | None = None
    patience: Patience = field(default_factory=Patience)
    tariff: Tariff = field(default_factory=Tariff)  # says how much is put aside in the purse
    seats: threading.Semaphore | None = None  # one for each call that this process may have under way


def ask(judge: Judge, prompt: Prompt, *, purpose: str, wires: Wires, read: Callable[[Answer], T]) -> T:
    """Return what *read* makes of the judge's answer.

    A TransientError of the judge is waited for and tried again as the patience allows; the last one is raised, and
    says when to come back where the provider said so. Raises what *read* and the wires raise, too: JudgeBusy where the
    provider had no free place in that time, BudgetSpent or UnknownPrice before anything is sent.
    """
    fault: TransientError | None = None
    for attempt in itertools.count(1):
        wires.checkpoint()
        try:
            told = _attempt(judge, prompt, purpose=purpose, wires=wires, read=read)
        except JudgeBusy as error:
            raise fault or error from error  # what the provider did says more than that it is left alone since
        if not isinstance(told, TransientError):
            return told
        fault = told
        pause = _pause(fault, attempt=attempt, patience=wires.patience)
        if pause is None:
            raise fault
        _wait(pause, checkpoint=wires.checkpoint)
    raise AssertionError("counting does not end")


@dataclass
class _Line:
    """What is known of a call so far."""

    answer: Answer | None = None
    fault: EvaluatorError | None = None


def _attempt(
    judge: Judge, prompt: Prompt, *, purpose: str, wires: Wires, read: Callable[[Answer], T]
) -> T | TransientError:
    """Return what *read* makes of the answer, or why the judge gave none that may come later; raise all else."""
    line = _Line()
    try:
        with (
            ExitStack() as seat,
            _place(judge.name.provider, tokens=tokens_sent(judge.name, prompt), seat=seat, wires=wires),
            _booked(line, judge, prompt, purpose=purpose, wires=wires),
        ):
            try:
                with seat:  # free for the next one before this answer is booked and read
                    answer = judge.ask(prompt)
                line.answer = _priced(answer, judge, tariff=wires.tariff)
                _refuse_withheld(line.answer, judge)
            except EvaluatorError as error:
                line.fault = error
                raise
            return read(line.answer)
    except TransientError as error:
        if error is line.fault:
            return error
        raise  # the ledger's or the purse's: the call may be paid for, and is not made again


def _priced(answer: Answer, judge: Judge, *, tariff: Tariff) -> Answer:
    """Return the answer with what the operator's own price makes of it, where there is one."""
    own = tariff.cost(judge.name, answer)
    return answer if own is None else answer.model_copy(update={"cost_usd": own})


def _refuse_withheld(answer: Answer, judge: Judge) -> None:
    if answer.withheld:
        raise JudgeRejected(
            f"{judge.name.provider} withheld the answer of {judge.name.model} by its content policy. Choose another"
            " model with MODU_MODEL."
        )


@contextmanager
def _place(provider: str, *, tokens: int, seat: ExitStack, wires: Wires) -> Iterator[None]:
    """Hold a place among the calls of all workers; wait for it as long as the patience allows, then raise JudgeBusy.

    A *seat* among the calls of this process comes first: who waits for one keeps no other worker waiting.
    """
    with ExitStack() as place:
        if wires.seats is not None:
            _sit_down(seat, wires.seats, checkpoint=wires.checkpoint)
        if wires.traffic is not None:
            _enter(place, wires.traffic, provider, tokens=tokens, wires=wires)
        yield


def _sit_down(seat: ExitStack, seats: threading.Semaphore, *, checkpoint: Callable[[], None]) -> None:
    """Take a seat, however long the calls of others last: they end by themselves."""
    while not seats.acquire(timeout=_LOOK):
        checkpoint()
    seat.callback(seats.release)


def _enter(place: ExitStack, traffic: Traffic, provider: str, *, tokens: int, wires: Wires) -> None:
    looked = time.monotonic()
    until = looked + wires.patience.longest_wait
    while True:
        try:
            place.enter_context(traffic.admit(provider, tokens=tokens))
            return
        except JudgeBusy as error:
            pause = error.retry_after.total_seconds() if error.retry_after else _TURN
            pause *= random.uniform(1, 1 + _SPREAD)  # noqa: S311 - spreads waiting threads, no secret
            if time.monotonic() + pause > until:
                raise
        _wait(pause, checkpoint=wires.checkpoint)
        if time.monotonic() - looked >= _LOOK:
            wires.checkpoint()
            looked = time.monotonic()


@contextmanager
def _booked(line: _Line, judge: Judge, prompt: Prompt, *, purpose: str, wires: Wires) -> Iterator[None]:
    """Put aside what the call may cost; in the end, however it ends, settle that and enter the call in the ledger."""
    most = wires.tariff.at_most(judge.name, prompt) if wires.purse else Decimal(0)
    number = wires.purse.reserve(most) if wires.purse else 0
    outcome, started = "interrupted", time.monotonic()
    try:
        yield
        outcome = "ok"
    except EvaluatorError as error:
        outcome = error.code
        raise
    finally:
        call = _call(judge, line.answer or Answer(text=""), purpose=purpose, outcome=outcome, since=started)
        try:
            if not isinstance(line.fault, NotSent):
                wires.on_call(call)
        finally:
            if wires.purse is not None:
                wires.purse.settle(number, cost=_cost(line, most=most))


def _cost(line: _Line, *, most: Decimal) -> Decimal:
    """Return what the call cost, in US dollars; all that was put aside where nobody can tell."""
    if line.answer is not None:
        return most if line.answer.cost_usd is None else line.answer.cost_usd
    refused = line.fault is not None and not isinstance(line.fault, AnswerLost | Interrupted)
    return Decimal(0) if refused else most


def _call(judge: Judge, answer: Answer, *, purpose: str, outcome: str, since: float) -> Call:
    return Call(
        purpose=purpose,
        provider=judge.name.provider,
        model_asked=judge.name.model,
        model_returned=answer.model,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cached_tokens=answer.cached_tokens,
        reasoning_tokens=answer.reasoning_tokens,
        cost_usd=answer.cost_usd,
        seconds=time.monotonic() - since,
        outcome=outcome,
        parameters=answer.parameters,
    )


def _pause(error: TransientError, *, attempt: int, patience: Patience) -> float | None:
    """Return the seconds to wait before the next attempt, or None where this worker has tried enough."""
    if attempt >= patience.attempts:
        return None
    if error.retry_after is None:
        most = min(_FIRST_PAUSE * 2 ** (attempt - 1), patience.longest_wait)
        return random.uniform(0, most)  # noqa: S311 - spreads the tries of many workers, no secret
    asked = error.retry_after.total_seconds()
    if asked > patience.longest_wait:
        return None
    return asked * random.uniform(1, 1 + _SPREAD)  # noqa: S311 - as above


def _wait(seconds: float, *, checkpoint: Callable[[], None]) -> None:
    """Wait for so long; look now and then whether there is still something to wait for."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK))
        if left > _LOOK:
            checkpoint()
