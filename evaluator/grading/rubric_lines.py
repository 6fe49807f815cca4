"""Where a key stands in a rubric file: the parser of TOML says no lines, and a person who mends a file needs them."""

import itertools
import re
from collections.abc import Iterator, Sequence

Step = str | int
Where = Sequence[Step]  # "dimension", 0, "criterion", 2, "weight"; lists are counted from 0

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\s\"'-]{1,200}?)\s*\]")
_MARKS = re.compile(r"\"{3}|'{3}")
_KEY = re.compile(r"\s*([\w.\s\"'-]{1,200}?)\s*=")


def line_of(text: str, where: Where) -> int | None:
    """Return the line, counted from 1, of the key at *where*, or of the nearest table that holds it; None: not found.

    A key of an inline table stands where the table begins. A missing key has its table's line.
    """
    most, line = 0, None
    for number, path in _places(text):
        same = _same(path, where)
        if same > most:
            most, line = same, number
    return line


def _same(path: Where, where: Where) -> int:
    """Return how many steps from the top the two have in common."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(path, where, strict=False)))


def _places(text: str) -> Iterator[tuple[int, tuple[Step, ...]]]:
    """Yield line and path of every header and every key that begins a line outside of strings of several lines."""
    table: tuple[Step, ...] = ()
    counted: dict[tuple[Step, ...], int] = {}  # lists of tables -> how many so far
    closing: str | None = None  # the marks that end an open string of several lines
    for number, line in enumerate(text.split("\n"), start=1):
        was_open, closing = closing, _still_open(line, closing)
        if was_open:
            continue
        if header := _HEADER.match(line):
            table = _numbered(_names(header[2]), counted, is_list=header[1] == "[[")
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_names(key[1]))


def _numbered(names: list[str], counted: dict[tuple[Step, ...], int], *, is_list: bool) -> tuple[Step, ...]:
    """Return the path of a header: each list of tables on the way is followed by the number of its newest table."""
    path: tuple[Step, ...] = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counted:
            path = (*path, counted[path] - 1)
    path = (*path, names[-1])
    if is_list:
        counted[path] = counted.get(path, 0) + 1
        path = (*path, counted[path] - 1)
    return path


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]


def _still_open(line: str, closing: str | None) -> str | None:
    """Return the marks that end the string which is open after the line, or None."""
    if closing is None and line.lstrip().startswith("#"):
        return None
    for mark in _MARKS.findall(line):
        if closing is None:
            closing = mark
        elif mark == closing:
            closing = None
    return closing
