"""A line to PostgreSQL that stops at one statement: before it is sent on, or after it was obeyed, unheard."""

import asyncio
import contextlib
import threading
from typing import Literal

from tests.faults.network import Line, Network, Target

When = Literal["before", "after"]

_ENDS = {b"Q", b"S"}  # messages that the server answers: a simple query, and the end of an extended one
_STATEMENT = {b"Q", b"P"}  # messages with the text of a statement
_READY = b"Z\0\0\0\5"  # the server has answered
_NO_STEPS = (b"", b"BEGIN", b"SET TIME ZONE")  # statements that change nothing


class SteppedLine(Line):
    """Counts the statements that pass, on all connections together, and stops at the one that is asked for."""

    def __init__(self, network: Network, target: Target) -> None:
        super().__init__(network, target)
        self.reached = threading.Event()
        self.passed: list[bytes] = []  # the statements, as far as their text was sent
        self._stop_at: tuple[int, When] | None = None
        self._deaf: set[asyncio.StreamWriter] = set()  # to the server, whose answers are not brought back any more

    def stop_at(self, step: int, when: When) -> None:
        """Begin to count anew; stop at that statement, the first is 1."""
        self.reached.clear()
        self.passed.clear()
        self._stop_at = (step, when)

    async def _ways(
        self,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        await asyncio.gather(self._ask(near[0], far[1]), self._answer(far, near[1]))

    async def _ask(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        """Carry what is said to the server, statement by statement."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            server.write(await _message(reader, kind=False))  # who we are
            text, kept = b"", b""
            while True:
                message = await _message(reader)
                kept += message
                if message[:1] in _STATEMENT:
                    text = message[5:].lstrip(b"\0").partition(b"\0")[0]
                if message[:1] not in _ENDS and message[:1] != b"X":
                    continue
                if message[:1] in _ENDS and not self._may_pass(text, server):
                    await asyncio.Event().wait()  # nothing goes on from here until everything is torn down
                server.write(kept)
                await server.drain()
                text, kept = b"?", b""
        server.close()

    def _may_pass(self, text: bytes, server: asyncio.StreamWriter) -> bool:
        if text.strip() in _NO_STEPS or text.startswith(_NO_STEPS[1:]):
            return True
        self.passed.append(text)
        if self._stop_at == (len(self.passed), "before"):
            self.reached.set()
            return False
        if self._stop_at == (len(self.passed), "after"):
            self._deaf.add(server)
        return True

    async def _answer(
        self, far: tuple[asyncio.StreamReader, asyncio.StreamWriter], client: asyncio.StreamWriter
    ) -> None:
        """Bring back what the server says."""
        reader, server = far
        while piece := await reader.read(1 << 16):
            if server in self._deaf:
                if piece[-6:-1] == _READY:
                    self.reached.set()
                continue
            client.write(piece)
            await client.drain()
        client.close()


async def _message(reader: asyncio.StreamReader, *, kind: bool = True) -> bytes:
    """Return the next message of the protocol, with its kind and its length."""
    head = await reader.readexactly(5 if kind else 4)
    return head + await reader.readexactly(int.from_bytes(head[-4:], "big") - 4)
