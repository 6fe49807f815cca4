from collections.abc import Iterator
from datetime import timedelta

import pytest

from evaluator.store import verdicts
from evaluator.store.database import Connection, Database

KEY, OTHER = "ab" * 32, "cd" * 32
DAY = timedelta(days=1)


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    with Database.open(database_url) as database, database.transaction() as connection:
        yield connection


def unused_for(conn: Connection, key: str, days: int) -> None:
    conn.execute("UPDATE evaluator.verdicts SET used_at = now() - %s WHERE key = %s", (days * DAY, key))


def test_what_was_kept_is_recalled_by_its_key_alone(conn: Connection) -> None:
    verdicts.keep(conn, KEY, {"level": "met", "file": "a\udcff\0.py"})

    assert verdicts.recall(conn, KEY) == {"level": "met", "file": "a\ufffd\ufffd.py"}
    assert verdicts.recall(conn, OTHER) is None


def test_what_is_kept_already_stays(conn: Connection) -> None:
    verdicts.keep(conn, KEY, {"level": "met"})

    verdicts.keep(conn, KEY, {"level": "not_met"})

    assert verdicts.recall(conn, KEY) == {"level": "met"}


def test_what_nobody_used_for_long_is_forgotten_and_nothing_else(conn: Connection) -> None:
    for key, days in ((KEY, 91), (OTHER, 89)):
        verdicts.keep(conn, key, {})
        unused_for(conn, key, days)

    assert verdicts.forget(conn, unused=90 * DAY, limit=10) == 1

    assert verdicts.recall(conn, KEY) is None
    assert verdicts.recall(conn, OTHER) == {}


def test_to_recall_is_to_use(conn: Connection) -> None:
    verdicts.keep(conn, KEY, {})
    unused_for(conn, KEY, 91)
    verdicts.recall(conn, KEY)

    assert verdicts.forget(conn, unused=90 * DAY, limit=10) == 0


def test_what_is_of_no_use_is_dropped_so_that_another_answer_can_be_kept(conn: Connection) -> None:
    verdicts.keep(conn, KEY, {"level": "gone", "share": 0.1})
    verdicts.drop(conn, KEY, {"share": 0.1, "level": "gone"})

    verdicts.keep(conn, KEY, {"level": "met"})

    assert verdicts.recall(conn, KEY) == {"level": "met"}


def test_what_another_worker_has_kept_in_its_place_is_not_dropped(conn: Connection) -> None:
    verdicts.keep(conn, KEY, {"level": "met"})

    verdicts.drop(conn, KEY, {"level": "gone"})

    assert verdicts.recall(conn, KEY) == {"level": "met"}


def test_no_more_is_forgotten_at_once_than_was_asked_for_the_oldest_first(conn: Connection) -> None:
    for key, days in ((KEY, 100), (OTHER, 200)):
        verdicts.keep(conn, key, {})
        unused_for(conn, key, days)

    verdicts.forget(conn, unused=90 * DAY, limit=1)

    assert (verdicts.recall(conn, KEY), verdicts.recall(conn, OTHER)) == ({}, None)
