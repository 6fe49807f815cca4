"""From verdicts to points, in exact fractions (specs/judging.md, "Score"), and the reasons to have a person look."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from evaluator.domain import Privacy
from evaluator.errors import VerdictError
from evaluator.judgement import PASS_LINE, Dimension, DimensionScore, Level, Verdict

AGGREGATION = 4  # goes up when equal digests and answers would get other verdicts or another score
WORTH: Mapping[str, Fraction] = {  # of a criterion's weight; who cannot tell says nothing about its worth
    "met": Fraction(1),
    "partly": Fraction(1, 2),
    "not_met": Fraction(0),
    "not_shown": Fraction(0),
}
NEAR = 1  # points from the pass line within which a person should look
FAR = 2  # points between two samples from which a person should look
MOST_UNTOLD = Fraction(3, 10)  # of a dimension's weight that may be cannot_tell
LEAST_FOUND = Fraction(4, 5)  # of a dimension's citations that must be found


@dataclass(frozen=True, eq=False, repr=False)  # comparing or printing would go down a deep tree by recursion
class Node:
    """One node of a tree of weights: a leaf has a score, every other node has children."""

    weight: Fraction | int  # beside its siblings; 0: it does not count
    score: Fraction | None = None
    children: tuple["Node", ...] = ()

    def __post_init__(self) -> None:
        if self.weight < 0 or (self.score is None) != bool(self.children):
            raise VerdictError(
                "A node of a tree of scores has children or a score, and no weight below 0. Mend the tree.",
                code="bad_tree",
            )


def aggregate(root: Node) -> Fraction:
    """Return the score of a tree of any shape: at each node the weighted mean of its children, exactly.

    What has weight 0 does not count, whatever is below it. Raises VerdictError (`no_weight`) where the children of a
    node that counts weigh nothing together: that is no score, and never a zero.
    """
    total = Fraction(0)
    open_nodes = [(root, Fraction(1))]  # each with its share of the whole; a list, for a tree may be deep
    while open_nodes:
        node, share = open_nodes.pop()
        if node.score is not None:
            total += share * node.score
            continue
        weight = Fraction(sum(child.weight for child in node.children))
        if not weight:
            raise VerdictError(
                "The parts of a score weigh nothing together. Give one of them a weight.", code="no_weight"
            )
        share /= weight
        leaves = (child.weight * child.score for child in node.children if child.score is not None and child.weight)
        total += share * sum(leaves, Fraction(0))
        inner = (child for child in node.children if child.score is None and child.weight)
        open_nodes += [(child, share * child.weight) for child in inner]
    return total


def worth(verdict: Verdict) -> Fraction | None:
    """Return what share of its weight a criterion earns, the mean of the samples that told; None where none told."""
    if not verdict.samples:
        return WORTH.get(verdict.level)
    told = [WORTH[level] for level in verdict.samples if level in WORTH]
    return sum(told, Fraction(0)) / len(told) if told else None


def nearest(mean: Fraction) -> Level:
    """Return the level nearest to a mean worth; what lies in the middle of two is the better one."""
    if mean >= Fraction(3, 4):
        return "met"
    return "partly" if mean >= Fraction(1, 4) else "not_met"


def score(dimension: Dimension, verdicts: Mapping[str, Verdict], *, privacy: Privacy = "full") -> DimensionScore:
    """Return the score of *dimension*: exact, with gates applied, and rounded half-up.

    Of several samples the mean counts, and a gate applies where the nearest level is not_met. A criterion that the
    judge could not tell counts neither way. Raises VerdictError where one has no verdict (`missing_id`), or where
    nothing could be told (`nothing_told`): a missing answer is never a zero. *privacy* says how much was shown, for
    what the error advises.
    """
    if missing := [c.id for c in dimension.criteria if c.id not in verdicts]:
        raise VerdictError(f"There is no verdict on {', '.join(missing)}.", code="missing_id")
    told = [(c, earned) for c in dimension.criteria if (earned := worth(verdicts[c.id])) is not None]
    if not told:
        advice = "Ask for a review, or choose another model."
        if privacy == "readme":
            advice = "With --privacy readme only a rubric about the README can be told: use one, or --privacy full."
        raise VerdictError(f"The judge could not tell anything about {dimension.id}. {advice}", code="nothing_told")
    leaves = tuple(Node(weight=c.weight, score=earned) for c, earned in told)
    gates = [
        Fraction(c.cap_if_not_met)
        for c, earned in told
        if c.cap_if_not_met is not None and nearest(earned) == "not_met"
    ]
    exact = min([dimension.max * aggregate(Node(weight=1, children=leaves)), *gates])
    return DimensionScore(id=dimension.id, exact=exact, points=half_up(exact))


def half_up(number: Fraction) -> int:
    """Return the nearest whole number; a half goes up."""
    return floor(number + Fraction(1, 2))


def near_line(scores: Iterable[DimensionScore], *, pass_line: int = PASS_LINE) -> bool:
    """Return whether one point more or less decides, or nearly does, about passing or the organizer's line."""
    total = sum(score.points for score in scores)
    return any(abs(total - line) <= NEAR for line in (PASS_LINE, pass_line))


def spread(totals: Sequence[int], *, pass_line: int = PASS_LINE) -> bool:
    """Return whether the totals of several samples lie two points apart, or on two sides of a pass line."""
    if not totals:
        return False
    lowest, highest = min(totals), max(totals)
    return highest - lowest >= FAR or any(lowest < line <= highest for line in (PASS_LINE, pass_line))


def readme_gap(first: int, *, without: int, pass_line: int = PASS_LINE) -> bool:
    """Return whether a total without the README is on another side of a pass line, or two points or more lower."""
    crossed = any((first >= line) != (without >= line) for line in (PASS_LINE, pass_line))
    return crossed or first - without >= FAR


def thin(dimension: Dimension, verdicts: Mapping[str, Verdict]) -> bool:
    """Return whether more of the dimension's weight could not be told than may be."""
    untold = sum(c.weight for c in dimension.criteria if worth(verdicts[c.id]) is None)
    return Fraction(untold, sum(c.weight for c in dimension.criteria)) > MOST_UNTOLD


def doubtful(verdicts: Sequence[Verdict]) -> bool:
    """Return whether too few of the places that the judge cites in these verdicts were found.

    Where it claims what it would have to show, and cites nothing, that is a place that was not found.
    """
    found = [evidence.status != "not_found" for verdict in verdicts for evidence in verdict.evidence]
    found += [False for verdict in verdicts if verdict.level == "not_shown" and not verdict.evidence]
    return bool(found) and Fraction(sum(found), len(found)) < LEAST_FOUND
