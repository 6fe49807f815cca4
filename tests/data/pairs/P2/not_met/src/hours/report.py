"""From the rows of a time sheet to totals per client."""

from tabulate import tabulate


class BadEntry(ValueError):
    """A row of the time sheet that cannot be read."""


def minutes_of(row, number):
    text = (row.get("minutes") or "").strip()
    if not text.isdigit():
        raise BadEntry(f"line {number}: minutes must be a whole number, not {text!r}")
    return int(text)


def totals(rows, client=None):
    found = {}
    for number, row in enumerate(rows, start=2):
        name = row["client"]
        if client is None or name == client:
            found[name] = found.get(name, 0) + minutes_of(row, number)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02d}"


def lines(found):
    rows = [*found.items(), ("total", sum(found.values()))]
    return tabulate([(name, clock(minutes)) for name, minutes in rows], tablefmt="plain").splitlines()
