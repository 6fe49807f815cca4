"""Where the cohort is graded: services that may be killed, lines that may be cut, workers as an operator runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tests.faults.network import Line, Network, network
from tests.faults.provider import Provider, provider
from tests.support.services import wait_until

MODEL = "openai/anything"
_PASSED = ("PATH", "LANG", "TMPDIR")
_STOP_LIMIT = 60  # seconds for a worker to end after SIGTERM: it drains for 25


@dataclass(frozen=True)
class Lines:
    """The ways of one process to what it needs; the one to the provider is for all, as its address is in each grade."""

    database: Line
    redis: Line
    provider: Line

    @property
    def all(self) -> tuple[Line, ...]:
        return self.database, self.redis, self.provider


class Worker:
    """`modu worker`, as one process, started again with the same settings as often as wanted."""

    def __init__(self, name: str, *, lines: Lines, settings: Mapping[str, str], folder: Path) -> None:
        self.lines = lines
        self.log = folder / f"{name}.log"
        self._settings = settings
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it; one that still leaves may go on leaving."""
        coverage = {name: value for name, value in os.environ.items() if name.startswith("COV")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "evaluator.cli.main", "worker"],
                env={**coverage, **self._settings},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens where it has ended."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def leave(self) -> None:
        """Ask it to end; another may be started at once."""
        if self._process is not None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self._leaving.append(self._process)
            self._process = None

    def stop(self) -> None:
        """Return when all of its processes have ended. Raises AssertionError where one does not of itself."""
        self.leave()
        try:
            for process in self._leaving:
                process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"a worker does not end: {self.log.read_text()[-3000:]}") from error
        finally:
            for process in self._leaving:
                process.kill()
                process.wait()


@dataclass(frozen=True)
class Stage:
    """Everything that is there while a cohort is graded."""

    folder: Path
    database_url: str  # without a line between
    provider: Provider
    network: Network
    workers: tuple[Worker, ...]
    office: Lines  # of those who hand in and cancel
    settings: Mapping[str, str]  # of the office

    def logs(self) -> str:
        """Return what all workers have said."""
        return "".join(worker.log.read_text(errors="replace") for worker in self.workers if worker.log.exists())

    def survivors(self) -> list[int]:
        """Return the processes that still are, of all that were started with this stage's settings."""
        mark = os.fsencode(f"MODU_HOME={self.folder / 'home'}")
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if mark in _environment(path)]


def _environment(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\0")
    except OSError:  # it has ended, or is somebody else's
        return []


class Servers(Protocol):
    """Where PostgreSQL and Redis answer."""

    @property
    def database_url(self) -> str: ...
    @property
    def postgres_socket(self) -> str: ...
    @property
    def redis_socket(self) -> str: ...


@contextmanager
def stage(
    folder: Path, servers: Servers, *, workers: int, threads: int = 8, moment: float = 0.5, lease: int = 6
) -> Iterator[Stage]:
    """Yield a stage with *workers* processes, which run, over a database that is ready.

    *moment* is how long the judge thinks, *lease* a request's lease, both in seconds.
    """
    with provider(moment=moment) as judge, network() as net:
        names = ("office", *(f"worker-{n}" for n in range(workers)))
        address = urlsplit(judge.url)
        out = net.line((str(address.hostname), int(address.port or 0)))
        lines = {name: Lines(net.line(servers.postgres_socket), net.line(servers.redis_socket), out) for name in names}
        settings = {name: worker_settings(folder, ways, threads=threads, lease=lease) for name, ways in lines.items()}
        prepare(settings["office"], folder)
        crew = tuple(
            Worker(name, lines=lines[name], settings=settings[name], folder=folder)
            for name in names
            if name != "office"
        )
        try:
            for worker in crew:
                worker.start()
            yield Stage(folder, servers.database_url, judge, net, crew, lines["office"], settings["office"])
        finally:
            for line in (line for ways in lines.values() for line in ways.all):
                line.mend()
            for worker in crew:
                worker.leave()
            for worker in crew:
                worker.stop()


def worker_settings(folder: Path, lines: Lines, *, threads: int = 4, lease: int = 60) -> dict[str, str]:
    """Return the environment of a process that has those lines, and nothing else of this machine."""
    passed = {name: value for name, value in os.environ.items() if name in _PASSED}
    return {
        **passed,
        "HOME": str(folder),
        "MODU_HOME": str(folder / "home"),
        "DATABASE_URL": f"postgresql://modu@127.0.0.1:{lines.database.port}/modu?connect_timeout=5&sslmode=disable",
        "REDIS_URL": f"redis://127.0.0.1:{lines.redis.port}/0",
        "MODU_MODEL": MODEL,
        "MODU_API_BASE": f"http://127.0.0.1:{lines.provider.port}",
        "OPENAI_API_KEY": "key-of-the-test",
        "MODU_PRICES": f"{MODEL}=2/10",
        "MODU_ALLOWED_ROOTS": str(folder),
        "MODU_WORKER_THREADS": str(threads),
        "MODU_LEASE_SECONDS": str(lease),
        "MODU_MAX_ATTEMPTS": "20",  # a project that the trouble finds three times is no poison
        "MODU_JUDGE_TIMEOUT": "8",
        "MODU_RETRY_WAIT": "3",
        "MODU_LOG_LEVEL": "INFO",
    }


def prepare(settings: Mapping[str, str], folder: Path) -> None:
    """Migrate the database, as an operator does."""
    subprocess.run(
        [sys.executable, "-m", "evaluator.cli.main", "db", "migrate"],
        env=settings,
        cwd=folder,
        check=True,
        capture_output=True,
    )


def wait_for_workers(stage: Stage, *, seconds: float = 60) -> None:
    """Return when every worker has said that it is ready."""
    wait_until(
        lambda: all("Worker ready" in worker.log.read_text() for worker in stage.workers),
        seconds=seconds,
        what="all workers are ready",
    )
