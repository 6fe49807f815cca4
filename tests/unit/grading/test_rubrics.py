import os
from pathlib import Path

import pytest

from evaluator.errors import BadRubric, SettingsError, UnknownRubric
from evaluator.grading import rubrics
from tests.support.rubric_files import CRITERION, GOOD, HEAD, MACHINE, dimension, refusal

BUILT_IN = Path(__file__).parents[3] / "rubrics"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_the_default_rubric_has_both_dimensions_with_machine_and_judged_criteria() -> None:
    rubric = rubrics.load("default", folder=BUILT_IN)

    assert [one.id for one in rubric.dimensions] == ["functionality", "practicality"]
    for one in rubric.dimensions:
        kinds = [criterion.evidence for criterion in one.criteria]
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


@pytest.mark.parametrize("name", ["other", "Mine", "", "a\0b"])
def test_an_unknown_rubric_is_refused_with_those_that_can_be_used(folder: Path, name: str) -> None:
    (folder / "broken.toml").write_text("schema = 2\n", encoding="utf-8")
    (folder / "gone.toml").symlink_to(folder / "nowhere")

    with pytest.raises(UnknownRubric, match=r"Known rubrics: mine\."):
        rubrics.load(name, folder=folder)


@pytest.mark.parametrize("name", ["../mine", "x/y.toml", "mine.toml/x", "mine\0.toml", "nosuch.toml"])
def test_a_file_that_is_not_there_is_called_so(folder: Path, name: str) -> None:
    with pytest.raises(UnknownRubric, match=r"There is no file .*Give the path of a rubric file"):
        rubrics.load(name, folder=folder)


def test_a_link_to_nowhere_is_no_rubric(folder: Path) -> None:
    (folder / "gone.toml").symlink_to(folder / "nowhere")

    with pytest.raises(UnknownRubric, match="There is no rubric 'gone'"):
        rubrics.load("gone", folder=folder)


@pytest.mark.parametrize("name", ["mine", "No Name"])
def test_a_folder_that_is_not_there_is_called_so_whatever_is_asked_of_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"/nowhere is not there\. Set MODU_RUBRICS_DIR"):
        rubrics.load(name, folder=tmp_path / "nowhere")


def test_a_file_by_its_path_needs_no_folder(folder: Path) -> None:
    assert rubrics.load(f"{folder}/mine.toml", folder=folder / "nowhere").id == "mine"


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


def test_a_check_that_stands_twice_in_a_dimension_is_refused_at_the_second_place(folder: Path) -> None:
    judged, one, other = (CRITERION.format(id=id) for id in ("J1", "M1", "M2"))
    machine = [text.replace('evidence = "code"', MACHINE) for text in (one, other)]
    text = HEAD + dimension("functionality", judged, *machine) + dimension("practicality", CRITERION.format(id="J2"))

    told = refusal(folder, text)

    assert "dimension[1].criterion[3].check is that of dimension[1].criterion[2] again (tests)" in told
    assert f"mine.toml:{text[: text.rindex('check = ')].count(chr(10)) + 1}: " in told


def test_both_dimensions_may_have_the_same_check(folder: Path) -> None:
    text = HEAD
    for id, letter in (("functionality", "F"), ("practicality", "P")):
        machine = CRITERION.format(id=f"M{letter}").replace('evidence = "code"', MACHINE)
        text += dimension(id, CRITERION.format(id=f"J{letter}"), machine)
    (folder / "mine.toml").write_text(text, encoding="utf-8")

    assert [c.check for c in rubrics.load("mine", folder=folder).criteria] == [None, "tests", None, "tests"]
