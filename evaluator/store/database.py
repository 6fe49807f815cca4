"""PostgreSQL: a pool of connections, transactions, and what to say where it does not answer."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg import OperationalError, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool, PoolTimeout

from evaluator.errors import DatabaseUnavailable, SchemaConflict, SettingsError

Connection = psycopg.Connection[Any]  # by this name services, which do not know psycopg, speak of one
T = TypeVar("T")

_CLASHES = (errors.SerializationFailure, errors.DeadlockDetected)
_BUSY = (*_CLASHES, errors.QueryCanceled, errors.LockNotAvailable)  # it answers, and others are in the way
_GONE = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)  # the last words of a connection
_MISFITS = (  # the platform's table is not as its document says
    errors.NotNullViolation,
    errors.StringDataRightTruncation,
    errors.UndefinedColumn,
    errors.DatatypeMismatch,
)
_PAUSES = (0.0, 0.01, 0.05, 0.2)  # seconds before each try of a transaction that may clash
_AGAIN = 0.2  # seconds before what was lost with its connection is repeated
_ROUND = 2.0  # seconds that one wait for the pool lasts; each round makes it try to connect again
_DEFAULTS: Mapping[str, str | int] = {  # of a connection, where the URL does not say
    "application_name": "modu",
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 10,  # seconds; a network that falls silent is noticed within about half a minute
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds that what was sent may stay unconfirmed, where the system knows it
}
_FORM = (
    "DATABASE_URL cannot be read. It has the form postgresql://user:password@host:5432/database; in the password,"
    " write @ : / ? # and % as %40 %3A %2F %3F %23 and %25."
)
_HOST = re.compile(r"/.*|[\w.:,%-]*")  # the folder of a socket, or names and addresses
_PORT = re.compile(r"[\d,]*", re.ASCII)
_DATABASE = re.compile(r"[^/@:?#]*")  # one of these is rather the rest of a password than part of a name

_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # in JSON: U+0000, or half a character of two halves
_NO_DATABASE = re.compile(r'database ".*" does not exist')
_CONNECTING = "connection failed"  # how psycopg begins what a server said before it let us in
_FULL = re.compile("too many (clients|connections)|connection slots are reserved")
_REFUSED = re.compile(r'authentication failed|no password supplied|role ".*" does not exist|pg_hba\.conf')


class Database:
    """One PostgreSQL database. Only its address is ever shown, never a secret of its URL.

    Nothing connects before the first transaction. The first one fails at once where PostgreSQL cannot be reached;
    later ones wait out a restart of it, *patience* at most.
    """

    def __init__(self, conninfo: str, *, address: str, size: int, patience: timedelta) -> None:
        self.address = address
        self._conninfo = conninfo
        self._patience = patience.total_seconds()
        self._reached = False
        self._pool = ConnectionPool(
            conninfo,
            kwargs={"autocommit": True},  # `transaction` alone begins and commits
            min_size=0,
            max_size=size,
            open=True,
            configure=_configure,
            reconnect_timeout=1,
        )

    @classmethod
    def open(cls, url: str, *, size: int = 8, patience: timedelta = timedelta(seconds=30)) -> Self:
        """Return the database at *url*, with at most *size* connections; it does not connect yet.

        Raises SettingsError where the URL cannot be read.
        """
        given = _parts(url)
        conninfo = make_conninfo(url, **{name: value for name, value in _DEFAULTS.items() if name not in given})
        host = given.get("host") or given.get("hostaddr") or os.environ.get("PGHOST") or "localhost"
        port = given.get("port") or os.environ.get("PGPORT") or "5432"
        return cls(conninfo, address=f"{host}:{port}", size=size, patience=patience)

    def __repr__(self) -> str:
        return f"<Database {self.address}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection in one READ COMMITTED transaction: committed at the end, undone where an error leaves it.

        Raises DatabaseUnavailable where PostgreSQL cannot be reached, is too busy, or is lost on the way; whether a
        commit that was under way happened is unknown then. Raises SchemaConflict where a table is not as documented.
        """
        try:
            with self._raw_transaction() as conn:
                yield conn
        except _BUSY as error:
            raise DatabaseUnavailable(self._too_busy()) from error

    @contextmanager
    def _raw_transaction(self) -> Iterator[Connection]:
        """Give the same, where a clash with another transaction stays an error of psycopg."""
        with self._translated(), ExitStack() as ending:
            yield self._begun(ending)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _BUSY:
            raise
        except _MISFITS as error:
            raise SchemaConflict(_misfit(error)) from error
        except errors.ReadOnlySqlTransaction as error:
            raise DatabaseUnavailable(
                f"PostgreSQL at {self.address} lets nobody write: its disk may be full, or it is a copy of another one."
                " Make room on its machine, or correct DATABASE_URL; then try again."
            ) from error
        except errors.IdleInTransactionSessionTimeout as error:
            raise DatabaseUnavailable(
                f"PostgreSQL at {self.address} gave a transaction up: this process stood still in the middle of it. Try"
                " again."
            ) from error
        except OperationalError as error:
            raise DatabaseUnavailable(explain(error, address=self.address)) from error

    def _too_busy(self) -> str:
        return (
            f"PostgreSQL at {self.address} is too busy: other work on the same rows kept getting in the way. Try again"
            " in a minute."
        )

    def retrying(self, act: Callable[[Connection], T]) -> T:
        """Return what *act* returns, run in a transaction of its own, which is repeated where it clashed with another.

        Raises DatabaseUnavailable where it clashed every time (deadlock, serialization failure).
        """
        clash: Exception | None = None
        for pause in _PAUSES:
            time.sleep(pause)
            try:
                with self._raw_transaction() as conn:
                    return act(conn)
            except _CLASHES as error:
                clash = error
            except _BUSY as error:
                raise DatabaseUnavailable(self._too_busy()) from error
        raise DatabaseUnavailable(self._too_busy()) from clash

    def steady(self, act: Callable[[Connection], T]) -> T:
        """Return what *act* returns, run like `retrying`, and again where PostgreSQL was lost meanwhile and came back.

        For what harms nothing where it runs twice: nobody knows then whether the first one was committed. Raises
        DatabaseUnavailable where PostgreSQL stays away for longer than patience lasts.
        """
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self.retrying(act)
            except DatabaseUnavailable:
                if not self._reached or time.monotonic() > deadline:
                    raise
            time.sleep(_AGAIN)

    def alone(self, act: Callable[[Connection], T]) -> T:
        """Return what *act* returns: one statement, a transaction by itself, that harms nothing where it runs twice.

        It takes one message to PostgreSQL where a transaction takes three. Where the connection breaks it is repeated
        on another one. Raises what `transaction` raises.
        """
        deadline = time.monotonic() + self._patience
        try:
            with self._translated():
                while True:
                    conn = self._take()
                    try:
                        return act(conn)
                    except OperationalError as error:
                        if not self._is_gone(conn, error) or time.monotonic() > deadline:
                            raise
                    finally:
                        self._pool.putconn(conn)
                    time.sleep(_AGAIN)
        except _BUSY as error:
            raise DatabaseUnavailable(self._too_busy()) from error

    def _begun(self, ending: ExitStack) -> Connection:
        """Return a connection in a transaction that ends with *ending*.

        Whether the connection still works is seen by the answer to BEGIN: nothing is lost where it does not.
        """
        deadline = time.monotonic() + self._patience
        while True:
            conn = self._take()
            with ExitStack() as attempt:
                attempt.callback(self._pool.putconn, conn)
                try:
                    attempt.enter_context(conn.transaction())
                except OperationalError as error:
                    if not self._is_gone(conn, error) or time.monotonic() > deadline:
                        raise
                else:
                    ending.push(attempt.pop_all().__exit__)
                    return conn

    def _is_gone(self, conn: Connection, error: OperationalError) -> bool:
        """Return whether the error ended the connection, and if so have the pool make new ones."""
        if not conn.closed and not isinstance(error, _GONE):
            return False
        conn.close()
        self._pool.drain()  # where one is broken PostgreSQL has restarted, and the others are broken too
        return True

    def _take(self) -> Connection:
        """Return a connection of the pool, which may have broken, waiting for one as long as patience lasts."""
        if not self._reached:
            self._reach()
            self._reached = True
        deadline = time.monotonic() + self._patience
        while True:
            left = max(deadline - time.monotonic(), 0.0)
            try:
                return self._pool.getconn(timeout=min(left, _ROUND))
            except PoolTimeout as error:
                if left > _ROUND:
                    continue
                self._reach()
                message = f"All {self._pool.max_size} connections to PostgreSQL at {self.address} are in use."
                raise DatabaseUnavailable(f"{message} Try again in a minute, or run fewer things at once.") from error

    def _reach(self) -> None:
        """Connect once outside the pool, which waits in silence where this raises and says why."""
        psycopg.connect(self._conninfo).close()


