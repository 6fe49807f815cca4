import os
from pathlib import Path

import pytest

from evaluator.errors import BadRubric, UnknownRubric
from evaluator.grading import rubrics

BUILT_IN = Path(__file__).parents[3] / "rubrics"

HEAD = 'schema = 1\nid = "mine"\nversion = "1.0.0"\n'
CRITERION = """
[[dimension.criterion]]
id = "{id}"
weight = 2
title = {{ en = "Works", ko = "작동" }}
question = "Does it work?"
evidence = "code"
[dimension.criterion.levels]
met = "It does."
partly = "A part does."
not_met = "It does not."
"""


def dimension(id: str, *criteria: str) -> str:
    title = 'title = { en = "A title", ko = "제목" }'
    return f'\n[[dimension]]\nid = "{id}"\nmax = 5\n{title}\n' + "".join(criteria)


GOOD = (
    HEAD
    + dimension("functionality", CRITERION.format(id="A1"), CRITERION.format(id="A2"))
    + dimension("practicality", CRITERION.format(id="B1"))
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def refusal(folder: Path, text: str) -> str:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadRubric) as caught:
        rubrics.load("mine", folder=folder)
    assert str(folder / "mine.toml") in str(caught.value)
    return str(caught.value)


def test_the_default_rubric_has_both_dimensions_with_machine_and_judged_criteria() -> None:
    rubric = rubrics.load("default", folder=BUILT_IN)

    assert [dimension.id for dimension in rubric.dimensions] == ["functionality", "practicality"]
    for dimension in rubric.dimensions:
        kinds = [criterion.evidence for criterion in dimension.criteria]
        assert 6 <= len(kinds) <= 9
        assert kinds.count("machine") >= 2
        assert len(kinds) - kinds.count("machine") >= 4


def test_all_built_in_rubrics_load() -> None:
    assert "default" in rubrics.names(BUILT_IN)
    for name in rubrics.names(BUILT_IN):
        assert rubrics.load(name, folder=BUILT_IN).id == name


def test_a_rubric_is_found_by_name_and_by_path(folder: Path) -> None:
    by_name = rubrics.load("mine", folder=folder)
    by_path = rubrics.load(str(folder / "mine.toml"), folder=BUILT_IN)

    assert by_name == by_path
    assert [criterion.id for criterion in by_name.criteria] == ["A1", "A2", "B1"]
    assert by_name.dimensions[0].title == {"en": "A title", "ko": "제목"}
    assert (by_name.id, by_name.version, by_name.dimensions[0].max) == ("mine", "1.0.0", 5)


def test_a_file_is_found_by_a_path_without_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)

    assert rubrics.load("mine.toml", folder=BUILT_IN).id == "mine"


def test_a_file_named_by_path_may_have_another_name_than_its_id(folder: Path) -> None:
    (folder / "copy.toml").write_text(GOOD, encoding="utf-8")

    assert rubrics.load(f"{folder}/copy.toml", folder=BUILT_IN).id == "mine"
    with pytest.raises(BadRubric, match="id is 'mine'; in a file of this name it must be 'copy'"):
        rubrics.load("copy", folder=folder)


@pytest.mark.parametrize("name", ["other", "Mine", "../mine", "", "a\0b", "x/y.toml", "mine.toml/x", "mine\0.toml"])
def test_an_unknown_rubric_is_refused_with_the_known_ones(folder: Path, name: str) -> None:
    with pytest.raises(UnknownRubric, match="Known rubrics: mine"):
        rubrics.load(name, folder=folder)


def test_names_are_sorted_and_only_of_rubric_files(folder: Path) -> None:
    for name in ("zeta.toml", "alpha.toml", "notes.md", "Not A Name.toml"):
        (folder / name).write_text("", encoding="utf-8")

    assert rubrics.names(folder) == ("alpha", "mine", "zeta")


