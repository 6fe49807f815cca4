"""Real PostgreSQL and real Redis for a machine that has neither: one pair per MODU_HOME, while anybody uses it.

Any number of processes may enter `running` at the same moment. Each holds the users' lock shared until it ends, killed
or not, since the kernel holds it for them; one of them starts the supervisor, which has the rest of the work.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from evaluator.embedded import servers
from evaluator.embedded.home import Home, open_log, prepare, take
from evaluator.errors import EmbeddedUnavailable

logger = logging.getLogger(__name__)

_LOOK = 0.015  # seconds between two looks while starting
_HEAL = 1.0  # seconds between two looks whether the supervisor lives
_MOST_STARTS = 3  # of a supervisor that dies without a word, by one process
_PASSED = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")  # of the environment; the rest may hold keys
_ROOT = Path(__file__).parents[2]  # where our package is imported from
# At the end of the path, so it hides nothing; `-m` would want it, or worse the current folder, at the front.
_START = "import sys; sys.path.append(sys.argv.pop(1)); from evaluator.embedded import supervisor; supervisor.main()"


@dataclass(frozen=True)
class Addresses:
    """Where the pair answers, as DATABASE_URL and REDIS_URL."""

    database_url: str
    redis_url: str


@contextmanager
def running(path: Path, *, patience: float = 60) -> Iterator[Addresses]:
    """Yield the addresses of the pair of the MODU_HOME at *path*, which answers, and keep it up within the block.

    Afterwards it stops within seconds unless somebody else uses it. Raises SettingsError where *path* cannot be a home,
    EmbeddedUnavailable where the pair is not installed or does not answer within *patience* seconds.
    """
    programs = servers.find()
    home = prepare(path)
    deadline = time.monotonic() + patience
    users_lock = _join(home, deadline=deadline)
    try:
        _wait_for_pair(home, programs, deadline=deadline)
        with _healed(home, programs):
            yield Addresses(
                database_url=f"postgresql://modu@/modu?host={quote(str(home.postgres_sockets), safe='')}",
                redis_url=f"unix://{quote(str(home.redis_socket))}?db=0",
            )
    finally:
        os.close(users_lock)


def _join(home: Home, *, deadline: float) -> int:
    """Return the open file by which we are a user. A supervisor that is just stopping the pair lets us wait."""
    while (lock := take(home.users_lock, shared=True)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedUnavailable(
                f"The embedded services of {home.path} are still stopping. Try again in a moment."
            )
        time.sleep(_LOOK)
    return lock


def _wait_for_pair(home: Home, programs: servers.Programs, *, deadline: float) -> None:
    """Return when the pair answers, with a supervisor started where there is none. Raises EmbeddedUnavailable."""
    earlier = _failed_at(home)
    starts = 0
    while True:
        lock = take(home.supervisor_lock)
        if lock is None:
            if home.ready.exists() and _answers(home):
                return
        elif _failed_at(home) not in {earlier, None}:
            reason = home.failure.read_text()
            os.close(lock)
            raise EmbeddedUnavailable(reason)
        elif starts == _MOST_STARTS:
            os.close(lock)
            raise EmbeddedUnavailable(
                f"The supervisor of the embedded services ended early. Its log is in {home.logs}."
            )
        else:
            _start_supervisor(home, programs, lock=lock)
            starts += 1
        if time.monotonic() > deadline:
            raise EmbeddedUnavailable(f"The embedded services did not answer in time. Their logs are in {home.logs}.")
        time.sleep(_LOOK)


def _failed_at(home: Home) -> int | None:
    return home.failure.stat().st_mtime_ns if home.failure.exists() else None


def _answers(home: Home) -> bool:
    return servers.postgres_answers(home.postgres_socket) and servers.redis_answers(home.redis_socket)


def _start_supervisor(home: Home, programs: servers.Programs, *, lock: int) -> None:
    """Start a supervisor, which inherits *lock*: whoever holds it is the only one who may start one."""
    home.ready.unlink(missing_ok=True)
    try:
        with open_log(home.logs / "supervisor.log") as log:
            subprocess.run(
                (sys.executable, "-P", "-c", _START, _ROOT, home.path, programs.postgres, programs.redis),
                env={name: os.environ[name] for name in _PASSED if name in os.environ},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at our terminal is not meant for the servers
                pass_fds=(lock,),
                check=False,
            )
    finally:
        os.close(lock)


@contextmanager
def _healed(home: Home, programs: servers.Programs) -> Iterator[None]:
    """See within the block that a supervisor that was killed is followed by another."""
    over = threading.Event()

    def heal() -> None:
        while not over.wait(_HEAL):
            try:
                lock = take(home.supervisor_lock)
                if lock is not None:
                    _start_supervisor(home, programs, lock=lock)
            except OSError as error:  # no file handle left, disk full: the next look may have more luck
                logger.warning("The supervisor of the embedded services could not be started", exc_info=error)

    healer = threading.Thread(target=heal, name="embedded-healer", daemon=True)
    healer.start()
    try:
        yield
    finally:
        over.set()
        healer.join()
