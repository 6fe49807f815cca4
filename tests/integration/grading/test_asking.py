"""Questions to a judge with all that surrounds them, over HTTP: what is waited for, how long, and what is told."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from evaluator.errors import EvaluatorError, JudgeRefused, RateLimited, TransientError
from evaluator.grading.asking import Patience, Wires, ask
from evaluator.judgement import Call
from evaluator.traffic.shared import SharedTraffic, open_traffic
from tests.support.judging import KEY, MODELS, PROMPT, judge
from tests.support.llm import Reply, ScriptedLLM

HELLO = Reply(text="hello")
PATIENCE = Patience(attempts=3, longest_wait=3)


def put(
    llm: ScriptedLLM,
    model: str,
    calls: list[Call],
    *,
    timeout: float = 20,
    patience: Patience = PATIENCE,
    traffic: SharedTraffic | None = None,
) -> str:
    wires = Wires(on_call=calls.append, checkpoint=lambda: None, patience=patience, traffic=traffic)
    return ask(judge(llm, model, timeout=timeout), PROMPT, purpose="test", wires=wires, read=lambda answer: answer.text)


@pytest.fixture
def traffic(redis_url: str) -> Iterator[SharedTraffic]:
    shared = open_traffic(redis_url, concurrency={"openai": 4}, token_rate={}, call_seconds=20)
    yield shared
    shared.close()


@pytest.mark.parametrize("model", MODELS)
def test_a_short_pause_is_waited_for_here(llm: ScriptedLLM, model: str) -> None:
    llm.will_fail(429, headers={"Retry-After": "1"})
    llm.will(HELLO)
    calls: list[Call] = []
    started = time.monotonic()

    told = put(llm, model, calls)

    assert told == "hello"
    assert 1 <= time.monotonic() - started < 6
    assert [call.outcome for call in calls] == ["rate_limited", "ok"]


@pytest.mark.parametrize("model", MODELS)
def test_a_pause_until_a_date_is_waited_for_here(llm: ScriptedLLM, model: str) -> None:
    date = datetime.now(UTC) + timedelta(seconds=2)
    llm.will_fail(429, headers={"Retry-After": format_datetime(date, usegmt=True)})
    llm.will(HELLO)
    calls: list[Call] = []

    assert put(llm, model, calls) == "hello"
    assert datetime.now(UTC) >= date.replace(microsecond=0)
    assert len(llm.requests) == len(calls) == 2


@pytest.mark.parametrize("model", MODELS)
def test_a_long_pause_goes_back_to_the_queue(llm: ScriptedLLM, model: str) -> None:
    llm.will_fail(429, headers={"Retry-After": "60"})
    calls: list[Call] = []

    with pytest.raises(RateLimited) as caught:
        put(llm, model, calls)

    assert caught.value.retry_after == timedelta(seconds=60)
    assert len(llm.requests) == len(calls) == 1


@pytest.mark.parametrize(
    "reply",
    [Reply(status=500), Reply(status=529), Reply(reset=True), Reply(cut=True), Reply(body="{not json")],
    ids=["500", "529", "reset", "cut", "bad JSON"],
)
@pytest.mark.parametrize("model", MODELS)
def test_what_fails_for_a_moment_is_tried_again_and_each_request_is_in_the_ledger(
    llm: ScriptedLLM, model: str, reply: Reply
) -> None:
    llm.will(reply, times=2)
    llm.will(HELLO)
    calls: list[Call] = []

    assert put(llm, model, calls) == "hello"
    assert [call.outcome for call in calls] == ["judge_unavailable", "judge_unavailable", "ok"]
    assert len(llm.requests) == 3


@pytest.mark.parametrize("reply", [Reply(hang=60), Reply(drip=60)], ids=["hang", "drip"])
@pytest.mark.parametrize("model", MODELS)
def test_a_provider_that_stays_silent_costs_each_attempt_its_time_and_no_more(
    llm: ScriptedLLM, model: str, reply: Reply
) -> None:
    llm.always(reply)
    calls: list[Call] = []

    with pytest.raises(TransientError, match="did not answer within 1 seconds"):
        put(llm, model, calls, timeout=1, patience=Patience(attempts=2, longest_wait=0))

    assert [call.outcome for call in calls] == ["judge_unavailable"] * 2
    assert all(1 <= call.seconds < 2 for call in calls)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("model", MODELS)
def test_what_a_person_has_to_mend_is_asked_once(llm: ScriptedLLM, model: str, status: int) -> None:
    llm.will_fail(status)
    calls: list[Call] = []

    with pytest.raises(EvaluatorError) as caught:
        put(llm, model, calls)

    assert not isinstance(caught.value, TransientError)
    assert len(llm.requests) == len(calls) == 1


def test_many_threads_share_the_places_of_a_provider(llm: ScriptedLLM, traffic: SharedTraffic) -> None:
    llm.always(Reply(text="hello", drip=0.1))
    calls: list[Call] = []

    with ThreadPoolExecutor(16) as pool:
        patience = Patience(attempts=1, longest_wait=60)
        told = list(
            pool.map(lambda _: put(llm, "openai/anything", calls, patience=patience, traffic=traffic), range(32))
        )

    assert told == ["hello"] * 32
    assert len(calls) == len(llm.requests) == 32
    assert 2 <= llm.most_at_once <= 4


def test_no_prompt_and_no_key_stands_in_a_log_or_an_error(
    llm: ScriptedLLM, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    with caplog.at_level(logging.DEBUG):
        for model in MODELS:
            for reply in (
                Reply(status=401, text=f"wrong key {KEY}"), Reply(status=500), Reply(body="{not json"), HELLO
            ):  # fmt: skip
                llm.will(reply)
                try:
                    put(llm, model, [], patience=Patience(attempts=1))
                except EvaluatorError as error:
                    said += [str(error), repr(error), repr(error.__cause__)]
    printed = "".join(capfd.readouterr())

    everything = "\n".join([*said, caplog.text, printed])
    assert KEY not in everything
    assert "your name, please" not in everything


WAITS = """
import sys
from evaluator.grading.asking import Wires, ask
from evaluator.grading.judge import open_judge
from evaluator.judgement import Prompt
judge = open_judge("openai/anything", api_base=sys.argv[1], keys={}, timeout=60, answer_tokens=500)
prompt = Prompt(system="s", prefix="p", suffix="x", answer_schema={})
wires = Wires(on_call=lambda call: print(call.outcome), checkpoint=lambda: None)
try:
    ask(judge, prompt, purpose="test", wires=wires, read=lambda answer: answer.text)
except KeyboardInterrupt:
    print("stopped")
"""


def test_ctrl_c_ends_a_call_at_once_and_it_is_in_the_ledger(llm: ScriptedLLM) -> None:
    llm.always(Reply(hang=60))
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, "-c", WAITS, llm.url], env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as waiting:  # fmt: skip
        until = time.monotonic() + 60
        while not llm.requests and time.monotonic() < until:
            time.sleep(0.05)

        waiting.send_signal(2)
        started = time.monotonic()
        out, err = waiting.communicate(timeout=30)

    assert (out, err) == ("interrupted\nstopped\n", "")
    assert time.monotonic() - started < 10


def test_a_refusal_is_told_with_what_to_do(llm: ScriptedLLM) -> None:
    llm.will_fail(401, message="no such key")

    with pytest.raises(JudgeRefused, match=r"no such key\. Check OPENAI_API_KEY"):
        put(llm, "openai/anything", [])