def test_identity_does_not_change_with_comments_layout_order_of_keys_or_dimensions_or_unicode_form(
    folder: Path,
) -> None:
    before = rubrics.load("mine", folder=folder)
    swapped = HEAD + dimension("practicality", CRITERION.format(id="B1"))
    swapped += dimension("functionality", CRITERION.format(id="A1"), CRITERION.format(id="A2"))
    variants = [
        "# a comment\n" + GOOD.replace("weight = 2", "weight   =   2  # two"),
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("작동", "\u110c\u1161\u11a8\u1103\u1169\u11bc"),
        GOOD.replace('evidence = "code"', 'evidence = "code"\nmin_spans = 1'),
        GOOD.replace("weight = 2\n", "").replace('evidence = "code"', 'evidence = "code"\nweight = 2'),
        GOOD.replace("schema = 1", "pass_line = 5\nschema = 1"),
        GOOD.replace('{ en = "A title", ko = "제목" }', '{ ko = "제목", en = "A title" }'),
        GOOD.replace('met = "It does."', "met = 'It does.'"),
        swapped,
    ]

    for variant in variants:
        (folder / "mine.toml").write_text(variant, encoding="utf-8", newline="")
        assert rubrics.load("mine", folder=folder).sha256 == before.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight = 2", "weight = 3"),
        ("Does it work?", "Does it work well?"),
        ("It does not.", "It does not at all."),
        ("1.0.0", "1.0.1"),
        ("제목", "이름"),
        ("weight = 2", "weight = 2\ncap_if_not_met = 2"),
        ("weight = 2", "weight = 2\nmin_spans = 2"),
        ("schema = 1", "schema = 1\npass_line = 6"),
        ("schema = 1", 'schema = 1\ntitle = { en = "Mine", ko = "나의 것" }'),
        ('evidence = "code"', 'evidence = "test"'),
        ('evidence = "code"', 'evidence = "machine"\ncheck = "tests"'),
        ('id = "A1"', 'id = "A9"'),
    ],
)
def test_identity_changes_with_what_the_rubric_says(folder: Path, old: str, new: str) -> None:
    before = rubrics.load("mine", folder=folder)
    (folder / "mine.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")

    assert rubrics.load("mine", folder=folder).sha256 != before.sha256


def test_a_missing_main_flow_caps_functionality() -> None:
    rubric = rubrics.load("default", folder=BUILT_IN)

    assert {c.id: c.cap_if_not_met for c in rubric.criteria if c.cap_if_not_met is not None} == {"F1": 2}


def test_a_title_and_a_pass_line_of_its_own_are_read(folder: Path) -> None:
    plain = rubrics.load("mine", folder=folder)
    head = 'schema = 1\npass_line = 7\ntitle = { en = "For us", ko = "우리용" }'
    (folder / "mine.toml").write_text(GOOD.replace("schema = 1", head), encoding="utf-8")

    rubric = rubrics.load("mine", folder=folder)

    assert (plain.title, plain.pass_line) == ({}, 5)
    assert (rubric.title, rubric.pass_line) == ({"en": "For us", "ko": "우리용"}, 7)


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


MACHINE = 'evidence = "machine"\ncheck = "tests"'


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("schema = 1", "schema = 2", "schema must be 1"),
        ("schema = 1\n", "", "schema is missing"),
        ('id = "mine"', "id = 3", "id must be text in quotes"),
        ('id = "mine"', 'id = "My Rubric"', "id must match pattern"),
        ('version = "1.0.0"', 'version = "1"', "version must match pattern"),
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
        ('id = "A2"', 'id = "A1"', "dimension[1].criterion[1].id is 'A1' twice"),
        ('id = "B1"', 'id = "A1"', "dimension[1].criterion[1].id is 'A1' twice"),
        ('id = "A1"', 'id = "a 1"', "dimension[1].criterion[1].id must match pattern"),
        ("weight = 2", "weight = 0", "dimension[1].criterion[1].weight must be greater than or equal to 1"),
        ("weight = 2", "weight = 11", "dimension[1].criterion[1].weight must be less than or equal to 10"),
        ("weight = 2", "weight = 1.5", "dimension[1].criterion[1].weight must be a whole number"),
        ("weight = 2", 'weight = "much"', "dimension[1].criterion[1].weight must be a whole number"),
        ("weight = 2", "weight = true", "dimension[1].criterion[1].weight must be a whole number"),
        ('"Does it work?"', "2026-01-01", "dimension[1].criterion[1].question must be text in quotes"),
        (
            "weight = 2",
            "weight = 2\ngate = 1",
            "dimension[1].criterion[1].gate is not a key of this table; allowed: id, w",
        ),
        ("weight = 2", "weight = 2\ncap_if_not_met = 6", "dimension[1].criterion[1].cap_if_not_met must be less than"),
        ("weight = 2", "weight = 2\nmin_spans = 0", "dimension[1].criterion[1].min_spans is 0; evidence"),
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


