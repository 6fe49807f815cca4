"""Who gets in where there are fewer places than projects, and among whom the grade does not decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from evaluator.store.cohort_results import ResultRow


@dataclass(frozen=True)
class Cut:
    """The boundary of so many places. Whoever has a higher total than those named here is in, a lower one out."""

    places: int
    graded: int  # rows that have a total
    pending: int  # rows that may still get one
    total: int | None  # of the last who may get in; None: there are places for all that are graded
    left: int  # places for those of that total
    inside: tuple[ResultRow, ...] = ()  # of that total, and in by their exact totals
    tied: tuple[ResultRow, ...] = ()  # of one exact total, more than there are places: the grade does not decide
    outside: tuple[ResultRow, ...] = ()  # of that total, and out by their exact totals


def cut(rows: Sequence[ResultRow], *, places: int) -> Cut:
    """Return the boundary: totals decide, among equal totals the exact ones, and among equal exact ones nothing.

    Where one of those of the boundary's total has no exact total (a person has changed its scores) nothing tells them
    apart.
    """
    totals = sorted((row.total for row in rows if row.total is not None), reverse=True)
    pending = sum(row.state in {"queued", "running"} for row in rows)
    if len(totals) <= places:
        return Cut(places, len(totals), pending, None, 0)
    line = totals[places - 1]
    level = [row for row in rows if row.total == line]
    left = places - sum(total > line for total in totals)
    inside, tied, outside = _apart(level, places=left)
    return Cut(places, len(totals), pending, line, left, inside, tied, outside)


def exact_total(row: ResultRow) -> Fraction | None:
    """Return the total before rounding, 0 to 10, or None where the row's total does not come from it."""
    dimensions = row.dimensions or ()
    if not dimensions or sum(each["points"] for each in dimensions) != row.total:
        return None
    return sum((Fraction(each["exact"]) for each in dimensions), Fraction(0))


_Rows = tuple[ResultRow, ...]


def _apart(level: Sequence[ResultRow], *, places: int) -> tuple[_Rows, _Rows, _Rows]:
    """Return who of those with one total is in, tied and out."""
    if len(level) == places:
        return tuple(level), (), ()
    exact = {row.request_id: total for row in level if (total := exact_total(row)) is not None}
    if len(exact) < len(level):
        return (), tuple(level), ()
    ordered = sorted(level, key=lambda row: (-exact[row.request_id], row.number))
    last = exact[ordered[places - 1].request_id]
    inside = tuple(row for row in ordered if exact[row.request_id] > last)
    tied = tuple(row for row in ordered if exact[row.request_id] == last)
    outside = tuple(row for row in ordered if exact[row.request_id] < last)
    return (inside + tied, (), outside) if len(inside) + len(tied) == places else (inside, tied, outside)
