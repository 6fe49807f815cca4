"""The shared tables as the platform's document has them (schema 1.1.0, design section 3), for `check` to compare with.

Written from the document and never derived from our own migration, so that a mistake in the migration is found. What
the document leaves open (most of NOT NULL, the further columns of an index, ON DELETE) is not here.
"""

from collections.abc import Mapping

from evaluator.domain import Value

Range = tuple[int, int | None]  # least and most that a CHECK lets in


class Default(Value):
    """What a column holds where nobody says."""

    words: str
    pattern: str  # found in the expression, as PostgreSQL prints it


class Table(Value):
    """One table of the document. `timestamp` stands for either kind: with a time zone or plain."""

    name: str
    columns: Mapping[str, str]  # name -> type
    key: str = "id"
    unique: tuple[frozenset[str], ...] = ()
    links: Mapping[str, str] = {}  # column -> the table whose key it holds
    indexes: Mapping[str, tuple[str, ...]] = {}  # name -> the columns that it begins with
    required: frozenset[str] = frozenset()  # NOT NULL by the design
    nullable: frozenset[str] = frozenset()  # NULL is let in, by the design
    defaults: Mapping[str, Default] = {}
    ranges: Mapping[str, Range] = {}
    sums: Mapping[str, frozenset[str]] = {}  # generated column -> the columns that it adds up


_NOW = Default(words="now()", pattern=r"now\(\)|_timestamp\(\)|CURRENT_TIMESTAMP|LOCALTIMESTAMP")
_RANDOM = Default(words="a random value", pattern="random")
_FALSE = Default(words="false", pattern="^false$")
_SCORE, _TOTAL, _COUNT = (0, 5), (0, 10), (0, None)

