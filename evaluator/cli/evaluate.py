"""`modu evaluate`: grade one project, show the stages while it lasts, then the result."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import click
from rich.text import Text

import worker
from evaluator.app import App, opened
from evaluator.cli import render
from evaluator.cli.common import json_option, load_settings, print_json, privacy_option, user_option
from evaluator.cli.consoles import out, talk
from evaluator.cli.people import person
from evaluator.domain import Options, Progress, RequestState
from evaluator.errors import TransientError
from evaluator.services import reports, submission
from evaluator.settings import Settings

_BELOW = 6  # exit status where the total is below --fail-under
_STAGES = {
    "queued": "Queued",
    "fetching": "Fetching the project",
    "reading": "Reading it",
    "judging": "Judging",
    "scoring": "Scoring",
}
_RESTART = 30  # seconds that PostgreSQL may be away while we wait
_LONELY = 5  # seconds in the queue after which we say that a worker is needed

EXAMPLES = """\b
Examples:
  modu evaluate .
  modu evaluate https://github.com/pallets/click --ref main
  modu evaluate . --subdir packages/api --json
  modu evaluate project.zip
  MODU_MODEL=openai/gpt-5.4-mini modu evaluate . --fail-under 5
"""


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("source")
@click.option("--ref", help="Branch, tag or full commit id of a git URL.")
@click.option("--subdir", help="Folder inside the project that is graded alone.")
@user_option("Whose evaluation this is: a name or id from `modu user list`. Default: you.")
@click.option("--model", help="A litellm model name, or `offline`. Default: MODU_MODEL.")
@click.option("--rubric", help="Name of a rubric, or path of a rubric file. Default: MODU_RUBRIC.")
@privacy_option
@click.option("--no-wait", is_flag=True, help="Only record the request; print its id.")
@click.option("--fresh", is_flag=True, help="Grade anew even if nothing has changed.")
@click.option("--fail-under", type=click.IntRange(0, 10), metavar="N", help="Exit with 6 if the total is below N.")
@json_option
@click.pass_context
def evaluate_command(
    ctx: click.Context,
    *,
    source: str,
    ref: str | None,
    subdir: str | None,
    user: str | None,
    privacy: str,
    no_wait: bool,
    fresh: bool,
    fail_under: int | None,
    as_json: bool,
    model: str | None,
    rubric: str | None,
) -> int:
    """Grade the project at SOURCE, a folder, git URL, archive or README, and show the result.

    Exit status: 0 graded (also when it did not pass), 2 unusable source or wrong usage, 5 could not be graded now.
    """
    if no_wait and fail_under is not None:
        raise click.UsageError("--fail-under needs the result, which --no-wait does not wait for. Leave one out.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was begun is handed back
    settings = load_settings(ctx, model=model, rubric=rubric)
    options = Options.model_validate(
        {
            "rubric": _absolute(settings.rubric),
            "model": settings.judge_model,
            "language": settings.language,
            "privacy": privacy,
            "fresh": fresh,
        }
    )
    with opened(settings) as app:
        app.prepare()
        ask = submission.Ask(source=source, ref=ref, subdir=subdir, user=person(app, user), options=options)
        id = submission.submit(ask, desk=_desk(app))
        if no_wait:
            _say_recorded(id, as_json=as_json)
            return 0
        with _working(app):  # at its end, what else was begun in this process is finished
            progress = _wait(id, app=app)
            result = reports.evaluation(id, database=app.database)
            _show(result, progress, settings=settings, as_json=as_json)
    if progress.failure and progress.state is RequestState.FAILED:
        return progress.failure.exit_status
    return _BELOW if fail_under is not None and result["scores"]["total"] < fail_under else 0


def _desk(app: App) -> submission.Desk:
    return submission.Desk(
        database=app.database,
        send=app.send,
        rubric=app.rubric,
        require_key=app.require_key,
        trusted_forges=app.settings.trusted_forges,
        allowed_roots=app.allowed_roots,
        keep=timedelta(days=app.settings.failed_source_days),
    )


def _absolute(rubric: str) -> str:
    """Return the name of a rubric, or the absolute path of a rubric file: the worker has another current folder."""
    return os.path.abspath(rubric) if os.sep in rubric or rubric.endswith(".toml") else rubric


def _say_recorded(id: UUID, *, as_json: bool) -> None:
    if as_json:
        print_json({"request_id": str(id), "status": "queued"})
    else:
        click.echo(str(id))
        click.echo(f"Recorded. The next `modu up`, worker or `modu evaluate` grades it; see: modu show {id}", err=True)


@contextmanager
def _working(app: App) -> Iterator[None]:
    """Grade in this process where the services are embedded: there is no other worker to rely on."""
    settings = app.settings
    drain = timedelta(seconds=settings.fetch_timeout + 4 * settings.judge_timeout)
    with worker.running(app, threads=settings.worker_threads, drain=drain) if settings.embedded else nullcontext():
        yield


def _show(result: dict[str, Any], progress: Progress, *, settings: Settings, as_json: bool) -> None:
    """Print the result on stdout; that there is none, for people, on stderr."""
    if as_json:
        print_json(result)
        return
    console = talk() if progress.state is RequestState.FAILED else out()
    render.evaluation(result, console=console, language=settings.language, zone=settings.zone, reused=progress.reused)


def _wait(id: UUID, *, app: App) -> Progress:
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
