"""Fixtures of the tests that need PostgreSQL and Redis. Nothing starts before a test asks for it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from evaluator.embedded.pair import Addresses, running
from evaluator.store.database import Database
from evaluator.store.migrate import migrate
from tests.support import services as support


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """The servers of TEST_DATABASE_URL and TEST_REDIS_URL, else one embedded pair for all workers of the session."""
    given = support.external()
    if given is not None:
        yield given
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with running(shared / "services") as addresses:
        yield addresses


@pytest.fixture(scope="session")
def template(services: Addresses) -> Iterator[str]:
    """The name of a migrated database, to be copied."""
    with support.new_database(services.database_url) as url:
        with Database.open(url) as database:
            migrate(database)
        yield support.database_name(url)


@pytest.fixture
def empty_database_url(services: Addresses) -> Iterator[str]:
    """A database of the test's own with nothing in it."""
    with support.new_database(services.database_url) as url:
        yield url


@pytest.fixture
def database_url(services: Addresses, template: str) -> Iterator[str]:
    """A database of the test's own, migrated."""
    with support.new_database(services.database_url, template=template) as url:
        yield url


@pytest.fixture
def redis_url(services: Addresses) -> str:
    """An empty Redis database that no other worker of the session uses."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    url = support.redis_number(services.redis_url, number)
    with Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def home() -> Iterator[Path]:
    """A MODU_HOME that does not exist yet; the test ends when the servers that it started there have stopped."""
    with tempfile.TemporaryDirectory(prefix="modu-") as folder, support.usable_home(Path(folder)) as path:
        yield path