TABLES = (
    Table(
        name="users",
        columns={
            "id": "uuid",
            "clerk_id": "varchar(255)",
            "github_id": "varchar(255)",
            "github_username": "varchar(255)",
            "github_avatar_url": "text",
            "api_key_hash": "varchar(255)",
            "api_key_prefix": "varchar(20)",
            "user_salt": "varchar(255)",
            "privacy_mode": "boolean",
            "created_at": "timestamp",
            "updated_at": "timestamp",
        },
        unique=(frozenset({"clerk_id"}), frozenset({"github_id"})),
        indexes={"idx_users_clerk_id": ("clerk_id",), "idx_users_api_prefix": ("api_key_prefix",)},
        required=frozenset({"user_salt", "privacy_mode"}),
        nullable=frozenset({"clerk_id", "github_id", "api_key_hash", "api_key_prefix"}),
        defaults={"user_salt": _RANDOM, "privacy_mode": _FALSE, "created_at": _NOW, "updated_at": _NOW},
    ),
    Table(
        name="tool_types",
        columns={
            "id": "varchar(50)",
            "name": "varchar(100)",
            "display_name": "varchar(100)",
            "icon_url": "text",
            "color": "varchar(7)",
            "is_active": "boolean",
            "sort_order": "integer",
            "created_at": "timestamp",
        },
        defaults={"created_at": _NOW},
    ),
    Table(
        name="sessions",
        columns={
            "id": "uuid",
            "user_id": "uuid",
            "tool_type_id": "varchar(50)",
            "session_hash": "varchar(64)",
            "anonymous_project_id": "varchar(100)",
            "started_at": "timestamp",
            "ended_at": "timestamp",
            "duration_seconds": "integer",
            "model_name": "varchar(100)",
            "turn_count": "integer",
            "tool_usage": "jsonb",
            "code_metrics": "jsonb",
            "created_at": "timestamp",
        },
        unique=(frozenset({"session_hash"}),),
        links={"user_id": "users", "tool_type_id": "tool_types"},
        indexes={"idx_sessions_user_id": ("user_id",), "idx_sessions_started_at": ("started_at",)},
        defaults={"created_at": _NOW},
        ranges={"duration_seconds": _COUNT, "turn_count": _COUNT},
    ),
    Table(
        name="token_usage",
        columns={
            "id": "uuid",
            "session_id": "uuid",
            "user_id": "uuid",
            "tool_type_id": "varchar(50)",
            "input_tokens": "bigint",
            "output_tokens": "bigint",
            "cache_creation_tokens": "bigint",
            "cache_read_tokens": "bigint",
            "total_tokens": "bigint",
            "recorded_at": "timestamp",
        },
        links={"session_id": "sessions", "user_id": "users", "tool_type_id": "tool_types"},
        indexes={"idx_token_usage_recorded_at": ("recorded_at",)},
        defaults={"recorded_at": _NOW},
        ranges={
            "input_tokens": _COUNT,
            "output_tokens": _COUNT,
            "cache_creation_tokens": _COUNT,
            "cache_read_tokens": _COUNT,
        },
        sums={
            "total_tokens": frozenset({"input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens"})
        },
    ),
    Table(
        name="project_evaluations",
        columns={
            "id": "uuid",
            "user_id": "uuid",
            "project_path_hash": "varchar(64)",
            "project_name": "varchar(255)",
            "total_score": "integer",
            "rubric_functionality": "integer",
            "rubric_practicality": "integer",
            "llm_model": "varchar(100)",
            "llm_provider": "varchar(50)",
            "passed": "boolean",
            "feedback": "text",
            "evaluated_at": "timestamp",
        },
        links={"user_id": "users"},
        indexes={"idx_evaluations_user_id": ("user_id",)},
        defaults={"evaluated_at": _NOW},
        ranges={"total_score": _TOTAL, "rubric_functionality": _SCORE, "rubric_practicality": _SCORE},
    ),
    Table(
        name="user_stats",
        columns={
            "user_id": "uuid",
            "total_input_tokens": "bigint",
            "total_output_tokens": "bigint",
            "total_cache_tokens": "bigint",
            "total_all_tokens": "bigint",
            "tokens_by_tool": "jsonb",
            "total_sessions": "integer",
            "sessions_by_tool": "jsonb",
            "successful_projects_count": "integer",
            "total_evaluations": "integer",
            "last_activity_at": "timestamp",
            "updated_at": "timestamp",
        },
        key="user_id",
        links={"user_id": "users"},
        indexes={
            "idx_user_stats_total_tokens": ("total_all_tokens",),
            "idx_user_stats_projects": ("successful_projects_count",),
        },
        defaults={"updated_at": _NOW},
        ranges={
            "total_input_tokens": _COUNT,
            "total_output_tokens": _COUNT,
            "total_cache_tokens": _COUNT,
            "total_all_tokens": _COUNT,
            "total_sessions": _COUNT,
            "successful_projects_count": _COUNT,
            "total_evaluations": _COUNT,
        },
    ),
    Table(
        name="daily_user_stats",
        columns={
            "id": "uuid",
            "user_id": "uuid",
            "stat_date": "date",
            "input_tokens": "bigint",
            "output_tokens": "bigint",
            "cache_tokens": "bigint",
            "total_tokens": "bigint",
            "session_count": "integer",
            "by_tool": "jsonb",
            "created_at": "timestamp",
        },
        unique=(frozenset({"user_id", "stat_date"}),),
        links={"user_id": "users"},
        indexes={"idx_daily_user_stats_user_date": ("user_id", "stat_date")},
        defaults={"created_at": _NOW},
        ranges={
            "input_tokens": _COUNT,
            "output_tokens": _COUNT,
            "cache_tokens": _COUNT,
            "total_tokens": _COUNT,
            "session_count": _COUNT,
        },
    ),
    Table(
        name="security_audit_log",
        columns={
            "id": "uuid",
            "user_id": "uuid",
            "event_type": "varchar(100)",
            "ip_address": "varchar(45)",
            "user_agent": "text",
            "details": "jsonb",
            "created_at": "timestamp",
        },
        links={"user_id": "users"},
        nullable=frozenset({"user_id"}),
        defaults={"created_at": _NOW},
    ),
)

TOOL_TYPES = ("claude-code", "claude-desktop", "opencode", "gemini", "codex", "crush")

OURS = ("migrations", "installation", "requests", "records", "calls")  # the tables of the schema `evaluator`
