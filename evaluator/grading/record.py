"""The grading record: everything that a score follows from, and the score that follows from it.

`rescore` needs the record alone: no network, no project, no rubric file (docs/reference/grading-record.md).
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pydantic import ValidationError

from evaluator.domain import Digest, Value
from evaluator.errors import BadRecord, VerdictError
from evaluator.grading import doubts, scoring
from evaluator.grading.record_forms import (
    SCHEMA,
    Basis,
    CriterionNote,
    DigestNote,
    DimensionNote,
    Examination,
    PromiseNote,
    Record,
    RubricNote,
    VerdictNote,
)
from evaluator.grading.record_logic import check, dimensions, verdicts
from evaluator.judgement import PASS_LINE, DimensionId, DimensionScore, Level, PromiseVerdict, Rubric, Verdict

_SINGLE = 3  # the aggregation whose grades had one sample, kept in the scorecard itself
_SINGLE_RECORD = frozenset(("aggregation", "litellm", "calls"))  # all that the record of such a grade held
_SINGLE_SCORECARD = frozenset(
    (
        "dimensions", "verdicts", "feedback", "review_reasons", "judge", "rubric_id", "rubric_version",
        "rubric_sha256", "prompt_sha256", "digest_sha256", "calls", "record",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Rescored:
    """What follows from a record."""

    dimensions: tuple[DimensionScore, ...]
    levels: Mapping[str, Level]  # of each criterion; of several samples the nearest to their mean
    pass_line: int  # the organizer's own
    reasons: tuple[str, ...] | None  # for a review, sorted; None: the record is too old to tell

    @property
    def total(self) -> int:
        """Return the sum of the rounded dimensions, 0 to 10."""
        return sum(score.points for score in self.dimensions)

    @property
    def passed(self) -> bool:
        """Return whether the total reaches the pass line of everybody."""
        return self.total >= PASS_LINE


def note(verdict: Verdict) -> VerdictNote:
    """Return what the record keeps of a verdict: no reason, for that is in the judge's words."""
    return VerdictNote(id=verdict.id, level=verdict.level, claimed=verdict.claimed, evidence=verdict.evidence)


def note_promise(verdict: PromiseVerdict) -> PromiseNote:
    """Return what the record keeps of a promise: not its text, for that is the README's."""
    return PromiseNote(
        n=verdict.n,
        kind=verdict.kind,
        level=verdict.level,
        claimed=verdict.claimed,
        by=verdict.by,
        evidence=verdict.evidence,
    )


def build(
    digest: Digest,
    rubric: Rubric,
    *,
    basis: Basis,
    examinations: Sequence[Examination],
    machine: Iterable[Verdict],
    promises: Iterable[PromiseVerdict],
) -> dict[str, Any]:
    """Return the record as JSON can hold it, for `Scorecard.record`. *machine*: the verdicts that code gave."""
    record = Record(
        aggregation=scoring.AGGREGATION,
        litellm=_litellm(),
        basis=basis,
        digest=_digest(digest),
        rubric=note_rubric(rubric),
        examinations=tuple(examinations),
        machine=tuple(note(verdict) for verdict in machine),
        promises=tuple(note_promise(promise) for promise in promises),
    )
    return record.model_dump(mode="json", by_alias=True)


@functools.cache  # it is looked up in a file each time
def _litellm() -> str:
    return version("litellm")


def read(record: Mapping[str, Any]) -> Record:
    """Return a record of today's form. Raises BadRecord where it is of another version or not whole."""
    schema, aggregation = record.get("schema"), record.get("aggregation")
    if (repr(schema), repr(aggregation)) != (
        repr(SCHEMA),
        repr(scoring.AGGREGATION),
    ):  # true and 4.0 are no numbers of a version
        raise BadRecord(
            f"The grading record is of schema {schema!r:.40} and aggregation {aggregation!r:.40}; this version of modu"
            f" reads schema {SCHEMA} and aggregation {scoring.AGGREGATION}. Use the version that wrote it."
        )
    try:
        return Record.model_validate(record)
    except ValidationError as error:
        raise _not_whole(error) from None


