from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Claim
from evaluator.store import budgets, requests
from evaluator.store.budgets import Budget
from evaluator.store.database import Database
from tests.support.people import OPTIONS, add_user, folder_source, queue

LEASE = timedelta(seconds=30)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def claim(database: Database) -> Claim:
    id = queue(database, add_user(database), folder_source("/srv/project"))
    return claimed(database, id)


def claimed(database: Database, id: UUID, *, lease: timedelta = LEASE) -> Claim:
    with database.transaction() as conn:
        found = requests.claim(conn, id, owner=uuid4(), lease=lease)
    assert found is not None
    return found


def budget_of(database: Database, dollars: str) -> UUID:
    with database.transaction() as conn:
        return budgets.add(conn, most=Decimal(dollars))


def standing(database: Database, id: UUID) -> Budget:
    with database.transaction() as conn:
        found = budgets.show(conn, id)
    assert found is not None
    return found


def reserve(database: Database, id: UUID, claim: Claim, dollars: str) -> int | None:
    with database.transaction() as conn:
        return budgets.reserve(conn, id, claim, usd=Decimal(dollars), entry=uuid4())


def budget(most: str, *, spent: str = "0", reserved: str = "0") -> Budget:
    return Budget(most=Decimal(most), spent=Decimal(spent), reserved=Decimal(reserved))


def test_what_is_put_aside_is_settled_by_what_the_call_did_cost(database: Database, claim: Claim) -> None:
    id = budget_of(database, "1")

    number = reserve(database, id, claim, "0.40")
    before = standing(database, id)
    with database.transaction() as conn:
        budgets.settle(conn, number or 0, cost=Decimal("0.123456789"))

    assert before == budget("1", reserved="0.40")
    assert standing(database, id) == budget("1", spent="0.12345679")


def test_no_more_is_put_aside_than_is_left(database: Database, claim: Claim) -> None:
    id = budget_of(database, "1")

    numbers = [reserve(database, id, claim, dollars) for dollars in ("0.70", "0.31", "0.30", "0.01")]

    assert [number is not None for number in numbers] == [True, False, True, False]
    assert standing(database, id).left == 0


def test_a_call_that_cost_more_than_was_put_aside_overshoots_by_that_and_is_the_last(
    database: Database, claim: Claim
) -> None:
    id = budget_of(database, "1")
    number = reserve(database, id, claim, "1")

    with database.transaction() as conn:
        budgets.settle(conn, number or 0, cost=Decimal("1.20"))

    assert standing(database, id) == budget("1", spent="1.20")
    assert reserve(database, id, claim, "0") is None


def test_a_reservation_is_settled_once(database: Database, claim: Claim) -> None:
    id = budget_of(database, "1")
    number = reserve(database, id, claim, "0.40")

    for _ in range(2):
        with database.transaction() as conn:
            budgets.settle(conn, number or 0, cost=Decimal("0.10"))

    assert standing(database, id) == budget("1", spent="0.10")


def test_a_living_worker_keeps_what_it_put_aside(database: Database, claim: Claim) -> None:
    id = budget_of(database, "1")
    reserve(database, id, claim, "0.40")

    with database.transaction() as conn:
        assert budgets.settle_forsaken(conn) == 0

    assert standing(database, id) == budget("1", reserved="0.40")


@pytest.mark.parametrize("fate", ["handed back", "claimed anew", "deleted"])
def test_what_a_dead_worker_put_aside_counts_as_spent_for_its_call_may_have_been_billed(
    database: Database, claim: Claim, fate: str
) -> None:
    id = budget_of(database, "1")
    for dollars in ("0.40", "0.05"):
        reserve(database, id, claim, dollars)
    with database.transaction() as conn:
        if fate == "deleted":
            conn.execute("DELETE FROM evaluator.requests")
        else:
            requests.hand_back(conn, owner=claim.owner)
    if fate == "claimed anew":
        claimed(database, claim.id)

    with database.transaction() as conn:
        assert budgets.settle_forsaken(conn) == 1

    assert standing(database, id) == budget("1", spent="0.45")


def test_a_claim_knows_its_budget(database: Database) -> None:
    id = budget_of(database, "1")
    user = add_user(database, "lee")
    source = folder_source("/srv/other")
    with database.transaction() as conn:
        request = requests.add(
            conn,
            user_id=user.id,
            source=source,
            options=OPTIONS,
            path_hash=source.path_hash(user.salt),
            budget_id=id,
        )

    assert claimed(database, request).budget_id == id


def test_there_may_be_no_budget_of_an_id(database: Database) -> None:
    with database.transaction() as conn:
        assert budgets.show(conn, uuid4()) is None


def test_a_reservation_whose_commit_nobody_confirmed_is_found_again_by_its_entry(
    database: Database, claim: Claim
) -> None:
    id, entry = budget_of(database, "1"), uuid4()
    with database.transaction() as conn:
        number = budgets.reserve(conn, id, claim, usd=Decimal("0.40"), entry=entry)

    with database.transaction() as conn:
        found = [budgets.reserved(conn, id, entry=each) for each in (entry, uuid4())]

    assert number is not None
    assert found == [number, None]
    assert standing(database, id) == budget("1", reserved="0.40")
