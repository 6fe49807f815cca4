from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from evaluator.digest import cut
from evaluator.digest.outline import Definition

PARTS = (
    Definition(name="One", first=11, last=40, depth=0),
    Definition(name="method", first=20, last=29, depth=1),
    Definition(name="two", first=41, last=70, depth=0),
    Definition(name="three", first=71, last=100, depth=0),
)


def nothing(_: str) -> bool:
    return False


def test_everything_is_shown_where_there_is_room() -> None:
    assert cut.pick([1.0] * 100, PARTS, wanted=nothing, room=200) == ((1, 100),)


def test_a_file_without_definitions_is_shown_from_the_top() -> None:
    assert cut.pick([2.0] * 100, (), wanted=nothing, room=50) == ((1, 25),)


def test_head_outline_and_what_is_named_come_before_the_rest() -> None:
    ranges = cut.pick([2.0] * 100, PARTS, wanted=lambda name: name == "three", room=140)

    shown = {number for first, last in ranges for number in range(first, last + 1)}
    assert {1, 11, 20, 41, 71} <= shown
    assert set(range(71, 90)) <= shown
    assert not set(range(42, 70)) & shown
    assert len(shown) * 2 <= 140


def test_a_gap_of_a_line_or_two_is_not_worth_its_mark() -> None:
    parts = (Definition(name="a", first=1, last=1, depth=0), Definition(name="b", first=4, last=4, depth=0))

    assert cut.pick([10.0, 500.0, 500.0, 10.0, 500.0], parts, wanted=nothing, room=200) == ((1, 4),)


def test_a_part_that_is_nearly_the_whole_file_is_no_choice() -> None:
    parts = (Definition(name="all", first=1, last=100, depth=0), Definition(name="end", first=90, last=100, depth=1))

    ranges = cut.pick([2.0] * 100, parts, wanted=lambda _: True, room=80)

    assert ranges[-1] == (90, 100)


def test_nothing_is_shown_where_not_a_line_fits() -> None:
    assert cut.pick([10.0] * 5, (), wanted=nothing, room=5) == ()


def sizes(*lengths: int) -> list[int]:
    return list(accumulate(lengths, initial=0))


def test_windows_reach_far_enough_for_a_key_that_begins_before_what_is_shown() -> None:
    short = sizes(*[65] * 1000)

    assert cut.windows([(100, 110), (200, 210), (900, 1000)], short) == [(36, 274), (836, 1000)]
    assert cut.windows([(5, 6)], sizes(*[65] * 7)) == [(1, 7)]


def test_windows_reach_no_further_than_the_longest_key_where_lines_are_long() -> None:
    long = sizes(*[2100] * 100)

    assert cut.windows([(50, 51)], long) == [(47, 54)]
    assert cut.windows([(1, 1), (100, 100)], long) == [(1, 4), (97, 100)]


def test_what_a_cut_costs_is_its_lines_and_a_line_for_each_gap() -> None:
    assert cut.tokens([2.0] * 10, [(1, 3), (6, 7)], total=10) == 5 * 2 + 2 * 13
    assert cut.tokens([2.0] * 10, [(2, 10)], total=10) == 9 * 2 + 13
    assert cut.tokens([2.0] * 10, [(1, 10)], total=10) == 20


def test_lines_that_are_chosen_already_are_passed_over_at_no_cost() -> None:
    parts = (
        Definition(name="a", first=3, last=4, depth=0),
        Definition(name="b", first=9, last=20, depth=0),
        Definition(name="c", first=12, last=13, depth=1),
    )

    ranges = cut.pick([10.0] * 20, parts, wanted=lambda name: name == "c", room=190)

    assert ranges == ((1, 16),)


@given(
    st.lists(st.floats(0.1, 50), max_size=200),
    st.lists(st.tuples(st.integers(1, 250), st.integers(0, 60), st.integers(0, 3)), max_size=20),
    st.floats(0, 500),
)
def test_ranges_are_in_order_inside_the_file_and_within_the_room(
    costs: list[float], rows: list[tuple[int, int, int]], room: float
) -> None:
    parts = [Definition(name=str(n), first=f, last=f + more, depth=depth) for n, (f, more, depth) in enumerate(rows)]

    ranges = cut.pick(costs, sorted(parts, key=lambda p: p.first), wanted=lambda name: name in "135", room=room)

    numbers = [number for first, last in ranges for number in range(first, last + 1)]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= len(costs) for number in numbers)
