"""Each criterion of the default rubric has a pair of projects that a fair judge must tell apart."""

from pathlib import Path

import pytest

from evaluator.digest.build import build
from evaluator.domain import Digest
from evaluator.grading import offline, promises, rubrics
from evaluator.judgement import Criterion, Level
from tests.support import pairs
from tests.support.snapshots import MemorySnapshot

RUBRIC = rubrics.load("default", folder=Path(__file__).parents[3] / "rubrics")
MACHINE = [criterion for criterion in RUBRIC.criteria if criterion.evidence == "machine"]
JUDGED = [criterion for criterion in RUBRIC.criteria if criterion.evidence != "machine"]
DIFFERS = {"F7": "test", "F9": "readme", "P1": "readme", "P9": "readme"}  # else the kind of evidence says where


def both(criterion: Criterion) -> tuple[Digest, Digest]:
    met = build(MemorySnapshot(pairs.project(criterion.id, "met")), budget=60_000, mark="mark")
    not_met = build(MemorySnapshot(pairs.project(criterion.id, "not_met")), budget=60_000, mark="mark")
    return met, not_met


def level(criterion: Criterion, digest: Digest) -> Level:
    """Return what code alone says, as it does where no LLM looks."""
    if criterion.check == promises.LEDGER:
        kept = promises.settle(promises.ledger(digest), {})
        return promises.verdict(criterion, [one for one in kept if one.by == "machine"]).level  # not what the lead says
    return offline.check(criterion, offline.Findings(digest)).level


def test_every_criterion_has_a_pair() -> None:
    assert pairs.ids() == sorted(criterion.id for criterion in RUBRIC.criteria)


@pytest.mark.parametrize("criterion", MACHINE, ids=lambda criterion: criterion.id)
def test_a_machine_check_tells_its_pair_apart(criterion: Criterion) -> None:
    met, not_met = both(criterion)

    assert level(criterion, met) == "met"
    assert level(criterion, not_met) == "not_met"


@pytest.mark.parametrize("criterion", RUBRIC.criteria, ids=lambda criterion: criterion.id)
def test_no_other_machine_check_sees_a_difference(criterion: Criterion) -> None:
    met, not_met = both(criterion)

    for other in MACHINE:
        if other.id != criterion.id and other.check != promises.LEDGER:  # the ledger asks after much at once
            assert level(other, met) == level(other, not_met) == "met", other.id


@pytest.mark.parametrize("criterion", JUDGED, ids=lambda criterion: criterion.id)
def test_what_the_judge_has_to_tell_apart_is_shown_to_it(criterion: Criterion) -> None:
    files = {side: pairs.project(criterion.id, side) for side in ("met", "not_met")}
    paths = files["met"].keys() | files["not_met"].keys()
    differing = [path for path in paths if files["met"].get(path) != files["not_met"].get(path)]

    met, not_met = both(criterion)

    assert differing
    for path in differing:
        shown = [block for digest in (met, not_met) if (block := digest.block(path))]
        assert len(shown) == 2
        assert all(len(block.lines) == block.total_lines for block in shown)
        assert shown[0].lines != shown[1].lines
        assert shown[0].file_class == DIFFERS.get(criterion.id, criterion.evidence)
