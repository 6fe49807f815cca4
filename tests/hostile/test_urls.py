"""URLs, refs and names that mean something else than they seem to."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import urls
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(urls.urls()), ids=name)
def test_a_url_that_tricks_is_refused_and_never_dialled(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(urls.names()), ids=name)
def test_a_host_that_is_no_public_one_is_never_dialled(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(urls.refs()), ids=name)
def test_a_ref_that_tricks_is_refused(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(urls.subdirs()), ids=name)
def test_a_subdirectory_that_leads_elsewhere_is_refused(case: Case, hold: Holds) -> None:
    hold(case)
