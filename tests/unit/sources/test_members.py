import pytest

from evaluator.domain import Limits
from evaluator.errors import EvaluatorError, UnusableSource
from evaluator.sources.members import Kind, Meter, Roster

SMALL = Limits(received_bytes=50 << 20)


def code(meter: Meter, size: int) -> str:
    with pytest.raises(EvaluatorError) as caught:
        meter.spend(size)
    return caught.value.code


def test_an_archive_may_unpack_to_a_hundred_times_its_size_and_ten_megabytes() -> None:
    meter = Meter(SMALL, packed=1000, deadline=float("inf"))

    meter.spend((10 << 20) + 100_000)

    assert code(meter, 1) == "archive_bomb"


def test_an_archive_may_unpack_to_what_may_be_received() -> None:
    meter = Meter(SMALL, packed=10 << 20, deadline=float("inf"))

    meter.spend(50 << 20)

    assert code(meter, 1) == "too_large"


def test_unpacking_ends_with_its_time() -> None:
    assert code(Meter(SMALL, packed=10, deadline=0), 0) == "fetch_timeout"


def test_what_is_foreseen_is_not_yet_spent() -> None:
    meter = Meter(SMALL, packed=10 << 20, deadline=float("inf"))

    meter.foresee(50 << 20)
    meter.foresee(50 << 20)

    assert meter.unpacked == 0


def test_folders_count_whether_they_are_named_or_not() -> None:
    roster = Roster(Limits(entries=5))

    for name in ("a/b/c/file", "a/", "a/b/"):
        roster.admit(name, Kind.FOLDER if name.endswith("/") else Kind.FILE)

    assert roster.seen == 4
    with pytest.raises(UnusableSource) as caught:
        roster.admit("x/y", Kind.FILE)
    assert caught.value.code == "too_many_files"


@pytest.mark.parametrize("name", [".DS_Store", ".git/x", "f" * 2000])
def test_what_is_passed_over_counts_too(name: str) -> None:
    roster = Roster(Limits(entries=3))
    for number in range(3):
        roster.admit(f"{number}/{name}", Kind.FILE)

    with pytest.raises(UnusableSource) as caught:
        roster.admit(f"3/{name}", Kind.FILE)

    assert caught.value.code == "too_many_files"


def test_the_folder_at_the_top_does_not_count_for_the_length_of_a_path() -> None:
    roster = Roster(Limits(depth=2, path_bytes=64))

    assert roster.admit("project-main/a/" + "f" * 62, Kind.FILE)
    assert roster.admit("project-main/a/b/c", Kind.FILE) is None
    assert roster.admit("project-main/" + "f" * 65, Kind.FILE) is None
    assert set(roster.skipped.values()) == {"path too long or too deep"}
