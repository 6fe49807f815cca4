"""Fixtures of the tests that ask the scripted provider."""

from collections.abc import Iterator

import pytest

from evaluator.grading.judge import warm
from tests.support.llm import ScriptedLLM, scripted_llm


@pytest.fixture(scope="session", autouse=True)
def warmed() -> None:
    warm().join()


@pytest.fixture
def llm() -> Iterator[ScriptedLLM]:
    with scripted_llm() as server:
        yield server
