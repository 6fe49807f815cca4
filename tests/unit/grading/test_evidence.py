import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.domain import Block, Digest, FileClass, Line
from evaluator.grading.evidence import Checker
from evaluator.grading.verdict import Citation, Claimed
from evaluator.judgement import Criterion, Evidence, EvidenceKind, Level, Levels
from tests.support.digests import digest_of

APP = '''"""Greets whoever runs it, politely and by name."""
import sys


def greeting(name: str) -> str:
    # the name is never empty here, the caller checks
    if not name.strip():
        raise ValueError("a name is needed to greet")
    return f"Hello, {name.strip()}!"


def main(arguments: list[str]) -> int:
    print(greeting(arguments[1]))  # prints the greeting that was promised
    return 0
'''
README = "# Greeter\n\nGreets whoever runs it, politely and by name.\n"
TEST = 'from app import greeting\n\n\ndef test_it() -> None:\n    assert greeting("Kim") == "Hello, Kim!"\n'
FILES = {
    "README.md": README,
    "app.py": APP,
    "tests/test_app.py": TEST,
    "settings.toml": 'greeting_language = "korean"\n',
}
DIGEST = digest_of(FILES)


def cite(quote: str, *, file: str = "app.py", lines: tuple[int, int] = (1, 1)) -> Citation:
    return Citation(file=file, lines=lines, quote=quote)


def verify(quote: str, *, file: str = "app.py", lines: tuple[int, int] = (1, 1), digest: Digest = DIGEST) -> Evidence:
    return Checker(digest).verify(cite(quote, file=file, lines=lines))


def one_file(
    text: str, *, path: str = "app.py", file_class: FileClass = "code", numbers: list[int] | None = None
) -> Digest:
    texts = text.split("\n")
    lines = tuple(Line(number=n, text=t) for n, t in zip(numbers or range(1, len(texts) + 1), texts, strict=True))
    block = Block(path=path, file_class=file_class, bytes=len(text), total_lines=1000, lines=lines)
    return DIGEST.model_copy(update={"blocks": (block,), "files": ()})


def criterion(kind: EvidenceKind, *, spans: int = 1) -> Criterion:
    return Criterion(
        id="F1",
        weight=1,
        title={"en": "t", "ko": "t"},
        question="?",
        levels=Levels(met="a", partly="b", not_met="c"),
        evidence=kind,
        min_spans=spans,
    )


def settled(
    kind: EvidenceKind, *citations: Citation, spans: int = 1, verdict: Any = "met", digest: Digest = DIGEST
) -> Level:
    claimed = Claimed(id="F1", evidence=citations, reason="because", verdict=verdict)
    return Checker(digest).settle(criterion(kind, spans=spans), claimed).level


CALL = 'raise ValueError("a name is needed to greet")'
REPLY = 'return f"Hello, {name.strip()}!"'


def test_a_quote_at_its_lines_is_exact() -> None:
    evidence = verify(CALL, lines=(8, 8))

    digest = hashlib.sha256(CALL.encode()).hexdigest()
    assert evidence == Evidence(file="app.py", lines=(8, 8), status="exact", sha256=digest)


def test_a_quote_inside_wider_lines_is_exact_and_the_true_lines_are_kept() -> None:
    evidence = verify(CALL, lines=(5, 12))

    assert (evidence.status, evidence.lines) == ("exact", (8, 8))


@pytest.mark.parametrize("lines", [(1, 7), (9, 20), (9, 9)])
def test_a_quote_at_other_lines_is_relocated_to_the_true_ones(lines: tuple[int, int]) -> None:
    evidence = verify(CALL, lines=lines)

    assert (evidence.status, evidence.lines) == ("relocated", (8, 8))


def test_a_quote_that_is_nowhere_in_the_file_is_not_found_and_keeps_the_lines_it_was_given() -> None:
    evidence = verify("return render(template, name=name)", lines=(8, 9))

    assert (evidence.status, evidence.lines, evidence.file) == ("not_found", (8, 9), "app.py")


def test_a_quote_of_another_file_is_not_found() -> None:
    assert verify(CALL, file="README.md").status == "not_found"


def test_a_file_that_the_project_does_not_have_is_not_named() -> None:
    evidence = verify(CALL, file="print('code in a path')")

    assert (evidence.status, evidence.file) == ("not_found", "(no such file)")


