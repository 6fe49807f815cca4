"""A judge behind the real litellm that asks the scripted provider, and a prompt for it."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from evaluator.errors import EvaluatorError
from evaluator.grading.judge import open_judge
from evaluator.grading.prompts import ANSWER_SCHEMA
from evaluator.judgement import Judge, Prompt
from tests.support.llm import Reply, ScriptedLLM

MODELS = ("openai/anything", "anthropic/anything", "gemini/anything")
KEY = "key-of-the-test"
KEYS = {name: SecretStr(KEY) for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")}
NONCE = "ab" * 16
PROMPT = Prompt(
    system="SYSTEM",
    prefix="# The project\n\n== app.py\n1 print(input('your name, please: '))\n\n# Facts\n",
    suffix=f"\n# Criteria: F\n\n## Q1\n\nDoes it?\n\n# Form\n\nanswer_id: {NONCE}\n",
    answer_schema=ANSWER_SCHEMA,
)


def judge(llm: ScriptedLLM, model: str, *, timeout: float = 20, version: str = "") -> Judge:
    return open_judge(model, api_base=llm.url + version, keys=KEYS, timeout=timeout, answer_tokens=4000)


def refusal(judge: Judge) -> EvaluatorError:
    with pytest.raises(EvaluatorError) as caught:
        judge.ask(PROMPT)
    return caught.value


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
