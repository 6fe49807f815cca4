"""Archives that lead out of themselves, unpack to very much more, or lie."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import tars, zips
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(zips.names()), ids=name)
def test_no_name_in_a_zip_leads_out_of_it(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(zips.lies()), ids=name)
def test_a_zip_that_lies_is_refused_or_read_for_what_it_is(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(zips.bombs()), ids=name)
def test_a_zip_does_not_burst(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(tars.members()), ids=name)
def test_no_member_of_a_tar_leads_out_of_it(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(tars.headers()), ids=name)
def test_a_tar_that_lies_is_refused_or_read_for_what_it_is(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(tars.compressed()), ids=name)
def test_a_compressed_tar_does_not_burst(case: Case, hold: Holds) -> None:
    hold(case)