def test_machine_criteria_are_let_in_with_a_known_check(folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD.replace('evidence = "code"', MACHINE, 1), encoding="utf-8")

    assert rubrics.load("mine", folder=folder).criteria[0].check == "tests"


def test_a_dimension_of_machine_criteria_alone_is_refused(folder: Path) -> None:
    head, last = GOOD.rsplit('evidence = "code"', 1)

    assert "dimension[2].criterion leaves the judge nothing to answer" in refusal(folder, head + MACHINE + last)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "schema is missing"),
        (HEAD, "dimension is missing"),
        (HEAD + "dimension = 3\n", "dimension must be a list of tables: write [[dimension]]"),
        (HEAD + "dimension = []\n", "dimension has none; allowed: functionality and practicality, once each"),
        (HEAD + dimension("functionality", CRITERION.format(id="A1")) * 3, "dimension must have at most 2 items"),
        ("x" * 4001 + " = 1", "mine.toml:1: the line is longer than 4,000 characters"),
        ("schema = 1\n" + "a." * 20 + "b = 1", "mine.toml:2: the line is longer"),
        (HEAD + "dimension = [3]\n", "dimension[1] must be a table"),
        (HEAD + dimension("functionality"), "dimension[1].criterion is missing"),
        (
            HEAD + dimension("functionality") + "criterion = []\n",
            "dimension[1].criterion must have at least 1 item",
        ),
        (GOOD + "\nid = \n", "at line"),
        (GOOD + HEAD, "levels.schema is not a key of this table; allowed: met, partly, not_met"),
        ("x = " + "[" * 3000, "is not a rubric"),
        ("x = 0x" + "f" * 3900, "is not a rubric"),
        (f"[{'.'.join('x' * 60 for _ in range(10))}]\n" * 2, "xxx... "),
        ("#" * 256_001, "is larger than 256,000 bytes"),
    ],
)
def test_a_file_of_another_form_is_refused(folder: Path, text: str, told: str) -> None:
    assert told in refusal(folder, text)


def test_a_syntax_error_is_named_with_its_line(folder: Path) -> None:
    assert "at line 2, column 6" in refusal(folder, "schema = 1\nid = mine\n")


def test_a_file_of_the_largest_size_is_read(folder: Path) -> None:
    (folder / "mine.toml").write_bytes(GOOD.encode().ljust(256_000, b"\n"))

    assert rubrics.load("mine", folder=folder).id == "mine"


def test_too_many_criteria_are_refused(folder: Path) -> None:
    many = dimension("functionality", *(CRITERION.format(id=f"A{n}") for n in range(21)))

    assert "dimension[1].criterion must have at most 20 items" in refusal(folder, HEAD + many)


def test_a_file_that_is_not_utf8_is_refused_with_its_line(folder: Path) -> None:
    (folder / "mine.toml").write_bytes(b'schema = 1\nid = "\xb0\xa1"\n')

    with pytest.raises(BadRubric, match="line 2 is not UTF-8"):
        rubrics.load("mine", folder=folder)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").mkdir()

    with pytest.raises(BadRubric, match="cannot be read: Is a directory"):
        rubrics.load("mine", folder=tmp_path)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_at_once(folder: Path, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else folder / "other.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()

    with pytest.raises(BadRubric, match=r"is not a file|cannot be read"):
        rubrics.load(str(path), folder=folder)


@pytest.mark.parametrize("text", [b"not toml", b"\xff", b"schema = 1\n", b"x" * 300_000])
def test_a_path_of_odd_bytes_is_told_in_proper_text(folder: Path, text: bytes) -> None:
    path = folder / "odd\udcff.toml"
    path.write_bytes(text)

    with pytest.raises(BadRubric) as caught:
        rubrics.load(str(path), folder=folder)

    assert "odd\\udcff.toml" in str(caught.value).encode().decode()


@pytest.mark.parametrize("name", ["odd\udcff.toml", "lone\ud800.toml", "a\x00/b"])
def test_a_path_of_odd_bytes_that_is_not_there_is_an_unknown_rubric(folder: Path, name: str) -> None:
    with pytest.raises(UnknownRubric) as caught:
        rubrics.load(f"{folder}/{name}", folder=folder)

    assert str(caught.value).encode()
