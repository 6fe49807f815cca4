import pytest

from evaluator.errors import BadModelName, SettingsError
from evaluator.services import models

GPT, CLAUDE, GEMINI = "openai/gpt-5.4", "anthropic/claude-haiku-4-5", "gemini/gemini-3-pro"


def test_models_are_tried_in_the_order_of_the_settings_each_once() -> None:
    assert models.in_order(GPT, fallbacks=(CLAUDE, GPT, GEMINI)) == (GPT, CLAUDE, GEMINI)


@pytest.mark.parametrize("model", ["offline", models.RECORDED + GPT, models.REPLAYED + GPT])
def test_nobody_stands_in_for_the_offline_judge_or_for_one_on_file(model: str) -> None:
    assert models.in_order(model, fallbacks=(CLAUDE,)) == (model,)


@pytest.mark.parametrize(
    ("model", "second", "found"),
    [
        (GPT, CLAUDE, CLAUDE),
        (GPT, None, None),
        (GPT, "openai/gpt-5.4-mini", None),
        (GPT, "openrouter/openai/gpt-5.4", None),
        ("offline", CLAUDE, None),
        (models.RECORDED + GPT, CLAUDE, CLAUDE),
        (models.RECORDED + GPT, GPT, None),
        (models.REPLAYED + GPT, CLAUDE, None),
    ],
)
def test_a_second_judge_is_of_another_family(model: str, second: str | None, found: str | None) -> None:
    assert models.second_to(model, second=second) == found


def test_all_that_may_be_asked_are_named_as_litellm_knows_them() -> None:
    assert models.all_of(GPT, fallbacks=(CLAUDE,), second=GEMINI) == (GPT, CLAUDE, GEMINI)
    assert models.all_of(models.RECORDED + GPT, fallbacks=(CLAUDE,), second=GEMINI) == (GPT, GEMINI)
    assert models.all_of("offline", fallbacks=(CLAUDE,), second=GEMINI) == ("offline",)


@pytest.mark.parametrize(
    ("fallbacks", "second", "error", "says"),
    [
        (("mystery",), None, BadModelName, "mystery"),
        ((), "mystery", BadModelName, "mystery"),
        ((), "openai/gpt-5.4-mini", SettingsError, "MODU_SECOND_MODEL"),
    ],
)
def test_what_cannot_be_is_refused(
    fallbacks: tuple[str, ...], second: str | None, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        models.check(GPT, fallbacks=fallbacks, second=second)


@pytest.mark.parametrize("other", ["offline", models.RECORDED + CLAUDE, models.REPLAYED + CLAUDE])
def test_what_is_no_llm_that_could_be_asked_neither_stands_in_nor_is_a_second_judge(other: str) -> None:
    with pytest.raises(SettingsError, match=f"MODU_FALLBACK_MODELS: '{other}' is no LLM that could be asked"):
        models.check(GPT, fallbacks=(CLAUDE, other), second=None)
    with pytest.raises(SettingsError, match=f"MODU_SECOND_MODEL: '{other}' is no LLM that could be asked"):
        models.check(GPT, fallbacks=(), second=other)

    assert models.in_order(GPT, fallbacks=(other, CLAUDE)) == (GPT, CLAUDE)
    assert models.second_to(GPT, second=other) is None


@pytest.mark.parametrize("prefix", [models.RECORDED, models.REPLAYED])
def test_what_is_on_file_is_asked_for_with_its_file_and_not_by_name(prefix: str) -> None:
    with pytest.raises(SettingsError, match="Use --judge-record FILE or --judge-replay FILE"):
        models.check(prefix + GPT, fallbacks=(), second=None)
    with pytest.raises(SettingsError, match="Use --judge-record FILE or --judge-replay FILE"):
        models.check(models.RECORDED + prefix + GPT, fallbacks=(), second=None, on_file=True)


def test_the_offline_judge_needs_nothing_of_all_that() -> None:
    models.check("offline", fallbacks=("mystery",), second="mystery")


def test_what_can_be_is_let_through() -> None:
    models.check(models.REPLAYED + GPT, fallbacks=(CLAUDE,), second="openai/gpt-5.4-mini", on_file=True)
    models.check(models.RECORDED + GPT, fallbacks=(), second=CLAUDE, on_file=True)
    models.check(GPT, fallbacks=("openai/gpt-5.4-mini",), second=CLAUDE)
