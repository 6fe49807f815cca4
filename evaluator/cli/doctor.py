"""`modu doctor`: say what is configured, reachable and missing, and how to mend it."""

from collections.abc import Iterator

import click

from evaluator import broker
from evaluator.app import App, opened, opened_as_it_is
from evaluator.cli import render
from evaluator.cli.common import json_option, load_settings, print_json
from evaluator.cli.consoles import out
from evaluator.errors import EvaluatorError
from evaluator.services import health
from evaluator.settings import Settings


@click.command("doctor", epilog="\b\nExamples:\n  modu doctor\n  modu doctor --json\n")
@json_option
@click.pass_context
def doctor_command(ctx: click.Context, *, as_json: bool) -> int:
    """Say what is configured, reachable and missing, and how to mend it; exit with 5 if something is missing."""
    findings = list(_examine(load_settings(ctx)))
    rows = [finding.model_dump() for finding in findings]
    if as_json:
        print_json(rows)
    else:
        render.health(rows, console=out())
    return 5 if any(finding.status == "missing" for finding in findings) else 0


def _examine(settings: Settings) -> Iterator[health.Health]:
    yield from health.tools()
    where = f"embedded, data in {settings.home}" if settings.embedded else "your own, at DATABASE_URL and REDIS_URL"
    yield health.Health(name="Services", status="note", text=where)
    try:
        with opened(settings) if settings.embedded else opened_as_it_is(settings) as app:
            yield from health.database(app.database)
            yield health.attempt("Redis", lambda: f"version {broker.ping(app.broker)}")
            yield health.attempt("Rubric", lambda: _rubric(app))
    except EvaluatorError as error:
        yield health.Health(name="Services", status="missing", text=str(error))
    yield from health.files(settings)
    yield from health.judging(settings)


def _rubric(app: App) -> str:
    rubric = app.rubric(app.settings.rubric)
    return f"{rubric.id} {rubric.version}, {len(rubric.criteria)} criteria"
