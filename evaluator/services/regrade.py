"""Recompute a grade from its record, and say whether it is the score that was given."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from evaluator.errors import BadRecord
from evaluator.grading import record
from evaluator.grading.record import Rescored
from evaluator.judgement import PASS_LINE, Rubric
from evaluator.services import regrade_differences, reports
from evaluator.services.regrade_forms import AGAIN, Card, Document, read
from evaluator.store.database import Database

MAX_BYTES = 64 << 20  # of a file that is read

Outcome = Literal["same", "reviewed", "changed", "differs"]


@dataclass(frozen=True)
class Scores:
    """The scores of one evaluation, whoever computed them."""

    dimensions: Mapping[str, tuple[str, int]]  # exact fraction, such as "20/7", and points
    total: int
    passed: bool
    pass_line: int  # the organizer's own
    levels: Mapping[str, str]  # of each criterion
    reasons: tuple[str, ...] | None  # for a review; None where the record is too old to tell

    def as_json(self) -> dict[str, Any]:
        """Return them for programs."""
        return {
            "dimensions": {id: {"exact": exact, "points": points} for id, (exact, points) in self.dimensions.items()},
            "total": self.total,
            "passed": self.passed,
            "pass_line": {"points": self.pass_line, "passed": self.total >= self.pass_line},
            "review_reasons": None if self.reasons is None else list(self.reasons),
        }


@dataclass(frozen=True)
class Regraded:
    """What came of recomputing.

    `same`: record, scorecard and row agree. `reviewed`: a person's review, which is on record, decided the row.
    `changed`: the row is another one than was given, and no review explains it. `differs`: the record does not give
    the score that was given: a mistake of ours, or somebody changed the record.
    """

    id: str
    outcome: Outcome
    recomputed: Scores
    stored: Scores
    row: Mapping[str, Any]  # the points that everybody sees
    differences: tuple[str, ...]  # one sentence each
    notes: tuple[str, ...] = ()  # what could not be looked at, one sentence each

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "id": self.id,
            "outcome": self.outcome,
            "recomputed": self.recomputed.as_json(),
            "stored": self.stored.as_json(),
            "row": dict(self.row),
            "differences": list(self.differences),
            "notes": list(self.notes),
        }


def stored(id: str | UUID, *, database: Database, known: Mapping[str, Rubric]) -> Regraded:
    """Recompute a stored evaluation; *known*: the rubrics at hand, by their sha256.

    Raises NotFound where there is none, BadRecord where no score follows from it.
    """
    return compare(reports.record(id, database=database), known=known)


def in_file(path: Path, *, known: Mapping[str, Rubric]) -> Regraded:
    """Recompute what `modu show ID --record` wrote into a file: no database is needed. Raises BadRecord."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)  # never more, whatever the file says of its size
        if len(raw) > MAX_BYTES:
            raise BadRecord(f"{path} has more than {MAX_BYTES >> 20} MB: that is no grading record.")
        content = json.loads(raw)
    except OSError as error:
        raise BadRecord(f"{path} cannot be read: {error.strerror}. Make it with: modu show ID --record") from error
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"{path} is not JSON. {AGAIN}") from error
    if not isinstance(content, dict):
        raise BadRecord(f"{path} is no grading record. {AGAIN}")
    return compare(content, known=known)


