"""What a call may cost at most, and what it did cost by the operator's price."""

from decimal import Decimal

import pytest

from evaluator.errors import UnknownPrice
from evaluator.grading import model_table
from evaluator.grading.judge import MACHINE, family, name_of
from evaluator.grading.prices import REPLAY, Tariff
from evaluator.judgement import Answer, JudgeName, Prompt
from evaluator.tables import Price

MILLION = 1_000_000


def prompt(tokens: int) -> Prompt:
    return Prompt(system="s", prefix="p", suffix="x", answer_schema={}, tokens=tokens)


def test_the_dearest_kind_of_input_and_a_whole_answer_are_put_aside() -> None:
    row = model_table.rows()["claude-sonnet-5"]

    most = Tariff(answer_tokens=8000).at_most(name_of("anthropic/claude-sonnet-5"), prompt(10_000))

    sent = 10_000 * 1.15 * 1.53 * 1.35
    wanted = sent * row["cache_creation_input_token_cost"] + 8000 * row["output_cost_per_token"]
    assert float(most) == pytest.approx(wanted, rel=1e-3)


def test_long_prompts_are_reckoned_at_the_price_of_long_ones() -> None:
    row = model_table.rows()["gemini/gemini-2.5-pro"]
    tariff = Tariff(answer_tokens=1000)

    short, long = (tariff.at_most(name_of("gemini/gemini-2.5-pro"), prompt(n)) for n in (1000, 150_000))

    assert float(short) == pytest.approx(1840 * row["input_cost_per_token"] + 1000 * row["output_cost_per_token"])
    assert float(long) == pytest.approx(
        276_000 * row["input_cost_per_token_above_200k_tokens"] + 1000 * row["output_cost_per_token_above_200k_tokens"]
    )


def test_a_prompt_that_nobody_estimated_has_a_token_for_each_byte_at_most() -> None:
    own = {"a/b": Price(input=Decimal(MILLION), output=Decimal(0))}
    unknown = Prompt(system="가", prefix="b", suffix="", answer_schema={})

    assert Tariff(own=own).at_most(name_of("a/b"), unknown) == 4


def test_the_operators_price_wins_over_the_table() -> None:
    own = {"openai/gpt-4o-mini": Price(input=Decimal(0), output=Decimal(3))}

    assert Tariff(own=own, answer_tokens=MILLION).at_most(name_of("gpt-4o-mini"), prompt(10)) == 3


@pytest.mark.parametrize("name", [MACHINE, JudgeName(provider=REPLAY, model="openai/gpt-x")])
def test_what_asks_no_provider_is_free(name: JudgeName) -> None:
    assert Tariff().at_most(name, prompt(1000)) == 0


@pytest.mark.parametrize("model", ["openai/nobody", "somebody/gpt-4o-mini", "openai/claude-sonnet-5", "a/sample_spec"])
def test_without_a_price_of_that_provider_a_budget_is_refused_with_what_to_set(model: str) -> None:
    with pytest.raises(UnknownPrice, match=f"MODU_PRICES={model}=in/out in US dollars per million tokens"):
        Tariff().require(name_of(model))


@pytest.mark.parametrize(
    "model",
    ["openai/gpt-5.4-mini", "anthropic/claude-sonnet-5", "gemini/gemini-3.5-flash", "deepseek/deepseek-chat",
     "groq/openai/gpt-oss-120b", "mistral/mistral-large-latest"],
)  # fmt: skip
def test_the_models_that_are_picked_by_themselves_have_a_price(model: str) -> None:
    Tariff().require(name_of(model))


def test_cached_tokens_without_a_price_of_their_own_cost_as_much_as_others() -> None:
    answer = Answer(text="", input_tokens=MILLION, cached_tokens=MILLION // 2, output_tokens=0)

    for cached, cost in ((None, "2.00000000"), (Decimal(0), "1.00000000")):
        own = {"a/b": Price(input=Decimal(2), output=Decimal(0), cached=cached)}
        assert Tariff(own=own).cost(name_of("a/b"), answer) == Decimal(cost)
    assert Tariff().cost(name_of("a/b"), answer) is None


@pytest.mark.parametrize(
    ("model", "maker"),
    [("anthropic/claude-sonnet-5", "anthropic"), ("openrouter/anthropic/claude-sonnet-5", "anthropic"),
     ("bedrock/anthropic.claude-sonnet-4-20250514-v1:0", "anthropic"), ("vertex_ai/claude-opus-4", "anthropic"),
     ("openai/gpt-5.4-mini", "openai"), ("azure/my-deployment", "openai"), ("groq/openai/gpt-oss-120b", "openai"),
     ("openai/o3", "openai"), ("gemini/gemini-3.5-flash", "google"), ("vertex_ai/gemini-3-pro", "google"),
     ("gemini/whatever", "google"), ("groq/llama-3.3-70b", "meta"), ("openrouter/x-ai/grok-4", "xai"),
     ("xai/grok-4-latest", "xai"), ("deepseek/deepseek-chat", "deepseek"), ("ollama/qwen3:8b", "qwen"),
     ("mistral/mistral-large-latest", "mistral"), ("ollama/my-own", "ollama")],
)  # fmt: skip
def test_a_family_is_who_trained_the_model_wherever_it_is_asked(model: str, maker: str) -> None:
    assert family(name_of(model)) == maker


OWN = Tariff(own={"openai/x": Price(input=Decimal(999_999), output=Decimal(999_999)),
                  "ollama/free": Price(input=Decimal(0), output=Decimal(0))})  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        Answer(text="hello"),
        Answer(text="hello", output_tokens=5),
        Answer(text="hello", input_tokens=5),
        Answer(text="hello", input_tokens=10**12, output_tokens=10**12),
    ],
)
def test_what_cannot_be_told_of_the_counts_is_unknown_and_not_free(answer: Answer) -> None:
    assert OWN.cost(name_of("openai/x"), answer) is None


def test_an_answer_without_text_may_have_no_tokens() -> None:
    cost = OWN.cost(name_of("openai/x"), Answer(text="", input_tokens=10))

    assert cost == Decimal("9.99999")


def test_what_is_free_is_free_whatever_is_counted() -> None:
    assert OWN.cost(name_of("ollama/free"), Answer(text="hello")) == 0
