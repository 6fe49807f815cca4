"""`modu worker` and `modu up`: run the parts until stopped."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from types import FrameType

import click

import worker
from evaluator.app import opened
from evaluator.cli.common import load_settings
from evaluator.grading import judge
from evaluator.settings import OFFLINE, Settings

_LAST = 20  # seconds that a worker process may take beyond its drain to hand back what is left


@click.command(
    "worker",
    epilog="""\b
Examples:
  modu worker
  modu worker --threads 16
  modu worker --processes 2 --threads 32
""",
)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Worker processes.")
@click.option("--threads", type=click.IntRange(1, 256), help="Calls of judges that a process has under way at once.")
@click.option("--lifeline", type=click.INT, hidden=True, help="Descriptor that is closed when our parent has died.")
@click.pass_context
def worker_command(ctx: click.Context, *, processes: int, threads: int | None, lifeline: int | None) -> None:
    """Grade what is queued, until stopped. SIGTERM or Ctrl-C: what was begun is finished or handed back."""
    settings = load_settings(ctx, tracebacks=True, worker_threads=threads)
    if processes == 1:
        _serve(settings, greeting="Worker ready.", lifeline=lifeline)
        return
    env_file = ctx.find_root().obj
    common = ["--env-file", os.path.abspath(env_file)] if env_file else []
    arguments = [*common, "worker", "--threads", str(settings.worker_threads)]
    _many(arguments, processes=processes, drain=settings.drain_seconds)


@click.command(
    "up",
    epilog="""\b
Examples:
  modu up
  MODU_MODEL=openai/gpt-5.4-mini modu up
""",
)
@click.pass_context
def up_command(ctx: click.Context) -> None:
    """Run everything that one machine needs, in this terminal: services and worker. Ctrl-C stops it all."""
    settings = load_settings(ctx, tracebacks=True)
    what = "embedded PostgreSQL and Redis" if settings.embedded else "your PostgreSQL and Redis"
    _serve(settings, greeting=f"Up: {what}, worker with {settings.worker_threads} threads. Stop with Ctrl-C.")


def _stop_on_signal() -> threading.Event:
    """Return an event that the first SIGTERM or Ctrl-C sets; the second one interrupts at once."""
    stop = threading.Event()

    def ask_to_stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, ask_to_stop)
    return stop


def _serve(settings: Settings, *, greeting: str, lifeline: int | None = None) -> None:
    stop = _stop_on_signal()
    if lifeline is not None:
        threading.Thread(target=_follow, args=(lifeline, stop), name="lifeline", daemon=True).start()
    with opened(settings) as app:
        if settings.judge_model != OFFLINE:
            judge.warm()
        with worker.running(app, threads=settings.worker_threads, drain=timedelta(seconds=settings.drain_seconds)):
            click.echo(greeting, err=True)
            while not stop.wait(0.5):
                pass
            click.echo("Stopping; what is being graded may finish. Ask again to stop at once.", err=True)


def _follow(lifeline: int, stop: threading.Event) -> None:
    """Stop when the process that started this one has ended, however it ended: nobody else would ask us to."""
    os.read(lifeline, 1)  # nothing is ever written: it returns when the other end is closed
    stop.set()


def _many(arguments: list[str], *, processes: int, drain: int) -> None:
    """Run *processes* workers of one process each, and start anew whichever dies. They end with this process."""
    lifeline, ours = os.pipe()  # held open by this process alone, for as long as it lives

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "evaluator.cli.main", *arguments, "--lifeline", str(lifeline)]
        # Ctrl-C reaches us alone, and we pass it on
        return subprocess.Popen(command, process_group=0, pass_fds=(lifeline,))

    stop = _stop_on_signal()
    children = [start() for _ in range(processes)]
    while not stop.wait(1):
        children = [child if child.poll() is None else start() for child in children]
    os.close(ours)
    _end(children, seconds=drain + _LAST)


def _end(children: list[subprocess.Popen[bytes]], *, seconds: float) -> None:
    """End the processes; whichever has not ended in time is killed: its leases run out."""
    for child in children:
        child.terminate()
    until = time.monotonic() + seconds
    for child in children:
        try:
            child.wait(max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
