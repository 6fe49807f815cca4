"""No room left for PostgreSQL while a cohort is graded: it is said clearly, nothing is lost, and it goes on."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random
from typing import Protocol

import psycopg
import pytest

from tests.faults import cramped
from tests.faults.books import audit
from tests.faults.clerk import clerk
from tests.faults.cohort import orders
from tests.faults.servers import pair
from tests.faults.stage import Servers, Stage, stage, wait_for_workers
from tests.support.services import wait_until

_DISK = 128 << 20  # bytes
_THREADS = 4  # of each worker
_SAID = re.compile("run out of room|lets nobody write")
_OPEN = "SELECT count(*) FROM evaluator.requests WHERE state IN ('queued', 'running')"
_DONE = "SELECT count(*) FROM evaluator.requests WHERE state = 'done'"


class Fillable(Servers, Protocol):
    """Servers whose disk can be filled."""

    def fill(self) -> None: ...
    def free(self) -> None: ...


class Guarded:
    """Servers that an operator, or a provider of databases, lets only read while their disk is full."""

    def __init__(self, servers: Servers) -> None:
        self.database_url = servers.database_url
        self.postgres_socket = servers.postgres_socket
        self.redis_socket = servers.redis_socket

    def fill(self) -> None:
        self._set("on")

    def free(self) -> None:
        self._set("off")

    def _set(self, value: str) -> None:
        with psycopg.connect(
            self.database_url, autocommit=True, options="-c default_transaction_read_only=off"
        ) as conn:
            conn.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}".encode())
            conn.execute("SELECT pg_reload_conf()")


@contextmanager
def _guarded(folder: Path) -> Iterator[Fillable]:
    with pair(folder) as servers:
        yield Guarded(servers)


def _cramped(folder: Path) -> AbstractContextManager[Fillable]:
    return cramped.cramped(folder, size=_DISK)


# Where no small disk can be had, nothing is skipped: the other way is always there.
_WAYS = {"only reading": _guarded, **({"a small disk": _cramped} if cramped.possible() else {})}


@pytest.mark.parametrize("way", _WAYS.values(), ids=_WAYS)
def test_a_full_disk_loses_nothing_and_grading_goes_on_when_there_is_room(
    home: Path, way: Callable[[Path], AbstractContextManager[Fillable]]
) -> None:
    asked = orders(home / "projects", count=40, users=6, rng=Random(1))
    home.chmod(0o700)
    with (
        way(home / "services") as servers,
        stage(home, servers, workers=2, threads=_THREADS) as scene,
        clerk(scene) as office,
    ):
        wait_for_workers(scene)
        office.hand_in(asked)
        wait_until(lambda: _count(scene, _DONE) > 4, seconds=60, what="some are graded")

        servers.fill()
        wait_until(lambda: _SAID.search(scene.logs()) is not None, seconds=60, what="it is said")
        servers.free()
        wait_until(lambda: office.idle and _count(scene, _OPEN) == 0, seconds=90, what="all have ended")
        for worker in scene.workers:
            worker.stop()

        books = audit(scene, asked, office.accepted, office.cancelled)
        assert books.faults == []
        if way is _guarded:  # of a full disk see docs/explanation/durability.md: claims still fit on it, answers do not
            assert books.figures["judge calls"] <= books.figures["ideal calls"] + 2 * _THREADS  # those under way
        assert "internal_error" not in scene.logs()


def _count(scene: Stage, statement: str) -> int:
    try:
        with psycopg.connect(scene.database_url, connect_timeout=2) as conn:
            return int(conn.execute(statement.encode()).fetchall()[0][0])
    except psycopg.OperationalError:
        return -1
