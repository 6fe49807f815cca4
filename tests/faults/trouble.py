"""What goes wrong while a cohort is graded: a shuffled deck of faults, each with its remedy some moments later."""

import heapq
import itertools
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tests.faults.clerk import Clerk
from tests.faults.network import Line
from tests.faults.servers import Kept, Pair
from tests.faults.stage import Lines, Stage, Worker
from tests.support.llm import Reply

_FROZEN = 8.0  # seconds; longer than a lease
_ILLNESSES = (
    Reply(status=500, text="scripted failure"),
    Reply(status=503, text="scripted failure"),
    Reply(status=429, text="scripted failure", headers={"Retry-After": "1"}),
    Reply(status=400, text="scripted failure"),
    Reply(hang=6),
    Reply(reset=True),
    Reply(cut=True, text="half an answer"),
)


class Trouble:
    """Makes faults and sees to their remedies. For the main thread alone, as the servers are."""

    def __init__(self, stage: Stage, pair: Pair, clerk: Clerk, *, seed: int) -> None:
        self.made: Counter[str] = Counter()
        self._stage = stage
        self._pair = pair
        self._clerk = clerk
        self._rng = random.Random(f"trouble {seed}")
        self._remedies: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._busy: set[object] = set()  # what is broken, or on the way back
        self._deck: list[Callable[[], str | None]] = []

    def strike(self) -> str:
        """Make the next fault of the deck that can be made now, and return what it was."""
        while True:
            if not self._deck:
                self._deck = [act for act, times in self._acts() for _ in range(times)]
                self._rng.shuffle(self._deck)
            if (name := self._deck.pop()()) is not None:
                self.made[name] += 1
                return name

    def _acts(self) -> Sequence[tuple[Callable[[], str | None], int]]:
        """Return the faults, and how many of each are in a deck of sixty.

        The provider is rarely ill: all workers leave it alone for 15 seconds then, and nothing else could happen.
        """
        return (
            (self._kill_worker, 14),
            (self._freeze_worker, 8),
            (self._relieve_worker, 6),
            (self._lose_redis, 7),
            (self._crash_postgres, 7),
            (self._cut, 12),
            (self._sicken_provider, 1),
            (self._cancel, 5),
        )

    def tend(self) -> None:
        """Apply the remedies whose time has come, and start workers again that have ended of themselves.

        One that finds no PostgreSQL when it starts says so and ends; whoever runs it starts it again, as we do.
        """
        for worker in self._stage.workers:
            if worker not in self._busy and not worker.runs:
                self._later(1, worker, worker.start)
        while self._remedies and self._remedies[0][0] <= time.monotonic():
            heapq.heappop(self._remedies)[2]()

    @property
    def over(self) -> bool:
        """Whether everything is well again."""
        return not self._remedies

    def _later(self, seconds: float, thing: object, remedy: Callable[[], None]) -> None:
        def act() -> None:
            remedy()
            self._busy.discard(thing)

        self._busy.add(thing)
        heapq.heappush(self._remedies, (time.monotonic() + seconds, next(self._count), act))

    # Workers, and with them the reconcilers --------------------------------------------------------------------------

    def _some_worker(self) -> Worker | None:
        well = [worker for worker in self._stage.workers if worker not in self._busy]
        return self._rng.choice(well) if well else None

    def _kill_worker(self) -> str | None:
        if (worker := self._some_worker()) is None:
            return None
        worker.kill()
        self._later(self._rng.uniform(0, 1.5), worker, worker.start)
        return "worker: SIGKILL"

    def _freeze_worker(self) -> str | None:
        if (worker := self._some_worker()) is None:
            return None
        worker.signal(signal.SIGSTOP)
        self._later(_FROZEN, worker, lambda: worker.signal(signal.SIGCONT))
        return "worker: SIGSTOP for 8 s"

    def _relieve_worker(self) -> str | None:
        if (worker := self._some_worker()) is None:
            return None
        worker.leave()
        worker.start()
        return "worker: SIGTERM, replaced"

    # Services ---------------------------------------------------------------------------------------------------------

    def _lose_redis(self) -> str | None:
        redis = self._pair.redis
        if redis in self._busy:
            return None
        redis.kill()

        def restart() -> None:
            self._pair.empty_redis()
            redis.start()

        self._later(self._rng.uniform(0.2, 2.5), redis, restart)
        return "Redis: SIGKILL, data lost"

    def _crash_postgres(self) -> str | None:
        postgres: Kept = self._pair.postgres
        if postgres in self._busy:
            return None
        how = self._rng.choice(("SIGKILL", "immediate stop", "SIGKILL of one process"))
        if how == "SIGKILL of one process":
            postgres.kill_child()
        else:
            postgres.kill(signal.SIGKILL if how == "SIGKILL" else signal.SIGQUIT)
            self._later(self._rng.uniform(0.2, 2.5), postgres, postgres.start)
        return f"PostgreSQL: {how}"

    # The network and the provider -------------------------------------------------------------------------------------

    def _cut(self) -> str | None:
        ways: list[Lines] = [self._stage.office, *(worker.lines for worker in self._stage.workers)]
        line: Line = self._rng.choice(list(dict.fromkeys(line for lines in ways for line in lines.all)))
        if line in self._busy:
            return None
        how = self._rng.choice(("reset", "refused", "silent"))
        if how == "reset":
            line.reset()
        elif how == "refused":
            line.refuse()
            self._later(self._rng.uniform(1, 5), line, line.mend)
        else:
            line.silence()
            self._later(self._rng.uniform(2, 7), line, line.mend)
        return f"network: {how}"

    def _sicken_provider(self) -> str | None:
        provider = self._stage.provider
        if provider in self._busy:
            return None
        provider.illness = self._rng.choice(_ILLNESSES)

        def heal() -> None:
            provider.illness = None

        self._later(self._rng.uniform(2, 5), provider, heal)
        return "provider: outage"

    def _cancel(self) -> str | None:
        self._clerk.cancel_one()
        return "request: cancelled"
