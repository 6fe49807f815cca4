"""A mistake in a rubric file is named with its line, its key and what is allowed."""

from pathlib import Path

import pytest

from evaluator.grading import rubrics
from tests.support.rubric_files import GOOD, refusal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_mistake_is_named_with_its_line(folder: Path) -> None:
    text = GOOD.replace('evidence = "code"', 'evidence = "video"')
    line = text.split("\n").index('evidence = "video"') + 1

    assert f"mine.toml:{line}: dimension[1].criterion[1].evidence must be" in refusal(folder, text)


def test_a_missing_key_is_named_with_the_line_of_its_table(folder: Path) -> None:
    head, last = GOOD.rsplit('partly = "A part does."\n', 1)
    line = head.count("\n", 0, head.rindex("[dimension.criterion.levels]")) + 1

    assert f"mine.toml:{line}: dimension[2].criterion[1].levels.partly is missing" in refusal(folder, head + last)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("weight = 2", "weigth = 2", "did you mean weight?"),
        ("schema = 1", "schema = 1\npassline = 6", "did you mean pass_line?"),
        ("partly =", "Partly =", "did you mean partly?"),
        ('evidence = "code"', 'evidence = "machine"\ncheck = "license"', "did you mean licence?"),
        ('evidence = "code"', 'evidence = "machine"\ncheck = "claim"', "did you mean claims?"),
    ],
)
def test_a_slip_of_the_pen_gets_a_hint(folder: Path, old: str, new: str, hint: str) -> None:
    assert refusal(folder, GOOD.replace(old, new, 1)).endswith(f"{hint}.")


def test_a_name_that_is_like_no_other_gets_no_hint(folder: Path) -> None:
    assert "did you mean" not in refusal(folder, GOOD.replace("schema = 1", "schema = 1\nzzz = 1"))


def test_a_long_or_hidden_name_is_told_short_and_in_the_open(folder: Path) -> None:
    assert "x" * 60 + "... is not a key" in refusal(folder, "x" * 3000 + " = 1\n" + GOOD)
    assert "a\\u202eb is not a key" in refusal(folder, '"a\\u202eb" = 1\n' + GOOD)


