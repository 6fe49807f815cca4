"""Private temporary folders; those of a process that was killed are removed by a later one."""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "modu-source-"
_LOCK = "lock"  # a file in the folder, locked for as long as its process lives
_YOUNG = 60  # seconds; a folder has no lock in its first moment


@contextmanager
def folder() -> Iterator[Path]:
    """Give a new folder that is closed to other accounts and gone after the block; remove what killed ones left."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # gone meanwhile, held by its process, or on a disk without locks: left alone
            _remove_stale(path)
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))  # TemporaryDirectory would remove it at an exit, under git's feet
    try:
        with _opened(path / _LOCK) as lock:
            with suppress(OSError):  # a disk without locks: nobody else gets one on it either
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)  # what a helper that is just dying still writes, a later one removes


def _remove_stale(path: Path) -> None:
    """Remove an old folder of ours whose process is gone. Raises OSError where that lives."""
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or time.time() - status.st_mtime < _YOUNG:
        return
    with _opened(path / _LOCK) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _opened(lock: Path) -> Iterator[int]:
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)
