"""Forges that send you elsewhere, never end, say too much, or are none."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import network
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(network.redirects()), ids=name)
def test_a_redirect_leads_nowhere_it_should_not(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(network.endless()), ids=name)
def test_a_server_that_never_ends_is_left_in_time(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(network.liars()), ids=name)
def test_a_server_that_lies_is_refused(case: Case, hold: Holds) -> None:
    hold(case)
