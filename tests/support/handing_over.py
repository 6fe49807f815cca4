"""A cohort handed over, as `modu batch` does it, without a file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from evaluator.domain import Options, User
from evaluator.grading import resources, rubrics
from evaluator.grading.prices import Tariff
from evaluator.services.cohort_cells import BadRow, Row
from evaluator.services.cohort_file import Table
from evaluator.services.cohort_intake import Accepted, Terms, submit
from evaluator.services.submission import Desk
from evaluator.store.database import Database
from evaluator.tables import Price
from tests.support.people import OPTIONS

DEADLINE = datetime(2026, 11, 30, 9, tzinfo=UTC)
OPENAI = Options(rubric="default", model="openai/anything")


def table(*cells: dict[str, str], bad: tuple[BadRow, ...] = ()) -> Table:
    found = tuple(Row(number, number + 1, each) for number, each in enumerate(cells, start=1))
    return Table(rows=found, bad=bad, encoding="utf-8")


def repository(last: str, **cells: str) -> dict[str, str]:
    return {"source": f"https://github.com/owner/{last}", **cells}


def _never(_: object) -> None:
    raise AssertionError("a cohort is hinted by the reconciler")


def _has_every_key(model: str) -> None:
    """No model lacks a key here."""


def desk_of(
    database: Database, *, require_key: Callable[[str], None] = _has_every_key, tariff: Tariff | None = None
) -> Desk:
    return Desk(
        database=database,
        send=_never,
        rubric=lambda name: rubrics.load(name, folder=resources.folder("rubrics")),
        require_key=require_key,
        trusted_forges=(),
        allowed_roots=None,
        keep=timedelta(days=7),
        tariff=tariff or Tariff(own={"openai/anything": Price(input=Decimal(2), output=Decimal(10))}),
    )


def hand_over(
    database: Database, user: User, given: Table, *, skip_bad: bool = False, desk: Desk | None = None, **terms: Any
) -> Accepted:
    asked = Terms.model_validate({"name": "spring", "organizer": user, "options": OPTIONS, **terms})
    return submit(given, asked, skip_bad=skip_bad, desk=desk or desk_of(database))