def test_a_file_that_is_only_listed_is_named_but_shows_nothing() -> None:
    digest = digest_of(FILES, listed=["app.py"])

    evidence = verify(CALL, lines=(8, 8), digest=digest)

    assert (evidence.status, evidence.file) == ("not_found", "app.py")


def test_a_path_may_begin_with_a_dot_and_a_slash() -> None:
    assert verify(CALL, file="./app.py", lines=(8, 8)).file == "app.py"


@pytest.mark.parametrize(
    "quote",
    [
        'if not name.strip():\n        raise ValueError("a name is needed to greet")',
        'if not name.strip(): raise ValueError("a name is needed to greet")',
        'if not name.strip():raise ValueError("a name is needed to greet")',
        "if not name.strip():\r\n\traise ValueError(“a name is needed to greet”)",
        '7 | if not name.strip():\n8 |         raise ValueError("a name is needed to greet")',
        '  7: if not name.strip():\n  8: raise ValueError("a name is needed to greet")',
        '7\tif not name.strip():\n8\traise ValueError("a name is needed to greet")',
        'if not name.strip():\n raise ValueError("a name … needed to greet")',
        'if not name.strip(): ... ValueError("a name [...] needed to greet")',
        'if not name\u200b.strip():\n raise ValueError("a name is needed to greet")',
        '\uff49\uff46 not name.strip():\n raise ValueError("a name is needed to greet")',
    ],
)
def test_what_people_and_models_do_to_a_quote_does_not_matter(quote: str) -> None:
    evidence = verify(quote, lines=(7, 8))

    assert (evidence.status, evidence.lines) == ("exact", (7, 8))


def test_korean_is_found_whether_composed_or_not() -> None:
    digest = one_file("print('안녕하세요, 반갑습니다. 이름이 무엇인가요?')")

    evidence = verify("print('\u110b\u1161\u11ab녕하세요, 반갑습니다. 이름이 무엇인가요?')", digest=digest)

    assert evidence.status == "exact"


@pytest.mark.parametrize(("length", "status"), [(23, "not_found"), (24, "exact")])
def test_a_quote_needs_24_characters(length: int, status: str) -> None:
    line = "abcdefghijkl.nopqrstuvw(x)"

    assert verify(line[:length], digest=one_file(line)).status == status


def test_whitespace_at_the_ends_and_in_runs_does_not_make_a_quote_longer() -> None:
    assert (
        verify("  abcdefghij          klmnopqrstu\n\n", digest=one_file("abcdefghij klmnopqrstu")).status == "not_found"
    )
    assert verify("abcdefghij klmnopqrstuvw", digest=one_file("abcdefghij klmnopqrstuvw")).status == "exact"


@pytest.mark.parametrize(("words", "status"), [("abcdefg", "not_found"), ("abcdefgh", "exact")])
def test_a_quote_needs_eight_letters_or_digits(words: str, status: str) -> None:
    line = words + "-" * 30

    assert verify(line, digest=one_file(line)).status == status


LONG = "one_two_three = four_five + six_seven(eight_nine, ten_eleven, twelve)"


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ("one_two_three ... six_seven(eight_nine", "exact"),
        ("one_two_three ... four_five ... twelve) or so", "not_found"),
        ("one_two_three...six_seven(...ten_eleven", "exact"),
        ("one_two_three...four_five...six_seven...twelve)", "not_found"),
        ("six_seven(eight_nine ... one_two_three", "not_found"),
        ("one_two_three = fo ... twelve)", "not_found"),
        ("one_two_three = fo ... twelve).", "not_found"),
        ("one_two_three = f ... twelve, eleven)", "not_found"),
        ("...one_two_three = four_five...", "exact"),
        ("... = four_five + ... ...", "not_found"),
    ],
)
def test_a_quote_may_leave_out_two_parts_but_keeps_the_order(quote: str, status: str) -> None:
    assert verify(quote, digest=one_file(LONG)).status == status


@pytest.mark.parametrize(("piece", "status"), [("six_sev", "not_found"), ("six_seven", "exact")])
def test_each_piece_of_a_quote_needs_eight_signs(piece: str, status: str) -> None:
    assert verify(f"{piece}...eight_nine, ten_eleven", digest=one_file(LONG)).status == status


