import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql

from evaluator.errors import SchemaConflict
from evaluator.store.database import Connection, Database
from evaluator.store.migrate import migrate, pending, released

NAMES = tuple(migration.name for migration in released())

# Tables as the platform might have made them: plain times, a wider index, no CHECK, a column of its own.
PLATFORM = """
CREATE TABLE public.users (
    id uuid PRIMARY KEY, clerk_id varchar(255) NOT NULL, github_id varchar(255), github_username varchar(255),
    github_avatar_url text, api_key_hash varchar(255), api_key_prefix varchar(20), user_salt varchar(255),
    privacy_mode boolean, email text, created_at timestamp, updated_at timestamp);
CREATE TABLE public.tool_types (
    id varchar(50) PRIMARY KEY, name varchar(100), display_name varchar(100), icon_url text, color varchar(7),
    is_active boolean, sort_order integer, created_at timestamp NOT NULL);
CREATE TABLE public.user_stats (
    user_id uuid PRIMARY KEY, total_all_tokens bigint, successful_projects_count integer, updated_at timestamp);
CREATE INDEX idx_users_clerk_id ON public.users (clerk_id, github_id);
INSERT INTO public.users (id, clerk_id, email) VALUES ('00000000-0000-0000-0000-000000000001', 'c1', 'a@example.org');
INSERT INTO public.tool_types VALUES ('codex', 'codex', 'Their Codex', NULL, NULL, false, 40, now());
"""


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    with Database.open(empty_database_url) as opened:
        yield opened


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    with Database.open(database_url) as opened, opened.transaction() as conn:
        yield conn


def execute(database: Database, statement: str) -> list[tuple[object, ...]]:
    with database.transaction() as conn:
        cur = conn.execute(statement)
        return cur.fetchall() if cur.description else []


def relations(database: Database) -> set[str]:
    """Return the names of all tables and indexes that are not PostgreSQL's own."""
    asked = "SELECT oid::regclass::text FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'evaluator')"
    return {str(row[0]) for row in execute(database, asked)}


def test_an_empty_database_gets_everything_once(database: Database) -> None:
    before = pending(database)
    first, second = migrate(database), migrate(database)

    assert (before, first, second) == (NAMES, NAMES, ())
    assert pending(database) == ()
    ledger = execute(database, "SELECT number, name FROM evaluator.migrations ORDER BY number")
    assert [f"{number:04}" for number, _ in ledger] == [str(name)[:4] for _, name in ledger]
    assert tuple(name for _, name in ledger) == NAMES


def test_processes_that_migrate_at_once_take_turns(empty_database_url: str) -> None:
    together = threading.Barrier(4)

    def start() -> tuple[str, ...]:
        with Database.open(empty_database_url) as database:
            pending(database)
            together.wait(timeout=30)
            return migrate(database)

    with ThreadPoolExecutor(4) as pool:
        done = [started.result() for started in [pool.submit(start) for _ in range(4)]]

    assert sorted(name for names in done for name in names) == sorted(NAMES)


def test_what_the_platform_made_is_kept_as_it_is_and_what_is_missing_is_made(database: Database) -> None:
    execute(database, PLATFORM)
    shape = (
        "SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid IN ('users'::regclass, 'tool_types'::regclass, 'user_stats'::regclass,"
        " 'idx_users_clerk_id'::regclass) AND attnum > 0 ORDER BY 1, attnum"
    )
    before = execute(database, shape)

    assert migrate(database) == NAMES

    assert execute(database, shape) == before
    assert execute(database, "SELECT clerk_id, email FROM public.users") == [("c1", "a@example.org")]
    assert execute(database, "SELECT display_name, sort_order FROM public.tool_types WHERE id = 'codex'") == [
        ("Their Codex", 40)
    ]
    assert execute(database, "SELECT count(*) FROM public.tool_types") == [(6,)]
    assert {"sessions", "security_audit_log", "idx_users_api_prefix", "idx_user_stats_projects"} <= relations(database)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ("CREATE TABLE public.users (id uuid PRIMARY KEY, clerk_id text)", 'column "api_key_prefix" does not exist'),
        ("CREATE TABLE public.users (id uuid, clerk_id text, api_key_prefix text)", "no unique constraint"),
        (
            "CREATE TABLE public.users (id integer PRIMARY KEY, clerk_id text, api_key_prefix text)",
            "cannot be implemented",
        ),
        (
            (
                "CREATE TABLE public.daily_user_stats AS SELECT gen_random_uuid() AS user_id, current_date AS stat_date"
                " FROM (SELECT gen_random_uuid()) AS one, generate_series(1, 1);"
                " INSERT INTO public.daily_user_stats SELECT * FROM public.daily_user_stats"
            ),
            "could not create unique index",
        ),
        ("CREATE VIEW public.tool_types AS SELECT 'codex'::varchar(50) AS id", '"tool_types" is not a table'),
    ],
)
def test_tables_that_do_not_fit_are_said_and_nothing_is_left_half_done(
    database: Database, made: str, says: str
) -> None:
    execute(database, made)
    before = relations(database)

    with pytest.raises(SchemaConflict, match=says) as refused:
        migrate(database)

    assert str(refused.value).startswith("Migration 0001_platform does not fit")
    assert "modu db check" in str(refused.value)
    assert relations(database) == before
    assert pending(database) == NAMES


def test_a_failing_migration_leaves_those_before_it(database: Database) -> None:
    execute(database, "CREATE SCHEMA evaluator; CREATE TABLE evaluator.requests (id integer)")

    with pytest.raises(SchemaConflict, match="0002_evaluator does not fit"):
        migrate(database)

    assert pending(database) == NAMES[1:]


