from hours.report import clock, lines, totals

WEEK = [
    {"client": "Bakery", "minutes": "90"},
    {"client": "Library", "minutes": "45"},
    {"client": "Bakery", "minutes": "30"},
]


def test_functions_exist():
    assert callable(totals)
    assert callable(lines)


def test_clock_gives_text():
    assert isinstance(clock(120), str)
