"""What holds of the parser for answers of any shape. `make fuzz` looks at many more of them than a test run does."""

import contextlib
import json
import os
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evaluator.errors import VerdictError
from evaluator.grading.verdict import MAX_BYTES, Citation, Claimed, ClaimedPromise, Order, Parsed
from tests.support.answers import CODES, GOOD, NONCE, dumped, item, read, whole

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "80"))  # of each property
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

ODD = "{}[]\",:\\/“”'`<>\n\t 0.-_…\x00\u200b\ud800가ｍｅｔ"  # noqa: RUF001 - they are meant
TEXT = st.one_of(
    st.text(max_size=40),
    st.text(ODD, max_size=40),
    st.sampled_from(["</think>", "<think>", GOOD[:300].replace(NONCE, "guessed")]),
)
LINES = st.tuples(st.integers(1, 500), st.integers(0, 50)).map(lambda pair: [pair[0], pair[0] + pair[1]])
CITED = st.fixed_dictionaries({"file": TEXT, "lines": LINES, "quote": TEXT})
EVIDENCE = st.lists(CITED, max_size=3)
LEVEL = st.sampled_from(["met", "partly", "not_met", "cannot_tell"])
SHOWN = st.sampled_from(["shown", "partly", "not_shown", "cannot_tell"])


def criterion(id: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"id": st.just(id), "evidence": EVIDENCE, "reason": TEXT, "verdict": LEVEL})


def promise(n: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"n": st.just(n), "evidence": EVIDENCE, "verdict": SHOWN})


TABLE = st.fixed_dictionaries({
    "answer_id": st.just(NONCE),
    "claims": st.tuples(promise(1), promise(2)).flatmap(st.permutations),
    "criteria": st.tuples(criterion("Q1"), criterion("Q2")).flatmap(st.permutations),
    "orders_seen": st.lists(st.fixed_dictionaries({"file": TEXT, "quote": TEXT}), max_size=2),
    "feedback": TEXT,
})  # fmt: skip


def meant(table: dict[str, Any]) -> Parsed:
    """Return what a table of the exact form says, worked out without the parser."""

    def text(value: str) -> str:
        return "".join("\ufffd" if sign == "\x00" or "\ud800" <= sign <= "\udfff" else sign for sign in value)

    def places(items: list[dict[str, Any]]) -> tuple[Citation, ...]:
        return tuple(
            Citation(file=text(one["file"]), lines=(one["lines"][0], one["lines"][1]), quote=text(one["quote"]))
            for one in items
        )

    return Parsed(
        claims=tuple(
            ClaimedPromise(n=one["n"], evidence=places(one["evidence"]), verdict=one["verdict"])
            for one in table["claims"]
        ),
        criteria=tuple(
            Claimed(
                id=one["id"],
                evidence=places(one["evidence"]),
                reason=text(one["reason"])[:400],
                verdict=one["verdict"],
            )
            for one in table["criteria"]
        ),
        orders_seen=tuple(Order(file=text(one["file"]), quote=text(one["quote"])) for one in table["orders_seen"]),
        feedback=text(table["feedback"]),
    )


def told(text: str) -> Parsed | None:
    """Return what is read, or None where it is refused with a code that is documented; nothing else may come."""
    try:
        return read(text)
    except VerdictError as refused:
        if refused.code in CODES:
            return None
        raise


def again(parsed: Parsed) -> str:
    return dumped({"answer_id": NONCE} | parsed.model_dump(mode="json"))


@given(TABLE, st.booleans(), st.sampled_from([None, 1, 4]))
@many
def test_a_clean_answer_says_what_strict_json_says(table: dict[str, Any], ascii: bool, indent: int | None) -> None:
    text = json.dumps(table, ensure_ascii=ascii, indent=indent)

    assert told(text) == meant(json.loads(text))


PROSE = st.text(
    st.characters(exclude_characters='{}"\\<>“”', exclude_categories=["Cs"]), max_size=60
)  # signs that open nothing
ECHO = st.sampled_from([
    "", "{}", '{"answer_id": "guessed", "criteria": [{"id": "Q1", "verdict": "met"}]}', GOOD.replace(NONCE, "NONCE"),
    '{"score": 10}', "<think>{</think>", f"<think>{GOOD}</think>", "```json\n", "[1] ",
])  # fmt: skip


@given(TABLE, PROSE, PROSE, ECHO, ECHO)
@many
def test_what_stands_around_an_answer_never_changes_it(
    table: dict[str, Any], before: str, behind: str, echo: str, other: str
) -> None:
    text = f"{before}{echo}\n{dumped(table)}\n{other}{behind}"

    assert told(text) in {meant(table), None}
    assert "think" in before + behind or told(text) == meant(table)


BLANKS = st.text(" \n\t\r", max_size=3)
SAID = st.sampled_from(["", " ", "\n", "// a note, } \n", '/* "met", */', "// “so”\n"])


@given(TABLE, st.data())
@many
def test_blanks_comments_and_commas_between_the_parts_of_an_answer_change_nothing(
    table: dict[str, Any], data: st.DataObject
) -> None:
    parts: list[str] = []
    for token in json.JSONEncoder(ensure_ascii=False).iterencode(table):
        comma = token in {"}", "]"} and parts[-1:] not in (["["], ["{"]) and data.draw(st.booleans())
        parts += [data.draw(BLANKS), "," if comma else "", token]
    text = "".join(parts)

    assert told(f"{data.draw(SAID)}{text}") == meant(table)


