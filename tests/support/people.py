"""Users, sources and requests for tests, and what the database holds of them."""

from typing import Any
from uuid import UUID

from evaluator.domain import Options, Source, SourceKind, User
from evaluator.store import requests, users
from evaluator.store.database import Database

OPTIONS = Options(rubric="default", model="offline")


def add_user(database: Database, name: str = "kim") -> User:
    """Return a new user."""
    with database.transaction() as conn:
        return users.add(conn, name)


def folder_source(path: str, *, name: str = "project") -> Source:
    """Return the source of a folder, as parsing it would."""
    return Source(kind=SourceKind.PATH, location=path, name=name, canonical=f"path:{path}")


def queue(database: Database, user: User, source: Source, *, options: Options = OPTIONS) -> UUID:
    """Return the id of a new queued request."""
    with database.transaction() as conn:
        return requests.add(
            conn, user_id=user.id, source=source, options=options, path_hash=source.path_hash(user.salt)
        )


def add_cohort(database: Database, name: str, *, concurrency: int | None = None) -> UUID:
    """Return the id of a new cohort of nobody's."""
    with database.transaction() as conn:
        added = conn.execute(
            "INSERT INTO evaluator.cohorts (name, options, concurrency) VALUES (%s, '{}', %s) RETURNING id",
            (name, concurrency),
        ).fetchone()
    if added is None:
        raise AssertionError("INSERT ... RETURNING gave no row")
    return UUID(str(added[0]))


def queue_in(database: Database, user: User, cohort: UUID, number: int) -> UUID:
    """Return the id of a new queued request of a cohort, its row of that number."""
    id = queue(database, user, folder_source(f"/srv/{cohort}/{number}"))
    with database.transaction() as conn:
        conn.execute(
            "UPDATE evaluator.requests SET cohort_id = %s, row_number = %s, row_key = %s, priority = -10 WHERE id = %s",
            (cohort, number, f"row {number}", id),
        )
    return id


def row(database: Database, id: UUID) -> dict[str, Any]:
    """Return the row of a request."""
    with database.transaction() as conn:
        cursor = conn.execute("SELECT * FROM evaluator.requests WHERE id = %s", (id,))
        found = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    if found is None:
        raise AssertionError(f"no request {id}")
    return dict(zip(names, found, strict=True))


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """Return what a SELECT gives."""
    with database.transaction() as conn:
        return conn.execute(statement.encode()).fetchall()


def counters(database: Database, user: User) -> tuple[int, int]:
    """Return the stored `successful_projects_count` and `total_evaluations`."""
    with database.transaction() as conn:
        found = conn.execute(
            "SELECT successful_projects_count, total_evaluations FROM user_stats WHERE user_id = %s", (user.id,)
        ).fetchone()
    return (0, 0) if found is None else (found[0], found[1])


def recounted(database: Database, user: User) -> tuple[int, int]:
    """Return the two counters as the rows of `project_evaluations` give them (design.md, section 3)."""
    with database.transaction() as conn:
        found = conn.execute(
            "SELECT count(DISTINCT e.project_path_hash) FILTER (WHERE e.passed AND coalesce(r.counted, true)), count(*)"
            "  FROM project_evaluations AS e LEFT JOIN evaluator.records AS r ON r.evaluation_id = e.id"
            " WHERE e.user_id = %s",
            (user.id,),
        ).fetchone()
    if found is None:
        raise AssertionError("an aggregate gave no row")
    return found[0], found[1]


def everything_stored(database: Database) -> str:
    """Return every value of every table of the database as one text: what must not be stored must not be in it."""
    with database.transaction() as conn:
        tables = conn.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'evaluator')"
        ).fetchall()
        texts = [conn.execute(f"SELECT t::text FROM {name} AS t".encode()).fetchall() for (name,) in tables]
    return "\n".join(text for table in texts for (text,) in table)
