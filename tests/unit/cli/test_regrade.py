import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaluator.cli.main import modu, run
from tests.support.documents import document

NOT_AT_HAND = (
    "Note: The rubric plain 1.0.0 of this identity is not at hand: weights and gates are those that the record tells."
    " Put its file into MODU_RUBRICS_DIR to have them checked."
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(document()))
    return path


def changed(file: Path) -> Path:
    content = document()
    content["scorecard"]["dimensions"][0].update(exact="5", points=5)
    file.write_text(json.dumps(content))
    return file


def test_a_person_reads_both_scores_and_that_they_are_the_same(file: Path) -> None:
    result = CliRunner().invoke(modu, ["regrade", str(file)], standalone_mode=False)

    scores = "functionality 4 (25/6), practicality 4 (65/16), total 8, passed"
    assert result.return_value == 0
    assert result.output.splitlines() == [
        "Evaluation 0d6f6d5c",
        f"  Given       {scores}",
        f"  Recomputed  {scores}",
        "The same: the record gives exactly the score that was given.",
        NOT_AT_HAND,
    ]


def test_an_own_pass_line_is_said_where_somebody_has_set_one(file: Path) -> None:
    content = document()
    content["scorecard"]["pass_line"] = content["record"]["basis"]["pass_line"] = 9
    file.write_text(json.dumps(content))

    result = CliRunner().invoke(modu, ["regrade", str(file)], standalone_mode=False)

    assert result.output.splitlines()[1].endswith("total 8, passed, own pass line 9 not reached")


def test_a_difference_is_said_and_is_the_exit_status(file: Path) -> None:
    result = CliRunner().invoke(modu, ["regrade", str(changed(file))], standalone_mode=False)

    assert result.return_value == 1
    assert result.output.splitlines()[3:7] == [
        "Not the same: the record contradicts what was given:",
        "  functionality: 5 (5) was given, the record gives 4 (25/6).",
        "  functionality: 5 was given, the row now says 4.",
        "  total: 9 was given, the row now says 8.",
    ]


def test_a_review_on_record_is_no_mistake(file: Path) -> None:
    content = document()
    row = {"functionality": 1, "practicality": 1, "total": 2, "passed": False}
    content["evaluation"] |= {"scores": row, "review": {"by": "kim"}}
    file.write_text(json.dumps(content))

    result = CliRunner().invoke(modu, ["regrade", str(file)], standalone_mode=False)

    assert result.return_value == 0
    assert "a person's review has changed it since:" in result.output


@pytest.mark.parametrize(("is_changed", "outcome"), [(False, "same"), (True, "differs")])
def test_programs_get_json(file: Path, is_changed: bool, outcome: str) -> None:
    result = CliRunner().invoke(modu, ["regrade", str(changed(file) if is_changed else file), "--json"])

    assert json.loads(result.output)["outcome"] == outcome


def test_a_file_is_known_by_being_there_even_where_its_name_could_be_an_id(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(file.parent)
    file.rename(file.with_name("0d6f6d5c"))

    status = run(["regrade", "0d6f6d5c"])

    assert status == 0
    assert "The same" in capsys.readouterr().out


def test_a_file_that_is_no_record_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["regrade", str(tmp_path / "nowhere.json")])

    assert status == 2
    assert "cannot be read: No such file or directory. Make it with: modu show ID --record" in capsys.readouterr().err
