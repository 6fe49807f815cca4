r"""What pieces of a text say that are written in a code: base64, hexadecimal, bits, numbers of letters, octal.

Each code is found by RE2, and undone only so far that text shows itself: a hash or a table of numbers is none.
"""

import binascii
import itertools
import re
from collections.abc import Iterator

from evaluator.digest import linear

_BETWEEN = r"""[\s,;:"'#*+-]"""  # between numbers: line ends, comment signs and what a list needs
_BASE64 = linear.pattern(r"[A-Za-z0-9+/]{24,}={0,2}")
_LINES = linear.pattern(  # of base64
    r"""(?:[A-Za-z0-9+/]{12,}={0,2}[\s"'#,*;+\\]{1,8}){2,}[A-Za-z0-9+/]{2,}={0,2}"""
)
_HEX = linear.pattern(rf"(?:(?:0x|\\x|=)?[0-9A-Fa-f]{{2}}{_BETWEEN}{{0,6}}){{16,}}")
_BITS = linear.pattern(rf"(?:[01]{{7,8}}{_BETWEEN}{{0,6}}){{9,}}[01]*")
_NUMBERS = linear.pattern(rf"(?:[0-9]{{2,3}}{_BETWEEN}{{1,6}}){{16,}}[0-9]{{2,3}}")
_OCTAL = linear.pattern(r"(?:\\[0-7]{2,3}){12,}")
_NO_HEX = re.compile(r"0x|\\x|[^0-9A-Fa-f]")
_NUMBER = re.compile("[0-9]+")
_NO_BASE64 = re.compile("[^A-Za-z0-9+/]")
_LAST_SIGN = 126  # of ASCII that can be read
_LAST_OCTAL = "177"
_TRIED = 8  # numbers that tell a table of measures from letters
_LONGEST = 4000
_MOST = 256  # pieces of one text that are decoded


def decoded(data: bytes) -> Iterator[bytes]:
    """Yield what pieces of *data* say once they are decoded, where that is text."""
    for pattern, decode in _CODES if _ANY.search(data) is not None else _CODES[:1]:
        for match in itertools.islice(pattern.finditer(data), _MOST):
            for said in decode(match[0][:_LONGEST].decode()):
                text = said.replace(b"\0", b"").decode("utf-8", "replace")  # UTF-16 has NULs between its letters
                if " " in text and sum(map(str.isprintable, text)) * 20 >= len(text) * 19:
                    yield text.encode()


def _of_base64(piece: str) -> Iterator[bytes]:
    signs = _NO_BASE64.sub("", piece)
    yield binascii.a2b_base64(signs[: len(signs) - (len(signs) % 4 == 1)] + "===", strict_mode=False)


def _of_hex(piece: str) -> Iterator[bytes]:
    figures = _NO_HEX.sub("", piece)
    yield bytes.fromhex(figures[: len(figures) & ~1])


def _of_bits(piece: str) -> Iterator[bytes]:
    groups = _NUMBER.findall(piece)
    if len(groups) > 1 and {len(group) for group in groups} <= {7, 8}:
        yield bytes(int(group, 2) for group in groups)
    figures = "".join(groups)
    for width in (7, 8):
        yield bytes(int(figures[at : at + width], 2) for at in range(0, len(figures) - width + 1, width))


def _of_numbers(piece: str) -> Iterator[bytes]:
    numbers = _NUMBER.findall(piece)
    if any(int(number) > _LAST_SIGN for number in numbers[:_TRIED]):
        if max(numbers[:_TRIED]) > _LAST_OCTAL or not {"8", "9"}.isdisjoint(piece):
            return
        yield bytes(int(number, 8) & 0xFF for number in numbers)
        return
    yield bytes(min(int(number), 255) for number in numbers)


def _of_octal(piece: str) -> Iterator[bytes]:
    yield bytes(int(number, 8) & 0xFF for number in _NUMBER.findall(piece))


_CODES = (
    (_BASE64, _of_base64),
    (_LINES, _of_base64),
    (_HEX, _of_hex),
    (_BITS, _of_bits),
    (_NUMBERS, _of_numbers),
    (_OCTAL, _of_octal),
)
_ANY = linear.pattern("|".join(f"(?:{pattern.pattern})" for pattern, _ in _CODES[1:]))  # one search instead of five
