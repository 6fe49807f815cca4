from fractions import Fraction

import pytest

from evaluator.services.cohort_cut import cut, exact_total
from evaluator.store.cohort_results import ResultRow
from tests.support.cohorts import result_row


def row(number: int, functionality: str, practicality: str) -> ResultRow:
    """Return a graded row with these exact scores."""
    return result_row(number, functionality, practicality)


def numbers(rows: tuple[ResultRow, ...]) -> list[int]:
    return [row.number for row in rows]


def test_where_there_are_places_for_all_there_is_no_boundary() -> None:
    boundary = cut([row(1, "3", "4"), row(2, "1", "1")], places=2)

    assert (boundary.total, boundary.graded, boundary.tied) == (None, 2, ())


def test_a_higher_total_wins_whatever_the_exact_ones_say() -> None:
    rounded_up = row(1, "7/2", "7/2")  # 4 + 4, though exactly 7
    rounded_down = row(2, "18/5", "17/5")  # 4 + 3, also exactly 7

    boundary = cut([rounded_down, rounded_up, row(3, "0", "0")], places=1)

    assert (boundary.total, boundary.left, numbers(boundary.inside)) == (8, 1, [1])


def test_equal_totals_are_told_apart_by_what_they_were_before_rounding() -> None:
    boundary = cut([row(1, "19/5", "3"), row(2, "21/5", "3"), row(3, "5", "5")], places=2)

    assert (boundary.total, boundary.left) == (7, 1)
    assert (numbers(boundary.inside), numbers(boundary.tied), numbers(boundary.outside)) == ([2], [], [1])


def test_equal_exact_totals_are_a_tie_that_the_grade_does_not_decide() -> None:
    rows = [row(1, "5", "5"), row(2, "13/3", "3"), row(3, "4", "10/3"), row(4, "21/5", "16/5"), row(5, "4", "3")]

    boundary = cut(rows, places=3)

    assert numbers(boundary.inside) == [4]  # 37/5
    assert numbers(boundary.tied) == [2, 3]  # both 22/3, for one place
    assert numbers(boundary.outside) == [5]


def test_a_tie_for_which_there_are_places_is_none() -> None:
    boundary = cut([row(1, "4", "3"), row(2, "3", "4"), row(3, "18/5", "13/4")], places=2)

    assert (numbers(boundary.inside), boundary.tied, numbers(boundary.outside)) == ([1, 2], (), [3])


def test_where_one_exact_total_is_unknown_nothing_tells_them_apart() -> None:
    reviewed = result_row(2, "4", "3", total=8)  # a person has changed the scores

    boundary = cut([row(1, "9/2", "3"), reviewed, row(3, "5", "5")], places=2)

    assert (boundary.total, boundary.left) == (8, 1)
    assert (boundary.inside, numbers(boundary.tied), boundary.outside) == ((), [1, 2], ())


def test_rows_that_may_still_be_graded_are_counted() -> None:
    boundary = cut([result_row(1, state="queued"), result_row(2, state="failed"), row(3, "1", "1")], places=1)

    assert (boundary.graded, boundary.pending) == (1, 1)


@pytest.mark.parametrize(("scores", "total"), [(("11/3", "10/4"), Fraction(37, 6)), (("0", "0"), Fraction(0))])
def test_the_exact_total_is_the_sum_of_the_dimensions(scores: tuple[str, str], total: Fraction) -> None:
    assert exact_total(row(1, *scores)) == total


def test_a_row_that_the_platform_wrote_has_no_exact_total() -> None:
    assert exact_total(result_row(1, total=7)) is None
