"""A cohort as an organizer sees it: graded by `modu batch`, then looked at, tried again, stopped, exported."""

import csv
import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import FILES
from tests.support.cli import Modu
from tests.support.repositories import make_project

BOT = "def answer(text: str) -> str:\n" + "".join(f'    if "{n}" in text:\n        return "{n}!"\n' for n in range(40))


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """A file of four rows: a project, a copy of it with its own README, another project, and one without README."""
    files = {**FILES, "bot.py": BOT}
    make_project(tmp_path / "one", files)
    make_project(tmp_path / "two", {**files, "README.md": "# Mine\n\nAll of it is mine. Run `python greet.py Kim`.\n"})
    make_project(tmp_path / "other", {"README.md": "# Other\n\nIt adds numbers.\n", "add.py": "print(1 + 1)\n" * 60})
    make_project(tmp_path / "bare", {"main.py": "print('hello, there is no README here')\n"})
    file = tmp_path / "spring.csv"
    rows = [f"{tmp_path / name},{team}" for name, team in (("one", "Ants"), ("two", "Bees"), ("other", "=Cats"))]
    file.write_text("\n".join(["source,team", *rows, f"{tmp_path / 'bare'},Dogs"]) + "\n")
    return file


def test_an_organizer_walks_through_a_cohort(worked: Modu, projects: Path, tmp_path: Path) -> None:
    graded = worked("batch", str(projects))
    assert graded.status == 5, graded.err  # one row has no README

    found = worked("cohort", "show", "SPRING", "--top", "1", "--json").json
    rows = {row["row"]: row for row in found["rows"]}
    assert {row: each["state"] for row, each in rows.items()} == {1: "done", 2: "done", 3: "done", 4: "failed"}
    assert rows[4]["error"] == "no_readme"
    assert (rows[1]["likeness"]["kind"], rows[1]["likeness"]["others"][0]["row"]) == ("alike", 2)
    assert rows[3]["likeness"] is None
    assert [row["scores"]["total"] for row in found["rows"][:3]] == sorted(
        (rows[n]["scores"]["total"] for n in (1, 2, 3)), reverse=True
    )
    assert found["cut"]["places"] == 1

    page = worked("cohort", "show", "spring", "--top", "1")
    assert page.status == 0
    assert "3 of 4 graded, 1 failed" in page.out
    assert "alike with 2" in page.out
    assert "failed: no_readme" in page.out
    only = worked("cohort", "show", "spring", "--failed", "--limit", "1", "--json").json
    assert [row["row"] for row in only["rows"]] == [4]

    [listed] = worked("cohort", "list", "--json").json
    assert (listed["name"], listed["total"], listed["done"], listed["failed"]) == ("spring", 4, 3, 1)

    path = tmp_path / "out.csv"

    first = worked("cohort", "export", "spring", "--format", "csv", "--out", str(path), "--bom")
    again = worked("cohort", "export", "spring", "--format", "csv", "--out", str(path))
    forced = worked("cohort", "export", "spring", "--format", "gradebook", "--out", str(path), "--force")

    assert (first.status, again.status, forced.status) == (0, 2, 0)
    assert "there already" in again.err
    assert "Left out, without a grade: 1 row" in forced.err
    assert path.read_text().startswith("Student,")
    piped = worked("cohort", "export", "spring", "--format", "csv", "--out", "-")
    table = list(csv.DictReader(io.StringIO(piped.out, newline="")))
    assert [row["team"] for row in table] == ["Ants", "Bees", "'=Cats", "Dogs"]
    assert [row["key"] for row in table] == [row["key"] for row in _json(worked)]
    assert worked("cohort", "export", "spring", "--format", "json", "--out", "-", "--bom").status == 2


def test_what_failed_is_tried_again_once_it_is_mended(worked: Modu, projects: Path, tmp_path: Path) -> None:
    worked("batch", str(projects))
    (tmp_path / "bare" / "README.md").write_text("# Bare\n\nPrints a greeting. Run `python main.py`.\n")

    nothing = worked("cohort", "retry", "spring", "--code", "source_unreachable")
    retried = worked("cohort", "retry", "spring", "--json")
    ended = worked("batch", str(projects))

    assert (nothing.status, nothing.out) == (2, "")
    assert "No row of spring failed with 'source_unreachable'. They did with: no_readme." in nothing.err
    assert retried.json == {"name": "spring", "queued": 1, "expired": []}
    assert "modu worker" in retried.err
    assert ended.status == 0, ended.err
    assert worked("cohort", "show", "spring", "--json").json["progress"]["done"] == 4
    watched = worked("cohort", "show", "spring", "--watch")
    assert "4 of 4 graded" in watched.out


def test_a_cohort_is_cancelled_only_on_purpose(modu: Modu, projects: Path) -> None:
    assert modu("batch", str(projects), "--no-wait").status == 0

    unasked = modu("cohort", "cancel", "spring")
    declined = _on_a_terminal(modu, "n\n", "cohort", "cancel", "spring")
    done = modu("cohort", "cancel", "spring", "--yes")

    assert (unasked.status, declined) == (2, 130)
    assert "--yes" in unasked.err
    assert done.out == "Cancelled: 4 rows.\n"
    assert modu("cohort", "show", "spring", "--json").json["progress"]["cancelled"] == 4
    assert modu("cohort", "cancel", "spring", "--yes", "--json").json == {"name": "spring", "cancelled": 0}


def test_a_cohort_that_is_not_there_is_refused_with_a_name_like_it(modu: Modu, projects: Path, tmp_path: Path) -> None:
    modu("batch", str(projects), "--no-wait")

    shown = modu("cohort", "show", "sprign")
    exported = modu("cohort", "export", "sprign", "--format", "csv", "--out", "x.csv")

    assert (shown.status, exported.status) == (2, 2)
    assert "Did you mean 'spring'?" in shown.err
    assert not (tmp_path / "x.csv").exists()


def _json(modu: Modu) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = modu("cohort", "export", "spring", "--format", "json", "--out", "-").json
    return rows


def _on_a_terminal(modu: Modu, typed: str, *args: str) -> int:
    """Return the exit status of a command that asks on a terminal and gets that for an answer."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        return subprocess.run(
            [sys.executable, "-m", "evaluator.cli.main", *args],
            env={**os.environ, "HOME": str(modu.folder), **modu.settings},
            cwd=modu.folder,
            stdin=theirs,
            capture_output=True,
            check=False,
            timeout=120,
        ).returncode
    finally:
        os.close(ours)
        os.close(theirs)
