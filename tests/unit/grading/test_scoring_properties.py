"""What holds of every score, whatever the criteria, weights, gates and samples."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from evaluator.grading.scoring import near_line, nearest, score, spread, worth
from evaluator.judgement import Criterion, Dimension, DimensionScore, Level, Levels, Verdict

LEVELS: tuple[Level, ...] = ("met", "partly", "not_met", "not_shown", "cannot_tell")
ORDER: tuple[Level, ...] = ("not_shown", "not_met", "partly", "met")  # from the worst to the best
Item = tuple[int, int | None, list[Level]]  # weight, gate, the level in each sample


def items(levels: Sequence[Level] = LEVELS, *, gates: bool = True, most: int = 10) -> st.SearchStrategy[list[Item]]:
    gate = st.none() | st.integers(0, 5) if gates else st.none()
    samples = st.lists(st.sampled_from(levels), min_size=1, max_size=3)
    return st.lists(st.tuples(st.integers(1, most), gate, samples), min_size=1, max_size=9)


def rated(given_items: Sequence[Item]) -> Dimension:
    criteria = tuple(
        Criterion(
            id=f"A{n}",
            weight=weight,
            title={},
            question="?",
            levels=Levels(met="a", partly="b", not_met="c"),
            evidence="code",
            cap_if_not_met=gate,
        )
        for n, (weight, gate, _) in enumerate(given_items)
    )
    return Dimension(id="functionality", title={}, criteria=criteria)


def verdict(id: str, levels: Sequence[Level]) -> Verdict:
    samples = tuple(levels) if len(levels) > 1 else ()
    return Verdict(id=id, level=levels[0], claimed=levels[0], reason="", samples=samples)


def verdicts(given_items: Sequence[Item]) -> dict[str, Verdict]:
    return {f"A{n}": verdict(f"A{n}", levels) for n, (_, _, levels) in enumerate(given_items)}


def scored(given_items: Sequence[Item]) -> DimensionScore:
    assume(any(level != "cannot_tell" for _, _, levels in given_items for level in levels))
    return score(rated(given_items), verdicts(given_items))


@given(items())
def test_a_score_lies_between_0_and_5_and_its_points_are_the_nearest_whole_number(these: list[Item]) -> None:
    result = scored(these)

    assert 0 <= result.exact <= 5
    assert Fraction(-1, 2) <= result.exact - result.points < Fraction(1, 2)


@given(items(ORDER), st.data())
def test_a_better_verdict_never_lowers_a_score(these: list[Item], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(these) - 1))
    weight, gate, levels = these[place]
    which = data.draw(st.integers(0, len(levels) - 1))
    better = [*levels]
    better[which] = data.draw(st.sampled_from(ORDER[ORDER.index(levels[which]) :]))

    result = scored([*these[:place], (weight, gate, better), *these[place + 1 :]])

    assert result.exact >= scored(these).exact


@given(items(), st.randoms(use_true_random=False))
def test_the_order_of_the_criteria_does_not_matter(these: list[Item], random: Any) -> None:
    shuffled = [*these]
    random.shuffle(shuffled)

    assert scored(shuffled) == scored(these)


@given(items(), st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(these: list[Item], random: Any) -> None:
    shuffled: list[Item] = []
    for weight, gate, levels in these:
        mixed = [*levels]
        random.shuffle(mixed)
        shuffled.append((weight, gate, mixed))

    assert scored(shuffled) == scored(these)


@given(items(most=2), st.integers(2, 5))
def test_only_the_weights_beside_each_other_matter(these: list[Item], factor: int) -> None:
    heavier = [(weight * factor, gate, levels) for weight, gate, levels in these]

    assert scored(heavier) == scored(these)


@given(items(), st.integers(1, 10))
def test_what_nobody_could_tell_counts_as_if_it_were_not_asked(these: list[Item], weight: int) -> None:
    with_untold: list[Item] = [*these, (weight, 0, ["cannot_tell", "cannot_tell"])]

    assert scored(with_untold) == scored(these)


@given(items())
def test_a_gate_never_raises_a_score(these: list[Item]) -> None:
    open_ones: list[Item] = [(weight, None, levels) for weight, _, levels in these]

    assert scored(these).exact <= scored(open_ones).exact


@given(items(gates=True), st.integers(2, 3))
def test_several_equal_samples_count_like_one(these: list[Item], times: int) -> None:
    once: list[Item] = [(weight, gate, levels[:1]) for weight, gate, levels in these]
    often: list[Item] = [(weight, gate, levels * times) for weight, gate, levels in once]

    assert scored(often) == scored(once)


@given(items(("met", "partly", "not_met"), gates=False))
def test_without_gates_a_score_is_the_weighted_mean_of_the_means(these: list[Item]) -> None:
    worths = {"met": 2, "partly": 1, "not_met": 0}
    halves = sum(weight * Fraction(sum(worths[level] for level in levels), len(levels)) for weight, _, levels in these)

    assert scored(these).exact == 5 * halves / (2 * sum(weight for weight, _, _ in these))


@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=6))
def test_the_nearest_level_of_equal_samples_is_that_level(levels: list[Level]) -> None:
    mean = worth(verdict("A", levels))

    told = {"not_met" if level == "not_shown" else level for level in levels if level != "cannot_tell"}
    assert (mean is None) == (not told)
    if mean is not None and len(told) == 1:
        assert {nearest(mean)} == told


@given(st.lists(st.integers(0, 10), max_size=3), st.integers(0, 10))
def test_samples_that_agree_on_everything_are_not_spread(totals: list[int], line: int) -> None:
    apart = max(totals, default=0) - min(totals, default=0) >= 2
    split = any(len({total >= one for total in totals}) > 1 for one in (5, line))

    assert spread(totals, pass_line=line) == (apart or split)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 10))
def test_a_total_is_near_a_line_when_one_point_decides(first: int, second: int, line: int) -> None:
    scores = [DimensionScore(id="functionality", exact=Fraction(p), points=p) for p in (first, second)]

    assert near_line(scores, pass_line=line) == (abs(first + second - 5) <= 1 or abs(first + second - line) <= 1)
