"""The command line as a person runs it: a process of its own, its exit status, what it prints."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluator.embedded.pair import Addresses

_LONGEST = 120  # seconds that a command may take
_PASSED = ("PATH", "LANG", "TMPDIR")  # of the environment: no key, no setting of the person who runs the tests


@dataclass(frozen=True)
class Ended:
    """What one command left."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed for programs."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Modu:
    """`modu` with a home or with addresses of its own."""

    settings: Mapping[str, str]
    folder: Path  # the current one
    embedded: bool
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def __call__(self, *args: str, **settings: str) -> Ended:
        """Run a command to its end."""
        process = self.start(*args, **settings)
        out, err = process.communicate(timeout=_LONGEST)
        return Ended(process.returncode, out, err)

    def start(self, *args: str, **settings: str) -> "subprocess.Popen[str]":
        """Start a command."""
        inherited = {name: value for name, value in os.environ.items() if name in _PASSED or name.startswith("COV")}
        process = subprocess.Popen(
            [sys.executable, "-m", "evaluator.cli.main", *args],
            env={**inherited, "HOME": str(self.folder), **self.settings, **settings},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what is still running."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def interrupt(process: "subprocess.Popen[str]") -> Ended:
    """Press Ctrl-C and return what the command left."""
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return Ended(process.returncode, out, err)


@contextmanager
def embedded_modu(home: Path, folder: Path) -> Iterator[Modu]:
    """Yield a `modu` with embedded services in *home*."""
    modu = Modu(settings={"MODU_HOME": str(home), "MODU_USER": "tester"}, folder=folder, embedded=True)
    try:
        yield modu
    finally:
        modu.end()


@contextmanager
def external_modu(addresses: Addresses, folder: Path) -> Iterator[Modu]:
    """Yield a `modu` over services of one's own, prepared as an operator would; workers are the test's to start."""
    modu = Modu(
        settings={
            "MODU_HOME": str(folder / "home"),
            "MODU_USER": "tester",
            "DATABASE_URL": addresses.database_url,
            "REDIS_URL": addresses.redis_url,
            "MODU_ALLOWED_ROOTS": "/",
        },
        folder=folder,
        embedded=False,
    )
    try:
        for command in (("db", "migrate"), ("user", "add", "tester")):
            if (ended := modu(*command)).status:
                raise AssertionError(ended.err)
        yield modu
    finally:
        modu.end()
