"""`modu regrade`: recompute a grade from its record, without network, project or judge."""

import re
from pathlib import Path

import click

from evaluator.app import opened
from evaluator.cli.common import json_option, load_settings, print_json
from evaluator.judgement import PASS_LINE
from evaluator.services import regrade, rubrics
from evaluator.services.regrade import Regraded, Scores

_ID = re.compile(r"[0-9a-fA-F-]{4,36}")
_OTHERWISE = 1  # exit status where the score is not the one that was given, and no review explains it
_VERDICTS = {
    "same": "The same: the record gives exactly the score that was given.",
    "reviewed": "The record gives the score that was given; a person's review has changed it since:",
    "changed": "The record gives the score that was given, but what everybody sees was changed since, and no review"
    " explains it:",
    "differs": "Not the same: the record contradicts what was given:",
}
EXAMPLES = """\b
Examples:
  modu regrade 0d6f6d5c
  modu show 0d6f6d5c --record > record.json
  modu regrade record.json --json
"""


@click.command("regrade", epilog=EXAMPLES)
@click.argument("id_or_file", metavar="ID|FILE")
@json_option
@click.pass_context
def regrade_command(ctx: click.Context, *, id_or_file: str, as_json: bool) -> int:
    """Recompute a grade from its stored record, or from a FILE that `modu show ID --record` wrote.

    Says whether the score is the same, to the fraction, and whether the record agrees with itself, with its rubric
    where that is at hand, and with what everybody sees. Exits with 0 where it does, or where a review on record
    explains the difference; else with 1.
    """
    settings = load_settings(ctx)
    known = rubrics.by_identity(settings)
    if _ID.fullmatch(id_or_file) and not Path(id_or_file).is_file():
        with opened(settings) as app:
            result = regrade.stored(id_or_file, database=app.database, known=known)
    else:
        result = regrade.in_file(Path(id_or_file), known=known)
    if as_json:
        print_json(result.as_json())
    else:
        _print(result)
    return 0 if result.outcome in {"same", "reviewed"} else _OTHERWISE


def _print(result: Regraded) -> None:
    click.echo(f"Evaluation {result.id}")
    for title, scores in (("Given", result.stored), ("Recomputed", result.recomputed)):
        click.echo(f"  {title:<11} {_line(scores)}")
    click.echo(_VERDICTS[result.outcome])
    for difference in result.differences:
        click.echo(f"  {difference}")
    for note in result.notes:
        click.echo(f"Note: {note}")


def _line(scores: Scores) -> str:
    parts = [f"{id} {points} ({exact})" for id, (exact, points) in scores.dimensions.items()]
    parts += [f"total {scores.total}", "passed" if scores.passed else "not passed"]
    if scores.pass_line != PASS_LINE:  # an organizer has set one
        reached = "reached" if scores.total >= scores.pass_line else "not reached"
        parts.append(f"own pass line {scores.pass_line} {reached}")
    return ", ".join(parts)
