"""What is written of a cohort for other programs."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from evaluator.domain import User
from evaluator.errors import UnknownCohort
from evaluator.services import cohort_export, reports
from evaluator.services.cohort_export import COLUMNS, Format, Written
from evaluator.store import users
from evaluator.store.database import Database
from tests.support.cohorts import add_call, add_cohort, add_graded, add_row

FILES = {f"file of {n}": 1000 for n in range(6)}


def exported(database: Database, format: Format) -> tuple[str, Written]:
    file = io.StringIO(newline="")
    done = cohort_export.write("spring", file, format=format, database=database)
    return file.getvalue(), done


def table(database: Database, format: Format = "csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(database, format)[0], newline="")))


def test_the_csv_has_every_column_of_a_graded_row(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "9/2", "10/3", user_id=user.id, reasons=("spread", "canary"), pass_line=9)
        [(id, at)] = conn.execute("SELECT id, evaluated_at FROM project_evaluations").fetchall()
        [(tree,)] = conn.execute("SELECT tree FROM evaluator.records").fetchall()

    [row] = table(database)

    assert list(row) == list(COLUMNS)
    assert row == {
        "row": "1",
        "key": "k1",
        "project": "p1",
        "user": "kim",
        "team": "",
        "source": "",
        "state": "done",
        "functionality": "5",
        "practicality": "3",
        "total": "8",
        "passed": "true",
        "pass_line": "9",
        "own_pass": "false",
        "exact_functionality": "9/2",
        "exact_practicality": "10/3",
        "exact_total": "47/6",
        "review_reasons": "canary near_line spread",
        "likeness": "",
        "judge": "openai/x",
        "rubric": "default 1.0.0",
        "commit": "c" * 40,
        "tree": tree,
        "evaluated_at": at.isoformat(),
        "error": "",
        "error_message": "",
        "evaluation_id": str(id),
        "feedback": "Well done.",
    }


def test_a_failed_row_has_its_error_and_its_source_as_long_as_it_is_kept(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, state="failed", error_message="Nobody answers.")
        add_row(conn, cohort, 2, user_id=user.id, state="failed", source=None)
        add_row(conn, cohort, 3, user_id=user.id, state="cancelled")

    first, second, third = table(database)

    assert (first["state"], first["error"], first["error_message"]) == (
        "failed",
        "source_unreachable",
        "Nobody answers.",
    )
    assert (first["source"], second["source"], third["source"]) == ("https://example.org/p1", "", "")
    assert {first[name] for name in ("total", "passed", "own_pass", "exact_total", "feedback", "judge")} == {""}
    assert third["state"] == "cancelled"


def test_the_csv_is_that_of_rfc_4180_and_keeps_the_order_of_the_file(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 2, "3", "3", user_id=user.id, feedback='He said "yes",\r\nthen left.', files=FILES)
        add_graded(conn, cohort, 1, "5", "5", user_id=user.id, files=FILES)

    text, done = exported(database, "csv")

    assert text.count("\r\n") == 3 == text.count("\r")
    assert text.endswith("\r\n")
    assert '"He said ""yes"",\nthen left."' in text
    assert [row["row"] for row in table(database)] == ["1", "2"]
    assert [row["likeness"] for row in table(database)] == ["same as 2", "same as 1"]
    assert done == Written(2)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "\uff1d", "\x1b=", "\u202e="])
def test_no_cell_is_a_formula_nor_an_order_to_a_terminal(database: Database, user: User, sign: str) -> None:
    cohort = add_cohort(database, user_id=user.id)
    hostile = f"{sign}HYPERLINK(1)\x1b[2J\u202e"
    with database.transaction() as conn:
        person = users.add(conn, "someone")
        conn.execute("UPDATE users SET github_username = %s WHERE id = %s", (hostile, person.id))
        add_graded(
            conn, cohort, 1, "3", "3", user_id=person.id, feedback=hostile, project_name=hostile, row_key=hostile
        )

    for format in ("csv", "gradebook"):
        [row] = table(database, format)
        cells = [cell for cell in row.values() if "HYPERLINK" in cell]
        assert len(cells) == (4 if format == "csv" else 5)
        assert all(cell.startswith("'") for cell in cells)
        assert not any(sign in cell for cell in cells for sign in "\x1b\u202e\r")


def test_the_json_is_a_list_of_what_show_says_with_row_and_key(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        graded = add_graded(conn, cohort, 1, "3", "3", user_id=user.id)
        add_call(conn, graded, "0.00012345")
        add_call(conn, graded, "0.1")
        failed = add_row(conn, cohort, 2, user_id=user.id, state="failed", error_message="Nobody answers.")
        unpriced = add_graded(conn, cohort, 3, "1", "1", user_id=user.id)
        add_call(conn, unpriced, None)

    text, done = exported(database, "json")

    rows = json.loads(text)
    assert rows == [
        {"row": number, "key": f"k{number}", **reports.evaluation(id, database=database)}
        for number, id in enumerate((graded, failed, unpriced), 1)
    ]
    assert (rows[0]["usage"]["calls"], rows[0]["usage"]["cost_usd"]) == (2, "0.10012345")
    assert rows[1]["error"] == {"code": "source_unreachable", "message": "Nobody answers."}
    assert rows[2]["usage"]["cost_usd"] is None
    assert done == Written(3)


def test_the_json_keeps_every_sign_of_a_name_and_shows_none_to_a_terminal(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    name = "\x9b2J\x7f\u202e\n가"
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, project_name=name)

    text, _ = exported(database, "json")

    assert json.loads(text)[0]["project"]["name"] == name
    assert not any(sign in text for sign in "\x9b\x7f\u202e")
    assert "가" in text


def test_the_json_of_an_empty_cohort_is_an_empty_list(database: Database, user: User) -> None:
    add_cohort(database, user_id=user.id)

    assert exported(database, "json") == ("[]\n", Written(0))


def test_the_gradebook_has_who_is_meant_and_a_score_out_of_ten(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        lee = users.add(conn, "lee@school.example")
        add_graded(conn, cohort, 1, "3", "4", user_id=user.id, row_key="2026-0147")
        add_graded(conn, cohort, 2, "5", "5", user_id=lee.id, row_key="derived:" + "a" * 64, feedback="Good.")

    first, second = table(database, "gradebook")

    assert first == {
        "Student": "kim",
        "ID": "2026-0147",
        "SIS User ID": "2026-0147",
        "SIS Login ID": "kim",
        "Section": "",
        "Email address": "",
        "spring": "7",
        "Feedback": "Well done.",
    }
    assert (second["Student"], second["ID"], second["spring"]) == ("lee@school.example", "", "10")
    assert second["Email address"] == "lee@school.example"


def test_the_gradebook_leaves_out_who_has_no_grade_and_says_who_has_two(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, state="failed")
        add_graded(conn, cohort, 2, "3", "4", user_id=user.id)
        add_graded(conn, cohort, 3, "3", "4", user_id=user.id)
        add_graded(conn, cohort, 4, "3", "4", user_id=users.add(conn, "lee").id)

    assert exported(database, "gradebook")[1] == Written(3, 1, ("kim",))


def test_scores_that_a_person_has_changed_have_no_exact_ones(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "9/2", "10/3", user_id=user.id)
        conn.execute("UPDATE project_evaluations SET total_score = 4, rubric_functionality = 1")

    [row] = table(database)

    assert (row["total"], row["functionality"]) == ("4", "1")
    assert {row[name] for name in ("exact_functionality", "exact_practicality", "exact_total")} == {""}


def test_what_the_platform_wrote_itself_is_exported_as_far_as_it_goes(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "3", "4", user_id=user.id)
        conn.execute("DELETE FROM evaluator.records")

    [row] = table(database)

    assert (row["total"], row["exact_total"], row["rubric"], row["tree"]) == ("7", "", "", "")
    assert (row["pass_line"], row["own_pass"]) == ("5", "true")


def test_an_unknown_cohort_is_refused_before_anything_is_written(database: Database) -> None:
    file = io.StringIO()

    with pytest.raises(UnknownCohort):
        cohort_export.write("spring", file, format="csv", database=database)

    assert file.getvalue() == ""


def test_times_are_those_of_the_database_with_their_zone(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "3", "4", user_id=user.id)
        conn.execute("UPDATE project_evaluations SET evaluated_at = %s", (datetime(2026, 11, 22, 13, tzinfo=UTC),))

    [row] = table(database)

    assert row["evaluated_at"] == "2026-11-22T13:00:00+00:00"
