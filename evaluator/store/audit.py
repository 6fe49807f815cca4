"""The audit trail: who did what, from where. Event names follow the OWASP logging vocabulary."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from evaluator.store import queries
from evaluator.store.database import clean

_ADD = queries.load("audit.sql")["add"]

_LONGEST_VALUE = 256  # bytes of UTF-8: enough to recognise what it was, too little to smuggle a file in
_LONGEST_ADDRESS = 45  # characters, the column's length: an IPv6 address with an IPv4 tail

Detail = str | int | bool | None


def add(
    conn: Connection[Any],
    event_type: str,
    *,
    user_id: UUID | None = None,
    details: Mapping[str, Detail] | None = None,
    ip_address: str | None = None,
    user_agent: str | None = None,
) -> None:
    """Add one event. Texts are cleaned and cut to 256 bytes; a key, a path, a body or code has no place in them."""
    values = {
        "user_id": user_id,
        "event_type": event_type,
        "ip_address": None if ip_address is None else clean(ip_address)[:_LONGEST_ADDRESS],
        "user_agent": None if user_agent is None else _cut(user_agent),
        "details": None if details is None else Jsonb({name: _fit(value) for name, value in details.items()}),
    }
    conn.execute(_ADD, values)


def _fit(value: Detail) -> Detail:
    return _cut(value) if isinstance(value, str) else value


def _cut(text: str) -> str:
    return clean(text).encode()[:_LONGEST_VALUE].decode(errors="ignore")  # half a character is left out