def test_a_role_that_may_not_is_told_whom_to_ask(empty_database_url: str) -> None:
    role = f"test_{uuid4().hex}"
    with psycopg.connect(empty_database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        try:
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
            joint = "&" if "?" in empty_database_url else "?"
            with (
                Database.open(f"{empty_database_url}{joint}options=-crole%3D{role}") as database,
                pytest.raises(SchemaConflict, match="as the owner of the tables"),
            ):
                migrate(database)
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_an_edited_migration_is_refused(database: Database) -> None:
    migrate(database)
    execute(database, "UPDATE evaluator.migrations SET sha256 = 'other' WHERE number = 2")

    for ask in (migrate, pending):
        with pytest.raises(SchemaConflict, match="Migration 0002_evaluator is not the one"):
            ask(database)


def test_a_newer_database_is_allowed_and_said(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    migrate(database)
    execute(database, "INSERT INTO evaluator.migrations (number, name, sha256) VALUES (9999, '9999_later', 'x')")

    with caplog.at_level(logging.WARNING):
        assert migrate(database) == ()

    assert "newer than this program" in caplog.text


USER = "'00000000-0000-0000-0000-00000000000a'"
SESSION = "'00000000-0000-0000-0000-00000000000b'"
EVALUATION = "INSERT INTO public.project_evaluations (user_id, project_path_hash, project_name, total_score,"
EVALUATION += " rubric_functionality, rubric_practicality, llm_model, llm_provider, passed)"
ROWS = f"""
INSERT INTO public.users (id) VALUES ({USER});
INSERT INTO public.sessions (id, user_id, tool_type_id, session_hash, started_at)
       VALUES ({SESSION}, {USER}, 'codex', 'h1', now());
INSERT INTO public.token_usage (session_id, user_id, tool_type_id, input_tokens, output_tokens, cache_creation_tokens,
       cache_read_tokens) VALUES ({SESSION}, {USER}, 'codex', 1, 20, 300, 4000);
{EVALUATION} VALUES ({USER}, 'p', 'n', 10, 5, 5, 'm', 'v', true);
INSERT INTO public.user_stats (user_id) VALUES ({USER});
INSERT INTO public.daily_user_stats (user_id, stat_date) VALUES ({USER}, '2026-01-01');
INSERT INTO public.security_audit_log (user_id, event_type) VALUES ({USER}, 'e');
"""


def only(conn: Connection, query: str) -> object:
    row = conn.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_the_database_adds_up_the_tokens(conn: Connection) -> None:
    conn.execute(ROWS)

    assert only(conn, "SELECT total_tokens FROM public.token_usage") == 4321


def test_users_get_salts_of_their_own(conn: Connection) -> None:
    conn.execute("INSERT INTO public.users DEFAULT VALUES")
    conn.execute("INSERT INTO public.users DEFAULT VALUES")

    assert only(conn, "SELECT count(DISTINCT user_salt) FROM public.users WHERE length(user_salt) = 64") == 2


def test_a_deleted_user_takes_all_along_but_the_audit_trail(conn: Connection) -> None:
    conn.execute(ROWS)

    conn.execute("DELETE FROM public.users")

    for table in ("sessions", "token_usage", "project_evaluations", "user_stats", "daily_user_stats"):
        assert only(conn, f"SELECT count(*) FROM public.{table}") == 0
    assert only(conn, "SELECT user_id FROM public.security_audit_log") is None


@pytest.mark.parametrize(
    ("statement", "refused_with"),
    [
        ("DELETE FROM public.tool_types WHERE id = 'codex'", psycopg.IntegrityError),
        ("UPDATE public.project_evaluations SET total_score = 11", errors.CheckViolation),
        ("UPDATE public.project_evaluations SET total_score = -1", errors.CheckViolation),
        ("UPDATE public.project_evaluations SET rubric_functionality = 6", errors.CheckViolation),
        ("UPDATE public.project_evaluations SET rubric_practicality = -1", errors.CheckViolation),
        ("UPDATE public.project_evaluations SET passed = NULL", errors.NotNullViolation),
        ("UPDATE public.user_stats SET successful_projects_count = -1", errors.CheckViolation),
        ("UPDATE public.token_usage SET input_tokens = -1", errors.CheckViolation),
        ("UPDATE public.token_usage SET total_tokens = 1", errors.GeneratedAlways),
        (
            "INSERT INTO public.daily_user_stats (user_id, stat_date) SELECT user_id, stat_date FROM daily_user_stats",
            errors.UniqueViolation,
        ),
        (
            (
                "INSERT INTO public.sessions (user_id, tool_type_id, session_hash, started_at)"
                f" VALUES ({USER}, 'codex', 'h1', now())"
            ),
            errors.UniqueViolation,
        ),
        (
            (
                "INSERT INTO public.sessions (user_id, tool_type_id, session_hash, started_at)"
                f" VALUES ({USER}, 'other', 'h2', now())"
            ),
            errors.ForeignKeyViolation,
        ),
        ("INSERT INTO public.users (clerk_id) VALUES ('c'), ('c')", errors.UniqueViolation),
        ("INSERT INTO public.users (github_id) VALUES ('g'), ('g')", errors.UniqueViolation),
    ],
)
def test_the_database_refuses_what_cannot_be(
    conn: Connection, statement: str, refused_with: type[psycopg.Error]
) -> None:
    conn.execute(ROWS)

    with pytest.raises(refused_with), conn.transaction():
        conn.execute(statement)
