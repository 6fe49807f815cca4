"""Fit what pairs of characters are worth: least squares of the relative error, nothing below zero, in whole units."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.tokens.samples import Sample
from evaluator.digest import tokens

UNIT = 128  # of these make one token
_MOST = 255  # units that a byte can hold
_ASCII = 3  # classes of the second table that are ASCII: between two of them it says nothing
_SWEEPS = 150  # over all pairs, then as many fewer in whole units
_WHOLE_SWEEPS = 15
_RIDGE = 0.02  # pulls what hardly occurs towards _USUAL, not towards chance
_USUAL = 0.5  # tokens
_START = 0.25 * UNIT
_DIGIT, _LAST_DIGIT = 2, 3  # classes of the first table
_KNOWN = {  # o200k takes up to three digits as one token, and nothing else with them
    **{before << 4 | _DIGIT: UNIT for before in range(16) if before != _DIGIT},
    **{before << 4 | _LAST_DIGIT: 0 for before in range(16)},
    _DIGIT << 4 | _DIGIT: 0,
}

Row = dict[int, float]  # pair -> how often, over the true number of tokens and weighted


def fit(samples: Sequence[Sample]) -> tuple[list[int], list[int]]:
    """Return the worths of the 256 pairs of either table, in units."""
    rows = [_row(sample) for sample in samples]
    weights = [_weight(sample) for sample in samples]
    columns: dict[int, list[tuple[int, float]]] = {}
    for number, (sample, row, weight) in enumerate(zip(samples, rows, weights, strict=True)):
        for pair, times in row.items():
            columns.setdefault(pair, []).append((number, times * weight / sample.tokens / UNIT))
    worths = {pair: float(_KNOWN.get(pair, _START)) for pair in columns}
    left = list(weights)  # what is not explained yet
    for pair, column in columns.items():
        for number, share in column:
            left[number] -= share * worths[pair]
    for pair in _KNOWN:
        columns.pop(pair, None)
    for sweep in range(_SWEEPS + _WHOLE_SWEEPS):
        _sweep(columns, worths, left, whole=sweep >= _SWEEPS)
    return tuple([round(worths.get(table * 256 + pair, 0)) for pair in range(256)] for table in (0, 1))  # type: ignore[return-value]


def _sweep(
    columns: dict[int, list[tuple[int, float]]], worths: dict[int, float], left: list[float], *, whole: bool
) -> None:
    """Set each worth to what is best while the others stay."""
    ridge = (_RIDGE / UNIT) ** 2
    for pair, column in columns.items():
        pull = sum(share * left[number] for number, share in column) + ridge * (_USUAL * UNIT - worths[pair])
        better = worths[pair] + pull / (sum(share * share for _, share in column) + ridge)
        better = min(max(better, 0.0), float(_MOST))
        better = round(better) if whole else better
        step = better - worths[pair]
        if step:
            worths[pair] = better
            for number, share in column:
                left[number] -= share * step


def _row(sample: Sample) -> Counter[int]:
    """Return how often each pair occurs in the text; those of the second table are counted from 256."""
    data = sample.text.encode("utf-8", "replace")
    row = Counter(tokens.COMMON.pairs(data))
    foreign = Counter(tokens.FOREIGN.pairs(data)) if not sample.text.isascii() else Counter()
    row.update({256 + pair: times for pair, times in foreign.items() if pair >> 4 >= _ASCII or pair & 15 >= _ASCII})
    return row


def _weight(sample: Sample) -> float:
    """Return how much an error matters: digests are what the estimate is for, small files are mostly chance."""
    if sample.is_digest:
        return 12.0 if sample.kind.startswith("digest") and sample.tokens > 20_000 else 4.0
    return min(1.0, math.sqrt(sample.tokens / 3000))


def written(common: Sequence[int], foreign: Sequence[int]) -> str:
    """Return the module that holds the worths."""
    return "".join(_lines(common, foreign))


def _lines(common: Sequence[int], foreign: Sequence[int]) -> Iterator[str]:
    yield '"""What characters are worth in tokens (see `tokens`): fitted, by `benchmarks/tokens/run.py --fit`.\n\n'
    yield "A row for each class of the character before; in it two hexadecimal digits for each class.\n"
    yield f'"""\n\nUNIT = {UNIT}  # of these make one token\n'
    for name, worths in (("COMMON", common), ("FOREIGN", foreign)):
        yield f"\n{name} = (\n"
        for start in range(0, 256, 16):
            yield f'    "{bytes(worths[start : start + 16]).hex()}",\n'
        yield ")\n"
