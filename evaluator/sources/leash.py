"""Process groups that end with us, however we end: at an exit, at Ctrl-C, and after SIGKILL."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# A process beside the groups waits for the end of its standard input, which the kernel closes when we are gone; until
# then every line tells it which group runs now, an empty one that none does. A parent-death signal would end git
# alone: git-remote-https reads on for as long as the other side drips. Killing git while we exit would wake the
# threads that wait for it, and they would go on with what is being taken down.
_WATCH = 'g=; while read -r id; do g=$id; done; case $g in ?*) kill -s KILL -- "-$g";; esac; rm -rf -- "$1"'


@dataclass(frozen=True)
class Leash:
    """The watcher of one private folder and of the groups that work in it, one group at a time."""

    lines: IO[bytes]

    @contextmanager
    def held(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """End the group that *process* leads when the block ends, and wait for *process*."""
        self._say(b"%d\n" % process.pid)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._say(b"\n")

    def _say(self, line: bytes) -> None:
        with suppress(BrokenPipeError):  # somebody killed the watcher: we still end what we started
            self.lines.write(line)


@contextmanager
def leash(folder: Path) -> Iterator[Leash]:
    """Give a leash; where we ourselves end before the block does, its group ends and *folder* is removed."""
    with subprocess.Popen(
        ("/bin/sh", "-c", _WATCH, "sh", str(folder)),
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,  # Ctrl-C at our terminal must not end it before us
    ) as watcher:
        if watcher.stdin is None:
            raise AssertionError
        try:
            yield Leash(watcher.stdin)
        finally:
            watcher.kill()  # before its input is closed, or it would do its work
