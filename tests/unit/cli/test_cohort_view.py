import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from evaluator.cli import cohort_view

ROW: dict[str, Any] = {
    "row": 3,
    "key": "k3",
    "project": "greeter",
    "user": "kim",
    "state": "done",
    "stage": "scoring",
    "id": "x",
    "scores": {"functionality": 5, "practicality": 3, "total": 8, "passed": True},
    "exact": "47/6",
    "pass_line": None,
    "error": None,
    "review_reasons": [],
    "likeness": None,
    "look": False,
}
FAILED = {**ROW, "row": 4, "state": "failed", "error": "no_readme", "scores": None, "exact": None}
PROGRESS: dict[str, Any] = {
    "total": 1200,
    "done": 1100,
    "running": 40,
    "queued": 50,
    "failed": 10,
    "cancelled": 0,
    "rate_per_minute": 34.5,
    "seconds_left": 157,
    "cost_usd": "1.20",
    "budget_usd": "25.00",
    "estimated_usd": "1.31",
}
FOUND: dict[str, Any] = {
    "name": "spring",
    "organizer": "kim",
    "created_at": "2026-11-22T13:00:00+00:00",
    "deadline": None,
    "progress": PROGRESS,
    "common_files": 0,
}
CUT: dict[str, Any] = {
    "places": 5,
    "graded": 20,
    "pending": 0,
    "total": 7,
    "places_left": 2,
    "inside": [],
    "tied": [],
    "outside": [],
}


def shown(found: dict[str, Any], *rows: dict[str, Any], left_off: int = 0, width: int = 120) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False)
    cohort_view.overview(found, rows, left_off=left_off, console=console, zone=ZoneInfo("Asia/Seoul"))
    return file.getvalue()


def test_a_cohort_is_shown_with_its_progress_and_results() -> None:
    text = shown(FOUND, ROW, FAILED)

    first, second, *_ = text.splitlines()
    assert first == "spring  2026-11-22 22:00 KST, by kim"
    assert second.startswith(
        "1,100 of 1,200 graded, 40 running, 50 queued, 10 failed. Cost: $1.20 of $25.00; 34.5 a min"
    )
    assert [line.split() for line in text.splitlines()[4:7]] == [
        ["Row", "Total", "F", "P", "Result", "Project", "Whose", "Look"],
        ["3", "8/10", "5", "3", "passed", "greeter", "kim"],
        ["4", "-", "-", "-", "failed:", "no_readme", "greeter", "kim"],
    ]


def test_what_is_left_off_is_said_and_so_is_what_was_not_compared_and_the_deadline() -> None:
    text = shown({**FOUND, "common_files": 12, "deadline": "2026-11-30T09:00:00+00:00"}, ROW, left_off=1150)

    assert "1,150 more rows: see them with --limit or --json." in text
    assert "12 files that many of the projects hold, such as starter code" in text
    assert "The last commits until 2026-11-30 18:00 KST are graded." in text


def test_a_row_that_a_person_should_look_at_says_why() -> None:
    like = {"kind": "alike", "words": "92 % alike with 5", "group": 3, "share": 0.92, "count": 1, "others": []}
    row = {**ROW, "review_reasons": ["near_line", "spread"], "likeness": like, "look": True}

    text = shown(FOUND, row)

    assert "92 % alike with 5; near_line; spread" in text
    assert "near_line: the total is next to the pass line" in text
    assert "may be honest, and changes no score" in text.replace("\n", " ")
    assert "canary" not in text


def test_an_own_pass_line_has_a_column() -> None:
    rows = [{**ROW, "pass_line": {"points": 9, "passed": passed}} for passed in (True, False, None)]

    lines = shown(FOUND, *rows, {**ROW, "scores": {**ROW["scores"], "passed": False}}).splitlines()

    assert "9 reached" in lines[5]
    assert "9 not reached" in lines[6]
    assert lines[7].split()[5] == "9"
    assert "not passed" in lines[8]


def test_hostile_names_stay_text_on_one_line() -> None:
    name = "\x1b[2J[red]x[/nothing] \u202eevil\nRow 1 10/10"
    row = {**ROW, "project": name, "user": name}
    cut = {**CUT, "tied": [{"row": 3, "project": name, "exact": "7"}] * 2}

    text = shown({**FOUND, "name": name, "organizer": name, "cut": cut}, row)

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]x[/nothing] evil Row 1 10/10" in text
    assert not [line for line in text.splitlines() if line.startswith("Row 1")]


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        ({"rate_per_minute": None, "seconds_left": None}, "how long it will take cannot be told yet."),
        ({"seconds_left": 20}, "about 20 s left"),
        ({"seconds_left": 0}, "about 1 s left"),
        ({"seconds_left": 9000}, "about 2 h 30 min left"),
        ({"running": 0, "queued": 0, "budget_usd": None}, "1,100 of 1,200 graded, 10 failed. Cost: $1.20."),
    ],
)
def test_the_progress_says_what_can_be_told(progress: dict[str, Any], text: str) -> None:
    assert text in cohort_view.progress({**PROGRESS, **progress})


def test_where_all_get_in_there_is_no_more_to_say() -> None:
    assert cohort_view.boundary({**CUT, "total": None, "graded": 1, "pending": 3}) == [
        "5 places, 1 graded project: all that are graded get in.",
        "3 rows may still be graded: the boundary may move.",
    ]


def test_a_tie_is_named_and_left_to_a_person() -> None:
    def contender(row: int, exact: str | None) -> dict[str, Any]:
        return {"row": row, "project": f"p{row}", "exact": exact}

    tie = (
        "Tied, 2 for 1 place: row 2 p2 (22/3 = 7.333), row 4 p4 (22/3 = 7.333). The grade does not decide the order"
        " among them: a person has to."
    )
    inside, tied = [contender(9, "37/5")], [contender(2, "22/3"), contender(4, "22/3")]

    assert cohort_view.boundary({**CUT, "inside": inside, "tied": tied, "outside": [contender(7, "7")]}) == [
        "5 places, 20 graded projects: who has more than 7 is in. 4 projects with 7 came to the last 2 places.",
        "Their totals before rounding tell them apart; so small a difference is no better than a hint.",
        "In: row 9 p9 (37/5 = 7.400)",
        "Out: row 7 p7 (7)",
        tie,
    ]


def test_of_a_great_tie_only_some_are_named() -> None:
    tied = [{"row": row, "project": "p", "exact": None} for row in range(1, 5001)]

    told = cohort_view.boundary({**CUT, "tied": tied})[-1]

    assert "row 1 p (exact total unknown)" in told
    assert "and 4,980 more" in told
    assert len(told) < 1000


def test_the_list_of_cohorts_is_a_table() -> None:
    file = io.StringIO()
    row = {**FOUND, **PROGRESS, "name": "[b]spring[/b]", "organizer": None, "cancelled": 2}

    cohort_view.listing([row], console=Console(file=file, width=120), zone=ZoneInfo("Asia/Seoul"))

    cells = file.getvalue().splitlines()[1].split("  ")
    assert [cell.strip() for cell in cells if cell.strip()] == [
        "[b]spring[/b]",
        "2026-11-22 22:00 KST",
        "-",
        "1,100 of 1,200",
        "90",
        "10 (+2 cancelled)",
        "$1.20 of $25.00",
    ]


def test_without_cohorts_the_list_says_how_to_make_one() -> None:
    file = io.StringIO()

    cohort_view.listing([], console=Console(file=file, width=120))

    assert "modu batch FILE" in file.getvalue()
