import json
from pathlib import Path
from typing import Any

import pytest

from evaluator.cli.main import run
from evaluator.grading import rubrics

BUILT_IN = Path(__file__).parents[3] / "rubrics"


@pytest.fixture(autouse=True)
def plain_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MODU_RUBRICS_DIR", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bootcamp.toml"
    text = (BUILT_IN / "default.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('id = "default"', 'id = "bootcamp"', 1), encoding="utf-8")
    return path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["rubric", *words])
    out, err = capsys.readouterr()
    return status, out, err


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    status, out, _ = printed(capsys, *words, "--json")
    assert status == 0
    return json.loads(out)


def test_the_list_names_each_rubric_with_version_criteria_and_pass_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = printed(capsys, "list")

    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == ["course", "default", "hackathon", "readme"]
    assert "1.1.0" in lines[1]
    assert "9 + 9 criteria, pass line  5" in lines[1]
    assert lines[2].endswith("Hackathon / 해커톤")


def test_the_list_says_which_built_in_rubrics_cannot_be_named_and_which_file_is_broken(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "broken.toml").write_text("schema = 2\n", encoding="utf-8")
    monkeypatch.setenv("MODU_RUBRICS_DIR", str(file.parent))

    _, out, err = printed(capsys, "list")
    rows = as_json(capsys, "list")

    assert "cannot be used: " in next(line for line in out.splitlines() if line.startswith("broken"))
    assert next(line for line in out.splitlines() if line.startswith("default")).endswith("(built in, not in use)")
    assert "MODU_RUBRICS_DIR replaces" in err
    assert [row["id"] for row in rows if row["usable"]] == ["bootcamp", "broken"]


def test_a_rubric_is_shown_with_shares_gates_levels_and_who_answers(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = printed(capsys, "show", "default")

    assert status == 0
    assert "F1  Main flow / 핵심 흐름   21%" in out
    assert "Gate: where it is not met, functionality is at most 2." in out
    assert "Answered by code: the check claims." in out
    assert "Answered by the judge, who has to cite 1 place (code)." in out
    assert "Pass line: 5 of 10" in out
    assert rubrics.load("default", folder=BUILT_IN).sha256 in out


def test_the_shares_of_a_dimension_are_those_of_its_weights(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "show", "default")

    assert found["sha256"] == rubrics.load("default", folder=BUILT_IN).sha256
    assert [c["weight"] for c in found["dimensions"][0]["criteria"]] == [4, 3, 2, 1, 2, 2, 2, 2, 1]
    assert found["pass_line"] == 5


def test_a_sound_file_is_said_to_be_ok_with_its_identity(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    status, out, err = printed(capsys, "check", str(file))
    identity = as_json(capsys, "check", str(file))

    assert (status, err) == (0, "")
    assert out.startswith("OK: bootcamp 1.1.0 (functionality 9, practicality 9 criteria; pass line 5 of 10)")
    assert out.splitlines()[1] == f"Identity: {identity['sha256']}"
    assert identity["warnings"] == []


def test_a_weak_file_is_ok_with_a_warning(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("cap_if_not_met = 2", "cap_if_not_met = 5")
    file.write_text(text, encoding="utf-8")

    status, out, err = printed(capsys, "check", str(file))

    assert (status, out[:3]) == (0, "OK:")
    assert err.startswith("Warning: F1: the gate cap_if_not_met = 5 can never matter")


def test_a_bad_file_ends_with_2_and_names_line_key_and_what_is_allowed(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    text = file.read_text(encoding="utf-8").replace("weight = 4", "weigth = 4")
    file.write_text(text, encoding="utf-8")
    line = text.split("\n").index("weigth = 4") + 1

    status, out, err = printed(capsys, "check", str(file), "--json")

    assert status == 2
    assert f"bootcamp.toml:{line}: dimension[1].criterion[1].weigth is not a key of this table" in err
    assert "did you mean weight?" in err
    assert json.loads(out)["error"]["code"] == "bad_rubric"


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_file_that_is_not_there_ends_with_2(capsys: pytest.CaptureFixture[str], command: str) -> None:
    status, out, err = printed(capsys, command, "nowhere.toml")

    assert (status, out) == (2, "")
    assert err == "Error: There is no file 'nowhere.toml'. Give the path of a rubric file.\n"


def test_a_name_that_nobody_knows_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = printed(capsys, "show", "nosuch")

    assert status == 2
    assert "Known rubrics: course, default, hackathon, readme" in err


def test_a_mistyped_folder_of_rubrics_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODU_RUBRICS_DIR", str(tmp_path / "mistyped"))

    status, out, err = printed(capsys, "list")

    assert (status, out) == (2, "")
    assert "mistyped is not there. Set MODU_RUBRICS_DIR to a folder" in err
