"""What survives the death of any process of the embedded pair."""

import signal
import subprocess
from pathlib import Path

import pytest

from evaluator.embedded import servers, supervisor
from evaluator.embedded.home import Home, prepare
from evaluator.embedded.pair import running
from tests.support.pair_user import SOON, PairUser, Pids, answers, is_alive, kill, remember, remembered, wait_for_end
from tests.support.services import wait_until


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