def compare(document: Mapping[str, Any], *, known: Mapping[str, Rubric]) -> Regraded:
    """Return what comes of recomputing a document of `modu show ID --record`. Raises BadRecord."""
    whole = read(document)
    card, rubric = whole.scorecard, known.get(whole.scorecard.rubric_sha256)
    given, row = _stored(card), whole.evaluation.scores.model_dump()
    is_old = record.is_single(document["scorecard"], whole.record)
    noted = None if is_old else record.read(whole.record)
    rescored = (
        record.rescore(whole.record) if noted else record.rescore_single(document["scorecard"], document["criteria"])
    )
    recomputed = _recomputed(rescored)
    wrong = [
        *_differences(given, recomputed),
        *(regrade_differences.from_record(whole, noted) if noted else ()),
        *(regrade_differences.from_rubric(whole, noted, rubric=rubric) if rubric else ()),
    ]
    points, others = list(_changed(given, row)), list(regrade_differences.from_row(whole))
    return Regraded(
        id=whole.evaluation.id,
        outcome=_outcome(whole, wrong=bool(wrong), points=bool(points), others=bool(others)),
        recomputed=recomputed,
        stored=given,
        row=row,
        differences=(*wrong, *points, *others),
        notes=tuple(_notes(card, is_old=is_old, has_rubric=rubric is not None)),
    )


def _outcome(document: Document, *, wrong: bool, points: bool, others: bool) -> Outcome:
    """Return what is to be said; a review explains other points, and nothing else."""
    if wrong:
        return "differs"
    if points and document.evaluation.review and not others:
        return "reviewed"
    return "changed" if points or others else "same"


def _notes(card: Card, *, is_old: bool, has_rubric: bool) -> Iterator[str]:
    if is_old:
        yield (
            "An old record: recomputed from its verdicts alone. It does not tell how they came about, nor why a person"
            " should look."
        )
    if not has_rubric:
        yield (
            f"The rubric {card.rubric_id:.80} {card.rubric_version:.20} of this identity is not at hand: weights and"
            " gates are those that the record tells. Put its file into MODU_RUBRICS_DIR to have them checked."
        )


def _stored(scorecard: Card) -> Scores:
    total = sum(score.points for score in scorecard.dimensions)
    return Scores(
        dimensions={score.id: (str(Fraction(score.exact)), score.points) for score in scorecard.dimensions},
        total=total,
        passed=total >= PASS_LINE,
        pass_line=scorecard.pass_line,
        levels={verdict.id: verdict.level for verdict in scorecard.verdicts},
        reasons=tuple(sorted(scorecard.review_reasons)),
    )


def _recomputed(rescored: Rescored) -> Scores:
    return Scores(
        dimensions={score.id: (str(score.exact), score.points) for score in rescored.dimensions},
        total=rescored.total,
        passed=rescored.passed,
        pass_line=rescored.pass_line,
        levels=rescored.levels,
        reasons=rescored.reasons,
    )


def _differences(given: Scores, recomputed: Scores) -> Iterator[str]:
    """Yield what the record gives otherwise than it was given."""
    for id in dict.fromkeys((*given.dimensions, *recomputed.dimensions)):
        before, after = given.dimensions.get(id), recomputed.dimensions.get(id)
        if before != after:
            yield f"{id}: {_said(before)} was given, the record gives {_said(after)}."
    if given.pass_line != recomputed.pass_line:
        yield f"pass line: {given.pass_line} was given, the record says {recomputed.pass_line}."
    for id in dict.fromkeys((*given.levels, *recomputed.levels)):
        level, other = given.levels.get(id, "nothing"), recomputed.levels.get(id, "nothing")
        if level != other:
            yield f"{id}: {level} was given, the record gives {other}."
    if recomputed.reasons is not None and given.reasons != recomputed.reasons:
        yield (
            f"reasons for a review: {_listed(given.reasons or ())} were given, the record gives"
            f" {_listed(recomputed.reasons)}."
        )


def _changed(given: Scores, row: Mapping[str, Any]) -> Iterator[str]:
    """Yield what everybody sees otherwise than it was given."""
    points = {id: points for id, (_, points) in given.dimensions.items()}
    for name, value in (points | {"total": given.total, "passed": given.passed}).items():
        if row.get(name) != value:
            yield f"{name}: {_plain(value)} was given, the row now says {_plain(row.get(name))}."


def _said(score: tuple[str, int] | None) -> str:
    return "nothing" if score is None else f"{score[1]} ({score[0]})"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _listed(reasons: tuple[str, ...]) -> str:
    return ", ".join(reasons) or "none"
