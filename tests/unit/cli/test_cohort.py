from pathlib import Path

import pytest

from evaluator.cli.cohort import say_retried, say_written
from evaluator.services.cohort_acts import Retried
from evaluator.services.cohort_export import Written


def test_rows_whose_sources_are_erased_are_named_with_what_helps(capsys: pytest.CaptureFixture[str]) -> None:
    say_retried(Retried("spring", 0, [3, 17]))

    told = capsys.readouterr().err
    assert "rows 3, 17. Hand them in again, with new keys" in told
    assert "modu worker" not in told


def test_of_thousands_of_such_rows_some_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    say_retried(Retried("spring", 2, range(1, 10_001)))

    told = capsys.readouterr().err
    assert "19, 20 ..." in told
    assert "21" not in told
    assert "modu worker" in told


def test_who_stands_in_a_gradebook_twice_is_named_harmlessly(capsys: pytest.CaptureFixture[str]) -> None:
    say_written(Written(1200, 3, ("kim", "\x1b[2J")), Path("grades.csv"))

    told = capsys.readouterr().err
    assert "Written to grades.csv: 1,200 rows." in told
    assert "Left out, without a grade: 3 rows." in told
    assert "More than one row each: 'kim', '\\x1b[2J'." in told


def test_a_plain_export_says_how_much_it_wrote_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    say_written(Written(1), Path("-"))

    assert capsys.readouterr().err == "Written: 1 row.\n"
