"""Local folders, evil `.git`s, and files that tell tools what to run."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import folders, repositories
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(repositories.files()), ids=name)
def test_nothing_that_a_file_says_is_run_or_fetched(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(repositories.local()), ids=name)
def test_a_local_repository_is_not_obeyed(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(folders.things()), ids=name)
def test_nothing_but_regular_files_is_opened(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(folders.names()), ids=name)
def test_no_name_and_no_ignore_rule_breaks_the_reader(case: Case, hold: Holds) -> None:
    hold(case)
