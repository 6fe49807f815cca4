from collections.abc import Iterable, Iterator

from evaluator.digest.shown import Shown
from evaluator.domain import Entry
from tests.support.candidates import candidates_of
from tests.support.snapshots import MemorySnapshot

BUDGET = 10_000
WIDE = "🜁🜂" * 900 + "\n"  # a line that costs more than a file may


class Readings(MemorySnapshot):
    """A snapshot that remembers how many files were asked for at once."""

    asked: list[int]

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        wanted = list(entries)
        self.asked.append(len(wanted))
        return super().read(wanted)


def readings(files: dict[str, str]) -> Readings:
    snapshot = Readings(files)
    object.__setattr__(snapshot, "asked", [])
    return snapshot


def letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in f"{number:03}")


def source(number: int, lines: int = 40) -> str:
    return "".join(f"{letters(number)}_{letters(n)} = compute({n})\n" for n in range(lines))


def test_files_are_read_in_few_batches_and_hardly_more_of_them_than_are_shown() -> None:
    files = {f"file_{n}.py": source(n) for n in range(500)}
    snapshot = readings(files)
    shown = Shown(snapshot, budget=BUDGET, left=BUDGET)

    shown.take(candidates_of(files), most=BUDGET, each=1000)

    assert 10 < len(shown.parts) < 60
    assert len([count for count in snapshot.asked if count]) <= 3
    assert sum(snapshot.asked) <= 2 * len(shown.parts)


def test_nothing_is_read_where_hardly_anything_is_left() -> None:
    files = {"a.py": source(1)}
    snapshot = readings(files)

    Shown(snapshot, budget=BUDGET, left=100).take(candidates_of(files), most=100, each=1000)

    assert snapshot.asked == []


def test_files_of_which_not_a_line_fits_are_not_tried_without_end() -> None:
    files = {f"file_{n:03}.py": f"# {letters(n)}" + WIDE * 3 for n in range(300)}
    snapshot = readings(files)
    shown = Shown(snapshot, budget=2000, left=2000)

    shown.take(candidates_of(files), most=2000, each=500)

    assert not shown.parts
    assert 60 < len(snapshot.was_read) < 80


def test_what_was_taken_last_is_dropped_first_and_gives_its_tokens_back() -> None:
    files = {f"file_{n}.py": source(n) for n in range(5)}
    shown = Shown(readings(files), budget=BUDGET, left=BUDGET)

    shown.take(candidates_of(files), most=BUDGET, each=1000)
    before = shown.left
    shown.drop()

    assert list(shown.parts) == [f"file_{n}.py" for n in range(4)]
    assert shown.left > before
    assert shown.refused == {"file_4.py": "over the token budget"}
