"""The dialer, spoken to as git speaks to it. The hosts are servers on the loopback interface."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from evaluator.errors import EvaluatorError, SourceUnavailable, UnusableSource
from evaluator.sources.dial import Dialer, Route, dialer
from evaluator.sources.urls import GitUrl

PUBLIC = GitUrl(scheme="https", host="git.example.org", port=443, path="/a/b")


def trusted(port: int, host: str = "127.0.0.1") -> GitUrl:
    return GitUrl(scheme="http", host=host, port=port, path="/a/b", trusted=True)


@contextmanager
def dialing(route: Route, *, bytes_limit: int = 1 << 20, seconds: float = 10) -> Iterator[Dialer]:
    with dialer(route, bytes_limit=bytes_limit, deadline=time.monotonic() + seconds) as running:
        yield running


@contextmanager
def host(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A host that does *answer* with its one client; give its port."""

    def serve() -> None:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            try:
                answer(client)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def connect(running: Dialer, name: str, port: int, *, kind: int = 3) -> tuple[socket.socket, bytes]:
    """Return a connection through a dialer, and what it replied to the request for a host."""
    client = asking(running, name, port, kind=kind)
    return client, client.recv(10)


def asking(running: Dialer, name: str, port: int, *, kind: int = 3) -> socket.socket:
    """Return a connection that has asked a dialer for a host."""
    proxy = urlsplit(running.address)
    client = to_proxy(running)
    client.sendall(b"\5\3\0\1\2")
    assert client.recv(2) == b"\5\2"
    user, password = (proxy.username or "").encode(), (proxy.password or "").encode()
    client.sendall(b"\1" + bytes([len(user)]) + user + bytes([len(password)]) + password)
    assert client.recv(2) == b"\1\0"
    family = {1: socket.AF_INET, 4: socket.AF_INET6}.get(kind)
    target = socket.inet_pton(family, name) if family else bytes([len(name)]) + name.encode()
    client.sendall(b"\5\1\0" + bytes([kind]) + target + port.to_bytes(2, "big"))
    return client


def everything(client: socket.socket) -> bytes:
    parts = []
    with suppress(ConnectionResetError):  # we have said more than was listened to
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def to_proxy(running: Dialer) -> socket.socket:
    """Return a connection to the dialer itself; no name is looked up for it."""
    client = socket.socket()
    client.settimeout(5)
    client.connect(("127.0.0.1", urlsplit(running.address).port))
    return client


@pytest.mark.parametrize("kind", [1, 3])
def test_what_is_said_goes_both_ways_and_is_counted_one_way(kind: int) -> None:
    def echo(client: socket.socket) -> None:
        client.sendall(b"you said " + client.recv(100))

    with host(echo) as port, dialing(Route(trusted(port))) as running:
        client, reply = connect(running, "127.0.0.1", port, kind=kind)
        with client:
            client.sendall(b"hello")
            answer = everything(client)

    assert reply[:2] == b"\5\0"
    assert answer == b"you said hello"
    assert running.received == len(answer)
    assert running.trouble is None


def test_more_than_the_limit_ends_the_connection_and_is_too_large() -> None:
    def flood(client: socket.socket) -> None:
        while True:
            client.sendall(bytes(65536))

    with host(flood) as port, dialing(Route(trusted(port)), bytes_limit=1 << 20) as running:
        client, _ = connect(running, "127.0.0.1", port)
        with client:
            got = everything(client)

    assert len(got) <= 1 << 20
    assert isinstance(running.trouble, UnusableSource)
    assert running.trouble.code == "too_large"


@pytest.mark.parametrize(
    ("name", "port", "kind", "code"),
    [
        ("127.0.0.1", 443, 1, "untrusted_source"),
        ("::1", 443, 4, "untrusted_source"),
        ("140.82.121.4", 443, 1, "untrusted_source"),
        ("other.example.org", 80, 3, "untrusted_source"),
        ("localhost", 443, 3, "untrusted_source"),
        ("other.example.org.", 443, 3, "untrusted_source"),
        ("bad\r\nname.org", 443, 3, "untrusted_source"),
    ],
)
def test_a_hop_is_judged_like_a_url(name: str, port: int, kind: int, code: str) -> None:
    with dialing(Route(PUBLIC)) as running:
        client, reply = connect(running, name, port, kind=kind)
        client.close()

    assert reply[1] != 0
    assert isinstance(running.trouble, EvaluatorError)
    assert running.trouble.code == code


def test_another_port_of_a_trusted_host_is_not_trusted() -> None:
    with dialing(Route(trusted(8080))) as running:
        client, _ = connect(running, "127.0.0.1", 8081)
        client.close()

    assert running.trouble is not None
    assert running.trouble.code == "untrusted_source"


def test_a_hop_to_another_trusted_forge_is_trusted_from_a_trusted_one_only() -> None:
    forges = ("http://127.0.0.1:8081", "https://git.lab")

    assert Route(trusted(8080), forges=forges).addresses("127.0.0.1", 8081) == ("127.0.0.1",)
    for home, port in ((trusted(8080), 8082), (trusted(8080), 80), (PUBLIC, 8081)):
        with pytest.raises(EvaluatorError, match="redirect"):
            Route(home, forges=forges).addresses("127.0.0.1", port)


def test_a_route_that_stays_leads_to_no_public_host() -> None:
    with dialing(Route(trusted(8080), stays=True)) as running:
        client, _ = connect(running, "git.example.org", 443)
        client.close()

    assert running.trouble is not None
    assert running.trouble.code == "repository_moved"


