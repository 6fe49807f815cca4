"""The dialer: every connection of git's http goes through a SOCKS5 server of ours (RFC 1928, RFC 1929).

It lives on the loopback interface, in threads, for one fetch alone, and takes nobody without that fetch's credentials.
For every hop it looks the host up itself, judges all addresses and dials one of those very addresses: neither a
redirect nor a name that changes its address between check and use leads anywhere else.
"""

import hmac
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread, current_thread

from evaluator.errors import EvaluatorError, SourceUnavailable, UnusableSource
from evaluator.sources import hosts, refusals, urls
from evaluator.sources.urls import GitUrl

_CHUNK = 1 << 18  # bytes
_PATIENCE = 10.0  # seconds for the greeting, and for one address to answer
_MOST_CONNECTIONS = 16  # git has one or two at a time

_VERSION, _AUTH_VERSION = 5, 1
_PASSWORD, _NO_METHOD = 2, 0xFF
_CONNECT = 1
_IP4, _NAME, _IP6 = 1, 3, 4
_DONE, _FAILED = b"\5\0\0\1" + bytes(6), b"\5\2\0\1" + bytes(6)


@dataclass(frozen=True)
class Route:
    """Where a fetch may go: to its own host, and from there to any public one unless it must stay.

    From a trusted forge it may go to another one too.
    """

    home: GitUrl
    forges: tuple[str, ...] = ()  # that are trusted
    stays: bool = False  # a token goes along: it would go to wherever a redirect leads

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of a hop, to be dialled as they are; raise UnusableSource where it must not be made."""
        if (host, port) != (self.home.host, self.home.port):
            return self._elsewhere(host, port)
        return hosts.addresses(host, port) if self.home.trusted else hosts.public_addresses(host, port)

    def _elsewhere(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of where a redirect leads."""
        if self.stays:
            raise refusals.leads_away()
        if self.home.trusted and urls.is_forge(host, port, forges=self.forges):
            return hosts.addresses(host, port)
        try:
            urls.check_public(host, port)
            return hosts.public_addresses(host, port)
        except UnusableSource as error:
            raise refusals.bad_redirect(error.code) from error


class _Over(Exception):
    """This connection is not to go on."""


