"""Tables that a setting gives in one line."""

from decimal import Decimal
from pathlib import Path

import pytest

from evaluator import settings
from evaluator.errors import SettingsError
from evaluator.tables import Price


def load(tmp_path: Path, **environ: str) -> settings.Settings:
    return settings.load({"MODU_HOME": str(tmp_path), **environ})


def test_limits_are_read_by_provider(tmp_path: Path) -> None:
    chosen = load(tmp_path, MODU_CONCURRENCY="OpenAI=16, anthropic=4,", MODU_TOKEN_RATE="openai=200000")

    assert chosen.concurrency == {"openai": 16, "anthropic": 4}
    assert chosen.token_rate == {"openai": 200_000}


def test_prices_are_read_by_model_as_it_is_written(tmp_path: Path) -> None:
    chosen = load(tmp_path, MODU_PRICES="ollama/Qwen3:8b=0/0, openrouter/a/b=0.5/2.25/0.05")

    assert chosen.prices == {
        "ollama/Qwen3:8b": Price(input=Decimal(0), output=Decimal(0)),
        "openrouter/a/b": Price(input=Decimal("0.5"), output=Decimal("2.25"), cached=Decimal("0.05")),
    }


def test_without_them_nothing_is_limited(tmp_path: Path) -> None:
    chosen = load(tmp_path)

    assert (chosen.concurrency, chosen.token_rate, chosen.prices) == ({}, {}, {})
    assert (chosen.samples, chosen.second_model, chosen.fallback_models) == (3, None, ())
    assert (chosen.call_attempts, chosen.retry_wait, chosen.verdict_days) == (3, 20, 90)


@pytest.mark.parametrize("value", ["openai", "openai=", "=4", "openai=0", "openai=-1", "openai=1.5", "openai=٤",
                                   "open ai=4", "openai=99999999999", "openai=4,OPENAI=5"])  # fmt: skip
@pytest.mark.parametrize("name", ["MODU_CONCURRENCY", "MODU_TOKEN_RATE"])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name}: "):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize("value", ["gpt=1/2", "a/b=1", "a/b=1/2/3/4", "a/b=-1/2", "a/b=1e3/2", "a/b=nan/1", "a/b=/1",
                                   "a/b=1/2,a/b=1/3", "a/b"])  # fmt: skip
def test_a_price_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=r"^MODU_PRICES: "):
        load(tmp_path, MODU_PRICES=value)


def test_a_secret_that_stands_wrong_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, MODU_FORGE_TOKENS="my-own-secret")

    assert "my-own-secret" not in str(caught.value)
    assert "host=token" in str(caught.value)


@pytest.mark.parametrize("name", ["openai/", "/model", "OpenAI/model", "open ai/model", "openai/my model"])
def test_a_price_that_would_never_hold_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"is the name of no model.*Write provider/model=in/out"):
        load(tmp_path, MODU_PRICES=f"{name}=1/2")


def test_a_price_may_begin_with_its_point(tmp_path: Path) -> None:
    chosen = load(tmp_path, MODU_PRICES="openai/x=.5/1/.05")

    assert chosen.prices["openai/x"] == Price(input=Decimal("0.5"), output=Decimal(1), cached=Decimal("0.05"))
