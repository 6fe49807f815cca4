"""Hints: which requests are due to be told to a worker, in what order, and how many at a time.

PostgreSQL knows what was hinted; Redis may forget it all at any time (`specs/queue.md`).
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from evaluator.store import queries

_SQL = queries.load("hints.sql")
_LOCK, _NOTE, _TAKE_BACK, _FORGET = _SQL["lock"], _SQL["note"], _SQL["take_back"], _SQL["forget"]
_RESTED, _WAKE, _DUE, _FORSAKEN = _SQL["rested"], _SQL["wake"], _SQL["due"], _SQL["forsaken"]

_EACH = 4  # unanswered hints for each thread of the living workers
_LEAST = 16  # unanswered hints that there may be where no worker has been seen yet
_ALIVE = timedelta(seconds=30)  # since a worker was seen: as good as living, for how much is sent


def lock(conn: Connection[Any]) -> bool:
    """Return whether it is this transaction that sends hints now; another one may be at it."""
    row = conn.execute(_LOCK).fetchone()
    return row is not None and bool(row[0])


def note(conn: Connection[Any], id: UUID) -> bool:
    """Note that the hint of a new request is sent now; False where enough are under way, and it waits for its turn."""
    return conn.execute(_NOTE, {"id": id, "least": _LEAST, "each": _EACH, "alive": _ALIVE}).rowcount > 0


def take_back(conn: Connection[Any], ids: Collection[UUID]) -> None:
    """Note that the queued ones of these requests have no hint: it could not be sent, or came to nothing."""
    conn.execute(_TAKE_BACK, {"ids": list(ids)})


def forsaken(conn: Connection[Any]) -> UUID | None:
    """Return a request that a worker held which died, or None."""
    row = conn.execute(_FORSAKEN).fetchone()
    return None if row is None else UUID(str(row[0]))


def forget(conn: Connection[Any]) -> None:
    """Note that no hint is left at all: Redis has lost them."""
    conn.execute(_FORGET)


def wake(conn: Connection[Any]) -> None:
    """Make those ready whose next try is due, and those that wait for an answer nobody is after any more."""
    conn.execute(_RESTED)
    conn.execute(_WAKE)


def due(
    conn: Connection[Any], *, threads: int, patience: timedelta, drained: bool, user_limit: int = 0
) -> tuple[UUID, ...]:
    """Return the ids of requests that get a hint, in order, and note that they do.

    *threads* are those of this process, whether or not it has been seen yet. A hint without an answer for *patience*
    is lost where Redis is *drained*. Of one user no more than *user_limit* run or are hinted (0: no limit).
    """
    values = {
        "threads": threads,
        "each": _EACH,
        "alive": _ALIVE,
        "patience": patience,
        "drained": drained,
        "user_limit": user_limit,
    }
    return tuple(row[0] for row in conn.execute(_DUE, values))
