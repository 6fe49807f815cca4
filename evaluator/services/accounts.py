"""Users and their API keys. The form of a key and of its hash is the platform's (`specs/wire-contract.md`, 2)."""

import hashlib
import secrets
from collections.abc import Sequence

from evaluator.domain import User
from evaluator.store import audit, users
from evaluator.store.database import Database

_PREFIX = "modu_arena_"
_SHOWN = 19  # characters of a key that identify it to people
_SALT = b"modu-arena-api-key-salt"


def add(name: str, *, database: Database) -> User:
    """Return the new user of that name. Raises RequestError where the name is taken or no name."""
    with database.transaction() as conn:
        user = users.add(conn, name)
        audit.add(conn, "user_created", user_id=user.id)
    return user


def find(name: str, *, database: Database) -> User:
    """Return the user of that name or id. Raises UnknownUser."""
    with database.transaction() as conn:
        return users.find(conn, name)


def ensure(name: str, *, database: Database) -> User:
    """Return the user of that name, made on first use: the person at this machine."""
    with database.transaction() as conn:
        return users.ensure(conn, name)


def listing(*, database: Database) -> Sequence[dict[str, object]]:
    """Return id, name, key prefix and counters of every user, by name."""
    with database.transaction() as conn:
        return users.listing(conn)


def new_key(name: str, *, database: Database) -> str:
    """Return a new API key of the user, shown this once; the one before stops working. Raises UnknownUser."""
    key = f"{_PREFIX}{secrets.token_hex(4)}_{secrets.token_hex(16)}"
    with database.transaction() as conn:
        user = users.find(conn, name)
        users.set_key(conn, user.id, key_hash=key_hash(key), prefix=key[:_SHOWN])
        audit.add(conn, "authn_token_created", user_id=user.id, details={"prefix": key[:_SHOWN]})
    return key


def key_hash(key: str) -> str:
    """Return the 128 hex digits that the shared table keeps of a key: scrypt, as the platform computes it."""
    return hashlib.scrypt(key.encode(), salt=_SALT, n=16384, r=8, p=1, dklen=64).hex()
