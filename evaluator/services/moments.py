"""Moments as people type them: a deadline for the commits that are graded."""

import re
from datetime import UTC, date, datetime, time, tzinfo

from evaluator.errors import RequestError

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r" ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_LAST = time(23, 59, 59)  # of a day; git counts whole seconds


class BadDeadline(RequestError):
    """What was given is no date, and no date with a time."""

    code = "bad_deadline"

    def __init__(self) -> None:
        super().__init__(
            "That is no moment of the calendar. Give a date such as 2026-11-30, which means its end, or a date and a"
            " time such as 2026-11-30T18:00 or 2026-11-30T18:00+09:00."
        )


def moment(text: str, *, zone: tzinfo) -> datetime:
    """Return the moment that *text* names, in UTC: an ISO date, which means its last second, or a date and a time.

    A time without a zone is one of *zone*; where clocks are put back and it comes twice, or are put forward and it
    never comes, the later reading counts. Raises BadDeadline.
    """
    text = text.strip()
    parts = _MOMENT.fullmatch(text)
    try:
        if parts is not None and parts["zone"]:
            return _read(parts).astimezone(UTC)
        if parts is None and _DATE.fullmatch(text) is None:
            raise BadDeadline
        local = datetime.combine(date.fromisoformat(text), _LAST) if parts is None else _read(parts)
        return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError) as error:  # the 31st of June, a zone that leads out of all years
        raise BadDeadline from error


def _read(parts: re.Match[str]) -> datetime:
    """Return the date and the time of a match, aware where it has a zone. Raises ValueError."""
    time_, _, fraction = parts["time"].partition(".")
    zone = (parts["zone"] or "").upper().replace("Z", "+00:00")
    return datetime.fromisoformat(f"{parts['date']}T{time_}{'.' + fraction.ljust(6, '0') if fraction else ''}{zone}")