@pytest.mark.parametrize(("tail", "status"), [("six_seven(", "not_found"), ("+ six_seven(", "exact")])
def test_the_pieces_of_a_quote_need_24_characters_together(tail: str, status: str) -> None:
    assert verify(f"one_two_three...{tail}", digest=one_file(LONG)).status == status


@pytest.mark.parametrize(("gap", "status"), [(39, "exact"), (40, "not_found")])
def test_the_pieces_of_a_quote_lie_within_forty_lines(gap: int, status: str) -> None:
    text = "\n".join(["first_piece_here()", *["pass"] * gap, "second_piece_here()"])

    assert verify("first_piece_here() ... second_piece_here()", lines=(1, 99), digest=one_file(text)).status == status


def test_a_later_beginning_is_tried_where_the_first_lies_too_far_off() -> None:
    text = "\n".join(["first_piece_here()", *["pass"] * 60, "first_piece_here()", "second_piece_here()"])

    evidence = verify("first_piece_here() ... second_piece_here()", lines=(62, 63), digest=one_file(text))

    assert (evidence.status, evidence.lines) == ("exact", (62, 63))


def test_a_quote_without_gaps_may_be_as_long_as_it_is() -> None:
    text = "\n".join(f"line_{number}" for number in range(60))

    evidence = verify(text, lines=(1, 60), digest=one_file(text))

    assert (evidence.status, evidence.lines) == ("exact", (1, 60))


def test_dots_that_stand_in_the_code_are_code() -> None:
    line = "def area(shape: Shape, ...) -> float: ..."

    assert verify(line, digest=one_file(line)).status == "exact"


def test_a_quote_never_reaches_over_lines_that_were_cut() -> None:
    cut = one_file("first_piece_here()\nsecond_piece_here()", numbers=[10, 200])
    whole = one_file("first_piece_here()\nsecond_piece_here()", numbers=[10, 11])

    assert verify("first_piece_here()\nsecond_piece_here()", lines=(10, 11), digest=cut).status == "not_found"
    assert verify("first_piece_here()\nsecond_piece_here()", lines=(10, 11), digest=whole).lines == (10, 11)


def test_of_several_places_the_cited_one_counts_and_else_the_nearest() -> None:
    text = "\n".join(["call_the_service(now, today)", "pass", "pass", "pass", "call_the_service(now, today)"] * 2)

    assert verify("call_the_service(now, today)", lines=(5, 5), digest=one_file(text)).lines == (5, 5)
    assert verify("call_the_service(now, today)", lines=(9, 9), digest=one_file(text)).lines == (10, 10)
    assert verify("call_the_service(now, today)", lines=(2, 4), digest=one_file(text)).lines == (1, 1)
    assert verify("call_the_service(now, today)", lines=(4, 8), digest=one_file(text)).status == "exact"


def test_a_quote_that_stands_everywhere_is_found_though_not_every_place_is_looked_at() -> None:
    text = "\n".join(["call_the_service(now, today)"] * 150)

    assert verify("call_the_service(now, today)", lines=(100, 100), digest=one_file(text)).lines == (100, 100)
    assert verify("call_the_service(now, today)", lines=(101, 101), digest=one_file(text)).lines == (100, 100)


def test_a_file_of_which_nothing_is_shown_shows_nothing() -> None:
    empty = one_file("x").model_copy(
        update={"blocks": (Block(path="app.py", file_class="code", bytes=0, total_lines=0, lines=()),)}
    )

    assert verify("call_the_service(now, today)", digest=empty).status == "not_found"


def test_a_first_line_that_is_shown_late_in_a_file_has_its_own_number() -> None:
    digest = one_file("call_the_service(now, today)", numbers=[321])

    assert verify("call_the_service(now, today)", lines=(321, 321), digest=digest).lines == (321, 321)


@given(st.text(min_size=24, max_size=200))
def test_a_foreign_quote_is_never_found(quote: str) -> None:
    assert verify(quote).status == "not_found"


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_check(line: str, quote: str) -> None:
    evidence = verify(quote + line, digest=one_file(line.replace("\n", " ")))

    assert evidence.status in {"exact", "relocated", "not_found"}


