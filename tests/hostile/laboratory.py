"""Runs hostile inputs in a process that is measured from outside: its memory, its disk, what it leaves behind."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile.canaries import Canaries
from tests.hostile.generator.case import Ask, Case, Place

_SAMPLE = 0.02  # seconds between two looks
_PAGE = os.sysconf("SC_PAGE_SIZE")
_OVERTIME = 40  # seconds after which the process is killed, to be reported
_SETTLE = 2  # seconds in which processes that were killed may go


@dataclass
class Peak:
    """The most that was seen at once."""

    memory: int = 0  # bytes of the process and everything below it
    disk: int = 0  # bytes of its temporary files
    waited: dict[int, float] = field(default_factory=dict)  # process -> seconds for which others had the cores


@dataclass(frozen=True)
class Outcome:
    """How a case ended, and what it took."""

    reply: dict[str, Any]  # see child.run; `hung` where there was none
    peak: Peak
    printed: str  # what the program wrote by itself
    left: tuple[str, ...]  # processes, files and open descriptors
    touched: tuple[str, ...]  # canaries
    planted: tuple[str, ...] = ()

    @property
    def everything(self) -> str:
        """All that came out in any way."""
        return json.dumps({**self.reply, "printed": self.printed}, ensure_ascii=False)


@dataclass
class Laboratory:
    """A process under test, kept from case to case, and started anew where one broke it."""

    folder: Path
    canaries: Canaries
    process: "subprocess.Popen[str] | None" = None
    replies: Any = None
    count: int = 0
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def temporary(self) -> Path:
        """Where the process keeps its temporary files."""
        return self.folder / "tmp"

    def run(self, case: Case) -> Outcome:
        """Make a case, give it to the process, and return what came of it."""
        self.count += 1
        place = Place(self.folder / f"case-{self.count}", self.canaries, ExitStack())
        place.folder.mkdir()
        try:
            with place.stack:
                ask = case.make(place)
                self.canaries.touched()
                return self._measured(ask, place)
        finally:
            remove(place.folder)

    def _measured(self, ask: Ask, place: Place) -> Outcome:
        process = self._started()
        before = _descriptors(process.pid)
        job = _job(ask)
        with _sampled(process.pid, self.temporary, ask) as peak:
            reply = self._exchange(process, job)
        left = self._left(process, before) if "hung" not in reply else ()
        peak.memory = max(peak.memory, reply.get("peak", 0))
        printed = (self.folder / "printed").read_text(errors="backslashreplace")
        os.truncate(self.folder / "printed", 0)
        return Outcome(reply, peak, printed, left, tuple(self.canaries.touched()), tuple(place.planted))

    def _started(self) -> "subprocess.Popen[str]":
        if self.process is not None and self.process.poll() is None:
            return self.process
        self.close()
        self.temporary.mkdir(exist_ok=True)
        reading, writing = os.pipe()
        with (self.folder / "printed").open("ab") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.hostile.child", str(writing)],
                env=_environment(self.folder, self.temporary),
                cwd=Path(__file__).parents[2],
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=printed,
                pass_fds=(writing,),
                text=True,
            )
        os.close(writing)
        self.replies = self.stack.enter_context(os.fdopen(reading, encoding="utf-8"))
        if self.replies.readline() != "ready\n":
            raise RuntimeError((self.folder / "printed").read_text())
        self._exchange(self.process, _job(Ask(str(Path(__file__).parent))))  # warm
        return self.process

    def _exchange(self, process: "subprocess.Popen[str]", job: dict[str, Any]) -> dict[str, Any]:
        killer = threading.Timer(_OVERTIME, process.kill)
        killer.start()
        try:
            if process.stdin is not None:
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            line = self.replies.readline()
        finally:
            killer.cancel()
        if line:
            return dict(json.loads(line))
        return {"hung": f"it ended without a word ({process.wait(5)}), or took more than {_OVERTIME} seconds"}

    def _left(self, process: "subprocess.Popen[str]", before: int) -> tuple[str, ...]:
        """Return what is still there after a moment's grace."""
        end = time.monotonic() + _SETTLE
        while True:
            left = [f"process {name}" for _, name, state in _below(process.pid) if state != "Z"]
            left += [f"file {path.name}" for path in self.temporary.iterdir()]
            extra = _descriptors(process.pid) - before
            left += [f"{extra} open descriptors"] if extra > 0 else []
            if not left or time.monotonic() > end:
                return tuple(left)
            time.sleep(_SAMPLE)

    def close(self) -> None:
        """End the process, if there is one, and remove what it left."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
        self.stack.close()
        shutil.rmtree(self.temporary, ignore_errors=True)


def _job(ask: Ask) -> dict[str, Any]:
    """Return what the process is told."""
    return {name: value for name, value in vars(ask).items() if name != "meanwhile"}


def remove(folder: Path) -> None:
    """Remove the files of a case; some are so deep that Python gives up."""
    subprocess.run(("rm", "-rf", "--", str(folder)), check=True)


def _environment(home: Path, temporary: Path) -> dict[str, str]:
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(temporary), "LANG": "C.UTF-8", **coverage}


@contextmanager
def _sampled(pid: int, folder: Path, ask: Ask) -> Iterator[Peak]:
    """Look at a process, everything below it and its folder, again and again, while the block runs."""
    peak, over = Peak(), threading.Event()
    started = {id: _waited(id) for id in (pid, *(child for child, _, _ in _below(pid)))}

    def look() -> None:
        while not over.wait(_SAMPLE):
            ids = [pid, *(child for child, _, _ in _below(pid))]
            peak.memory = max(peak.memory, sum(map(_memory, ids)))
            peak.waited |= {id: waited for id in ids if (waited := _waited(id) - started.get(id, 0))}
            peak.disk = max(peak.disk, _disk(folder))
            if ask.meanwhile is not None:
                ask.meanwhile()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _below(pid: int) -> list[tuple[int, str, str]]:
    """Return id, name and state of all processes below one."""
    parents: dict[int, list[tuple[int, str, str]]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - names alone, many times a second
        if name.isdigit():
            try:
                head, _, rest = Path(f"/proc/{name}/stat").read_text(errors="replace").rpartition(")")
            except OSError:
                continue  # gone meanwhile
            state, parent, *_ = rest.split()
            parents.setdefault(int(parent), []).append((int(name), head.partition("(")[2], state))
    found, open_ids = [], [pid]
    while open_ids:
        children = parents.get(open_ids.pop(), [])
        found += children
        open_ids += [child for child, _, _ in children]
    return found


def _memory(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _waited(pid: int) -> float:
    """Return for how many seconds a process could have run, had it had a core."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0


def _disk(folder: Path) -> int:
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(f"{base}/{name}").st_blocks * 512
            except OSError:
                continue  # gone meanwhile
    return total


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - a number is all
    except OSError:
        return 0
