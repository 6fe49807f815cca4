from pathlib import Path

import pytest

from evaluator.errors import SettingsError
from evaluator.judgement import Criterion, Dimension, Levels, Rubric
from evaluator.services import rubrics
from evaluator.settings import Settings

BUILT_IN = Path(__file__).parents[3] / "rubrics"
TITLE = {"en": "A title", "ko": "제목"}


def asked(
    id: str, *, weight: int = 2, check: str | None = None, cap: int | None = None, question: str = ""
) -> Criterion:
    return Criterion(
        id=id,
        weight=weight,
        title=TITLE,
        question=question or f"Is {id} there?",
        levels=Levels(met="It is.", partly="A part is.", not_met="It is not."),
        evidence="machine" if check else "code",
        cap_if_not_met=cap,
        check=check,
    )


def rubric(*criteria: Criterion) -> Rubric:
    sound = Dimension(id="practicality", title={}, criteria=(asked("Z1"),))
    return Rubric(
        id="mine",
        version="1.0.0",
        dimensions=(Dimension(id="functionality", title={}, criteria=criteria), sound),
        sha256="0" * 64,
    )


def settings(folder: Path | None = None) -> Settings:
    return Settings.model_validate({"rubrics_dir": folder})


def test_a_sound_rubric_has_no_warnings() -> None:
    assert rubrics.warnings(rubric(asked("A1"), asked("A2"), asked("A3", check="tests"))) == ()


def test_more_machine_than_judged_weight_is_warned_of() -> None:
    assert rubrics.warnings(rubric(asked("A1", weight=2), asked("A2", weight=2, check="tests"))) == ()

    (warning,) = rubrics.warnings(rubric(asked("A1", weight=2), asked("A2", weight=3, check="tests")))

    assert warning.startswith("functionality: 3 of 5 points of weight are answered by machine checks")


def test_more_than_nine_criteria_are_warned_of() -> None:
    assert rubrics.warnings(rubric(*(asked(f"A{n}") for n in range(9)))) == ()

    (warning,) = rubrics.warnings(rubric(*(asked(f"A{n}") for n in range(10))))

    assert warning.startswith("functionality: 10 criteria")


@pytest.mark.parametrize(
    ("weight", "cap", "idle"),
    [(1, 5, True), (1, 4, False), (9, 1, False), (9, 2, True), (9, 3, True), (4, 4, True), (4, 3, False)],
)
def test_a_gate_that_can_never_matter_is_warned_of(weight: int, cap: int, idle: bool) -> None:
    rest = asked("A2", weight=10 - weight)

    found = rubrics.warnings(rubric(asked("A1", weight=weight, cap=cap), rest))

    assert [warning.startswith("A1: the gate") for warning in found] == [True] * idle


def test_the_built_in_rubrics_are_listed_with_what_they_are() -> None:
    rows = {row["id"]: row for row in rubrics.listed(settings())}

    assert sorted(rows) == ["course", "default", "hackathon", "readme"]
    assert rows["readme"]["suits_readme"]
    assert rows["default"]["criteria"] == {"functionality": 9, "practicality": 9}
    assert all(row["usable"] and row["built_in"] for row in rows.values())


def test_a_folder_of_ones_own_comes_first_and_says_what_it_replaces(tmp_path: Path) -> None:
    text = (BUILT_IN / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "bootcamp.toml").write_text(text.replace('id = "default"', 'id = "bootcamp"', 1), encoding="utf-8")
    (tmp_path / "broken.toml").write_text("schema = 2\n", encoding="utf-8")

    rows = rubrics.listed(settings(tmp_path))

    assert [row["id"] for row in rows if row["usable"]] == ["bootcamp", "broken"]
    assert not any(row["built_in"] for row in rows if row["usable"])
    assert "broken.toml" in rows[1]["error"]
    assert {row["id"] for row in rows if not row["usable"]} == {"course", "default", "hackathon", "readme"}


def test_a_rubric_is_loaded_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    text = (BUILT_IN / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "default.toml").write_text(text.replace('version = "1.1.0"', 'version = "9.0.0"'), encoding="utf-8")

    assert rubrics.load("default", settings=settings(tmp_path)).version == "9.0.0"
    assert rubrics.load("default", settings=settings()).version == "1.1.0"


def test_a_folder_that_is_not_there_is_told_and_not_listed_as_empty(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MODU_RUBRICS_DIR"):
        rubrics.listed(settings(tmp_path / "mistyped"))
