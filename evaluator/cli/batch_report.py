"""What `modu batch` says: the rows that it does not take, what it took, and how the cohort ended."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import click

from evaluator.app import App
from evaluator.cli import cohort_waiting
from evaluator.cli.common import print_json
from evaluator.cli.consoles import out
from evaluator.cli.paper import harmless
from evaluator.services import cohorts
from evaluator.services.cohort_cells import BadRow
from evaluator.services.cohort_intake import Accepted, BadRows
from evaluator.services.wiring import dollars
from evaluator.store.cohorts import CohortProgress, FailedRows

_SHOWN = 20  # bad rows that are told of; --json tells all
_SPENT = 4  # exit status where the budget stopped rows
_UNGRADED = 5  # exit status where rows ended without a grade


def refuse(error: BadRows, *, as_json: bool) -> int:
    """Say which rows cannot be graded, and return the exit status."""
    if as_json:
        rows = [_bad(row) for row in error.rows]
        print_json({"error": {"code": error.code, "message": str(error), "rows": rows}})
    _list_bad(error.rows)
    click.echo(f"Error: {error}", err=True)
    return error.exit_status


def _list_bad(rows: Sequence[BadRow]) -> None:
    for row in rows[:_SHOWN]:
        line = f" (line {row.line:,})" if row.line is not None else ""
        click.echo(f"Row {row.number:,}{line}: {harmless(row.reason)}", err=True)
    if len(rows) > _SHOWN:
        click.echo(f"... and {len(rows) - _SHOWN:,} more. --json lists them all.", err=True)


def _bad(row: BadRow) -> Mapping[str, object]:
    return {"row": row.number, "line": row.line, "reason": row.reason}


def greet(accepted: Accepted, *, encoding: str) -> None:
    """Say on stderr what was taken."""
    if not encoding.startswith("utf-8"):
        click.echo(f"The file was read as {encoding.upper()}.", err=True)
    if accepted.skipped:
        _list_bad(accepted.skipped)
    parts = [f"{accepted.added:,} {'row' if accepted.added == 1 else 'rows'} taken"]
    parts += [f"{accepted.known:,} known already"] if accepted.known else []
    parts += [f"{len(accepted.skipped):,} skipped"] if accepted.skipped else []
    click.echo(f"Cohort {accepted.cohort.name}: {', '.join(parts)}.", err=True)


def report(accepted: Accepted, *, app: App, as_json: bool) -> int:
    """Print where the cohort stands, and return the exit status."""
    stands = cohorts.progress(accepted.cohort.id, database=app.database)
    passed, failures = cohorts.outcome(accepted.cohort.id, database=app.database)
    if as_json:
        print_json(_document(accepted, stands, passed=passed, failures=failures))
    else:
        _summary(accepted, stands, passed=passed, failures=failures)
    if stands.ended < stands.total or stands.done == stands.total:
        return 0
    return _SPENT if any(each.code == "budget_spent" for each in failures) else _UNGRADED


def _document(
    accepted: Accepted, stands: CohortProgress, *, passed: int, failures: Sequence[FailedRows]
) -> dict[str, Any]:
    cohort, options = accepted.cohort, accepted.cohort.options
    return {
        "cohort": {
            "id": str(cohort.id),
            "name": cohort.name,
            **options.model_dump(mode="json", include={"rubric", "model", "language", "privacy", "pass_line"}),
            "deadline": cohort.deadline and cohort.deadline.isoformat(),
            "budget_usd": None if stands.budget is None else dollars(stands.budget),
            "created_at": cohort.created_at.isoformat(),
        },
        "accepted": accepted.added,
        "known": accepted.known,
        "skipped": [_bad(row) for row in accepted.skipped],
        "counts": stands.model_dump(include={"total", "queued", "running", "done", "failed", "cancelled"}),
        "passed": passed,
        "failures": [each.model_dump(mode="json") for each in failures],
        "cost_usd": dollars(stands.cost),
    }


def _summary(accepted: Accepted, stands: CohortProgress, *, passed: int, failures: Sequence[FailedRows]) -> None:
    console, name = out(), accepted.cohort.name
    console.print(cohort_waiting.standing(stands), markup=False)
    if stands.done:
        console.print(f"{passed:,} of {stands.done:,} graded passed.")
    for each in failures:
        rows = ", ".join(f"{number:,}" for number in each.rows)
        more = f" and {each.count - len(each.rows):,} more" if each.count > len(each.rows) else ""
        console.print(f"Failed with {each.code}: {each.count:,} (row {rows}{more})", markup=False)
        console.print(f"  {harmless(each.message)}", markup=False)
    console.print(f"See the table with: modu cohort show {shlex.quote(name)}", markup=False)
    if stands.cancelled:
        console.print("What was cancelled stays so. Hand it in again under other keys, or with another --cohort.")
    if failures:
        console.print(f"Grade what failed again with: modu cohort retry {shlex.quote(name)}", markup=False)
