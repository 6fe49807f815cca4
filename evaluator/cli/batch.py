"""`modu batch`: hand over a file of projects as a cohort, and watch until all have ended."""

import signal
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import click

from evaluator.app import opened
from evaluator.cli import cohort_waiting
from evaluator.cli.batch_report import greet, refuse, report
from evaluator.cli.common import json_option, load_settings, privacy_option, until_of, user_option
from evaluator.cli.people import person
from evaluator.cli.submitting import Dollars, absolute, desk_of, working
from evaluator.domain import Options
from evaluator.services import cohort_file, cohort_intake, cohorts
from evaluator.services.cohort_cells import FIELDS
from evaluator.services.cohort_intake import BadRows, Terms
from evaluator.settings import Settings

EXAMPLES = """\b
Examples:
  modu batch projects.csv
  modu batch spring.csv --rubric hackathon --deadline 2026-11-30T18:00 --budget 25
  modu batch devpost.csv --column source='"Try it out" Links' --column team='Project Title' --skip-bad
  modu batch answers.csv --column source='GitHub link' --column key='Timestamp'
  modu batch projects.json --no-wait --json
"""


@click.command("batch", epilog=EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--cohort", metavar="NAME", help="Name of the cohort. Default: that of the file, without its ending.")
@click.option("--column", "columns", metavar="FIELD=HEADING", multiple=True, help="Under which heading a field stands.")
@user_option("Whose rows are that name neither user nor team. Default: you.")
@click.option("--model", help="A litellm model name, or `offline`. Default: MODU_MODEL.")
@click.option("--rubric", help="Name or file of a rubric. Default: MODU_RUBRIC; of a README: readme.")
@click.option("--language", type=click.Choice(["en", "ko"]), help="Language of the feedback. Default: MODU_LANGUAGE.")
@privacy_option
@click.option("--pass-line", type=click.IntRange(0, 10), metavar="N", help="Your own pass line, shown beside ours.")
@click.option(
    "--deadline", metavar="WHEN", help="Grade the last commit before: 2026-11-30 (its end) or 2026-11-30T18:00."
)
@click.option("--budget", type=Dollars(), metavar="USD", help="Most that all calls together may cost, in US dollars.")
@click.option("--concurrency", type=click.IntRange(1, 10_000), metavar="N", help="Most rows graded at once.")
@click.option("--skip-bad", is_flag=True, help="List the rows that cannot be graded, and take the others.")
@click.option("--no-wait", is_flag=True, help="Only record the rows.")
@json_option
@click.pass_context
def batch_command(
    ctx: click.Context,
    *,
    file: Path,
    cohort: str | None,
    columns: Sequence[str],
    user: str | None,
    model: str | None,
    rubric: str | None,
    language: str | None,
    privacy: str,
    pass_line: int | None,
    deadline: str | None,
    budget: Decimal | None,
    concurrency: int | None,
    skip_bad: bool,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Grade the projects of FILE as one cohort: CSV or JSON, or - for standard input.

    The columns are source (all others may be left out), ref, subdir, user, team, name and key. Nothing begins before
    all rows are checked. Run again, it goes on: rows that are there are left alone, new ones are added.

    Exit status: 0 every row is graded, 2 bad rows or wrong usage, 4 the budget is spent, 5 rows ended without a grade.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was begun is handed back
    headings = _headings(columns)
    if cohort is None and str(file) == "-":
        raise click.UsageError("Standard input has no name. Give the cohort one with --cohort.")
    name = cohorts.checked_name(file.stem if cohort is None else cohort)
    settings = load_settings(ctx, model=model, rubric=rubric, language=language)
    until = until_of(deadline, settings=settings)
    table = cohort_file.read(None if str(file) == "-" else file, columns=headings)
    with opened(settings) as app:
        app.prepare()
        terms = Terms(
            name=name,
            organizer=person(app, user),
            options=_options(settings, privacy=privacy, pass_line=pass_line),
            named=_named(ctx),
            deadline=until,
            budget=budget,
            concurrency=concurrency,
        )
        try:
            accepted = cohort_intake.submit(table, terms, skip_bad=skip_bad, desk=desk_of(app))
        except BadRows as error:
            return refuse(error, as_json=as_json)
        greet(accepted, encoding=table.encoding)
        if not no_wait:
            with working(app):
                cohort_waiting.until_ended(accepted.cohort, app=app)
        return report(accepted, app=app, as_json=as_json)


def _headings(columns: Sequence[str]) -> Mapping[str, str]:
    """Return field -> heading. Raises UsageError."""
    found: dict[str, str] = {}
    for each in columns:
        field, sign, heading = each.partition("=")
        field = field.strip().lower()
        if field not in FIELDS or not sign or not heading.strip():
            raise click.UsageError(
                f"--column {each[:100]!r} is not FIELD=HEADING, such as source='GitHub link'. The fields are"
                f" {', '.join(FIELDS)}."
            )
        if field in found:
            raise click.UsageError(f"--column names {field} twice. Leave one out.")
        found[field] = heading
    return found


def _options(settings: Settings, *, privacy: str, pass_line: int | None) -> Options:
    return Options.model_validate(
        {
            "rubric": absolute(settings.rubric),
            "model": settings.judge_model,
            "language": settings.language,
            "privacy": privacy,
            "pass_line": pass_line,
        }
    )


def _named(ctx: click.Context) -> frozenset[str]:
    """Return which of the options that hold for a whole cohort were asked for."""
    options = {"rubric": "rubric", "model": "model", "language": "language", "privacy": "privacy"}
    options |= {"pass_line": "pass_line", "user": "organizer"}
    typed = click.core.ParameterSource.COMMANDLINE
    return frozenset(term for option, term in options.items() if ctx.get_parameter_source(option) is typed)
