"""Lines between a process and a service that a test can cut: connections are reset, refused, or fall silent.

A silent line keeps what was sent, as a network does that loses its way for a while: when it speaks again, late words
of a process that has died since still arrive.
"""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Target = str | tuple[str, int]  # the path of a socket, or host and port

_PIECE = 1 << 16  # bytes


class Line:
    """One way to one service, at a port of its own on this machine."""

    def __init__(self, network: "Network", target: Target) -> None:
        self.port = 0
        self._network = network
        self._target = target
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._refuses = False
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None] | None] = set()  # by whom a connection is carried

    def reset(self) -> None:
        """Break every connection; new ones are let through."""
        self._network.do(self._break())

    def refuse(self) -> None:
        """Break every connection and let no new one through."""
        self._refuses = True
        self._network.do(self._break())

    def silence(self) -> None:
        """Carry nothing, in either direction."""
        self._network.call(self._speaks.clear)

    def mend(self) -> None:
        """Carry everything again."""
        self._refuses = False
        self._network.call(self._speaks.set)

    async def listen(self) -> None:
        """Take whoever comes, until the end."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def end(self) -> None:
        """Take nobody any more, and hang up."""
        if self._server is not None:
            self._server.close()
        await self._break()

    async def _break(self) -> None:
        for carrier in list(self._open):
            if carrier is not None:
                carrier.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._reach()
        except OSError:
            writer.transport.abort()
            return
        carrier = asyncio.current_task()
        self._open.add(carrier)
        try:
            with contextlib.suppress(asyncio.CancelledError, OSError):  # it is broken, at whichever end
                await self._ways((reader, writer), (far_reader, far_writer))
        finally:
            self._open.discard(carrier)
            for end in (writer, far_writer):
                end.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, str):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection(*self._target)

    async def _ways(
        self,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Carry in both directions until both have ended."""
        await asyncio.gather(self._carry(near[0], far[1]), self._carry(far[0], near[1]))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what comes until either end hangs up."""
        while piece := await reader.read(_PIECE):
            await self._speaks.wait()
            writer.write(piece)
            await writer.drain()
        await self._speaks.wait()
        writer.write_eof()


L = TypeVar("L", bound=Line)


class Network:
    """All the lines of a test, carried by one thread."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def line(self, target: Target) -> Line:
        """Return a new line to *target*."""
        return self.open(Line(self, target))

    def open(self, line: L) -> L:
        """Return the line, which is open now."""
        self.do(line.listen())
        self._lines.append(line)
        return line

    def do(self, act: Coroutine[Any, Any, None]) -> None:
        """Return when *act* has been done in the thread of the network."""
        asyncio.run_coroutine_threadsafe(act, self._loop).result(10)

    def call(self, act: Any) -> None:
        """Have *act* called in the thread of the network."""
        self._loop.call_soon_threadsafe(act)

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines:
            self.do(line.end())
        asyncio.run_coroutine_threadsafe(_end_tasks(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def network() -> Iterator[Network]:
    """Yield a network, and close it in the end."""
    opened = Network()
    try:
        yield opened
    finally:
        opened.close()
