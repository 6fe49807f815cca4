from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import VerdictError
from evaluator.grading.scoring import doubtful, half_up, near_line, nearest, readme_gap, score, spread, thin, worth
from evaluator.judgement import Criterion, Dimension, DimensionScore, Evidence, Level, Levels, Verdict


def criterion(id: str, weight: int, cap: int | None = None) -> Criterion:
    return Criterion(
        id=id,
        weight=weight,
        title={"en": id, "ko": id},
        question="?",
        levels=Levels(met="a", partly="b", not_met="c"),
        evidence="code",
        cap_if_not_met=cap,
    )


def dimension(*criteria: Criterion) -> Dimension:
    return Dimension(id="functionality", title={"en": "F", "ko": "F"}, criteria=criteria)


def verdicts(**levels: Level) -> dict[str, Verdict]:
    return {id: Verdict(id=id, level=level, claimed=level, reason="") for id, level in levels.items()}


def cited(*statuses: str) -> Verdict:
    evidence = tuple(
        Evidence.model_validate({"file": "a", "lines": (1, 1), "status": status, "sha256": "0"}) for status in statuses
    )
    return Verdict(id="A", level="met", claimed="met", reason="", evidence=evidence)


def test_levels_count_by_weight_as_exact_fractions() -> None:
    rated = dimension(criterion("A", 3), criterion("B", 2), criterion("C", 2))

    result = score(rated, verdicts(A="met", B="partly", C="not_met"))

    assert result == DimensionScore(id="functionality", exact=Fraction(20, 7), points=3)


def test_what_was_claimed_and_not_shown_counts_as_not_met() -> None:
    rated = dimension(criterion("A", 1), criterion("B", 1))

    result = score(rated, verdicts(A="met", B="not_shown"))

    assert result.exact == Fraction(5, 2)
    assert result.points == 3


def test_what_could_not_be_told_leaves_the_denominator() -> None:
    rated = dimension(criterion("A", 1), criterion("B", 9))

    result = score(rated, verdicts(A="met", B="cannot_tell"))

    assert result.exact == 5


@pytest.mark.parametrize("level", ["not_met", "not_shown"])
def test_a_gate_caps_the_dimension_when_its_criterion_is_not_met(level: Level) -> None:
    rated = dimension(criterion("A", 1, cap=2), criterion("B", 9))

    result = score(rated, verdicts(A=level, B="met"))

    assert result.exact == 2
    assert result.points == 2


@pytest.mark.parametrize("level", ["met", "partly", "cannot_tell"])
def test_a_gate_stays_open_otherwise(level: Level) -> None:
    rated = dimension(criterion("A", 1, cap=0), criterion("B", 9))

    result = score(rated, verdicts(A=level, B="met"))

    assert result.exact > 4


def test_a_gate_never_raises_a_score_and_the_lowest_one_counts() -> None:
    rated = dimension(criterion("A", 1, cap=3), criterion("B", 1, cap=1), criterion("C", 8))

    capped = score(rated, verdicts(A="not_met", B="not_met", C="met"))
    low = score(rated, verdicts(A="not_met", B="not_met", C="not_met"))

    assert capped.exact == 1
    assert low.exact == 0


def sampled(*levels: Level) -> Verdict:
    return Verdict(id="A", level="met", claimed="met", reason="", samples=levels)


@pytest.mark.parametrize(
    ("levels", "mean"),
    [
        (("met", "partly", "not_met"), Fraction(1, 2)),
        (("met", "met", "partly"), Fraction(5, 6)),
        (("met", "cannot_tell", "not_shown"), Fraction(1, 2)),
        (("cannot_tell", "cannot_tell"), None),
    ],
)
def test_of_several_samples_the_mean_of_those_that_told_counts(
    levels: tuple[Level, ...], mean: Fraction | None
) -> None:
    assert worth(sampled(*levels)) == mean


@pytest.mark.parametrize(
    ("level", "mean"),
    [("met", Fraction(1)), ("partly", Fraction(1, 2)), ("not_shown", Fraction(0)), ("cannot_tell", None)],
)
def test_of_one_sample_its_level_counts(level: Level, mean: Fraction | None) -> None:
    assert worth(verdicts(A=level)["A"]) == mean


@pytest.mark.parametrize(
    ("mean", "level"),
    [("0", "not_met"), ("249/1000", "not_met"), ("1/4", "partly"), ("1/2", "partly"), ("749/1000", "partly"),
     ("3/4", "met"), ("1", "met")],
)  # fmt: skip
def test_the_nearest_level_of_a_mean_is_the_better_one_in_the_middle(mean: str, level: Level) -> None:
    assert nearest(Fraction(mean)) == level


@pytest.mark.parametrize(
    ("levels", "exact"), [(("not_met", "not_shown", "partly"), Fraction(1)), (("not_met", "partly"), Fraction(5, 8))]
)
def test_a_gate_applies_where_the_nearest_level_of_the_samples_is_not_met(
    levels: tuple[Level, ...], exact: Fraction
) -> None:
    rated = dimension(criterion("A", 1, cap=1), criterion("B", 1))
    told = {"A": sampled(*levels), "B": verdicts(B="met" if exact == 1 else "not_met")["B"]}

    assert score(rated, told).exact == exact


