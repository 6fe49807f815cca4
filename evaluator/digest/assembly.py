"""The digest put together: its text, and what became of every file (digest spec, Rendering)."""

import hashlib
import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from evaluator.digest import content, labels, render, select, walk
from evaluator.digest.shown import OVER_BUDGET, Part, Shown
from evaluator.digest.survey import Survey
from evaluator.digest.tokens import measure
from evaluator.digest.walk import Candidate
from evaluator.domain import Digest, DigestFile, Finding, Privacy

UNREACHED = "not reached from an entry point"
_HIDING = content.HIDING | {walk.TOO_LARGE}  # why source that the program needs is not shown, though there is room
_MARK = "0a1b2c3d4e5f6a7b"  # stands for the mark: equal content has equal tokens; none of that length has more
PRIVATE = "kept private: only the README and the tree are shown"


class Called(NamedTuple):
    """What the project is called, and what was found in the names of its files."""

    name: str
    findings: Sequence[tuple[str, str]]  # what the file is called, and the code


def digest(
    shown: Shown,
    files: Sequence[Candidate],
    *,
    survey: Survey,
    listing: str,
    readme: Candidate,
    mark: str,
    privacy: Privacy,
    called: Called,
) -> Digest:
    """Return the digest of what is shown; *listing* is its tree. Parts that are too much after all are dropped."""
    for step in itertools.count():
        parts = _in_order(shown, readme)
        rows = tuple(sorted([*_rows(files, shown, survey, privacy), *_skipped(shown)], key=lambda row: row.path))
        left_out = render.not_shown(rows, budget=math.floor(shown.budget * select.NOT_SHOWN))
        mark = _absent(mark, listing, parts, left_out)
        fences = [render.fences(part.block, mark, ranges=part.ranges) for part in parts]
        tokens = _tokens(parts, [listing, left_out], _MARK if len(mark) <= len(_MARK) else mark)
        if tokens <= shown.budget or not shown.parts:
            break
        for _ in range(min(1 << step, len(shown.parts))):  # twice as many each time: there may be thousands
            shown.drop()
    bodies = [f"{head}{part.body}{end}" for part, (head, end) in zip(parts, fences, strict=True)]
    text = "".join((listing, *bodies, left_out))
    findings = _findings(parts, rows, survey, called)
    redactions = dict(sorted(sum((Counter(part.struck) for part in parts), shown.struck).items()))
    snapshot = shown.snapshot
    return Digest(
        name=called.name,
        commit=snapshot.commit,
        tree=snapshot.tree,
        text=text,
        readme=readme.path,
        readme_span=_readme_span(parts, bodies, readme=readme, listing=listing),
        blocks=tuple(part.block for part in parts),
        files=rows,
        findings=findings,
        redactions=redactions,
        tokens=tokens,
        coverage=_coverage(files, shown, survey),
        sha256=_sha256(text.replace(mark, ""), rows, findings, redactions),
        privacy=privacy,
    )


def _readme_span(
    parts: Sequence[Part], bodies: Sequence[str], *, readme: Candidate, listing: str
) -> tuple[int, int] | None:
    """Return where the README stands in the text, from its first fence to the blank line behind its last; it is first.

    None where it is not shown.
    """
    if not parts or parts[0].file is not readme:
        return None
    return len(listing), len(listing) + len(bodies[0])


def _tokens(parts: Sequence[Part], around: Sequence[str], mark: str) -> int:
    """Return the estimate of the text with that mark; what stands *around* the parts ends in line ends.

    Many parts that are each too small to be called odd may be odd together (see `oddity`).
    """
    fences = itertools.chain.from_iterable(render.fences(part.block, mark, ranges=part.ranges) for part in parts)
    outside = "".join((*around, *fences))
    together = measure("".join((outside, *(part.body for part in parts))), whole=True)
    return math.ceil(max(together, measure(outside) + sum(part.tokens for part in parts)))


def _in_order(shown: Shown, readme: Candidate) -> list[Part]:
    """Return the parts as they are shown: the README, then the rest by path, whatever their worth."""
    return sorted(shown.parts.values(), key=lambda part: (part.file is not readme, part.file.path))


def _rows(files: Iterable[Candidate], shown: Shown, survey: Survey, privacy: Privacy) -> Iterator[DigestFile]:
    for file in files:
        part = shown.parts.get(file.path)
        if part is None:
            reason = shown.refused.get(file.path) or file.hidden or _why_left(file, survey, privacy)
            row = DigestFile(path=file.path, bytes=file.entry.size, shown="listed", reason=reason, blob=file.entry.blob)
        else:
            row = DigestFile(
                path=file.path,
                bytes=part.block.bytes,
                shown="part" if part.reason else "whole",
                lines=part.ranges,
                reason=part.reason,
                blob=file.entry.blob,
            )
        yield row


def _why_left(file: Candidate, survey: Survey, privacy: Privacy) -> str:
    if privacy == "readme":
        return PRIVATE
    if survey.complete and file.file_class == "code" and file.path not in survey.reached:
        return UNREACHED
    return OVER_BUDGET


def _skipped(shown: Shown) -> Iterator[DigestFile]:
    for name, thing in shown.skipped:
        yield DigestFile(path=name, bytes=thing.size or 0, shown="skipped", reason=thing.reason)


def _absent(mark: str, listing: str, parts: Iterable[Part], left_out: str) -> str:
    """Return the mark, with the first number behind it that makes it occur in nothing that is shown."""
    texts = [listing, left_out, *(part.body for part in parts), *(part.file.path for part in parts)]
    found, number = mark, 1
    while any(found in text for text in texts):
        found, number = f"{mark}-{number}", number + 1
    return found


def _findings(parts: Iterable[Part], rows: Iterable[DigestFile], survey: Survey, called: Called) -> tuple[Finding, ...]:
    found = {(part.file.path, code) for part in parts for code in part.findings}
    found |= {(row.path, "secret_file") for row in rows if row.reason == walk.SECRETS}
    found |= {(row.path, "hidden_source") for row in rows if row.path in survey.reached and row.reason in _HIDING}
    found |= set(called.findings)
    found |= {(row.path, "secret") for row in rows if labels.is_masked(row.path)}
    return tuple(Finding(code=code, file=path) for path, code in sorted(found))


def _coverage(files: Iterable[Candidate], shown: Shown, survey: Survey) -> float:
    """Return the share of the reached source that is shown, by bytes; copies and data are left out.

    What is hidden by its content or its size counts: nobody gets rid of bad source that way.
    """
    total = seen = 0.0
    for file in (*files, *shown.unread):
        if file.path in shown.copies or shown.refused.get(file.path) == walk.DATA:
            continue
        if file.path in survey.reached and file.hidden is None:
            total += file.entry.size
            seen += file.entry.size * shown.parts[file.path].share if file.path in shown.parts else 0
    return round(seen / total, 4) if total else 1.0


def _sha256(text: str, rows: Iterable[DigestFile], findings: Iterable[Finding], redactions: dict[str, int]) -> str:
    identity = [
        text,
        [[row.path, row.bytes, row.shown, row.lines, row.reason, row.blob] for row in rows],
        [[finding.code, finding.file] for finding in findings],
        redactions,
    ]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()
