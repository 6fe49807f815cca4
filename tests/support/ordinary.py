"""Being refused what an ordinary account is refused, since root reads everything."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION_3 = 0x20080522  # of the kernel's capability interface
_READS_EVERYTHING = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


@contextmanager
def not_root() -> Iterator[None]:
    """Within the block this thread obeys the modes of files, also where we are root."""
    if os.geteuid() != 0:
        yield
        return
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    had = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    _call("capget", header, had)
    lowered = (ctypes.c_uint32 * 6)(had[0] & ~_READS_EVERYTHING, *had[1:])
    _call("capset", header, lowered)
    try:
        yield
    finally:
        _call("capset", header, had)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
