"""The text of one file that may be shown, and what is worked out about it: once, however often it is cut anew."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from typing import NamedTuple

from evaluator.digest import cut, outline, redact, render, tokens
from evaluator.digest.cut import Range
from evaluator.digest.outline import Definition
from evaluator.digest.text import Long, Text
from evaluator.digest.text import cut as cut_line

_NUMBER = 5  # characters of a line's number and line end, as a rule
_SAMPLE = 24 << 10  # bytes of a file that are counted before it is cut
_MOSTLY = 2  # windows of more than one part in so many: the whole is looked at, for it may be cut anew


@dataclass
class Redactor:
    """Masks secrets, in no more text than it is allowed: hostile text costs 2 seconds a million characters."""

    key: bytes
    left: int  # characters that it may still look at

    def __call__(self, text: str, *, path: str) -> tuple[str, Counter[str]]:
        """Return the text with its secrets masked, and how often each rule struck."""
        self.left -= len(text)
        return redact.redact(text, key=self.key, path=path)


class Masked(NamedTuple):
    """Lines without their secrets."""

    lines: Sequence[str]
    struck: Counter[str]  # rule -> secrets masked in the lines and around them


class _Window(NamedTuple):
    """Lines that were looked at together, their secrets masked."""

    first: int  # counted from 1
    last: int  # inclusive
    lines: Sequence[str]
    struck: Counter[str]


class Reading:
    """The text of a file, or of its beginning where it is so long that nobody will see its end."""

    def __init__(self, path: str, text: Text, *, more: int = 0) -> None:
        self.lines = text.lines
        self.findings = text.findings
        self._long = text.long
        self.total = len(text.lines) + more  # lines of the file
        self.is_all = not more
        self._path = path
        self._windows: list[_Window] = []

    @cached_property
    def sizes(self) -> Sequence[int]:
        """How many characters so many lines from the top have, from none to all; a line end is one."""
        return list(accumulate([len(line) + 1 for line in self.lines], initial=0))

    @cached_property
    def _looked_at_sizes(self) -> Sequence[int]:
        """The same of what is looked at for secrets: of a line that is too long, more than is shown."""
        if not self._long:
            return self.sizes
        heads = {index: line.head for index, line in self._long.items()}
        return list(accumulate([len(heads.get(n, line)) + 1 for n, line in enumerate(self.lines)], initial=0))

    @property
    def size(self) -> int:
        """The characters of all lines that were read."""
        return self.sizes[-1]

    @cached_property
    def body(self) -> str:
        """All lines as they are shown where nothing is masked."""
        return render.numbered(self.lines)

    @cached_property
    def tokens(self) -> float:
        """What all lines cost as they are shown."""
        return tokens.measure(self.body)

    @cached_property
    def costs(self) -> Sequence[float]:
        """About what each line costs as it is shown: what its length does in the beginning of the file."""
        sizes = [len(line) + _NUMBER for line in self.lines]
        if not all(map(str.isascii, self.lines)):
            sizes = [len(line.encode("utf-8", "replace")) + _NUMBER for line in self.lines]
        sums = list(accumulate(sizes, initial=0))
        sample = bisect_right(sums, _SAMPLE)
        rate = tokens.measure(render.numbered(self.lines[:sample])) / max(1, sums[min(sample, len(sizes))])
        return [size * rate for size in sizes]

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What the file defines."""
        return outline.outline(self._path, self.lines)

    def share(self, ranges: Sequence[Range]) -> float:
        """Return which part of the file's text the ranges are, by characters, 0 to 1."""
        return self._size(ranges) / max(1, self.size) * len(self.lines) / max(1, self.total)

    def masked(self, ranges: Sequence[Range], redactor: Redactor) -> Masked | None:
        """Return the lines of the ranges with their secrets masked; None where *redactor* may not look at so much."""
        held = self._held(ranges)
        if held is None:
            wanted = self._around(ranges)
            if self._to_look_at(wanted) > redactor.left:
                return None
            self._windows = [self._window(window, redactor) for window in wanted]
            held = self._held(ranges) or []
        lines: list[str] = []
        for window, (first, last) in zip(held, ranges, strict=True):
            lines += window.lines[first - window.first : last - window.first + 1]
        return Masked(lines, sum((window.struck for window, _ in groupby(held)), Counter()))

    def unseen(self, ranges: Sequence[Range]) -> int:
        """Return how many characters have to be looked at for secrets before the ranges can be shown."""
        return 0 if self._held(ranges) is not None else self._to_look_at(self._around(ranges))

    def _held(self, ranges: Sequence[Range]) -> list[_Window] | None:
        """Return the window that each range lies in; None where one lies in none."""
        firsts = [window.first for window in self._windows]
        held = [self._windows[max(0, bisect_right(firsts, first) - 1)] for first, _ in ranges] if firsts else []
        inside = all(w.first <= first and last <= w.last for w, (first, last) in zip(held, ranges, strict=False))
        return held if firsts and inside else None

    def _around(self, ranges: Sequence[Range]) -> list[Range]:
        """Return the lines to look at; all, where that is not much more: they may be cut anew."""
        wanted = cut.windows(ranges, self.sizes)
        is_most = self._to_look_at(wanted) * _MOSTLY > self._looked_at_sizes[-1]
        return [(1, len(self.lines))] if is_most else wanted

    def _size(self, ranges: Sequence[Range]) -> int:
        return sum(self.sizes[last] - self.sizes[first - 1] for first, last in ranges)

    def _to_look_at(self, ranges: Sequence[Range]) -> int:
        sizes = self._looked_at_sizes
        return sum(sizes[last] - sizes[first - 1] for first, last in ranges)

    def _window(self, lines: Range, redactor: Redactor) -> _Window:
        """Return the lines with their secrets masked; those that are too long are masked before they are cut."""
        first, last = lines
        long = {index: self._long[index] for index in self._long if first <= index + 1 <= last}
        plain = list(self.lines[first - 1 : last])
        for index, line in long.items():
            plain[index + 1 - first] = line.head
        text, struck = redactor("\n".join(plain), path=self._path)
        masked = text.split("\n")
        for index, line in long.items():
            masked[index + 1 - first] = cut_line(Long(masked[index + 1 - first], line.rest))
        return _Window(first, last, masked, struck)
