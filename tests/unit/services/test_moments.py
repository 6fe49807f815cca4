from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from evaluator.services.moments import BadDeadline, moment

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30", "2026-11-30T14:59:59"),
        (" 2026-11-30\n", "2026-11-30T14:59:59"),
        ("2026-11-30T18:00", "2026-11-30T09:00:00"),
        ("2026-11-30 18:00:30", "2026-11-30T09:00:30"),
        ("2026-11-30t18:00:00.5", "2026-11-30T09:00:00.5"),
        ("2026-11-30T18:00Z", "2026-11-30T18:00:00"),
        ("2026-11-30T18:00z", "2026-11-30T18:00:00"),
        ("2026-11-30T18:00+09:00", "2026-11-30T09:00:00"),
        ("2026-11-30 18:00 -0330", "2026-11-30T21:30:00"),
        ("2024-02-29", "2024-02-29T14:59:59"),
    ],
)
def test_a_date_means_its_end_and_a_time_itself(text: str, expected: str) -> None:
    found = moment(text, zone=SEOUL)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-10-25T02:30", "2026-10-25T01:30:00", id="an hour that comes twice"),
        pytest.param("2026-03-29T02:30", "2026-03-29T01:30:00", id="an hour that never comes"),
        pytest.param("2026-10-25", "2026-10-25T22:59:59", id="a long day"),
    ],
)
def test_where_clocks_change_the_later_reading_counts(text: str, expected: str) -> None:
    found = moment(text, zone=BERLIN)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026",
        "2026-11",
        "20261130",
        "2026-W48-1",
        "30.11.2026",
        "11/30/2026",
        "1793026800",
        "2026-06-31",
        "2026-02-29",
        "2026-11-30T24:00",
        "2026-11-30T18",
        "2026-11-30T18:00+25:00",
        "2026-11-30T18:00 Asia/Seoul",
        "2026-11-30T18:00\0",
        "٢٠٢٦-11-30",
        "0000-01-01",
        "9999-12-31T23:59-12:00",
        "2026-11-30" * 100_000,
    ],
    ids=lambda text: text[:30],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadDeadline, match="2026-11-30T18:00") as caught:
        moment(text, zone=SEOUL)

    assert caught.value.code == "bad_deadline"
    assert caught.value.exit_status == 2
