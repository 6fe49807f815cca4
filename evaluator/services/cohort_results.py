"""What has become of a cohort: how far it is, its results, and where a person should look."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluator.grading.scoring import NEAR
from evaluator.judgement import PASS_LINE
from evaluator.services import cohorts, likeness
from evaluator.services.cohort_cut import Cut, cut, exact_total
from evaluator.services.likeness import Likeness, Likenesses, Submission
from evaluator.services.likeness_files import own_files
from evaluator.services.wiring import dollars
from evaluator.store import cohort_results, users
from evaluator.store import cohorts as stored
from evaluator.store.cohort_results import ResultRow
from evaluator.store.cohorts import Cohort, CohortProgress
from evaluator.store.database import Connection, Database

Row = dict[str, Any]

_WINDOW = timedelta(minutes=5)  # over which the rate is taken


def listing(*, limit: int, database: Database) -> Sequence[Row]:
    """Return the newest cohorts: name, organizer, when they were made, how many requests are in which state, cost."""
    with database.transaction() as conn:
        found = cohort_results.listing(conn, limit=limit)
    return [
        {
            "name": row["name"],
            "organizer": row["organizer"],
            "created_at": row["created_at"].isoformat(),
            **{state: row[state] for state in ("total", "done", "running", "queued", "failed", "cancelled")},
            "cost_usd": dollars(row["cost"]),
            "budget_usd": None if row["budget"] is None else dollars(row["budget"]),
        }
        for row in found
    ]


def overview(name: str, *, places: int | None = None, database: Database) -> Row:
    """Return the progress of a cohort, its results by total and row, and what a person should look at.

    *places*: with whom the boundary of so many places goes through. Raises UnknownCohort.
    """
    with database.transaction() as conn:
        cohort = cohorts.found(conn, name)
        stands = stored.progress(conn, cohort.id)
        pace = cohort_results.pace(conn, cohort.id, window=_WINDOW)
        organizer = None if cohort.user_id is None else users.find(conn, str(cohort.user_id)).name
        rows = list(cohort_results.rows(conn, cohort.id))
        found = likenesses(conn, cohort, rows)
    ranked = sorted(rows, key=lambda row: (-1 if row.total is None else row.total, -row.number), reverse=True)
    return {
        "name": cohort.name,
        "organizer": organizer,
        "created_at": cohort.created_at.isoformat(),
        "deadline": None if cohort.deadline is None else cohort.deadline.isoformat(),
        "progress": _progress(stands, pace),
        "common_files": found.common_files,
        "rows": [result(row, found.by_row.get(row.number)) for row in ranked],
        **({} if places is None else {"cut": _cut(cut(rows, places=places))}),
    }


def likenesses(conn: Connection, cohort: Cohort, rows: Sequence[ResultRow]) -> Likenesses:
    """Return which rows of a cohort are like others."""
    files = {tree: own_files(manifest) for tree, manifest in cohort_results.manifests(conn, cohort.id)}
    return likeness.find(Submission(row.number, tuple(_marks(row)), files.get(row.tree or "")) for row in rows)


def reasons(row: ResultRow) -> list[str]:
    """Return why a person should look at the grade of a row: what the record says, and a total next to a pass line."""
    told = set(row.review_reasons or ())
    lines = {PASS_LINE, PASS_LINE if row.pass_line is None else row.pass_line}
    if row.total is not None and any(abs(row.total - line) <= NEAR for line in lines):
        told.add("near_line")
    return sorted(told)


def result(row: ResultRow, like: Likeness | None) -> Row:
    """Return a row of a cohort as JSON has it."""
    why = reasons(row)
    return {
        "row": row.number,
        "key": row.key,
        "project": row.project,
        "team" if row.is_team else "user": row.person,
        "state": row.state,
        "stage": row.stage,
        "scores": _scores(row),
        "exact": _text(exact_total(row)),
        "pass_line": _pass_line(row),
        "error": row.error_code,
        "review_reasons": why,
        "likeness": None if like is None else _likeness(like),
        "look": bool(why or like),
        "id": str(row.evaluation_id or row.request_id),
    }


def _marks(row: ResultRow) -> Iterator[str]:
    """Yield what is equal in equal submissions: tree, digest, and the source."""
    marks = {"tree": row.tree, "digest": row.digest_sha256, "source": row.source_mark, "asked": row.asked_mark}
    yield from (f"{name} {mark}" for name, mark in marks.items() if mark)


def _scores(row: ResultRow) -> Row | None:
    if row.total is None:
        return None
    return {
        "functionality": row.functionality,
        "practicality": row.practicality,
        "total": row.total,
        "passed": row.passed,
    }


def _pass_line(row: ResultRow) -> Row | None:
    """Return the organizer's own pass line, and whether the row reaches it; None where it is everybody's."""
    if row.pass_line in (None, PASS_LINE):
        return None
    return {"points": row.pass_line, "passed": None if row.total is None else row.total >= row.pass_line}


def _likeness(like: Likeness) -> Row:
    return {
        "kind": like.kind,
        "words": like.words,
        "group": like.group,
        "share": round(like.share, 3),
        "count": like.count,
        "others": [
            {"row": each.row, "share": round(each.share, 3), "overlap": round(each.overlap, 3), "files": each.files}
            for each in like.others
        ],
    }


def _progress(stands: CohortProgress, pace: tuple[int, float]) -> Row:
    ended, seconds = pace
    rate = ended / seconds if ended and seconds > 0 else None  # in a second
    left = stands.total - stands.ended
    return {
        **stands.model_dump(include={"total", "done", "running", "queued", "failed", "cancelled"}),
        "rate_per_minute": None if rate is None or not left else round(rate * 60, 1),
        "seconds_left": None if rate is None or not left else round(left / rate),
        "cost_usd": dollars(stands.cost),
        "budget_usd": None if stands.budget is None else dollars(stands.budget),
        "estimated_usd": dollars(_estimate(stands)),
    }


def _estimate(stands: CohortProgress) -> Decimal:
    """Return what the whole cohort may cost, if the rest costs as much as what has ended."""
    graded = stands.done + stands.failed
    return stands.cost * (graded + stands.queued + stands.running) / graded if graded else stands.cost


def _cut(boundary: Cut) -> Row:
    named = {"inside": boundary.inside, "tied": boundary.tied, "outside": boundary.outside}
    return {
        "places": boundary.places,
        "graded": boundary.graded,
        "pending": boundary.pending,
        "total": boundary.total,
        "places_left": boundary.left,
        **{name: [_contender(row) for row in rows] for name, rows in named.items()},
    }


def _contender(row: ResultRow) -> Row:
    return {"row": row.number, "project": row.project, "exact": _text(exact_total(row))}


def _text(exact: Fraction | None) -> str | None:
    return None if exact is None else str(exact)
