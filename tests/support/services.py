"""PostgreSQL and Redis for tests: the addresses, a fresh database, an empty Redis, waiting with a limit."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from evaluator.embedded.home import Home, take
from evaluator.embedded.pair import Addresses


def external() -> Addresses | None:
    """Return the addresses that the environment gives to tests, or None where they use embedded services."""
    database_url, redis_url = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    return Addresses(database_url=database_url, redis_url=redis_url) if database_url and redis_url else None


@contextmanager
def new_database(url: str, *, template: str = "template0") -> Iterator[str]:
    """Yield the address of a new database, a copy of *template*, on the server of *url*; drop it afterwards."""
    name = f"test_{uuid4().hex}"
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(*map(sql.Identifier, (name, template)))
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(make)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(drop)


def database_name(url: str) -> str:
    """Return the name of the database that *url* leads to."""
    return urlsplit(url).path.removeprefix("/")


def redis_number(url: str, number: int) -> str:
    """Return *url* with another database number."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        query = urlencode({**dict(parse_qsl(parts.query)), "db": number})
        return f"unix://{parts.path}?{query}"  # geturl() forgets the empty host
    return parts._replace(path=f"/{number}").geturl()


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return as soon as *holds* does. Raises AssertionError after *seconds*."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def is_stopped(home: Path) -> bool:
    """Return whether no supervisor keeps the pair of *home*."""
    lock_file = Home(home).supervisor_lock
    if not lock_file.exists():
        return True
    lock = take(lock_file)
    if lock is not None:
        os.close(lock)
    return lock is not None


@contextmanager
def usable_home(folder: Path) -> Iterator[Path]:
    """Yield a MODU_HOME in *folder*; afterwards return when its servers have stopped."""
    home = folder / "home"
    yield home
    wait_until(lambda: is_stopped(home), seconds=20, what=f"the embedded services of {home} stop")
