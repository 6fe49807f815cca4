"""The real litellm against a scripted provider, in the three wire formats."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from evaluator.errors import (
    EvaluatorError,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    NoKey,
    RateLimited,
    UnknownModel,
    VerdictError,
)
from evaluator.grading import resources, rubrics
from evaluator.grading.grade import grade
from evaluator.grading.judge import open_judge, warm
from evaluator.grading.prompts import ANSWER_SCHEMA, Prompts
from evaluator.grading.verdict import parse
from evaluator.judgement import Answer, Call, Judge, Prompt
from tests.support import pairs
from tests.support.digests import digest_of
from tests.support.llm import Reply, ScriptedLLM, Usage, scripted_llm

MODELS = ("openai/anything", "anthropic/anything", "gemini/anything")
PRICED = {"openai/gpt-4o-mini": "0.00027", "anthropic/claude-sonnet-4-5": "0.006", "gemini/gemini-2.5-flash": "0.0008"}
KEYS = {name: SecretStr("key-of-the-test") for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")}
NONCE = "ab" * 16
PROMPT = Prompt(
    system="SYSTEM",
    prefix="# Facts\n\n# The project\n\n== app.py\n1 print(input('your name, please: '))\n",
    suffix=f"\n# Criteria: F\n\n## F1\n\nDoes it?\n\n# Form\n\nanswer_id: {NONCE}\n",
    answer_schema=ANSWER_SCHEMA,
)


@pytest.fixture(scope="module", autouse=True)
def warmed() -> None:
    warm().join()


@pytest.fixture
def llm() -> Iterator[ScriptedLLM]:
    with scripted_llm() as server:
        yield server


def judge(llm: ScriptedLLM, model: str, *, timeout: float = 20, version: str = "") -> Judge:
    return open_judge(model, api_base=llm.url + version, keys=KEYS, timeout=timeout, answer_tokens=4000)


def refusal(judge: Judge) -> EvaluatorError:
    with pytest.raises(EvaluatorError) as caught:
        judge.ask(PROMPT)
    return caught.value


@pytest.mark.parametrize("version", ["", "/", "/v1", "/v1/"])
@pytest.mark.parametrize("model", MODELS)
def test_an_answer_comes_back_with_what_it_used(llm: ScriptedLLM, model: str, version: str) -> None:
    llm.will(Reply(usage=Usage(input_tokens=1000, output_tokens=200, cached_tokens=800)))

    answer = judge(llm, model, version=version).ask(PROMPT)

    assert [claimed.id for claimed in parse(answer, nonce=NONCE, ids=["F1"]).criteria] == ["F1"]
    assert (answer.input_tokens, answer.output_tokens, answer.cached_tokens) == (1000, 200, 800)
    assert answer.model == "anything"
    assert answer.cost_usd is None
    assert not answer.truncated
    assert answer.parameters == {"temperature": 0, "max_tokens": 4000, "timeout": 20, "schema": False}
    assert len(llm.requests) == 1


@pytest.mark.parametrize("model", MODELS)
def test_the_prompt_arrives_whole_with_the_key_and_without_randomness(llm: ScriptedLLM, model: str) -> None:
    judge(llm, model).ask(PROMPT)

    received = llm.requests[0]
    headers = received.headers
    assert "SYSTEM" in received.system + received.user
    assert received.user.endswith(PROMPT.prefix + PROMPT.suffix)
    key = headers.get("authorization") or headers.get("x-api-key") or headers.get("x-goog-api-key", "")
    assert key.removeprefix("Bearer ") == "key-of-the-test"
    assert "key-of-the-test" not in received.path
    assert received.body.get("generationConfig", received.body)["temperature"] == 0
    assert not received.body.get("stream")


@pytest.mark.parametrize("model", PRICED)
def test_a_known_model_is_held_to_the_form_and_priced(llm: ScriptedLLM, model: str) -> None:
    answer = judge(llm, model).ask(PROMPT)

    assert answer.parameters["schema"] is True
    assert '"orders_seen"' in str(llm.requests[0].body).replace("'", '"')
    assert answer.cost_usd == Decimal(PRICED[model])
    assert parse(answer, nonce=NONCE, ids=["F1"]).criteria[0].verdict == "met"


def test_anthropic_is_told_to_cache_the_shared_part_and_no_more(llm: ScriptedLLM) -> None:
    judge(llm, "anthropic/anything").ask(PROMPT)

    shared, own = llm.requests[0].body["messages"][0]["content"]
    assert (shared["text"], shared["cache_control"]) == (PROMPT.prefix, {"type": "ephemeral"})
    assert own["text"] == PROMPT.suffix
    assert "cache_control" not in own


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


@pytest.mark.parametrize(
    "message",
    ["This model's maximum context length is 8192 tokens. Please reduce the length of the messages.",
     "Your request was rejected by our content policy."],
)  # fmt: skip
@pytest.mark.parametrize("model", MODELS)
def test_a_prompt_that_the_provider_will_not_take_is_rejected(llm: ScriptedLLM, model: str, message: str) -> None:
    llm.will_fail(400, message=message)

    error = refusal(judge(llm, model))

    assert type(error) is JudgeRejected
    assert message in str(error)


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

    assert type(error) is JudgeUnavailable
    assert "did not answer within 1 seconds" in str(error)
    assert 1 <= time.monotonic() - started < 2


@pytest.mark.parametrize(
    "reply",
    [Reply(reset=True), Reply(body="{not json"), Reply(status=502, body="<html>Bad gateway</html>")],
    ids=["reset", "bad JSON", "page"],
)
@pytest.mark.parametrize("model", MODELS)
def test_a_broken_response_means_that_the_judge_is_unavailable(llm: ScriptedLLM, model: str, reply: Reply) -> None:
    llm.will(reply, times=2)  # litellm dials again where a connection breaks

    assert type(refusal(judge(llm, model))) is JudgeUnavailable


@pytest.mark.parametrize("model", MODELS)
def test_nobody_listening_means_that_the_judge_is_unavailable(llm: ScriptedLLM, model: str) -> None:
    asked = judge(llm, model)
    llm.close()

    error = refusal(asked)

    assert type(error) is JudgeUnavailable
    assert "MODU_API_BASE" in str(error)


@pytest.mark.parametrize("model", MODELS)
def test_a_withheld_answer_is_a_rejection(llm: ScriptedLLM, model: str) -> None:
    llm.will_reply("", finish="content_filter")

    error = refusal(judge(llm, model))

    assert type(error) is JudgeRejected
    assert "content policy" in str(error)


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
        parse(answer, nonce=NONCE, ids=["F1"])
    assert caught.value.code == code
    assert answer.input_tokens == 1000


def test_a_missing_key_is_named_before_anything_is_sent() -> None:
    keyless = open_judge("openai/anything", api_base=None, keys={}, timeout=1, answer_tokens=500)

    error = refusal(keyless)

    assert type(error) is NoKey
    assert "Set OPENAI_API_KEY" in str(error)


def test_a_server_of_ones_own_needs_no_key(llm: ScriptedLLM) -> None:
    keyless = open_judge("openai/anything", api_base=llm.url, keys={}, timeout=20, answer_tokens=500)

    assert keyless.ask(PROMPT).text
    assert llm.requests[0].headers["authorization"] == "Bearer none"


def test_a_provider_that_does_not_exist_is_an_unknown_model(llm: ScriptedLLM) -> None:
    error = refusal(judge(llm, "nobody/anything"))

    assert type(error) is UnknownModel
    assert llm.requests == []


def test_one_judge_serves_many_threads(llm: ScriptedLLM) -> None:
    shared = judge(llm, "openai/anything")
    answers: list[Answer] = []

    threads = [threading.Thread(target=lambda: answers.append(shared.ask(PROMPT))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == len(llm.requests) == 16


@pytest.mark.parametrize("model", MODELS)
def test_a_project_is_graded_as_the_answers_imply(llm: ScriptedLLM, model: str) -> None:
    rubric = rubrics.load("default", folder=resources.folder("rubrics"))
    asked = [c.id for c in rubric.criteria if c.evidence != "machine"]
    llm.will_reply("I would rather not.")
    llm.always(Reply(levels={"F1": "not_met", "P9": "partly"}))
    calls: list[Call] = []

    card = grade(
        digest_of(pairs.project("F1", "met")),
        rubric,
        judge=judge(llm, model),
        prompts=Prompts.load(resources.folder("prompts")),
        language="en",
        on_call=calls.append,
        checkpoint=lambda: None,
    )

    levels = {verdict.id: verdict.level for verdict in card.verdicts}
    assert {id: levels[id] for id in asked} == dict.fromkeys(asked, "met") | {"F1": "not_met", "P9": "partly"}
    assert card.points("functionality") == 2  # the gate of F1
    assert [(call.purpose, call.outcome) for call in calls] == [
        ("functionality", "no_answer"), ("functionality again", "ok"), ("practicality", "ok")
    ]  # fmt: skip
    assert "canary" not in card.review_reasons


PROGRAM = """
import os, sys
from pydantic import SecretStr
from evaluator.judgement import Prompt
from evaluator.errors import JudgeUnavailable
from evaluator.grading.judge import open_judge
assert "litellm" not in sys.modules
base, model = sys.argv[1:]
judge = open_judge(model, api_base=base, keys={}, timeout=20, answer_tokens=500)
assert "litellm" not in sys.modules
prompt = Prompt(system="s", prefix="p", suffix="x", answer_schema={"type": "object"})
print(judge.ask(prompt).text)
late = open_judge(model, api_base=base, keys={}, timeout=0.2, answer_tokens=500)
try:
    late.ask(prompt)
