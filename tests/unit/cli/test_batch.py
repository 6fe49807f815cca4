"""What `modu batch` refuses before it opens anything, and how it says where a cohort stands."""

from decimal import Decimal

import pytest
from click.testing import CliRunner

from evaluator.cli.batch import batch_command
from evaluator.cli.cohort_waiting import Pace, standing
from evaluator.store.cohorts import CohortProgress


def stands(**counts: int) -> CohortProgress:
    base = {"total": 0, "queued": 0, "running": 0, "done": 0, "failed": 0, "cancelled": 0}
    return CohortProgress.model_validate({**base, "cost": Decimal("1.5"), "budget": None, **counts})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x.csv", "--column", "where=x"], "The fields are source, ref, subdir, user, team, name, key."),
        (["x.csv", "--column", "source"], "is not FIELD=HEADING"),
        (["x.csv", "--column", "source= "], "is not FIELD=HEADING"),
        (["x.csv", "--column", "source=a", "--column", "Source=b"], "names source twice"),
        (["-"], "Give the cohort one with --cohort"),
        (["x.csv", "--concurrency", "0"], "not in the range"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(arguments: list[str], said: str) -> None:
    ended = CliRunner().invoke(batch_command, arguments)

    assert ended.exit_code == 2
    assert said in " ".join(ended.output.split())


def test_where_a_cohort_stands_names_only_what_there_is() -> None:
    some = stands(total=1200, done=1000, running=8, queued=180, failed=9, cancelled=3)

    assert standing(stands(total=3, done=3)) == "3 of 3 graded; $1.50."
    assert standing(some) == "1,000 of 1,200 graded, 8 running, 180 queued, 9 failed, 3 cancelled; $1.50."
    assert standing(some.model_copy(update={"budget": Decimal(25)})).endswith("; $1.50 of $25.00.")


def test_the_pace_is_taken_over_the_last_minute_and_says_how_long_it_takes_at_that() -> None:
    pace = Pace()

    said = [
        pace.after(stands(total=1000, done=done), now)
        for now, done in ((0.0, 100), (0.5, 101), (30.0, 160), (60.0, 220), (120.0, 221), (180.0, 999))
    ]

    assert said == [
        "",
        "",
        " 120 a minute, about 7 min left.",
        " 120 a minute, about 6 min left.",
        " 1 a minute, about 779 min left.".replace("779 min", "12 h 59 min"),
        " 778 a minute, about 1 s left.",
    ]
