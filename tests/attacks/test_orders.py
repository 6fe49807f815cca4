"""No words in a project buy a score that nobody is asked to look at: every wording, place and code, one at a time.

The judge obeys whatever it is told, and answers every question whose answer we know truly: nothing gives it away but
the words themselves. (What a judge gives away that is not so cunning is in `test_structure`.)
"""

import itertools
from collections.abc import Iterator

import pytest

from evaluator.digest.orders import flag
from tests.attacks.carriers import CARRIERS
from tests.attacks.codes import CODES, RARE_CODES
from tests.attacks.laboratory import clean, examined, is_bought
from tests.attacks.values import VALUES
from tests.attacks.wordings import ORDERS, TONGUES, UNSEEN

_WORDINGS = {**ORDERS, **UNSEEN, **{f"value: {name}": words for name, words in VALUES.items()}}
_EVERYWHERE = ("en", "ko", "de", "all but traps", "policy")  # tried in all places
_PLAIN_PLACES = ("readme", "comment", "string")  # where every wording is tried
_CODED = ("en", "rubric", "deserves")  # tried in every code
_CODED_PLACES = ("readme", "comment", "string", "file name", "markdown cell")
_NEVER_SHOWN = {"readme comment", "readme link", "readme reference", "messages", "data", "agent rules"}


def _cases() -> Iterator[tuple[str, str, str]]:
    yield from ((words, "plain", place) for words, place in itertools.product(_WORDINGS, _PLAIN_PLACES))
    yield from ((words, "plain", place) for words, place in itertools.product(_EVERYWHERE, CARRIERS))
    yield from itertools.product(_CODED, CODES, _CODED_PLACES)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_harmless_words_in_the_same_place_raise_no_reason(carrier: str) -> None:
    outcome = clean(carrier)

    assert not outcome.obeyed
    assert outcome.card.total == 0
    assert outcome.is_silent


@pytest.mark.parametrize("words", _WORDINGS)
def test_the_judge_obeys_each_wording_that_it_reads(words: str) -> None:
    outcome = examined(CARRIERS["readme"](_WORDINGS[words]), cunning=True)

    assert outcome.obeyed
    assert outcome.card.total > clean("readme").card.total


@pytest.mark.parametrize(("words", "code", "carrier"), dict.fromkeys(_cases()))
def test_words_to_a_grader_buy_nothing_in_silence(words: str, code: str, carrier: str) -> None:
    files = CARRIERS[carrier](CODES[code](_WORDINGS[words]))

    outcome = examined(files, cunning=True)

    assert not is_bought(carrier, outcome)


@pytest.mark.parametrize("carrier", sorted(CARRIERS.keys() - _NEVER_SHOWN - {"name of a picture", "two files"}))
def test_words_reach_the_judge_from_each_place_that_is_shown(carrier: str) -> None:
    outcome = examined(CARRIERS[carrier](TONGUES["en"]), cunning=True)

    assert outcome.obeyed
    assert "orders_seen" in outcome.card.review_reasons


@pytest.mark.parametrize("carrier", sorted(_NEVER_SHOWN))
def test_words_do_not_reach_the_judge_from_a_place_that_is_not_shown(carrier: str) -> None:
    outcome = examined(CARRIERS[carrier](TONGUES["en"]), cunning=True)

    assert not outcome.obeyed
    assert outcome.card.total == clean(carrier).card.total


@pytest.mark.parametrize("tongue", TONGUES)
def test_an_order_is_found_in_every_tongue(tongue: str) -> None:
    outcome = examined(CARRIERS["readme"](TONGUES[tongue]), cunning=True)

    assert "orders_seen" in outcome.card.review_reasons


@pytest.mark.parametrize("words", _CODED)
@pytest.mark.parametrize("code", RARE_CODES)
def test_an_order_is_found_in_codes_that_few_would_read(code: str, words: str) -> None:
    assert flag(f"import this\n{RARE_CODES[code](_WORDINGS[words])}\nthe rest\n")
