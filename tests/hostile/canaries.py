"""What no input may make the program touch: a file outside, a service inside, a command, and who watches them."""

import ctypes
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_ACCESS, _OPEN = 0x1, 0x20  # of inotify
_NONBLOCK = os.O_NONBLOCK
INSIDE = "127.7.7.7"  # the address of the internal service; the servers of the cases are elsewhere


@dataclass
class Canaries:
    """The canaries of one run of the tests."""

    folder: Path
    word: str = field(default_factory=lambda: f"canary{secrets.token_hex(12)}")  # the content of the file outside
    port: int = 0  # of the internal service
    calls: list[str] = field(default_factory=list)  # who called it
    watch: int = -1

    @property
    def outside(self) -> Path:
        """A folder that belongs to no project; opening anything in it is noticed."""
        return self.folder / "outside"

    @property
    def file(self) -> Path:
        """The file in it."""
        return self.outside / "canary.txt"

    @property
    def command(self) -> Path:
        """A program that leaves a trace when it is run, whatever its arguments are."""
        return self.folder / "command"

    @property
    def trace(self) -> Path:
        """The trace."""
        return self.folder / "it-was-run"

    @property
    def service(self) -> str:
        """`host:port` of the internal service."""
        return f"{INSIDE}:{self.port}"

    def touched(self) -> list[str]:
        """Return what was touched since the last time, in words."""
        found = [f"the internal service was called from {call}" for call in self.calls]
        self.calls.clear()
        if self.trace.exists():
            self.trace.unlink()
            found.append("the command was run")
        try:
            if os.read(self.watch, 65536):
                found.append("a file outside the project was opened")
        except BlockingIOError:
            pass
        return found


@contextmanager
def watched(folder: Path) -> Iterator[Canaries]:
    """Give canaries that live in *folder*."""
    canaries = Canaries(folder)
    canaries.outside.mkdir(parents=True)
    canaries.file.write_text(f"{canaries.word}\n")
    canaries.command.write_text(f"#!/bin/sh\ntouch '{canaries.trace}'\n")
    canaries.command.chmod(0o755)
    with ExitStack() as stack:
        canaries.watch = _inotify(canaries.outside)
        stack.callback(os.close, canaries.watch)
        canaries.port = stack.enter_context(_service(INSIDE, 0, canaries.calls))
        for port in (22, 80, 443, 9418):  # where it is allowed to listen there
            try:
                stack.enter_context(_service(INSIDE, port, canaries.calls))
            except OSError:
                continue
        yield canaries


def _inotify(folder: Path) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    handle = int(libc.inotify_init1(_NONBLOCK))
    for path in (folder, *folder.iterdir()):  # a file by itself too: it may be reached through another name
        if handle < 0 or libc.inotify_add_watch(handle, os.fsencode(path), _ACCESS | _OPEN) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
    return handle


@contextmanager
def _service(host: str, port: int, calls: list[str]) -> Iterator[int]:
    """Listen, note who calls, and hang up."""

    def serve() -> None:
        while True:
            try:
                client, address = server.accept()
            except OSError:
                return  # the tests are over
            calls.append(f"{address[0]} at port {server_port}")
            client.close()

    with socket.create_server((host, port)) as server:
        server_port = int(server.getsockname()[1])
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server_port
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
