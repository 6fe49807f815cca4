"""Budgets: money put aside before each call and settled after it, whichever worker asks."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from evaluator.domain import Claim, Value
from evaluator.store import queries

_SQL = queries.load("budgets.sql")
_ADD = _SQL["add"]
_RESERVE = _SQL["reserve"]
_LOCK = _SQL["lock"]
_RESERVED = _SQL["reserved"]
_SETTLE = _SQL["settle"]
_SETTLE_FORSAKEN = _SQL["settle_forsaken"]
_SHOW = _SQL["show"]
_RAISE_TO = _SQL["raise_to"]


class Budget(Value):
    """What calls may cost, in US dollars, and how much of it is gone."""

    most: Decimal
    spent: Decimal
    reserved: Decimal  # put aside for calls that are under way

    @property
    def left(self) -> Decimal:
        """What may still be put aside."""
        return max(self.most - self.spent - self.reserved, Decimal(0))


def add(conn: Connection[Any], *, most: Decimal) -> UUID:
    """Return the id of a new budget of so many US dollars."""
    row = conn.execute(_ADD, {"most": most}).fetchone()
    if row is None:
        raise AssertionError("INSERT ... RETURNING gave no row")
    return UUID(str(row[0]))


def reserve(conn: Connection[Any], budget_id: UUID, claim: Claim, *, usd: Decimal, entry: UUID) -> int | None:
    """Put money aside for a call and return the reservation's number, or None where less than that is left.

    By its *entry* it is found again where its commit is in doubt.
    """
    values = {"budget_id": budget_id, "request_id": claim.id, "attempt": claim.attempt, "usd": usd, "entry": entry}
    row = conn.execute(_RESERVE, values).fetchone()
    return None if row is None else int(row[0])


def reserved(conn: Connection[Any], budget_id: UUID, *, entry: UUID) -> int | None:
    """Return the number of the reservation under that entry, or None where there is none, nor will be any more."""
    conn.execute(_LOCK, {"budget_id": budget_id})  # a transaction that would still make it holds this row
    row = conn.execute(_RESERVED, {"entry": entry}).fetchone()
    return None if row is None else int(row[0])


def settle(conn: Connection[Any], number: int, *, cost: Decimal) -> None:
    """Replace a reservation by what the call did cost; nothing happens where it is settled already."""
    conn.execute(_SETTLE, {"number": number, "cost": cost})


def settle_forsaken(conn: Connection[Any]) -> int:
    """Count as spent what workers put aside that have lost their claim since; return how many budgets it moved."""
    return conn.execute(_SETTLE_FORSAKEN).rowcount


def show(conn: Connection[Any], budget_id: UUID) -> Budget | None:
    """Return where a budget stands, or None where there is none of that id."""
    with conn.cursor(row_factory=class_row(Budget)) as cur:
        return cur.execute(_SHOW, {"budget_id": budget_id}).fetchone()


def raise_to(conn: Connection[Any], budget_id: UUID, *, most: Decimal) -> None:
    """Let calls cost so many US dollars; nothing happens where they may cost as much or more already."""
    conn.execute(_RAISE_TO, {"budget_id": budget_id, "most": most})