@dataclass
class Dialer:
    """A running SOCKS5 server: its address, how much came through it, and why it refused, where it did."""

    route: Route
    bytes_limit: int
    deadline: float  # of time.monotonic()
    server: socket.socket
    received: int = 0  # bytes from all hosts
    trouble: EvaluatorError | None = None  # the first
    _user: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    _password: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    _sockets: set[socket.socket] = field(default_factory=set)
    _threads: set[Thread] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _closing: bool = False

    @property
    def address(self) -> str:
        """What git is given as its proxy; it carries the credentials. `h`: the names are looked up here."""
        return f"socks5h://{self._user}:{self._password}@127.0.0.1:{self.server.getsockname()[1]}"

    def start(self, work: Callable[..., None], *args: object) -> Thread:
        """Do *work* in a thread that ends with the dialer."""
        thread = Thread(target=self._finish, args=(work, *args), daemon=True, name="modu-dialer")
        with self._lock:
            if self._closing:
                raise _Over
            self._threads.add(thread)
            thread.start()
        return thread

    def _finish(self, work: Callable[..., None], *args: object) -> None:
        with suppress(OSError, _Over):  # a connection that breaks: git says so, and `trouble` says why
            work(*args)
        with self._lock:
            self._threads.discard(current_thread())

    def accept(self) -> None:
        """Serve one connection after the other until the dialer closes."""
        while True:
            client, _ = self.server.accept()
            with self._lock:
                busy = len(self._threads) > 2 * _MOST_CONNECTIONS
            if busy:  # some other account knocks, and cannot get in anyway
                client.close()
            else:
                self.start(self._serve, client)

    def close(self) -> None:
        """End every connection and thread."""
        with self._lock:
            self._closing = True
            for each in (self.server, *self._sockets):
                with suppress(OSError):  # not connected yet, or no more
                    each.shutdown(socket.SHUT_RDWR)
            threads = tuple(self._threads)
        for thread in threads:
            thread.join()

    @contextmanager
    def _kept(self, sock: socket.socket) -> Iterator[socket.socket]:
        """Let `close` end a socket while the block uses it."""
        with sock:
            with self._lock:
                if self._closing:
                    raise _Over
                self._sockets.add(sock)
            try:
                yield sock
            finally:
                with self._lock:
                    self._sockets.discard(sock)

    def _serve(self, client: socket.socket) -> None:
        with self._kept(client):
            client.settimeout(_PATIENCE)
            host, port = self._asked(client)
            try:
                self._connect(client, self._found(host, port), host, port)
            except EvaluatorError as error:
                self.trouble = self.trouble or error
                client.sendall(_FAILED)

    def _asked(self, client: socket.socket) -> tuple[str, int]:
        """Return the host and the port that a client with the right password asks for."""
        _, methods = _exactly(client, 2)
        if _PASSWORD not in _exactly(client, methods):
            client.sendall(bytes((_VERSION, _NO_METHOD)))
            raise _Over
        client.sendall(bytes((_VERSION, _PASSWORD)))
        _, length = _exactly(client, 2)
        user = _exactly(client, length)
        password = _exactly(client, _exactly(client, 1)[0])
        known = hmac.compare_digest(user + b":" + password, f"{self._user}:{self._password}".encode())
        client.sendall(bytes((_AUTH_VERSION, 0 if known else 1)))
        if not known:
            raise _Over
        _, command, _, kind = _exactly(client, 4)
        if command != _CONNECT:
            raise _Over
        return _host(client, kind), int.from_bytes(_exactly(client, 2), "big")

    def _found(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses to dial. The lookup has a thread of its own, because nothing can interrupt it."""
        outcome: list[tuple[str, ...] | EvaluatorError] = []

        def look_up() -> None:
            try:
                outcome.append(self.route.addresses(host, port))
            except EvaluatorError as error:
                outcome.append(error)

        thread = Thread(target=look_up, daemon=True, name="modu-lookup")
        thread.start()
        while thread.is_alive() and not self._closing and time.monotonic() < self.deadline:
            thread.join(0.05)
        if not outcome:
            raise _Over
        if isinstance(outcome[0], EvaluatorError):
            raise outcome[0]
        return outcome[0]

    def _connect(self, client: socket.socket, addresses: tuple[str, ...], host: str, port: int) -> None:
        """Join the client to the first address that answers, until one side ends."""
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with self._kept(socket.socket(family, socket.SOCK_STREAM)) as server:
                server.settimeout(max(0.01, min(_PATIENCE, self.deadline - time.monotonic())))
                try:
                    server.connect((address, port))
                except OSError:
                    continue
                self._join(client, server)
                return
        raise SourceUnavailable(f"The host {host} does not answer. Check the URL and the network, then try again.")

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        for each in (client, server):
            each.settimeout(None)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(_DONE)
        upwards = self.start(self._copy, client, server)
        try:
            self._copy(server, client, counted=True)
        finally:
            upwards.join()

    def _copy(self, source: socket.socket, target: socket.socket, *, counted: bool = False) -> None:
        buffer = memoryview(bytearray(_CHUNK))
        try:
            while size := source.recv_into(buffer):
                if counted:
                    self._count(size)
                target.sendall(buffer[:size])
        finally:
            for each in (source, target):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _count(self, size: int) -> None:
        with self._lock:
            self.received += size
        if self.received > self.bytes_limit:
            self.trouble = self.trouble or refusals.too_large()
            raise _Over


@contextmanager
def dialer(route: Route, *, bytes_limit: int, deadline: float) -> Iterator[Dialer]:
    """Run a dialer while the block runs; more than *bytes_limit* received bytes end its connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        running = Dialer(route, bytes_limit, deadline, server)
        running.start(running.accept)
        try:
            yield running
        finally:
            running.close()


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise _Over
        data += part
    return data


def _host(client: socket.socket, kind: int) -> str:
    """Return the host of a request, a name in lower case or an address."""
    if kind == _NAME:
        return _exactly(client, _exactly(client, 1)[0]).decode("latin-1").lower()
    if kind == _IP4:
        return socket.inet_ntop(socket.AF_INET, _exactly(client, 4))
    if kind == _IP6:
        return socket.inet_ntop(socket.AF_INET6, _exactly(client, 16))
    raise _Over
