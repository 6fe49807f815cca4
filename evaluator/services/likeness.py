"""Which submissions of one cohort are the same, or nearly: a reason for a person to look, never a change of a score.

Submissions are the same where they have a mark in common (of the tree, the digest, the source). Others are alike where
most of the smaller one, by bytes, stands unchanged in the other, under whatever names. What many submissions hold was
given to all, such as starter code, and is left out; of whom nearly nothing is left then, that is said.
The work grows with the number of files: equal submissions count as one, and each is compared with few others.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluator.services.likeness_pairs import LEAST, Pair, Work, alike

NAMED = 5  # others that are named
_HEAVIEST = 20_000  # bytes: a larger file weighs no more than one of this size
_FEW = 5  # works that may hold a file without its being common
_COMMON = 5  # what more than one of so many works holds is common
_NEARLY_ALL = 0.9  # of a work, by bytes: with so much in common with many it has nearly nothing of its own

Kind = Literal["same", "alike", "common"]


@dataclass(frozen=True)
class Files:
    """What a submission holds, packed: a cohort may have a million files."""

    ids: "array[int]"  # of the contents
    sizes: "array[int]"  # bytes

    @classmethod
    def of(cls, contents: Mapping[int, int]) -> "Files":
        """Return the files of these contents, id -> bytes."""
        return cls(array("Q", contents), array("Q", contents.values()))


_NOTHING = Files.of({})


@dataclass(frozen=True)
class Submission:
    """One row of a cohort."""

    row: int
    marks: tuple[str, ...] = ()
    files: "Files | None" = None  # without boilerplate; None: not known


@dataclass(frozen=True)
class Other:
    """A submission that another one is like."""

    row: int
    share: float  # of the smaller of the two, by bytes; 0 to 1
    overlap: float  # what both have, of what either has (Jaccard), by bytes; 0 to 1
    files: int | None  # that both have; None: all


@dataclass(frozen=True)
class Likeness:
    """Why somebody should look at a submission beside others."""

    row: int
    kind: Kind
    group: int  # the least row of all that hang together
    share: float  # with the first of the others; of what is common: with many
    others: tuple[Other, ...] = ()  # some that are most like it, the most alike first
    count: int = 0  # of all that were found to be like it

    @property
    def words(self) -> str:
        """What it is like in a few words: `same as 3, 17`, `92 % alike with 5`, `95 % in common with many`."""
        share = f"{int(self.share * 100)} %"  # never rounded up to all of it
        if self.kind == "common":
            return f"{share} in common with many"
        rows = ", ".join(str(other.row) for other in self.others)
        more = f" and {self.count - len(self.others):,} more" if self.count > len(self.others) else ""
        return f"same as {rows}{more}" if self.kind == "same" else f"{share} alike with {rows}{more}"


@dataclass(frozen=True)
class Likenesses:
    """What was found in a cohort."""

    by_row: Mapping[int, Likeness]
    common_files: int  # contents that were left out since many hold them


def find(submissions: Iterable[Submission]) -> Likenesses:
    """Return which submissions are like others, by their rows; the order of the submissions makes no difference."""
    groups = _equal(submissions)
    works, common_files = _works([files for _, files in groups])
    pairs = alike(works)
    rows = [rows for rows, _ in groups]
    by_work: dict[int, list[Pair]] = defaultdict(list)
    together = _Union(len(works))
    for pair in pairs:
        together.join(pair.one, pair.other)
        by_work[pair.one].append(pair)
        by_work[pair.other].append(pair)
    found = (
        likeness
        for number, work in enumerate(works)
        for likeness in _likenesses(number, work, by_work[number], rows=rows, group=rows[together.root(number)][0])
    )
    return Likenesses({each.row: each for each in sorted(found, key=lambda each: each.row)}, common_files)


class _Union:
    """Things, by number, that hang together: of those that were joined the least stands for all."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, number: int) -> int:
        """Return the number that stands for all that *number* hangs together with."""
        while self._above[number] != number:
            self._above[number] = number = self._above[self._above[number]]
        return number

    def join(self, one: int, other: int) -> None:
        """Note that two hang together."""
        less, more = sorted((self.root(one), self.root(other)))
        self._above[more] = less


def _equal(submissions: Iterable[Submission]) -> list[tuple[list[int], Files]]:
    """Return the rows of each set of equal submissions, and what these hold, in the order of their least rows."""
    ordered = sorted(submissions, key=lambda submission: submission.row)
    together = _Union(len(ordered))
    first: dict[str, int] = {}
    for place, submission in enumerate(ordered):
        for mark in submission.marks:
            together.join(first.setdefault(mark, place), place)
    sets: dict[int, list[Submission]] = defaultdict(list)
    for place, submission in enumerate(ordered):
        sets[together.root(place)].append(submission)
    return [
        ([each.row for each in equal], next((each.files for each in equal if each.files is not None), _NOTHING))
        for equal in sets.values()
    ]


def _works(holdings: Sequence[Files]) -> tuple[list[Work], int]:
    """Return what each holds, and how many contents are common."""
    holders = Counter(id for files in holdings for id in files.ids)
    limit = max(_FEW, len(holdings) // _COMMON)
    works: list[Work] = []
    for files in holdings:
        held = [(id, min(size, _HEAVIEST)) for id, size in zip(files.ids, files.sizes, strict=True)]
        common = sum(weight for id, weight in held if holders[id] > limit)
        shared = {id: weight for id, weight in held if 1 < holders[id] <= limit}
        works.append(Work(shared, weight=sum(weight for _, weight in held) - common, common=common))
    return works, sum(1 for count in holders.values() if count > limit)


def _likenesses(
    number: int, work: Work, pairs: Sequence[Pair], *, rows: Sequence[Sequence[int]], group: int
) -> Iterator[Likeness]:
    """Yield what is to be said of each row of a work, if anything."""
    mine = rows[number]
    near = sorted(pairs, key=lambda pair: (-pair.share, -pair.overlap, _other(pair, number)))
    alike_to = [
        Other(row, pair.share, pair.overlap, pair.files)
        for pair in near[:NAMED]
        for row in rows[_other(pair, number)][:NAMED]
    ][:NAMED]
    count = len(mine) - 1 + sum(len(rows[_other(pair, number)]) for pair in pairs)
    common = work.common / (work.common + work.weight or 1)
    for row in mine:
        same = [Other(each, 1.0, 1.0, None) for each in mine[: NAMED + 1] if each != row]
        others = tuple((same + alike_to)[:NAMED])
        if others:
            yield Likeness(row, "same" if same else "alike", group, others[0].share, others, count)
        elif common >= _NEARLY_ALL and work.common >= LEAST:
            yield Likeness(row, "common", row, common)


def _other(pair: Pair, number: int) -> int:
    return pair.other if pair.one == number else pair.one
