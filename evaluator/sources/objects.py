"""A conversation with one `git cat-file --batch-command`: sizes and contents of objects, asked for many at a time."""

import fcntl
import hashlib
import io
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from evaluator.sources import refusals

_PIPE_BYTES = 1 << 20  # what git may have said before we have listened
_ID = 40  # hex digits


class Damaged(Exception):
    """An object is missing, or is not what its id says."""


class Missing(Damaged):
    """git knows no such object."""


class Stopped(Damaged):
    """git has ended before its answer has."""


@dataclass(frozen=True)
class Object:
    """One object, as git stores it."""

    id: str  # 40 hex digits
    kind: bytes
    data: bytes


class _Answers(io.RawIOBase):
    """What git says, until a deadline; BufferedReader makes it lines and blocks."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.deadline = 0.0  # of time.monotonic()
        self._pipe = pipe
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # Buffer has no name before Python 3.12
        if not self._poll.poll(max(0.0, self.deadline - time.monotonic()) * 1000):
            raise refusals.too_slow()
        return self._pipe.readinto(buffer)  # type: ignore[attr-defined,no-any-return]  # it is a FileIO


class Objects:
    """The objects of one repository."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes], *, seconds: float, check: bool) -> None:
        """Talk to git over its two pipes, both unbuffered; *seconds* is the most that one question may take.

        *check* = compare every content with its id.
        """
        with suppress(OSError, AttributeError):  # another system, or its user has too many pipes: only slower
            fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._questions = questions
        self._raw = _Answers(answers)
        self._answers = io.BufferedReader(self._raw, _PIPE_BYTES // 4)
        self._seconds = seconds
        self._check = check

    def sizes(self, ids: Sequence[str]) -> list[int | None]:
        """Return the bytes of every blob, in the order asked; None where there is no such blob."""
        self._ask("info", ids)
        rows = [self._line().split(b" ") for _ in ids]
        return [int(row[2]) if len(row) == 3 and row[1] == b"blob" else None for row in rows]

    def contents(self, names: Sequence[str], *, most: int) -> Iterator[Object]:
        """Yield every object, in the order asked, and all of them: an answer that is not heard is in the way.

        Raises Damaged where one is missing, and OverflowError where one has more than *most* bytes.
        """
        self._ask("contents", names)
        for name in names:
            head = self._line()
            id, kind, size = _head(head)
            if size > most:
                raise OverflowError(size)
            data = self._exactly(size + 1)[:-1]
            if (self._check and not _is(id, kind, data)) or (len(name) == _ID and name != id):
                raise Damaged(name)
            yield Object(id, kind, data)

    def _ask(self, what: str, names: Sequence[str]) -> None:
        """Ask; git answers nothing before the flush, so neither side waits for the other."""
        self._raw.deadline = time.monotonic() + self._seconds
        lines = "".join([f"{what} {name}\n" for name in names])
        rest = memoryview(f"{lines}flush\n".encode())
        try:
            while rest:
                rest = rest[self._questions.write(rest) :]
        except (BrokenPipeError, ValueError) as error:  # ValueError: closed
            raise Stopped from error

    def _line(self) -> bytes:
        line = self._answers.readline()
        if line[-1:] != b"\n":
            raise Stopped
        return line

    def _exactly(self, size: int) -> bytes:
        data = self._answers.read(size)
        if len(data) != size:
            raise Stopped
        return data


def _head(line: bytes) -> tuple[str, bytes, int]:
    parts = line.split(b" ")
    if len(parts) != 3 or len(parts[0]) != _ID:
        raise Missing
    return parts[0].decode(), parts[1], int(parts[2])


def _is(id: str, kind: bytes, data: bytes) -> bool:
    digest = hashlib.sha1(b"%s %d\0" % (kind, len(data)), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest() == id