def test_a_missing_verdict_is_refused_by_name() -> None:
    rated = dimension(criterion("A", 1), criterion("B", 1), criterion("C", 1))

    with pytest.raises(VerdictError, match=r"^There is no verdict on B, C\.$") as caught:
        score(rated, verdicts(A="met"))

    assert caught.value.code == "missing_id"


def test_a_dimension_of_which_nothing_could_be_told_has_no_score() -> None:
    rated = dimension(criterion("A", 1))

    with pytest.raises(VerdictError, match="could not tell anything about functionality") as caught:
        score(rated, verdicts(A="cannot_tell"))

    assert caught.value.code == "nothing_told"
    assert str(caught.value).endswith("Ask for a review, or choose another model.")


def test_of_a_readme_alone_another_rubric_is_advised() -> None:
    with pytest.raises(VerdictError) as caught:
        score(dimension(criterion("A", 1)), verdicts(A="cannot_tell"), privacy="readme")

    assert str(caught.value).endswith("can be told: use one, or --privacy full.")


@pytest.mark.parametrize(
    ("number", "whole"),
    [("0", 0), ("1/2", 1), ("499999999/1000000000", 0), ("3/2", 2), ("5/2", 3), ("7/3", 2), ("8/3", 3), ("5", 5)],
)
def test_a_half_goes_up(number: str, whole: int) -> None:
    assert half_up(Fraction(number)) == whole


@pytest.mark.parametrize(
    ("points", "near"), [((0, 3), False), ((0, 4), True), ((2, 3), True), ((5, 1), True), ((5, 2), False)]
)
def test_a_total_within_one_of_the_pass_line_is_near_it(points: tuple[int, int], near: bool) -> None:
    scores = [DimensionScore(id="functionality", exact=Fraction(p), points=p) for p in points]

    assert near_line(scores) is near


@pytest.mark.parametrize(("line", "near"), [(5, False), (7, False), (8, True), (9, True), (10, True)])
def test_a_total_near_the_organizers_own_line_is_near_too(line: int, near: bool) -> None:
    scores = [DimensionScore(id="functionality", exact=Fraction(p), points=p) for p in (5, 4)]

    assert near_line(scores, pass_line=line) is near


@pytest.mark.parametrize(
    ("totals", "line", "is_spread"),
    [((), 5, False), ((7,), 5, False), ((7, 8), 5, False), ((7, 9), 5, True), ((4, 5), 5, True), ((7, 8), 8, True),
     ((8, 7, 7), 9, False), ((6, 7, 8), 5, True)],
)  # fmt: skip
def test_samples_are_spread_when_two_points_or_a_line_lie_between_them(
    totals: tuple[int, ...], line: int, is_spread: bool
) -> None:
    assert spread(totals, pass_line=line) is is_spread


@pytest.mark.parametrize(
    ("first", "without", "line", "gap"),
    [(8, 8, 5, False), (8, 7, 5, False), (8, 6, 5, True), (5, 4, 5, True), (4, 5, 5, True), (8, 10, 5, False),
     (8, 7, 8, True)],
)  # fmt: skip
def test_a_readme_makes_the_gap_when_the_total_falls_without_it(first: int, without: int, line: int, gap: bool) -> None:
    assert readme_gap(first, without=without, pass_line=line) is gap


@pytest.mark.parametrize(("weight", "is_thin"), [(3, False), (4, True)])
def test_a_dimension_is_thin_when_more_than_three_tenths_of_its_weight_could_not_be_told(
    weight: int, is_thin: bool
) -> None:
    rated = dimension(criterion("A", weight), criterion("B", 10 - weight))

    assert thin(rated, verdicts(A="cannot_tell", B="not_shown")) is is_thin


def test_citations_are_doubtful_when_fewer_than_four_fifths_are_found() -> None:
    four_of_five = [cited("exact", "exact", "relocated"), cited("exact", "not_found")]
    three_of_four = [cited("exact", "exact", "relocated", "not_found")]

    assert not doubtful(four_of_five)
    assert doubtful(three_of_four)


def test_nothing_cited_is_nothing_to_doubt() -> None:
    assert not doubtful([cited()])


def test_a_claim_for_which_nothing_is_cited_is_to_be_doubted() -> None:
    bare = cited().model_copy(update={"level": "not_shown"})

    assert doubtful([bare, cited("exact")])
    assert not doubtful([bare, cited("exact", "exact"), cited("exact", "relocated")])


@given(st.lists(st.tuples(st.integers(1, 10), st.sampled_from(["met", "partly", "not_met", "not_shown"])), min_size=1))
def test_a_score_is_the_weighted_mean_of_the_levels(items: list[tuple[int, Level]]) -> None:
    rated = dimension(*(criterion(f"A{n}", weight) for n, (weight, _) in enumerate(items)))
    given_verdicts = verdicts(**{f"A{n}": level for n, (_, level) in enumerate(items)})

    result = score(rated, given_verdicts)

    halves = sum(weight * {"met": 2, "partly": 1}.get(level, 0) for weight, level in items)
    assert result.exact == Fraction(5 * halves, 2 * sum(weight for weight, _ in items))
    assert 0 <= result.exact <= 5
