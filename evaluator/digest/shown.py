"""What is shown so far: files are taken in the order of their worth until the budget is spent."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from evaluator.digest import content, cut, outline, redact, render, walk
from evaluator.digest.cut import Range
from evaluator.digest.text import Text, clean
from evaluator.digest.tokens import estimate
from evaluator.digest.walk import Candidate
from evaluator.domain import Block, Entry, Line, Skipped, Snapshot

OVER_BUDGET = "over the token budget"
TOO_LONG = "too long to be shown whole"
_MARK = "0a1b2c3d4e5f6a7b"  # stands for the mark where only its length matters; no mark of that length costs more
_LEAST = 200  # tokens of a part below which a file is not worth beginning, where the budget is not tiny
_TINY = 40  # the part of a tiny budget that is worth it
_DENSEST = 14  # bytes of a token: no file has tokens that long on the whole
_LONG = 192 << 10  # bytes from which only the beginning of a file is looked at
_SAMPLE = 24 << 10  # characters of a long file that are counted
_USUAL = 2.5  # characters of a token: a file with no more than that is tried whole
_PERHAPS = 1.25  # of the room: a file that seems to cost more will not fit whole
_TRIES = 4
_WORD = re.compile(r"[^\W\d]\w{2,80}")
_WORDS_FROM = 120_000  # characters of what is shown in which names are looked for


class Read(NamedTuple):
    """The text of a file, or of its beginning where it is so long that nobody will see its end."""

    text: Text
    more: int = 0  # lines that follow


@dataclass(frozen=True)
class Part:
    """What is shown of one file."""

    file: Candidate
    block: Block
    body: str  # its lines behind their numbers
    cost: int  # tokens, both fences counted
    share: float  # of the file's text, 0 to 1
    findings: tuple[str, ...]
    struck: Mapping[str, int]  # rule -> secrets masked
    source: Read | None = None  # of a file that is not shown whole
    reason: str | None = None  # why it is not


@dataclass
class Shown:
    """The parts that are shown, and what is left of the budget."""

    snapshot: Snapshot
    budget: int  # tokens
    left: int
    skipped: Sequence[tuple[str, Skipped]] = ()  # what was never read, under the name that may be shown
    struck: Counter[str] = field(default_factory=Counter)  # secrets masked in names
    contents: dict[str, bytes] = field(default_factory=dict)  # path -> what was read ahead
    parts: dict[str, Part] = field(default_factory=dict)  # in the order of their worth
    refused: dict[str, str] = field(default_factory=dict)  # path -> why it is not shown after all
    _shapes: dict[bytes | str, str] = field(default_factory=dict)
    _words: set[str] = field(default_factory=set)
    _worded: int = 0  # parts whose words were taken
    _read_for_words: int = 0  # characters

    @property
    def least(self) -> int:
        """The tokens below which a part of a file is not worth showing."""
        return max(1, min(_LEAST, self.budget // _TINY))

    def take(self, files: Sequence[Candidate], *, most: int, each: int) -> None:
        """Show files in their order until *most* tokens are spent; one file gets at most *each*.

        A file that would have to be cut because its kind has had its share waits for the second turn of its kind; the
        first is cut, so that each kind is seen.
        """
        files = [file for file in files if file.path not in self.parts and file.path not in self.refused]
        last, begun = most >= self.left, False
        most = min(most, self.left)
        for file, data in self.read(files if most >= self.least else ()):
            shape = content.shape(data, stem=file.stem) if file.file_class != "manifest" else None
            source = self._read(file, data, shape, each=each)
            room = min(each, most) if last or not begun else each
            if source is None:
                continue
            part = self._fitted(file, source, room=room)
            if part is None and room == each:
                continue
            if part is None or part.cost > most:
                return
            self.add(part)
            begun = True
            self._shapes.update(dict.fromkeys((file.entry.blob, shape or file.entry.blob), file.path))
            most -= part.cost
            if most < self.least:
                return

    def add(self, part: Part) -> None:
        """Show a part, instead of what is shown of its file so far."""
        before = self.parts.get(part.file.path)
        self.left -= part.cost - (before.cost if before else 0)
        self.parts[part.file.path] = part

    def drop(self) -> None:
        """Show no longer what was taken last."""
        path, part = self.parts.popitem()
        self.left += part.cost
        self.refused[path] = OVER_BUDGET

    def widen(self) -> None:
        """Spend what nobody needs on the files that were cut, source first; the README has had its share."""
        for part in sorted(self.parts.values(), key=lambda part: part.file.file_class != "code"):
            if self.left < self.least:
                return
            if part.source is not None and part.file.file_class != "readme":
                wider = self._fitted(part.file, part.source, room=part.cost + self.left)
                if wider is not None and wider.cost > part.cost:
                    self.add(wider)

    def read(self, files: Sequence[Candidate]) -> Iterator[tuple[Candidate, bytes]]:
        """Yield each file with its bytes, those that were read ahead from memory."""
        missing = self.snapshot.read([file.entry for file in files if file.path not in self.contents])
        for file in files:
            data = self.contents.get(file.path)
            yield file, next(missing)[1] if data is None else data

    def readme(self, file: Candidate, text: Text, *, room: int, promises: Callable[[str], bool]) -> None:
        """Show the README whole, or its outline and the parts that promise something."""
        part = self._fitted(file, Read(text), room=room, wanted=promises)
        if part is not None:
            self.add(part)

    def _read(self, file: Candidate, data: bytes, shape: bytes | None, *, each: int) -> Read | None:
        """Return the text of a file, or None, with the reason kept, where there is none or it is nothing new."""
        if reason := self._copied(file.entry, shape):
            self.refused[file.path] = reason
            return None
        data, more = _beginning(file, data, most=max(_LONG, each * _DENSEST))
        text = clean(data, path=file.path)
        reason = walk.BINARY if text is None else content.hidden_by_content(file, text.lines)
        if text is None or reason:
            self.refused[file.path] = reason or walk.BINARY
            return None
        return Read(text, more)

    def _copied(self, entry: Entry, shape: bytes | None) -> str | None:
        same = self._shapes.get(entry.blob)
        if same in self.parts:
            return f"same content as {same}"
        alike = self._shapes.get(shape) if shape else None
        return f"nearly the same as {alike}" if alike in self.parts else None

    def _fitted(
        self, file: Candidate, source: Read, *, room: int, wanted: Callable[[str], bool] | None = None
    ) -> Part | None:
        """Return the file whole where *room* tokens are enough, else its most telling lines; None where too few fit."""
        lines = source.text.lines
        costs = _costs(lines) if source.more or _length(lines) > room * _USUAL else []
        if not source.more and sum(costs) <= room * _PERHAPS:
            part = self._part(file, source, ((1, len(lines)),))
            if part.cost <= room:
                return part
        costs, parts = costs or _costs(lines), outline.outline(file.path, lines)
        fence = estimate(render.fence(_block(file, len(lines), ()), _MARK))
        aim, wanted = float(room - fence), wanted or self._named()
        for _ in range(_TRIES):
            ranges = cut.pick(costs, parts, wanted=wanted, room=aim)
            if not ranges:
                return None
            part = self._part(file, source, ranges)
            if part.cost <= room:
                return part if part.cost >= min(self.least, room) // 2 else None
            aim *= 0.97 * (room - fence) / max(1, part.cost - fence)
        return None

    def _named(self) -> Callable[[str], bool]:
        """Return what tells whether the parts that are shown so far name a definition."""
        for part in itertools.islice(self.parts.values(), self._worded, None):
            if self._read_for_words < _WORDS_FROM:
                self._words.update(_WORD.findall(part.body))
                self._read_for_words += len(part.body)
        self._worded = len(self.parts)
        return self._words.__contains__

    def _part(self, file: Candidate, source: Read, ranges: Sequence[Range]) -> Part:
        text, total = source.text, len(source.text.lines) + source.more
        lines, struck = self._masked(file, text.lines, ranges)
        block = _block(file, total, lines)
        body = render.body(block)
        is_whole = len(lines) == total
        seen = _shown_length(text.lines, ranges) / max(1, _length(text.lines)) * len(text.lines) / max(1, total)
        return Part(
            file=file,
            block=block,
            body=body,
            cost=estimate(render.fence(block, _MARK, text=body)),
            share=1.0 if is_whole else seen,
            findings=(*text.findings, *(("secret",) if struck else ())),
            struck=struck,
            source=None if is_whole else source,
            reason=None if is_whole else TOO_LONG,
        )

    def _masked(
        self, file: Candidate, lines: Sequence[str], ranges: Sequence[Range]
    ) -> tuple[tuple[Line, ...], Counter[str]]:
        """Return the lines of the ranges with their secrets masked, and how often each rule struck around them."""
        struck: Counter[str] = Counter()
        shown: list[Line] = []
        rest = list(ranges)
        key = self.snapshot.tree.encode()  # the prompt does not hold it: nobody can guess at a mask from there
        for first, last in cut.windows(ranges, total=len(lines)):
            masked, found = redact.redact("\n".join(lines[first - 1 : last]), key=key, path=file.path)
            struck += found
            window = masked.split("\n")
            while rest and rest[0][1] <= last:
                begin, end = rest.pop(0)
                shown.extend(map(Line, range(begin, end + 1), window[begin - first : end - first + 1]))
        return tuple(shown), struck


def _block(file: Candidate, total: int, lines: tuple[Line, ...]) -> Block:
    # no validation: it would look at every line again
    return Block.model_construct(
        path=file.path, file_class=file.file_class, bytes=file.entry.size, total_lines=total, lines=lines
    )


def _beginning(file: Candidate, data: bytes, *, most: int) -> tuple[bytes, int]:
    """Return the whole lines among about the first *most* bytes, and how many lines follow.

    Everything, where the file has wide characters or hardly any lines, or is no text line by line.
    """
    end = data.rfind(b"\n", 0, most) + 1
    if len(data) <= most or not end or file.suffix == "ipynb" or b"\0" in data[:most]:
        return data, 0
    return data[:end], data.count(b"\n", end) + (not data.endswith(b"\n"))


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)


def _shown_length(lines: Sequence[str], ranges: Sequence[Range]) -> int:
    return sum(_length(lines[first - 1 : last]) for first, last in ranges)


def _costs(lines: Sequence[str]) -> list[float]:
    """Return about how many tokens each line is, its number counted; long files are counted by their beginning."""
    weights = [len(line) + 5 if line.isascii() else len(line.encode("utf-8", "replace")) + 5 for line in lines]
    sample, size = [], 0
    for number, line in enumerate(lines, 1):
        sample.append(f"{number}| {line}\n")
        size += weights[number - 1]
        if size > _SAMPLE:
            break
    rate = estimate("".join(sample)) / max(1, size)
    return [weight * rate for weight in weights]
