"""Which lines of a long file are shown: its head, its outline, what is named elsewhere, then the rest from the top."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from evaluator.digest.outline import Definition
from evaluator.patterns import compiled

Range = tuple[int, int]  # first and last line, counted from 1

_GAP = 13  # tokens of the line that says what is left out
_SMALL_GAP = 2  # lines: to leave them out costs more than to show them
_HEAD = 0.2  # of the room, for what stands above the first definition
_OUTLINE = 0.25  # for the first line of each definition
_ONE_PART = 0.5  # of what is then left, for one definition that is named
_MOST_OF_IT = 0.6  # of the file's lines: a part that large is no choice
_MARGIN = 64  # lines around what is shown in which a secret may begin or end
_MARGIN_SIZE = 8 << 10  # characters of them: a private key has at most 7 KB
_RUN = compiled(rb"\x01++(?:\x00{1,%d}+\x01++)*+" % _SMALL_GAP)  # lines that are chosen, with small gaps


def pick(
    costs: Sequence[float], parts: Sequence[Definition], *, wanted: Callable[[str], bool], room: float
) -> tuple[Range, ...]:
    """Return the ranges of lines worth at most about *room* tokens; *costs* has the tokens of each line.

    *parts* are the file's definitions or headings, *wanted* tells of which of them the whole is shown first.
    """
    cut = _Cut(costs, room)
    top = parts[0].first if parts else len(costs) + 1
    if parts:
        cut.take(1, top - 1, most=room * _HEAD)
        most = room * _OUTLINE
        for part in sorted(parts, key=lambda part: part.depth):
            most -= cut.take(part.first, part.first, most=most)
        for part in parts:
            if part.last - part.first < _MOST_OF_IT * len(costs) and wanted(part.name):
                cut.take(part.first, part.last, most=cut.left * _ONE_PART)
    cut.take(1, len(costs), most=cut.left)
    return tuple(cut.ranges())


class _Cut:
    """The lines chosen so far, and the tokens left."""

    def __init__(self, costs: Sequence[float], room: float) -> None:
        self._sums = list(accumulate(costs, initial=0.0))  # tokens of so many lines from the top
        self._chosen = bytearray(len(costs) + 2)  # with a line before the first and one behind the last
        self.left = room

    def take(self, first: int, last: int, *, most: float) -> float:
        """Choose lines from *first* on while they fit into *most* tokens; return what they cost."""
        sums, chosen = self._sums, self._chosen
        most, last = min(most, self.left), min(last, len(sums) - 1)
        spent = 0.0
        number = chosen.find(0, first)
        while 0 < number <= last:
            gap = 0 if chosen[number - 1] or number == 1 else _GAP
            behind = chosen.find(1, number, last + 1) % (
                last + 2
            )  # the next that is chosen, or the end: -1 is last + 1
            before = sums[number - 1]
            end = bisect_right(sums, before + most - spent - gap, number, behind)  # the first that does not fit
            if end == number:
                break
            chosen[number:end] = b"\1" * (end - number)
            spent += sums[end - 1] - before + gap
            if end < behind:
                break
            number = chosen.find(0, end)
        self.left -= spent
        return spent

    def ranges(self) -> Iterator[Range]:
        """Yield what was chosen, small gaps closed."""
        for run in _RUN.finditer(self._chosen):
            yield run.start(), run.end() - 1


def tokens(costs: Sequence[float], ranges: Sequence[Range], *, total: int) -> float:
    """Return about what the lines of the ranges cost, and the lines that say what of the *total* is left out."""
    gaps = len(ranges) + (ranges[-1][1] < total) - (ranges[0][0] == 1)
    return sum(sum(costs[first - 1 : last]) for first, last in ranges) + gaps * _GAP


def windows(ranges: Sequence[Range], sizes: Sequence[int]) -> list[Range]:
    """Return the ranges with the lines around them in which a secret may begin or end, overlapping ones joined.

    *sizes* has the characters of so many lines from the top, from none to all.
    """
    found: list[Range] = []
    for first, last in ranges:
        begin = max(first - _MARGIN, bisect_left(sizes, sizes[first - 1] - _MARGIN_SIZE, 0, first) + 1)
        end = min(last + _MARGIN, bisect_right(sizes, sizes[last] + _MARGIN_SIZE, last) - 1)
        if found and begin <= found[-1][1] + 1:
            found[-1] = found[-1][0], end
        else:
            found.append((max(1, begin), end))
    return found
