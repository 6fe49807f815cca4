"""What weak models send: each shape is read as what was meant, or refused with its code."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import VerdictError
from evaluator.grading import inner_quotes
from evaluator.grading.verdict import MAX_BYTES, Parsed
from tests.support.answer_shapes import SHAPES, Shape, bare, with_texts
from tests.support.answers import CODES, FEEDBACK, GOOD, INTENDED, NONCE, read
from tests.unit.grading.test_verdict_properties import many

_BARE = [shape for shape in SHAPES if shape.kind == "bare quotation marks"]
_REFUSED_IN_VAIN = {  # one reading only, and still refused: a mark alone in the text that ends the answer, and repeats
    "twice", "inches, in the last text", "a string that was cut, in the last text",
    "a string from its middle, in the last text",
}  # fmt: skip


def told(text: str) -> Parsed | None:
    """Return what is read, or None where it is refused with a code that is documented; nothing else may come."""
    try:
        return read(text)
    except VerdictError as refused:
        if refused.code in CODES:
            return None
        raise


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape.kind}: {shape.name}")
def test_a_shape_that_weak_models_send_is_never_read_as_something_else(shape: Shape) -> None:
    assert told(shape.text) in {shape.meant, None}


@pytest.mark.parametrize("shape", _BARE, ids=lambda shape: shape.name)
def test_bare_quotation_marks_are_read_where_one_reading_is_possible(shape: Shape) -> None:
    assert (told(shape.text) == shape.meant) is (shape.name not in _REFUSED_IN_VAIN)


def test_the_shapes_are_many_and_each_is_its_own() -> None:
    assert len({shape.text for shape in SHAPES}) == len(SHAPES) >= 250
    assert len({(shape.kind, shape.name) for shape in SHAPES}) == len(SHAPES)


PIECES = ['"', '"}', '"}]', '", ', '"verdict": "met"', '{"id": "Q2"', "words", '"file": ', " ", "}", '"lines": [1, 2]']
TEXT = st.text('"{}[],:\\ \nabc가', max_size=30) | st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@given(TEXT, TEXT, TEXT)
@many
def test_whatever_the_texts_hold_bare_they_are_read_as_they_are_or_all_is_refused(
    quote: str, reason: str, feedback: str
) -> None:
    table, meant = with_texts(quote=quote, reason=reason, feedback=feedback)

    parsed = told(bare(json.dumps(table, ensure_ascii=False)))

    assert parsed is None or _verdicts(parsed) == _verdicts(meant)
    if parsed is not None and not re.search(r'\\|"(?:file|id|n)"|"[\s,]*\}', quote + reason + feedback):
        assert parsed == meant  # a text that holds `"}` may be cut there: it is whole JSON, and words behind it


def _verdicts(parsed: Parsed) -> list[tuple[object, str]]:
    return [*((one.id, one.verdict) for one in parsed.criteria), *((one.n, one.verdict) for one in parsed.claims)]


@pytest.mark.parametrize("end", range(40, len(GOOD), 7))
def test_no_beginning_of_an_answer_with_bare_marks_is_read(end: int) -> None:
    assert told(bare(GOOD)[: min(end, len(bare(GOOD)) - 1)]) is None


def test_what_is_whole_is_not_mended() -> None:
    assert inner_quotes.escaped(GOOD, NONCE) is None
    assert inner_quotes.escaped("", NONCE) is None


@pytest.mark.parametrize(
    "around",
    ["{ANSWER", '{"a": ANSWER}', "<think>ANSWER", "ANSWER</think>", "ANSWER<think>", 'ANSWER "}', f"{NONCE} ANSWER"],
)
def test_where_something_around_might_be_meant_nothing_is_mended(around: str) -> None:
    assert told(around.replace("ANSWER", bare(GOOD))) is None


@pytest.mark.parametrize(
    "unit", ['"', '" ', '"}', '"}]', '", "reason": ', '\\"', '"}, {"file": ', '"\n\n\n', "]", '"}, "reason" ', "\\"]
)
@pytest.mark.parametrize("place", ["a name is needed", "Ask for", "line 8"])
def test_no_repetition_in_a_text_takes_long(unit: str, place: str) -> None:
    room = MAX_BYTES - len(GOOD.encode()) - 100
    text = bare(GOOD).replace(place, unit * (room // len(unit) // GOOD.count(place)))
    begun = time.process_time()

    told(text)

    assert time.process_time() - begun < 1  # it takes some hundredths


def test_a_mended_answer_says_the_same_as_a_whole_one() -> None:
    assert read(bare(GOOD)) == read(GOOD) == INTENDED
    assert FEEDBACK in read(bare(GOOD)).feedback
