"""A cohort graded while everything around it dies: the small proof of every change. The large one is `make soak`."""

from pathlib import Path

import pytest

from tests.faults.soak import Plan, play

SEED = 33  # in its first half deck is a bit of everything


@pytest.mark.xdist_group("faults")
def test_a_cohort_ends_exactly_once_whatever_dies_meanwhile(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir(mode=0o700)
    plan = Plan(seed=SEED, requests=200, faults=30, users=20)

    report = play(plan, home, say=print)

    assert report.faults == []
    assert sum(report.made.values()) == plan.faults
    assert report.books.figures["evaluations"] > 150
