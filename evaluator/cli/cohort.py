"""`modu cohort`: see, retry, cancel and export cohorts, which `modu batch` makes."""

import signal
import sys
from pathlib import Path

import click

from evaluator.app import App, opened
from evaluator.cli import cohort_view, cohort_waiting, files
from evaluator.cli.cohort_view import counted
from evaluator.cli.common import json_option, limit_option, load_settings, print_json
from evaluator.cli.consoles import out
from evaluator.services import cohort_acts, cohort_export, cohort_results
from evaluator.services.cohort_acts import Retried
from evaluator.services.cohort_export import Format, Written

_ROWS = 50  # that are shown to people
_SHOWN = 20  # row numbers that are told

_EXAMPLES = """\b
Examples:
  modu cohort list
  modu cohort show spring --top 20
  modu cohort export spring --format csv --out spring.csv
"""
_LIST_EXAMPLES = """\b
Examples:
  modu cohort list
  modu cohort list --limit 5 --json
"""
_SHOW_EXAMPLES = """\b
Examples:
  modu cohort show spring
  modu cohort show spring --top 20
  modu cohort show spring --failed --json
"""
_RETRY_EXAMPLES = """\b
Examples:
  modu cohort retry spring
  modu cohort retry spring --code source_unreachable --json
"""
_CANCEL_EXAMPLES = """\b
Examples:
  modu cohort cancel spring
  modu cohort cancel spring --yes --json
"""
_EXPORT_EXAMPLES = """\b
Examples:
  modu cohort export spring --format csv --out spring.csv --bom
  modu cohort export spring --format gradebook --out grades.csv
  modu cohort export spring --format json > spring.json
"""


@click.group("cohort", epilog=_EXAMPLES)
def cohort_command() -> None:
    """See, retry, cancel and export cohorts, which `modu batch` makes."""


