"""Take the rows of a file into a cohort: all that can be graded, each once, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime

from evaluator.domain import Options, SourceKind, User, Value
from evaluator.errors import RequestError
from evaluator.services import cohort_rows, submission
from evaluator.services.cohort_cells import BadRow
from evaluator.services.cohort_file import Table
from evaluator.services.cohort_rows import Project
from evaluator.services.submission import Desk
from evaluator.services.wiring import dollars
from evaluator.store import audit, budgets, cohorts, users
from evaluator.store.cohorts import Cohort
from evaluator.store.database import Connection


class CohortConflict(RequestError):
    """The cohort is there, and is graded in another way than is asked for now."""

    code = "cohort_conflict"
    http_status = 409


class BadRows(RequestError):
    """Rows of the file cannot be graded; nothing was taken."""

    code = "bad_rows"
    http_status = 422

    def __init__(self, rows: Sequence[BadRow], *, left: int) -> None:
        count = f"{len(rows):,} {'row of the file' if len(rows) == 1 else 'rows of the file'}"
        way = "Mend it" if len(rows) == 1 else "Mend them"
        way += ", or leave out what cannot be graded with --skip-bad." if left else ": no other row is left to grade."
        super().__init__(f"{count} cannot be graded, so nothing was begun. {way}")
        self.rows = rows


class Terms(Value):
    """How a cohort is asked to be graded."""

    name: str
    organizer: User
    options: Options  # of a new cohort
    named: frozenset[str] = frozenset()  # which of them were asked for, not only set: `organizer` may be among them
    deadline: AwareDatetime | None = None
    budget: Decimal | None = None  # US dollars that all calls together may cost
    concurrency: int | None = None  # requests that may run at once


class Accepted(Value):
    """What became of the rows of a file."""

    cohort: Cohort
    added: int
    known: int  # the cohort had them already, and they were left alone
    skipped: tuple[BadRow, ...]


def submit(table: Table, terms: Terms, *, skip_bad: bool, desk: Desk) -> Accepted:
    """Return what became of the rows: all are queued in one transaction, or nothing is written.

    A cohort of that name goes on as it was begun; rows whose keys it has are left alone. Raises BadRows where rows
    cannot be graded (with *skip_bad* only where none can), CohortConflict where the cohort is graded in another way,
    and RequestError where model, rubric or budget cannot be served.
    """
    while (accepted := _tried(table, terms, skip_bad=skip_bad, desk=desk)) is None:
        pass
    return accepted


def _tried(table: Table, terms: Terms, *, skip_bad: bool, desk: Desk) -> Accepted | None:
    """Return what became of the rows, or None where another process has made the cohort meanwhile."""
    with desk.database.transaction() as conn:
        before = cohorts.find(conn, terms.name)
        most = _budget_of(conn, before)
        if before is not None and before.user_id is not None and "organizer" not in terms.named:
            organizer = users.find(conn, str(before.user_id))
            terms = terms.model_copy(update={"organizer": organizer})  # what it was begun for goes on for them
    options = _agreed(terms, before, most=most)
    submission.check_judge(options.model, has_budget=(most or terms.budget) is not None, desk=desk)
    rubric_named = "rubric" in terms.named
    submission.fitting(options, SourceKind.GIT, rubric_named=rubric_named, desk=desk)
    deadline = before.deadline if before else terms.deadline
    good, bad = cohort_rows.projects(
        table.rows, options=options, rubric_named=rubric_named, deadline=deadline, desk=desk
    )
    intake = _Intake(terms=terms, options=options, before=before, skip_bad=skip_bad)
    return desk.database.retrying(lambda conn: _take(conn, intake, good, [*table.bad, *bad]))


class _Intake(Value):
    """What was found before the transaction that takes the rows."""

    terms: Terms
    options: Options
    before: Cohort | None
    skip_bad: bool


def _take(conn: Connection, intake: _Intake, good: Sequence[Project], bad: Sequence[BadRow]) -> Accepted | None:
    """Write the cohort and its new rows, or return None where another process has made the cohort meanwhile."""
    terms = intake.terms
    cohorts.lock(conn, terms.name)
    cohort = cohorts.find(conn, terms.name)
    if (cohort and cohort.id) != (intake.before and intake.before.id):
        return None
    owned, unowned = cohort_rows.owned(conn, good, organizer=terms.organizer)
    rows, twice = cohort_rows.requests(owned)
    known = cohorts.known(conn, cohort.id, [row.key for row in rows]) if cohort else {}
    lines = {project.row.number: project.row.line for project in good}
    other = [
        BadRow(row.number, lines[row.number], _OTHER_ASK)
        for row in rows
        if known.get(row.key, row.asked_sha256) != row.asked_sha256
    ]
    skipped = tuple(sorted([*bad, *unowned, *twice, *other], key=lambda each: each.number))
    if skipped and (not intake.skip_bad or len(rows) == len(other)):
        raise BadRows(skipped, left=len(rows) - len(other))
    cohort = _opened(conn, intake, cohort)
    new = [row for row in rows if row.key not in known]
    added = cohorts.add_rows(conn, cohort, new)
    _record(conn, cohort, terms, added=added, known=len(known) - len(other), skipped=len(skipped))
    return Accepted(cohort=cohort, added=added, known=len(known) - len(other), skipped=skipped)


_OTHER_ASK = (
    "The cohort has its key already, for another project, version or user. Give the row a key of its own, or put it"
    " into another cohort."
)


def _opened(conn: Connection, intake: _Intake, cohort: Cohort | None) -> Cohort:
    """Return the cohort, made now where there is none, with what may be changed of one that is there."""
    terms = intake.terms
    if cohort is None:
        return cohorts.add(
            conn,
            terms.name,
            user_id=terms.organizer.id,
            options=intake.options,
            deadline=terms.deadline,
            concurrency=terms.concurrency,
            budget_id=None if terms.budget is None else budgets.add(conn, most=terms.budget),
        )
    if terms.concurrency is not None:
        cohorts.set_concurrency(conn, cohort.id, terms.concurrency)
    if terms.budget is not None and cohort.budget_id is not None:
        budgets.raise_to(conn, cohort.budget_id, most=terms.budget)
    return cohort


def _record(conn: Connection, cohort: Cohort, terms: Terms, *, added: int, known: int, skipped: int) -> None:
    details: dict[str, audit.Detail] = {"cohort_id": str(cohort.id), "added": added, "known": known, "skipped": skipped}
    audit.add(conn, "cohort_submitted", user_id=terms.organizer.id, details=details)


def _budget_of(conn: Connection, cohort: Cohort | None) -> Decimal | None:
    budget = budgets.show(conn, cohort.budget_id) if cohort and cohort.budget_id else None
    return None if budget is None else budget.most


def _agreed(terms: Terms, cohort: Cohort | None, *, most: Decimal | None) -> Options:
    """Return how the rows are graded. Raises CohortConflict where the cohort is graded in another way."""
    if cohort is None:
        return terms.options
    for option in sorted(terms.named & Options.model_fields.keys()):
        _same(cohort, option.replace("_", "-"), getattr(cohort.options, option), getattr(terms.options, option))
    if "organizer" in terms.named:
        _same(cohort, "user", cohort.user_id, terms.organizer.id)
    if terms.deadline is not None:
        _same(cohort, "deadline", _moment(cohort.deadline), _moment(terms.deadline))
    if terms.budget is not None and (most is None or terms.budget < most):
        _same(cohort, "budget", None if most is None else f"${dollars(most)}", f"${dollars(terms.budget)}")
    return cohort.options


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _same(cohort: Cohort, option: str, has: object, asked: object) -> None:
    if has != asked:
        raise CohortConflict(
            f"The cohort {cohort.name!r} was begun with {f'--{option} {has}' if has is not None else f'no --{option}'},"
            f" and now --{option} {asked} is asked for: its grades would not compare. Leave the option out, or name"
            " another --cohort."
        )
