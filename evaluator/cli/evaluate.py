"""`modu evaluate`: grade one project, show the stages while it lasts, then the result."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from evaluator.app import App, opened
from evaluator.cli import result as showing
from evaluator.cli import waiting
from evaluator.cli.common import (
    json_option,
    load_settings,
    print_json,
    privacy_option,
    until_of,
    until_option,
    user_option,
)
from evaluator.cli.consoles import out, talk
from evaluator.cli.people import person
from evaluator.cli.submitting import Dollars, absolute, desk_of, working
from evaluator.domain import Options, Progress, RequestState
from evaluator.services import reports, submission, taping
from evaluator.settings import Settings

_CANCELLED = 5  # exit status where somebody cancelled the request meanwhile
_BELOW = 6  # exit status where the total is below --fail-under
EXAMPLES = """\b
Examples:
  modu evaluate .
  modu evaluate https://github.com/pallets/click --ref main
  modu evaluate https://github.com/pallets/click --until 2026-11-30T18:00
  modu evaluate . --subdir packages/api --json
  modu evaluate project.zip
  MODU_MODEL=openai/gpt-5.4-mini modu evaluate . --fail-under 5
  modu evaluate . --rubric hackathon --pass-line 7 --budget 0.50
  modu evaluate . --idempotency-key 6f1c2a44 --no-wait
  modu evaluate . --judge-record answers.jsonl
  modu evaluate . --judge-replay answers.jsonl
"""


_file = click.Path(dir_okay=False, path_type=Path)


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("source")
@click.option("--ref", help="Branch, tag or full commit id of a git URL.")
@click.option("--subdir", help="Folder inside the project that is graded alone.")
@until_option
@user_option("Whose evaluation this is: a name or id from `modu user list`. Default: you.")
@click.option("--model", help="A litellm model name, or `offline`. Default: MODU_MODEL.")
@click.option("--rubric", help="Name or file of a rubric. Default: MODU_RUBRIC; of a README: readme.")
@privacy_option
@click.option(
    "--pass-line", type=click.IntRange(0, 10), metavar="N", help="Your own pass line of the total, shown beside ours."
)
@click.option("--budget", type=Dollars(), metavar="USD", help="Most that the judge's calls may cost, in US dollars.")
@click.option("--judge-record", type=_file, metavar="FILE", help="Keep the judge's answers in a file; it quotes code.")
@click.option("--judge-replay", type=_file, metavar="FILE", help="Take the judge's answers from such a file.")
@click.option("--idempotency-key", "key", metavar="KEY", help="Asked again with it, this is the same request.")
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
    until: str | None,
    user: str | None,
    privacy: str,
    no_wait: bool,
    fresh: bool,
    fail_under: int | None,
    pass_line: int | None,
    budget: Decimal | None,
    judge_record: Path | None,
    judge_replay: Path | None,
    as_json: bool,
    key: str | None,
    model: str | None,
    rubric: str | None,
) -> int:
    """Grade the project at SOURCE, a folder, git URL, archive or README, and show the result.

    Exit status: 0 graded (also when it did not pass), 2 unusable source or wrong usage, 4 the budget is spent, 5 could
    not be graded now, or was cancelled.
    """
    tape = judge_record or judge_replay
    _refuse_clashes(no_wait=no_wait, fail_under=fail_under, record=judge_record, replay=judge_replay, model=model)
    if tape and key is not None:
        raise click.UsageError("Answers are recorded and replayed by one command alone. Leave --idempotency-key out.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was begun is handed back
    settings = load_settings(ctx, model=model, rubric=rubric)
    deadline = until_of(until, settings=settings)
    options = Options.model_validate(
        {
            "rubric": absolute(settings.rubric),
            "model": taping.model(settings, record=judge_record, replay=judge_replay),
            "language": settings.language,
            "privacy": privacy,
            "fresh": fresh or tape is not None,
            "pass_line": pass_line,
        }
    )
    with opened(settings, tape=tape and Path(os.path.abspath(tape))) as app:
        app.prepare()
        ask = submission.Ask(
            source=source,
            ref=ref,
            subdir=subdir,
            until=deadline,
            user=person(app, user),
            options=options,
            rubric_named=rubric is not None,
            budget=budget,
            key=key,
        )
        receipt = submission.submit(ask, desk=desk_of(app))
        id = receipt.id
        if receipt.queue_away:
            click.echo(_QUEUE_AWAY, err=True)
        if no_wait:
            _say_recorded(id, as_json=as_json, app=app)
            return 0
        with _only_here(id, app=app) if tape else nullcontext(), working(app):
            progress = waiting.until_ended(id, app=app)
            result = reports.evaluation(id, database=app.database)
            _show(result, progress, settings=settings, as_json=as_json)
    if progress.failure and progress.state is RequestState.FAILED:
        return progress.failure.exit_status
    if progress.state is RequestState.CANCELLED:
        return _CANCELLED
    return _BELOW if fail_under is not None and result["scores"]["total"] < fail_under else 0


def _refuse_clashes(
    *, no_wait: bool, fail_under: int | None, record: Path | None, replay: Path | None, model: str | None
) -> None:
    """Raise UsageError for options that do not go together."""
    if no_wait and fail_under is not None:
        raise click.UsageError("--fail-under needs the result, which --no-wait does not wait for. Leave one out.")
    if record and replay:
        raise click.UsageError("--judge-record and --judge-replay do not go together. Leave one out.")
    if no_wait and (record or replay):
        raise click.UsageError("Answers are recorded and replayed by this very command. Leave --no-wait out.")
    if replay and model:
        raise click.UsageError("--judge-replay says itself who answered. Leave --model out.")


@contextmanager
def _only_here(id: UUID, *, app: App) -> Iterator[None]:
    """Give the request up where this command ends before it: nobody else has the file of its answers."""
    try:
        yield
    finally:
        submission.withdraw(id, desk=desk_of(app))


_QUEUE_AWAY = "Redis does not answer. The request is kept, and is graded as soon as Redis is back."


def _say_recorded(id: UUID, *, as_json: bool, app: App) -> None:
    if as_json:
        print_json({"request_id": str(id), "status": reports.progress(id, database=app.database).state})
    else:
        click.echo(str(id))
        click.echo(f"Recorded. The next `modu up`, worker or `modu evaluate` grades it; see: modu show {id}", err=True)


def _show(result: dict[str, Any], progress: Progress, *, settings: Settings, as_json: bool) -> None:
    """Print the result on stdout; that there is none, for people, on stderr."""
    if as_json:
        print_json(result)
        return
    console = out() if progress.state is RequestState.DONE else talk()
    showing.evaluation(result, console=console, language=settings.language, zone=settings.zone, reused=progress.reused)
