"""Where the embedded services keep their things: the folders and the locks under MODU_HOME."""

import fcntl
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evaluator.errors import EmbeddedUnavailable, SettingsError

_SOCKET_LIMIT = 103  # bytes of a socket's path on macOS, the smallest of the systems we run on; Linux takes 107
_LONGEST_SOCKET = "pg/.s.PGSQL.5432"
_LOG_LIMIT = 5 << 20  # bytes
_OTHERS = 0o077  # the permissions of other accounts


@dataclass(frozen=True)
class Home:
    """The folders of one MODU_HOME, whose path is absolute and free of links."""

    path: Path

    @property
    def postgres(self) -> Path:
        """What belongs to PostgreSQL's account: the cluster `data`, and a half-made one while it is being made."""
        return self.path / "postgres"

    @property
    def data(self) -> Path:
        """The database cluster."""
        return self.postgres / "data"

    @property
    def redis(self) -> Path:
        """The append-only file of Redis."""
        return self.path / "redis"

    @property
    def logs(self) -> Path:
        """What the servers and the supervisor have to say."""
        return self.path / "log"

    @property
    def run(self) -> Path:
        """Locks and marks, and the sockets where their paths are short enough."""
        return self.path / "run"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the pair."""
        return self.run / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the supervisor, whose process id it contains."""
        return self.run / "supervisor.lock"

    @property
    def ready(self) -> Path:
        """There while the present supervisor has both servers up."""
        return self.run / "ready"

    @property
    def failure(self) -> Path:
        """The sentence that says why the last supervisor gave up."""
        return self.run / "failure"

    @property
    def sockets(self) -> Path:
        """The folder of the sockets: `run`, or a short one where MODU_HOME is too deep for a socket's path.

        A comma or a quote would need another spelling for each who reads the path, so those get the short one too.
        It lies in /tmp whatever TMPDIR says: processes that share a MODU_HOME must agree on it.
        """
        longest = os.fsencode(self.run / _LONGEST_SOCKET)
        if len(longest) <= _SOCKET_LIMIT and not set(longest) & set(b",\"'\n"):
            return self.run
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path("/tmp") / f"modu-{os.geteuid()}-{name}"  # noqa: S108 (checked in _make_sockets)

    @property
    def postgres_sockets(self) -> Path:
        """The folder of PostgreSQL's socket."""
        return self.sockets / "pg"

    @property
    def postgres_socket(self) -> Path:
        """The socket that PostgreSQL answers on."""
        return self.sockets / _LONGEST_SOCKET

    @property
    def redis_socket(self) -> Path:
        """The socket that Redis answers on."""
        return self.sockets / "redis.sock"


def prepare(path: Path) -> Home:
    """Return the home at *path*, with all its folders made and closed to other accounts; nothing above it changes.

    Raises SettingsError where the path cannot be a home, EmbeddedUnavailable where the sockets' folder is not ours.
    """
    home = Home(Path(os.path.realpath(path)))
    try:
        home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_unfit(home)
        home.path.chmod(0o700)
        for folder in (home.run, home.logs, home.postgres, home.redis):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        reason = "it is not a folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise SettingsError(
            f"MODU_HOME={path} cannot hold the embedded services: {reason}. Set MODU_HOME to a folder that you may"
            " write to, or set DATABASE_URL and REDIS_URL to servers of your own."
        ) from error
    _make_sockets(home)
    return home


def _refuse_unfit(home: Home) -> None:
    """Raise SettingsError where closing the folder to others would take something from somebody."""
    status = home.path.stat()
    if status.st_uid != os.geteuid():
        raise SettingsError(
            f"MODU_HOME={home.path} belongs to another account (user id {status.st_uid}, you are {os.geteuid()}). Set"
            " MODU_HOME to a folder of your own, or run as its owner."
        )
    ours = home.users_lock.exists() or all(entry.name == ".env" for entry in home.path.iterdir())
    if not ours and status.st_mode & _OTHERS:
        raise SettingsError(
            f"MODU_HOME={home.path} holds other things and is open to other accounts. Set MODU_HOME to a new or empty"
            f" folder, or close this one first: chmod 700 '{home.path}'"
        )


def _make_sockets(home: Home) -> None:
    """Make the folders of the sockets; raise EmbeddedUnavailable where somebody else planted the one in /tmp."""
    home.sockets.mkdir(mode=0o700, exist_ok=True)
    status = home.sockets.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & _OTHERS:
        raise EmbeddedUnavailable(f"{home.sockets} is not ours alone. Remove it, or set MODU_HOME to a shorter path.")
    home.postgres_sockets.mkdir(mode=0o700, exist_ok=True)


def take(lock: Path, *, shared: bool = False) -> int | None:
    """Return the open file that holds *lock*, or None where another holds it. The kernel frees it at our death.

    Raises EmbeddedUnavailable where the disk knows no locks.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError as error:
        os.close(handle)
        raise EmbeddedUnavailable(
            f"{lock} cannot be locked ({error.strerror}). Set MODU_HOME to a local disk."
        ) from error
    return handle


def open_log(path: Path) -> BinaryIO:
    """Return the log opened at its end; one that has grown large is put aside first, in place of the one before it."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
