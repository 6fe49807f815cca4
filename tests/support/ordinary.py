"""Acting as an ordinary account, since root reads everything."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_NOBODY = 65534


@contextmanager
def not_root() -> Iterator[None]:
    """Act as the account nobody within the block where we are root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
