"""Where a quote stands in a file: the shown lines, squeezed into one string that knows where each sign comes from."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from evaluator.domain import Block
from evaluator.grading import comments
from evaluator.grading.readings import ESCAPES
from evaluator.grading.squeeze import plain

MAX_REACH = 40  # lines from the first to the last piece of a quote with an ellipsis in it
_MAX_PLACES = 100  # of one quote in one file that are looked at
_CUT = "\x00"  # stands between lines that are not next to each other; no plain text has it
_NUMBER = re.compile(r"(?<![A-Za-z_])\d\w*(?:\.\d\w*){0,9}|\d+", re.ASCII)  # or the digits of a name
_AROUND = 40  # characters on each side of a place in which a number is looked for


class Place(NamedTuple):
    """Where a quote stands in a file."""

    lines: tuple[int, int]
    code: int  # signs of it that are code: no comment, no docstring, no prose in a string

    def within(self, lines: tuple[int, int]) -> bool:
        """Whether all of it lies between those lines."""
        return lines[0] <= self.lines[0] and self.lines[1] <= lines[1]


class _Row(NamedTuple):
    number: int
    text: str  # plain
    code: bytes  # for each sign of the text, 1 where it is code


class Text:
    """The shown lines of one file."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._rows = rows
        self._starts: list[int] = []
        self._spots: dict[int, list[int]] = {}  # where the signs of a row stand in its text, once that was asked
        parts: list[str] = []
        code = bytearray()
        for row in rows:
            self._starts.append(len(code))
            parts.append("".join(row.text.split()))
            code += row.code if len(parts[-1]) == len(row.text) else _squeezed(row)
        self._text, self._code = "".join(parts), code

    @classmethod
    def of(cls, block: Block) -> "Text":
        """Return the lines that *block* shows."""
        return cls(list(_rows(block)))

    def loosened(self) -> "Text":
        """Return the same without backslashes and escapes of whitespace."""
        return Text([_loosened(row) for row in self._rows])

    def places(self, pieces: Sequence[str]) -> Iterator[Place]:
        """Yield where *pieces* stand in this order, not too far from each other; the first hundred places."""
        start = self._text.find(pieces[0])
        for _ in range(_MAX_PLACES):
            if start < 0:
                return
            if (place := self._place(start, pieces)) is not None:
                yield place
            start = self._text.find(pieces[0], start + 1)

    def _place(self, start: int, pieces: Sequence[str]) -> Place | None:
        first = self._rows[self._row(start)].number
        end, code = start, 0
        for piece in pieces:
            here = self._text.find(piece, end)
            if here < 0:
                return None
            end = here + len(piece)
            if self._cuts_a_number(here) or self._cuts_a_number(end):
                return None
            code += sum(self._code[here:end])
        last = self._rows[self._row(end - 1)].number
        too_far = len(pieces) > 1 and last - first > MAX_REACH
        return None if too_far else Place((first, last), code)

    def _row(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def _cuts_a_number(self, place: int) -> bool:
        """Return whether a number goes on over that place: what says `100` does not say `10`."""
        if not any(sign.isdigit() for sign in self._text[max(0, place - 2) : place + 2]) or place == len(self._text):
            return False
        row = self._row(place)
        signs = place - self._starts[row]
        if signs == 0:
            return False
        if row not in self._spots:
            self._spots[row] = [n for n, sign in enumerate(self._rows[row].text) if not sign.isspace()]
        at = self._spots[row][signs]
        start = max(0, at - _AROUND)
        found = _NUMBER.finditer(self._rows[row].text[start : at + _AROUND])
        return any(number.start() < at - start < number.end() for number in found)


def _squeezed(row: _Row) -> bytes:
    return bytes(compress(row.code, (not sign.isspace() for sign in row.text)))


def _loosened(row: _Row) -> _Row:
    kept = bytearray(b"\x01") * len(row.text)
    for escape in ESCAPES.finditer(row.text):
        kept[escape.start() : escape.end()] = bytes(len(escape[0]))
    if 0 not in kept:
        return row
    return _Row(row.number, "".join(compress(row.text, kept)), bytes(compress(row.code, kept)))


def _rows(block: Block) -> Iterator[_Row]:
    """Yield the lines; a row with a sign that no quote has stands between parts that were cut out."""
    previous: int | None = None
    for run in _runs(block):
        if previous is not None:
            yield _Row(previous, _CUT, b"\x00")
        texts = [plain(line) for _, line in run]
        code = comments.behaviour("\n".join(texts), path=block.path)
        offset = 0
        for (number, _), text in zip(run, texts, strict=True):
            yield _Row(number, text, bytes(code[offset : offset + len(text)]))
            offset += len(text) + 1
            previous = number


def _runs(block: Block) -> Iterator[list[tuple[int, str]]]:
    run: list[tuple[int, str]] = []
    for line in block.lines:
        if run and line.number != run[-1][0] + 1:
            yield run
            run = []
        run.append((line.number, line.text))
    if run:
        yield run