except JudgeUnavailable as error:
    print(error.code)
assert "planted" not in os.environ.values()
"""


@pytest.mark.parametrize("model", MODELS)
def test_a_process_ends_quietly_and_reads_no_settings_of_the_folder_it_is_in(
    llm: ScriptedLLM, tmp_path: Path, model: str
) -> None:
    llm.will_reply("hello")
    llm.will_hang(60)
    (tmp_path / ".env").write_text("OPENAI_API_KEY=planted\nANTHROPIC_API_KEY=planted\nGEMINI_API_KEY=planted\n")
    root = str(Path(__file__).parents[3])

    ended: Any = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", PROGRAM, llm.url, model],
        cwd=tmp_path, env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ended.stderr == ""
    assert ended.stdout == "hello\njudge_unavailable\n"
    assert ended.returncode == 0
    assert all("planted" not in str(request.headers) for request in llm.requests)


def openai_response(**changes: Any) -> Reply:
    """Return a response whose answer is `piece of an answer`, with fields put over the usual ones."""
    message = {"role": "assistant", "content": "piece of an answer"}
    usual = {
        "id": "scripted",
        "object": "chat.completion",
        "created": 1,
        "model": "anything",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    }
    return Reply(body=json.dumps(usual | changes))


def bill(prompt: Any, *, cached: Any = 0) -> dict[str, Any]:
    return {
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": prompt,
            "total_tokens": 1,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
    }


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # pytest takes our own filter away
@pytest.mark.parametrize(
    ("changes", "tokens", "cached", "model"),
    [
        (bill(10**30), 10**12, 0, "anything"),
        (bill(-5), 0, 0, "anything"),
        (bill("12"), 12, 0, "anything"),
        (bill(None), 0, 0, "anything"),
        (bill(10, cached=10**30), 10, 10, "anything"),
        (bill(10, cached=-1), 10, 0, "anything"),
        ({"usage": None}, 0, 0, "anything"),
        ({"model": 5}, 10, 0, None),
        ({"model": ["a"]}, 10, 0, None),
        ({"model": None}, 10, 0, None),
        ({"model": "a\x00b" + "m" * 5000}, 10, 0, "ab" + "m" * 198),
    ],
)
def test_a_paid_answer_is_not_lost_over_what_is_reported_beside_it(
    llm: ScriptedLLM, changes: dict[str, Any], tokens: int, cached: int, model: str | None
) -> None:
    llm.will(openai_response(**changes))

    answer = judge(llm, "openai/gpt-4o-mini").ask(PROMPT)

    assert answer.text == "piece of an answer"
    assert (answer.input_tokens, answer.cached_tokens, answer.model) == (tokens, cached, model)
    assert answer.cost_usd is None or 0 <= answer.cost_usd < 1


@pytest.mark.parametrize("model", PRICED)
def test_an_absurd_bill_has_no_price(llm: ScriptedLLM, model: str) -> None:
    llm.will(Reply(usage=Usage(input_tokens=10**30, output_tokens=10**30)))

    answer = judge(llm, model).ask(PROMPT)

    assert (answer.input_tokens, answer.output_tokens, answer.cost_usd) == (10**12, 10**12, None)
    assert answer.text


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

    assert type(error) is JudgeUnavailable
    assert not re.search(r"Traceback|Invalid response|File|\.py|piece|[\\/]\w+[\\/]", str(error).replace("openai/", ""))


def test_a_response_out_of_form_is_not_printed(llm: ScriptedLLM, tmp_path: Path) -> None:
    llm.will(openai_response(model={"name": "piece of an answer"}))
    program = (
        "from pydantic import SecretStr\n"
        "from evaluator.domain import Prompt\n"
        "from evaluator.grading.judge import open_judge\n"
        f"judge = open_judge('openai/anything', api_base={llm.url!r}, keys={{'OPENAI_API_KEY': SecretStr('k')}},"
        " timeout=20, answer_tokens=500)\n"
        "print(judge.ask(Prompt(system='', prefix='', suffix='', answer_schema={})).model)\n"
    )
    environment = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3])}

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert (ended.stdout, ended.stderr) == ("None\n", "")
