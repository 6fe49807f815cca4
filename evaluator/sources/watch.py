"""What git may use up while it fetches: memory, processor and disk of its whole process group, looked at often.

The limits that the system sets for each process (see `command`) hold at once but know neither the sum over git and its
helpers nor how little came in for the work. On a system without /proc only they hold.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evaluator.domain import Limits
from evaluator.sources import refusals
from evaluator.sources.dial import Dialer

EVERY = 0.02  # seconds between two looks: git writes some 30 MB of memory in them
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_INDEX_BYTES = 16 << 20  # what git may write beside the packs it receives
_UNPACKED = 4  # the part of what may be received that may come before a pack: git holds it in memory, with copies of it
_UNDERWAY = 16 << 20  # bytes that may wait in sockets and pipes when git is slow to begin the pack
# An honest pack takes a second for each 25 to 60 MB (170 public repositories; most where files are many); a bomb,
# which is zeros by the gigabyte, sends next to nothing. A machine may be three times slower than the one measured on.
_FREE_SECONDS = 1.0
_BYTES_A_SECOND = 8 << 20


@dataclass(frozen=True)
class Watch:
    """Looks at one fetch."""

    limits: Limits
    packs: Path  # the folder that git writes packs into
    dialer: Dialer | None = None  # counts what comes over the network, where it is asked

    def look(self, leader: int) -> None:
        """Raise UnusableSource (`too_much_memory`, `too_large`) where the group of *leader* has used up too much."""
        memory, seconds = used(leader)
        if memory > self.limits.memory_bytes:
            raise refusals.too_much_memory()
        packed = self._packed()
        if (packed or 0) > self.limits.received_bytes + _INDEX_BYTES:
            raise refusals.too_large()
        most = max(self.limits.received_bytes // _UNPACKED, _UNDERWAY)
        if packed is None and self.dialer is not None and self.dialer.received > most:
            raise refusals.too_large()
        if self.dialer is not None and seconds > _FREE_SECONDS + self.dialer.received / _BYTES_A_SECOND:
            raise refusals.too_much_work()

    def _packed(self) -> int | None:
        """Return the bytes of the packs; None where none has begun to come."""
        sizes = []
        with suppress(OSError), os.scandir(self.packs) as files:
            for file in files:
                sizes.append(0)
                with suppress(OSError):  # files come and go while we look
                    sizes.append(file.stat().st_size)
        return sum(sizes) if sizes else None


def used(leader: int) -> tuple[int, float]:
    """Return the resident bytes and the processor seconds of a process and of everything below it."""
    pages, ticks = 0, 0
    for pid in _family(leader):
        with suppress(OSError, ValueError, IndexError):  # gone meanwhile
            pages += int(_text(f"/proc/{pid}/statm").split()[1])
            times = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()[11:15]  # of its own, and of ended children
            ticks += sum(map(int, times))
    return pages * _PAGE, ticks / _TICK


def _family(leader: int) -> Iterator[int]:
    waiting = [str(leader)]
    while waiting:
        pid = waiting.pop()
        yield int(pid)
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - fifty times a second
                waiting += _text(f"/proc/{pid}/task/{thread}/children").split()


def _text(path: str) -> str:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
        return file.read().decode(errors="replace")
