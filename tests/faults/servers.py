"""The real PostgreSQL and Redis of the wheels, started by the test itself: it may kill them, and starts them again."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluator.embedded import servers
from evaluator.embedded.home import Home, prepare
from evaluator.embedded.servers import Server
from evaluator.embedded.supervisor import end_orphan


class Kept:
    """One of the two. Its methods are for the main thread: the server is bound to end with the thread that began it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers; PostgreSQL may refuse while children of a killed one are ending."""
        deadline = time.monotonic() + 60
        while not self._starts():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.server.name} does not come back: {self.server.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def _starts(self) -> bool:
        end_orphan(self.server)
        with self.server.log.open("ab") as log:
            self._process = subprocess.Popen(self.server.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while self._process.poll() is None:
            if self.server.answers():
                return True
            time.sleep(0.05)
        return False

    def keep(self) -> None:
        """Try to start it again where it has ended."""
        if self._process is not None and self._process.poll() is not None:
            self._starts()

    def kill(self, by: int = signal.SIGKILL) -> None:
        """End it without a chance to put anything in order."""
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(30)

    def kill_child(self) -> None:
        """Kill a process of its that serves a connection: PostgreSQL then throws all out and starts over."""
        if self._process is not None and (children := _children(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[-1], signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def _children(pid: int) -> list[int]:
    listed = subprocess.run(("ps", "-o", "pid=", "--ppid", str(pid)), capture_output=True, text=True, check=False)
    return sorted(int(line) for line in listed.stdout.split())


class Pair:
    """Both of them, in a home of their own."""

    def __init__(self, folder: Path) -> None:
        programs = servers.find()
        self.home: Home = prepare(folder)
        servers.make_cluster(self.home, programs.postgres)
        self.postgres = Kept(servers.postgres(self.home, programs.postgres))
        self.redis = Kept(servers.redis(self.home, programs.redis))

    def empty_redis(self) -> None:
        """Lose what Redis has written, while it is down."""
        for path in self.home.redis.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    @property
    def database_url(self) -> str:
        """The address of PostgreSQL without a line between."""
        return f"postgresql://modu@/modu?host={self.home.postgres_sockets}"

    @property
    def postgres_socket(self) -> str:
        return str(self.home.postgres_socket)

    @property
    def redis_socket(self) -> str:
        return str(self.home.redis_socket)


@contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """Yield both, which answer, and stop them in the end."""
    opened = Pair(folder)
    try:
        opened.postgres.start()
        opened.redis.start()
        yield opened
    finally:
        opened.redis.stop()
        opened.postgres.stop()
