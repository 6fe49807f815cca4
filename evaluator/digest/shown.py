"""What is shown so far: files are taken in the order of their worth until the budget is spent."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from evaluator.digest import boilerplate, content, cut, render, walk
from evaluator.digest.cut import Range
from evaluator.digest.reading import Reading, Redactor
from evaluator.digest.text import Text, clean
from evaluator.digest.tokens import estimate, measure
from evaluator.digest.walk import Candidate
from evaluator.domain import Block, Entry, Line, Skipped, Snapshot

OVER_BUDGET = "over the token budget"
TOO_LONG = "too long to be shown whole"
_MARK = "0a1b2c3d4e5f6a7b"  # stands for the mark where only its length matters; no mark of that length costs more
_LEAST = 200  # tokens of a part below which a file is not worth beginning, where the budget is not tiny
_TINY = 40  # the part of a tiny budget that is worth it
_STEPS = 64  # of the budget, in which what is left is given out: a line more or less somewhere moves no other file
_DENSEST = 14  # bytes of a token: no file has tokens that long on the whole
_BYTES = 3  # of a token in most files
_MORE = 4  # the part of the first reading that the second is; each further one is twice as much
_LONG = 192 << 10  # bytes from which only the beginning of a file is looked at
_USUAL = 2.5  # characters of a token: a file with no more than that is counted at once
_PERHAPS = 1.25  # of the room: a file that seems to cost more will not fit whole
_TRIES = 4
_VAIN = 64  # files of which not a line fits, after which no more of their kind are tried
_SHORTEST_WORD = 3
_WORDS = bytes(byte if byte > 0x7F or chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(256))
_WORDS_FROM = 120_000  # characters of what is shown in which names are looked for
_LOOKED_AT = 16  # characters for each token of the budget that are looked at for secrets at most
_LOOKED_AT_ANYWAY = 256 << 10  # and so many besides
_ONE_FILE = 3  # of what may still be looked at, the part that one file may have for its outline
_LINE = partial(tuple.__new__, Line)  # as Line._make, without its detours


@dataclass(frozen=True)
class Part:
    """What is shown of one file."""

    file: Candidate
    block: Block
    ranges: tuple[Range, ...]  # of lines that are shown
    body: str  # its lines behind their numbers
    tokens: float  # of these
    cost: int  # tokens, both fences counted
    share: float  # of the file's text, 0 to 1
    findings: tuple[str, ...]
    struck: Mapping[str, int]  # rule -> secrets masked
    reading: Reading | None = None  # of a file that is not shown whole
    reason: str | None = None  # why it is not


@dataclass
class Shown:
    """The parts that are shown, and what is left of the budget."""

    snapshot: Snapshot
    budget: int  # tokens
    left: int
    key: bytes = b""  # under which secrets are named; the prompt does not hold it: nobody can guess at a mask
    skipped: Sequence[tuple[str, Skipped]] = ()  # what was never read, under the name that may be shown
    struck: Counter[str] = field(default_factory=Counter)  # secrets masked in names
    contents: dict[str, bytes] = field(default_factory=dict)  # path -> what was read ahead
    parts: dict[str, Part] = field(default_factory=dict)  # in the order of their worth
    refused: dict[str, str] = field(default_factory=dict)  # path -> why it is not shown after all
    needed: frozenset[str] = frozenset()  # paths of the source that the program starts with or leads to
    unread: Sequence[Candidate] = ()  # source too large to be read
    copies: set[str] = field(default_factory=set)  # paths of what is shown already, under another name
    _late: dict[str, Candidate] = field(default_factory=dict)  # needed, but called generated or foreign by itself
    _believed: bool = True  # what files say of themselves
    _shapes: dict[bytes | str, str] = field(default_factory=dict)
    _words: set[bytes] = field(default_factory=set)
    _worded: int = 0  # parts whose words were taken
    _read_for_words: int = 0  # characters

    @cached_property
    def redactor(self) -> Redactor:
        """What masks secrets."""
        return Redactor(self.key, left=self.budget * _LOOKED_AT + _LOOKED_AT_ANYWAY)

    @property
    def least(self) -> int:
        """The tokens below which a part of a file is not worth showing."""
        return max(1, min(_LEAST, self.budget // _TINY))

    def take(self, files: Sequence[Candidate], *, most: int, each: int, fills: bool = False) -> None:
        """Show files in their order until *most* tokens are spent; one file gets at most *each*.

        A file that would have to be cut because its kind has had its share waits for the second turn of its kind,
        unless it *fills* the share; the first is cut, so that each kind is seen.
        """
        last, begun, vain = fills or most >= self.left, False, 0
        most = min(most, self.left)
        if self._steps(most) < self.least:
            return
        files = [file for file in files if file.path not in self.parts and file.path not in self.refused]
        for file, data in self._ahead(files, most=most, each=each):
            shape = self._shape(file, data)
            reading = self._read(file, data, shape, each=each)
            room = min(each, self._steps(most)) if last or not begun else each
            if reading is None:
                continue
            part = self._fitted(file, reading, room=room)
            if part is None and room == each and vain < _VAIN:
                vain += 1
                continue
            if part is None or part.cost > self._steps(most):
                return
            self.add(part)
            begun = True
            self._shapes.update(dict.fromkeys((file.entry.blob, shape or file.entry.blob), file.path))
            most -= part.cost
            if self._steps(most) < self.least:
                return

    def take_late(self, *, each: int) -> None:
        """Show what is needed though it calls itself generated or foreign: nobody's bad code hides behind that."""
        reasons = {path: self.refused.pop(path) for path in self._late}
        self._believed = False
        self.take(list(self._late.values()), most=self.left, each=each)
        self._believed = True
        self.refused.update((path, reason) for path, reason in reasons.items() if path not in self.parts)

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

    def widen(self, files: Sequence[Candidate] | None = None, *, each: int | None = None) -> None:
        """Spend what nobody needs on files that were cut, in their order; one gets at most *each*.

        Without *files* on all of them, source first; the README has had its share.
        """
        if files is None:
            cut = [part.file for part in self.parts.values() if part.file.file_class != "readme"]
            files = sorted(cut, key=lambda file: file.file_class != "code")
        for file in files:
            spare = self._steps(self.left)
            if spare < self.least:
                return
            part = self.parts.get(file.path)
            if part is not None and part.reading is not None:
                room = part.cost + spare if each is None else min(each, part.cost + spare)
                wider = self._fitted(file, part.reading, room=room) if room > part.cost else None
                if wider is not None and wider.cost > part.cost:
                    self.add(wider)

    def read(self, files: Sequence[Candidate]) -> Iterator[tuple[Candidate, bytes]]:
        """Yield each file, its size that of its plain bytes, with these; those that were read ahead from memory."""
        missing = self.snapshot.read([file.entry for file in files if file.path not in self.contents])
        for file in files:
            data = self.contents.get(file.path)
            if data is None:
                data = next(missing)[1]
            is_plain = len(data) == file.entry.size
            yield (file if is_plain else _sized(file, len(data))), data

    def _ahead(self, files: Sequence[Candidate], *, most: int, each: int) -> Iterator[tuple[Candidate, bytes]]:
        """Yield each file with its bytes; at once are read as many as will probably be shown in *most* tokens."""
        wanted: list[Candidate] = []
        room, further = most, most // _MORE
        for file in files:
            wanted.append(file)
            room -= min(file.entry.size // _BYTES, each)
            if room <= 0:
                yield from self.read(wanted)
                wanted, room, further = [], further, further * 2
        yield from self.read(wanted)

    def readme(self, file: Candidate, text: Text, *, room: int, promises: Callable[[str], bool]) -> None:
        """Show the README whole, or its outline and the parts that promise something."""
        part = self._fitted(file, Reading(file.path, text), room=room, wanted=promises)
        if part is not None:
            self.add(part)

    def _steps(self, tokens: int) -> int:
        """Return the tokens in whole steps of the budget: the room of a file that is cut to what others have left."""
        step = max(1, self.budget // _STEPS)
        return tokens // step * step

    def _read(self, file: Candidate, data: bytes, shape: bytes | None, *, each: int) -> Reading | None:
        """Return the text of a file, or None, with the reason kept, where there is none or it is nothing new."""
        if reason := self._copied(file.entry, shape):
            self.refused[file.path] = reason
            self.copies.add(file.path)
            return None
        data, more = _beginning(file, data, most=max(_LONG, each * _DENSEST))
        text = clean(data, path=file.path)
        reason = walk.BINARY if text is None else content.hidden_by_content(file, text.lines)
        if reason in content.UNPROVEN and file.path in self.needed:
            self._late[file.path] = file
            reason = reason if self._believed else None
        if text is None or reason:
            self.refused[file.path] = reason or walk.BINARY
            return None
        return Reading(file.path, text, more=more)

    @staticmethod
    def _shape(file: Candidate, data: bytes) -> bytes | None:
        if file.file_class == "manifest":
            return None
        return boilerplate.likeness(file, data) or content.shape(data, file=file)

    def _copied(self, entry: Entry, shape: bytes | None) -> str | None:
        same = self._shapes.get(entry.blob)
        if same in self.parts:
            return f"same content as {same}"
        alike = self._shapes.get(shape) if shape else None
        return f"nearly the same as {alike}" if alike in self.parts else None

    def _fitted(
        self, file: Candidate, reading: Reading, *, room: int, wanted: Callable[[str], bool] | None = None
    ) -> Part | None:
        """Return the file whole where *room* tokens are enough, else its most telling lines; None where too few fit."""
        perhaps = reading.size <= room * _USUAL or sum(reading.costs) <= room * _PERHAPS
        if reading.is_all and perhaps and reading.tokens <= room:
            part = self._part(file, reading, ((1, len(reading.lines)),))
            if part is None or part.cost <= room:
                return part
        least = min(self.least, room) // 2
        fence = estimate(render.fence(_block(file, reading.total, ()), _MARK))
        aim, wanted = float(room - fence), wanted or self._named()
        for _ in range(_TRIES):
            ranges = cut.pick(reading.costs, reading.definitions, wanted=wanted, room=aim)
            if reading.unseen(ranges) * _ONE_FILE > self.redactor.left:
                ranges = cut.pick(reading.costs, (), wanted=wanted, room=aim)  # from the top: little stands around it
            if not ranges or cut.tokens(reading.costs, ranges, total=reading.total) + fence < least:
                return None
            part = self._part(file, reading, ranges)
            if part is None or part.cost <= room:
                return part if part and part.cost >= least else None
            aim *= 0.97 * (room - fence) / max(1, part.cost - fence)
        return None

    def _named(self) -> Callable[[str], bool]:
        """Return what tells whether the parts that are shown so far name a definition."""
        for part in itertools.islice(self.parts.values(), self._worded, None):
            if self._read_for_words < _WORDS_FROM:
                self._words |= set(part.body.encode("utf-8", "replace").translate(_WORDS).split())
                self._read_for_words += len(part.body)
        self._worded = len(self.parts)
        return lambda name: len(name) >= _SHORTEST_WORD and name.encode("utf-8", "replace") in self._words

    def _part(self, file: Candidate, reading: Reading, ranges: Sequence[Range]) -> Part | None:
        """Return the lines of the ranges with their secrets masked; None where nobody may look at so much more."""
        masked = reading.masked(ranges, self.redactor)
        if masked is None:
            return None
        lines, struck = masked
        numbers = itertools.chain.from_iterable(range(first, last + 1) for first, last in ranges)
        block = _block(file, reading.total, tuple(map(_LINE, zip(numbers, lines, strict=True))))
        is_whole = len(lines) == reading.total
        is_plain = is_whole and not struck  # then it was counted already
        body = reading.body if is_plain else render.cut(lines, ranges, total=reading.total)
        measured = reading.tokens if is_plain else measure(body)
        return Part(
            file=file,
            block=block,
            ranges=tuple(ranges),
            body=body,
            tokens=measured,
            cost=math.ceil(measured + _fences(block, ranges)),
            share=1.0 if is_whole else reading.share(ranges),
            findings=(*reading.findings, *(("secret",) if struck else ())),
            struck=struck,
            reading=None if is_whole else reading,
            reason=None if is_whole else TOO_LONG,
        )


def _sized(file: Candidate, size: int) -> Candidate:
    return file._replace(entry=file.entry.model_copy(update={"size": size}))


def _block(file: Candidate, total: int, lines: tuple[Line, ...]) -> Block:
    # no validation: it would look at every line again
    return Block.model_construct(
        path=file.path, file_class=file.file_class, bytes=file.entry.size, total_lines=total, lines=lines
    )


def _fences(block: Block, ranges: Sequence[Range]) -> float:
    """Return the tokens of a block's two fences."""
    return measure("".join(render.fences(block, _MARK, ranges=ranges)))


def _beginning(file: Candidate, data: bytes, *, most: int) -> tuple[bytes, int]:
    """Return the whole lines among about the first *most* bytes, and how many lines follow.

    Everything, where the file has wide characters or hardly any lines, or is no text line by line.
    """
    end = data.rfind(b"\n", 0, most) + 1
    if len(data) <= most or not end or file.suffix == "ipynb" or b"\0" in data[:most]:
        return data, 0
    return data[:end], data.count(b"\n", end) + (not data.endswith(b"\n"))
