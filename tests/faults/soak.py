"""A cohort graded while everything around it dies, and its books afterwards: `make soak`.

    python -m tests.faults.soak --requests 2500 --faults 300 --seed 7

Says its seed, how it goes, and the final table. Exit status: 0 where nothing was lost, doubled, miscounted or paid for
in vain beyond the bound, else 1.
"""

import argparse
import logging
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.faults.books import Books, audit
from tests.faults.clerk import Clerk, clerk
from tests.faults.cohort import orders
from tests.faults.servers import pair
from tests.faults.stage import Stage, stage, wait_for_workers
from tests.faults.trouble import Trouble
from tests.support.services import wait_until

MOST_CALLS = 1.15  # of the ideal number
_BETWEEN = (0.9, 1.7)  # seconds between two faults
_HANDED_IN = 0.8  # of the faults are over when the last order is handed in
_CALM = 90  # seconds in which something must end, once no fault comes any more
_LOOK = 0.05


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    seed: int
    requests: int
    faults: int
    users: int
    workers: int = 3
    threads: int = 8
    moment: float = 0.3  # seconds that the judge thinks
    lease: int = 6  # seconds; less than a worker is frozen


@dataclass(frozen=True)
class Report:
    """What a play has shown."""

    books: Books
    made: Counter[str]  # faults
    seconds: float
    calm_seconds: float  # from the last remedy until the last request had ended

    @property
    def faults(self) -> list[str]:
        """What failed; empty: the proof holds."""
        over = self.books.figures["calls over ideal"]
        paid = [f"{over} x the ideal number of calls, where {MOST_CALLS} is the bound"] if over > MOST_CALLS else []
        return [*self.books.faults, *paid]

    def __str__(self) -> str:
        figures = {"seconds": round(self.seconds), "seconds to the end after the last fault": round(self.calm_seconds)}
        lines = [*figures.items(), ("faults", sum(self.made.values())), *sorted(self.made.items())]
        lines += self.books.figures.items()
        told = "\n".join(f"{name:44} {value}" for name, value in lines)
        return told + "\n" + ("\n".join(f"WRONG: {fault}" for fault in self.faults) or "Nothing lost, nothing doubled.")


def play(plan: Plan, folder: Path, *, say: Callable[[str], None]) -> Report:
    """Grade a cohort of that plan in *folder* while faults are made, and return what came of it."""
    asked = orders(folder / "projects", count=plan.requests, users=plan.users, rng=random.Random(plan.seed))
    with (
        pair(folder / "services") as servers,
        stage(
            folder, servers, workers=plan.workers, threads=plan.threads, moment=plan.moment, lease=plan.lease
        ) as scene,
    ):
        with clerk(scene) as office:
            wait_for_workers(scene)
            began = time.monotonic()
            trouble = Trouble(scene, servers, office, seed=plan.seed)
            office.begin_cohort(asked[::2])
            wait_until(lambda: office.idle, seconds=_CALM, what="the cohort is accepted")
            singles, handed_in = asked[1::2], 0
            pauses = random.Random(f"pauses {plan.seed}")
            for n in range(plan.faults):
                share = min(1.0, (n + 1) / (_HANDED_IN * plan.faults))
                office.hand_in(singles[handed_in : round(share * len(singles))])
                handed_in = round(share * len(singles))
                if n == plan.faults // 3:
                    office.begin_cohort(asked[::2])  # the same file again: nothing of it is taken twice
                _pass(pauses.uniform(*_BETWEEN), trouble)
                what = trouble.strike()
                say(f"{time.monotonic() - began:6.1f} s  {n + 1:4}  {what:32} {_standing(scene)}")
            office.hand_in(singles[handed_in:])
            while not trouble.over:
                _pass(_LOOK, trouble)
            calm = time.monotonic()
            _wait_for_the_end(scene, office, trouble, say=say)
            ended = time.monotonic()
        for worker in scene.workers:
            worker.stop()
        books = audit(scene, asked, office.accepted, office.cancelled)
        books.figures["failed and asked again"] = office.retried
    books.blame("processes that outlived their workers", scene.survivors())
    return Report(books, trouble.made, seconds=ended - began, calm_seconds=ended - calm)


def _pass(seconds: float, trouble: Trouble) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        trouble.tend()
        time.sleep(_LOOK)


def _wait_for_the_end(scene: Stage, office: Clerk, trouble: Trouble, *, say: Callable[[str], None]) -> None:
    """Return when every order is accepted and every request has ended, or when nothing has ended for too long."""
    asked_again = False
    left, deadline = -1, 0.0
    while True:
        _pass(1, trouble)
        counts = _states(scene)
        unended = -1 if counts is None else counts["queued"] + counts["running"]
        if unended != left:
            left, deadline = unended, time.monotonic() + _CALM
        if unended or not office.idle:
            say(f"{'':16}{'waiting for the end':32} {_standing(scene)}")
        elif counts is not None and counts["failed"] and not asked_again:
            office.retry_refused()
            asked_again = True
        else:
            return
        if time.monotonic() > deadline:
            return


def _standing(scene: Stage) -> str:
    counts = _states(scene)
    return "PostgreSQL is away" if counts is None else ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))


def _states(scene: Stage) -> Counter[str] | None:
    """Return how many requests stand where, or None while PostgreSQL is away."""
    try:
        with psycopg.connect(scene.database_url, connect_timeout=2) as conn:
            return Counter(dict(conn.execute("SELECT state, count(*) FROM evaluator.requests GROUP BY 1").fetchall()))
    except psycopg.OperationalError:
        return None


def main(arguments: list[str]) -> int:
    """Return the exit status of a soak."""
    parser = argparse.ArgumentParser(description="Grade a cohort while everything around it dies.")
    parser.add_argument("--requests", type=int, default=2500)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--moment", type=float, default=0.3, help="Seconds that the judge thinks.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 16))
    parser.add_argument("--folder", type=Path, help="Where everything is kept afterwards; absent: nowhere.")
    chosen = vars(parser.parse_args(arguments))
    kept: Path | None = chosen.pop("folder")
    plan = Plan(**chosen)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left behind
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # that PostgreSQL is away is no news here
    say(f"Seed {plan.seed}: {plan.requests} requests, {plan.faults} faults.")
    with tempfile.TemporaryDirectory(prefix="modu-soak-") if kept is None else nullcontext(kept) as folder:
        report = play(plan, Path(folder), say=say)
    say(str(report))
    return 1 if report.faults else 0


def say(text: str) -> None:
    """Say it at once."""
    print(text, flush=True)  # noqa: T201 - a program's output


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
