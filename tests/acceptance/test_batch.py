"""An organizer hands over a file of projects and walks away."""

import csv
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.conftest import FILES
from tests.support.cli import Modu, interrupt
from tests.support.llm import Reply, ScriptedLLM, Usage
from tests.support.repositories import make_project
from tests.support.services import wait_until


@pytest.fixture
def projects(tmp_path: Path) -> list[Path]:
    """Three projects, each with another README; nobody's the same as another's."""
    return [
        make_project(tmp_path / name, {**FILES, "README.md": f"{FILES['README.md']}\nBy {name}.\n"})
        for name in ("greeter", "waver", "shouter")
    ]


def write(file: Path, headings: list[str], *rows: list[str], separator: str = ",", encoding: str = "utf-8") -> Path:
    with file.open("w", newline="", encoding=encoding) as opened:
        csv.writer(opened, delimiter=separator).writerows([headings, *rows])
    return file


def test_a_file_of_projects_is_graded_as_one_cohort(worked: Modu, tmp_path: Path, projects: list[Path]) -> None:
    rows = [[str(each), f"Team {number}"] for number, each in enumerate(projects)]
    file = write(tmp_path / "spring.csv", ["Source", "Team"], *rows, separator=";", encoding="utf-8-sig")

    ended = worked("batch", str(file), MODU_MODEL="offline")

    assert ended.status == 0, ended.err
    assert "Cohort spring: 3 rows taken." in ended.err
    assert "3 of 3 graded; $0.00." in ended.out
    assert "modu cohort show spring" in ended.out
    assert {each["user"] for each in worked("list", "--json").json} == {"Team 0", "Team 1", "Team 2"}


def test_the_same_file_again_grades_only_what_is_new(worked: Modu, tmp_path: Path, projects: list[Path]) -> None:
    rows = [[str(each), each.name, f"The {each.name}"] for each in projects]
    file = write(tmp_path / "spring.csv", ["source", "key", "name"], *rows[:2])
    worked("batch", str(file), MODU_MODEL="offline")
    write(file, ["source", "key", "name"], *rows)

    again = worked("batch", str(file), "--json", MODU_MODEL="offline")

    assert again.status == 0, again.err
    assert (again.json["accepted"], again.json["known"], again.json["skipped"]) == (1, 2, [])
    assert again.json["counts"] == {"total": 3, "queued": 0, "running": 0, "done": 3, "failed": 0, "cancelled": 0}
    assert again.json["cohort"]["name"] == "spring"
    assert {each["project"] for each in worked("list", "--json").json} == {"The greeter", "The waver", "The shouter"}


def test_bad_rows_are_told_together_by_number_and_nothing_is_begun(
    modu: Modu, tmp_path: Path, projects: list[Path]
) -> None:
    rows = [[str(projects[0]), "", ""], ["", "", ""], ["", "kim", ""], ["https://github.com/a/b", "kim", ".."]]
    rows += [[str(tmp_path / f"missing-{number}"), "", ""] for number in range(30)]
    file = write(tmp_path / "spring.csv", ["source", "user", "ref"], *rows)

    told, as_json = modu("batch", str(file)), modu("batch", str(file), "--json")

    assert (told.status, as_json.status) == (2, 2)
    assert "Row 2 (line 4): The source is empty." in told.err
    assert "Row 3 (line 5): That `ref` is not a branch" in told.err
    assert "... and 12 more." in told.err
    assert told.err.rstrip().endswith("Mend them, or leave out what cannot be graded with --skip-bad.")
    assert as_json.json["error"]["code"] == "bad_rows"
    assert [row["row"] for row in as_json.json["error"]["rows"]] == list(range(2, 34))
    assert modu("list", "--all", "--json").json == []


def test_bad_rows_are_listed_and_skipped_where_that_is_asked_for(
    worked: Modu, tmp_path: Path, projects: list[Path]
) -> None:
    file = write(tmp_path / "spring.csv", ["source", "user"], [str(projects[0]), ""], [str(projects[1]), "nobody"])

    ended = worked("batch", str(file), "--skip-bad", "--json", MODU_MODEL="offline")

    assert ended.status == 0, ended.err
    [skipped] = ended.json["skipped"]
    assert (skipped["row"], skipped["line"]) == (2, 3)
    assert "There is no user 'nobody'" in skipped["reason"]
    assert ended.json["counts"]["done"] == 1


