"""Cohorts: named sets of requests that are graded together. Their rows are requests, added all at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from evaluator.domain import Options, Source, Value
from evaluator.store import queries
from evaluator.store.database import clean

_SQL = queries.load("cohorts.sql")
_LOCK, _FIND, _NAMES, _ADD = _SQL["lock"], _SQL["find"], _SQL["names"], _SQL["add"]
_SET_CONCURRENCY, _KNOWN, _ADD_ROWS = _SQL["set_concurrency"], _SQL["known"], _SQL["add_rows"]
_PROGRESS, _PASSED, _FAILURES = _SQL["progress"], _SQL["passed"], _SQL["failures"]

PRIORITY = -10  # of a cohort's requests; single submissions have 0 and go first
_NEWEST = 1000  # names that a misspelt one is compared with
_SHOWN_ROWS = 20  # row numbers that are told of one kind of failure


class Cohort(Value):
    """A cohort, and what holds for all its requests."""

    id: UUID
    name: str
    user_id: UUID | None  # the organizer; None: deleted since
    options: Options
    deadline: datetime | None  # the last commit before it is graded
    concurrency: int | None  # of its requests, how many may run at once; None: no limit
    budget_id: UUID | None
    created_at: datetime


class NewRow(Value):
    """A request to be added to a cohort."""

    number: int  # in the file, counted from 1
    key: str
    user_id: UUID
    source: Source
    project_name: str
    path_hash: str
    options: Options
    asked_sha256: str


class CohortProgress(Value):
    """Where the requests of a cohort stand, and the money."""

    total: int
    queued: int
    running: int
    done: int
    failed: int
    cancelled: int
    cost: Decimal  # US dollars of all calls whose price is known
    budget: Decimal | None  # US dollars that they may cost
    trouble: str | None = None  # why one that waits was put back

    @property
    def ended(self) -> int:
        """How many have ended, however."""
        return self.done + self.failed + self.cancelled


class FailedRows(Value):
    """Rows that failed for the same reason."""

    code: str
    count: int
    rows: tuple[int, ...]  # the first of them, by their numbers in the file
    message: str  # of the first


def lock(conn: Connection[Any], name: str) -> None:
    """Hold, until the transaction ends, the right to make or fill the cohort of that name."""
    conn.execute(_LOCK, {"name": name})


def find(conn: Connection[Any], name: str) -> Cohort | None:
    """Return the cohort of that name, whatever its capitals, or None."""
    with conn.cursor(row_factory=class_row(Cohort)) as cur:
        return cur.execute(_FIND, {"name": clean(name)}).fetchone()


def names(conn: Connection[Any]) -> Sequence[str]:
    """Return the names of the newest cohorts."""
    return [row[0] for row in conn.execute(_NAMES, {"limit": _NEWEST})]


def add(
    conn: Connection[Any],
    name: str,
    *,
    user_id: UUID,
    options: Options,
    deadline: datetime | None,
    concurrency: int | None,
    budget_id: UUID | None,
) -> Cohort:
    """Return a new cohort; the caller holds the lock and knows that there is none of that name."""
    values = {
        "name": name,
        "user_id": user_id,
        "options": _stored(options),
        "deadline": deadline,
        "concurrency": concurrency,
        "budget_id": budget_id,
    }
    with conn.cursor(row_factory=class_row(Cohort)) as cur:
        added = cur.execute(_ADD, values).fetchone()
    if added is None:
        raise AssertionError("INSERT ... RETURNING gave no row")
    return added


def set_concurrency(conn: Connection[Any], cohort_id: UUID, concurrency: int) -> None:
    """Change how many requests of a cohort may run at once."""
    conn.execute(_SET_CONCURRENCY, {"id": cohort_id, "concurrency": concurrency})


def known(conn: Connection[Any], cohort_id: UUID, keys: Collection[str]) -> Mapping[str, str]:
    """Return, for those of the keys that the cohort has, the hash of what was asked."""
    return dict(conn.execute(_KNOWN, {"cohort_id": cohort_id, "keys": list(keys)}).fetchall())


def add_rows(conn: Connection[Any], cohort: Cohort, rows: Collection[NewRow]) -> int:
    """Add queued requests to a cohort, with its budget, and return how many; a key that it has already is left out."""
    values = {
        "cohort_id": cohort.id,
        "budget_id": cohort.budget_id,
        "priority": PRIORITY,
        "rows": Jsonb([_row(row) for row in rows]),
    }
    return conn.execute(_ADD_ROWS, values).rowcount


def progress(conn: Connection[Any], cohort_id: UUID) -> CohortProgress:
    """Return where the requests of a cohort stand: one aggregate, milliseconds for ten thousand."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_PROGRESS, {"cohort_id": cohort_id}).fetchone()
    return CohortProgress.model_validate(row)


def passed(conn: Connection[Any], cohort_id: UUID) -> int:
    """Return how many requests of a cohort are done and stand as passed."""
    row = conn.execute(_PASSED, {"cohort_id": cohort_id}).fetchone()
    return 0 if row is None else int(row[0])


def failures(conn: Connection[Any], cohort_id: UUID) -> Sequence[FailedRows]:
    """Return what made requests of a cohort fail, the most frequent first."""
    with conn.cursor(row_factory=class_row(FailedRows)) as cur:
        return cur.execute(_FAILURES, {"cohort_id": cohort_id, "shown": _SHOWN_ROWS}).fetchall()


def _row(row: NewRow) -> Mapping[str, object]:
    return {
        "user_id": str(row.user_id),
        "source": row.source.model_dump(mode="json", exclude_none=True),
        "kind": row.source.kind.value,
        "project_name": clean(row.project_name)[:255],
        "path_hash": row.path_hash,
        "options": row.options.model_dump(mode="json", exclude_none=True),
        "row_number": row.number,
        "row_key": row.key,
        "asked_sha256": row.asked_sha256,
    }


def _stored(options: Options) -> Jsonb:
    """Return the options without what is not set: a worker of an older program knows no newer ones."""
    return Jsonb(options.model_dump(mode="json", exclude_none=True))
