"""What this installation keeps to itself."""

from typing import Any

from psycopg import Connection

from evaluator.store import queries

_SECRET = queries.load("installation.sql")["secret"]


def secret(conn: Connection[Any]) -> str:
    """Return the secret from which the fence marks are derived; it never leaves the process."""
    row = conn.execute(_SECRET).fetchone()
    if row is None:
        raise AssertionError("the migration wrote no installation row")
    return str(row[0])
