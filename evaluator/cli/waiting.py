"""Wait for a request: show its stages on a terminal, and say what a person would have to see to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from uuid import UUID

import click
from rich.text import Text

from evaluator.app import App
from evaluator.cli.consoles import talk
from evaluator.domain import Progress, RequestState
from evaluator.errors import TransientError
from evaluator.services import reports

_STAGES = {
    "queued": "Queued",
    "fetching": "Fetching the project",
    "reading": "Reading it",
    "judging": "Judging",
    "scoring": "Scoring",
}
_RESTART = 30  # seconds that PostgreSQL may be away while we wait
_LONELY = 5  # seconds in the queue after which we say that a worker is needed


def until_ended(id: UUID, *, app: App) -> Progress:
    """Return the progress of the request when it has ended.

    Until then a terminal shows its stages; elsewhere only what a person would have to see to is said, once.
    """
    console = talk()
    since = time.monotonic()
    status = console.status("Queued") if console.is_terminal else None
    said: set[str] = set()
    with status or nullcontext(), _told(id):
        while not (progress := _progress(id, app=app)).state.ended:
            alone = not app.settings.embedded and time.monotonic() - since > _LONELY
            trouble = _trouble(progress, alone=alone)
            if status is not None:
                status.update(Text(f"{trouble}{_pause(progress)}" if trouble else _STAGES[progress.stage]))
            elif trouble and trouble not in said:
                said.add(trouble)
                click.echo(trouble, err=True)
            time.sleep(0.05 if time.monotonic() - since < 5 else 0.25)
    return progress


def _progress(id: UUID, *, app: App) -> Progress:
    """Return where the request stands, also when PostgreSQL restarts meanwhile."""
    deadline = time.monotonic() + _RESTART
    while True:
        try:
            return reports.progress(id, database=app.database)
        except TransientError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@contextmanager
def _told(id: UUID) -> Iterator[None]:
    """Say after Ctrl-C that the request is not lost."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(
            f"\nThe request is kept: the next worker, or `modu evaluate`, finishes it. See: modu show {id}", err=True
        )
        raise


def _trouble(progress: Progress, *, alone: bool) -> str | None:
    """Return what keeps the request waiting, where somebody may have to see to it."""
    if progress.state is RequestState.QUEUED and progress.failure is not None:
        return f"{progress.failure.message} It is tried again."
    if progress.state is RequestState.QUEUED and alone:
        return "Queued. Is a worker running? Start one with: modu worker"
    return None


def _pause(progress: Progress) -> str:
    """Return when the next try is, for a line that is written again and again."""
    if progress.next_try_at is None:
        return ""
    return f" Next try in {max(0, round((progress.next_try_at - datetime.now(UTC)).total_seconds()))} s."
