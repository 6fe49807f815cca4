"""Who hands the orders in, and cancels some, while everything around breaks: a person who tries until it is done."""

import contextlib
import csv
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from evaluator import app, settings
from evaluator.app import App
from evaluator.cli.submitting import desk_of
from evaluator.domain import Options, User
from evaluator.errors import DatabaseUnavailable, Ended, TransientError
from evaluator.services import accounts
from evaluator.services.cancellation import cancel
from evaluator.services.submission import Ask, submit
from evaluator.store import requests
from evaluator.store.database import Connection
from tests.faults.cohort import Order
from tests.faults.stage import MODEL, Stage

COHORT = "spring"
_PATIENCE = 120  # seconds that one errand may take
_ROWS = "SELECT row_key, id FROM evaluator.requests WHERE cohort_id IS NOT NULL"
_OPEN = "SELECT id FROM evaluator.requests WHERE state IN ('queued', 'running') ORDER BY random() LIMIT 1"
_REFUSED = "SELECT id FROM evaluator.requests WHERE state = 'failed' AND error_code = 'judge_rejected'"


class Clerk:
    """Runs errands one after the other, in a thread of its own; each is repeated until it succeeds."""

    def __init__(self, parts: App, *, settings: Mapping[str, str], folder: Path) -> None:
        self.accepted: dict[str, UUID] = {}  # key of the order -> request
        self.cancelled: set[UUID] = set()  # what we were asked to cancel; it may have ended before
        self.retried = 0
        self.error: BaseException | None = None
        self._parts = parts
        self._settings = settings
        self._folder = folder
        self._users: dict[str, User] = {}
        self._errands: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
        self._thread.start()

    def hand_in(self, orders: Sequence[Order]) -> None:
        """Have the orders handed in, by and by; return at once."""
        for order in orders:
            self._errands.put(lambda order=order: self._hand_in(order))  # type: ignore[misc]

    def begin_cohort(self, orders: Sequence[Order]) -> None:
        """Have the orders handed in as one file, by `modu batch`; done twice, it takes nothing twice."""
        self._errands.put(lambda: self._begin_cohort(orders))

    def cancel_one(self) -> None:
        """Have one of the requests cancelled that have not ended by then."""
        self._errands.put(self._cancel_one)

    def retry_refused(self) -> None:
        """Have those graded again that failed because the provider refused to judge them."""
        self._errands.put(self._retry_refused)

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do. Raises what an errand has raised."""
        if self.error is not None:
            raise self.error
        return self._errands.unfinished_tasks == 0

    def end(self) -> None:
        """Do what is left, and go home."""
        self._errands.put(None)
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while (errand := self._errands.get()) is not None:
            try:
                self._until_done(errand)
            except BaseException as error:
                self.error = error
                raise
            finally:
                self._errands.task_done()

    def _until_done(self, errand: Callable[[], None]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                errand()
            except TransientError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _hand_in(self, order: Order) -> None:
        options = Options(rubric=self._parts.settings.rubric, model=MODEL)
        user = self._user(order.user)
        ask = Ask(source=order.source, user=user, options=options, budget=order.budget, key=order.key)
        self.accepted[order.key] = submit(ask, desk=desk_of(self._parts)).id

    def _begin_cohort(self, orders: Sequence[Order]) -> None:
        file = self._folder / f"{COHORT}.csv"
        with file.open("w", newline="", encoding="utf-8") as opened:
            rows = csv.writer(opened)
            rows.writerow(("source", "user", "key"))
            rows.writerows((order.source, self._user(order.user).name, order.key) for order in orders)
        options = ("--user", self._user("organizer").name, "--budget", "90000", "--no-wait")
        command = (sys.executable, "-m", "evaluator.cli.main", "batch", str(file), *options)
        done = subprocess.run(command, env=self._settings, cwd=self._folder, capture_output=True, check=False)
        if done.returncode == 5:  # nothing is known of what was taken: that is what the keys are for
            raise DatabaseUnavailable(done.stderr.decode())
        if done.returncode:
            raise AssertionError(done.stderr.decode())
        found = self._parts.database.steady(lambda conn: conn.execute(_ROWS).fetchall())
        self.accepted.update(found)

    def _cancel_one(self) -> None:
        found = self._parts.database.steady(lambda conn: conn.execute(_OPEN).fetchone())
        if found is not None:
            self.cancelled.add(found[0])
            with contextlib.suppress(Ended):
                cancel(str(found[0]), database=self._parts.database)

    def _retry_refused(self) -> None:
        def act(conn: Connection) -> int:
            return requests.retry(conn, [row[0] for row in conn.execute(_REFUSED).fetchall()])

        self.retried += self._parts.database.steady(act)

    def _user(self, name: str) -> User:
        if name not in self._users:
            self._users[name] = accounts.ensure(name, database=self._parts.database)
        return self._users[name]


@contextmanager
def clerk(stage: Stage) -> Iterator[Clerk]:
    """Yield a clerk who has come to work."""
    with app.opened(settings.load(stage.settings)) as parts:
        hired = Clerk(parts, settings=stage.settings, folder=stage.folder)
        yield hired
        hired.end()
