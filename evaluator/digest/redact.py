"""Secrets, masked before anything leaves the process (security spec, Text on its way to the judge)."""

import hmac
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from evaluator.digest import secret_search
from evaluator.digest.secret_files import kind_of
from evaluator.digest.secret_rules import rulebook
from evaluator.digest.secret_search import Span

_PASSES = 5  # what a mask leaves beside it may look like a secret in turn
_MASK = re.compile(rb"\[REDACTED:[a-z0-9_]{1,64}:[0-9a-f]{8}\]")
_SPACE = re.compile(rb"\s+|\\[nrt]")
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def redact(text: str, *, key: bytes, path: str = "") -> tuple[str, Counter[str]]:
    """Return *text* with its secrets as `[REDACTED:rule:8-hex]`, and how often each rule struck.

    The digits are a hash under *key*: the same secret keeps its name. The number of lines stays the same, and what
    was redacted once stays as it is. In a file of settings, told by its *path*, values need no quotes, and a password
    may be any word with a figure.
    """
    struck: Counter[str] = Counter()
    kind = kind_of(path)
    for _ in range(_PASSES):
        data = text.encode("utf-8", "surrogatepass")
        spans = _outside_masks(data, _merged(secret_search.find(data, rulebook(), kind=kind)))
        if not spans:
            break
        struck.update(span.rule for span in spans)
        text = _masked(data, spans, key=key)
    return text, struck


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order; those that overlap as one, named after the most specific, else the longest."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            best = max(last, span, key=lambda one: (one.rank, len(one.secret), one.rule))
            merged[-1] = best._replace(start=last.start, end=max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def _outside_masks(data: bytes, spans: Sequence[Span]) -> Sequence[Span]:
    """Return the parts of the spans that are not masked yet."""
    if not spans or b"[REDACTED:" not in data:
        return spans
    masks = [match.span() for match in _MASK.finditer(data)]
    ends = [end for _, end in masks]
    found: list[Span] = []
    for span in spans:
        found += _without(data, span, islice(masks, bisect_right(ends, span.start), None))
    return found


def _without(data: bytes, span: Span, masks: Iterable[tuple[int, int]]) -> Iterator[Span]:
    start = span.start
    for first, last in masks:
        if first >= span.end:
            break
        yield from _part(data, span, start, first)
        start = last
    yield from _part(data, span, start, span.end)


def _part(data: bytes, span: Span, start: int, end: int) -> Iterator[Span]:
    if data[start:end].strip():
        yield span._replace(start=start, end=end)


def _masked(data: bytes, spans: Iterable[Span], *, key: bytes) -> str:
    """Return the text with a mask for each span, and behind it the line ends that were in it."""
    pieces: list[str] = []
    place = 0
    for span in spans:
        start, end = _whole_characters(data, span)
        pieces += (_text(data[place:start]), _mask(span, key=key), *_BREAKS.findall(_text(data[start:end])))
        place = end
    return "".join((*pieces, _text(data[place:])))


def _whole_characters(data: bytes, span: Span) -> tuple[int, int]:
    start, end = span.start, span.end
    while start > 0 and data[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return start, end


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _mask(span: Span, *, key: bytes) -> str:
    name = hmac.digest(key, _SPACE.sub(b"", span.secret), "sha256").hex()[:8]
    return f"[REDACTED:{span.rule}:{name}]"