def test_the_export_of_a_form_says_what_its_column_is_called_and_is_then_read(
    worked: Modu, tmp_path: Path, projects: list[Path]
) -> None:
    headings = ["Timestamp", "Email", "Team name", "GitHub link of your project"]
    rows = [[f"2026-11-30 {n}", "x@example.org", f"팀 {n}", str(each)] for n, each in enumerate(projects)]
    file = write(tmp_path / "answers.csv", headings, *rows, encoding="cp949")

    first = worked("batch", str(file), MODU_MODEL="offline")
    mapped = ["--column", "source=github link of your project", "--column", "team=Team name"]
    second = worked("batch", str(file), *mapped, "--cohort", "가을", "--json", MODU_MODEL="offline")

    assert first.status == 2
    assert '--column source="GitHub link of your project"' in first.err
    assert second.status == 0, second.err
    assert "The file was read as CP949." in second.err
    assert second.json["cohort"]["name"] == "가을"
    assert {each["user"] for each in worked("list", "--json").json} == {"팀 0", "팀 1", "팀 2"}


def test_rows_that_fail_are_told_by_their_number_and_the_status_says_so(
    worked: Modu, tmp_path: Path, projects: list[Path]
) -> None:
    empty = make_project(tmp_path / "empty", {"main.py": "print(1)\n"})
    file = write(tmp_path / "spring.csv", ["source"], [str(projects[0])], [str(empty)])

    ended = worked("batch", str(file), MODU_MODEL="offline")

    assert ended.status == 5
    assert "1 of 2 graded, 1 failed" in ended.out
    assert "Failed with no_readme: 1 (row 2)" in ended.out
    assert "modu cohort retry spring" in ended.out


def test_a_budget_that_is_spent_stops_the_rest_and_can_be_raised(
    modu: Modu, llm: ScriptedLLM, tmp_path: Path, projects: list[Path]
) -> None:
    asking = {"MODU_MODEL": "openai/anything", "MODU_API_BASE": llm.url, "OPENAI_API_KEY": "x"}
    priced = {**asking, "MODU_PRICES": "openai/anything=2/10", "MODU_WORKER_THREADS": "1"}
    judged = replace(modu, settings={**modu.settings, **priced})
    llm.always(Reply(usage=Usage(input_tokens=5_000, output_tokens=400)))
    file = write(tmp_path / "spring.csv", ["source"], *([str(each)] for each in projects))
    if not judged.embedded:
        judged.start("worker", "--threads", "1")

    unpriced = modu("batch", str(file), "--budget", "1", "--json", **asking)
    spent = judged("batch", str(file), "--budget", "0.12", "--json")
    smaller = judged("batch", str(file), "--budget", "0.1", "--no-wait", "--json")
    larger = judged("batch", str(file), "--budget", "30", "--no-wait", "--json")

    assert unpriced.json["error"]["code"] == "unknown_price"
    assert spent.status == 4, spent.err
    assert [each["code"] for each in spent.json["failures"]] == ["budget_spent"]
    assert spent.json["cohort"]["budget_usd"] == "0.12"
    assert 0 < float(spent.json["cost_usd"]) <= 0.12
    assert smaller.json["error"]["code"] == "cohort_conflict"
    assert larger.json["cohort"]["budget_usd"] == "30.00"


def test_ctrl_c_leaves_the_cohort_to_the_next_run(
    worked: Modu, llm: ScriptedLLM, tmp_path: Path, projects: list[Path]
) -> None:
    asking = {"MODU_MODEL": "openai/anything", "MODU_API_BASE": llm.url, "OPENAI_API_KEY": "x"}
    llm.always(Reply(hang=60))
    file = write(tmp_path / "spring.csv", ["source"], *([str(each)] for each in projects))
    process = worked.start("batch", str(file), **asking)
    wait_until(lambda: bool(llm.requests), seconds=60, what="the judge is asked")
    time.sleep(0.3)

    stopped = interrupt(process)
    llm.always(Reply())
    ended = worked("batch", str(file), "--json", **asking)

    assert stopped.status == 130
    assert "The cohort is kept" in stopped.err
    assert ended.status == 0, ended.err
    assert (ended.json["known"], ended.json["counts"]["done"]) == (3, 3)


def test_without_waiting_every_row_is_queued_with_the_deadline_of_the_cohort(modu: Modu, tmp_path: Path) -> None:
    rows = [{"source": f"https://github.com/owner/{number}"} for number in range(3)]
    (tmp_path / "spring.json").write_text(json.dumps({"projects": rows}))

    named = modu("batch", "spring.json", "--no-wait", "--deadline", "2026-11-30", "--json", MODU_MODEL="offline")
    other = modu("batch", "spring.json", "--no-wait", "--deadline", "2026-12-01", "--json")

    assert named.status == 0, named.err
    assert named.json["counts"]["queued"] == 3
    assert named.json["cohort"]["deadline"] == "2026-11-30T14:59:59+00:00"
    assert other.json["error"]["code"] == "cohort_conflict"