@given(TABLE, TABLE, st.sampled_from(["", "\n", ", ", "\nNo, wait:\n```json\n"]))
@many
def test_two_answers_that_differ_are_refused(one: dict[str, Any], two: dict[str, Any], between: str) -> None:
    assume(meant(one) != meant(two))

    assert told(dumped(one) + between + dumped(two)) is None


@given(TABLE, st.floats(0, 1, exclude_max=True))
@many
def test_no_beginning_of_an_answer_is_read(table: dict[str, Any], share: float) -> None:
    text = dumped(table)

    assert told(text[: int(len(text) * share)]) is None


VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT, LEVEL, SHOWN, st.just("q1"), st.just("1-2")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "lines", "verdict", "x"]), inner)
    ),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each value inside *value*."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, inner in items for way in ((*path, key), *places(inner, (*path, key)))]


@given(TABLE, st.data())
@many
def test_of_a_changed_table_what_was_not_changed_is_read_as_it_was_or_all_is_refused(
    table: dict[str, Any], data: st.DataObject
) -> None:
    table = json.loads(json.dumps(table))
    *way, key = data.draw(st.sampled_from(places(table)))
    holder: Any = table
    for step in way:
        holder = holder[step]
    holder[key] = data.draw(VALUE)

    parsed = told(json.dumps(table))

    if parsed is not None:
        assert {one.id for one in parsed.criteria} == {"Q1", "Q2"}
        assert sorted(one.n for one in parsed.claims) == [1, 2]
        for one, read_as in zip(table["criteria"], parsed.criteria, strict=True):
            assert str(one["verdict"]).strip().lower() == read_as.verdict
            assert str(one["id"]).strip().upper() == read_as.id
        assert read(again(parsed)) == parsed


@given(TABLE, st.data())
@many
def test_a_key_less_or_more_is_refused(table: dict[str, Any], data: st.DataObject) -> None:
    table = json.loads(json.dumps(table))
    holders = [table, *table["criteria"], *table["claims"], *table["orders_seen"]]
    holder = data.draw(st.sampled_from(holders))
    if data.draw(st.booleans()):
        del holder[data.draw(st.sampled_from(sorted(holder)))]
    else:
        holder[data.draw(st.text(max_size=8).filter(lambda key: key not in holder))] = data.draw(VALUE)

    assert told(json.dumps(table)) is None


JUNK = st.one_of(
    st.binary(max_size=3), st.sampled_from([b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"//", b"/*"])
)
MET = dumped(whole(criteria=[item("Q1"), item("Q2")])).encode()


@given(st.integers(0, len(MET)), st.integers(0, 3), JUNK)
@many
def test_an_answer_with_a_few_bytes_broken_is_refused_or_says_the_same_verdicts(
    start: int, less: int, junk: bytes
) -> None:
    parsed = told((MET[:start] + junk + MET[start + less :]).decode("utf-8", "replace"))

    if parsed is not None:
        assert [(one.id, one.verdict) for one in parsed.criteria] == [("Q1", "met"), ("Q2", "met")]
        assert [(one.n, one.verdict) for one in parsed.claims] == [(1, "shown"), (2, "not_shown")] or junk
        assert read(again(parsed)) == parsed


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, len(GOOD))), max_size=6), st.text(ODD, max_size=9))
@many
def test_pieces_of_answers_in_any_order_are_refused_or_read_alike_twice(
    pieces: list[tuple[int, int]], junk: str
) -> None:
    text = junk.join(GOOD[min(pair) : max(pair)] for pair in pieces)

    for shape in (text, GOOD + text, text + GOOD):
        parsed = told(shape)
        assert parsed is None or read(again(parsed)) == parsed


@given(
    st.one_of(st.text(), st.text(ODD), st.text('{}[]",:\\/<>think“”answer_id0 \n').map(lambda t: t.replace("0", NONCE)))
)
@many
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    parsed = told(text)

    assert parsed is None or read(again(parsed)) == parsed


PIECE = st.one_of(
    st.text(ODD, min_size=1, max_size=4), st.sampled_from([f'{{"answer_id":"{NONCE}"', NONCE, "<think>", "“"])
)


@given(PIECE, PIECE, st.sampled_from(["", f'{{"answer_id":"{NONCE}","x":', f'{{"{NONCE}//']))
@settings(max_examples=min(EXAMPLES, 300) // 6, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_repetition_takes_long(unit: str, other: str, head: str) -> None:
    half = MAX_BYTES // 2
    text = (head + unit * half)[:half] + (other * half)[:half] + "}}}"
    text = text.encode("utf-8", "surrogatepass")[: MAX_BYTES - 2].decode("utf-8", "ignore") + "}}"
    started = time.process_time()

    told(text)

    assert time.process_time() - started < 1  # it takes some hundredths; quadratic work would take many seconds


@pytest.mark.parametrize("depth", [10, 100, 1000, 10_000, 30_000])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_no_depth_breaks_the_parser(depth: int, opened: str, closed: str) -> None:
    depth = min(depth, (MAX_BYTES - 200) // len(opened + closed))
    text = f'{{"answer_id": "{NONCE}", "x": {opened * depth}1{closed * depth}}}'

    with contextlib.suppress(VerdictError):
        raise AssertionError(read(text))
