"""A worker that dies before or after each statement of its walk: another one ends the request, and it counts once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

from evaluator import app, settings
from evaluator.app import App
from evaluator.cli.submitting import desk_of
from evaluator.domain import Options
from evaluator.services import accounts, upkeep
from evaluator.services.submission import Ask, submit
from tests.faults.books import Books, enter
from tests.faults.cohort import project
from tests.faults.network import network
from tests.faults.provider import Provider, calls, passes, provider
from tests.faults.servers import pair
from tests.faults.stage import MODEL, Lines, prepare, worker_settings
from tests.faults.steps import SteppedLine, When
from tests.support.services import wait_until

_OVER = "UPDATE evaluator.requests SET leased_until = now() - interval '1 hour' WHERE state = 'running'"
_DUE = "UPDATE evaluator.requests SET next_try_at = NULL WHERE state = 'queued'"


@dataclass(frozen=True)
class Walk:
    """Requests, and workers that can be killed at any statement."""

    folder: Path
    parts: App  # of those who ask
    judge: Provider
    line: SteppedLine
    walker: "subprocess.Popen[str]"
    stepped: dict[str, str]  # settings of a worker that will be killed
    plain: dict[str, str]  # of one that will not
    database_url: str

    def ask(self, who: str, work: int) -> UUID:
        """Return a new request of a new user, for a project of that content, with a budget."""
        user = accounts.ensure(who, database=self.parts.database)
        source = project(self.folder / who, work)
        options = Options(rubric="default", model=MODEL)
        ask = Ask(source=str(source), user=user, options=options, budget=Decimal(50))
        return submit(ask, desk=desk_of(self.parts)).id

    def send(self, ids: Sequence[UUID], settings: dict[str, str]) -> int:
        """Return the process id of a worker that walks those requests."""
        errand = {"settings": settings, "requests": [str(id) for id in ids]}
        assert self.walker.stdin
        assert self.walker.stdout
        self.walker.stdin.write(json.dumps(errand) + "\n")
        self.walker.stdin.flush()
        return int(self.walker.stdout.readline())

    def through(self, ids: Sequence[UUID], settings: dict[str, str]) -> None:
        """Have the requests walked by a worker that nothing happens to."""
        pid = self.send(ids, settings)
        wait_until(lambda: not _lives(pid), seconds=120, what="the walk ends")

    def killed(self, id: UUID, *, step: int, when: When) -> bool:
        """Have the request walked until that statement, where the worker dies; return whether it came so far."""
        self.line.stop_at(step, when)
        pid = self.send([id], self.stepped)
        wait_until(lambda: self.line.reached.is_set() or not _lives(pid), seconds=60, what=f"statement {step} comes")
        reached = self.line.reached.is_set()
        if reached:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not _lives(pid), seconds=10, what="the worker dies")
        self.line.reset()
        return reached


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def walking(folder: Path) -> Iterator[Walk]:
    with pair(folder / "services") as servers, provider(moment=0) as judge, network() as net:
        stepped = net.open(SteppedLine(net, servers.postgres_socket))
        address = urlsplit(judge.url)
        out = net.line((str(address.hostname), int(address.port or 0)))
        redis = net.line(servers.redis_socket)
        plain = worker_settings(folder, Lines(net.line(servers.postgres_socket), redis, out))
        prepare(plain, folder)
        walker = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.walker"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            with app.opened(settings.load(plain)) as parts:
                yield Walk(
                    folder=folder / "projects",
                    parts=parts,
                    judge=judge,
                    line=stepped,
                    walker=walker,
                    stepped=worker_settings(folder, Lines(stepped, redis, out)),
                    plain=plain,
                    database_url=servers.database_url,
                )
        finally:
            walker.communicate()


def test_a_worker_may_die_before_and_after_every_statement_of_a_walk(home: Path) -> None:
    home.mkdir(mode=0o700)
    with walking(home) as walk:
        walk.through([walk.ask("nobody-dies", 1)], walk.stepped)
        statements = list(walk.line.passed)
        deaths: list[tuple[int, When]] = [(n + 1, when) for n in range(len(statements)) for when in ("before", "after")]
        works = {death: 100 * (n + 1) + 1 for n, death in enumerate(deaths)}
        ids = {death: walk.ask(f"student-{death[0]}-{death[1]}", works[death]) for death in deaths}

        died = [walk.killed(ids[step, when], step=step, when=when) for step, when in deaths]
        with psycopg.connect(walk.database_url, autocommit=True) as conn:
            states: dict[UUID, str] = dict(conn.execute("SELECT id, state FROM evaluator.requests").fetchall())
            conn.execute(_OVER)  # the leases of the dead run out
        walk.through(list(ids.values()) * 2, walk.plain)  # what the dead have left comes first, whoever is asked for
        upkeep.tidy(database=walk.parts.database, keep=timedelta(days=90))

        assert all(died)
        assert all(passes(work) for work in works.values())
        assert {states[ids[death]] for death in deaths} >= {"queued", "running", "done"}
        books = Books()
        with psycopg.connect(walk.database_url) as conn:
            enter(books, conn)
            ended = conn.execute("SELECT state, count(*) FROM evaluator.requests GROUP BY 1").fetchall()
            rows = conn.execute("SELECT count(*), count(DISTINCT user_id) FROM public.project_evaluations").fetchall()
        assert books.faults == []
        assert ended == [("done", len(deaths) + 1)]
        assert rows == [(len(deaths) + 1, len(deaths) + 1)]
        for death, work in works.items():
            paid = sum(walk.judge.answered[work].values())
            assert calls(work) <= paid <= calls(work) + 1, (death, statements[death[0] - 1])
