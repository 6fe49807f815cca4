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

from evaluator.embedded.home import Home
from evaluator.embedded.pair import Addresses, running

_ROOT = Path(__file__).parents[2]


class PairUser:
    """Another process that uses the pair of *home*; it has just been started."""

    def __init__(
        self, home: Path, *, through: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            (*through, sys.executable, "-m", "tests.support.pair_user", str(home)),
            cwd=_ROOT,
            env={**os.environ, **(environment or {})},
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
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    """End a process of the pair without a chance to clean up."""
    os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    with running(Path(sys.argv[1])) as found:
        print(json.dumps(asdict(found)), flush=True)  # noqa: T201 (this is its answer)
        sys.stdin.read()