def resolving(monkeypatch: pytest.MonkeyPatch, *turns: list[str]) -> list[str]:
    """Let names have these addresses, turn by turn; return the list of what was looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, **options: int) -> list[tuple[object, ...]]:
        addresses = turns[min(len(asked), len(turns) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def dialling(monkeypatch: pytest.MonkeyPatch, port: int) -> list[tuple[str, int]]:
    """Let a server on the loopback interface stand for every host outside; return the list of what was dialled."""
    dialled: list[tuple[str, int]] = []
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: tuple[str, int]) -> None:
        if address[0] != "127.0.0.1":
            dialled.append(address)
            address = ("127.0.0.1", port)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    return dialled


def test_the_address_that_was_checked_is_the_one_that_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, ["140.82.121.4"], ["127.0.0.1"])

    with host(lambda client: client.sendall(b"hello")) as port, dialing(Route(PUBLIC)) as running:
        dialled = dialling(monkeypatch, port)
        client, reply = connect(running, "git.example.org", 443)
        with client:
            answer = everything(client)

    assert asked == ["git.example.org"]
    assert dialled == [("140.82.121.4", 443)]
    assert reply[1] == 0
    assert answer == b"hello"


def test_a_name_that_has_come_to_mean_an_inner_address_is_not_dialled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["140.82.121.4"], ["127.0.0.1"])

    with host(lambda client: client.sendall(b"hello")) as port, dialing(Route(PUBLIC)) as running:
        dialled = dialling(monkeypatch, port)
        first, _ = connect(running, "git.example.org", 443)
        first.close()
        second, reply = connect(running, "git.example.org", 443)
        second.close()

    assert reply[1] != 0
    assert len(dialled) == 1
    assert running.trouble is not None
    assert running.trouble.code == "private_address"


def test_the_next_address_is_dialled_where_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free, host(lambda client: client.sendall(b"hello")) as port:
        free.bind(("127.0.0.1", 0))
        resolving(monkeypatch, ["::1", "127.0.0.1"])  # at ::1 nobody listens
        with dialing(Route(trusted(port, "git.corp"))) as running:
            client, reply = connect(running, "git.corp", port)
            with client:
                answer = everything(client)

    assert reply[1] == 0
    assert answer == b"hello"


def test_a_host_where_nobody_listens_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with dialing(Route(trusted(port))) as running:
        client, reply = connect(running, "127.0.0.1", port)
        client.close()

    assert reply[1] != 0
    assert isinstance(running.trouble, SourceUnavailable)


def test_a_lookup_that_hangs_does_not_outlast_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])

    with dialing(Route(PUBLIC), seconds=0.2) as running:
        client, reply = connect(running, "git.example.org", 443)
        client.close()
    left = {thread.name for thread in threading.enumerate()}
    over.set()

    assert reply == b""
    assert "modu-dialer" not in left


GREETING = b"\5\1\2"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"\5\1\0", b"\5\xff"),  # no password
        (GREETING + b"\1\4user\4word", b"\5\2\1\1"),  # a wrong one
        (GREETING + b"\1\0\0", b"\5\2\1\1"),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n" + bytes(80), b"\5\xff"),
        (b"\5", b""),
    ],
)
def test_nobody_else_is_served(said: bytes, answer: bytes) -> None:
    with dialing(Route(trusted(80))) as running, to_proxy(running) as client:
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
        got = everything(client)

    assert got == answer
    assert running.trouble is None


@pytest.mark.parametrize("request_", [b"\5\2\0\1", b"\5\1\0\7", b"\5\1"])  # unread bytes would reset it
def test_what_is_no_request_to_connect_ends_the_connection(request_: bytes) -> None:
    with dialing(Route(trusted(80))) as running:
        proxy = urlsplit(running.address)
        user, password = (proxy.username or "").encode(), (proxy.password or "").encode()
        with to_proxy(running) as client:
            client.sendall(GREETING + b"\1" + bytes([len(user)]) + user + bytes([len(password)]) + password)
            client.sendall(request_)
            client.shutdown(socket.SHUT_WR)
            got = everything(client)

    assert got == b"\5\2\1\0"


def test_a_crowd_that_only_waits_is_sent_away() -> None:
    with dialing(Route(trusted(80))) as running:
        crowd = [to_proxy(running) for _ in range(80)]
        sent_away = [client for client in crowd[40:] if client.recv(1) == b""]
        for client in crowd:
            client.close()

    assert len(sent_away) == 40


def test_the_password_is_another_one_every_time_and_is_not_printed() -> None:
    with dialing(Route(PUBLIC)) as first, dialing(Route(PUBLIC)) as second:
        passwords = {urlsplit(each.address).password or "" for each in (first, second)}

        assert len(passwords) == 2
        assert not any(password in repr(first) for password in passwords)


def test_nothing_is_left_of_a_dialer_amid_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(threading.enumerate())
    over = threading.Event()
    with host(lambda _: [over.wait(20)].clear()) as port:
        with dialing(Route(trusted(port))) as running:
            client, _ = connect(running, "127.0.0.1", port)
        with client:
            ended = everything(client)
        over.set()

    assert ended == b""
    assert set(threading.enumerate()) == before


def test_a_host_that_does_not_even_take_the_call_holds_nobody_up() -> None:
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = deaf.getsockname()[1]
        for _ in range(4):  # fill its queue
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        with dialing(Route(trusted(port)), seconds=60) as running:
            client = stack.enter_context(asking(running, "127.0.0.1", port))
            time.sleep(0.2)
            client.setblocking(False)
            with pytest.raises(BlockingIOError):  # it is still dialling
                client.recv(1)
            client.settimeout(5)

        assert client.recv(1) in {b"", b"\5"}
