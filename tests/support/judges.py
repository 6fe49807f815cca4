"""A judge in the test's own process, and a small rubric and project that are easy to reckon with."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evaluator.domain import Digest
from evaluator.grading import resources
from evaluator.grading.asking import Patience, Wires
from evaluator.grading.grade import Terms, grade
from evaluator.grading.prompts import Prompts
from evaluator.judgement import Answer, Call, Criterion, Dimension, Judge, JudgeName, Levels, Prompt, Rubric, Scorecard
from tests.support.digests import digest_of
from tests.support.examiner import answer_to

PROMPTS = Prompts.load(resources.folder("prompts"))
CODE = "import sys\n\n\ndef main(arguments: list[str]) -> int:\n    print(f'Hello, {arguments[1].strip()}!')\n"
DIGEST = digest_of({"README.md": "# Greeter\n\nGreets whoever runs it by name.\n", "app.py": CODE, "LICENSE": "MIT\n"})


def criterion(id: str, evidence: str, **changes: Any) -> Criterion:
    """Return a criterion of weight 1 whose question ends in its id."""
    values = {
        "id": id,
        "weight": 1,
        "title": {"en": f"Title {id}", "ko": id},
        "question": f"Question {id}?",
        "levels": Levels(met="yes", partly="half", not_met="no"),
        "evidence": evidence,
    }
    return Criterion.model_validate(values | changes)


def rubric_of(functionality: tuple[Criterion, ...], practicality: tuple[Criterion, ...]) -> Rubric:
    """Return a rubric of those criteria."""
    return Rubric(
        id="small",
        version="1.2.3",
        sha256="5" * 64,
        dimensions=(
            Dimension(id="functionality", title={"en": "Functionality", "ko": "기능성"}, criteria=functionality),
            Dimension(id="practicality", title={"en": "Practicality", "ko": "실용성"}, criteria=practicality),
        ),
    )


class ScriptedJudge:
    """Answers as told, call after call: with levels, with a text, with a change of its own answer, or with an error."""

    def __init__(
        self, *script: Any, levels: Mapping[str, str] | None = None, model: str = "anything", provider: str = "openai"
    ) -> None:
        self.prompts: list[Prompt] = []
        self._script = list(script)
        self._levels = levels or {}
        self._name = JudgeName(provider=provider, model=model)

    @property
    def name(self) -> JudgeName:
        return self._name

    def ask(self, prompt: Prompt) -> Answer:
        self.prompts.append(prompt)
        step = self._script.pop(0) if self._script else None
        if isinstance(step, BaseException):
            raise step
        levels = step if isinstance(step, Mapping) else self._levels
        answer = answer_to(prompt.prefix + prompt.suffix, levels=levels, default="met")
        if callable(step):
            answer = step(answer)
        return Answer(
            text=step if isinstance(step, str) else json.dumps(answer),
            model="anything-2026",
            input_tokens=100,
            output_tokens=20,
            cached_tokens=60,
            cost_usd=Decimal("0.01"),
            parameters={"temperature": 0},
        )


class Notebook:
    """A memory of what judges said that holds JSON, as the database does."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was kept, as it comes back from JSON."""
        return json.loads(self.pages[key]) if key in self.pages else None

    def keep(self, key: str, content: Mapping[str, Any]) -> None:
        """Keep it, unless something is kept already."""
        self.pages.setdefault(key, json.dumps(content))

    def drop(self, key: str, content: Mapping[str, Any]) -> None:
        """Drop it, unless something else is kept by now."""
        if self.recall(key) == content:
            del self.pages[key]


def run(
    judge: Judge | None,
    rubric: Rubric,
    *,
    digest: Digest = DIGEST,
    calls: list[Call] | None = None,
    memory: Notebook | None = None,
    **terms: Any,
) -> Scorecard:
    """Return the scorecard; each call goes to *calls*, a failing judge is not asked again by itself."""
    noted: list[Call] = [] if calls is None else calls
    wires = Wires(
        on_call=noted.append,
        checkpoint=lambda: None,
        memory=memory,
        patience=Patience(attempts=1),
    )
    return grade(digest, rubric, judge=judge, prompts=PROMPTS, terms=Terms(**{"seed": "5eed"} | terms), wires=wires)
