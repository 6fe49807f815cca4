import random
from pathlib import Path

from evaluator.domain import Options, User
from evaluator.services.bench import Bench
from tests.support.grading import LLM, RUBRIC, grade
from tests.support.llm import ScriptedLLM
from tests.support.people import row
from tests.support.repositories import make_project


def code(part: int) -> str:
    """Return a module of a hundred functions that is like no other one."""
    chance = random.Random(part)
    return "".join(
        f"def {name}({first}: int, {second}: int):\n    return {first} - {second} + {chance.randrange(999)}\n\n\n"
        for name, first, second in (
            tuple("".join(chance.choices("abdegiklmnorstu", k=9)) for _ in range(3)) for _ in range(100)
        )
    )


def test_a_model_whose_window_is_too_small_is_refused_before_the_project_is_touched(
    bench: Bench, user: User, llm: ScriptedLLM, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"

    id = grade(bench, user, gone, Options(rubric=RUBRIC, model="openai/gpt-4"))

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_code"], failed["error_exit"]) == ("failed", "bad_settings", 2)
    assert "openai/gpt-4 reads at most 8,192 tokens" in failed["error_message"]
    assert not llm.requests


def test_a_small_window_makes_the_prompt_shorter(bench: Bench, user: User, llm: ScriptedLLM, tmp_path: Path) -> None:
    files = {f"part_{part}.py": code(part) for part in range(20)}
    project = make_project(tmp_path / "long", {"README.md": "# Shares\n\nCounts shares.\n", **files})

    grade(bench, user, project, LLM)
    grade(bench, user, project, Options(rubric=RUBRIC, model="openai/gpt-realtime"))  # which reads 32,000 tokens

    at_length, in_short = (len(call.system + call.user) for call in (llm.requests[0], llm.requests[-1]))
    assert at_length > 3 * 32_000
    assert in_short < 3 * (32_000 - bench.answer_tokens) < at_length
