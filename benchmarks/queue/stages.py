"""CPU of a grading by stage, in one worker process: each thread's own clock, charged to the door it is behind.

A fetch is charged without what is done to the snapshot meanwhile, and so on: every moment of a worker's thread counts
once. litellm has a thread of its own besides, the loop of the calls. Run with `python -m benchmarks.queue.stages`.
"""

import argparse
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import worker
from benchmarks.queue import ours, projects
from benchmarks.queue.provider import provider
from evaluator import app, settings
from evaluator.grading import (
    canaries,
    feedback,
    judge,
    offline,
    promises,
    prompts,
    record,
    session,
)
from evaluator.services import evaluation
from evaluator.store.database import Database
from evaluator.traffic.shared import SharedTraffic

_DOORS: tuple[tuple[Any, str, str], ...] = (  # where a stage begins: owner, name, stage
    (evaluation, "build", "digest"),
    (Database, "alone", "database"),
    (prompts.Prompts, "_render", "prompts"),
    (prompts.Prompts, "load", "prompts"),
    (canaries, "mix", "prompts"),
    (promises, "ledger", "promises, machine checks"),
    (promises, "settle", "promises, machine checks"),
    (offline, "facts", "promises, machine checks"),
    (offline, "check", "promises, machine checks"),
    (judge._LlmJudge, "ask", "litellm"),  # noqa: SLF001 - the judge's own door
    (session, "parse", "parse, verify"),
    (session.Session, "_settled", "parse, verify"),
    (record, "build", "record, feedback"),
    (feedback, "compose", "record, feedback"),
)
_ROOMS: tuple[tuple[Any, str, str], ...] = (  # the same of what is entered with `with`
    (evaluation, "fetch", "fetch"),
    (Database, "transaction", "database"),
    (Database, "_raw_transaction", "database"),
    (SharedTraffic, "admit", "provider limits"),
)
_REST = "the rest of a grading"
_ORDER = (
    "fetch", "digest", "promises, machine checks", "prompts", "parse, verify", "record, feedback", _REST, "database",
    "provider limits", "litellm",
)  # fmt: skip
OVERHEAD = ("database", "provider limits", _REST, "queue", "postgres", "redis")  # bookkeeping, in whatever process


class Meter:
    """Charges the CPU of each thread to the stage it is in."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._local = threading.local()
        self._lock = threading.Lock()

    def enter(self, stage: str) -> None:
        """Begin a stage; what is around it pauses."""
        stack = self._stack()
        self._charge(stack)
        stack.append(stage if stack or stage == _REST else "")

    def leave(self) -> None:
        """End the innermost stage."""
        stack = self._stack()
        self._charge(stack)
        stack.pop()

    def _stack(self) -> list[str]:
        if not hasattr(self._local, "stack"):
            self._local.stack, self._local.since = [], time.thread_time()
        stack: list[str] = self._local.stack
        return stack

    def _charge(self, stack: list[str]) -> None:
        now = time.thread_time()
        if stack and stack[0] == _REST:  # else it is no grading: submission, upkeep
            with self._lock:
                self.spent[stack[-1]] += now - self._local.since
        self._local.since = now

    def door(self, act: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """Return the function with its time charged to the stage."""

        def charged(*arguments: Any, **named: Any) -> Any:
            self.enter(stage)
            try:
                return act(*arguments, **named)
            finally:
                self.leave()

        return charged

    def room(self, make: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """Return the context manager with its entry and exit, not its block, charged to the stage."""

        @contextmanager
        def charged(*arguments: Any, **named: Any) -> Iterator[Any]:
            self.enter(stage)
            block = make(*arguments, **named)
            value = block.__enter__()
            inside = stage != "database"
            if inside:
                self.leave()
            try:
                yield value
            except BaseException as error:
                if inside:
                    self.enter(stage)
                if not block.__exit__(type(error), error, error.__traceback__):
                    raise
            else:
                if inside:
                    self.enter(stage)
                block.__exit__(None, None, None)
            finally:
                self.leave()

        return charged


def threads_cpu() -> dict[str, float]:
    """Return the seconds of CPU of each living thread of this process, by name, those of dramatiq as one each."""
    found: dict[str, float] = defaultdict(float)
    for thread in threading.enumerate():
        if thread.ident is not None:
            clock = time.pthread_getcpuclockid(thread.ident)
            found[thread.name.rstrip("0123456789-_ ")] += time.clock_gettime(clock)
    return found


def measure(count: int, threads: int) -> dict[str, float]:
    """Return the milliseconds of CPU of one grading, by stage."""
    with tempfile.TemporaryDirectory() as folder, provider(0.05) as server:
        os.environ.clear()
        environ = ours.environment(Path(folder) / "home", server.port)
        os.environ.update(environ)
        meter = Meter()
        for owner, name, stage in _DOORS:
            setattr(owner, name, meter.door(getattr(owner, name), stage))
        for owner, name, stage in _ROOMS:
            setattr(owner, name, meter.room(getattr(owner, name), stage))
        evaluation.run = meter.door(evaluation.run, _REST)
        made = projects.write(Path(folder) / "projects", range(threads + count))
        with (
            app.opened(settings.load(environ)) as parts,
            worker.running(parts, threads=threads, drain=timedelta(seconds=5)),
        ):
            states = ours.wait(parts, ours.submit(parts, made[:threads]), seconds=120)
            assert states == {"done": threads}, states
            servers = ours.servers(Path(folder))
            meter.spent.clear()
            before = threads_cpu(), time.process_time(), {n: ours.cpu(p) for n, p in servers.items()}
            ids = ours.submit(parts, made[threads:])
            assert ours.wait(parts, ids, seconds=300) == {"done": count}
            after = threads_cpu()
            spent = {name: meter.spent[name] for name in _ORDER}
            spent["litellm's loop"] = after["judge"] - before[0]["judge"]
            spent["litellm's threads"] = after["asyncio"] - before[0]["asyncio"]
            grading = sum(spent.values())
            submitting = after["MainThread"] - before[0]["MainThread"]
            spent["queue"] = time.process_time() - before[1] - submitting - grading
            for name, pids in servers.items():
                spent[name] = ours.cpu(pids) - before[2][name]
        return {name: 1000 * seconds / count for name, seconds in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--threads", type=int, default=8)
    chosen = parser.parse_args()
    for name, milliseconds in measure(chosen.count, chosen.threads).items():
        print(f"{milliseconds:8.2f} ms  {name}")


if __name__ == "__main__":
    main()