def _configure(conn: Connection) -> None:
    conn.execute("SET default_transaction_isolation = 'read committed'")  # also of a statement alone
    conn.execute("SET idle_in_transaction_session_timeout = '30s'")  # who is frozen keeps nobody waiting for longer
    conn.execute("SET TIME ZONE 'UTC'")  # so that a column of plain `timestamp` holds UTC


def _parts(url: str) -> dict[str, Any]:
    """Return the parameters of *url*. Raises SettingsError without a word of it: all of it may be a password."""
    try:
        given = conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeError):
        raise SettingsError(_FORM) from None  # the cause would repeat the URL
    for name, form in (("host", _HOST), ("port", _PORT), ("dbname", _DATABASE)):
        if not form.fullmatch(str(given.get(name) or "")):
            raise SettingsError(_FORM)
    return given


def _misfit(error: psycopg.Error) -> str:
    """Return what is wrong with which table, without a value of the row."""
    where = ".".join(part for part in (error.diag.table_name, error.diag.column_name) if part)
    return (
        f"The database is not as documented ({type(error).__name__}{f' at {where}' if where else ''}). See every"
        " difference with: modu db check"
    )


def explain(error: OperationalError, *, address: str) -> str:
    """Return one paragraph that says why PostgreSQL at *address* does not serve us, and what to do about it.

    An error of connecting carries no SQLSTATE (libpq keeps it to itself), so that its words have to do; a server that
    speaks another language than English gets the general sentence, with its own words in it.
    """
    words = "".join(c if c.isprintable() else " " for c in str(error).partition("\n")[0])
    reason = words.rpartition(": ")[2].strip()[:200]
    if _NO_DATABASE.search(words):
        return f"PostgreSQL at {address}: {reason}. Create it with createdb, or correct the name in DATABASE_URL."
    if _FULL.search(words) or isinstance(error, errors.TooManyConnections):
        return (
            f"PostgreSQL at {address} has no connection left ({reason}). Wait, stop other programs that use it, or"
            " raise its max_connections."
        )
    asked = error.pgconn is not None and error.pgconn.used_password and words.startswith(_CONNECTING)
    if asked or _REFUSED.search(words):
        return f"PostgreSQL at {address} refuses to sign us in ({reason}). Correct user and password in DATABASE_URL."
    if isinstance(error, (errors.DiskFull, errors.OutOfMemory, errors.InsufficientResources)):
        return f"PostgreSQL at {address} has run out of room ({reason}). Make room on its machine, then try again."
    return f"PostgreSQL at {address} does not answer ({reason}). Start it, or correct DATABASE_URL."


def clean(text: str) -> str:
    """Return *text* as PostgreSQL and JSON can hold it: U+0000 and each lone surrogate become U+FFFD."""
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired.replace("\0", "\N{REPLACEMENT CHARACTER}")


def jsonb(value: object) -> Jsonb:
    """Return *value* for a column of JSON, with every text in it storable: names of files may hold any bytes."""
    written = json.dumps(value)
    if _UNSTORABLE.search(written):  # nearly never: it is written once more, each text cleaned
        written = json.dumps(_cleaned(value))
    return Jsonb(written, dumps=str)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list | tuple) else value