@cohort_command.command("list", epilog=_LIST_EXAMPLES)
@limit_option(50)
@json_option
@click.pass_context
def list_command(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """List the cohorts, newest first."""
    settings = load_settings(ctx)
    with opened(settings) as app:
        rows = cohort_results.listing(limit=limit, database=app.database)
    if as_json:
        print_json(rows)
    else:
        cohort_view.listing(rows, console=out(), zone=settings.zone)


@cohort_command.command("show", epilog=_SHOW_EXAMPLES)
@click.argument("name")
@click.option("--top", "places", type=click.IntRange(min=1), metavar="N", help="With who gets in, of so many places.")
@click.option("--failed", is_flag=True, help="Only the rows that failed.")
@click.option("--limit", type=click.IntRange(min=1), help=f"Most rows. Default: {_ROWS}; of --json: all.")
@click.option("--watch", is_flag=True, help="Wait until all have ended, and show how far it is.")
@json_option
@click.pass_context
def show_command(
    ctx: click.Context, *, name: str, places: int | None, failed: bool, limit: int | None, watch: bool, as_json: bool
) -> None:
    """Show how far the cohort NAME is, and its results: the highest totals first, then by row.

    Rows that a person should look at are marked: review reasons, a total next to a pass line, projects that are the
    same or share most of their files. Nothing of that changes a score.
    """
    settings = load_settings(ctx)
    with opened(settings) as app:
        if watch:
            cohort_waiting.until_ended(cohort_acts.found(name, database=app.database)[0], app=app)
        found = cohort_results.overview(name, places=places, database=app.database)
    rows = [row for row in found["rows"] if row["state"] == "failed"] if failed else found["rows"]
    shown = rows[: limit or (len(rows) if as_json else _ROWS)]
    if as_json:
        print_json({**found, "rows": shown})
    else:
        cohort_view.overview(found, shown, left_off=len(rows) - len(shown), console=out(), zone=settings.zone)


@cohort_command.command("retry", epilog=_RETRY_EXAMPLES)
@click.argument("name")
@click.option("--code", metavar="CODE", help="Only the rows that failed with this code, as `modu cohort show` has it.")
@json_option
@click.pass_context
def retry_command(ctx: click.Context, *, name: str, code: str | None, as_json: bool) -> None:
    """Queue the rows of the cohort NAME again that failed, and whose sources are still kept."""
    with opened(load_settings(ctx)) as app:
        done = cohort_acts.retry(name, code=code, database=app.database)
    if as_json:
        print_json({"name": done.name, "queued": done.queued, "expired": list(done.expired)})
    else:
        click.echo(f"Queued again: {counted(done.queued, 'row')}." if done.queued else _NOTHING_FAILED)
    say_retried(done)


_NOTHING_FAILED = "No row is queued again: none has failed whose source is still kept. What was cancelled stays so."


def say_retried(done: Retried) -> None:
    """Say on stderr what is to be done about the rows."""
    if done.queued:
        click.echo("A running `modu worker` or `modu up`, or the same `modu batch` again, grades them.", err=True)
    if done.expired:
        rows = ", ".join(map(str, done.expired[:_SHOWN])) + (" ..." if len(done.expired) > _SHOWN else "")
        click.echo(
            f"Failed too long ago, their sources are erased: rows {rows}. Hand them in again, with new keys in the file"
            " of `modu batch`.",
            err=True,
        )


@cohort_command.command("cancel", epilog=_CANCEL_EXAMPLES)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def cancel_command(ctx: click.Context, *, name: str, yes: bool, as_json: bool) -> None:
    """Cancel the rows of the cohort NAME that have not ended, and erase their sources. What is graded stays."""
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on. Say --yes if the cohort is to be cancelled.")
    with opened(load_settings(ctx)) as app:
        if not yes:
            _ask(name, app=app)
        done = cohort_acts.cancel(name, database=app.database)
    if as_json:
        print_json({"name": done.name, "cancelled": done.rows})
    else:
        click.echo(f"Cancelled: {counted(done.rows, 'row')}." if done.rows else "No row was left to cancel.")


def _ask(name: str, *, app: App) -> None:
    """Ask whether to cancel; raise Abort where not."""
    cohort, stands = cohort_acts.found(name, database=app.database)
    left = stands.queued + stands.running
    click.confirm(f"Cancel {left:,} of {stands.total:,} rows of {cohort.name}, for good?", abort=True, err=True)


@cohort_command.command("export", epilog=_EXPORT_EXAMPLES)
@click.argument("name")
@click.option("--format", "format", type=click.Choice(["csv", "json", "gradebook"]), required=True, help="Of the file.")
@click.option(
    "--out", "path", type=click.Path(path_type=Path), default="-", metavar="FILE", help="Default: -, standard output."
)
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, by which Excel knows UTF-8.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.pass_context
def export_command(ctx: click.Context, *, name: str, format: Format, path: Path, bom: bool, force: bool) -> None:
    """Write the results of the cohort NAME to a file: all of them, or nothing.

    gradebook: a line for each graded row, to be imported into Canvas, Moodle and their like. The columns are
    documented in docs/reference/cohort-export.md.
    """
    if bom and format == "json":
        raise click.UsageError("JSON has no byte order mark. Leave --bom out.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing half-written stays
    files.check(path, force=force)
    with opened(load_settings(ctx)) as app, files.written(path, force=force, bom=bom) as file:
        done = cohort_export.write(name, file, format=format, database=app.database)
    say_written(done, path)


def say_written(done: Written, path: Path) -> None:
    """Say on stderr what was written, and what somebody should know about it."""
    where = "" if str(path) == "-" else f" to {path}"
    click.echo(f"Written{where}: {counted(done.rows, 'row')}.", err=True)
    if done.without_grade:
        click.echo(f"Left out, without a grade: {counted(done.without_grade, 'row')}.", err=True)
    if done.several:
        names = ", ".join(map(repr, done.several))
        click.echo(
            f"More than one row each: {names}. A gradebook takes one grade a person: pick the rows that count first.",
            err=True,
        )
