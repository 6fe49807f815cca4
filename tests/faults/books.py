"""The books of a cohort after everything has calmed down: what was lost, doubled, miscounted, paid twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from tests.faults.cohort import Order
from tests.faults.provider import calls, passes
from tests.faults.stage import Stage

_MISCOUNTED = """
SELECT u.github_username, s.successful_projects_count, s.total_evaluations, c.projects, c.evaluations
  FROM public.users AS u
  LEFT JOIN public.user_stats AS s ON s.user_id = u.id
  LEFT JOIN LATERAL (
       SELECT count(DISTINCT e.project_path_hash) FILTER (WHERE e.passed AND coalesce(r.counted, true)) AS projects,
              count(*) AS evaluations
         FROM public.project_evaluations AS e LEFT JOIN evaluator.records AS r ON r.evaluation_id = e.id
        WHERE e.user_id = u.id) AS c ON true
 WHERE (coalesce(s.successful_projects_count, 0), coalesce(s.total_evaluations, 0)) <> (c.projects, c.evaluations)
"""
_DOUBLED = """
SELECT user_id, project_path_hash, count(*) FROM public.project_evaluations GROUP BY 1, 2 HAVING count(*) > 1
"""
_WITHOUT_RECORD = """
SELECT e.id FROM public.project_evaluations AS e
 WHERE (SELECT count(*) FROM evaluator.records AS r WHERE r.evaluation_id = e.id) <> 1
"""
_UNERASED = "SELECT id FROM evaluator.requests WHERE state IN ('done', 'cancelled') AND source IS NOT NULL"
_RESERVED = "SELECT id, usd FROM evaluator.reservations"
_UNSETTLED = "SELECT id, reserved_usd FROM evaluator.budgets WHERE reserved_usd <> 0 OR spent_usd > most_usd"
_OPEN_ATTEMPTS = "SELECT request_id, attempt FROM evaluator.attempts WHERE ended_at IS NULL OR outcome IS NULL"
_MISSED_ATTEMPTS = """
SELECT r.id, r.attempt, count(a.*) FROM evaluator.requests AS r
  LEFT JOIN evaluator.attempts AS a ON a.request_id = r.id
 GROUP BY r.id, r.attempt HAVING count(a.*) <> r.attempt
"""
_UNAUDITED = """
SELECT r.id FROM evaluator.requests AS r
 WHERE r.cohort_id IS NULL  -- a cohort has one line for all of its rows
   AND (SELECT count(*) FROM public.security_audit_log AS l
         WHERE l.event_type = 'evaluation_requested' AND l.details ->> 'request_id' = r.id::text) <> 1
"""
_FOUND_NOTHING: Mapping[str, str] = {
    "users whose stored statistics are not those of their rows": _MISCOUNTED,
    "projects with more than one evaluation": _DOUBLED,
    "evaluations without exactly one record": _WITHOUT_RECORD,
    "ended requests whose source is kept": _UNERASED,
    "money put aside and never settled": _RESERVED,
    "budgets that do not add up": _UNSETTLED,
    "attempts that were never closed": _OPEN_ATTEMPTS,
    "requests whose attempts are not all written down": _MISSED_ATTEMPTS,
    "requests without exactly one line of the audit": _UNAUDITED,
}
_REQUESTS = """
SELECT r.id, u.github_username, r.state, r.error_code, r.attempt, r.evaluation_id, e.passed, e.user_id = r.user_id
  FROM evaluator.requests AS r
  JOIN public.users AS u ON u.id = r.user_id
  LEFT JOIN public.project_evaluations AS e ON e.id = r.evaluation_id
"""


@dataclass
class Books:
    """What was found, and the figures."""

    faults: list[str] = field(default_factory=list)  # of ours: each is a proof that failed
    figures: dict[str, Any] = field(default_factory=dict)

    def blame(self, what: str, found: Sequence[Any]) -> None:
        """Note what should not be."""
        if found:
            self.faults.append(f"{what}: {len(found)}, such as {found[0]}")


def audit(stage: Stage, orders: Sequence[Order], accepted: Mapping[str, UUID], cancelled: set[UUID]) -> Books:
    """Return the books of the orders, when all workers have ended. *cancelled*: what somebody asked to cancel."""
    books = Books()
    with psycopg.connect(stage.database_url) as conn:
        rows = {row[0]: row for row in conn.execute(_REQUESTS).fetchall()}
        enter(books, conn)
        _check_requests(books, rows, orders, accepted, cancelled)
        projects = {order.project for order in orders if rows[accepted[order.key]][2] == "done"}
        written = conn.execute("SELECT count(*) FROM public.project_evaluations").fetchall()[0][0]
        if written != len(projects):
            books.faults.append(f"{len(projects)} projects were graded, and there are {written} evaluations")
        _check_calls(books, stage, {work for _, work in projects})
        outcomes = conn.execute(
            "SELECT outcome, count(*) FROM evaluator.attempts GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
    books.figures |= {
        "requests": len(rows),
        "states": dict(Counter(row[2] for row in rows.values())),
        "evaluations": written,
        "attempts by outcome": dict(outcomes),
        "stale claims that wrote nothing": stage.logs().count("Claim lost, nothing written"),
    }
    return books


def enter(books: Books, conn: psycopg.Connection[Any]) -> None:
    """Note what must not be, whoever asked for what."""
    for what, statement in _FOUND_NOTHING.items():
        books.blame(what, conn.execute(statement.encode()).fetchall())


def _check_requests(
    books: Books,
    rows: Mapping[UUID, Any],
    orders: Sequence[Order],
    accepted: Mapping[str, UUID],
    cancelled: set[UUID],
) -> None:
    books.blame("orders without a request", [order for order in orders if order.key not in accepted])
    books.blame("requests that nobody ordered", sorted(set(rows) - set(accepted.values())))
    books.blame("requests that did not end", [row for row in rows.values() if row[2] in {"queued", "running"}])
    books.blame("requests that failed", [row for row in rows.values() if row[2] == "failed"])
    astray = [row for id, row in rows.items() if row[2] == "cancelled" and id not in cancelled]
    books.blame("requests cancelled by nobody", astray)
    for order in orders:
        row = rows[accepted[order.key]]
        if row[1] != order.user or (row[2] == "done" and (row[6] is not passes(order.work) or not row[7])):
            books.faults.append(f"{order} was answered with {row}")


def _check_calls(books: Books, stage: Stage, works: set[int]) -> None:
    """Count what was paid, by what the provider itself has seen; work that was cancelled is nobody's waste."""
    answered = stage.provider.answered
    paid = sum(sum(counted.values()) for work, counted in answered.items() if work in works)
    ideal = sum(map(calls, works))
    books.figures["judge calls"] = paid
    books.figures["ideal calls"] = ideal
    books.figures["calls over ideal"] = round(paid / ideal, 3)
    books.figures["calls that failed with the provider"] = stage.provider.sick_calls
