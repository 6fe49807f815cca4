"""A budget that is spent ends the rest of a cohort at once: nothing is fetched for want of money."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from evaluator.domain import Options, User
from evaluator.grading.prices import Tariff
from evaluator.services import evaluation
from evaluator.services.bench import Bench
from evaluator.store import budgets, requests
from evaluator.store.database import Database
from evaluator.tables import Price
from tests.support.llm import ScriptedLLM
from tests.support.people import folder_source, row

OPTIONS = Options(rubric="default", model="openai/anything")
GONE = "/no/such/folder"  # fetching it fails: who says something else has not fetched


@pytest.fixture
def priced(bench: Bench) -> Bench:
    """A worker for whom the shortest call needs 0.04 dollars."""
    tariff = Tariff(own={"openai/anything": Price(input=Decimal(0), output=Decimal(10))}, answer_tokens=4_000)
    return replace(bench, tariff=tariff)


def queue_with(database: Database, user: User, *, most: str, spent: str, path: str = GONE) -> UUID:
    source = folder_source(path)
    with database.transaction() as conn:
        budget_id = budgets.add(conn, most=Decimal(most))
        conn.execute("UPDATE evaluator.budgets SET spent_usd = %s WHERE id = %s", (spent, budget_id))
        return requests.add(
            conn,
            user_id=user.id,
            source=source,
            options=OPTIONS,
            path_hash=source.path_hash(user.salt),
            budget_id=budget_id,
        )


def test_a_request_for_which_nothing_is_left_fails_before_its_source_is_fetched(
    database: Database, user: User, priced: Bench, llm: ScriptedLLM
) -> None:
    id = queue_with(database, user, most="1", spent="0.97")

    evaluation.run(id, bench=priced)

    ended = row(database, id)
    assert (ended["state"], ended["error_code"], ended["error_exit"]) == ("failed", "budget_spent", 4)
    assert not llm.requests


@pytest.mark.parametrize(("most", "spent"), [("1", "0.96"), ("0.01", "0")], ids=["enough", "nobody has spent of it"])
def test_a_request_that_may_be_free_or_has_money_is_fetched(
    database: Database, user: User, priced: Bench, most: str, spent: str
) -> None:
    id = queue_with(database, user, most=most, spent=spent)

    evaluation.run(id, bench=priced)

    assert row(database, id)["error_code"] != "budget_spent"


def test_a_second_try_goes_on_because_its_answers_may_be_paid_already(
    database: Database, user: User, priced: Bench
) -> None:
    id = queue_with(database, user, most="1", spent="0.97")
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET attempt = 1")

    evaluation.run(id, bench=priced)

    assert row(database, id)["error_code"] != "budget_spent"


def test_an_unchanged_project_is_the_stored_evaluation_whatever_its_own_budget(
    database: Database, user: User, priced: Bench, project: Path
) -> None:
    first = queue_with(database, user, most="9", spent="0", path=str(project))
    evaluation.run(first, bench=priced)

    second = queue_with(database, user, most="0", spent="0", path=str(project))
    evaluation.run(second, bench=priced)

    assert row(database, second)["evaluation_id"] == row(database, first)["evaluation_id"] is not None
