"""Our side: embedded services in a folder of their own, `modu worker` processes, requests for small projects."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from evaluator import app, settings
from evaluator.cli.submitting import desk_of
from evaluator.domain import Options
from evaluator.services import accounts, submission

_ROOT = Path(__file__).parents[2]
MODEL = "openai/gpt-4o-mini"
_STATES = "SELECT state, count(*) FROM evaluator.requests WHERE id = ANY(%s) GROUP BY state"
_PASSED = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


def environment(home: Path, port: int) -> dict[str, str]:
    """Return the environment of a worker whose judge is the provider at that port."""
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return passed | {
        "MODU_HOME": str(home),
        "MODU_MODEL": MODEL,
        "MODU_API_BASE": f"http://127.0.0.1:{port}",
        "OPENAI_API_KEY": "none",
        "MODU_USER": "benchmark",
    }


@dataclass(frozen=True)
class Workers:
    """Worker processes as an operator runs them."""

    process: subprocess.Popen[str]

    def pids(self) -> list[int]:
        """Return the processes that grade."""
        found = children(self.process.pid)
        return found or [self.process.pid]


@contextmanager
def workers(environ: Mapping[str, str], *, processes: int, threads: int) -> Iterator[Workers]:
    """Yield `modu worker` once all of its processes are ready."""
    command = [sys.executable, "-m", "evaluator.cli.main", "worker"]
    command += ["--processes", str(processes), "--threads", str(threads)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=_ROOT, env=dict(environ)) as process:
        assert process.stderr is not None
        ready = 0
        for line in process.stderr:
            ready += "Worker ready" in line
            if ready == processes:
                break
            if "ready" not in line:
                print(line, end="", file=sys.stderr)
        listener = threading.Thread(target=_pass_on, args=(process.stderr,))
        listener.start()
        try:
            yield Workers(process)
        finally:
            process.terminate()
            listener.join()


def _pass_on(said: IO[str]) -> None:
    for line in said:
        if not line.startswith("Stop") and line.strip():
            print(line, end="", file=sys.stderr)


@contextmanager
def opened(environ: Mapping[str, str]) -> Iterator[app.App]:
    """Yield the parts of this process at the same services."""
    with app.opened(settings.load(environ)) as parts:
        yield parts


def submit(parts: app.App, folders: Sequence[Path]) -> list[UUID]:
    """Return the ids of one request for each folder, submitted one after the other as `modu evaluate` does."""
    user = accounts.ensure(parts.settings.user_name, database=parts.database)
    desk = desk_of(parts)
    options = Options(rubric="default", model=MODEL)
    return [
        submission.submit(submission.Ask(source=str(folder), user=user, options=options), desk=desk).id
        for folder in folders
    ]


def wait(parts: app.App, ids: Sequence[UUID], *, seconds: float) -> dict[str, int]:
    """Return how many requests ended in which state, once all have ended."""
    deadline = time.monotonic() + seconds
    while True:
        found = states(parts, ids)
        if sum(found.get(state, 0) for state in ("done", "failed", "cancelled")) == len(ids):
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"not done within {seconds} s: {found}")
        time.sleep(0.25)


def states(parts: app.App, ids: Sequence[UUID]) -> dict[str, int]:
    """Return how many of the requests are in which state."""
    with parts.database.transaction() as conn:
        rows = conn.execute(_STATES, (list(ids),)).fetchall()
    return dict(rows)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that live."""
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def cpu(pids: Sequence[int]) -> float:
    """Return the seconds of CPU that those processes and their ended children have used."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Return the bytes of memory that a process has to itself or shares."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def servers(home: Path) -> dict[str, list[int]]:
    """Return the processes of PostgreSQL and Redis that serve a home, by name."""
    found: dict[str, list[int]] = {"postgres": [], "redis": []}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if str(home) in command and "redis-server" in command:
                found["redis"].append(int(folder.name))
            elif str(home) in command and "postgres" in command.partition(" ")[0]:
                found["postgres"] += [int(folder.name), *children(int(folder.name))]
        except OSError:
            continue
    return found
