"""Which works of a cohort have most of the smaller one in common, without comparing each with each."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

MOST = 0.6  # of the smaller work, by bytes: from here two are alike
LEAST = 500  # bytes that two works must share
_SAMPLE = 32  # files of a work by which others are looked for: the same choice in all, by the ids of the contents
_ALIKE = 3  # of these that works which stand side by side have in common
_NEAR = 4  # holders of one file that a work is compared with, on either side of it
_CANDIDATES = 8  # works that one is compared with: those with most in common


@dataclass(frozen=True)
class Work:
    """What one submission holds, or several equal ones; boilerplate and what is common are left out."""

    shared: Mapping[int, int]  # id of a content that others hold too -> its weight in bytes
    weight: int  # of everything, also of what nobody else holds
    common: int = 0  # weight of what was left out since many hold it


@dataclass(frozen=True)
class Pair:
    """Two works that are alike, by their numbers, the lesser first."""

    one: int
    other: int
    share: float  # of the smaller one that the other has too, by bytes; 0 to 1
    overlap: float  # what both have, of what either has (Jaccard), by bytes; 0 to 1
    files: int  # that both have


def alike(works: Sequence[Work]) -> list[Pair]:
    """Return the pairs of works that are alike, in order; of many that are all alike each stands in some of them."""
    return [pair for one, other in sorted(_candidates(works)) if (pair := _compared(works, one, other)) is not None]


def _candidates(works: Sequence[Work]) -> set[tuple[int, int]]:
    """Return pairs that may be alike, at most a fixed number for each work.

    Works are set in an order in which near copies stand side by side; of those that hold one file, each looks at its
    neighbours only.
    """
    samples = [tuple(nsmallest(_SAMPLE, work.shared)) for work in works]
    order = sorted(range(len(works)), key=lambda number: (samples[number][:_ALIKE], number))
    holders: dict[int, list[int]] = defaultdict(list)  # id -> places in the order
    for place, number in enumerate(order):
        for id in samples[number]:
            holders[id].append(place)
    return {
        (min(number, order[near]), max(number, order[near]))
        for place, number in enumerate(order)
        for near in _nearest(place, works[number].shared, samples[number], holders)
    }


def _nearest(
    place: int, weights: Mapping[int, int], sample: Sequence[int], holders: Mapping[int, Sequence[int]]
) -> Iterator[int]:
    """Yield the places of those with which the work at *place* has most of its sample in common."""
    common: Counter[int] = Counter()
    for id in sample:
        here = bisect_left(holders[id], place)
        for near in holders[id][max(here - _NEAR, 0) : here + _NEAR + 1]:
            common[near] += weights[id]
    del common[place]
    yield from nsmallest(_CANDIDATES, common, key=lambda near: (-common[near], near))


def _compared(works: Sequence[Work], one: int, other: int) -> Pair | None:
    """Return the pair, or None where the two are not alike."""
    less, more = sorted((works[one].shared, works[other].shared), key=len)
    both = [weight for id, weight in less.items() if id in more]
    weight, smaller = sum(both), min(works[one].weight, works[other].weight)
    if weight < LEAST or weight < MOST * smaller:
        return None
    either = works[one].weight + works[other].weight - weight
    return Pair(one, other, share=min(weight / smaller, 1.0), overlap=min(weight / either, 1.0), files=len(both))
