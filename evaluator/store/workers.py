"""Worker processes, by their heartbeat."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from evaluator.store import queries

_SQL = queries.load("workers.sql")
_SEEN, _LEAVE, _FORGET = _SQL["seen"], _SQL["leave"], _SQL["forget"]


def seen(conn: Connection[Any], owner: UUID, *, threads: int) -> None:
    """Note that a worker lives, and how many requests it grades at once."""
    conn.execute(_SEEN, {"owner": owner, "threads": threads})


def leave(conn: Connection[Any], owner: UUID) -> None:
    """Note that a worker has stopped."""
    conn.execute(_LEAVE, {"owner": owner})


def forget(conn: Connection[Any], *, silent: timedelta) -> int:
    """Forget the workers that have been silent for so long; return how many."""
    return conn.execute(_FORGET, {"silent": silent}).rowcount
