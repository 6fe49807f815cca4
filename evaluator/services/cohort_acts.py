"""What an organizer does with a whole cohort: find it, try again what failed, stop it."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluator.errors import RequestError
from evaluator.services import cohorts
from evaluator.store import cohort_results, requests
from evaluator.store import cohorts as stored
from evaluator.store.cohorts import Cohort, CohortProgress
from evaluator.store.database import Connection, Database


class NoSuchFailure(RequestError):
    """No row of the cohort failed with the code that was named."""

    code = "no_such_failure"


@dataclass(frozen=True)
class Retried:
    """What became of the failed rows of a cohort."""

    name: str
    queued: int  # rows that are tried again
    expired: Sequence[int]  # rows whose sources are erased: only a new submission can help


@dataclass(frozen=True)
class Cancelled:
    """What was stopped of a cohort."""

    name: str
    rows: int


def found(name: str, *, database: Database) -> tuple[Cohort, CohortProgress]:
    """Return the cohort of that name, and where its requests stand. Raises UnknownCohort."""
    with database.transaction() as conn:
        cohort = cohorts.found(conn, name)
        return cohort, stored.progress(conn, cohort.id)


def retry(name: str, *, code: str | None, database: Database) -> Retried:
    """Queue again the rows of a cohort that failed, of one error code or of all.

    Raises UnknownCohort, and NoSuchFailure where rows failed, but none of them with that code.
    """
    with database.transaction() as conn:
        cohort = cohorts.found(conn, name)
        codes = sorted({each.code for each in stored.failures(conn, cohort.id)})
        if code is not None and codes and code not in codes:
            raise NoSuchFailure(
                f"No row of {cohort.name} failed with {code[:100]!r}. They did with: {', '.join(codes)}."
            )
        queued = requests.retry_cohort(conn, cohort.id, codes=None if code is None else [code])
        return Retried(cohort.name, queued, cohort_results.expired(conn, cohort.id, code=code))


def cancel(name: str, *, database: Database) -> Cancelled:
    """Cancel the rows of a cohort that have not ended; what is graded stays. Raises UnknownCohort."""

    def act(conn: Connection) -> Cancelled:
        cohort = cohorts.found(conn, name)
        return Cancelled(cohort.name, requests.cancel_cohort(conn, cohort.id))

    return database.retrying(act)  # workers touch the same rows in another order
