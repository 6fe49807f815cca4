"""The database as a whole: bring it up to date, compare it with its document."""

from evaluator.store import check
from evaluator.store import migrate as migrations
from evaluator.store.database import Database


def migrate(database: Database) -> tuple[str, ...]:
    """Apply what is pending and return the names of the migrations applied."""
    return migrations.migrate(database)


def differences(database: Database) -> tuple[str, ...]:
    """Return every difference from the document, one sentence each."""
    with database.transaction() as conn:
        return check.differences(conn)
