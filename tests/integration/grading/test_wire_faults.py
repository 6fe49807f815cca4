"""What providers can do wrong, over HTTP, in the three wire formats."""

import json
import re
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from evaluator.errors import (
    AnswerLost,
    ContextTooLong,
    EvaluatorError,
    Interrupted,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    NotSent,
    RateLimited,
    UnknownModel,
    VerdictError,
)
from evaluator.grading import calling
from evaluator.grading.asking import Wires, ask
from evaluator.grading.verdict import parse
from evaluator.grading.wire import MAX_BYTES
from evaluator.judgement import Call
from tests.support.judging import KEY, MODELS, NONCE, PROMPT, bill, judge, openai_response, refusal
from tests.support.llm import Reply, ScriptedLLM, scripted_llm

FAULTS: list[tuple[int, type[EvaluatorError]]] = [
    (400, JudgeRejected), (401, JudgeRefused), (403, JudgeRefused), (404, UnknownModel), (413, JudgeRejected),
    (422, JudgeRejected), (429, RateLimited), (500, JudgeUnavailable), (503, JudgeUnavailable), (529, JudgeUnavailable),
]  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), FAULTS)
@pytest.mark.parametrize("model", MODELS)
def test_a_refusal_is_told_in_the_providers_words_after_one_call(
    llm: ScriptedLLM, capfd: pytest.CaptureFixture[str], model: str, status: int, kind: type[EvaluatorError]
) -> None:
    llm.will_fail(status, message="No luck with key-of-the-test today")

    error = refusal(judge(llm, model))

    assert type(error) is kind
    assert ": No luck with [key] today. " in str(error)
    assert len(llm.requests) == 1
    assert capfd.readouterr() == ("", "")


def openai(status: int, message: str, code: str, **headers: str) -> Reply:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return Reply(status=status, body=json.dumps(body), headers=headers)


def anthropic(status: int, kind: str, message: str) -> Reply:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return Reply(status=status, body=json.dumps(body))


def gemini(status: int, kind: str, message: str, *details: dict[str, str]) -> Reply:
    body = {"error": {"code": status, "message": message, "status": kind, "details": list(details)}}
    return Reply(status=status, body=json.dumps(body))


