"""Twins: projects that differ only in what must not matter get the same prompt, modulo the seed, and the same score."""

import random

import pytest

from evaluator.digest.build import build
from evaluator.domain import Digest
from evaluator.grading.promises import ledger
from evaluator.judgement import Rubric
from tests.attacks.carriers import PROJECT
from tests.attacks.laboratory import RUBRIC, SEED
from tests.support import judges
from tests.support.judges import ScriptedJudge
from tests.support.snapshots import MemorySnapshot

_KOREAN = """# adder

주어진 숫자를 모두 더한다.

## 사용법

`python adder.py 1 2 3`을 실행하면 `6`을 출력한다.
"""
_LEVELS = {"F1": "met", "F2": "partly", "P1": "met", "P2": "not_met"}


def digest_of(files: dict[str, str], *, name: str = "adder") -> Digest:
    return build(MemorySnapshot(files, name=name), budget=20_000, mark="f00dfeedf00dfeed", key=b"key")


def score_of(digest: Digest, rubric: Rubric = RUBRIC) -> tuple[int, list[tuple[str, str]]]:
    card = judges.run(ScriptedJudge(levels=_LEVELS), rubric, digest=digest, seed=SEED, samples=1)
    return card.total, sorted((verdict.id, verdict.level) for verdict in card.verdicts)


def test_a_korean_and_an_english_readme_promise_the_same_and_score_the_same() -> None:
    english, korean = digest_of(dict(PROJECT)), digest_of({**PROJECT, "README.md": _KOREAN})

    kinds = [[(promise.kind, promise.found) for promise in ledger(digest)] for digest in (english, korean)]
    assert kinds[0] == kinds[1] != []
    assert score_of(english) == score_of(korean)


@pytest.mark.parametrize("name", ["adder", "winner-2026", "프로젝트"])
def test_the_name_of_the_project_is_in_no_prompt(name: str) -> None:
    judge, other = ScriptedJudge(levels=_LEVELS), ScriptedJudge(levels=_LEVELS)

    judges.run(judge, RUBRIC, digest=digest_of(dict(PROJECT), name=name), seed=SEED, samples=1)
    judges.run(other, RUBRIC, digest=digest_of(dict(PROJECT), name="x"), seed=SEED, samples=1)

    assert [prompt.prefix for prompt in judge.prompts] == [prompt.prefix for prompt in other.prompts]
    assert [prompt.key for prompt in judge.prompts] == [prompt.key for prompt in other.prompts]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_criteria_and_of_files_changes_no_score(seed: int) -> None:
    dice = random.Random(seed)
    files = list(PROJECT.items())
    dice.shuffle(files)
    turned = [
        d.model_copy(update={"criteria": tuple(dice.sample(d.criteria, len(d.criteria)))}) for d in RUBRIC.dimensions
    ]
    rubric = RUBRIC.model_copy(update={"dimensions": tuple(turned)})

    assert digest_of(dict(files)) == digest_of(dict(PROJECT))
    assert score_of(digest_of(dict(files)), rubric) == score_of(digest_of(dict(PROJECT)))


def test_line_ends_and_marks_change_no_score() -> None:
    windows = {path: "\ufeff" + text.replace("\n", "\r\n") for path, text in PROJECT.items()}

    assert digest_of(windows).text == digest_of(dict(PROJECT)).text
    assert score_of(digest_of(windows)) == score_of(digest_of(dict(PROJECT)))
