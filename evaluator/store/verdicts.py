"""What judges have said before, verified and without quotes, by what they were asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from psycopg import Connection

from evaluator.store import queries
from evaluator.store.database import jsonb

_SQL = queries.load("verdicts.sql")
_RECALL = _SQL["recall"]
_KEEP = _SQL["keep"]
_DROP = _SQL["drop"]
_FORGET = _SQL["forget"]


def recall(conn: Connection[Any], key: str) -> Mapping[str, Any] | None:
    """Return what was kept under those 64 hex digits, or None."""
    row = conn.execute(_RECALL, {"key": key}).fetchone()
    return None if row is None else row[0]


def keep(conn: Connection[Any], key: str, content: Mapping[str, Any]) -> None:
    """Keep something that JSON can hold; what is kept already stays."""
    conn.execute(_KEEP, {"key": key, "content": jsonb(content)})


def drop(conn: Connection[Any], key: str, content: Mapping[str, Any]) -> None:
    """Drop that content; what somebody else has kept under the key in its place stays."""
    conn.execute(_DROP, {"key": key, "content": jsonb(content)})


def forget(conn: Connection[Any], *, unused: timedelta, limit: int) -> int:
    """Drop what has not been used for so long, the oldest first; return how many."""
    return conn.execute(_FORGET, {"unused": unused, "limit": limit}).rowcount
