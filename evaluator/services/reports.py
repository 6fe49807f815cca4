"""Read results. The JSON of an evaluation is the contract of design.md section 5, the same everywhere."""

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from evaluator.domain import Progress
from evaluator.errors import NotFound, RequestError
from evaluator.judgement import PASS_LINE
from evaluator.store import evaluations, requests, stats
from evaluator.store.database import Connection, Database

Row = dict[str, Any]


def evaluation(id: str | UUID, *, database: Database) -> Row:
    """Return the JSON of the evaluation of a request, by the id of either or the beginning of it. Raises NotFound."""
    with database.transaction() as conn:
        uuid = id if isinstance(id, UUID) else _found(conn, id)
        row = evaluations.show(conn, uuid)
        if row is None:
            raise NotFound(f"There is no request or evaluation {uuid}. See the ids with: modu list")
        usage = evaluations.usage(conn, row["request_id"])
    return document(row, usage)


def document(row: Row, usage: Row) -> Row:
    """Return the JSON of an evaluation, or of a request without one, from its columns and what its calls used."""
    shared = {
        "id": _text(row["id"]),
        "request_id": _text(row["request_id"]),
        "status": row["state"] or "done",  # a row that the platform wrote has no request
        "user": row["user_name"],
        "project": _project(row),
    }
    if row["id"] is None:
        return {**shared, **_without_result(row)}
    return {**shared, **_result(row), "usage": _usage(usage)}


def record(id: str | UUID, *, database: Database) -> Row:
    """Return the whole grading record of an evaluation, by its id, that of its request, or the beginning of one.

    `grading/record.py` recomputes the scores from it. Raises NotFound where there is none, or it was not ours.
    """
    with database.transaction() as conn:
        uuid = id if isinstance(id, UUID) else _found(conn, id)
        row = evaluations.record(conn, uuid)
    if row is None:
        raise NotFound(f"There is no grading record {uuid}: only what was graded here has one. See: modu list")
    scorecard = row["scorecard"]
    return {
        "evaluation": {
            "id": _text(row["id"]),
            "evaluated_at": row["evaluated_at"].isoformat(),
            "project": {
                "path_hash": row["path_hash"],
                "kind": row["kind"],
                "commit": row["commit"],
                "tree": row["tree"],
            },
            "scores": _scores(row),
            "review_reasons": scorecard.get("review_reasons", []),
            "judge": _judge(row, scorecard),
        },
        "scorecard": {name: value for name, value in scorecard.items() if name not in {"record", "feedback"}},
        "criteria": row["criteria"],
        "record": scorecard.get("record", {}),
        "manifest": row["manifest"],
    }


def progress(id: UUID, *, database: Database) -> Progress:
    """Return where a request stands. Raises NotFound."""
    with database.transaction() as conn:
        found = requests.progress(conn, id)
    if found is None:
        raise NotFound(f"There is no request {id} any more: its user was deleted.")
    return found


def listing(*, user_id: UUID | None, refused: bool, limit: int, database: Database) -> Sequence[Row]:
    """Return the newest requests and evaluations, of one user or of all, with short columns.

    *refused*: with the requests too that were refused at once, such as a path that does not exist.
    """
    with database.transaction() as conn:
        rows = evaluations.listing(conn, user_id=user_id, refused=refused, limit=limit)
    return [
        {
            "id": _text(row["id"] or row["request_id"]),
            "status": row["state"],
            "user": row["user_name"],
            "project": row["project_name"],
            "scores": _scores(row),
            "judge": row["llm_provider"] and {"provider": row["llm_provider"], "model": row["llm_model"]},
            "error": row["error_code"],
            "at": row["at"].isoformat(),
        }
        for row in rows
    ]


def leaderboard(*, by: Literal["projects", "tokens"], limit: int, database: Database) -> Sequence[Row]:
    """Return the leading users; equals share a rank, and a user in privacy mode has no name."""
    with database.transaction() as conn:
        rows = stats.leaderboard(conn, by=by, limit=limit)
    ranked: list[Row] = []
    for place, row in enumerate(rows, start=1):
        tied = bool(ranked) and ranked[-1][by] == row[by]
        ranked.append(
            {
                "rank": ranked[-1]["rank"] if tied else place,
                "user": None if row["private"] else row["name"],
                "projects": row["projects"],
                "evaluations": row["evaluations"],
                "tokens": row["tokens"],
            }
        )
    return ranked


def _project(row: Row) -> Row:
    return {
        "name": row["project_name"] or row["request_name"],
        "path_hash": row["project_path_hash"],
        "kind": row["record_kind"] or row["kind"],
        "commit": row["commit"],
        "tree": row["tree"],
    }


