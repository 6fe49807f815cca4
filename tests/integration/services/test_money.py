"""A budget is kept: before each call the most that it may cost is put aside."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from evaluator.domain import User
from evaluator.errors import BudgetBusy, BudgetSpent
from evaluator.grading.prices import Tariff
from evaluator.services import reports, upkeep
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.services.wiring import DatabasePurse
from evaluator.store import budgets, requests
from evaluator.store.database import Database
from evaluator.tables import Price
from tests.support.grading import LLM, ask, come_round, grade
from tests.support.llm import Reply, ScriptedLLM, Usage
from tests.support.people import folder_source, row, rows
from tests.support.repositories import make_project

MILLION = Decimal(1_000_000)
PRICE = Price(input=Decimal(2), output=Decimal(10), cached=Decimal("0.5"))
TARIFF = Tariff(own={"openai/scripted": PRICE}, answer_tokens=1_000)
_SPENT = "SELECT spent_usd, reserved_usd FROM evaluator.budgets"


@pytest.fixture
def priced(bench: Bench) -> Bench:
    return replace(bench, tariff=TARIFF)


def budget_of(database: Database, dollars: str) -> UUID:
    with database.transaction() as conn:
        return budgets.add(conn, most=Decimal(dollars))


def ask_with(database: Database, user: User, project: Path, budget_id: UUID) -> UUID:
    source = folder_source(str(project), name=project.name)
    with database.transaction() as conn:
        return requests.add(
            conn,
            user_id=user.id,
            source=source,
            options=LLM,
            path_hash=source.path_hash(user.salt),
            budget_id=budget_id,
        )


def purse_of(bench: Bench, user: User, project: Path, budget_id: UUID) -> DatabasePurse:
    id = ask_with(bench.database, user, project, budget_id)
    with bench.database.transaction() as conn:
        claim = requests.claim(conn, id, owner=uuid4(), lease=bench.lease)
    assert claim is not None
    return DatabasePurse(bench.database, claim, budget_id, longest_wait=bench.lease * 0, checkpoint=lambda: None)


def test_the_cost_that_is_shown_is_tokens_times_price_and_so_is_what_is_taken_from_the_budget(
    priced: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(usage=Usage(input_tokens=1234, output_tokens=77, cached_tokens=1000, reasoning_tokens=50)))
    budget = budget_of(priced.database, "1")
    id = ask_with(priced.database, user, project, budget)

    run(id, bench=priced)

    each = (234 * Decimal(2) + 1000 * Decimal("0.5") + 77 * Decimal(10)) / MILLION
    usage = reports.evaluation(id, database=priced.database)["usage"]
    assert Decimal(usage["cost_usd"]) == 2 * each
    assert usage["reasoning_tokens"] == 100
    assert rows(priced.database, _SPENT) == [(2 * each, 0)]


def test_a_spent_budget_fails_the_request_before_the_call_and_the_answer_that_was_paid_is_kept(
    priced: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(usage=Usage(input_tokens=100_000, output_tokens=1_000)))
    id = ask_with(priced.database, user, project, budget_of(priced.database, "0.12"))

    run(id, bench=priced)

    failed = row(priced.database, id)
    assert (failed["state"], failed["error_code"], failed["error_exit"]) == ("failed", "budget_spent", 4)
    assert "$0.12 is spent: $0.21 are gone" in failed["error_message"]
    assert len(llm.requests) == 1
    assert rows(priced.database, "SELECT count(*) FROM evaluator.verdicts") == [(1,)]


def test_a_model_of_unknown_price_is_not_asked_on_a_budget(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    id = ask_with(bench.database, user, project, budget_of(bench.database, "5"))

    run(id, bench=bench)

    failed = row(bench.database, id)
    assert (failed["error_code"], failed["error_exit"]) == ("unknown_price", 2)
    assert "MODU_PRICES=openai/scripted=" in failed["error_message"]
    assert not llm.requests
    assert rows(bench.database, _SPENT) == [(0, 0)]


def test_without_a_budget_an_unknown_price_is_said_and_nothing_else(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    id = grade(bench, user, project)

    assert len(llm.requests) == 2
    assert reports.evaluation(id, database=bench.database)["usage"]["cost_usd"] is None


def test_sixteen_workers_on_one_budget_never_spend_more_than_it(
    priced: Bench, llm: ScriptedLLM, user: User, tmp_path: Path
) -> None:
    llm.always(Reply(usage=Usage(input_tokens=2_000, output_tokens=300)))
    most = Decimal("0.2")
    budget = budget_of(priced.database, str(most))
    ids = [ask_with(priced.database, user, a_project(tmp_path, number), budget) for number in range(16)]
    begin = threading.Barrier(16)

    def work(id: UUID) -> None:
        begin.wait()
        run(id, bench=replace(priced, owner=uuid4()))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, ids))

    each = (2_000 * Decimal(2) + 300 * Decimal(10)) / MILLION
    [(spent, reserved)] = rows(priced.database, _SPENT)
    assert (spent, reserved) == (each * len(llm.requests), 0)
    assert 0 < spent <= most
    assert rows(priced.database, "SELECT sum(cost_usd) FROM evaluator.calls") == [(spent,)]
    states = {(row(priced.database, id)["state"], row(priced.database, id)["error_code"]) for id in ids}
    assert states <= {("done", None), ("failed", "budget_spent"), ("queued", "budget_busy")}


def a_project(folder: Path, number: int) -> Path:
    text = f"# Greeter {number}\n\nGreets who is named, {number} times.\n\n```bash\npython greet.py Kim\n```\n"
    return make_project(
        folder / f"greeter{number}",
        {"README.md": text, "greet.py": f'import sys\n\nprint("Hello, " * {number} + sys.argv[1] + ", nice to see")\n'},
    )


def test_money_that_others_have_put_aside_is_waited_for_and_money_that_is_gone_is_not(
    priced: Bench, user: User, project: Path
) -> None:
    budget = budget_of(priced.database, "1")
    purse = purse_of(priced, user, project, budget)
    number = purse.reserve(Decimal("0.6"))

    with pytest.raises(BudgetBusy):
        purse.reserve(Decimal("0.6"))
    purse.settle(number, cost=Decimal("0.5"))
    with pytest.raises(BudgetSpent):
        purse.reserve(Decimal("0.6"))


def test_who_waits_for_money_gets_what_a_call_leaves_over(priced: Bench, user: User, project: Path) -> None:
    budget = budget_of(priced.database, "1")
    purse = purse_of(priced, user, project, budget)
    number = purse.reserve(Decimal("0.6"))
    looks: list[int] = []

    def settle_at_the_second_look() -> None:
        looks.append(1)
        if len(looks) == 2:
            purse.settle(number, cost=Decimal("0.1"))

    patient = replace(purse, longest_wait=priced.lease, checkpoint=settle_at_the_second_look)

    assert patient.reserve(Decimal("0.6")) != number
    assert len(looks) == 2


def test_a_budget_that_was_deleted_is_spent(priced: Bench, user: User, project: Path) -> None:
    purse = purse_of(priced, user, project, budget_of(priced.database, "1"))
    with priced.database.transaction() as conn:
        conn.execute("DELETE FROM evaluator.budgets")

    with pytest.raises(BudgetSpent, match="was deleted"):
        purse.reserve(Decimal(0))


def test_upkeep_settles_what_a_dead_worker_put_aside(priced: Bench, user: User, project: Path) -> None:
    budget = budget_of(priced.database, "1")
    purse = purse_of(priced, user, project, budget)
    purse.reserve(Decimal("0.6"))
    with priced.database.transaction() as conn:
        requests.hand_back(conn, owner=purse.claim.owner)

    upkeep.tidy(database=priced.database, keep=priced.keep)

    assert rows(priced.database, _SPENT) == [(Decimal("0.6"), 0)]


def test_a_request_without_a_budget_spends_what_it_needs(priced: Bench, user: User, project: Path) -> None:
    id = ask(priced.database, user, project)

    run(id, bench=priced)

    assert row(priced.database, id)["state"] == "done"
    assert rows(priced.database, "SELECT count(*) FROM evaluator.reservations") == [(0,)]


@pytest.mark.parametrize(("reply", "lost"), [(Reply(cut=True), 1), (Reply(status=429, text="slow"), 0)])
def test_what_a_lost_answer_may_have_cost_is_counted_as_unknown(
    priced: Bench, llm: ScriptedLLM, user: User, project: Path, reply: Reply, lost: int
) -> None:
    llm.will(reply)
    llm.always(Reply(usage=Usage(input_tokens=1000, output_tokens=100)))
    id = grade(priced, user, project)

    come_round(priced, [id])

    usage = reports.evaluation(id, database=priced.database)["usage"]
    assert (usage["calls"], usage["lost_calls"], usage["cost_usd"]) == (3, lost, "0.0060")
