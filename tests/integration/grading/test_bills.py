"""What a call used and cost, as the provider reports it, and what becomes of reports that cannot be."""

import json
from decimal import Decimal
from typing import Any

import pytest

from evaluator.grading import model_table
from evaluator.grading.asking import Wires, ask
from evaluator.grading.prices import Tariff
from evaluator.judgement import Answer, Call
from evaluator.tables import Price
from tests.support.judging import PROMPT, bill, judge, openai_response
from tests.support.llm import Reply, ScriptedLLM, Usage

PRICED = ("openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-flash")
USED = Usage(input_tokens=52_000, output_tokens=2400, cached_tokens=30_000, reasoning_tokens=1500)


def listed(model: str) -> dict[str, Decimal]:
    rows = model_table.rows()
    row = rows.get(model) or rows[model.partition("/")[2]]
    return {key: Decimal(str(value)) for key, value in row.items() if isinstance(value, int | float)}


def near(cost: Decimal | None, wanted: Decimal) -> bool:
    assert cost is not None
    return abs(cost - wanted) <= wanted / 100


@pytest.mark.parametrize(
    "model",
    [*PRICED, "openai/gpt-5.4-mini", "openai/o3", "anthropic/claude-sonnet-5", "anthropic/claude-haiku-4-5",
     "gemini/gemini-2.5-pro", "gemini/gemini-3.5-flash"],
)  # fmt: skip
def test_the_cost_is_tokens_times_price(llm: ScriptedLLM, model: str) -> None:
    price = listed(model)
    llm.will(Reply(text="hello", usage=USED))

    answer = judge(llm, model).ask(PROMPT)

    wanted = (
        22_000 * price["input_cost_per_token"]
        + 30_000 * price["cache_read_input_token_cost"]
        + 2400 * price["output_cost_per_token"]
    )
    assert near(answer.cost_usd, wanted)
    assert (answer.input_tokens, answer.output_tokens) == (52_000, 2400)
    assert (answer.cached_tokens, answer.reasoning_tokens) == (30_000, 1500)


@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-5"])
def test_what_anthropic_puts_into_its_cache_costs_more(llm: ScriptedLLM, model: str) -> None:
    price = listed(model)
    llm.will(Reply(text="hello", usage=Usage(input_tokens=52_000, output_tokens=100, written_tokens=50_000)))

    answer = judge(llm, model).ask(PROMPT)

    wanted = (
        2000 * price["input_cost_per_token"]
        + 50_000 * price["cache_creation_input_token_cost"]
        + 100 * price["output_cost_per_token"]
    )
    assert near(answer.cost_usd, wanted)
    assert (answer.input_tokens, answer.cached_tokens) == (52_000, 0)


def test_a_long_prompt_costs_what_the_provider_takes_for_long_ones(llm: ScriptedLLM) -> None:
    price = listed("gemini/gemini-2.5-pro")
    llm.will(Reply(text="hello", usage=Usage(input_tokens=300_000, output_tokens=1000)))

    answer = judge(llm, "gemini/gemini-2.5-pro").ask(PROMPT)

    wanted = (
        300_000 * price["input_cost_per_token_above_200k_tokens"]
        + 1000 * price["output_cost_per_token_above_200k_tokens"]
    )
    assert near(answer.cost_usd, wanted)


@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "openai/nobody-has-a-price-of-this"])
def test_the_operators_own_price_wins(llm: ScriptedLLM, model: str) -> None:
    own = Price(input=Decimal(2), output=Decimal(10), cached=Decimal("0.5"))
    llm.will(Reply(text="hello", usage=USED))
    calls: list[Call] = []
    wires = Wires(on_call=calls.append, checkpoint=lambda: None, tariff=Tariff(own={model: own}))

    ask(judge(llm, model), PROMPT, purpose="test", wires=wires, read=lambda answer: answer)

    assert [call.cost_usd for call in calls] == [Decimal("0.083")]  # 22,000 x 2 + 30,000 x 0.5 + 2,400 x 10 per million


@pytest.mark.parametrize("model", PRICED)
def test_no_call_costs_more_than_was_reckoned_before(llm: ScriptedLLM, model: str) -> None:
    prompt = PROMPT.model_copy(update={"tokens": 52_000})
    asked = judge(llm, model)
    llm.will(Reply(text="hello", usage=Usage(input_tokens=52_000, output_tokens=4000, written_tokens=52_000)))

    answer: Answer = asked.ask(prompt)

    most = Tariff(answer_tokens=4000).at_most(asked.name, prompt)
    assert answer.cost_usd is not None
    assert most / 3 < answer.cost_usd <= most


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # pytest takes our own filter away
@pytest.mark.parametrize(
    ("changes", "tokens", "cached", "model"),
    [
        (bill(10**30), 10**12, 0, "anything"),
        (bill(-5), 0, 0, "anything"),
        (bill("12"), 12, 0, "anything"),
        (bill(None), 0, 0, "anything"),
        (bill(10**400), 10**12, 0, "anything"),
        (bill(10, cached=10**30), 10, 0, "anything"),
        (bill(10, cached=-1), 10, 0, "anything"),
        ({"usage": None}, 0, 0, "anything"),
        ({"model": 5}, 10, 0, None),
        ({"model": ["a"]}, 10, 0, None),
        ({"model": None}, 10, 0, None),
        ({"model": "a\x00b"}, 10, 0, None),
        ({"model": "m" * 101}, 10, 0, None),
        ({"model": 'return f"Hello, {name}"'}, 10, 0, None),
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


def no_usage(wire: str) -> str:
    message = {"role": "assistant", "content": "hello"}
    forms: dict[str, dict[str, Any]] = {
        "openai": {"id": "x", "object": "chat.completion", "created": 1, "model": "m",
                   "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]},
        "anthropic": {"id": "x", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
                      "content": [{"type": "text", "text": "hello"}], "usage": {"input_tokens": 0, "output_tokens": 0}},
        "gemini": {"candidates": [{"content": {"parts": [{"text": "hello"}], "role": "model"}, "finishReason": "STOP"}],
                   "usageMetadata": {}},
    }  # fmt: skip
    return json.dumps(forms[wire])


@pytest.mark.parametrize("model", PRICED)
@pytest.mark.parametrize("own", [True, False])
def test_an_answer_without_counts_is_not_free(llm: ScriptedLLM, model: str, own: bool) -> None:
    price = {model: Price(input=Decimal(2), output=Decimal(10))} if own else {}
    llm.will(Reply(body=no_usage(model.partition("/")[0])))
    calls: list[Call] = []
    wires = Wires(on_call=calls.append, checkpoint=lambda: None, tariff=Tariff(own=price))

    told = ask(judge(llm, model), PROMPT, purpose="test", wires=wires, read=lambda answer: answer.text)

    assert told == "hello"
    assert [(call.input_tokens, call.output_tokens, call.cost_usd) for call in calls] == [(0, 0, None)]
