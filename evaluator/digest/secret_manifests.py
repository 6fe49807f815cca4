"""Values of Kubernetes secrets, whose names need not tell: all that stands under `data` of a `kind: Secret`."""

import re
from collections.abc import Generator, Iterator

from evaluator.digest import secret_shapes as shapes

_FAR = 256 << 10  # bytes of a document on either side of its kind
_KIND = re.compile(rb"kind:[ \t]*[\"']?secret[\"']?[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)", re.IGNORECASE)
_DATA = re.compile(rb"^[ \t]*(?:stringData|data):[ \t]*\r?\n", re.MULTILINE)
_VALUE = re.compile(
    rb"[ \t]+(?!(?:type|provider|driver|engine|host(?:name)?|port|database|db(?:name)?):)"  # of a service, not its keys
    rb"[\w.-]{1,200}:[ \t]+(?:[|>][+-]?[ \t]*\r?\n[ \t]+)?"
    rb"[\"']?(?P<value>[A-Za-z0-9+/]{10,8000}={0,2})[\"']?[ \t]*$",
    re.MULTILINE,
)
_LINE = re.compile(rb"[^\n]*\n?")
_DEEPER = re.compile(rb"[ \t]+[^ \t\n-]|[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)


def document(data: bytes, start: int) -> tuple[int, int]:
    """Return where the document begins and ends that a place is in."""
    first = max(data.rfind(b"\n---", max(0, start - _FAR), start) + 1, start - _FAR, 0)
    last = data.find(b"\n---", start, start + _FAR)
    return first, min(len(data), start + _FAR) if last < 0 else last


def values(data: bytes, start: int, *, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield where the values stand of the document whose `kind` is at *start*; none where it is no secret."""
    if _KIND.match(data, start):
        place = first
        while block := _DATA.search(data, place, last):
            place = yield from _block(data, block.end(), last)


def _block(data: bytes, start: int, end: int) -> Generator[tuple[int, int], None, int]:
    """Yield the values of a block that begins at *start*, return where it ends."""
    place = start
    while place < end and _DEEPER.match(data, place, end):
        found = _VALUE.match(data, place, end)
        if found and not shapes.is_placeholder(found["value"]):
            yield found.span("value")
        line = _LINE.match(data, max(place, found.end() if found else place), end)
        place = line.end() if line else end
    return place
