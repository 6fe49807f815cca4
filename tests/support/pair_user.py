"""A process that uses the embedded pair until it is told to end, and what a test asks about the pair's processes.

As a program: prints the addresses as JSON, then waits for the end of its standard input.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from evaluator.embedded.home import Home
from evaluator.embedded.pair import Addresses, running
from tests.support.services import wait_until

SOON = 5  # seconds, within which the pair has to be gone after its last user
_ROOT = Path(__file__).parents[2]


class PairUser:
    """Another process that uses the pair of *home*; it has just been started."""

    def __init__(
        self, home: Path, *, through: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        # Another account may not write where coverage is measured.
        inherited = {name: value for name, value in os.environ.items() if not (through and name.startswith("COV"))}
        self._process = subprocess.Popen(
            (*through, sys.executable, "-m", "tests.support.pair_user", str(home)),
            cwd=_ROOT,
            env={**inherited, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @cached_property
    def addresses(self) -> Addresses:
        """Where the pair answers, once it does."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the process ended without addresses: {self.refusal()}"
        return Addresses(**json.loads(line))

    def end(self) -> None:
        """Let the process end in good order."""
        self._process.communicate()
        assert self._process.returncode == 0

    def refusal(self) -> str:
        """Return what the process said when it ended without addresses."""
        _, said = self._process.communicate()
        return said

    def kill(self) -> None:
        """End the process without a chance to clean up."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


@dataclass(frozen=True)
class Pids:
    """The processes of a pair."""

    supervisor: int
    postgres: int
    redis: int

    @classmethod
    def of(cls, home: Path) -> Self:
        """Return the processes of the pair of *home*, which is up."""
        place = Home(home)
        files = (place.supervisor_lock, place.data / "postmaster.pid", place.redis / "redis.pid")
        return cls(*(int(file.read_text().split()[0]) for file in files))

    def alive(self) -> list[str]:
        """Return the names of those that still run."""
        return [name for name, pid in asdict(self).items() if is_alive(pid)]

    def all_gone(self) -> bool:
        """Return whether none of them runs."""
        return not self.alive()


def is_alive(pid: int) -> bool:
    """Return whether the process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends while we read
        return False


def kill(pid: int) -> None:
    """End a process of the pair without a chance to clean up."""
    os.kill(pid, signal.SIGKILL)


def remember(addresses: Addresses, word: str) -> None:
    """Write *word* to both servers, committed."""
    with psycopg.connect(addresses.database_url) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        conn.execute("INSERT INTO kept VALUES (%s)", [word])
    with Redis.from_url(addresses.redis_url) as client:
        client.rpush("kept", word)


def remembered(addresses: Addresses) -> tuple[list[str], list[str]]:
    """Return the words that PostgreSQL and Redis hold."""
    with psycopg.connect(addresses.database_url) as conn:
        rows = [str(row[0]) for row in conn.execute("SELECT word FROM kept ORDER BY word")]
    with Redis.from_url(addresses.redis_url, decode_responses=True) as client:
        return rows, sorted(client.lrange("kept", 0, -1))


def answers(addresses: Addresses) -> bool:
    """Return whether both servers answer."""
    try:
        psycopg.connect(addresses.database_url).close()
        with Redis.from_url(addresses.redis_url) as client:
            return bool(client.ping())
    except (psycopg.OperationalError, RedisError):
        return False


def wait_for_end(pids: Pids) -> None:
    """Return when the pair has stopped, which has to be soon."""
    wait_until(pids.all_gone, seconds=SOON, what="the pair stops")


if __name__ == "__main__":
    with running(Path(sys.argv[1])) as found:
        print(json.dumps(asdict(found)), flush=True)  # noqa: T201 (this is its answer)
        sys.stdin.read()
