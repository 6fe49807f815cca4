"""Run the tests against servers as a distribution packages them: `python -m tests.support.external -- ARGS OF PYTEST`.

Starts PostgreSQL and Redis in a temporary folder on free loopback ports, each with a password, gives their addresses to
pytest as TEST_DATABASE_URL and TEST_REDIS_URL, and stops both. Exit status: pytest's, 2 where a server is missing.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from evaluator.embedded.pair import Addresses
from tests.support.services import wait_until

_NOBODY = 65534  # PostgreSQL refuses to run as root


def main(arguments: list[str]) -> int:
    """Return the exit status of pytest over *arguments*."""
    clusters = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    redis_server = shutil.which("redis-server", path="/usr/bin:/usr/local/bin")
    if not clusters or redis_server is None:
        print("PostgreSQL or Redis is not installed: apt-get install postgresql redis-server", file=sys.stderr)  # noqa: T201
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="modu-external-") as folder,
        _servers(Path(folder), postgres=clusters[-1].parent, redis_server=redis_server) as addresses,
    ):
        environment = {"TEST_DATABASE_URL": addresses.database_url, "TEST_REDIS_URL": addresses.redis_url}
        command = (sys.executable, "-m", "pytest", *arguments)
        return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


@contextmanager
def _servers(folder: Path, *, postgres: Path, redis_server: str) -> Iterator[Addresses]:
    password, ports = secrets.token_hex(16), _free_ports(2)
    addresses = Addresses(
        database_url=f"postgresql://modu:{password}@127.0.0.1:{ports[0]}/postgres",
        redis_url=f"redis://:{password}@127.0.0.1:{ports[1]}/0",
    )
    commands = (
        _postgres(folder, postgres, port=ports[0], password=password),
        _redis(folder, redis_server, port=ports[1], password=password),
    )
    with (folder / "servers.log").open("wb") as log, _running(commands[0], log=log), _running(commands[1], log=log):
        wait_until(lambda: _answer(addresses), seconds=30, what="PostgreSQL and Redis answer")
        yield addresses


def _postgres(folder: Path, programs: Path, *, port: int, password: str) -> list[str]:
    """Return the command of a PostgreSQL whose cluster is made here."""
    through: list[str] = []
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY, _NOBODY)
        through = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    data, secret = folder / "postgres", folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)  # the folder is private
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "modu", "-A", "scram-sha-256", f"--pwfile={secret}"]
    made = [*through, *initdb, "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
    return [*through, str(programs / "postgres"), "-D", str(data), *(part for o in options for part in ("-c", o))]


def _redis(folder: Path, program: str, *, port: int, password: str) -> list[str]:
    """Return the command of a Redis that keeps nothing on disk."""
    options = {"port": str(port), "bind": "127.0.0.1", "requirepass": password, "dir": str(folder), "save": ""}
    return [program, *(part for name, value in options.items() for part in (f"--{name}", value))]


@contextmanager
def _running(command: list[str], *, log: BinaryIO) -> Iterator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _answer(addresses: Addresses) -> bool:
    try:
        psycopg.connect(addresses.database_url).close()
        with Redis.from_url(addresses.redis_url) as client:
            return bool(client.ping())
    except (psycopg.OperationalError, RedisError):
        return False


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, different from one another."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


if __name__ == "__main__":
    given = sys.argv[1:]
    raise SystemExit(main(given[1:] if given[:1] == ["--"] else given))
