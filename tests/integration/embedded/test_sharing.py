"""Who shares the embedded pair, and when it ends."""

import os
import time
from pathlib import Path

import psycopg
from redis import Redis

from evaluator.embedded import supervisor
from evaluator.embedded.home import Home
from evaluator.embedded.pair import running
from tests.support.pair_user import SOON, PairUser, Pids, answers, remember, remembered, wait_for_end
from tests.support.services import wait_until


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
