"""The local provider in a process of its own, and what it saw of a program that asked it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Provider:
    """The local provider, in a process of its own."""

    port: int
    process: subprocess.Popen[str]

    def ask(self, what: str) -> dict[str, Any]:
        """Return what `/stats`, `/reset` or `/last` answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{what}", timeout=10) as answer:
            return dict(json.load(answer))


@contextmanager
def provider(seconds: float) -> Iterator[Provider]:
    """Yield a provider that takes so many seconds to answer."""
    command = [sys.executable, "-m", "benchmarks.queue.server", "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdout is not None
        try:
            yield Provider(int(process.stdout.readline()), process)
        finally:
            process.terminate()


@dataclass(frozen=True)
class Run:
    """What one program took to grade so many items; each call takes a second."""

    name: str
    items: int
    concurrency: int
    stats: Mapping[str, float]  # as the provider counted
    cpu: float  # seconds of all processes of the program; where it was started for the run, its start included
    memory: int  # bytes at the peak, of all of its processes
    beside: Mapping[str, float] | None = None  # seconds of CPU of the services that it uses

    @property
    def seconds(self) -> float:
        """From the first call to the last answer."""
        return self.stats["last"] - self.stats["first"]

    @property
    def efficiency(self) -> float:
        """Ideal over actual time."""
        return self.stats["answered"] / self.concurrency / self.seconds
