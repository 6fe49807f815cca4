"""Repositories that git itself would never make."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import mirrors, packs, trees
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(trees.names()), ids=name)
def test_no_name_in_a_tree_leads_elsewhere(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(trees.shapes()), ids=name)
def test_no_shape_of_a_tree_breaks_the_reader(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(packs.commits()), ids=name)
def test_no_commit_breaks_the_reader(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(packs.packs()), ids=name)
def test_no_pack_breaks_the_reader(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(mirrors.twice()), ids=name)
def test_a_mirror_makes_nothing_softer(case: Case, hold: Holds) -> None:
    hold(case)
