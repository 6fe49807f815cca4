"""See that no open request is forgotten: hint what is due, as much as workers will soon have a use for.

Every worker process does it, one at a time. Whatever Redis has lost is hinted again.
"""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from evaluator.broker import Sight
from evaluator.errors import QueueUnavailable
from evaluator.store import hints
from evaluator.store.database import Database

TICK = timedelta(seconds=0.5)
_OFTEN = timedelta(seconds=0.4)  # all processes together look no more often, unless one of them is stirred
_PATIENCE = timedelta(seconds=10)  # a hint unanswered for longer, with none left in Redis, is lost


class Queue(Protocol):
    """Where hints go."""

    def send(self, request_id: UUID) -> None:
        """Send the hint that a request is due. Raises QueueUnavailable."""

    def look(self, *, every: timedelta | None = None) -> Sight | None:
        """Return what is to be seen of the hints, or None where somebody has looked within *every*."""

    def mark(self) -> None:
        """Mark it, so that it is known when it was emptied."""


def reconcile(*, database: Database, queue: Queue, threads: int, user_limit: int = 0, stirred: bool = False) -> bool:
    """Send a hint for every request that is due and can soon run; return False where another process is at it.

    *threads* are those of this process; *stirred*: it may be that something has become due just now. Raises
    DatabaseUnavailable or QueueUnavailable; what could not be sent stays due.
    """
    sight = queue.look(every=None if stirred else _OFTEN)
    if sight is None:
        return False
    with database.transaction() as conn:
        if not hints.lock(conn):
            return False
        if sight.emptied:
            hints.forget(conn)
        hints.wake(conn)
        ids = hints.due(conn, threads=threads, patience=_PATIENCE, drained=sight.drained, user_limit=user_limit)
    if sight.emptied:
        queue.mark()
    _send(ids, queue=queue, database=database)
    return True


def _send(ids: tuple[UUID, ...], *, queue: Queue, database: Database) -> None:
    for place, id in enumerate(ids):
        try:
            queue.send(id)
        except QueueUnavailable:
            database.alone(lambda conn, rest=ids[place:]: hints.take_back(conn, rest))  # type: ignore[misc]
            raise
