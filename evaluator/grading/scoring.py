"""From verdicts to points, in exact fractions (specs/judging.md, "Score"), and the reasons to have a person look."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor

from evaluator.domain import Privacy
from evaluator.errors import VerdictError
from evaluator.judgement import PASS_LINE, Dimension, DimensionScore, Verdict

AGGREGATION = 3  # goes up when equal digests and answers would get other verdicts or another score
WORTH = {"met": Fraction(1), "partly": Fraction(1, 2), "not_met": Fraction(0), "not_shown": Fraction(0)}  # of a weight
NEAR = 1  # points from the pass line within which a person should look
MOST_UNTOLD = Fraction(3, 10)  # of a dimension's weight that may be cannot_tell
LEAST_FOUND = Fraction(4, 5)  # of a dimension's citations that must be found


def score(dimension: Dimension, verdicts: Mapping[str, Verdict], *, privacy: Privacy = "full") -> DimensionScore:
    """Return the score of *dimension*: exact, with gates applied, and rounded half-up.

    A criterion that the judge could not tell counts neither way. Raises VerdictError where one has no verdict
    (`missing_id`), or where nothing could be told (`nothing_told`): a missing answer is never a zero. *privacy* says
    how much was shown, for what the error advises.
    """
    if missing := [c.id for c in dimension.criteria if c.id not in verdicts]:
        raise VerdictError(f"There is no verdict on {', '.join(missing)}.", code="missing_id")
    told = [c for c in dimension.criteria if verdicts[c.id].level in WORTH]
    if not told:
        advice = "Ask for a review, or choose another model."
        if privacy == "readme":
            advice = "With --privacy readme only a rubric about the README can be told: use one, or --privacy full."
        raise VerdictError(f"The judge could not tell anything about {dimension.id}. {advice}", code="nothing_told")
    earned = sum((c.weight * WORTH[verdicts[c.id].level] for c in told), Fraction(0))
    exact = dimension.max * earned / sum(c.weight for c in told)
    gates = [
        Fraction(c.cap_if_not_met)
        for c in told
        if c.cap_if_not_met is not None and verdicts[c.id].level in {"not_met", "not_shown"}
    ]
    exact = min([exact, *gates])
    return DimensionScore(id=dimension.id, exact=exact, points=half_up(exact))


def half_up(number: Fraction) -> int:
    """Return the nearest whole number; a half goes up."""
    return floor(number + Fraction(1, 2))


def near_line(scores: Iterable[DimensionScore]) -> bool:
    """Return whether the total is so near to the pass line that one point more or less decides or nearly does."""
    return abs(sum(score.points for score in scores) - PASS_LINE) <= NEAR


def thin(dimension: Dimension, verdicts: Mapping[str, Verdict]) -> bool:
    """Return whether more of the dimension's weight could not be told than may be."""
    untold = sum(c.weight for c in dimension.criteria if verdicts[c.id].level not in WORTH)
    return Fraction(untold, sum(c.weight for c in dimension.criteria)) > MOST_UNTOLD


def doubtful(verdicts: Sequence[Verdict]) -> bool:
    """Return whether too few of the places that the judge cites in these verdicts were found."""
    found = [evidence.status != "not_found" for verdict in verdicts for evidence in verdict.evidence]
    return bool(found) and Fraction(sum(found), len(found)) < LEAST_FOUND