WORDS: list[tuple[Reply, type[EvaluatorError], str]] = [
    (openai(400, "This model's maximum context length is 128000 tokens.", "context_length_exceeded"),
     ContextTooLong, "MODU_DIGEST_TOKENS"),
    (openai(400, "Your input exceeds the context window of this model.", "context_length_exceeded"),
     ContextTooLong, "larger window"),
    (openai(429, "Request too large for gpt on tokens per min (TPM): Limit 30000, Requested 60000.",
            "rate_limit_exceeded"), ContextTooLong, "MODU_DIGEST_TOKENS"),
    (openai(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota"),
     JudgeRefused, "Mend its billing"),
    (openai(429, "Rate limit reached. Please try again in 20s.", "rate_limit_exceeded"), RateLimited, "slow down"),
    (openai(404, "The model `gpt-x` does not exist or you do not have access to it.", "model_not_found"),
     UnknownModel, "MODU_MODEL"),
    (openai(400, "gpt-x is not a valid model ID", "400"), UnknownModel, "MODU_MODEL"),
    (openai(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key"), JudgeRefused, "Check OPENAI_API_KEY"),
    (openai(400, "The response was filtered due to the content management policy.", "content_filter"),
     JudgeRejected, "choose another model"),
    (anthropic(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
     ContextTooLong, "MODU_DIGEST_TOKENS"),
    (anthropic(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 188240 + 21333"),
     ContextTooLong, "MODU_DIGEST_TOKENS"),
    (anthropic(413, "request_too_large", "Request exceeds the maximum size"), ContextTooLong, "MODU_DIGEST_TOKENS"),
    (anthropic(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
     JudgeRefused, "Mend its billing"),
    (anthropic(401, "authentication_error", "invalid x-api-key"), JudgeRefused, "Check ANTHROPIC_API_KEY"),
    (anthropic(404, "not_found_error", "model: claude-x"), UnknownModel, "MODU_MODEL"),
    (anthropic(529, "overloaded_error", "Overloaded"), JudgeUnavailable, "try again later"),
    (gemini(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed."),
     ContextTooLong, "MODU_DIGEST_TOKENS"),
    (gemini(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
     JudgeRefused, "Check GEMINI_API_KEY"),
    (gemini(404, "NOT_FOUND", "models/x is not found for API version v1beta"), UnknownModel, "MODU_MODEL"),
    (gemini(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."
            " Please retry in 26.5s."), RateLimited, "slow down"),
    (gemini(503, "UNAVAILABLE", "The model is overloaded."), JudgeUnavailable, "try again later"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "kind", "advice"), WORDS)
def test_what_providers_say_in_their_own_way_is_understood(
    llm: ScriptedLLM, reply: Reply, kind: type[EvaluatorError], advice: str
) -> None:
    body = json.loads(reply.body or "")
    model = "anthropic/anything" if "type" in body else "gemini/anything" if "details" in body["error"] else MODELS[0]
    llm.will(reply)

    error = refusal(judge(llm, model))

    assert type(error) is kind
    assert body["error"]["message"].rstrip(".").replace(KEY, "[key]") in str(error)
    assert advice in str(error)
    assert len(llm.requests) == 1


def test_gemini_says_in_the_body_how_long_to_wait(llm: ScriptedLLM) -> None:
    llm.will(gemini(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", {"@type": "RetryInfo", "retryDelay": "26s"}))

    error = refusal(judge(llm, "gemini/anything"))

    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=26)


def test_gemini_blocks_a_prompt_without_an_error(llm: ScriptedLLM) -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 10}}
    llm.will(Reply(body=json.dumps(blocked)))

    answer = judge(llm, "gemini/anything").ask(PROMPT)

    assert answer.withheld
    assert answer.input_tokens == 10


@pytest.mark.parametrize(("value", "seconds"), [("1", 1), ("60", 60)])
@pytest.mark.parametrize("model", MODELS)
def test_the_pause_that_a_provider_asks_for_is_passed_on(
    llm: ScriptedLLM, model: str, value: str, seconds: int
) -> None:
    llm.will_fail(429, headers={"Retry-After": value})

    error = refusal(judge(llm, model))

    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize("model", MODELS)
def test_a_pause_may_be_a_date(llm: ScriptedLLM, model: str) -> None:
    date = datetime.now(UTC) + timedelta(hours=1)
    llm.will_fail(503, headers={"Retry-After": format_datetime(date, usegmt=True)})

    error = refusal(judge(llm, model))

    assert isinstance(error, JudgeUnavailable)
    assert error.retry_after is not None
    assert timedelta(minutes=59) < error.retry_after <= timedelta(hours=1)


@pytest.mark.parametrize("reply", [Reply(hang=60), Reply(drip=60)], ids=["hang", "drip"])
@pytest.mark.parametrize("model", MODELS)
def test_a_call_ends_at_its_deadline_whatever_the_provider_does(llm: ScriptedLLM, model: str, reply: Reply) -> None:
    llm.will(reply)
    started = time.monotonic()

    error = refusal(judge(llm, model, timeout=1))

    assert type(error) is AnswerLost
    assert "did not answer within 1 seconds" in str(error)
    assert 1 <= time.monotonic() - started < 2


LOST = {
    "reset": Reply(reset=True), "cut": Reply(cut=True), "bad JSON": Reply(body="{not json"), "nothing": Reply(body=""),
    "page": Reply(body="<html>Log in</html>", headers={"Content-Type": "text/html"}), "null": Reply(body="null"),
    "list": Reply(body="[]"), "deep": Reply(body="[" * 200_000), "huge": Reply(body=" " * (MAX_BYTES + 1)),
    "endless": Reply(endless=True), "bomb": Reply(text="x" * 50_000_000, gzip=True),
}  # fmt: skip


@pytest.mark.parametrize("reply", LOST.values(), ids=LOST)
@pytest.mark.parametrize("model", MODELS)
def test_a_response_that_cannot_be_read_is_a_lost_answer_after_one_request(
    llm: ScriptedLLM, model: str, reply: Reply
) -> None:
    llm.will(reply)

    error = refusal(judge(llm, model))

    assert type(error) is AnswerLost
    assert "does not answer as it should" in str(error)
    assert len(llm.requests) == 1  # litellm itself would ask again where a connection breaks
    assert llm.poured < 32 << 20  # sockets hold some of it


@pytest.mark.parametrize("model", MODELS)
def test_a_page_instead_of_an_error_means_that_the_judge_is_unavailable(llm: ScriptedLLM, model: str) -> None:
    llm.will(Reply(status=502, body="<html>Bad gateway</html>", headers={"Content-Type": "text/html"}))

    assert type(refusal(judge(llm, model))) is JudgeUnavailable


@pytest.mark.parametrize("model", MODELS)
def test_an_error_that_comes_as_a_success_is_an_error(llm: ScriptedLLM, model: str) -> None:
    llm.will(Reply(body=json.dumps({"error": {"message": "upstream is down", "code": 502}})))

    assert isinstance(refusal(judge(llm, model)), JudgeUnavailable)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("model", MODELS)
def test_nobody_else_is_sent_code_or_key(llm: ScriptedLLM, model: str, status: int) -> None:
    with scripted_llm() as other:
        llm.will(Reply(status=status, body="", headers={"Location": f"{other.url}/v1/chat/completions"}))

        error = refusal(judge(llm, model))

        assert other.requests == []
    assert type(error) is JudgeRejected
    assert "Set MODU_API_BASE" in str(error)
    assert len(llm.requests) == 1


@pytest.mark.parametrize("model", MODELS)
def test_nobody_listening_means_that_the_judge_is_unavailable(llm: ScriptedLLM, model: str) -> None:
    asked = judge(llm, model)
    llm.close()

    error = refusal(asked)

    assert type(error) is JudgeUnavailable
    assert "MODU_API_BASE" in str(error)


@pytest.mark.parametrize("model", MODELS)
def test_a_withheld_answer_is_a_rejection_that_is_paid_for(llm: ScriptedLLM, model: str) -> None:
    llm.will_reply("", finish="content_filter")
    calls: list[Call] = []

    wires = Wires(on_call=calls.append, checkpoint=lambda: None)
    with pytest.raises(JudgeRejected, match="content policy"):
        ask(judge(llm, model), PROMPT, purpose="test", wires=wires, read=lambda answer: answer)

    assert [(call.outcome, call.input_tokens, call.output_tokens) for call in calls] == [("judge_rejected", 1000, 200)]


@pytest.mark.parametrize(
    ("reply", "code"),
    [(Reply(empty=True), "empty_answer"), (Reply(text=""), "empty_answer"), (Reply(finish="length"), "truncated")],
)
@pytest.mark.parametrize("model", MODELS)
def test_no_answer_and_half_an_answer_are_refused_but_paid_for(
    llm: ScriptedLLM, model: str, reply: Reply, code: str
) -> None:
    llm.will(reply)

    answer = judge(llm, model).ask(PROMPT)

    with pytest.raises(VerdictError) as caught:
        parse(answer, nonce=NONCE, ids=["Q1"])
    assert caught.value.code == code
    assert answer.input_tokens == 1000


BROKEN: list[dict[str, Any]] = [
    *({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}]}
      for content in (["piece of an answer"], {"a": "piece of an answer"}, 7, True)),
    {"choices": [{}]},
    {"choices": [{"index": 0, "message": None, "finish_reason": "stop"}]},
    {"choices": {"a": "piece of an answer"}},
    {"usage": 1.5},
    bill(1.5),
    bill("many"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # pytest takes our own filter away
@pytest.mark.parametrize("changes", BROKEN)
def test_a_response_out_of_form_is_told_without_program_or_answer(llm: ScriptedLLM, changes: dict[str, Any]) -> None:
    llm.will(openai_response(**changes))

    error = refusal(judge(llm, "openai/gpt-4o-mini"))

    assert type(error) is AnswerLost
    assert not re.search(r"Traceback|Invalid response|File|\.py|piece|[\\/]\w+[\\/]", str(error).replace("openai/", ""))


CODE = "SECRETCODE = compute(alpha)"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=429, text=CODE, headers={"Retry-After": "Fri, 31 Dec 99999999999 23:59:59 GMT"}),
        Reply(status=503, text=CODE), Reply(status=401, text=CODE), Reply(hang=60), Reply(body=json.dumps([CODE])),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", MODELS)
def test_nothing_of_the_vendors_error_hangs_on_ours(llm: ScriptedLLM, model: str, reply: Reply) -> None:
    llm.will(reply)

    error = refusal(judge(llm, model, timeout=2))

    assert error.__cause__ is None
    assert error.__context__ is None
    frames = "".join(traceback.format_exception(error))
    assert "site-packages" not in frames
    assert "your name" not in frames


NOT_ANSWERS: dict[str, Any] = {
    "another wire": {"choices": [{"index": 0, "message": {"content": "x" * 480_000}, "finish_reason": "stop"}]},
    "parts that are none": {"candidates": [{"content": {"parts": "sk-" * 150_000}}], "usageMetadata": {}},
    "text": "Bearer " * 60_000,
}


@pytest.mark.parametrize("body", NOT_ANSWERS.values(), ids=NOT_ANSWERS)
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("model", ["anthropic/anything", "gemini/anything"])
def test_a_long_response_that_is_no_answer_holds_nobody_up(
    llm: ScriptedLLM, model: str, status: int, body: Any
) -> None:
    llm.will(Reply(status=status, body=json.dumps(body)))
    pauses: list[float] = []
    done = threading.Event()

    def watch() -> None:
        before = time.monotonic()
        while not done.wait(0.02):
            pauses.append(time.monotonic() - before)
            before = time.monotonic()

    watcher = threading.Thread(target=watch)
    watcher.start()
    refusal(judge(llm, model))
    done.set()
    watcher.join()

    assert max(pauses, default=0) < 1


def test_a_stop_ends_the_calls_that_are_under_way_and_sends_no_others(llm: ScriptedLLM) -> None:
    llm.will(Reply(hang=60))
    errors: list[EvaluatorError] = []
    caller = threading.Thread(target=lambda: errors.append(refusal(judge(llm, MODELS[0]))))
    caller.start()
    while not llm.requests:
        time.sleep(0.01)

    with calling.abandoned():
        caller.join(5)
        errors.append(refusal(judge(llm, MODELS[0])))

    assert [type(error) for error in errors] == [Interrupted, NotSent]
    assert [error.code for error in errors] == ["interrupted", "judge_busy"]
    assert len(llm.requests) == 1
