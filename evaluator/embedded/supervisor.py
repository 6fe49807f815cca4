"""The supervisor: one process per MODU_HOME that keeps both servers up while anybody uses them, then stops them.

It is nobody's child, so it outlives whoever started it, and it holds the supervisor's lock by a file that it was born
with. Who uses the pair holds the users' lock shared; when the supervisor can have that lock for itself, nobody is left.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from evaluator.embedded import servers
from evaluator.embedded.home import Home, open_log, prepare, take
from evaluator.embedded.servers import Server
from evaluator.errors import EvaluatorError

_PROC = Path("/proc")
_STARTING, _STEADY = 0.01, 0.2  # seconds between two looks
_LINGER = 0.5  # seconds without a user before the servers stop: the next command often follows at once
_STOP_LIMIT = 5  # seconds to stop in good order
_MOST_FAILURES = 8  # starts in a row that may fail
_LASTING = 5  # seconds; a server that lived longer had started well


class _Kept:
    """A server that is started again whenever it ends."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._failures = 0
        self._start()

    def _start(self) -> None:
        end_orphan(self.server)
        with open_log(self.server.log) as log:
            self._log_begins = log.tell()
            self._process = subprocess.Popen(
                self.server.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self._started = time.monotonic()

    def keep(self) -> None:
        """Start the server again where it has ended. Raises EmbeddedUnavailable when that has failed too often."""
        if self._process.poll() is None:
            return
        if time.monotonic() - self._started > _LASTING:
            self._failures = 0
        self._failures += 1
        if self._failures > _MOST_FAILURES:
            raise servers.did_not_start(self.server.name, self.server.log, since=self._log_begins)
        time.sleep(0.1 * self._failures)  # PostgreSQL refuses while children of a killed one are still ending
        self._start()

    def ask_to_stop(self) -> None:
        """Tell the server to end in good order; what was written stays."""
        self._process.send_signal(signal.SIGINT)

    def wait(self) -> None:
        """Return when the server has ended, by force where it takes too long."""
        try:
            self._process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Supervisor:
    """Keeps the pair of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._kept: list[_Kept] = []
        self._told_to_stop = False
        self._last_used = time.monotonic()

    def run(self, programs: servers.Programs) -> None:
        """Keep both servers up until nobody has used them for a moment, or a signal says so; then stop them.

        Where a server does not start, the home's `failure` says why.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            servers.make_cluster(self._home, programs.postgres)
            for server in (
                servers.redis(self._home, programs.redis),
                servers.postgres(self._home, programs.postgres),
            ):
                self._kept.append(_Kept(server))
            self._keep()
        except EvaluatorError as error:
            self._home.failure.write_text(str(error))
        except OSError as error:
            self._home.failure.write_text(
                f"The embedded services stopped: {error}. Mend that, or {servers.OWN_SERVERS}."
            )
        finally:
            self._end()

    def _stop(self, *_: object) -> None:
        self._told_to_stop = True

    def _keep(self) -> None:
        pause = _STARTING
        self._last_used = time.monotonic()  # making a cluster may have taken longer than we linger
        while self._wanted():
            for kept in self._kept:
                kept.keep()
            if pause == _STARTING and all(kept.server.answers() for kept in self._kept):
                self._home.ready.touch()
                pause = _STEADY
            time.sleep(pause)

    def _wanted(self) -> bool:
        """Return whether to go on. At the end it keeps the users' lock: who comes now waits until we are gone."""
        if self._told_to_stop:
            return False
        lock = take(self._home.users_lock)
        if lock is None:
            self._last_used = time.monotonic()
        elif time.monotonic() - self._last_used < _LINGER:
            os.close(lock)
        else:
            return False
        return True

    def _end(self) -> None:
        self._home.ready.unlink(missing_ok=True)
        for kept in self._kept:
            kept.ask_to_stop()
        for kept in self._kept:
            kept.wait()
        if self._home.sockets != self._home.run:
            shutil.rmtree(self._home.sockets, ignore_errors=True)


# What a killed supervisor left ------------------------------------------------------------------------------------


def end_orphan(server: Server) -> None:
    """Stop the server that an earlier supervisor left, and see that its mark keeps nobody from starting.

    The process id in the mark may by now be another program's: only a process that is the same program over the same
    folder is touched. Called by the one supervisor alone, so nobody else starts a server meanwhile.
    """
    pid = _marked(server.pid_file)
    for number in (signal.SIGINT, signal.SIGKILL):
        if pid is not None and _is(server, pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            _wait_for_end(server, pid)
    server.socket.with_name(f"{server.socket.name}.lock").unlink(missing_ok=True)
    if _marked(server.pid_file) is None:
        server.pid_file.unlink(missing_ok=True)  # empty or broken: a server that died while it wrote it
    else:
        # PostgreSQL does not start while the number in its mark is a living process, unless that is its parent: us.
        # The mark itself must stay, its other lines protect the data from children that a killed server left.
        rest = server.pid_file.read_text().splitlines()[1:]
        server.pid_file.write_text("\n".join([str(os.getpid()), *rest, ""]))


def _marked(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _is(server: Server, pid: int) -> bool:
    line = _command_line(pid) + " "
    return f"/{server.program} " in line and f" {server.folder} " in line


def _command_line(pid: int) -> str:
    """Return the program and the arguments of a process, or nothing where there is no such process."""
    if _PROC.is_dir():
        try:
            return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ")
        except OSError:
            return ""
    ps = subprocess.run(("ps", "-ww", "-o", "command=", "-p", str(pid)), capture_output=True, text=True, check=False)
    return ps.stdout.strip()


def _wait_for_end(server: Server, pid: int) -> None:
    deadline = time.monotonic() + _STOP_LIMIT
    while _is(server, pid) and time.monotonic() < deadline:
        time.sleep(0.01)


def main() -> None:
    """Become the supervisor of the home of `sys.argv`, in the background; the caller returns at once."""
    if os.fork():
        os._exit(0)
    _, home, postgres, redis = sys.argv
    supervised = prepare(Path(home))
    supervised.supervisor_lock.write_text(f"{os.getpid()}\n")
    Supervisor(supervised).run(servers.Programs(postgres=Path(postgres), redis=Path(redis)))
