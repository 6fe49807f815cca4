"""Files whose content is hard to read."""

from operator import attrgetter

import pytest

from tests.hostile.conftest import Holds
from tests.hostile.generator import texts
from tests.hostile.generator.case import Case

name = attrgetter("name")


@pytest.mark.parametrize("case", list(texts.encodings()), ids=name)
def test_any_encoding_is_shown_or_listed(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(texts.sizes()), ids=name)
def test_any_size_is_shown_or_listed(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(texts.manifests()), ids=name)
def test_no_manifest_breaks_the_reader(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(texts.notebooks()), ids=name)
def test_no_notebook_breaks_the_reader(case: Case, hold: Holds) -> None:
    hold(case)


@pytest.mark.parametrize("case", list(texts.pumps()), ids=name)
def test_no_repetition_makes_a_pattern_slow(case: Case, hold: Holds) -> None:
    hold(case)
