"""What has become of a cohort: its requests with their results, and what tells that two of them are alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from evaluator.store import queries

_SQL = queries.load("cohort_results.sql")
_LISTING, _PACE, _ROWS = _SQL["listing"], _SQL["pace"], _SQL["rows"]
_MANIFESTS, _DOCUMENTS, _EXPIRED = _SQL["manifests"], _SQL["documents"], _SQL["expired"]

_AT_ONCE = 200  # rows that a cursor brings from the server
_FEW_AT_ONCE = 50  # where a row may have a megabyte


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A request of a cohort, and its result as far as there is one."""

    number: int  # in the file, counted from 1
    key: str
    project: str
    person: str | None  # the name of the user or team
    user_id: UUID
    is_team: bool
    request_id: UUID
    state: str
    stage: str
    error_code: str | None
    error_message: str | None  # asked for with `whole` only, as the source and the feedback
    source: str | None  # None too where it is erased
    asked_mark: str | None  # equal where one user has asked for one source twice
    source_mark: str | None  # equal for equal sources of whomever, while they are kept
    evaluation_id: UUID | None
    total: int | None
    functionality: int | None
    practicality: int | None
    passed: bool | None
    provider: str | None
    model: str | None
    evaluated_at: datetime | None
    feedback: str | None
    commit: str | None
    tree: str | None
    dimensions: Sequence[Mapping[str, Any]] | None  # of the scorecard; None: the platform wrote the row
    review_reasons: Sequence[str] | None
    rubric_id: str | None
    rubric_version: str | None
    digest_sha256: str | None
    pass_line: int | None


def listing(conn: Connection[Any], *, limit: int) -> Sequence[dict[str, Any]]:
    """Return the newest cohorts, with how many of their requests are in which state, and their cost in US dollars."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_LISTING, {"limit": limit}).fetchall()


def pace(conn: Connection[Any], cohort_id: UUID, *, window: timedelta) -> tuple[int, float]:
    """Return how many requests have ended within the *window*, and in how many seconds of it."""
    row = conn.execute(_PACE, {"cohort_id": cohort_id, "window": window}).fetchone()
    return (0, 0.0) if row is None or not row[0] else (row[0], row[1])


def rows(conn: Connection[Any], cohort_id: UUID, *, whole: bool = False) -> Iterator[ResultRow]:
    """Yield the requests of a cohort with their results, in the order of its file, a few held at a time.

    *whole*: with feedback, message of the error, and source. The transaction has to stay open meanwhile.
    """
    with conn.cursor("cohort_rows", row_factory=class_row(ResultRow)) as cur:
        cur.itersize = _AT_ONCE
        yield from cur.execute(_ROWS, {"cohort_id": cohort_id, "whole": whole})


def manifests(conn: Connection[Any], cohort_id: UUID) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Yield the tree ids of a cohort, each once, with the manifests of their digests."""
    with conn.cursor("cohort_manifests") as cur:
        cur.itersize = _FEW_AT_ONCE
        yield from cur.execute(_MANIFESTS, {"cohort_id": cohort_id})


def documents(conn: Connection[Any], cohort_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield the columns of each request and its evaluation, in the order of the file, as `evaluations.show` has them.

    Besides: `row_number`, `row_key`, and `usage`, as `evaluations.usage` has it.
    """
    with conn.cursor("cohort_documents", row_factory=dict_row) as cur:
        cur.itersize = _FEW_AT_ONCE
        for row in cur.execute(_DOCUMENTS, {"cohort_id": cohort_id}):
            cost = row.pop("cost_usd")
            yield {**row, "usage": {**row["usage"], "cost_usd": cost}}  # a number of JSON is not exact


def expired(conn: Connection[Any], cohort_id: UUID, *, code: str | None) -> Sequence[int]:
    """Return the row numbers of failed requests, of one code or of all, whose sources are erased."""
    return [row[0] for row in conn.execute(_EXPIRED, {"cohort_id": cohort_id, "code": code})]
