"""The supervisor within the process of the test."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evaluator.embedded import servers, supervisor
from evaluator.embedded.home import prepare, take
from tests.support.pair_user import SOON, is_alive, kill
from tests.support.services import wait_until


def test_a_supervisor_without_users_starts_the_pair_and_soon_stops_it(
    home: Path, restored_signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = prepare(home)
    monkeypatch.setattr(supervisor, "_LINGER", 3)

    supervisor.Supervisor(place).run(servers.find())

    assert "database system is ready to accept connections" in (place.logs / "postgres.log").read_text()
    assert "Redis is now ready to exit" in (place.logs / "redis.log").read_text()
    assert not place.ready.exists()
    assert not place.failure.exists()


def test_a_supervisor_that_is_told_to_stop_does_so_although_the_pair_is_used(
    home: Path, restored_signals: None
) -> None:
    place = prepare(home)
    lock = take(place.users_lock, shared=True)
    assert lock is not None
    teller = subprocess.Popen(
        (sys.executable, "-c", _TELLS, str(place.ready), str(os.getpid())), stdout=subprocess.DEVNULL
    )

    supervisor.Supervisor(place).run(servers.find())

    os.close(lock)
    assert teller.wait(SOON) == 0
    assert "Redis is now ready to exit" in (place.logs / "redis.log").read_text()


_TELLS = """
import os, pathlib, signal, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.02)
os.kill(int(sys.argv[2]), signal.SIGTERM)
"""


def test_a_server_is_started_again_within_the_supervisor(home: Path) -> None:
    server = servers.redis(prepare(home), servers.find().redis)
    kept = supervisor._Kept(server)
    wait_until(server.answers, seconds=SOON, what="Redis answers")
    first = int(server.pid_file.read_text())

    def is_back() -> bool:
        kept.keep()
        return not is_alive(first) and server.answers()

    kill(first)
    wait_until(is_back, seconds=SOON, what="Redis answers again")
    second = int(server.pid_file.read_text())
    kept.ask_to_stop()
    kept.wait()

    assert second != first
    assert not is_alive(second)


def test_a_server_that_does_not_stop_is_killed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers.redis(prepare(home), servers.find().redis)
    kept = supervisor._Kept(server)
    wait_until(server.answers, seconds=SOON, what="Redis answers")
    pid = int(server.pid_file.read_text())
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(supervisor, "_STOP_LIMIT", 0.2)

    kept.ask_to_stop()
    kept.wait()

    assert not is_alive(pid)
