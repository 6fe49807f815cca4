"""Where unpacked files wait to be read: one file that has no name, so nothing is left behind, whatever happens."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from evaluator.errors import SourceUnavailable

_BUFFER = 1 << 20  # bytes


@dataclass
class Spool:
    """Contents, one behind the other; the project's own names never reach the disk."""

    file: IO[bytes]
    size: int = 0  # bytes

    def add(self, data: bytes) -> int:
        """Return the offset at which *data* is kept. Raises SourceUnavailable where the disk is full."""
        try:
            self.file.write(data)
        except OSError as error:
            raise _no_room() from error
        offset, self.size = self.size, self.size + len(data)
        return offset

    def seal(self) -> None:
        """Make what was added readable. Raises SourceUnavailable where the disk is full."""
        try:
            self.file.flush()
        except OSError as error:
            raise _no_room() from error

    def read(self, offset: int, size: int) -> bytes:
        """Return *size* bytes from *offset* of a sealed spool."""
        return os.pread(self.file.fileno(), size, offset)


@contextmanager
def opened() -> Iterator[Spool]:
    """Give an empty spool; its file is unlinked from the start, and gone with the last process that has it open."""
    try:
        file = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - closed below
    except OSError as error:
        raise _no_room() from error
    try:
        yield Spool(file)
    finally:
        with suppress(OSError):  # of a last flush: who wanted what was added has sealed it
            file.close()


def _no_room() -> SourceUnavailable:
    return SourceUnavailable(
        "The archive cannot be unpacked: the folder for temporary files cannot be written. Make room there, then try"
        " again."
    )
