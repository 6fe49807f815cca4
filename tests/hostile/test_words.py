"""Orders to the judge, and secrets that must come out nowhere."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import carriers, secrets
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(carriers.hidden()), ids=name)
def test_what_a_person_would_not_see_is_not_shown(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(carriers.visible()), ids=name)
def test_an_order_stays_between_the_fences(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(carriers.alone()), ids=name)
def test_a_readme_alone_is_read_as_carefully(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(secrets.kinds()), ids=name)
def test_no_kind_of_secret_comes_out(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(secrets.places()), ids=name)
def test_a_secret_comes_out_of_no_place(case: Case, hold: Holds) -> None:
    hold(case)
