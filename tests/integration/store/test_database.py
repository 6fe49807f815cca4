import threading
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from evaluator.errors import DatabaseUnavailable, SchemaConflict
from evaluator.store.database import Connection, Database
from tests.support.refusing import refusing
from tests.support.services import database_name

SOON = timedelta(seconds=0.2)


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    with Database.open(empty_database_url, size=3) as opened:
        with opened.transaction() as conn:
            conn.execute("CREATE TABLE note (text text)")
        yield opened


@pytest.fixture
def admin(empty_database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to another database of the same server."""
    with psycopg.connect(urlsplit(empty_database_url)._replace(path="/postgres").geturl(), autocommit=True) as conn:
        yield conn


def run(database: Database, *statements: str) -> None:
    """Run the statements in one transaction."""
    with database.transaction() as conn:
        for statement in statements:
            conn.execute(statement)


def notes(database: Database) -> list[str]:
    with database.transaction() as conn:
        return [row[0] for row in conn.execute("SELECT text FROM note ORDER BY text")]


def shut_out(admin: psycopg.Connection, url: str) -> None:
    """Let nobody into the database of *url*, as while PostgreSQL restarts."""
    allow(admin, url, yes=False)
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
    admin.execute(end, (database_name(url),))


def allow(admin: psycopg.Connection, url: str, *, yes: bool) -> None:
    name = sql.Identifier(database_name(url))
    admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, sql.Literal(yes)))


def test_a_transaction_is_kept_whole_or_undone_whole(database: Database) -> None:
    run(database, "INSERT INTO note VALUES ('kept')", "INSERT INTO note VALUES ('kept too')")
    with pytest.raises(psycopg.errors.DivisionByZero):
        run(database, "INSERT INTO note VALUES ('lost')", "SELECT 1/0")

    assert notes(database) == ["kept", "kept too"]


def test_nobody_commits_inside_a_transaction(database: Database) -> None:
    with database.transaction() as conn, pytest.raises(psycopg.ProgrammingError, match="Explicit commit"):
        conn.commit()


def test_a_session_is_in_utc_and_read_committed_whatever_the_database_s_defaults(
    empty_database_url: str, admin: psycopg.Connection
) -> None:
    name = sql.Identifier(database_name(empty_database_url))
    admin.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Seoul'").format(name))
    admin.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = 'serializable'").format(name))

    with Database.open(empty_database_url) as database, database.transaction() as conn:
        zone = conn.execute("SHOW timezone").fetchone()
        isolation = conn.execute("SHOW transaction_isolation").fetchone()

    assert (zone, isolation) == (("UTC",), ("read committed",))


def test_connections_that_broke_while_idle_are_replaced_unseen(
    database: Database, admin: psycopg.Connection, empty_database_url: str
) -> None:
    with database.transaction(), database.transaction(), database.transaction():
        pass  # three connections are in the pool now

    shut_out(admin, empty_database_url)
    allow(admin, empty_database_url, yes=True)

    with database.transaction() as one, database.transaction() as two, database.transaction() as three:
        assert [conn.execute("SELECT 1").fetchone() for conn in (one, two, three)] == [(1,)] * 3


def test_a_transaction_waits_until_postgresql_is_back(
    database: Database, admin: psycopg.Connection, empty_database_url: str
) -> None:
    shut_out(admin, empty_database_url)
    back = threading.Timer(1.5, lambda: allow(admin, empty_database_url, yes=True))
    back.start()

    found = notes(database)

    back.join()
    assert found == []


def test_where_it_does_not_come_back_in_time_the_reason_is_said(
    empty_database_url: str, admin: psycopg.Connection
) -> None:
    with Database.open(empty_database_url, patience=SOON) as database:
        run(database, "SELECT 1")
        shut_out(admin, empty_database_url)
        with pytest.raises(DatabaseUnavailable, match="not currently accepting connections") as failed:
            run(database, "SELECT 1")

    allow(admin, empty_database_url, yes=True)
    assert database.address in str(failed.value)


def test_a_connection_lost_on_the_way_is_said_and_nothing_is_kept(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="administrator command"):
        run(database, "INSERT INTO note VALUES ('lost')", "SELECT pg_terminate_backend(pg_backend_pid())")

    assert notes(database) == []


def test_a_pool_in_use_says_so(empty_database_url: str) -> None:
    with (
        Database.open(empty_database_url, size=1, patience=SOON) as database,
        database.transaction(),
        pytest.raises(DatabaseUnavailable, match=r"^All 1 connections to PostgreSQL at .* are in use"),
    ):
        run(database, "SELECT 1")


def test_a_closed_database_does_not_answer(empty_database_url: str) -> None:
    with Database.open(empty_database_url) as database:
        run(database, "SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        run(database, "SELECT 1")


def test_a_table_that_is_not_as_documented_is_named_without_a_value_of_the_row(database: Database) -> None:
    run(database, "CREATE TABLE public.odd (wanted integer NOT NULL, said text)")

    with pytest.raises(SchemaConflict, match=r"NotNullViolation at odd\.wanted.*modu db check") as refused:
        run(database, "INSERT INTO public.odd (said) VALUES ('private words')")

    assert "private words" not in str(refused.value)


def test_a_statement_that_the_server_cancels_may_work_later(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="too busy"):
        run(database, "SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(5)")


def test_a_server_that_lets_nobody_write_is_said_to_be_full_or_a_copy(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"lets nobody write.*disk may be full"):
        run(database, "SET TRANSACTION READ ONLY", "INSERT INTO note VALUES ('kept nowhere')")


def test_a_mistake_in_sql_stays_what_it_is(database: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        run(database, "SELECT * FROM nowhere")


def test_a_missing_database_is_named(empty_database_url: str) -> None:
    url = urlsplit(empty_database_url)._replace(path="/no_such").geturl()

    with (
        Database.open(url) as database,
        pytest.raises(DatabaseUnavailable, match=r'"no_such" does not exist\. Create it'),
    ):
        run(database, "SELECT 1")


@pytest.mark.parametrize(
    ("sqlstate", "message", "after_password", "says"),
    [
        ("28P01", 'password authentication failed for user "u"', True, "refuses to sign us in"),
        ("28P01", '사용자 "u"의 password 인증을 실패했습니다', True, "refuses to sign us in"),  # another language
        ("28000", 'no pg_hba.conf entry for host "h"', False, "refuses to sign us in"),
        ("3D000", 'database "x" does not exist', True, 'database "x" does not exist. Create it'),
        ("53300", "sorry, too many clients already", False, "has no connection left"),
        ("53300", 'too many connections for database "x"', True, "has no connection left"),
        ("57P03", "the database system is starting up", False, "does not answer"),
    ],
)
def test_a_server_that_lets_nobody_in_is_quoted_and_no_secret_is_shown(
    sqlstate: str, message: str, after_password: bool, says: str
) -> None:
    with (
        refusing(sqlstate, message, after_password=after_password) as port,
        Database.open(f"postgresql://u:hush@127.0.0.1:{port}/x") as database,
        pytest.raises(DatabaseUnavailable, match=says) as failed,
    ):
        run(database, "SELECT 1")

    shown = "".join(traceback.format_exception(failed.value))
    assert f"127.0.0.1:{port}" in str(failed.value)
    assert "hush" not in shown
    assert len(str(failed.value).splitlines()) == 1


def test_a_port_where_nobody_listens_is_said_at_once(unused_port: int) -> None:
    with (
        Database.open(f"postgresql://u:hush@127.0.0.1:{unused_port}/x") as database,
        pytest.raises(DatabaseUnavailable, match="Start it, or correct DATABASE_URL"),
    ):
        run(database, "SELECT 1")


@pytest.fixture
def unused_port() -> int:
    with refusing("57P03", "") as port:
        return port


CLASH = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{}'; END $$"


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_transaction_that_clashed_is_run_again_from_its_start(database: Database, sqlstate: str) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> str:
        conn.execute("INSERT INTO note VALUES ('once')")
        tries.append(1)
        if len(tries) < 3:
            conn.execute(CLASH.format(sqlstate))
        return "done"

    returned = database.retrying(act)

    assert (returned, len(tries), notes(database)) == ("done", 3, ["once"])


def test_a_transaction_that_clashes_every_time_gives_up(database: Database) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> None:
        tries.append(1)
        conn.execute(CLASH.format("40001"))

    with pytest.raises(DatabaseUnavailable, match="too busy"):
        database.retrying(act)

    assert len(tries) == 4


def test_another_error_is_not_tried_again(database: Database) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> None:
        tries.append(1)
        conn.execute("SELECT 1/0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        database.retrying(act)

    assert len(tries) == 1


END_MYSELF = "SELECT pg_terminate_backend(pg_backend_pid())"


def test_a_transaction_whose_connection_broke_is_run_again_on_another_one(database: Database) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> str:
        conn.execute("INSERT INTO note VALUES ('once')")
        tries.append(1)
        if len(tries) < 3:
            conn.execute(END_MYSELF)
        return "done"

    returned = database.steady(act)

    assert (returned, len(tries), notes(database)) == ("done", 3, ["once"])


def test_a_postgresql_that_stays_away_is_not_waited_for_longer_than_patience_lasts(empty_database_url: str) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> None:
        tries.append(1)
        conn.execute(END_MYSELF)

    with Database.open(empty_database_url, patience=timedelta(seconds=0.5)) as database:
        run(database, "SELECT 1")
        with pytest.raises(DatabaseUnavailable):
            database.steady(act)

    assert len(tries) > 1


def test_a_postgresql_that_was_never_there_is_not_waited_for(unused_port: int) -> None:
    with (
        Database.open(f"postgresql://u:hush@127.0.0.1:{unused_port}/x") as database,
        pytest.raises(DatabaseUnavailable, match="Start it, or correct DATABASE_URL"),
    ):
        database.steady(lambda conn: conn.execute("SELECT 1"))


def test_a_transaction_of_a_process_that_stood_still_is_given_up_and_can_be_run_again(database: Database) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> str:
        conn.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        conn.execute("INSERT INTO note VALUES ('once')")
        tries.append(1)
        if len(tries) == 1:
            time.sleep(0.3)
        conn.execute("SELECT 1")
        return "done"

    returned = database.steady(act)

    assert (returned, len(tries), notes(database)) == ("done", 2, ["once"])


def test_a_statement_alone_is_kept_and_read_committed(
    database: Database, admin: psycopg.Connection, empty_database_url: str
) -> None:
    name = sql.Identifier(database_name(empty_database_url))
    admin.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_isolation = 'serializable'").format(name))

    database.alone(lambda conn: conn.execute("INSERT INTO note VALUES ('kept')"))
    isolation = database.alone(lambda conn: conn.execute("SHOW transaction_isolation").fetchone())

    assert (notes(database), isolation) == (["kept"], ("read committed",))


def test_a_statement_alone_is_repeated_where_its_connection_broke_while_idle(
    database: Database, admin: psycopg.Connection, empty_database_url: str
) -> None:
    run(database, "SELECT 1")
    shut_out(admin, empty_database_url)
    back = threading.Timer(0.5, lambda: allow(admin, empty_database_url, yes=True))
    back.start()

    found = database.alone(lambda conn: conn.execute("SELECT 2").fetchone())

    back.join()
    assert found == (2,)


def test_a_statement_alone_is_given_up_when_patience_is_over(empty_database_url: str) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> None:
        tries.append(1)
        conn.execute(END_MYSELF)

    with Database.open(empty_database_url, patience=timedelta(seconds=0.5)) as database:
        run(database, "SELECT 1")
        with pytest.raises(DatabaseUnavailable, match="administrator command"):
            database.alone(act)

    assert len(tries) > 1


def test_a_mistake_in_a_statement_alone_is_not_tried_again(database: Database) -> None:
    tries: list[int] = []

    def act(conn: Connection) -> None:
        tries.append(1)
        conn.execute("SELECT 1/0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        database.alone(act)

    assert len(tries) == 1


def test_a_statement_alone_that_the_server_cancels_may_work_later(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="too busy"):
        database.alone(lambda conn: conn.execute("DO $$ BEGIN RAISE SQLSTATE '57014'; END $$"))
