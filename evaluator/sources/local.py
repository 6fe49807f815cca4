"""Opening what lies on this machine: step by step, no link followed, nothing but folders and regular files."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # a pipe must not make us wait
_STEP = FOLDER | getattr(os, "O_PATH", 0)  # where the system has it, a folder above need not be readable
_CHUNK = 1 << 20  # bytes


@contextmanager
def opened(name: str, flags: int, folder: int | None = None) -> Iterator[int]:
    """Give the file descriptor of *name* in an open folder. Raises OSError; ELOOP where *name* is a link."""
    fd = os.open(name, flags, dir_fd=folder)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def opened_at(location: str, flags: int) -> Iterator[int]:
    """Give the file descriptor of an absolute real path. Raises OSError, also where any part of it is a link.

    The path was checked when the request was taken; whoever owns a folder on it may have put a link there since.
    """
    *parents, name = location.split("/")[1:]
    folder = os.open("/", _STEP)
    try:
        for parent in parents:
            below = os.open(parent, _STEP, dir_fd=folder)
            os.close(folder)
            folder = below
        with opened(name or ".", flags, folder) as fd:
            yield fd
    finally:
        os.close(folder)


def is_regular(fd: int) -> bool:
    """Return whether an open file is a regular one."""
    return stat.S_ISREG(os.fstat(fd).st_mode)


def read(fd: int, most: int) -> bytes:
    """Return the bytes of an open file, at most *most*."""
    parts, left = [], most
    while left > 0 and (part := os.read(fd, min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def parts(fd: int) -> Iterator[bytes]:
    """Yield the bytes of an open file in parts, to its end."""
    while part := os.read(fd, _CHUNK):
        yield part
