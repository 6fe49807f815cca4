"""What tests of the git source share: sources on the loopback interface, how they end, and servers that misbehave."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest

from evaluator.domain import Limits, Source
from evaluator.errors import EvaluatorError
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse

FORGES = ("http://127.0.0.1:*",)
LIMITS = Limits(trusted_forges=FORGES, seconds=20)
REFS = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n"
PACK = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n\r\n"
VERSION_2 = b"001e# service=git-upload-pack\n0000000eversion 2\n0015agent=git/2.39.5\n0013ls-refs=unborn\n"
VERSION_2 += b"0012fetch=shallow\n0017object-format=sha1\n0000"


def at(url: str, *, ref: str | None = None, subdir: str | None = None, until: datetime | None = None) -> Source:
    """Return the source of a repository on a server of ours."""
    return parse(url, ref=ref, subdir=subdir, until=until, trusted_forges=FORGES)


def refusal(source: Source, limits: Limits = LIMITS) -> EvaluatorError:
    """Return the error that a fetch ends with."""
    with pytest.raises(EvaluatorError) as caught, fetch(source, limits=limits):
        pass
    return caught.value


def line(text: bytes) -> bytes:
    """Return a line of git's protocol."""
    return b"%04x" % (len(text) + 4) + text


@contextmanager
def serving(
    answer: Callable[[socket.socket, bytes], None], *, host: str = "127.0.0.1"
) -> Iterator[tuple[str, list[str]]]:
    """A server that does *answer* with every connection and the head of its request; give its URL and what was asked.

    A client that goes away ends the answer.
    """
    asked: list[str] = []

    def talk(client: socket.socket) -> None:
        with client, suppress(OSError):
            request = client.recv(65536)
            asked.append(request.decode("latin-1").partition("\r\n")[0])
            answer(client, request)

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(client,), daemon=True).start()

    with socket.create_server((host, 0)) as server:
        accepting = threading.Thread(target=serve, daemon=True)
        accepting.start()
        yield f"http://{host}:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)
        accepting.join()


def always(status: str, headers: str = "") -> Callable[[socket.socket, bytes], None]:
    """Return the answer that is always the same, and empty."""
    said = f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
    return lambda client, _: client.sendall(said)


def endlessly(*begin: bytes, again: bytes, pause: float = 0.0) -> Callable[[socket.socket, bytes], None]:
    """Return the answer that never ends, *pause* seconds before every repetition."""
    over = threading.Event()

    def answer(client: socket.socket, _: bytes) -> None:
        client.sendall(b"".join(begin))
        while not over.wait(pause):
            client.sendall(again)

    return answer


def sending(commit: bytes, pack: Callable[[socket.socket], None]) -> Callable[[socket.socket, bytes], None]:
    """Return the answer of a git that has *commit* at its HEAD, 40 hex digits; *pack* sends what it has of it."""

    def answer(client: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET"):
            client.sendall(REFS + VERSION_2)
        elif b"ls-refs" in request:
            client.sendall(PACK + line(commit + b" HEAD\n") + b"0000")
        else:
            client.sendall(PACK + line(b"shallow-info\n") + line(b"shallow " + commit) + b"0001" + line(b"packfile\n"))
            pack(client)

    return answer


def send_pack(client: socket.socket, pack: bytes) -> None:
    """Send a whole pack."""
    client.sendall(b"".join(line(b"\1" + pack[at : at + 60_000]) for at in range(0, len(pack), 60_000)) + b"0000")
