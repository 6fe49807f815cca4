"""The migrations: numbered SQL files, each applied once, in one transaction, and never edited after its release."""

import hashlib
import logging
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import psycopg
from psycopg import Connection, errors

from evaluator.domain import Value
from evaluator.errors import SchemaConflict
from evaluator.store import queries
from evaluator.store.database import Database

logger = logging.getLogger(__name__)

_SQL = queries.load("migrate.sql")
_LOCK, _HAS_LEDGER, _LEDGER, _NOTE = _SQL["lock"], _SQL["has_ledger"], _SQL["ledger"], _SQL["note"]
_MAKE_SCHEMA, _MAKE_LEDGER = _SQL["make_schema"], _SQL["make_ledger"]

_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_MISFITS = (psycopg.ProgrammingError, psycopg.IntegrityError, psycopg.DataError, psycopg.NotSupportedError)


class Migration(Value):
    """One numbered file."""

    number: int
    name: str  # of the file, without `.sql`
    sql: str

    @property
    def sha256(self) -> str:
        """Return the 64 hex digits that show whether the file was edited."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def released() -> tuple[Migration, ...]:
    """Return every migration of this program, in order."""
    files = resources.files("evaluator.store").joinpath("migrations").iterdir()
    return ordered({file.name: file.read_text("utf-8") for file in files if file.name.endswith(".sql")})


def ordered(files: Mapping[str, str]) -> tuple[Migration, ...]:
    """Return the migrations of *files*, name -> SQL, by number. Raises ValueError for a bad name or a taken number."""
    found: dict[int, Migration] = {}
    for name, sql in sorted(files.items()):
        match = _FILE.fullmatch(name)
        if not match or int(match[1]) in found:
            raise ValueError(f"{name} is no name of a migration, such as 0001_platform.sql, or its number is taken")
        found[int(match[1])] = Migration(number=int(match[1]), name=name.removesuffix(".sql"), sql=sql)
    return tuple(found.values())


def migrate(database: Database) -> tuple[str, ...]:
    """Bring *database* up to date and return the names of the migrations that this took.

    Processes that do so at once take turns. Raises SchemaConflict where a migration does not fit what is there; that
    one is undone whole.
    """
    applied: list[str] = []
    while pending(database):  # asked without the lock: at most starts there is nothing to do
        with database.transaction() as conn:
            conn.execute(_LOCK)
            if migration := next(iter(unapplied(conn)), None):
                _apply(conn, migration)
                applied.append(migration.name)
    return tuple(applied)


def pending(database: Database) -> tuple[str, ...]:
    """Return the names of the migrations that *database* still lacks. Raises SchemaConflict as `unapplied` does."""
    with database.transaction() as conn:
        return tuple(migration.name for migration in unapplied(conn))


def unapplied(conn: Connection[Any]) -> tuple[Migration, ...]:
    """Return the migrations that are not in the ledger, in order.

    Raises SchemaConflict where one that is there was edited since. A database that is newer than this program is
    allowed, and said in the log.
    """
    ledger: dict[int, str] = dict(conn.execute(_LEDGER)) if _scalar(conn, _HAS_LEDGER) else {}
    for migration in released():
        if ledger.get(migration.number, migration.sha256) != migration.sha256:
            raise SchemaConflict(
                f"Migration {migration.name} is not the one that this database was made with: the file was edited"
                " after its release. Install the released program again; a change needs a new migration."
            )
    if newer := ledger.keys() - {migration.number for migration in released()}:
        logger.warning("The database is newer than this program: update the program", extra={"newer": sorted(newer)})
    return tuple(migration for migration in released() if migration.number not in ledger)


def _scalar(conn: Connection[Any], query: queries.Statement) -> Any:
    row = conn.execute(query).fetchone()
    return row and row[0]


def _apply(conn: Connection[Any], migration: Migration) -> None:
    try:
        if not _scalar(conn, _HAS_LEDGER):
            conn.execute(_MAKE_SCHEMA)
            conn.execute(_MAKE_LEDGER)
        conn.execute(migration.sql)
    except errors.InsufficientPrivilege as error:
        raise SchemaConflict(
            f"The user of DATABASE_URL may not apply migration {migration.name} ({error.diag.message_primary}); nothing"
            " was changed. Run modu db migrate once as the owner of the tables, or grant it what is missing."
        ) from error
    except _MISFITS as error:
        raise SchemaConflict(
            f"Migration {migration.name} does not fit the tables that are there ({error.diag.message_primary}); nothing"
            " was changed. Run modu db check, which lists every difference, mend them, and migrate again."
        ) from error
    conn.execute(_NOTE, migration.model_dump(include={"number", "name"}) | {"sha256": migration.sha256})
    logger.info("Migration applied", extra={"migration": migration.name})
