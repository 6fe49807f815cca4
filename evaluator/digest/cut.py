"""Which lines of a long file are shown: its head, its outline, what is named elsewhere, then the rest from the top."""

from collections.abc import Callable, Iterator, Sequence

from evaluator.digest.outline import Definition

Range = tuple[int, int]  # first and last line, counted from 1

_GAP = 13  # tokens of the line that says what is left out
_SMALL_GAP = 2  # lines: to leave them out costs more than to show them
_HEAD = 0.2  # of the room, for what stands above the first definition
_OUTLINE = 0.25  # for the first line of each definition
_ONE_PART = 0.5  # of what is then left, for one definition that is named
_MOST_OF_IT = 0.6  # of the file's lines: a part that large is no choice
_MARGIN = 64  # lines around what is shown in which a secret may begin or end


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
        self._costs = costs
        self._chosen = bytearray(len(costs) + 2)  # with a line before the first and one behind the last
        self.left = room

    def take(self, first: int, last: int, *, most: float) -> float:
        """Choose lines from *first* on while they fit into *most* tokens; return what they cost."""
        spent, chosen = 0.0, self._chosen
        for number in range(first, min(last, len(self._costs)) + 1):
            if chosen[number]:
                continue
            cost = self._costs[number - 1] + (0 if chosen[number - 1] or number == 1 else _GAP)
            if spent + cost > min(most, self.left):
                break
            chosen[number] = 1
            spent += cost
        self.left -= spent
        return spent

    def ranges(self) -> Iterator[Range]:
        """Yield what was chosen, small gaps closed."""
        first = last = 0
        for number in [*_numbers(self._chosen), len(self._chosen) + _SMALL_GAP]:
            if first and number > last + 1 + _SMALL_GAP:
                yield first, last
                first = 0
            first, last = first or number, number


def _numbers(chosen: bytearray) -> Iterator[int]:
    number = chosen.find(1)
    while number >= 0:
        yield number
        number = chosen.find(1, number + 1)


def windows(ranges: Sequence[Range], *, total: int) -> list[Range]:
    """Return the ranges with the lines around them in which a secret may begin or end, overlapping ones joined."""
    found: list[Range] = []
    for first, last in ranges:
        begin, end = max(1, first - _MARGIN), min(total, last + _MARGIN)
        if found and begin <= found[-1][1] + 1:
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return found
