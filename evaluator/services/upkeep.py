"""What a worker does besides grading: keep its claims alive, and see that no open request is forgotten."""

import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from evaluator.store import budgets, requests, verdicts
from evaluator.store.database import Database

logger = logging.getLogger(__name__)

_PATIENCE = timedelta(seconds=30)  # a hint unanswered for longer was lost with Redis, or its worker died
_BATCH = 100


def beat(*, database: Database, owner: UUID, ids: Collection[UUID], lease: timedelta) -> None:
    """Renew the leases of what this worker really has in hand. Raises DatabaseUnavailable.

    What it holds in name only, because PostgreSQL was away when its grading ended, runs out and is graded anew.
    """
    if ids:
        with database.transaction() as conn:
            requests.renew(conn, owner=owner, ids=ids, lease=lease)


def sweep(*, database: Database, send: Callable[[UUID], None]) -> int:
    """Send a hint for every request that is due and lacks one, erase what has expired; return how many hints.

    Raises DatabaseUnavailable or QueueUnavailable; nothing is noted as sent then.
    """
    with database.transaction() as conn:
        ids = requests.due(conn, limit=_BATCH, patience=_PATIENCE)
        requests.expire(conn)
        for id in ids:  # before the commit: what could not be sent stays due
            send(id)
    return len(ids)


def tidy(*, database: Database, keep: timedelta) -> None:
    """Settle what dead workers put aside of budgets, and forget verdicts that nobody used for *keep*.

    Raises DatabaseUnavailable.
    """
    database.retrying(budgets.settle_forsaken)
    with database.transaction() as conn:
        verdicts.forget(conn, unused=keep, limit=_BATCH)


def hand_back(*, database: Database, owner: UUID) -> int:
    """Put what this worker still holds back into the queue, as it stops; return how many requests."""
    with database.transaction() as conn:
        count = requests.hand_back(conn, owner=owner)
    if count:
        logger.info("Requests handed back", extra={"count": count})
    return count
