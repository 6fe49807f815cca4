"""The worker: a dramatiq actor that grades the request whose id a message carries.

`modu worker` and `modu up` run it; so does dramatiq's own command line, with `dramatiq worker:boot`.
"""

import contextlib
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import dramatiq

from evaluator import app, settings
from evaluator.broker import ACTOR, QUEUE
from evaluator.errors import EvaluatorError, TransientError
from evaluator.grading import calling
from evaluator.services import evaluation, reconciler, upkeep
from evaluator.services.bench import Bench

logger = logging.getLogger(__name__)

_TIDY_EVERY = timedelta(seconds=5)
_BREATH = 0.05  # seconds at least between two looks for what is due
_AHEAD = 0.12  # of the threads: how many hints more than those are fetched, so that none waits for the network
_BESIDE = 0.25  # of the threads: how many gradings more are fetched, read or written while those ask judges
_IDLE = 100  # milliseconds between two looks at an empty queue; dramatiq's own 1,000 delay a first job
_QUICK = timedelta(seconds=1)  # that a stop after an exception waits for gradings to notice it
_MOMENT = 0.5  # seconds for the ledger, where calls of judges are ended
_PATIENCE = 5  # seconds that a last beat or look may take while PostgreSQL or Redis does not answer
_LOOK = 0.02  # seconds between two looks whether it is written


def boot() -> None:
    """Make this process a worker as the environment says; dramatiq's command line calls it in each of its processes."""
    stack = ExitStack()  # closed by the end of the process
    parts = stack.enter_context(app.opened(settings.load(os.environ)))
    declare(parts)
    dramatiq.set_broker(parts.broker)


def declare(parts: app.App, *, seats: threading.Semaphore | None = None) -> "Upkeep":
    """Declare the actor and the upkeep on the broker of *parts*, and return the upkeep."""
    bench = replace(_bench(parts), seats=seats)

    def act(request_id: str) -> None:
        try:
            evaluation.run(UUID(request_id), bench=bench)
        except TransientError as error:  # PostgreSQL is gone: the request is due again when its lease runs out
            logger.warning("%s", error, extra={"request_id": request_id})

    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=parts.broker)(act)
    keeper = Upkeep(parts, bench=bench)
    parts.broker.add_middleware(keeper)
    return keeper


@contextmanager
def running(parts: app.App, *, threads: int, drain: timedelta) -> Iterator[None]:
    """Grade in this process for as long as the block lasts, with *threads* calls of judges under way at most.

    At a normal end what was begun may take *drain* to finish; what has not, or what an exception (Ctrl-C) interrupts,
    is handed back, and another worker grades it anew. Calls of judges that are under way then end at once, and are
    entered in the ledger as interrupted.
    """
    keeper = declare(parts, seats=threading.Semaphore(threads))
    hands = threads + int(threads * _BESIDE)
    worker = dramatiq.Worker(parts.broker, worker_threads=hands, worker_timeout=_IDLE)
    worker.start()
    patience = _QUICK
    with ExitStack() as stack:
        try:
            yield
            patience = drain
        except BaseException:
            stack.enter_context(calling.abandoned())
            raise
        finally:
            try:
                worker.stop(timeout=patience // timedelta(milliseconds=1))
            finally:  # also where somebody did not want to wait for that
                keeper.end()


class Upkeep(dramatiq.Middleware):
    """Keeps the claims of this process alive, sends hints of what is due, and hands back what a stop interrupts."""

    def __init__(self, parts: app.App, *, bench: Bench) -> None:
        self._parts = parts
        self._bench = bench
        self._threads = 1
        self._stopped = threading.Event()
        self._loops: list[threading.Thread] = []

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Say how much is fetched ahead, before anything is."""
        self._threads = worker.worker_threads
        worker.queue_prefetch = self._threads + math.ceil(self._threads * _AHEAD)

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Begin to beat, to reconcile and to tidy up."""
        self._every(self._bench.lease / 3, self._beat, until=self._stopped)
        self._every(_TIDY_EVERY, self._tidy, until=self._bench.stopping)
        self._every(timedelta(seconds=_BREATH), self._reconcile, until=self._bench.stopping)

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Look for no more work."""
        self._bench.stopping.set()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Hand back what is left."""
        self.end()

    def end(self) -> None:
        """End the calls that are under way, and hand back what is still held; the second time there is nothing left."""
        self._bench.stopping.set()
        if not self._stopped.is_set():
            self._interrupt()
        self._stopped.set()
        self._bench.stirred.set()  # who waits for that need not
        self._join()
        with contextlib.suppress(TransientError):  # then the leases run out instead
            upkeep.leave(database=self._parts.database, owner=self._bench.owner)

    def _join(self) -> None:
        """Let what goes on beside the gradings end: none of it may enter this worker anew once it has left."""
        until = time.monotonic() + _PATIENCE
        for loop in self._loops:
            loop.join(max(until - time.monotonic(), 0))

    def _interrupt(self) -> None:
        """End the calls of judges that are under way, and give the gradings a moment to enter them in the ledger."""
        until = time.monotonic() + _MOMENT
        with calling.abandoned():
            while self._bench.hands and time.monotonic() < until:
                time.sleep(_LOOK)

    def _beat(self) -> None:
        upkeep.beat(
            database=self._parts.database,
            owner=self._bench.owner,
            threads=self._threads,
            hands=self._bench.hands,
            lease=self._bench.lease,
        )

    def _reconcile(self) -> None:
        """Wait for the next look, or until somebody is stirred, then look for what is due."""
        stirred = self._bench.stirred.wait(reconciler.TICK.total_seconds())
        self._bench.stirred.clear()
        looked = reconciler.reconcile(
            database=self._parts.database,
            queue=self._parts.hints,
            threads=self._threads,
            user_limit=self._bench.user_limit,
            stirred=stirred,
        )
        if stirred and not looked:  # who is at it just now may have begun before
            self._bench.stirred.set()

    def _tidy(self) -> None:
        upkeep.tidy(database=self._parts.database, keep=timedelta(days=self._parts.settings.verdict_days))

    def _every(self, pause: timedelta, act: Callable[[], None], *, until: threading.Event) -> None:
        def loop() -> None:
            while True:
                try:
                    act()
                except EvaluatorError as error:  # the next time it may be mended
                    logger.warning("%s", error)
                if until.wait(pause.total_seconds()):
                    return

        thread = threading.Thread(target=loop, name=f"modu{act.__name__}", daemon=True)
        self._loops.append(thread)
        thread.start()


def _bench(parts: app.App) -> Bench:
    chosen = parts.settings
    return Bench(
        database=parts.database,
        owner=uuid4(),
        rubric=parts.rubric,
        judge=parts.judge,
        prompts=parts.prompts,
        limits=parts.limits,
        digest_tokens=chosen.digest_tokens,
        answer_tokens=chosen.answer_tokens,
        counts_offline=chosen.counts_offline,
        max_tries=chosen.max_attempts,
        lease=timedelta(seconds=chosen.lease_seconds),
        keep=timedelta(days=chosen.failed_source_days),
        keys_differ=chosen.embedded,
        samples=chosen.samples,
        second_model=chosen.second_model,
        fallback_models=chosen.fallback_models,
        traffic=parts.traffic,
        patience=parts.patience,
        tariff=parts.tariff,
        parameters=f"{chosen.api_base or ''} {chosen.answer_tokens}",
        tape=parts.tape,
        user_limit=chosen.user_concurrency,
    )
