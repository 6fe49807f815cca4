"""Process groups that end with us, however we end: at an exit, at Ctrl-C, and after SIGKILL."""

import os
import signal
import subprocess
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# A process beside the group waits for the end of its standard input, which the kernel closes when we are gone. A
# parent-death signal would end git alone: git-remote-https reads on for as long as the other side drips.
_WATCH = 'read -r _; kill -s KILL -- "-$1"'

_held: "set[weakref.finalize[[int], subprocess.Popen[bytes]]]" = set()


@contextmanager
def held(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the group that *process* leads when the block ends, or when we do; *process* is waited for by the caller."""
    # At an exit, finalizers run before the interpreter goes, the youngest first: git ends before its folder is removed.
    end = weakref.finalize(process, _kill, process.pid)
    _held.add(end)
    try:
        with _watched(process.pid):
            try:
                yield
            finally:
                end()
    finally:
        end()  # also where the watcher could not be started
        _held.discard(end)


def stop_all() -> None:
    """End every process group that this process holds; whoever waits for one gets SourceUnavailable."""
    for end in tuple(_held):
        end()


@contextmanager
def _watched(group: int) -> Iterator[None]:
    """Have *group* killed if we do not live to see the end of the block."""
    with subprocess.Popen(
        ("/bin/sh", "-c", _WATCH, "sh", str(group)),
        cwd="/",
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at our terminal must not end it before us
    ) as watcher:
        try:
            yield
        finally:
            watcher.kill()  # before its input is closed: the number of the group may be another's by then


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
