from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from evaluator.domain import User
from evaluator.errors import UnknownCohort
from evaluator.services import cohort_acts
from evaluator.services.cohort_acts import Cancelled, NoSuchFailure, Retried
from evaluator.store.database import Database
from tests.support.cohorts import add_cohort, add_graded, add_row
from tests.support.people import rows


def states(database: Database) -> list[tuple[int, str]]:
    return [
        (number, state)
        for number, state in rows(database, "SELECT row_number, state FROM evaluator.requests ORDER BY 1")
    ]


@pytest.mark.parametrize(
    ("code", "done"),
    [(None, Retried("spring", 2, [3])), ("no_readme", Retried("spring", 1, []))],
)
def test_failed_rows_are_queued_again_and_those_without_a_source_are_named(
    database: Database, user: User, code: str | None, done: Retried
) -> None:
    cohort, other = add_cohort(database, user_id=user.id), add_cohort(database, user_id=user.id, name="autumn")
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, state="failed")
        add_row(conn, cohort, 2, user_id=user.id, state="failed", error_code="no_readme")
        add_row(conn, cohort, 3, user_id=user.id, state="failed", source=None)
        add_row(conn, cohort, 4, user_id=user.id, state="cancelled")
        add_row(conn, other, 5, user_id=user.id, state="failed")

    assert cohort_acts.retry("Spring", code=code, database=database) == done
    assert sum(state == "queued" for _, state in states(database)) == done.queued


def test_a_code_that_no_row_failed_with_is_refused_with_those_there_are(database: Database, user: User) -> None:
    cohort = add_cohort(database, user_id=user.id)
    assert cohort_acts.retry("spring", code="x", database=database) == Retried("spring", 0, [])
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id, state="failed", error_code="no_readme")

    with pytest.raises(NoSuchFailure, match=r"failed with 'x'\. They did with: no_readme\."):
        cohort_acts.retry("spring", code="x", database=database)

    assert states(database) == [(1, "failed")]


def test_what_has_not_ended_is_cancelled_and_what_is_graded_stays(database: Database, user: User) -> None:
    cohort, other = add_cohort(database, user_id=user.id), add_cohort(database, user_id=user.id, name="autumn")
    until = datetime.now(UTC) + timedelta(minutes=1)
    with database.transaction() as conn:
        add_row(conn, cohort, 1, user_id=user.id)
        add_row(conn, cohort, 2, user_id=user.id, state="running", owner=uuid4(), leased_until=until)
        add_graded(conn, cohort, 3, "3", "3", user_id=user.id)
        add_row(conn, other, 4, user_id=user.id)

    assert cohort_acts.cancel("spring", database=database) == Cancelled("spring", 2)
    assert states(database) == [(1, "cancelled"), (2, "cancelled"), (3, "done"), (4, "queued")]
    assert cohort_acts.cancel("spring", database=database) == Cancelled("spring", 0)


def test_an_unknown_cohort_is_refused(database: Database) -> None:
    with pytest.raises(UnknownCohort, match="no cohort 'spring'"):
        cohort_acts.cancel("spring", database=database)
