from hours.report import lines, totals

WEEK = [
    {"client": "Bakery", "minutes": "90"},
    {"client": "Library", "minutes": "45"},
    {"client": "Bakery", "minutes": "30"},
]


def test_totals_are_per_client_the_largest_first():
    assert totals(WEEK) == {"Bakery": 120, "Library": 45}


def test_the_last_line_is_the_sum():
    assert lines(totals(WEEK)) == ["Bakery   2:00", "Library  0:45", "total    2:45"]
