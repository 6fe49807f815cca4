"""Evidence is checked by code (specs/judging.md, section of that name): what the judge cites must be there.

Only what the digest shows can be cited. Nothing of a quote is kept but its hash.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from evaluator.domain import Block, Digest, FileClass
from evaluator.grading import comments
from evaluator.grading.squeeze import collapse, plain, squeeze
from evaluator.grading.verdict import Citation, Claimed
from evaluator.judgement import Criterion, Evidence, EvidenceKind, EvidenceStatus, Verdict

MIN_QUOTE = 24  # characters of a quote, whitespace collapsed: a shorter one stands in too many files
MIN_WORDS = 8  # letters and digits of a quote: brackets and rulers stand everywhere
MIN_PIECE = 8  # characters of each piece of a quote with an ellipsis in it
MAX_ELLIPSES = 2
MAX_REACH = 40  # lines from the first to the last piece of a quote with an ellipsis in it
MIN_CODE = 6  # signs of a quote that must be code where behaviour is to be shown
_MAX_PLACES = 100  # of one quote in one file that are looked at
_NOWHERE = "(no such file)"  # what stands in the record for a path that the project does not have

_ELLIPSIS = re.compile(r"\[?\.{3,}\]?")  # NFKC has turned the single sign into three dots
_NUMBERED = re.compile(r"^[ \t]*\d{1,7}[ \t]*[|:│→\t]", re.MULTILINE)
_BEHAVIOUR: frozenset[FileClass] = frozenset({"code", "test", "config", "manifest"})
_FITTING: dict[EvidenceKind, frozenset[FileClass]] = {
    "code": _BEHAVIOUR,
    "test": frozenset({"test"}),
    "config": frozenset({"config", "manifest"}),
}


class _Place(NamedTuple):
    """Where a quote stands in a file."""

    lines: tuple[int, int]
    code: int  # signs of it that are neither comment nor docstring

    def within(self, lines: tuple[int, int]) -> bool:
        """Whether all of it lies between those lines."""
        return lines[0] <= self.lines[0] and self.lines[1] <= lines[1]


class _Text:
    """The shown lines of a file, squeezed into one string that knows from which line each sign comes."""

    def __init__(self, block: Block) -> None:
        self._numbers: list[int] = []
        self._starts: list[int] = []
        parts: list[str] = []
        code = bytearray()
        for number, line, live in _lines(block):
            self._numbers.append(number)
            self._starts.append(len(code))
            parts.append(line)
            code += live
        self._text, self._code = "".join(parts), code

    def places(self, pieces: Sequence[str]) -> Iterator[_Place]:
        """Yield where *pieces* stand in this order, not too far from each other; the first hundred places."""
        start = self._text.find(pieces[0])
        for _ in range(_MAX_PLACES):
            if start < 0:
                return
            if (place := self._place(start, pieces)) is not None:
                yield place
            start = self._text.find(pieces[0], start + 1)

    def _place(self, start: int, pieces: Sequence[str]) -> _Place | None:
        first = self._line(start)
        end, code = start, 0
        for piece in pieces:
            here = self._text.find(piece, end)
            if here < 0:
                return None
            end = here + len(piece)
            code += sum(self._code[here:end])
        last = self._line(end - 1)
        too_far = len(pieces) > 1 and last - first > MAX_REACH
        return None if too_far else _Place((first, last), code)

    def _line(self, place: int) -> int:
        return self._numbers[bisect_right(self._starts, place) - 1]


def _lines(block: Block) -> Iterator[tuple[int, str, bytes]]:
    """Yield number, squeezed text and code mask of each line; a sign that no quote has stands between cut parts."""
    previous: int | None = None
    for run in _runs(block):
        if previous is not None:
            yield previous, "\n", b"\x00"
        texts = [plain(line) for _, line in run]
        mask = comments.mask("\n".join(texts), path=block.path)
        offset = 0
        for (number, _), text in zip(run, texts, strict=True):
            signs = "".join(text.split())
            code = mask[offset : offset + len(text)]
            yield number, signs, bytes(code[: len(signs)]) if len(set(code)) < 2 else _squeezed(code, text)
            offset += len(text) + 1
            previous = number


def _squeezed(code: bytearray, text: str) -> bytes:
    return bytes(bit for sign, bit in zip(text, code, strict=True) if not sign.isspace())


def _runs(block: Block) -> Iterator[list[tuple[int, str]]]:
    run: list[tuple[int, str]] = []
    for line in block.lines:
        if run and line.number != run[-1][0] + 1:
            yield run
            run = []
        run.append((line.number, line.text))
    if run:
        yield run


class Checker:
    """Checks what a judge cites against what one digest shows."""

    def __init__(self, digest: Digest) -> None:
        self._blocks = {block.path: block for block in digest.blocks}
        self._known = {file.path for file in digest.files} | self._blocks.keys()
        self._texts: dict[str, _Text] = {}  # filled when first cited

    def verify(self, citation: Citation) -> Evidence:
        """Return what became of a citation: found at its lines (`exact`), elsewhere in the file, or nowhere."""
        return self._check(citation)[0]

    def settle(self, criterion: Criterion, claimed: Claimed) -> Verdict:
        """Return the verdict on a criterion: what the judge claims, unless the evidence for it does not hold.

        `met` and `partly` need as many different places as the criterion asks for, in files of the kind it asks for,
        and each with something in it that is not comment; else the level is `not_shown`.
        """
        checked = [self._check(citation) for citation in claimed.evidence]
        shown = {(e.file, e.lines) for e, place in checked if place and self._fits(criterion.evidence, e.file, place)}
        lacking = claimed.verdict in {"met", "partly"} and _apart(shown) < criterion.min_spans
        return Verdict(
            id=criterion.id,
            level="not_shown" if lacking else claimed.verdict,
            claimed=claimed.verdict,
            reason=claimed.reason,
            evidence=tuple(evidence for evidence, _ in checked),
        )

    def _check(self, citation: Citation) -> tuple[Evidence, _Place | None]:
        path = citation.file.removeprefix("./")
        place = _find(citation, self._text(path)) if path in self._blocks else None
        evidence = Evidence(
            file=path if path in self._known else _NOWHERE,
            lines=citation.lines if place is None else place.lines,
            status=_status(citation, place),
            sha256=hashlib.sha256(collapse(citation.quote).encode()).hexdigest(),
        )
        return evidence, place

    def _text(self, path: str) -> _Text:
        if path not in self._texts:
            self._texts[path] = _Text(self._blocks[path])
        return self._texts[path]

    def _fits(self, kind: EvidenceKind, path: str, place: _Place) -> bool:
        if kind == "doc":
            return True
        return self._blocks[path].file_class in _FITTING[kind] and place.code >= MIN_CODE


def _apart(places: Iterable[tuple[str, tuple[int, int]]]) -> int:
    """Return how many of the places have no line in common: as many as can be had."""
    count, ends = 0, dict[str, int]()
    for file, (first, last) in sorted(places, key=lambda place: place[1][1]):
        if first > ends.get(file, 0):
            count, ends[file] = count + 1, last
    return count


def _status(citation: Citation, place: _Place | None) -> EvidenceStatus:
    if place is None:
        return "not_found"
    return "exact" if place.within(citation.lines) else "relocated"


def _find(citation: Citation, text: _Text) -> _Place | None:
    """Return the place of the quote that is nearest to the cited lines, or None."""
    for pieces in _readings(citation.quote):
        places = list(text.places(pieces))
        if places:
            first = citation.lines[0]
            return min(places, key=lambda place: (not place.within(citation.lines), abs(place.lines[0] - first)))
    return None


def _readings(quote: str) -> Iterator[list[str]]:
    """Yield the pieces to look for: the quote as it stands, without line numbers, and split where it says `...`."""
    for text in dict.fromkeys((quote, _NUMBERED.sub("", quote))):
        signs = squeeze(text)
        if len(collapse(text)) < MIN_QUOTE or sum(map(str.isalnum, signs)) < MIN_WORDS:
            continue
        yield [signs]
        parts = _ELLIPSIS.split(plain(text))
        pieces = [squeeze(part) for part in parts]
        pieces = [piece for piece in pieces if piece]
        whole = sum(len(collapse(part)) for part in parts)
        if 1 < len(parts) <= MAX_ELLIPSES + 1 and whole >= MIN_QUOTE and all(len(p) >= MIN_PIECE for p in pieces):
            yield pieces
