"""Why a person should look at a grade, as far as its record tells (docs/explanation/scoring.md has the table)."""

from collections.abc import Iterator, Mapping, Sequence

from evaluator.errors import VerdictError
from evaluator.grading import scoring
from evaluator.grading.prices import REPLAY
from evaluator.grading.record_forms import DigestNote, Examination, Part, Record
from evaluator.grading.record_logic import counted, dimensions, of_examinations, verdicts
from evaluator.judgement import PASS_LINE, Dimension, DimensionScore, Verdict

LEAST_SHOWN = 0.1  # of the source that the program reaches, by bytes
OF_FINDINGS: Mapping[str, str] = {  # finding -> reason
    "hidden_text": "hidden_text",
    "bidi_controls": "hidden_text",
    "orders": "orders_seen",
    "hidden_source": "coverage",
}


def reasons(record: Record, scores: Sequence[DimensionScore]) -> tuple[str, ...]:
    """Return the reasons for a review that follow from a record and its scores, sorted."""
    found = {*of_digest(record.digest), *_of_examinations(record), *_of_totals(record, scores)}
    judge = record.basis.judge
    return tuple(sorted(found | ({"offline"} if judge.offline or judge.provider == REPLAY else set())))


def of_digest(digest: DigestNote) -> Iterator[str]:
    """Yield what was odd about the text before anybody judged it."""
    yield from (OF_FINDINGS[finding.code] for finding in digest.findings if finding.code in OF_FINDINGS)
    if digest.privacy == "full" and digest.coverage < LEAST_SHOWN:
        yield "coverage"


def _of_examinations(record: Record) -> Iterator[str]:
    if any(canary.wrong for e in record.examinations for canary in e.canaries):
        yield "canary"
    if any(e.orders_seen for e in record.examinations):
        yield "orders_seen"
    if any(e.part != "second_judge" and not (e.verdicts or e.promises) for e in record.examinations):
        yield "evidence"  # an answer that was asked for is missing
    together = verdicts(record)
    for dimension in dimensions(record.rubric):
        if scoring.thin(dimension, together) or _gate_untold(dimension, together):
            yield "coverage"
        if scoring.doubtful([together[c.id] for c in dimension.criteria if c.evidence != "machine"]):
            yield "evidence"


def _gate_untold(dimension: Dimension, together: Mapping[str, Verdict]) -> bool:
    """Return whether a gate stayed open only since nobody could tell: that must be worth no more than a bad answer."""
    gated = [criterion.id for criterion in dimension.criteria if criterion.cap_if_not_met is not None]
    return any(scoring.worth(together[id]) is None for id in gated)


def _of_totals(record: Record, scores: Sequence[DimensionScore]) -> Iterator[str]:
    line = record.basis.pass_line
    total = sum(score.points for score in scores)
    if scoring.near_line(scores, pass_line=line):
        yield "near_line"
    of_samples = totals(record, part="sample")
    if scoring.spread(of_samples, pass_line=line):
        yield "spread"
    if of_samples and any(
        scoring.readme_gap(of_samples[0], without=alone, pass_line=line)
        for alone in totals(record, part="without_readme")
    ):
        yield "readme_gap"
    for other in totals(record, part="second_judge"):
        if any((other >= one) != (total >= one) for one in (PASS_LINE, line)):
            yield "judges_disagree"


def totals(record: Record, *, part: Part) -> list[int]:
    """Return the total of each sample of that part, in order; a sample that lacks a dimension has none.

    What is not asked where the README is left out is taken from the first sample: like is compared with like.
    """
    first = [e for e in record.examinations if e.sample == 1 and e.part == "sample"] if part == "without_readme" else []
    chosen: dict[int, list[Examination]] = {}
    for examination in record.examinations if part == "second_judge" else counted(record):
        if examination.part == part and examination.verdicts:
            chosen.setdefault(examination.sample, [*first]).append(examination)
    return [total for _, sample in sorted(chosen.items()) if (total := _total(record, sample)) is not None]


def _total(record: Record, sample: Sequence[Examination]) -> int | None:
    there = {examination.dimension for examination in sample}
    rated = dimensions(record.rubric)
    if any(d.id not in there for d in rated if any(c.evidence != "machine" for c in d.criteria)):
        return None
    found = of_examinations(record, sample)
    try:
        return sum(scoring.score(dimension, found).points for dimension in rated)
    except VerdictError:  # of one dimension this sample alone could tell nothing
        return None
