"""Whether a worker grows: what it holds after 200 gradings, and from there on to the last."""

import time
from pathlib import Path

from benchmarks.queue import ours, projects
from benchmarks.queue.provider import Provider

FIRST = 200  # gradings until which a worker may grow as it likes
_MARGIN = 1800  # seconds in which all must be done


def growth(folder: Path, provider: Provider, *, count: int, threads: int) -> list[tuple[int, int]]:
    """Return gradings done and bytes of one worker's memory, at FIRST, a few times between, and at the end."""
    environ = ours.environment(folder / "home", provider.port)
    made = projects.write(folder / "projects", range(count))
    marks = [*range(FIRST, count, max((count - FIRST) // 6, 1)), count]
    found: list[tuple[int, int]] = []
    with ours.opened(environ) as parts, ours.workers(environ, processes=1, threads=threads) as running:
        ids = ours.submit(parts, made)
        deadline = time.monotonic() + _MARGIN
        while marks:
            done = ours.states(parts, ids).get("done", 0)
            if done >= marks[0]:
                found.append((done, ours.resident(running.pids()[0])))
                marks = [mark for mark in marks if mark > done]
            if time.monotonic() > deadline:
                raise SystemExit(f"{done} of {count} gradings in {_MARGIN} s")
            time.sleep(0.2)
    return found
