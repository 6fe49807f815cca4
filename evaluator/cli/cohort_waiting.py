"""Watch a cohort: a line on a terminal that follows it, elsewhere a line now and then."""

import shlex
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import click
from rich.text import Text

from evaluator.app import App
from evaluator.cli.consoles import talk
from evaluator.cli.paper import harmless
from evaluator.errors import TransientError
from evaluator.services import cohorts
from evaluator.services.wiring import dollars
from evaluator.store.cohorts import Cohort, CohortProgress

_LOOK = 1.0  # seconds between two looks
_FIRST_LOOK = 0.05  # seconds, while a small cohort may be done at once
_SMALL = 100  # rows
_SOON = 5.0  # seconds
_LINE = 10.0  # seconds between two lines where there is no terminal
_RATE = 60.0  # seconds over which the rate is taken
_RESTART = 30.0  # seconds that PostgreSQL may be away while we wait
_LONELY = 5.0  # seconds without any progress after which we say that a worker is needed
_ALONE = " Is a worker running? Start one with: modu worker"


def until_ended(cohort: Cohort, *, app: App) -> None:
    """Return when every request of the cohort has ended; until then show how far it is."""
    console = talk()
    status = console.status("Queued") if console.is_terminal else None
    since = said = time.monotonic()
    pace = Pace()
    with status or nullcontext(), _told(cohort):
        while (stands := _patiently(cohort, app=app)).ended < stands.total:
            now = time.monotonic()
            alone = not app.settings.embedded and not (stands.running or stands.ended) and now - since > _LONELY
            line = f"{standing(stands)}{pace.after(stands, now)}{_trouble(stands, alone=alone)}"
            if status is not None:
                status.update(Text(line))
            elif now - said >= _LINE:
                said = now
                click.echo(line, err=True)
            time.sleep(_FIRST_LOOK if stands.total <= _SMALL and now - since < _SOON else _LOOK)


def _trouble(stands: CohortProgress, *, alone: bool) -> str:
    """Return what keeps the cohort waiting, where somebody may have to see to it."""
    if stands.trouble:
        return f" Some wait: {harmless(stands.trouble)} They are tried again."
    return _ALONE if alone else ""


def standing(stands: CohortProgress) -> str:
    """Return where a cohort stands, in one line."""
    parts = [f"{stands.done:,} of {stands.total:,} graded"]
    counts = {"running": stands.running, "queued": stands.queued, "failed": stands.failed}
    parts += [f"{count:,} {word}" for word, count in {**counts, "cancelled": stands.cancelled}.items() if count]
    of = f" of ${dollars(stands.budget)}" if stands.budget is not None else ""
    return f"{', '.join(parts)}; ${dollars(stands.cost)}{of}."


class Pace:
    """How many requests end in a minute, taken over the last one."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def after(self, stands: CohortProgress, now: float) -> str:
        """Return the rate and what is left at it, or nothing while nobody can tell."""
        self._seen.append((now, stands.ended))
        while self._seen[0][0] < now - _RATE:
            self._seen.popleft()
        began, ended = self._seen[0]
        if stands.ended == ended or now - began < 1:
            return ""
        rate = (stands.ended - ended) / (now - began)  # in a second
        return f" {rate * 60:,.0f} a minute, about {_span((stands.total - stands.ended) / rate)} left."


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _patiently(cohort: Cohort, *, app: App) -> CohortProgress:
    """Return where the cohort stands, also when PostgreSQL restarts meanwhile."""
    deadline = time.monotonic() + _RESTART
    while True:
        try:
            return cohorts.progress(cohort.id, database=app.database)
        except TransientError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK)


@contextmanager
def _told(cohort: Cohort) -> Iterator[None]:
    """Say after Ctrl-C that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        name = shlex.quote(cohort.name)
        click.echo(
            "\nThe cohort is kept: workers go on with it (modu worker, or modu up), and so does the same `modu batch`"
            f" again. See: modu cohort show {name}. Stop it with: modu cohort cancel {name}",
            err=True,
        )
        raise
