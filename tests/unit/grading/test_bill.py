"""What a provider reports beside an answer, and what is made of reports that cannot be."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from evaluator.grading import bill


def response(into: Any, out: Any, *, cached: Any = 0, reasoning: Any = 0, cost: Any = 0.25) -> SimpleNamespace:
    usage = SimpleNamespace(
        prompt_tokens=into,
        completion_tokens=out,
        prompt_tokens_details=SimpleNamespace(cached_tokens=cached),
        completion_tokens_details=SimpleNamespace(reasoning_tokens=reasoning),
    )
    return SimpleNamespace(usage=usage, _hidden_params={"response_cost": cost})


def test_counts_and_cost_are_taken_as_reported() -> None:
    read = bill.read(response(100, 20, cached=40, reasoning=5), text="hello")

    assert read == bill.Bill(
        input_tokens=100, output_tokens=20, cached_tokens=40, reasoning_tokens=5, cost_usd=Decimal("0.25")
    )


def test_details_may_be_absent() -> None:
    read = bill.read(response(100, 20, cached=None, reasoning=None), text="hello")

    assert (read.cached_tokens, read.reasoning_tokens, read.cost_usd) == (0, 0, Decimal("0.25"))


@pytest.mark.parametrize(
    ("into", "out"),
    [(0, 0), (0, 5), (-5, 5), (5, -5), (5, 0), (None, None), (float("nan"), 5), (float("inf"), 5), ("12", 5), (5, [])],
)
def test_a_cost_of_counts_that_cannot_be_is_unknown(into: Any, out: Any) -> None:
    read = bill.read(response(into, out), text="hello")

    assert read.cost_usd is None
    assert read.input_tokens >= 0
    assert read.output_tokens >= 0


def test_no_usage_at_all_is_no_count_and_no_cost() -> None:
    assert bill.read(SimpleNamespace(usage=None, _hidden_params={"response_cost": 0.0}), text="hello") == bill.Bill()


@pytest.mark.parametrize("count", [10**400, 1e308, 10**13])
def test_counts_are_kept_within_what_can_be_stored_and_then_have_no_cost(count: float) -> None:
    read = bill.read(response(count, count, cached=count, reasoning=count), text="hello")

    assert max(read.input_tokens, read.output_tokens, read.cached_tokens, read.reasoning_tokens) == bill.MAX_TOKENS
    assert read.cost_usd is None


@pytest.mark.parametrize("cached", [101, -1, 10**400, float("nan")])
def test_a_cache_that_gave_more_than_was_sent_makes_nothing_cheaper(cached: Any) -> None:
    read = bill.read(response(100, 20, cached=cached), text="hello")

    assert (read.input_tokens, read.cached_tokens, read.cost_usd) == (100, 0, None)


def test_an_answer_that_is_withheld_may_have_no_tokens() -> None:
    assert bill.read(response(100, 0), text="").cost_usd == Decimal("0.25")


@pytest.mark.parametrize("amount", [-0.1, 1_000_000, 10**400, float("nan"), float("inf"), "1", None])
def test_a_cost_that_cannot_be_is_none(amount: Any) -> None:
    assert bill.cost(amount) is None


def test_the_highest_cost_can_be_stored() -> None:
    cost = bill.cost(Decimal("999999.9999999999"))

    assert cost == Decimal("999999.99999999")


@pytest.mark.parametrize("name", ["gpt-5.4-mini-2026-03-01", "models/gemini-3.5-flash", "Qwen/Qwen3:32b@q4+x"])
def test_a_name_of_a_model_is_kept(name: str) -> None:
    assert bill.model(name, keys=()) == name


@pytest.mark.parametrize(
    "name", [None, 5, [], "", "a" * 101, 'return f"Hello, {name}!"', "a b", "a\nb", "한글", "the-key-itself",
             "sk-abcdefghijklmnop1234"]
)  # fmt: skip
def test_what_does_not_look_like_a_model_is_not_kept(name: Any) -> None:
    assert bill.model(name, keys=("the-key",)) is None
