"""Evaluations: a row of the shared table `project_evaluations`, and beside it the record of how it came about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from evaluator.domain import Claim, Digest
from evaluator.judgement import Rubric, Scorecard
from evaluator.store import queries
from evaluator.store.database import clean, jsonb

_SQL = queries.load("evaluations.sql")
_EQUAL = _SQL["equal"]
_ADD = _SQL["add"]
_SHOW = _SQL["show"]
_RECORD = _SQL["record"]
_BY_PREFIX = _SQL["by_prefix"]
_USAGE = _SQL["usage"]
_LISTING = _SQL["listing"]


def equal(conn: Connection[Any], claim: Claim, *, fingerprint: str) -> UUID | None:
    """Return the id of the stored evaluation that grading anew would only repeat, or None."""
    row = conn.execute(
        _EQUAL, {"user_id": claim.user_id, "path_hash": claim.path_hash, "fingerprint": fingerprint}
    ).fetchone()
    return None if row is None else row[0]


def add(
    conn: Connection[Any],
    claim: Claim,
    *,
    id: UUID,
    scorecard: Scorecard,
    digest: Digest,
    rubric: Rubric,
    fingerprint: str,
    counted: bool,
) -> None:
    """Write the row of the shared table and the grading record beside it."""
    conn.execute(
        _ADD,
        {
            "id": id,
            "user_id": claim.user_id,
            "path_hash": claim.path_hash,
            "request_id": claim.id,
            "total": scorecard.total,
            "functionality": scorecard.points("functionality"),
            "practicality": scorecard.points("practicality"),
            "model": scorecard.judge.model[:100],
            "provider": scorecard.judge.provider[:50],
            "passed": scorecard.passed,
            "feedback": clean(scorecard.feedback),
            "fingerprint": fingerprint,
            "kind": claim.source.kind.value,
            "commit": digest.commit,
            "tree": digest.tree,
            "scorecard": jsonb(scorecard.model_dump(mode="json", exclude={"calls"})),
            "criteria": jsonb(_outline(rubric)),
            "manifest": jsonb([file.model_dump(mode="json", exclude_defaults=True) for file in digest.files]),
            "counted": counted,
        },
    )


def show(conn: Connection[Any], id: UUID) -> dict[str, Any] | None:
    """Return the columns of a request and its evaluation, by the id of either, or None where neither exists."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_SHOW, {"id": id}).fetchone()


def record(conn: Connection[Any], id: UUID) -> dict[str, Any] | None:
    """Return the columns of a grading record, by the id of the evaluation or of a request, or None without one."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_RECORD, {"id": id}).fetchone()


def by_prefix(conn: Connection[Any], *, first: UUID, last: UUID) -> list[UUID]:
    """Return the ids of requests and evaluations from *first* to *last*, two at most."""
    return [row[0] for row in conn.execute(_BY_PREFIX, {"first": first, "last": last})]


def usage(conn: Connection[Any], request_id: UUID | None) -> dict[str, Any]:
    """Return calls, tokens and cost of a request; `cost_usd` is None where a price is unknown."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_USAGE, {"request_id": request_id}).fetchone()
    if row is None:
        raise AssertionError("an aggregate gave no row")
    return row


def listing(conn: Connection[Any], *, user_id: UUID | None, refused: bool, limit: int) -> Sequence[dict[str, Any]]:
    """Return the newest requests and evaluations, of one user or of all, with or without what was refused at once."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_LISTING, {"user_id": user_id, "refused": refused, "limit": limit}).fetchall()


def _outline(rubric: Rubric) -> list[dict[str, Any]]:
    return [
        {
            "id": criterion.id,
            "dimension": dimension.id,
            "dimension_title": dict(dimension.title),
            "weight": criterion.weight,
            "cap_if_not_met": criterion.cap_if_not_met,
            "title": dict(criterion.title),
        }
        for dimension in rubric.dimensions
        for criterion in dimension.criteria
    ]
