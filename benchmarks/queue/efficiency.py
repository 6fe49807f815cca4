"""How near a queue of gradings comes to the time that its calls take, whatever is done around them."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import httpx

from benchmarks.queue import ours, projects
from benchmarks.queue.provider import Provider, Run

_MARGIN = 300  # seconds in which a run must end


def bare(provider: Provider, *, calls: int, concurrency: int) -> Run:
    """Return what bare httpx takes to ask the last question again and again: the bound that the provider sets."""
    question = json.dumps(provider.ask("last"))
    provider.ask("reset")
    begun = time.process_time()
    asyncio.run(_ask(provider.port, question, calls=calls, concurrency=concurrency))
    cpu = time.process_time() - begun
    stats = provider.ask("stats")
    return Run(name="bare httpx", items=calls, concurrency=concurrency, stats=stats, cpu=cpu, memory=0)


async def _ask(port: int, question: str, *, calls: int, concurrency: int) -> None:
    places = asyncio.Semaphore(concurrency)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=concurrency)

    async def one(client: httpx.AsyncClient) -> None:
        async with places:
            (await client.post("/v1/chat/completions", content=question)).raise_for_status()

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60) as client:
        await asyncio.gather(*(one(client) for _ in range(calls)))


def grading(folder: Path, provider: Provider, *, count: int, processes: int, threads: int) -> tuple[Run, float, float]:
    """Return what our workers took, the requests submitted in a second, and the seconds until the last one was done.

    The workers have graded a few projects before. They stand still (SIGSTOP) while the requests are submitted, and the
    clock starts as they go on.
    """
    environ = ours.environment(folder / "home", provider.port)
    slots = processes * threads
    made = projects.write(folder / "projects", range(slots + count))
    with ours.opened(environ) as parts, ours.workers(environ, processes=processes, threads=threads) as running:
        warm = ours.submit(parts, made[:slots])
        assert ours.wait(parts, warm, seconds=_MARGIN) == {"done": slots}
        pids = running.pids()
        _signal(pids, signal.SIGSTOP)
        submitting = time.perf_counter()
        ids = ours.submit(parts, made[slots:])
        rate = count / (time.perf_counter() - submitting)
        provider.ask("reset")
        before = _used(pids, folder)
        begun = time.perf_counter()
        _signal(pids, signal.SIGCONT)
        states = ours.wait(parts, ids, seconds=_MARGIN)
        whole = time.perf_counter() - begun
        after = _used(pids, folder)
        stats = provider.ask("stats")
        memory = sum(ours.resident(pid) for pid in pids)
    assert states == {"done": count}, states
    assert stats["asked"] == 2 * count, stats
    used = {name: after[name] - before[name] for name in after}
    cpu = used.pop("workers")
    name = f"modu, {processes} x {threads}"
    run = Run(name=name, items=count, concurrency=slots, stats=stats, cpu=cpu, memory=memory, beside=used)
    return run, rate, whole


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


def _used(pids: list[int], folder: Path) -> dict[str, float]:
    """Return the seconds of CPU of the workers and of each service."""
    services = ours.servers(folder)
    return {"workers": ours.cpu(pids), **{name: ours.cpu(found) for name, found in services.items()}}
