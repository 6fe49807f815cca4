from decimal import Decimal

import pytest

from evaluator.domain import User
from evaluator.errors import UnknownCohort
from evaluator.services import cohorts
from evaluator.store.database import Database
from tests.support.handing_over import OPENAI, hand_over, repository, table


def test_a_name_that_is_misspelt_is_answered_with_what_is_like_it(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a")), name="Spring 2026")

    with database.transaction() as conn:
        found = cohorts.found(conn, "spring 2026")
        with pytest.raises(UnknownCohort, match="Did you mean 'Spring 2026'"):
            cohorts.found(conn, "Sprig 2026")
        with pytest.raises(UnknownCohort) as unlike:
            cohorts.found(conn, "\x1b" + "x" * 100_000)

    assert found.name == "Spring 2026"
    assert len(str(unlike.value)) < 200
    assert str(unlike.value).isprintable()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "\x1b[31m"])
def test_a_name_that_nobody_can_type_is_refused(name: str) -> None:
    with pytest.raises(cohorts.BadCohortName):
        cohorts.checked_name(name)


def test_progress_counts_every_state_and_sums_the_cost(database: Database, user: User) -> None:
    accepted = hand_over(
        database, user, table(*(repository(str(n)) for n in range(6))), budget=Decimal(5), options=OPENAI
    )
    with database.transaction() as conn:
        conn.execute(
            "UPDATE evaluator.requests SET state = 'failed', error_code = CASE row_number WHEN 2 THEN 'no_readme' ELSE"
            " 'worker_died' END, error_message = 'Row ' || row_number, ended_at = now() WHERE row_number <= 3"
        )
        conn.execute(
            "UPDATE evaluator.requests SET state = 'cancelled', source = NULL, ended_at = now() WHERE row_number = 4"
        )
        conn.execute(
            "INSERT INTO evaluator.calls (request_id, attempt, purpose, provider, model_asked, cost_usd,"
            " seconds, outcome)"
            " SELECT id, 1, 'judge', 'openai', 'anything', CASE row_number WHEN 1 THEN NULL ELSE 0.25 END, 1, 'ok'"
            " FROM evaluator.requests"
        )

        conn.execute("UPDATE evaluator.requests SET error_code = 'x', error_message = 'Slow.' WHERE state = 'queued'")

    stands = cohorts.progress(accepted.cohort.id, database=database)
    passed, failures = cohorts.outcome(accepted.cohort.id, database=database)

    assert (stands.total, stands.queued, stands.failed, stands.cancelled, stands.ended) == (6, 2, 3, 1, 4)
    assert (stands.cost, stands.budget, stands.trouble) == (Decimal("1.25"), Decimal(5), "Slow.")
    assert passed == 0
    assert [(each.code, each.count, each.rows, each.message) for each in failures] == [
        ("worker_died", 2, (1, 3), "Row 1"),
        ("no_readme", 1, (2,), "Row 2"),
    ]
