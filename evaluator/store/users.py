"""The people whose projects are graded: rows of the platform's `users`, named by `github_username`."""

import secrets
import unicodedata
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from evaluator.domain import User
from evaluator.errors import AmbiguousUser, BadUserName, UnknownUser, UserExists
from evaluator.store import queries, stats
from evaluator.store.database import clean

_SQL = queries.load("users.sql")
_LOCK, _ADD, _SET_KEY = _SQL["lock"], _SQL["add"], _SQL["set_key"]
_BY_NAME, _BY_ID, _ALL = _SQL["by_name"], _SQL["by_id"], _SQL["all"]

_LONGEST = 255  # characters of a name, in NFC: the column's length


def add(conn: Connection[Any], name: str) -> User:
    """Make a user called *name*, with empty statistics, and return it.

    Raises BadUserName, or UserExists where somebody has that name, whatever the capitals or the form of Unicode.
    """
    name = checked(name)
    conn.execute(_LOCK, {"name": name})
    if _named(conn, name):
        raise UserExists(name)
    return _insert(conn, name)


def ensure(conn: Connection[Any], name: str) -> User:
    """Return the user called *name*, made now where there is none; at once in two processes, it is made once.

    Raises BadUserName, or AmbiguousUser where the platform has several of that name.
    """
    name = checked(name)
    if found := _only(name, _named(conn, name)):
        return found
    conn.execute(_LOCK, {"name": name})
    return _only(name, _named(conn, name)) or _insert(conn, name)


def find(conn: Connection[Any], name_or_id: str) -> User:
    """Return the user of that id, or else of that name, whatever its capitals.

    Raises UnknownUser, or AmbiguousUser where several have the name.
    """
    wanted = unicodedata.normalize("NFC", clean(name_or_id))
    found = _rows(conn, _BY_ID, id=wanted) if _is_id(wanted) else []
    if user := _only(wanted, found or _named(conn, wanted)):
        return user
    raise UnknownUser(wanted)


def listing(conn: Connection[Any]) -> list[dict[str, Any]]:
    """Return id, name, key prefix and counters of every user, by name; who has none, last, with the id in its place."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_ALL).fetchall()


def set_key(conn: Connection[Any], user_id: UUID, *, key_hash: str, prefix: str) -> None:
    """Replace the API key of a user by the one of that hash and prefix. Raises UnknownUser."""
    if not conn.execute(_SET_KEY, {"id": user_id, "key_hash": key_hash, "prefix": prefix}).rowcount:
        raise UnknownUser(str(user_id))


def checked(name: str) -> str:
    """Return *name* in NFC, without white space around it; BadUserName where nobody may be called so."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= _LONGEST or not name.isprintable():
        raise BadUserName(f"A user's name has 1 to {_LONGEST} visible characters, which {name[:_LONGEST]!r} has not.")
    if _is_id(name):
        raise BadUserName(f"A user's name must not look like an id, as {name!r} does. Pick another one.")
    return name


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _rows(conn: Connection[Any], query: queries.Statement, **values: str) -> list[User]:
    with conn.cursor(row_factory=class_row(User)) as cur:
        return cur.execute(query, values).fetchall()


def _named(conn: Connection[Any], name: str) -> list[User]:
    return _rows(conn, _BY_NAME, name=name)


def _only(name: str, found: list[User]) -> User | None:
    if len(found) > 1:
        raise AmbiguousUser(name, ids=[str(user.id) for user in found])
    return found[0] if found else None


def _insert(conn: Connection[Any], name: str) -> User:
    [user] = _rows(conn, _ADD, name=name, salt=secrets.token_hex(32))
    stats.ensure(conn, user.id)
    return user
