"""Cohorts: find one by its name, and see how far it is."""

import difflib
from collections.abc import Sequence
from uuid import UUID

from evaluator.errors import RequestError, UnknownCohort
from evaluator.services.cohort_cells import plain
from evaluator.store import cohorts
from evaluator.store.cohorts import Cohort, CohortProgress, FailedRows
from evaluator.store.database import Connection, Database

_SIMILAR = 3  # names that are offered for a misspelt one
_LONGEST_NAME = 100  # characters


class BadCohortName(RequestError):
    """A cohort's name is empty, too long, or has characters that cannot be seen."""

    code = "bad_cohort_name"


def found(conn: Connection, name: str) -> Cohort:
    """Return the cohort of that name, whatever its capitals. Raises UnknownCohort, with the names most like it."""
    if (cohort := cohorts.find(conn, name)) is not None:
        return cohort
    by_form = {each.lower(): each for each in cohorts.names(conn)}
    close = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), by_form, n=_SIMILAR)
    meant = f" Did you mean {' or '.join(repr(by_form[each]) for each in close)}?" if close else ""
    raise UnknownCohort(f"There is no cohort {plain(name)[:_LONGEST_NAME]!r}.{meant} See them with: modu cohort list")


def progress(cohort_id: UUID, *, database: Database) -> CohortProgress:
    """Return where the requests of a cohort stand."""
    with database.transaction() as conn:
        return cohorts.progress(conn, cohort_id)


def outcome(cohort_id: UUID, *, database: Database) -> tuple[int, Sequence[FailedRows]]:
    """Return how many requests of a cohort stand as passed, and why others failed."""
    with database.transaction() as conn:
        return cohorts.passed(conn, cohort_id), cohorts.failures(conn, cohort_id)


def checked_name(name: str) -> str:
    """Return the name without white space around it. Raises BadCohortName."""
    name = name.strip()
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise BadCohortName(
            f"A cohort's name has 1 to {_LONGEST_NAME} visible characters, which {plain(name)[:_LONGEST_NAME]!r} has"
            " not. Give one with --cohort."
        )
    return name
