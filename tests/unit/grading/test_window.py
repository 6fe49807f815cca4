import json
import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

from evaluator.digest.tokens import estimate
from evaluator.domain import Digest
from evaluator.errors import SettingsError
from evaluator.grading import canaries, model_table, offline, resources, rubrics, window
from evaluator.grading.prompts import ANSWER_SCHEMA, Prompts, labelled
from evaluator.grading.window import around, digest_budget, input_window
from evaluator.judgement import Promise, Prompt
from tests.support.digests import digest_of
from tests.unit.digest.test_tokens import CODE, FRENCH, KOREAN, true_tokens

RUBRIC = rubrics.load("default", folder=resources.folder("rubrics"))
PROMPTS = Prompts.load(resources.folder("prompts"))


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("gpt-5.4-mini", 272_000),
        ("openai/gpt-5.4-mini", 272_000),
        ("openrouter/openai/gpt-5.4-mini", 272_000),
        ("anthropic/claude-sonnet-4-5", 200_000),
        ("gemini/gemini-2.5-pro", 1_048_576),
        ("github_copilot/gpt-4o-mini", 64_000),  # the provider's own limit, below that of the same model elsewhere
        ("openai/gpt-4o-mini", 128_000),
    ],
)
def test_the_window_is_the_one_of_litellms_table_with_and_without_a_provider(name: str, tokens: int) -> None:
    assert input_window(name) == tokens


@pytest.mark.parametrize(
    "name", ["offline", "openai/a-model-of-tomorrow", "", "/", "sample_spec", "openai/gpt-4o-mini-tts"]
)
def test_a_window_that_litellm_does_not_know_is_none(name: str) -> None:
    assert input_window(name) is None


def test_the_table_is_read_without_importing_litellm() -> None:
    code = "import sys; from evaluator.grading.window import *; input_window('gpt-4'); print('litellm' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


@pytest.mark.parametrize("package", [None, ModuleSpec("litellm", None, origin="/nowhere/litellm/__init__.py")])
def test_without_litellms_table_no_window_is_known(package: ModuleSpec | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: package)
    forget_the_table()

    found = input_window("gpt-4")

    forget_the_table()
    assert found is None


def forget_the_table() -> None:
    model_table.rows.cache_clear()
    window._windows.cache_clear()


@pytest.mark.parametrize("name", ["openai/gpt-5.4-mini", "anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-pro"])
def test_the_usual_digest_fits_into_the_usual_models(name: str) -> None:
    assert digest_budget(name, wanted=60_000, answer_tokens=8000, around=3000) == 60_000


def test_an_unknown_model_gets_the_digest_that_is_wanted() -> None:
    assert digest_budget("openai/a-model-of-tomorrow", wanted=777_000, answer_tokens=8000, around=3000) == 777_000


@pytest.mark.parametrize(
    ("roomy", "tight"),
    [
        ("openai/gpt-4o", "deepseek/deepseek-chat"),  # of much the same window
        ("openai/gpt-4o", "openai/gpt-4-turbo"),
        ("azure_ai/gpt-5.4-mini", "anthropic/claude-sonnet-4-5"),
    ],
)
def test_a_family_that_makes_more_tokens_gets_a_shorter_digest(roomy: str, tight: str) -> None:
    def share(name: str) -> float:
        return digest_budget(name, wanted=10**9, answer_tokens=8000, around=3000) / (input_window(name) or 0)

    assert share(tight) < 0.85 * share(roomy)


@pytest.mark.parametrize(
    ("name", "answer"), [("openai/gpt-4", 8000), ("ollama/llama3", 500), ("openai/gpt-4o", 128_000)]
)
def test_a_window_too_small_for_any_project_is_said_with_what_to_do(name: str, answer: int) -> None:
    with pytest.raises(
        SettingsError, match=rf"{name} reads at most [\d,]+ tokens.+MODU_MODEL.+MODU_ANSWER_TOKENS"
    ) as error:
        digest_budget(name, wanted=60_000, answer_tokens=answer, around=3000)

    assert error.value.exit_status == 2


def test_what_stands_around_the_digest_is_the_longest_call() -> None:
    fixed = around(RUBRIC, prompts=PROMPTS, language="ko")

    assert fixed.startswith(PROMPTS.system("ko"))
    for dimension in RUBRIC.dimensions:
        asked = labelled([criterion for criterion in dimension.criteria if criterion.evidence != "machine"])
        assert len(fixed) >= len(PROMPTS.system("ko") + PROMPTS.suffix(dimension, asked, nonce="f" * 32))


@pytest.mark.parametrize("text", [CODE, KOREAN, FRENCH], ids=["code", "Korean", "French"])
@pytest.mark.parametrize("model", ["github_copilot/gpt-4o-mini", "openai/gpt-4o"])
def test_the_longest_prompt_fits_into_the_models_real_window(model: str, text: str) -> None:
    fixed = around(RUBRIC, prompts=PROMPTS, language="en")
    budget = digest_budget(model, wanted=10**9, answer_tokens=8000, around=estimate(fixed))
    digest = filled(text, budget=budget)

    tokens = max(true_tokens(prompt.system + prompt.prefix + prompt.suffix) for prompt in prompts_of(digest))

    assert tokens + true_tokens(json.dumps(ANSWER_SCHEMA)) + 8000 <= (input_window(model) or 0)
    assert tokens + 8000 > 0.75 * (input_window(model) or 0)  # nor is the window wasted


def filled(text: str, *, budget: int) -> Digest:
    """Return a digest with long names that is nearly as long as its budget allows."""
    text = (text * (1 + 2000 // estimate(text)))[:8000]
    name = f"src/{'deeply/' * 20}{'long_name_' * 10}"
    most = budget // estimate(digest_of({f"{name}1.py": text}).text) + 2
    tried = (digest_of({f"{name}{number}.py": text for number in range(count)}) for count in range(most, 0, -1))
    return next(digest for digest in tried if estimate(digest.text) <= budget)


def prompts_of(digest: Digest) -> list[Prompt]:
    """Return what is sent about the digest, with canaries, facts, long promises and the fault of a first answer."""
    ledger = [Promise(n=n, kind="feature", text="It adds up the totals per client. " * 6, line=n) for n in range(1, 25)]
    system = PROMPTS.system("en")
    prefix = PROMPTS.prefix(digest.text, facts=offline.facts(offline.Findings(digest)), ledger=ledger)
    found = []
    for dimension in RUBRIC.dimensions:
        asked = [criterion for criterion in dimension.criteria if criterion.evidence != "machine"]
        mixed = canaries.mix(asked, digest, seed="1")
        fault = "The answer was cut off. " * 20
        suffix = PROMPTS.suffix(dimension, mixed, nonce="f" * 32, claims=ledger, fault=fault)
        found.append(Prompt(system=system, prefix=prefix, suffix=suffix, answer_schema=ANSWER_SCHEMA))
    return found


def test_the_built_in_rules_leave_room_in_any_window_of_today() -> None:
    fixed = around(RUBRIC, prompts=PROMPTS, language="en")

    assert abs(estimate(fixed) / true_tokens(fixed) - 1) < 0.1
    assert true_tokens(fixed) < 5000


def test_the_table_is_where_it_was_in_the_wheel() -> None:
    assert len(window._windows()) > 1000
