"""Rows of cohorts made by hand, and cohorts whose results stand in a database."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from evaluator.domain import Options
from evaluator.store import budgets, cohorts
from evaluator.store.cohort_results import ResultRow
from evaluator.store.cohorts import Cohort
from evaluator.store.database import Connection, Database

OPTIONS = Options(rubric="default", model="openai/x")
_EMPTY = ResultRow(**{field.name: None for field in dataclasses.fields(ResultRow)})  # type: ignore[arg-type]


def points(exact: str) -> int:
    """Return a score, rounded half up."""
    return int(Fraction(exact) + Fraction(1, 2))


def dimensions(functionality: str, practicality: str) -> list[dict[str, Any]]:
    """Return what a scorecard holds of exact scores."""
    exact = {"functionality": functionality, "practicality": practicality}
    return [{"id": id, "exact": text, "points": points(text)} for id, text in exact.items()]


def result_row(number: int, *exact: str, **other: Any) -> ResultRow:
    """Return a row: graded with these exact scores of functionality and practicality, else without a grade."""
    values: dict[str, Any] = {"number": number, "key": f"k{number}", "project": f"p{number}", "person": "kim"}
    values |= {"request_id": uuid4(), "user_id": uuid4(), "is_team": False, "state": "done", "stage": "scoring"}
    if exact:
        values |= {"dimensions": dimensions(*exact), "total": points(exact[0]) + points(exact[1])}
    return dataclasses.replace(_EMPTY, **{**values, **other})


def add_cohort(database: Database, *, user_id: UUID, name: str = "spring", budget: Decimal | None = None) -> Cohort:
    """Return a new cohort without rows."""
    with database.transaction() as conn:
        return cohorts.add(
            conn,
            name,
            user_id=user_id,
            options=OPTIONS,
            deadline=None,
            concurrency=None,
            budget_id=None if budget is None else budgets.add(conn, most=budget),
        )


def add_row(conn: Connection, cohort: Cohort, number: int, *, user_id: UUID, **values: Any) -> UUID:
    """Return the id of a request of the cohort, in any state: columns of evaluator.requests in *values*."""
    row: dict[str, Any] = {"state": "queued", "project_name": f"p{number}", "row_key": f"k{number}", "kind": "git"}
    row |= {"path_hash": f"{number:064x}", "options": json.dumps({"rubric": "default", "model": "openai/x"}), **values}
    row |= {"user_id": user_id, "cohort_id": cohort.id, "row_number": number}
    if row["state"] in {"queued", "running", "failed"}:
        location = f"https://example.org/p{number}"
        source = {"kind": "git", "location": location, "name": f"p{number}", "canonical": f"example.org/p{number}"}
        row.setdefault("source", json.dumps(source))
    if row["state"] == "failed":
        row.setdefault("error_code", "source_unreachable")
        row.setdefault("error_message", "It does not answer.")
    if row["state"] not in {"queued", "running"}:
        row.setdefault("ended_at", datetime.now(UTC))
    names = ", ".join(row)
    marks = ", ".join(f"%({name})s" for name in row)
    found = conn.execute(f"INSERT INTO evaluator.requests ({names}) VALUES ({marks}) RETURNING id".encode(), row)
    return UUID(str(found.fetchall()[0][0]))


def add_graded(
    conn: Connection,
    cohort: Cohort,
    number: int,
    *exact: str,
    user_id: UUID,
    files: Mapping[str, int] | None = None,
    reasons: Sequence[str] = (),
    pass_line: int = 5,
    feedback: str = "Well done.",
    **values: Any,
) -> UUID:
    """Return the id of a request that was graded so; *files* are content -> bytes."""
    id = uuid4()
    total = sum(map(points, exact))
    conn.execute(
        b"INSERT INTO project_evaluations VALUES (%s, %s, %s, %s, %s, %s, %s, 'x', 'openai', %s, %s, now())",
        (id, user_id, f"{number:064x}", f"p{number}", total, *map(points, exact), total >= 5, feedback),
    )
    request_id = add_row(conn, cohort, number, user_id=user_id, state="done", evaluation_id=id, **values)
    held = {f"file {number}": 900} if files is None else files
    manifest = [
        {"path": f"f{n}.py", "bytes": size, "shown": "whole", "blob": _sha1(content)}
        for n, (content, size) in enumerate(held.items())
    ]
    tree = _sha1("".join(sorted(held)))
    scorecard = {
        "dimensions": dimensions(*exact),
        "verdicts": [],
        "review_reasons": list(reasons),
        "pass_line": pass_line,
        "rubric_id": "default",
        "rubric_version": "1.0.0",
        "rubric_sha256": "a" * 64,
        "prompt_sha256": "b" * 64,
        "digest_sha256": tree.rjust(64, "0"),
    }
    conn.execute(
        b'INSERT INTO evaluator.records (evaluation_id, request_id, user_id, path_hash, fingerprint, kind, "commit",'
        b" tree, scorecard, criteria, manifest, counted)"
        b" VALUES (%s, %s, %s, %s, 'f', 'git', %s, %s, %s, '[]', %s, true)",
        (id, request_id, user_id, f"{number:064x}", "c" * 40, tree, json.dumps(scorecard), json.dumps(manifest)),
    )
    return request_id


def add_call(conn: Connection, request_id: UUID, cost: str | None) -> None:
    """Note a call of a request."""
    conn.execute(
        b"INSERT INTO evaluator.calls (request_id, attempt, purpose, provider, model_asked, input_tokens, cost_usd,"
        b" seconds, outcome) VALUES (%s, 1, 'functionality 1', 'openai', 'x', 1000, %s, 1, 'ok')",
        (request_id, cost),
    )


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
