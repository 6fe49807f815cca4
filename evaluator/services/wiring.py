"""What joins the grading of one claim to the database: ledger, stage, money, memory."""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from evaluator.domain import Claim
from evaluator.errors import BudgetBusy, BudgetSpent
from evaluator.store import budgets, verdicts
from evaluator.store.budgets import Budget
from evaluator.store.database import Connection, Database

_LOOK = 0.25  # seconds between two looks whether calls under way have left money over


@dataclass(frozen=True)
class DatabasePurse:
    """The budget of a claim. Several workers may draw on it at once; what is put aside is put aside for one."""

    database: Database
    claim: Claim
    budget_id: UUID
    longest_wait: timedelta  # for money that others have put aside and may leave over
    checkpoint: Callable[[], None]  # called while it waits; may raise to stop

    def reserve(self, most: Decimal) -> int:
        """Put aside what a call may cost at most, in US dollars; return its number.

        Raises BudgetSpent where the budget cannot bear it, and BudgetBusy where it could once others' calls are over.
        """
        deadline = time.monotonic() + self.longest_wait.total_seconds()
        while True:
            number, left = self._reserve(most, entry=uuid4())
            if number is not None:
                return number
            if left is None or left.most - left.spent < most:
                raise BudgetSpent(_spent(left, most=most))
            if time.monotonic() > deadline:
                raise BudgetBusy(
                    "What is left of the budget is put aside for calls that are under way. The request waits for them."
                )
            time.sleep(_LOOK)
            self.checkpoint()

    def _reserve(self, most: Decimal, *, entry: UUID) -> tuple[int | None, Budget | None]:
        """Return the number of the reservation, or None and where the budget stands."""
        tries = itertools.count()

        def act(conn: Connection) -> tuple[int | None, Budget | None]:
            number = budgets.reserved(conn, self.budget_id, entry=entry) if next(tries) else None
            if number is None:
                number = budgets.reserve(conn, self.budget_id, self.claim, usd=most, entry=entry)
            return number, None if number is not None else budgets.show(conn, self.budget_id)

        return self.database.steady(act)

    def settle(self, number: int, *, cost: Decimal) -> None:
        """Replace a reservation by what the call did cost."""
        self.database.alone(lambda conn: budgets.settle(conn, number, cost=cost))


def require_money(budget_id: UUID, *, least: Decimal, database: Database) -> None:
    """Raise BudgetSpent where others have left less of a budget than the *least*, in US dollars, that a call needs."""
    with database.transaction() as conn:
        left = budgets.show(conn, budget_id)
    if left is None or (left.spent > 0 and left.most - left.spent < least):
        raise BudgetSpent(_spent(left, most=least))


def _spent(left: Budget | None, *, most: Decimal) -> str:
    if left is None:
        return "The budget of this request was deleted. Ask again with a budget of its own."
    return (
        f"The budget of ${dollars(left.most)} is spent: ${dollars(left.spent)} are gone, and the next call may cost up"
        f" to ${dollars(most)}. Ask again with a larger budget: what was answered so far is not paid again."
    )


def dollars(amount: Decimal) -> str:
    """Return an amount as exact as it is kept, with two decimals at least."""
    whole, _, part = f"{amount:.8f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True)
class DatabaseMemory:
    """What was established before, for whomever; each look and each note is a statement of its own."""

    database: Database

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was kept under those 64 hex digits, or None."""
        return self.database.alone(lambda conn: verdicts.recall(conn, key))

    def keep(self, key: str, content: Mapping[str, Any]) -> None:
        """Keep something that JSON can hold; what is kept already stays."""
        self.database.alone(lambda conn: verdicts.keep(conn, key, content))

    def drop(self, key: str, content: Mapping[str, Any]) -> None:
        """Drop that content; what somebody else has kept in its place stays."""
        self.database.alone(lambda conn: verdicts.drop(conn, key, content))
