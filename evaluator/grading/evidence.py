"""Evidence is checked by code (specs/judging.md, section of that name): what the judge cites must be there.

Only what the digest shows can be cited. Nothing of a quote is kept but its hash.
"""

import hashlib
import re
from collections.abc import Iterable

from evaluator.domain import Digest, FileClass
from evaluator.grading.places import Place, Text
from evaluator.grading.readings import Reading, readings
from evaluator.grading.squeeze import collapse
from evaluator.grading.verdict import Citation, Claimed, ClaimedPromise
from evaluator.judgement import (
    Criterion,
    Evidence,
    EvidenceKind,
    EvidenceStatus,
    Promise,
    PromiseKind,
    PromiseVerdict,
    Verdict,
)

MIN_CODE = 6  # signs of a quote that must be code where behaviour is to be shown
NOWHERE = "(no such file)"  # what stands in the record for a path that the project does not have

_BEHAVIOUR: frozenset[FileClass] = frozenset({"code", "test", "config", "manifest"})
_FITTING: dict[EvidenceKind, frozenset[FileClass]] = {
    "code": _BEHAVIOUR,
    "test": frozenset({"test"}),
    "config": frozenset({"config", "manifest"}),
}
_NAMED: frozenset[PromiseKind] = frozenset({"file", "example"})  # what is promised may itself be a document
_TOKEN = re.compile(r"[^\s`\"'(),;=<>|]+")
_VARIABLE = re.compile(r"[:{$*<\[]")  # begins a part of a path that is not a name


class Checker:
    """Checks what a judge cites against what one digest shows."""

    def __init__(self, digest: Digest) -> None:
        self._blocks = {block.path: block for block in digest.blocks}
        self._known = {file.path for file in digest.files} | self._blocks.keys()
        self._readme = digest.readme
        self._texts: dict[tuple[str, bool], Text] = {}  # by path and whether loosened; filled when first cited

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

    def settle_promise(self, promise: Promise, told: ClaimedPromise) -> PromiseVerdict:
        """Return the verdict on a promise: what the judge claims, unless the evidence for it does not hold.

        `shown` and `partly` need one place that shows behaviour; for a promised file or example a place in any file
        but the README. What code found missing needs a place that names it as well: any true line would do otherwise.
        Else the level is `not_shown`.
        """
        checked = [self._check(citation) for citation in told.evidence]
        held = any(place and self._keeps(promise, evidence.file, place) for evidence, place in checked)
        return PromiseVerdict(
            n=promise.n,
            kind=promise.kind,
            text=promise.text,
            level=told.verdict if held or told.verdict not in {"shown", "partly"} else "not_shown",
            claimed=told.verdict,
            by="judge",
            evidence=tuple(evidence for evidence, _ in checked),
        )

    def _check(self, citation: Citation) -> tuple[Evidence, Place | None]:
        path = citation.file.removeprefix("./")
        place = self._find(citation, path) if path in self._blocks else None
        evidence = Evidence(
            file=path if path in self._known else NOWHERE,
            lines=citation.lines if place is None else place.lines,
            status=_status(citation, place),
            sha256=hashlib.sha256(collapse(citation.quote).encode()).hexdigest(),
        )
        return evidence, place

    def _find(self, citation: Citation, path: str) -> Place | None:
        """Return the place of the quote that is nearest to the cited lines, or None."""
        for loose in (False, True):
            text = self._text(path, loose=loose)
            for reading in readings(citation.quote, loose=loose):
                places = [p for p in text.places(reading.pieces) if _agrees(reading, p, cited=citation.lines)]
                if places:
                    return min(places, key=lambda place: _distance(place, citation.lines))
        return None

    def _text(self, path: str, *, loose: bool) -> Text:
        if (path, loose) not in self._texts:
            text = self._text(path, loose=False).loosened() if loose else Text.of(self._blocks[path])
            self._texts[path, loose] = text
        return self._texts[path, loose]

    def _fits(self, kind: EvidenceKind, path: str, place: Place) -> bool:
        if kind == "doc":
            return True
        return self._blocks[path].file_class in _FITTING[kind] and place.code >= MIN_CODE

    def _keeps(self, promise: Promise, path: str, place: Place) -> bool:
        if promise.found == "missing" and not self._names(promise, path, place):
            return False
        if promise.kind in _NAMED:
            return path != self._readme and self._blocks[path].file_class != "readme"
        return self._fits("code", path, place)

    def _names(self, promise: Promise, path: str, place: Place) -> bool:
        """Return whether the lines of the place hold the name of what is promised, dashes and capitals aside."""
        name = re.escape(_bare(_name(promise.text)))
        first, last = place.lines
        shown = _bare("\n".join(line.text for line in self._blocks[path].lines if first <= line.number <= last))
        return bool(name) and re.search(rf"(?<![^\W_]){name}(?![^\W_])", shown) is not None


def _name(text: str) -> str:
    """Return the name of a missing thing: an option, a target, the last named part of a path without its ending."""
    tokens = _TOKEN.findall(text)
    options = [token for token in tokens if token.startswith("--")]
    parts = [part for part in (options or tokens or [""])[-1].split("/") if part and not _VARIABLE.match(part)]
    return parts[-1].lstrip("-").partition(".")[0] or parts[-1].strip(".-") if parts else ""


def _bare(text: str) -> str:
    return re.sub("[-_]", "", text).casefold()


def _apart(places: Iterable[tuple[str, tuple[int, int]]]) -> int:
    """Return how many of the places have no line in common: as many as can be had."""
    count, ends = 0, dict[str, int]()
    for file, (first, last) in sorted(places, key=lambda place: place[1][1]):
        if first > ends.get(file, 0):
            count, ends[file] = count + 1, last
    return count


def _status(citation: Citation, place: Place | None) -> EvidenceStatus:
    if place is None:
        return "not_found"
    return "exact" if place.within(citation.lines) else "relocated"


def _agrees(reading: Reading, place: Place, *, cited: tuple[int, int]) -> bool:
    """Return whether numbers that were taken off the lines can have been theirs: else they may be code."""
    return reading.numbers is None or reading.numbers in {place.lines, cited}


def _distance(place: Place, cited: tuple[int, int]) -> tuple[bool, int]:
    return not place.within(cited), abs(place.lines[0] - cited[0])
