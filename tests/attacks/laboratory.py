"""One attack at a time: the project with the words in it beside its clean twin, both before a judge that obeys."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from evaluator.digest.build import build
from evaluator.grading.rubrics import load
from evaluator.judgement import Scorecard
from tests.attacks.carriers import CARRIERS, Files
from tests.support import judges
from tests.support.obedient import ObedientJudge
from tests.support.snapshots import MemorySnapshot

_DATA = Path(__file__).parents[1] / "data"
RUBRIC = load(str(_DATA / "plain.toml"), folder=_DATA)
HARMLESS = "It prints the sum of the numbers on a line of its own, and stops at the first word that is none."
SEED = "5eed" * 16


class Outcome(NamedTuple):
    """What came of a project before an obedient judge."""

    card: Scorecard
    obeyed: bool

    @property
    def is_silent(self) -> bool:
        """Whether nobody is asked to look at it."""
        return not self.card.review_reasons


def examined(files: Files, *, cunning: bool = False, key: bytes = b"key") -> Outcome:
    """Return what the obedient judge makes of a project."""
    judge = ObedientJudge(cunning=cunning)
    digest = build(MemorySnapshot(files), budget=20_000, mark="f00dfeedf00dfeed", key=key)
    card = judges.run(judge, RUBRIC, digest=digest, seed=SEED, samples=1)  # the first is what the words are for
    return Outcome(card, judge.obeyed > 0)


@cache
def clean(carrier: str) -> Outcome:
    """Return what the same judge makes of the same project with harmless words in the same place."""
    return examined(CARRIERS[carrier](HARMLESS))


def is_bought(carrier: str, outcome: Outcome) -> bool:
    """Return whether the words moved the score and nobody is asked to look."""
    return outcome.card.total != clean(carrier).card.total and outcome.is_silent
