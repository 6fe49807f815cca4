from collections.abc import Iterator

import pytest

from evaluator.errors import SchemaConflict
from evaluator.store.check import differences
from evaluator.store.database import Connection, Database


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    with Database.open(database_url) as database, database.transaction() as opened:
        yield opened


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Connection]:
    with Database.open(empty_database_url) as database, database.transaction() as opened:
        yield opened


def test_a_migrated_database_is_as_the_document_says(conn: Connection) -> None:
    assert differences(conn) == ()


@pytest.mark.parametrize(
    "ddl",
    [
        "ALTER TABLE sessions ALTER started_at TYPE timestamp, ALTER ended_at TYPE timestamp",
        "ALTER TABLE users ALTER created_at SET DEFAULT CURRENT_TIMESTAMP",
        "ALTER TABLE project_evaluations ALTER feedback SET NOT NULL",
        "DROP INDEX idx_evaluations_user_id; CREATE INDEX idx_evaluations_user_id ON project_evaluations (user_id)",
        "CREATE INDEX idx_of_theirs ON users (github_username)",
        "ALTER TABLE users DROP CONSTRAINT users_clerk_id_key; CREATE UNIQUE INDEX of_theirs ON users (clerk_id)",
        "INSERT INTO tool_types (id, name, display_name) VALUES ('cursor', 'cursor', 'Cursor')",
        "CREATE TABLE of_theirs (id integer)",
    ],
)
def test_what_the_document_leaves_open_is_no_difference(conn: Connection, ddl: str) -> None:
    conn.execute(ddl)

    assert differences(conn) == ()