def rescore(record: Mapping[str, Any]) -> Rescored:
    """Return the scores that follow from a record, to the fraction. Raises BadRecord with what is wrong with it."""
    whole = read(record)
    check(whole)
    found = verdicts(whole)
    try:
        scores = tuple(scoring.score(dimension, found) for dimension in dimensions(whole.rubric))
    except VerdictError as error:
        raise BadRecord(f"No score follows from the grading record. {error}") from error
    return Rescored(
        dimensions=scores,
        levels={id: verdict.level for id, verdict in found.items()},
        pass_line=whole.basis.pass_line,
        reasons=doubts.reasons(whole, scores),
    )


def is_single(scorecard: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Return whether this is a grade of aggregation 3, which had one sample, and nothing of what came later.

    It is known by its whole form: else whoever writes a 3 into a record of today could do away with it.
    """
    aggregation = record.get("aggregation")
    verdicts = scorecard.get("verdicts")
    return (
        record.keys() == _SINGLE_RECORD
        and repr(aggregation) == repr(_SINGLE)
        and scorecard.keys() <= _SINGLE_SCORECARD
        and isinstance(verdicts, list)
        and all(isinstance(verdict, dict) and "samples" not in verdict for verdict in verdicts)
    )


def rescore_single(scorecard: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]]) -> Rescored:
    """Return the scores that follow from a scorecard of aggregation 3, which had one sample and no record of its own.

    *criteria*: the outline of its rubric. Raises BadRecord with what is wrong.
    """
    try:
        outline = [_Outline.model_validate(criterion) for criterion in criteria]
        told = [Verdict.model_validate(verdict) for verdict in scorecard["verdicts"]]
        rubric = RubricNote(
            id=scorecard["rubric_id"],
            version=scorecard["rubric_version"],
            sha256=scorecard["rubric_sha256"],
            dimensions=tuple(
                DimensionNote(id=id, criteria=tuple(c.note() for c in outline if c.dimension == id))
                for id in dict.fromkeys(c.dimension for c in outline)
            ),
        )
        found = {verdict.id: verdict for verdict in told}
        scores = tuple(scoring.score(dimension, found) for dimension in dimensions(rubric))
    except (KeyError, TypeError) as error:
        raise BadRecord("The stored scorecard is not whole. Take an unchanged copy.") from error
    except ValidationError as error:
        raise _not_whole(error) from None
    except VerdictError as error:
        raise BadRecord(f"No score follows from the stored scorecard. {error}") from error
    return Rescored(dimensions=scores, levels={v.id: v.level for v in told}, pass_line=PASS_LINE, reasons=None)


class _Outline(Value):
    """What was kept of a criterion in the days of aggregation 3."""

    id: str
    dimension: DimensionId
    weight: int
    cap_if_not_met: int | None = None
    title: Mapping[str, str]

    def note(self) -> CriterionNote:
        """Return it in the form of today; one verdict was there for each, whoever gave it."""
        return CriterionNote(id=self.id, weight=self.weight, evidence="machine", cap_if_not_met=self.cap_if_not_met)


def _not_whole(error: ValidationError) -> BadRecord:
    """Return what is wrong and where, without what stands there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"])[:200]
    return BadRecord(f"The grading record is not whole: {place}: {first['msg']}. Take an unchanged copy.")


def _digest(digest: Digest) -> DigestNote:
    return DigestNote(
        sha256=digest.sha256,
        commit=digest.commit,
        tree=digest.tree,
        privacy=digest.privacy,
        tokens=digest.tokens,
        coverage=digest.coverage,
        findings=digest.findings,
        redactions=digest.redactions,
    )


def note_rubric(rubric: Rubric) -> RubricNote:
    """Return what the record keeps of a rubric: what decides the score, without words."""
    return RubricNote(
        id=rubric.id,
        version=rubric.version,
        sha256=rubric.sha256,
        dimensions=tuple(
            DimensionNote(
                id=dimension.id,
                max=dimension.max,
                criteria=tuple(
                    CriterionNote(
                        id=criterion.id,
                        weight=criterion.weight,
                        evidence=criterion.evidence,
                        min_spans=criterion.min_spans,
                        cap_if_not_met=criterion.cap_if_not_met,
                        check=criterion.check,
                    )
                    for criterion in dimension.criteria
                ),
            )
            for dimension in rubric.dimensions
        ),
    )