DOC = cite("Greets whoever runs it, politely and by name.", file="README.md", lines=(3, 3))
CODE = cite(CALL, lines=(8, 8))
DOCSTRING = cite('"""Greets whoever runs it, politely and by name."""')
COMMENT = cite("# the name is never empty here, the caller checks", lines=(6, 6))
TRAILING = cite("# prints the greeting that was promised", lines=(13, 13))
TESTED = cite('assert greeting("Kim") == "Hello, Kim!"', file="tests/test_app.py", lines=(5, 5))
SETTING = cite('greeting_language = "korean"', file="settings.toml")
FALSE = cite("return render(template, name=name)", lines=(8, 8))


@pytest.mark.parametrize(
    ("kind", "citation", "level"),
    [
        ("code", CODE, "met"),
        ("code", TESTED, "met"),
        ("code", SETTING, "met"),
        ("code", DOC, "not_shown"),
        ("code", DOCSTRING, "not_shown"),
        ("code", COMMENT, "not_shown"),
        ("code", TRAILING, "not_shown"),
        ("code", FALSE, "not_shown"),
        ("test", TESTED, "met"),
        ("test", CODE, "not_shown"),
        ("config", SETTING, "met"),
        ("config", CODE, "not_shown"),
        ("doc", DOC, "met"),
        ("doc", DOCSTRING, "met"),
        ("doc", FALSE, "not_shown"),
    ],
)
def test_evidence_must_be_of_the_kind_that_the_criterion_asks_for(
    kind: EvidenceKind, citation: Citation, level: Level
) -> None:
    assert settled(kind, citation) == level


@pytest.mark.parametrize(
    ("verdict", "level"),
    [("met", "not_shown"), ("partly", "not_shown"), ("not_met", "not_met"), ("cannot_tell", "cannot_tell")],
)
def test_only_what_speaks_for_a_project_needs_evidence(verdict: str, level: Level) -> None:
    assert settled("code", verdict=verdict) == level


def test_a_verdict_keeps_what_was_claimed_and_what_became_of_each_citation() -> None:
    claimed = Claimed(id="F1", evidence=(FALSE, COMMENT), reason="because", verdict="partly")

    result = Checker(DIGEST).settle(criterion("code"), claimed)

    assert (result.id, result.level, result.claimed, result.reason) == ("F1", "not_shown", "partly", "because")
    assert [evidence.status for evidence in result.evidence] == ["not_found", "exact"]


def test_as_many_different_places_are_needed_as_the_criterion_asks_for() -> None:
    other = cite(REPLY, lines=(9, 9))

    assert settled("code", CODE, other, spans=2) == "met"
    assert settled("code", CODE, CODE, spans=2) == "not_shown"
    assert settled("code", CODE, COMMENT, spans=2) == "not_shown"
    assert settled("code", spans=0) == "met"


@pytest.mark.parametrize(("code", "level"), [("x=len(", "met"), ("x=len", "not_shown")])
def test_six_signs_of_a_quote_must_be_code(code: str, level: Level) -> None:
    digest = one_file(f"{code}  # a comment that is long enough to be quoted")

    assert settled("code", cite(f"{code} # a comment that is long enough"), digest=digest) == level


PIECES = ["x0 = compute_something(0, 1)", "x1 = compute_something(1, 2)", "x2 = compute_something(2, 3)"]


@pytest.mark.parametrize(
    ("ranges", "places"),
    [
        ([(1, 1), (1, 2)], 1),
        ([(1, 2), (2, 3)], 1),
        ([(1, 3), (2, 2)], 1),
        ([(1, 1), (1, 1)], 1),
        ([(1, 1), (2, 2)], 2),
        ([(1, 3), (1, 1), (3, 3)], 2),
        ([(1, 1), (2, 3), (1, 2)], 2),
        ([(1, 3), (2, 2), (3, 3)], 2),
        ([(1, 1), (1, 2), (2, 2), (2, 3), (3, 3)], 3),
    ],
)
def test_places_that_share_a_line_are_one(ranges: list[tuple[int, int]], places: int) -> None:
    digest = one_file("\n".join(PIECES))
    cited = [cite("\n".join(PIECES[first - 1 : last]), lines=(first, last)) for first, last in ranges]

    assert settled("code", *cited, spans=places, digest=digest) == "met"
    assert settled("code", *cited, spans=places + 1, digest=digest) == "not_shown"


def test_equal_lines_of_two_files_are_two_places() -> None:
    digest = digest_of({"a.py": PIECES[0], "b.py": PIECES[0]})

    assert settled("code", cite(PIECES[0], file="a.py"), cite(PIECES[0], file="b.py"), spans=2, digest=digest) == "met"