@pytest.mark.parametrize(
    ("ddl", "says"),
    [
        ("DROP TABLE security_audit_log", "security_audit_log: expected a table, found none."),
        (
            "DROP TABLE daily_user_stats; CREATE VIEW daily_user_stats AS SELECT 1 AS id",
            "daily_user_stats: expected a table, found none.",
        ),
        (
            "ALTER TABLE users DROP github_avatar_url",
            "users.github_avatar_url: expected a column of type text, found none.",
        ),
        ("ALTER TABLE users ADD email text", "users.email: expected no such column, found one of type text."),
        (
            "ALTER TABLE project_evaluations ALTER feedback TYPE varchar(10)",
            "project_evaluations.feedback: expected type text, found varchar(10).",
        ),
        (
            "ALTER TABLE sessions ALTER model_name TYPE varchar(50)",
            "sessions.model_name: expected type varchar(100), found varchar(50).",
        ),
        (
            "ALTER TABLE sessions ALTER model_name TYPE varchar",
            "sessions.model_name: expected type varchar(100), found varchar.",
        ),
        (
            "ALTER TABLE sessions ALTER ended_at TYPE timestamp(3)",
            "sessions.ended_at: expected type timestamp, found timestamp(3) without time zone.",
        ),
        (
            "ALTER TABLE users ALTER user_salt DROP NOT NULL",
            "users.user_salt: expected NOT NULL, found a column that may be NULL.",
        ),
        (
            "ALTER TABLE users ALTER clerk_id SET NOT NULL",
            "users.clerk_id: expected a column that may be NULL, found NOT NULL.",
        ),
        (
            "ALTER TABLE security_audit_log ALTER user_id SET NOT NULL",
            "security_audit_log.user_id: expected a column that may be NULL, found NOT NULL.",
        ),
        (
            "ALTER TABLE users ALTER user_salt SET DEFAULT 'salt'",
            "users.user_salt: expected a random value by default, found 'salt'::character varying.",
        ),
        (
            "ALTER TABLE users ALTER privacy_mode SET DEFAULT true",
            "users.privacy_mode: expected false by default, found true.",
        ),
        (
            "ALTER TABLE project_evaluations ALTER evaluated_at DROP DEFAULT",
            "project_evaluations.evaluated_at: expected now() by default, found none.",
        ),
        (
            "ALTER TABLE token_usage DROP total_tokens, ADD total_tokens bigint",
            (
                "token_usage.total_tokens: expected GENERATED ALWAYS AS (cache_creation_tokens + cache_read_tokens +"
                " input_tokens + output_tokens) STORED, found a plain column."
            ),
        ),
        (
            (
                "ALTER TABLE token_usage DROP total_tokens,"
                " ADD total_tokens bigint GENERATED ALWAYS AS (input_tokens + output_tokens) STORED"
            ),
            (
                "token_usage.total_tokens: expected GENERATED ALWAYS AS (cache_creation_tokens + cache_read_tokens +"
                " input_tokens + output_tokens) STORED, found generated as (input_tokens + output_tokens)."
            ),
        ),
        (
            "ALTER TABLE token_usage DROP CONSTRAINT token_usage_pkey",
            "token_usage: expected the primary key id, found none.",
        ),
        (
            "ALTER TABLE token_usage DROP CONSTRAINT token_usage_pkey, ADD PRIMARY KEY (id, user_id)",
            "token_usage: expected the primary key id, found id, user_id.",
        ),
        (
            "ALTER TABLE token_usage DROP CONSTRAINT token_usage_session_id_fkey",
            "token_usage.session_id: expected a foreign key to sessions, found none.",
        ),
        (
            (
                "ALTER TABLE token_usage DROP CONSTRAINT token_usage_session_id_fkey,"
                " ADD FOREIGN KEY (session_id) REFERENCES users"
            ),
            "token_usage.session_id: expected a foreign key to sessions, found one to users.",
        ),
        (
            (
                "ALTER TABLE daily_user_stats DROP CONSTRAINT daily_user_stats_user_id_fkey;"
                " CREATE TABLE evaluator.users (id uuid PRIMARY KEY);"
                " ALTER TABLE daily_user_stats ADD FOREIGN KEY (user_id) REFERENCES evaluator.users"
            ),
            "daily_user_stats.user_id: expected a foreign key to users, found one to another schema's table.",
        ),
        (
            "ALTER TABLE sessions DROP CONSTRAINT sessions_session_hash_key",
            "sessions (session_hash): expected a unique key, found none.",
        ),
        (
            (
                "ALTER TABLE users DROP CONSTRAINT users_github_id_key;"
                " CREATE UNIQUE INDEX partly ON users (github_id) WHERE privacy_mode"
            ),
            "users (github_id): expected a unique key, found none.",
        ),
        (
            (
                "DROP INDEX idx_daily_user_stats_user_date;"
                " CREATE INDEX idx_daily_user_stats_user_date ON daily_user_stats (user_id, stat_date)"
            ),
            "daily_user_stats (stat_date, user_id): expected a unique key, found none.",
        ),
        (
            "ALTER TABLE project_evaluations DROP CONSTRAINT project_evaluations_total_score_check",
            "project_evaluations.total_score: expected CHECK (total_score BETWEEN 0 AND 10), found none.",
        ),
        (
            (
                "ALTER TABLE project_evaluations DROP CONSTRAINT project_evaluations_rubric_practicality_check,"
                " ADD CHECK (rubric_practicality BETWEEN 0 AND 10)"
            ),
            (
                "project_evaluations.rubric_practicality: expected CHECK (rubric_practicality BETWEEN 0 AND 5), found"
                " CHECK (((rubric_practicality >= 0) AND (rubric_practicality <= 10)))."
            ),
        ),
        (
            "ALTER TABLE user_stats DROP CONSTRAINT user_stats_total_evaluations_check",
            "user_stats.total_evaluations: expected CHECK (total_evaluations >= 0), found none.",
        ),
        (
            "DROP INDEX idx_sessions_started_at",
            "idx_sessions_started_at: expected an index on sessions that begins with started_at, found none.",
        ),
        (
            "ALTER INDEX idx_users_api_prefix RENAME TO idx_prefix",
            (
                "idx_users_api_prefix: expected an index on users that begins with api_key_prefix,"
                " found none by this name (but idx_prefix)."
            ),
        ),
        (
            "DROP INDEX idx_user_stats_projects; CREATE INDEX idx_user_stats_projects ON users (user_salt)",
            (
                "idx_user_stats_projects: expected an index on user_stats that begins with successful_projects_count,"
                " found one on users (user_salt)."
            ),
        ),
        (
            "DROP INDEX idx_sessions_user_id; CREATE INDEX idx_sessions_user_id ON sessions (started_at, user_id)",
            (
                "idx_sessions_user_id: expected an index on sessions that begins with user_id, found one on sessions"
                " (started_at, user_id)."
            ),
        ),
        (
            (
                "DROP INDEX idx_token_usage_recorded_at;"
                " CREATE INDEX idx_token_usage_recorded_at ON token_usage (recorded_at) WHERE input_tokens > 0"
            ),
            "idx_token_usage_recorded_at: expected an index of all rows, found a partial or unfinished one.",
        ),
        (
            "DELETE FROM tool_types WHERE id = 'claude-desktop'",
            "tool_types 'claude-desktop': expected a row, found none.",
        ),
        ("DROP TABLE evaluator.calls", "evaluator.calls: expected a table, found none."),
        (
            "DELETE FROM evaluator.migrations WHERE number = 2",
            "Migration 0002_evaluator: expected applied, found pending; run modu db migrate.",
        ),
    ],
)
def test_each_kind_of_difference_is_said_in_one_sentence(conn: Connection, ddl: str, says: str) -> None:
    conn.execute(ddl)

    assert differences(conn) == (says,)


def test_a_renamed_column_is_one_missing_and_one_too_many(conn: Connection) -> None:
    conn.execute("ALTER TABLE sessions RENAME session_hash TO server_session_hash")

    assert differences(conn) == (
        "sessions.session_hash: expected a column of type varchar(64), found none.",
        "sessions.server_session_hash: expected no such column, found one of type varchar(64).",
        "sessions (session_hash): expected a unique key, found none.",
    )


def test_an_empty_database_lacks_each_table_and_each_migration(empty: Connection) -> None:
    assert differences(empty) == (
        "users: expected a table, found none.",
        "tool_types: expected a table, found none.",
        "sessions: expected a table, found none.",
        "token_usage: expected a table, found none.",
        "project_evaluations: expected a table, found none.",
        "user_stats: expected a table, found none.",
        "daily_user_stats: expected a table, found none.",
        "security_audit_log: expected a table, found none.",
        "Migration 0001_platform: expected applied, found pending; run modu db migrate.",
        "Migration 0002_evaluator: expected applied, found pending; run modu db migrate.",
        "Migration 0003_judging: expected applied, found pending; run modu db migrate.",
        "Migration 0004_cohorts: expected applied, found pending; run modu db migrate.",
    )


def test_an_edited_migration_is_refused(conn: Connection) -> None:
    conn.execute("UPDATE evaluator.migrations SET sha256 = 'other' WHERE number = 1")

    with pytest.raises(SchemaConflict, match="0001_platform"):
        differences(conn)
