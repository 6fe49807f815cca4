"""What is read of a cohort in the database: progress, results, where to look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from evaluator.domain import User
from evaluator.errors import UnknownCohort
from evaluator.services import cohort_results
from evaluator.store import users
from evaluator.store.database import Database
from tests.support.cohorts import add_call, add_cohort, add_graded, add_row

FILES = {f"file of {n}": 1000 for n in range(6)}


def overview(database: Database, **options: Any) -> dict[str, Any]:
    return cohort_results.overview("spring", database=database, **options)


def test_the_results_stand_by_total_and_row_and_what_has_none_comes_last(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, state="failed")
        add_graded(conn, cohort, 2, "2", "2", user_id=user.id)
        add_graded(conn, cohort, 3, "9/2", "4", user_id=user.id)
        add_row(conn, cohort, 4, user_id=user.id)
        add_graded(conn, cohort, 5, "5", "4", user_id=user.id)

    found = overview(database)

    assert [row["row"] for row in found["rows"]] == [3, 5, 2, 1, 4]
    assert found["rows"][0] == {
        "row": 3,
        "key": "k3",
        "project": "p3",
        "user": "kim",
        "state": "done",
        "stage": "queued",
        "scores": {"functionality": 5, "practicality": 4, "total": 9, "passed": True},
        "exact": "17/2",
        "pass_line": None,
        "error": None,
        "review_reasons": [],
        "likeness": None,
        "look": False,
        "id": found["rows"][0]["id"],
    }
    assert (found["rows"][3]["state"], found["rows"][3]["error"]) == ("failed", "source_unreachable")
    assert (found["name"], found["organizer"], found["deadline"], found["common_files"]) == ("spring", "kim", None, 0)


def test_the_progress_says_rate_cost_budget_and_what_the_whole_may_cost(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id, budget=Decimal(5))
    began = datetime.now(UTC) - timedelta(seconds=120)
    with database.transaction() as conn:
        for number in range(1, 5):
            id = add_graded(conn, cohort, number, "3", "3", user_id=user.id, started_at=began)
            add_call(conn, id, "0.05")
        add_row(conn, cohort, 5, user_id=user.id, state="cancelled")
        add_row(conn, cohort, 6, user_id=user.id)
        add_row(conn, cohort, 7, user_id=user.id, state="running", owner=uuid4(), leased_until=datetime.now(UTC))

    progress = overview(database)["progress"]

    assert 110 < progress.pop("seconds_left") * 4 / 2 < 170  # two are left, and four took two minutes
    assert 1.4 < progress.pop("rate_per_minute") < 2.1
    assert progress == {
        "total": 7,
        "done": 4,
        "running": 1,
        "queued": 1,
        "failed": 0,
        "cancelled": 1,
        "cost_usd": "0.20",
        "budget_usd": "5.00",
        "estimated_usd": "0.30",
    }


def test_before_anything_has_ended_nothing_is_foretold(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id)

    progress = overview(database)["progress"]

    assert (progress["rate_per_minute"], progress["seconds_left"], progress["budget_usd"]) == (None, None, None)
    assert progress["estimated_usd"] == "0.00"


def test_a_cohort_outlives_its_organizer_and_may_be_empty(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.cohorts SET user_id = NULL WHERE id = %s", (cohort.id,))

    found = cohort_results.overview("SPRING", database=database)

    assert (found["organizer"], found["rows"], found["progress"]["total"]) == (None, [], 0)


def test_an_unknown_cohort_is_refused(database: Database) -> None:
    with pytest.raises(UnknownCohort):
        overview(database)


@pytest.mark.parametrize(
    ("exact", "line", "reasons"),
    [
        (("3", "3"), 5, ["near_line"]),
        (("3", "4"), 5, []),
        (("3", "4"), 8, ["near_line"]),
        (("1", "2"), 8, []),
        (("2", "2"), 8, ["near_line"]),
    ],
)
def test_a_total_next_to_a_pass_line_is_to_be_looked_at(
    database: Database, user: User, exact: tuple[str, str], line: int, reasons: list[str]
) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, *exact, user_id=user.id, pass_line=line)

    [row] = overview(database)["rows"]

    assert (row["review_reasons"], row["look"]) == (reasons, bool(reasons))
    total = row["scores"]["total"]
    assert row["pass_line"] == (None if line == 5 else {"points": line, "passed": total >= line})


def test_the_reasons_of_the_record_are_said(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "5", "5", user_id=user.id, reasons=("spread", "evidence"))

    [row] = overview(database)["rows"]

    assert (row["review_reasons"], row["look"]) == (["evidence", "spread"], True)


def test_a_team_is_called_a_team(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        team = users.add(conn, "The Ants")
        conn.execute("INSERT INTO evaluator.teams (user_id) VALUES (%s)", (team.id,))
        add_row(conn, cohort, 1, user_id=team.id)

    [row] = overview(database)["rows"]

    assert row["team"] == "The Ants"
    assert "user" not in row


def test_copies_and_equal_projects_of_a_cohort_are_flagged_and_those_of_others_are_not(
    database: Database, user: User
) -> None:
    cohort, other = add_cohort(database, user_id=user.id), add_cohort(database, user_id=user.id, name="autumn")
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "3", "3", user_id=user.id, files=FILES)
        add_graded(conn, cohort, 2, "3", "3", user_id=_person(conn, "lee"), files={**FILES, "own": 1500})
        add_graded(conn, cohort, 3, "3", "3", user_id=user.id)
        add_graded(conn, cohort, 4, "3", "3", user_id=_person(conn, "park"), files=FILES)
        add_graded(conn, other, 5, "3", "3", user_id=user.id, files=FILES)

    rows = {row["row"]: row for row in overview(database)["rows"]}

    assert {row: each["likeness"] and each["likeness"]["words"] for row, each in rows.items()} == {
        1: "same as 4, 2",
        2: "100 % alike with 1, 4",
        3: None,
        4: "same as 1, 2",
    }
    assert rows[2]["likeness"]["others"][0] == {"row": 1, "share": 1.0, "overlap": 0.8, "files": 6}
    assert rows[2]["look"]


def test_the_same_source_of_two_users_is_flagged_while_both_wait(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    same = '{"canonical": "example.org/one", "location": "https://example.org/one"}'
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, source=same)
        add_row(conn, cohort, 2, user_id=_person(conn, "lee"), source=same)
        add_row(conn, cohort, 3, user_id=user.id)

    rows = overview(database)["rows"]

    assert [row["likeness"] and row["likeness"]["words"] for row in rows] == ["same as 2", "same as 1", None]


def test_branches_of_one_repository_and_archives_of_one_name_are_not_the_same(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    branch = '{"canonical": "example.org/class", "location": "https://example.org/class", "ref": "student-%s"}'
    archive = '{"canonical": "archive:project", "location": "/spool/%s.zip"}'
    with database.transaction() as conn:
        for number in (1, 2):
            add_row(conn, cohort, number, user_id=user.id, path_hash="a" * 64, source=branch % number)
        for number in (3, 4):
            add_row(conn, cohort, number, user_id=user.id, path_hash="b" * 64, source=archive % number, kind="archive")

    assert [row["likeness"] for row in overview(database)["rows"]] == [None] * 4


def test_one_source_that_a_user_hands_in_twice_is_flagged_for_good(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        add_graded(conn, cohort, 1, "3", "3", user_id=user.id, asked_sha256="a" * 64)
        add_row(conn, cohort, 2, user_id=user.id, asked_sha256="a" * 64)

    assert [row["likeness"]["words"] for row in overview(database)["rows"]] == ["same as 2", "same as 1"]


def test_the_boundary_of_places_names_who_is_tied(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    with database.transaction() as conn:
        for number, exact in enumerate((("5", "5"), ("13/3", "3"), ("4", "10/3"), ("21/5", "16/5")), 1):
            add_graded(conn, cohort, number, *exact, user_id=user.id)

    boundary = overview(database, places=3)["cut"]

    assert boundary == {
        "places": 3,
        "graded": 4,
        "pending": 0,
        "total": 7,
        "places_left": 2,
        "inside": [{"row": 4, "project": "p4", "exact": "37/5"}],
        "tied": [{"row": 2, "project": "p2", "exact": "22/3"}, {"row": 3, "project": "p3", "exact": "22/3"}],
        "outside": [],
    }


def test_the_list_has_the_newest_cohort_first_with_counts_and_cost(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id, budget=Decimal("2.5"))
    with database.transaction() as conn:
        add_call(conn, add_graded(conn, cohort, 1, "3", "3", user_id=user.id), "0.125")
        add_call(conn, add_row(conn, cohort, 2, user_id=user.id, state="failed"), None)
        conn.execute("UPDATE evaluator.cohorts SET created_at = now() - interval '1 day'")
    add_cohort(database, user_id=user.id, name="autumn")

    newest, oldest = cohort_results.listing(limit=5, database=database)

    assert (newest["name"], newest["total"], newest["cost_usd"], newest["budget_usd"]) == ("autumn", 0, "0.00", None)
    del oldest["created_at"]
    assert oldest == {
        "name": "spring",
        "organizer": "kim",
        "cost_usd": "0.125",
        "budget_usd": "2.50",
        "total": 2,
        "done": 1,
        "running": 0,
        "queued": 0,
        "failed": 1,
        "cancelled": 0,
    }


def _person(conn: Any, name: str) -> UUID:
    return users.add(conn, name).id
