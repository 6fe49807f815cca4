"""PostgreSQL restarts while something is written: nobody knows whether it was, so it is written once more."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from evaluator.domain import User
from evaluator.grading.prices import Tariff
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.services.submission import Ask, submit
from evaluator.store import budgets, requests
from evaluator.store.database import Connection, Database
from evaluator.tables import Price
from tests.integration.services.test_submission import desk_for
from tests.support.grading import LLM, ask
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import OPTIONS, counters, folder_source, row, rows

T = TypeVar("T")


class Doubtful(Database):
    """A database of whose commits none is confirmed the first time."""

    def steady(self, act: Callable[[Connection], T]) -> T:
        super().steady(act)
        return super().steady(act)

    def alone(self, act: Callable[[Connection], T]) -> T:
        super().alone(act)
        return super().alone(act)


@pytest.fixture
def doubtful(database_url: str) -> Iterator[Database]:
    with Doubtful.open(database_url) as opened:
        yield opened


class Once(Doubtful):
    """The same, but for the claim: one that is in doubt goes back into the queue by itself."""

    def steady(self, act: Callable[[Connection], T]) -> T:
        return Database.steady(self, act) if "_taken" in act.__qualname__ else super().steady(act)

    def alone(self, act: Callable[[Connection], T]) -> T:
        return Database.alone(self, act) if "_taken" in act.__qualname__ else super().alone(act)


@pytest.fixture
def priced(bench: Bench, database_url: str) -> Iterator[Bench]:
    tariff = Tariff(own={LLM.model: Price(input=Decimal(1), output=Decimal(2))})
    with Once.open(database_url) as opened:
        yield replace(bench, database=opened, tariff=tariff)


def test_a_grading_is_written_once(priced: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    with priced.database.transaction() as conn:
        budget_id = budgets.add(conn, most=Decimal(5))
        id = requests.add(
            conn,
            user_id=user.id,
            source=folder_source(str(project), name=project.name),
            options=LLM,
            path_hash="0" * 64,
            budget_id=budget_id,
        )

    run(id, bench=priced)

    ended = row(priced.database, id)
    assert ended["state"] == "done"
    assert rows(priced.database, "SELECT id FROM project_evaluations") == [(ended["evaluation_id"],)]
    assert counters(priced.database, user) == (1, 1)
    assert len(llm.requests) == 2
    assert rows(priced.database, "SELECT count(*) FROM evaluator.calls") == [(2,)]
    assert rows(
        priced.database,
        "SELECT spent_usd = (SELECT sum(cost_usd) FROM evaluator.calls), reserved_usd FROM evaluator.budgets",
    ) == [(True, 0)]
    assert rows(priced.database, "SELECT attempt, outcome FROM evaluator.attempts") == [(1, "done")]


def test_a_grading_that_goes_back_goes_back_once(priced: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.will(Reply(status=503))
    id = ask(priced.database, user, project)

    run(id, bench=priced)

    after = row(priced.database, id)
    assert (after["state"], after["tries"], after["error_code"]) == ("queued", 1, "judge_unavailable")
    assert rows(priced.database, "SELECT count(*) FROM evaluator.calls") == [(1,)]


def test_a_claim_in_doubt_is_not_worked_on_twice(doubtful: Database, bench: Bench, user: User, project: Path) -> None:
    id = ask(doubtful, user, project)

    run(id, bench=replace(bench, database=doubtful))

    assert row(doubtful, id)["state"] == "running"  # the heartbeat finds it in nobody's hand, and gives it back
    assert not bench.hands


def test_a_request_is_recorded_once(doubtful: Database, user: User, project: Path) -> None:
    receipt = submit(
        Ask(source=str(project), user=user, options=OPTIONS, budget=Decimal("0.50")),
        desk=desk_for(doubtful, send=lambda _: None),
    )

    assert rows(doubtful, "SELECT id FROM evaluator.requests") == [(receipt.id,)]
    assert not receipt.known
    counted = "SELECT count(*) FROM evaluator.budgets UNION ALL SELECT count(*) FROM security_audit_log"
    assert rows(doubtful, counted) == [(1,), (1,)]
