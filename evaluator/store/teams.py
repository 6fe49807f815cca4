"""People and teams of a cohort, looked up and made in bulk. A team is a user that nobody signs in as."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from evaluator.domain import User, Value
from evaluator.store import queries

_SQL = queries.load("teams.sql")
_LOCK, _NAMED, _ADD = _SQL["lock"], _SQL["named"], _SQL["add"]


class Known(Value):
    """A user who is there, and whether that is a team."""

    user: User
    team: bool


def lock(conn: Connection[Any]) -> None:
    """Let nobody else make a user until the transaction ends."""
    conn.execute(_LOCK)


def named(conn: Connection[Any], wanted: Collection[str]) -> Mapping[str, Sequence[Known]]:
    """Return, for each of the names or ids that somebody has, who has it: the platform does not keep names apart.

    Names are in NFC; an id wins over a name.
    """
    ids = [text for text in wanted if _is_id(text)]
    values = {"names": [text for text in wanted if not _is_id(text)], "ids": ids}
    spelt = {text.lower(): text for text in ids}  # the database writes ids in small letters
    found: dict[str, list[Known]] = defaultdict(list)
    with conn.cursor(row_factory=dict_row) as cur:
        for row in cur.execute(_NAMED, values):
            user = User(id=row["id"], name=row["name"], salt=row["salt"])
            wanted_name = str(row["wanted"])
            found[spelt.get(wanted_name, wanted_name)].append(Known(user=user, team=row["team"]))
    return found


def add(conn: Connection[Any], names: Sequence[str]) -> None:
    """Make a team of each name; the caller holds the lock and knows that nobody is called so."""
    conn.execute(_ADD, {"names": list(names), "salts": [secrets.token_hex(32) for _ in names]})


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