def _without_result(row: Row) -> Row:
    error = {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None
    return {"stage": row["stage"], "error": error} if row["state"] != "failed" else {"error": error}


def _result(row: Row) -> Row:
    scorecard = row["scorecard"] or {}
    outline = {criterion["id"]: criterion for criterion in row["criteria"] or ()}
    return {
        "scores": _scores(row),
        "pass_line": _pass_line(row, scorecard),
        "dimensions": [_dimension(score, outline.values()) for score in scorecard.get("dimensions", ())],
        "criteria": [_criterion(verdict, outline[verdict["id"]]) for verdict in scorecard.get("verdicts", ())],
        "claims": [_claim(promise) for promise in scorecard.get("promises", ())],
        "feedback": row["feedback"],
        "review_reasons": scorecard.get("review_reasons", []),
        "review": None,
        "judge": _judge(row, scorecard),
        "evaluated_at": row["evaluated_at"].isoformat(),
    }


def _judge(row: Row, scorecard: Row) -> Row:
    return {
        "provider": row["llm_provider"],
        "model": row["llm_model"],
        "rubric": {
            "id": scorecard.get("rubric_id"),
            "version": scorecard.get("rubric_version"),
            "sha256": scorecard.get("rubric_sha256"),
        },
        "prompt_sha256": scorecard.get("prompt_sha256"),
        "second": _second(scorecard.get("record", {}).get("examinations", ())),
    }


def _second(examinations: Sequence[Row]) -> Row | None:
    """Return who was asked for a second opinion, and whether it gave one; None where nobody was."""
    found = [examination for examination in examinations if examination["part"] == "second_judge"]
    if not found:
        return None
    return {**found[0]["judge"], "answered": not any(examination.get("missing") for examination in found)}


def _pass_line(row: Row, scorecard: Row) -> Row:
    """Return the organizer's own pass line; `scores.passed` is that of everybody."""
    points = scorecard.get("pass_line", PASS_LINE)
    return {"points": points, "passed": row["total_score"] >= points}


def _claim(promise: Row) -> Row:
    return {
        "n": promise["n"],
        "kind": promise["kind"],
        "text": promise["text"],
        "verdict": promise["level"],
        "by": promise["by"],
        "samples": promise["samples"],
        "evidence": _evidence(promise),
    }


def _dimension(score: Row, outline: Collection[Row]) -> Row:
    """Return a dimension with its exact score, gates applied, and what its rubric calls it."""
    titles = (each.get("dimension_title") for each in outline if each["dimension"] == score["id"])
    return {
        "id": score["id"],
        "title": next(titles, None),  # records of before it had none
        "exact": score["exact"],
        "points": score["points"],
    }


def _criterion(verdict: Row, outline: Row) -> Row:
    return {
        "id": verdict["id"],
        "title": outline["title"],
        "dimension": outline["dimension"],
        "weight": outline["weight"],
        "cap_if_not_met": outline.get("cap_if_not_met"),
        "verdict": verdict["level"],
        "samples": verdict.get("samples", []),  # of several; records of before it had none
        "reason": verdict["reason"],
        "evidence": _evidence(verdict),
    }


def _evidence(verdict: Row) -> list[Row]:
    return [{"file": item["file"], "lines": item["lines"], "status": item["status"]} for item in verdict["evidence"]]


def _scores(row: Row) -> Row | None:
    if row["total_score"] is None:
        return None
    return {
        "functionality": row["rubric_functionality"],
        "practicality": row["rubric_practicality"],
        "total": row["total_score"],
        "passed": row["total_score"] >= PASS_LINE if row["passed"] is None else row["passed"],
    }


def _usage(usage: Row) -> Row:
    """Return the usage as JSON can hold it; what the `lost_calls` cost is unknown, and not in the cost."""
    cost = usage.pop("cost_usd")
    return {**usage, "cost_usd": None if cost is None else _dollars(cost)}


def _dollars(cost: Decimal) -> str:
    """Return the cost as exact as the ledger has it, with four decimals at least: small projects cost little."""
    whole, _, part = f"{cost:.8f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(4, '0')}"


def _found(conn: Connection, id: str) -> UUID:
    """Return the id that begins so. Raises NotFound where there is none, RequestError where there are several."""
    digits = id.strip().lower().replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{4,32}", digits):
        raise RequestError(f"{id!r} is not an id, nor the first 4 or more signs of one. See the ids with: modu list")
    found = evaluations.by_prefix(conn, first=UUID(digits.ljust(32, "0")), last=UUID(digits.ljust(32, "f")))
    if not found:
        raise NotFound(f"There is no request or evaluation {id}. See the ids with: modu list")
    if len(found) > 1:
        raise RequestError(f"Several ids begin with {id}. Write more of the one you mean.")
    return found[0]


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
