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


def test_windows_reach_far_enough_for_a_key_that_begins_before_what_is_shown() -> None:
    assert cut.windows([(100, 110), (200, 210), (900, 1000)], total=1000) == [(36, 274), (836, 1000)]
    assert cut.windows([(5, 6)], total=7) == [(1, 7)]


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
