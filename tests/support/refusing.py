"""A PostgreSQL that lets nobody in: it speaks the protocol just far enough to say why."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SSL_REQUEST = 80877103
_GSS_REQUEST = 80877104


@contextmanager
def refusing(sqlstate: str, message: str, *, after_password: bool = False) -> Iterator[int]:
    """Yield the port of a server that answers each connection with that error, perhaps after it saw a password."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, sqlstate, message, after_password), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)  # wakes the thread
        thread.join(timeout=10)


def _serve(server: socket.socket, sqlstate: str, message: str, after_password: bool) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return  # the test is over
        with connection:
            _refuse(connection, sqlstate, message, after_password)


def _refuse(connection: socket.socket, sqlstate: str, message: str, after_password: bool) -> None:
    while True:
        length, code = struct.unpack("!ii", _exactly(connection, 8))
        _exactly(connection, length - 8)
        if code not in {_SSL_REQUEST, _GSS_REQUEST}:
            break
        connection.sendall(b"N")
    if after_password:
        connection.sendall(b"R" + struct.pack("!ii", 8, 3))  # AuthenticationCleartextPassword
        _kind, length = struct.unpack("!ci", _exactly(connection, 5))
        _exactly(connection, length - 4)
    fields = b"".join(
        kind + value.encode() + b"\0"
        for kind, value in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", sqlstate), (b"M", message))
    )
    connection.sendall(b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0")


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        if not (more := connection.recv(count - len(received))):
            break
        received += more
    return received