def test_the_ledger_of_promises_may_answer_a_criterion(folder: Path) -> None:
    text = GOOD.replace('evidence = "code"', 'evidence = "machine"\ncheck = "claims"', 1)
    (folder / "mine.toml").write_text(text, encoding="utf-8")

    assert rubrics.load("mine", folder=folder).criteria[0].check == "claims"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("schema = 1", "schema = 2", "schema must be 1"),
        ("schema = 1\n", "", "schema is missing"),
        ('id = "mine"', "id = 3", "id must be text in quotes"),
        ('id = "mine"', 'id = "My Rubric"', "id must be a name of small letters, digits, - and _"),
        ('version = "1.0.0"', 'version = "1"', "version must be three numbers with dots between"),
        ('version = "1.0.0"', 'version = "\uff11.\uff10.\uff10"', "version must be three numbers with dots between"),
        ("schema = 1", "schema = true", "schema must be 1"),
        ("schema = 1", "schema = 1.0", "schema must be 1"),
        ("schema = 1", '"[key]" = 1\nschema = 1', "[key] is not a key of this table; allowed: schema, id"),
        ("schema = 1", "schema = 1\npass_line = 2020-01-01", "pass_line must be a whole number"),
        ("schema = 1", "schema = 1\ntitle = 2020-01-01", "title must be a table of key = value"),
        ("max = 5", "max = 5.0", "dimension[1].max must be 5"),
        ("max = 5", "max = 12:30:00", "dimension[1].max must be 5"),
        (
            'version = "1.0.0"',
            'version = "1.0.0"\nauthor = "me"',
            "author is not a key of this table; allowed: schema, id",
        ),
        ("max = 5", "max = 10", "dimension[1].max must be 5"),
        ("schema = 1", "schema = 1\npass_line = 11", "pass_line must be less than or equal to 10"),
        ("schema = 1", "schema = 1\npass_line = -1", "pass_line must be greater than or equal to 0"),
        ("schema = 1", 'schema = 1\npass_line = "6"', "pass_line must be a whole number"),
        ("schema = 1", 'schema = 1\ntitle = "Mine"', "title must be"),
        ("schema = 1", 'schema = 1\ntitle = { en = "Mine" }', "title.ko is missing"),
        ("max = 5", "max = 5\nweight = 1", "dimension[1].weight is not a key of this table; allowed: id, max, title"),
        ('id = "practicality"', 'id = "style"', "dimension[2].id must be 'functionality' or 'practicality'"),
        (
            'id = "practicality"',
            'id = "functionality"',
            "dimension has functionality, functionality; allowed: functiona",
        ),
        (', ko = "제목" }', " }", "dimension[1].title.ko is missing"),
        (', ko = "작동" }', " }", "dimension[1].criterion[1].title.ko is missing"),
        (', ko = "제목" }', ', fr = "Titre" }', "dimension[1].title.fr must be 'en' or 'ko'"),
        ('partly = "A part does."\n', "", "dimension[1].criterion[1].levels.partly is missing"),
        (
            'partly = "A part does."',
            'partly = ""',
            "dimension[1].criterion[1].levels.partly must be one line of 1 to 600",
        ),
        ('partly = "A part does."', 'partly = "It does."', "dimension[1].criterion[1].levels says the same twice"),
        (
            'met = "It does."',
            'met = "It does."\nmostly = "x"',
            "levels.mostly is not a key of this table; allowed: met, p",
        ),
        ("Does it work?", "a\\nb", "dimension[1].criterion[1].question must be one line"),
        ("Does it work?", "x" * 601, "dimension[1].criterion[1].question must be one line"),
        ("Does it work?", "a\\u202Eb", "dimension[1].criterion[1].question must be one line"),
        ('en = "Works"', 'en = " "', "dimension[1].criterion[1].title.en must be one line"),
        ('id = "A2"', 'id = "A1"', "dimension[1].criterion[2].id is that of dimension[1].criterion[1] again (A1)"),
        ('id = "B1"', 'id = "A1"', "dimension[2].criterion[1].id is that of dimension[1].criterion[1] again (A1)"),
        ("work? (B1)", "WORK? (a1) ?", "dimension[2].criterion[1].question is that of dimension[1].criterion[1] again"),
        ('id = "A1"', 'id = "a 1"', "dimension[1].criterion[1].id must be a name of capital letters, digits and _"),
        ("weight = 2", "weight = 2\ncap_if_not_met = 2020-01-01", "cap_if_not_met must be a whole number"),
        ("weight = 2", "weight = 2\ncheck = 2020-01-01", "dimension[1].criterion[1].check must be text in quotes"),
        ("weight = 2", "weight = 2\nmin_spans = 2020-01-01T00:00:00Z", "min_spans must be a whole number"),
        (', ko = "작동" }', ', ko = "작동", "[key]" = "x" }', "dimension[1].criterion[1].title.[key] must be 'en' or"),
        ('en = "Works"', 'en = "\u3164"', "dimension[1].criterion[1].title.en must be one line"),
        ('en = "Works"', 'en = "Works\u3164"', "dimension[1].criterion[1].title.en must be one line"),
        ('en = "Works"', 'en = "\u2800"', "dimension[1].criterion[1].title.en must be one line"),
        ('en = "Works"', 'en = "\u0301"', "dimension[1].criterion[1].title.en must be one line"),
        ('partly = "A part does."', 'partly = "it  DOES. "', "dimension[1].criterion[1].levels says the same twice"),
        ("weight = 2", "weight = 0", "dimension[1].criterion[1].weight must be greater than or equal to 1"),
        ("weight = 2", "weight = 11", "dimension[1].criterion[1].weight must be less than or equal to 10"),
        ("weight = 2", "weight = 1.5", "dimension[1].criterion[1].weight must be a whole number"),
        ("weight = 2", 'weight = "much"', "dimension[1].criterion[1].weight must be a whole number"),
        ("weight = 2", "weight = true", "dimension[1].criterion[1].weight must be a whole number"),
        ('"Does it work? (A1)"', "2026-01-01", "dimension[1].criterion[1].question must be text in quotes"),
        (
            "weight = 2",
            "weight = 2\ngate = 1",
            "dimension[1].criterion[1].gate is not a key of this table; allowed: id, w",
        ),
        ("weight = 2", "weight = 2\ncap_if_not_met = 6", "dimension[1].criterion[1].cap_if_not_met must be less than"),
        ("weight = 2", "weight = 2\nmin_spans = 0", "dimension[1].criterion[1].min_spans is 0; evidence"),
        ('evidence = "code"', 'evidence = "test"\nmin_spans = 0', 'min_spans is 0; evidence = "test" needs at least 1'),
        ('evidence = "code"', 'evidence = "config"\nmin_spans = 0', 'min_spans is 0; evidence = "config" needs'),
        (
            'evidence = "code"',
            'evidence = "video"',
            "dimension[1].criterion[1].evidence must be 'code', 'test', 'config'",
        ),
        ('evidence = "code"', 'evidence = "code"\ncheck = "tests"', "dimension[1].criterion[1].check stands only with"),
        (
            'evidence = "code"',
            'evidence = "machine"',
            "dimension[1].criterion[1].check is missing; allowed: automation,",
        ),
        (
            'evidence = "code"',
            'evidence = "machine"\ncheck = "magic"',
            "check is 'magic', which is no machine check; allowed",
        ),
        ("[dimension.criterion.levels]", "levels = 3\n[x]", "x is not a key of this table"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(folder: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD

    assert told in refusal(folder, GOOD.replace(old, new, 1))


def test_the_key_counts_tables_from_one(folder: Path) -> None:
    head, last = GOOD.rsplit('partly = "A part does."\n', 1)

    assert "dimension[2].criterion[1].levels.partly is missing" in refusal(folder, head + last)
