"""Where a quote stands in a file: the shown lines, squeezed into one string that knows where each sign comes from.

A quote must have whitespace where the file has some, and none where it has none, between words and in strings; a line's
end may be joined to the next. It may cut no word and no number at its ends, and leave out no negation within a line.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from evaluator.domain import Block
from evaluator.grading import comments
from evaluator.grading.readings import BLANK, ESCAPE, unescaped
from evaluator.grading.squeeze import Squeezed, plain, squeezed
from evaluator.patterns import compiled

MAX_REACH = 40  # lines from the first to the last piece of a quote with an ellipsis in it
_MAX_PLACES = 100  # of one quote in one file that are looked at
_CUT = "\x00"  # stands between lines that are not next to each other; no plain text has it
_NUMBER = re.compile(r"(?<![A-Za-z_])\d\w*(?:\.\d\w*){0,9}|\d+", re.ASCII)  # or the digits of a name
_AROUND = 40  # characters on each side of a place in which a number is looked for
_WORDS = re.compile(r"\w+")
_OTHERS = re.compile(r"[^w]")
_STRING = compiled(r'"(?:\\.|[^"\\])*+"|\'(?:\\.|[^\'\\])*+\'|`(?:\\.|[^`\\])*+`')
_NEGATION = re.compile(r"\b(?:not|no|non|never|nor|unless|without|cannot)\b|n't\b|!|않|없|아니|못|ない|不|没|無|无")
_UNSPACED = "\u1100"  # from here on scripts in which words are not told by blanks alone


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
        code, gaps, strict = bytearray(), bytearray(), bytearray()
        for row in rows:
            self._starts.append(len(code))
            text, spaces = squeezed(row.text)
            parts.append(text)
            code += row.code if len(text) == len(row.text) else _squeezed(row)
            gaps += spaces
            strict += _strict(row.text, len(text))
        self._text, self._code, self._gaps = "".join(parts), code, gaps
        self._inside = _inside_words(self._text, self._starts)  # 1 where a word goes on, or the next one begins
        self._strict = _either(strict, self._inside)

    @classmethod
    def of(cls, block: Block) -> "Text":
        """Return the lines that *block* shows."""
        return cls(list(_rows(block)))

    def loosened(self) -> "Text":
        """Return the same without backslashes and escapes of whitespace."""
        return Text([_loosened(row) for row in self._rows])

    def places(self, pieces: Sequence[Squeezed]) -> Iterator[Place]:
        """Yield where *pieces* stand in this order, not too far from each other; the first hundred places."""
        start = self._text.find(pieces[0].text)
        for _ in range(_MAX_PLACES):
            if start < 0:
                return
            if (place := self._place(start, pieces)) is not None:
                yield place
            start = self._text.find(pieces[0].text, start + 1)

    def _place(self, start: int, pieces: Sequence[Squeezed]) -> Place | None:
        first = self._rows[self._row(start)].number
        end, code = start, 0
        for piece in pieces:
            here = self._text.find(piece.text, end)
            if here < 0 or (here > end and self._denies(end, here)):
                return None
            end = here + len(piece.text)
            if not self._is_spaced_so(here, end, piece) or self._cuts(here) or self._cuts(end):
                return None
            code += sum(self._code[here:end])
        last = self._rows[self._row(end - 1)].number
        too_far = len(pieces) > 1 and last - first > MAX_REACH
        return None if too_far else Place((first, last), code)

    def _is_spaced_so(self, start: int, end: int, piece: Squeezed) -> bool:
        """Return whether the words and strings of the piece are put together as they are here."""
        here, there = self._gaps[start + 1 : end], piece.gaps[1:]
        if here == there:
            return True
        differ = int.from_bytes(here) ^ int.from_bytes(there)
        return differ & int.from_bytes(self._strict[start + 1 : end]) == 0

    def _denies(self, start: int, end: int) -> bool:
        """Return whether a negation of one line was left out: without it the line says the contrary."""
        row = self._row(start)
        if start == 0 or self._row(start - 1) != self._row(end):
            return False
        first, last = self._spot(row, start - 1), self._spot(row, end)
        return _NEGATION.search(self._rows[row].text, first + 1, last) is not None

    def _spot(self, row: int, place: int) -> int:
        """Return where in the text of its row a sign stands."""
        if row not in self._spots:
            self._spots[row] = [n for n, sign in enumerate(self._rows[row].text) if not sign.isspace()]
        return self._spots[row][place - self._starts[row]]

    def _cuts(self, place: int) -> bool:
        return self._cuts_a_word(place) or self._cuts_a_number(place)

    def _cuts_a_word(self, place: int) -> bool:
        """Return whether a word goes on over that place: `authorized` is not what `unauthorized` says."""
        if not 0 < place < len(self._text) or not self._inside[place] or self._gaps[place]:
            return False
        before, after = self._text[place - 1], self._text[place]
        escaped = before in "nrtbfav0" and self._text[place - 2 : place - 1] == "\\"
        return not escaped and before < _UNSPACED and after < _UNSPACED

    def _row(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def _cuts_a_number(self, place: int) -> bool:
        """Return whether a number goes on over that place: what says `100` does not say `10`."""
        if not any(sign.isdigit() for sign in self._text[max(0, place - 2) : place + 2]) or place == len(self._text):
            return False
        row = self._row(place)
        if place == self._starts[row]:
            return False
        at = self._spot(row, place)
        start = max(0, at - _AROUND)
        found = _NUMBER.finditer(self._rows[row].text[start : at + _AROUND])
        return any(number.start() < at - start < number.end() for number in found)


def _squeezed(row: _Row) -> bytes:
    return bytes(compress(row.code, (not sign.isspace() for sign in row.text)))


def _strict(text: str, signs: int) -> bytes:
    """Return 1 for each sign of a row before which the whitespace counts as it is: in a string, behind an escape."""
    strict = bytearray(signs)
    at = done = 0
    for string in _STRING.finditer(text):
        first = done + len("".join(text[at : string.start()].split()))
        at, done = string.end(), first + len("".join(string[0].split()))
        strict[first + 1 : done] = b"\x01" * (done - first - 1)
    done = 0
    for part in text.split(BLANK)[:-1]:
        done += len("".join(part.split()))
        strict[done : done + 1] = b"\x01" * len(strict[done : done + 1])
    return bytes(strict)


def _inside_words(text: str, starts: Sequence[int]) -> bytes:
    """Return 1 for each sign that is one of a word, as the one before it in its row is."""
    words = _OTHERS.sub("\0", _WORDS.sub(lambda word: "w" * len(word[0]), text)).encode().replace(b"w", b"\x01")
    inside = bytearray((int.from_bytes(words) & int.from_bytes(b"\0" + words[:-1])).to_bytes(len(words)))
    for start in starts:
        inside[start : start + 1] = bytes(len(inside[start : start + 1]))
    return bytes(inside)


def _either(one: bytes | bytearray, other: bytes) -> bytes:
    return (int.from_bytes(one) | int.from_bytes(other)).to_bytes(len(one))


def _loosened(row: _Row) -> _Row:
    if "\\" not in row.text:
        return row
    text, code, at = [], bytearray(), 0
    for escape in ESCAPE.finditer(row.text):
        sign = unescaped(escape)
        text += [row.text[at : escape.start()], sign]
        code += row.code[at : escape.start()] + row.code[escape.start() : escape.start() + 1] * len(sign)
        at = escape.end()
    return _Row(row.number, "".join(text) + row.text[at:], bytes(code + row.code[at:]))


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
