"""The real litellm against a scripted provider, in the three wire formats."""

import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaluator.errors import NoKey, UnknownModel
from evaluator.grading import resources, rubrics
from evaluator.grading.asking import Wires
from evaluator.grading.grade import Terms, grade
from evaluator.grading.judge import open_judge
from evaluator.grading.prompts import Prompts
from evaluator.grading.verdict import parse
from evaluator.judgement import Answer, Call
from tests.support import pairs
from tests.support.digests import digest_of
from tests.support.judging import KEYS, MODELS, NONCE, PROMPT, judge, openai_response, refusal
from tests.support.llm import Reply, ScriptedLLM, Usage

PRICED = {"openai/gpt-4o-mini": "0.00027", "anthropic/claude-sonnet-4-5": "0.006", "gemini/gemini-2.5-flash": "0.0008"}


@pytest.mark.parametrize("version", ["", "/", "/v1", "/v1/"])
@pytest.mark.parametrize("model", MODELS)
def test_an_answer_comes_back_with_what_it_used(llm: ScriptedLLM, model: str, version: str) -> None:
    llm.will(Reply(usage=Usage(input_tokens=1000, output_tokens=200, cached_tokens=800)))

    answer = judge(llm, model, version=version).ask(PROMPT)

    assert [claimed.id for claimed in parse(answer, nonce=NONCE, ids=["Q1"]).criteria] == ["Q1"]
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
    assert parse(answer, nonce=NONCE, ids=["Q1"]).criteria[0].verdict == "met"


def test_openai_is_told_which_prompts_begin_alike(llm: ScriptedLLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{llm.url}/v1")
    ours = open_judge("openai/gpt-5.4-mini", api_base=None, keys=KEYS, timeout=20, answer_tokens=500)
    llm.will_reply("hello", times=3)

    for suffix in ("one", "two"):
        ours.ask(PROMPT.model_copy(update={"suffix": suffix}))
    ours.ask(PROMPT.model_copy(update={"prefix": "another project"}))

    keys = [request.body["prompt_cache_key"] for request in llm.requests]
    assert keys[0] == keys[1] != keys[2]


def test_a_server_of_ones_own_is_sent_no_cache_key_that_it_may_not_know(llm: ScriptedLLM) -> None:
    judge(llm, "openai/gpt-5.4-mini").ask(PROMPT)

    assert "prompt_cache_key" not in llm.requests[0].body


def test_anthropic_is_told_to_cache_the_shared_part_and_no_more(llm: ScriptedLLM) -> None:
    judge(llm, "anthropic/anything").ask(PROMPT)

    shared, own = llm.requests[0].body["messages"][0]["content"]
    assert (shared["text"], shared["cache_control"]) == (PROMPT.prefix, {"type": "ephemeral"})
    assert own["text"] == PROMPT.suffix
    assert "cache_control" not in own


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
        terms=Terms(samples=1),
        wires=Wires(on_call=calls.append, checkpoint=lambda: None),
    )

    levels = {verdict.id: verdict.level for verdict in card.verdicts}
    assert {id: levels[id] for id in asked} == dict.fromkeys(asked, "met") | {"F1": "not_met", "P9": "partly"}
    assert card.points("functionality") == 2  # the gate of F1
    assert [(call.purpose, call.outcome) for call in calls] == [
        ("functionality 1", "no_answer"), ("functionality 1 again", "ok"), ("practicality 1", "ok")
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


def test_a_response_out_of_form_is_not_printed(llm: ScriptedLLM, tmp_path: Path) -> None:
    llm.will(openai_response(model={"name": "piece of an answer"}))
    program = (
        "from pydantic import SecretStr\n"
        "from evaluator.judgement import Prompt\n"
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
