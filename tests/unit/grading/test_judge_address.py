"""At which address a model is asked: a key goes to its own provider, or to the server that is named for it."""

import pytest

from evaluator.grading.judge import name_of, server_of

OWN = "http://gpu.example:8000"


@pytest.mark.parametrize(
    ("model", "main", "server"),
    [
        ("openai/qwen", "openai/qwen", OWN),
        ("openai/other", "openai/qwen", OWN),
        ("gpt-5.4", "openai/qwen", OWN),
        ("anthropic/claude-sonnet-5", "openai/qwen", None),
        ("openai/qwen", "offline", None),
    ],
)
def test_a_lone_address_is_that_of_the_provider_of_the_model_that_is_set(
    model: str, main: str, server: str | None
) -> None:
    assert server_of(name_of(model), api_base=OWN, main=main) == server


@pytest.mark.parametrize(
    ("model", "server"), [("openai/x", OWN), ("gemini/x", "https://proxy.example"), ("anthropic/x", None)]
)
def test_several_addresses_each_name_their_provider(model: str, server: str | None) -> None:
    base = f"openai={OWN}, gemini=https://proxy.example"

    assert server_of(name_of(model), api_base=base, main="anthropic/x") == server


def test_without_an_address_each_provider_is_asked_at_its_own() -> None:
    assert server_of(name_of("openai/x"), api_base=None, main="openai/x") is None
