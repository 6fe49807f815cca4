"""Clocks that jump: leases and pauses are by the clock of the database, and no jump of it loses or doubles a request.

PostgreSQL cannot be given another clock here; a jump forward by three hours looks to it as if every time that it has
written down had been three hours earlier, so that is what is done to those times.
"""

import contextlib
import itertools
import time
from pathlib import Path
from random import Random

import psycopg

from tests.faults.books import audit
from tests.faults.clerk import clerk
from tests.faults.cohort import orders
from tests.faults.servers import pair
from tests.faults.stage import Stage, stage, wait_for_workers

_JUMPS = ("-3 hours", "+3 hours", "-3 hours", "-40 seconds", "+40 seconds", "-1 day")  # of what is written down
_JUMP = """
WITH moved AS (UPDATE evaluator.workers SET seen_at = seen_at + %(by)s::interval)
UPDATE evaluator.requests
   SET leased_until = leased_until + %(by)s::interval, next_try_at = next_try_at + %(by)s::interval,
       enqueued_at = enqueued_at + %(by)s::interval
 WHERE state IN ('queued', 'running')
"""
_OPEN = "SELECT count(*) FROM evaluator.requests WHERE state IN ('queued', 'running')"
_LAST = 30  # jumps at most; the last one is one that lets everything be due


def test_clocks_that_jump_lose_and_double_nothing(home: Path) -> None:
    home.mkdir(mode=0o700)
    asked = orders(home / "projects", count=60, users=6, rng=Random(2))
    with pair(home / "services") as servers, stage(home, servers, workers=2) as scene, clerk(scene) as office:
        wait_for_workers(scene)
        office.hand_in(asked)

        for by in itertools.islice(itertools.cycle(_JUMPS), _LAST):
            time.sleep(0.7)
            _jump(scene, by)
        _wait(scene)
        for worker in scene.workers:
            worker.stop()

        books = audit(scene, asked, office.accepted, office.cancelled)
        assert office.idle
        assert books.faults == []
        assert books.figures["evaluations"] == len({order.project for order in asked})


def _jump(scene: Stage, by: str) -> None:
    """Shift all times at once; a real clock locks no row, so where ours meets a worker's locks, it is tried again."""
    with psycopg.connect(scene.database_url, autocommit=True) as conn:
        while True:
            with contextlib.suppress(psycopg.errors.DeadlockDetected):
                conn.execute(_JUMP, {"by": by})
                return


def _wait(scene: Stage) -> None:
    """Return when all have ended."""
    deadline = time.monotonic() + 120
    with psycopg.connect(scene.database_url, autocommit=True) as conn:
        while conn.execute(_OPEN).fetchall() != [(0,)]:
            assert time.monotonic() < deadline, conn.execute("SELECT * FROM evaluator.requests LIMIT 3").fetchall()
            time.sleep(0.2)
