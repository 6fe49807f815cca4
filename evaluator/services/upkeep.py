"""What a worker does besides grading: keep its claims alive, and clear away what is over."""

import logging
from collections.abc import Set
from datetime import timedelta
from uuid import UUID

from evaluator.domain import Held
from evaluator.services.hands import Hands
from evaluator.store import budgets, requests, verdicts, workers
from evaluator.store.database import Connection, Database

logger = logging.getLogger(__name__)

_BATCH = 100
_GRACE = timedelta(seconds=2)  # in which a claim gets from the database into the hands of who made it
_SILENT = timedelta(minutes=5)  # after which a worker is forgotten


def beat(*, database: Database, owner: UUID, threads: int, hands: Hands, lease: timedelta) -> None:
    """Show that this worker lives, renew the leases of what it has in hand, and note there what it has lost.

    What it holds in name only, because PostgreSQL was away when it was claimed or given up, goes back into the queue.
    Raises DatabaseUnavailable.
    """
    held = hands.held

    def act(conn: Connection) -> Set[Held]:
        workers.seen(conn, owner, threads=threads)
        requests.hand_back(conn, owner=owner, but=held, grace=_GRACE)
        return requests.renew(conn, owner=owner, held=held, lease=lease)

    hands.lose(held - database.steady(act))


def tidy(*, database: Database, keep: timedelta) -> None:
    """Clear away: sources whose time is over, what dead workers put aside of budgets, dead workers, old verdicts.

    Verdicts that nobody used for *keep* are old. Raises DatabaseUnavailable.
    """
    database.retrying(budgets.settle_forsaken)
    with database.transaction() as conn:
        requests.expire(conn)
        workers.forget(conn, silent=_SILENT)
        verdicts.forget(conn, unused=keep, limit=_BATCH)


def leave(*, database: Database, owner: UUID) -> int:
    """Put what this worker still holds back into the queue, as it stops; return how many requests.

    Raises DatabaseUnavailable.
    """

    def act(conn: Connection) -> int:
        workers.leave(conn, owner)
        return requests.hand_back(conn, owner=owner)

    count = database.steady(act)
    if count:
        logger.info("Requests handed back", extra={"count": count})
    return count
