"""The worker: a dramatiq actor that grades the request whose id a message carries.

`modu worker` and `modu up` run it; so does dramatiq's own command line, with `dramatiq worker:boot`.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import dramatiq

from evaluator import app, settings
from evaluator.broker import ACTOR, QUEUE
from evaluator.errors import TransientError
from evaluator.grading import calling
from evaluator.services import evaluation, upkeep
from evaluator.services.bench import Bench

logger = logging.getLogger(__name__)

_SWEEP_EVERY = timedelta(seconds=2)
_IDLE = 100  # milliseconds between two looks at an empty queue; dramatiq's own 1,000 delay a first job
_QUICK = timedelta(seconds=1)  # that a stop after an exception waits for gradings to notice it
_MOMENT = 0.5  # seconds for the ledger, where calls of judges are ended
_LOOK = 0.02  # seconds between two looks whether it is written


def boot() -> None:
    """Make this process a worker as the environment says; dramatiq's command line calls it in each of its processes."""
    stack = ExitStack()  # closed by the end of the process
    parts = stack.enter_context(app.opened(settings.load(os.environ)))
    declare(parts)
    dramatiq.set_broker(parts.broker)


def declare(parts: app.App) -> "Upkeep":
    """Declare the actor and the upkeep on the broker of *parts*, and return the upkeep."""
    bench = _bench(parts)

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
    """Grade in this process for as long as the block lasts.

    At a normal end what was begun may take *drain* to finish; what has not, or what an exception (Ctrl-C) interrupts,
    is handed back, and another worker grades it anew. Calls of judges that are under way then end at once, and are
    entered in the ledger as interrupted.
    """
    keeper = declare(parts)
    worker = dramatiq.Worker(parts.broker, worker_threads=threads, worker_timeout=_IDLE)
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
    """Keeps the claims of this process alive, finds forgotten requests, and hands back what a stop interrupts."""

    def __init__(self, parts: app.App, *, bench: Bench) -> None:
        self._parts = parts
        self._bench = bench
        self._stopping = threading.Event()
        self._stopped = threading.Event()

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Begin to beat and to sweep."""
        self._every(self._bench.lease / 3, self._beat, until=self._stopped)
        self._every(_SWEEP_EVERY, self._sweep, until=self._stopping)

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Look for no more work."""
        self._stopping.set()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Hand back what is left."""
        self.end()

    def end(self) -> None:
        """End the calls that are under way, and hand back what is still held; the second time there is nothing left."""
        self._stopping.set()
        if not self._stopped.is_set():
            self._interrupt()
        self._stopped.set()
        with contextlib.suppress(TransientError):  # then the leases run out instead
            upkeep.hand_back(database=self._parts.database, owner=self._bench.owner)

    def _interrupt(self) -> None:
        """End the calls of judges that are under way, and give the gradings a moment to enter them in the ledger."""
        until = time.monotonic() + _MOMENT
        with calling.abandoned():
            while self._bench.in_hand and time.monotonic() < until:
                time.sleep(_LOOK)

    def _beat(self) -> None:
        upkeep.beat(
            database=self._parts.database,
            owner=self._bench.owner,
            ids=tuple(self._bench.in_hand),
            lease=self._bench.lease,
        )

    def _sweep(self) -> None:
        upkeep.sweep(database=self._parts.database, send=self._parts.send)
        upkeep.tidy(database=self._parts.database, keep=timedelta(days=self._parts.settings.verdict_days))

    def _every(self, pause: timedelta, act: Callable[[], None], *, until: threading.Event) -> None:
        def loop() -> None:
            while True:
                try:
                    act()
                except TransientError as error:
                    logger.warning("%s", error)
                if until.wait(pause.total_seconds()):
                    return

        threading.Thread(target=loop, name=f"modu{act.__name__}", daemon=True).start()


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
    )
