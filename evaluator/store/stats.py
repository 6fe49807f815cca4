"""The counters of a user that evaluations move. What they count is design.md section 3, to the letter."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from evaluator.store import queries

_SQL = queries.load("stats.sql")
_ENSURE = _SQL["ensure"]
_LOCK = _SQL["lock"]
_COUNT_EVALUATION = _SQL["count_evaluation"]
_LEADERBOARDS = {"projects": _SQL["by_projects"], "tokens": _SQL["by_tokens"]}


def ensure(conn: Connection[Any], user_id: UUID) -> None:
    """Make sure that the user has a row of counters."""
    conn.execute(_ENSURE, {"user_id": user_id})


def lock(conn: Connection[Any], user_id: UUID) -> None:
    """Make sure that the user's row exists and hold it until the transaction ends."""
    if conn.execute(_LOCK, {"user_id": user_id}).rowcount == 0:  # nearly never: the row is made with the user
        ensure(conn, user_id)
        conn.execute(_LOCK, {"user_id": user_id})


def count_evaluation(
    conn: Connection[Any], *, user_id: UUID, path_hash: str, evaluation_id: UUID, succeeds: bool
) -> None:
    """Count an evaluation that was just written; *succeeds*: it passed and its judge counts."""
    conn.execute(
        _COUNT_EVALUATION,
        {"user_id": user_id, "path_hash": path_hash, "evaluation_id": evaluation_id, "succeeds": succeeds},
    )


def leaderboard(conn: Connection[Any], *, by: Literal["projects", "tokens"], limit: int) -> Sequence[dict[str, Any]]:
    """Return the first users by successful projects or by tokens."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_LEADERBOARDS[by], {"limit": limit}).fetchall()
