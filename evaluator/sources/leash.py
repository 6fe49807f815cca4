"""Process groups that end with us, however we end: at an exit, at Ctrl-C, and after SIGKILL."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# A process beside the group waits for the end of its standard input, which the kernel closes when we are gone. A
# parent-death signal would end git alone: git-remote-https reads on for as long as the other side drips. Killing git
# while we exit would wake the threads that wait for it, and they would go on with what is being taken down.
_WATCH = 'read -r _; kill -s KILL -- "-$1"; rm -rf -- "$2"'


@contextmanager
def held(process: subprocess.Popen[bytes], *, folder: Path) -> Iterator[None]:
    """End the group that *process* leads when the block ends; its end is waited for by the caller.

    Where we ourselves end before the block does, the group ends as well, and its private *folder* is removed.
    """
    try:
        with _watched(process.pid, folder):
            yield
    finally:
        _kill(process.pid)


@contextmanager
def _watched(group: int, folder: Path) -> Iterator[None]:
    with subprocess.Popen(
        ("/bin/sh", "-c", _WATCH, "sh", str(group), str(folder)),
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at our terminal must not end it before us
    ) as watcher:
        try:
            yield
        finally:
            watcher.kill()  # before its input is closed, or it would do its work


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
