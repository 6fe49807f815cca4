"""What a quote must not cut, what the numbers before its lines must be, and what shows a promise."""

import pytest

from evaluator.grading.evidence import Checker
from evaluator.grading.verdict import Citation, ClaimedPromise
from evaluator.judgement import Promise, PromiseKind, PromiseLevel
from tests.unit.grading.test_evidence import (
    CODE,
    COMMENT,
    DIGEST,
    DOC,
    DOCSTRING,
    FALSE,
    SETTING,
    TESTED,
    cite,
    one_file,
    settled,
    verify,
)

NUMBERS = "timeout = 100\nratio = 0.5\nheight_2 = read(width_13, depth)\nversion = compare(1.2.34, other)"


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ("timeout = 100\nratio = 0.5", "exact"),
        ("timeout = 100\nratio = 0", "not_found"),
        ("= 100\nratio = 0.5\nheight_2 = read(width_1", "not_found"),
        ("0\nratio = 0.5\nheight_2 = read(width_13", "not_found"),
        ("= 100\nratio = 0.5\nheight_2 = read(wid", "not_found"),
        ("height_2 = read(width_13, depth)\nversion = compare(1.2.3", "not_found"),
        ("5\nheight_2 = read(width_13, depth)", "not_found"),
        ("ratio = 0.5\nheight_2 = read", "exact"),
    ],
)
def test_a_quote_cuts_no_number(quote: str, status: str) -> None:
    assert verify(quote, lines=(1, 4), digest=one_file(NUMBERS)).status == status


TABLE = "\n".join(["names = {", '    1: "the first of them all",', '    2: "the second of them all",', "}"])


@pytest.mark.parametrize(
    ("quote", "lines", "status"),
    [
        ('1: "the first of them all",', (2, 2), "exact"),
        ('2:     1: "the first of them all",', (2, 2), "exact"),
        ('7:     1: "the first of them all",', (7, 7), "relocated"),
        ('3: "the first of them all",', (2, 2), "not_found"),
        ('1: "the first of them all",\n3: "the second of them all",', (2, 3), "not_found"),
    ],
)
def test_a_number_before_a_line_must_be_that_of_the_line(quote: str, lines: tuple[int, int], status: str) -> None:
    assert verify(quote, lines=lines, digest=one_file(TABLE)).status == status


def promise(kind: PromiseKind) -> Promise:
    return Promise(n=3, kind=kind, text="greets politely", line=2)


@pytest.mark.parametrize(
    ("kind", "citation", "verdict", "level"),
    [
        ("feature", CODE, "shown", "shown"),
        ("feature", TESTED, "partly", "partly"),
        ("command", SETTING, "shown", "shown"),
        ("feature", DOC, "shown", "not_shown"),
        ("feature", COMMENT, "partly", "not_shown"),
        ("feature", FALSE, "shown", "not_shown"),
        ("feature", FALSE, "cannot_tell", "cannot_tell"),
        ("feature", CODE, "not_shown", "not_shown"),
        ("file", COMMENT, "shown", "shown"),
        ("example", DOCSTRING, "shown", "shown"),
        ("file", DOC, "shown", "not_shown"),
        ("example", DOC, "shown", "not_shown"),
        ("file", FALSE, "shown", "not_shown"),
    ],
)
def test_a_promise_is_shown_by_what_it_promises(
    kind: PromiseKind, citation: Citation, verdict: PromiseLevel, level: PromiseLevel
) -> None:
    told = ClaimedPromise(n=3, evidence=(citation,), verdict=verdict)

    kept = Checker(DIGEST).settle_promise(promise(kind), told)

    assert (kept.n, kept.kind, kept.text, kept.by) == (3, kind, "greets politely", "judge")
    assert (kept.level, kept.claimed) == (level, verdict)
    assert [evidence.file for evidence in kept.evidence] == [citation.file]


def test_a_promise_without_evidence_is_not_shown() -> None:
    told = ClaimedPromise(n=3, evidence=(), verdict="shown")

    assert Checker(DIGEST).settle_promise(promise("file"), told).level == "not_shown"


def test_a_quote_of_nothing_but_a_string_of_prose_shows_no_behaviour() -> None:
    digest = one_file('NOTE = "All uploads are retried three times before it fails"')

    assert settled("code", cite("uploads are retried three times before it fails"), digest=digest) == "not_shown"
    assert settled("code", cite('NOTE = "All uploads are retried three times'), digest=digest) == "not_shown"
    assert settled("doc", cite("uploads are retried three times before it fails"), digest=digest) == "met"


@pytest.mark.parametrize(
    ("kind", "text", "level"),
    [
        ("file", "src/greeting.py", "shown"),
        ("file", "src/farewell.py", "not_shown"),
        ("command", "make greeting", "shown"),
        ("command", "npm run farewell", "not_shown"),
        ("option", "--greeting", "shown"),
        ("option", "--dry-run", "not_shown"),
        ("endpoint", "GET /api/greeting/{id}", "shown"),
        ("endpoint", "GET /api/{id}", "not_shown"),
        ("command", "...", "not_shown"),
    ],
)
def test_what_code_found_missing_is_saved_only_by_lines_that_name_it(
    kind: PromiseKind, text: str, level: PromiseLevel
) -> None:
    missing = Promise(n=3, kind=kind, text=text, line=2, found="missing")
    citation = cite("print(greeting(arguments[1]))", lines=(13, 13))

    kept = Checker(DIGEST).settle_promise(missing, ClaimedPromise(n=3, evidence=(citation,), verdict="shown"))

    assert kept.level == level
