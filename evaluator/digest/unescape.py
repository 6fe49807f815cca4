"""Text with its escapes undone, and where each part of it came from (security spec: after unescaping)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

_ESCAPE = re.compile(
    rb"\\{1,8}u00(?P<unicode>[0-7][0-9A-Fa-f])|\\x(?P<byte>[2-7][0-9A-Fa-f])|%(?P<url>[2-7][0-9A-Fa-f])"
    rb"|&\#x(?P<hexadecimal>[2-7][0-9A-Fa-f]);|&\#(?P<decimal>\d{2,3});|&(?P<named>quot|amp|apos|lt|gt);"
    rb"|\\{1,8}u\{0{0,4}(?P<braced>[2-7][0-9A-Fa-f])\}"
    rb"|=(?P<printable>3[Dd])"  # quoted-printable
    rb"|\\{1,8}(?P<control>[nrt])|\\{1,8}(?P<plain>[\"'/])"
    rb"|(?P<quote>[\"'])[ \t]{0,8}+(?:(?:[+.&~]|\.\.|<>)[ \t]{0,8}+\\?\s{0,40}+|\\?\r?\n[ \t]{0,80}+[fbru]?)(?P=quote)"
    rb"|(?P<line>\\\r?\n)"  # "..." + "...", "..." above "...", one line in two
)
_SIGNS = {b"quot": b'"', b"amp": b"&", b"apos": b"'", b"lt": b"<", b"gt": b">", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@dataclass(frozen=True)
class Plain:
    """Unescaped bytes, and where their pieces came from."""

    data: bytes
    here: list[int]  # where a piece begins
    there: list[int]  # the same place in the original
    ranges: list[int]  # where a range begins that was far from the one before

    def original(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the place in the original of what stands from *start* to *end*; None where that is several places."""
        if bisect_right(self.ranges, start) != bisect_left(self.ranges, end):
            return None
        first, last = bisect_right(self.here, start) - 1, bisect_left(self.here, end)
        if last == len(self.here) or self.here[last] != end:
            last -= 1
        return self.there[first] + start - self.here[first], self.there[last] + end - self.here[last]


def unescape(data: bytes, ranges: Iterable[tuple[int, int]]) -> Plain:
    """Return the given ranges of *data* with the escapes of JSON, programs, addresses, HTML and mail undone.

    Strings that are joined become one, and so do lines.
    """
    pieces: list[bytes] = []
    here, there, size = [0], [0], 0
    begins: list[int] = []
    for start, end in ranges:
        begins.append(size)
        here.append(size)
        there.append(start)
        place = start
        for match in _ESCAPE.finditer(data, start, end):
            meant = _meant(match)
            pieces += (data[place : match.start()], meant)
            size += match.start() - place
            here += (size, size + len(meant))
            there += match.span()
            size += len(meant)
            place = match.end()
        pieces.append(data[place:end])
        size += end - place
    return Plain(b"".join(pieces), here, there, begins)


def _meant(match: re.Match[bytes]) -> bytes:
    kind, found = match.lastgroup, match[match.lastgroup] if match.lastgroup else b""
    if kind in {"unicode", "braced", "byte", "url", "hexadecimal", "printable"}:
        return bytes((int(found, 16),))
    if kind == "decimal":
        return bytes((int(found) & 0x7F,))
    if kind in {"named", "control"}:
        return _SIGNS[found]
    return found if kind == "plain" else b""  # strings, or lines, that are joined
