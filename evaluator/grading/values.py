"""Single values of an answer: taken as they are due, or in a dress in which they can mean one thing only, else None.

See `docs/reference/answer-form.md` for the list.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any, TypeVar

MAX_LINE = 10_000_000  # no file that is read has more lines
_LONGEST = 40  # characters of a verdict, a label or a range

_DRESSED = re.compile(r"[\s*`]*(?P<word>.*?)\.?[\s*`]*", re.DOTALL)
_JOINT = re.compile(r"[\s-]+")
_RANGE = re.compile(r"[Ll]?(?P<first>\d{1,8})(?:\s?[-\u2013~]\s?[Ll]?(?P<last>\d{1,8}))?", re.ASCII)

W = TypeVar("W", bound=str)


def plain(text: str) -> str:
    """Return a label or a word in NFKC and small letters, without whitespace at its ends; longer text as it is."""
    return unicodedata.normalize("NFKC", text).strip().casefold() if len(text) <= _LONGEST else text


def labels(ids: Collection[str]) -> Mapping[str, str]:
    """Return the ids by their plain form, as far as that tells them apart."""
    forms = [plain(id) for id in ids]
    return {form: id for form, id in zip(forms, ids, strict=True) if forms.count(form) == 1}


def word(value: Any, words: Collection[W]) -> W | None:
    """Return the one of *words* that *value* is, in any case, between `**` or back quotes, spaces for underscores."""
    if not isinstance(value, str) or len(value) > _LONGEST or (dressed := _DRESSED.fullmatch(plain(value))) is None:
        return None
    bare = _JOINT.sub("_", dressed["word"])
    return next((word for word in words if word == bare), None)


def number(value: Any) -> int | None:
    """Return a whole number, also one that is written as text or with `.0`."""
    if isinstance(value, str):
        digits = plain(value)
        return int(digits) if len(digits) < 10 and digits.isascii() and digits.isdigit() else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if type(value) is int else None


def lines(value: Any) -> tuple[int, int] | None:
    """Return the first and the last line: of a pair, of one line, of a range as text, of lines told one by one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        found = _RANGE.fullmatch(plain(value))
        value = [found["first"], found["last"] or found["first"]] if found else None
    told = [number(item) for item in (value if isinstance(value, list) else [value, value])]
    numbers = [item for item in told if item is not None]
    if len(numbers) < len(told) or len(numbers) < 2:
        return None
    first, last = numbers[0], numbers[-1]
    if not 1 <= first <= last <= MAX_LINE:
        return None
    every = len(numbers) == last - first + 1 and all(two - one == 1 for one, two in pairwise(numbers))
    return (first, last) if len(numbers) == 2 or every else None
