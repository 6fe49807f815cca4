"""Letters that look like others, as the plain ones that are read: accents, small capitals, squares, other alphabets.

What a letter is read as follows from its decomposition and its name in Unicode; only the alphabets that share shapes
with the Latin one are told apart by hand.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from evaluator.digest import linear

_ALIKE = {  # by shape
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb": "aeopcyxijsdqwh",
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405": "ABEKMHOPCTXIJS",
    "\u03bf\u03b1\u03b9\u03bd\u03c1\u03c5\u03ba\u03c4\u03c7\u03b5\u03b7": "oaivpuktxen",
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7": "ABEZHIKMNOPTYX",
    "\u0585\u057d\u0578\u0570\u0581\u0566\u0575\u0561\u057c\u056c\u057f\u0565": "ounhgqjwnlut",  # Armenian
    "\u054f\u054d\u0555\u053c": "SUOL",
    "\u13aa\u13f4\u13df\u13a0\u13ac\u13c0\u13bb\u13c6\u13ab\u13e6\u13de": "ABCDEGHIJKL",  # Cherokee
    "\u13b7\u13be\u13e2\u13a1\u13d2\u13da\u13a2\u13d9\u13b3\u13bd\u13c3": "MOPRRSTVWYZ",
}
_NAMED = re.compile(
    r"(?:NEGATIVE )?(?:SQUARED |CIRCLED )?LATIN (?:[A-Z-]+ ){0,4}?(?:LETTER|CAPITAL|SMALL) (?:[A-Z]{2,} ){0,3}"
    r"([A-Z])(?: WITH .*)?"
)
_INDICATED = re.compile("REGIONAL INDICATOR SYMBOL LETTER ([A-Z])")
_RANGES = (
    (0xC0, 0x370), (0x1AB0, 0x1B00), (0x1D00, 0x2000), (0x2070, 0x2150), (0x2460, 0x2500), (0x2C60, 0x2C80),
    (0xA720, 0xA800), (0xAB30, 0xAB70), (0xFF21, 0xFF5B), (0x1D400, 0x1D6A6), (0x1F100, 0x1F200),
)  # fmt: skip
_STRANGE = linear.pattern(
    "[\u00c0-\u036f\u1ab0-\u1aff\u1d00-\u1fff\u2070-\u214f\u2460-\u24ff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\uff21-\uff5a"
    "\U0001d400-\U0001d6a5\U0001f100-\U0001f1ff]"
    "|[A-Za-z][\u0370-\u058f\u13a0-\u13ff]|[\u0370-\u058f\u13a0-\u13ff][A-Za-z]"
)


def skeleton(data: bytes) -> bytes:
    """Return the UTF-8 with plain letters for those that look like them; itself where there are none."""
    if data.isascii() or _STRANGE.search(data) is None:
        return data
    return data.decode("utf-8", "replace").translate(_plain_letters()).encode("utf-8", "replace")


@cache
def _plain_letters() -> Mapping[int, str | None]:
    letters: dict[int, str | None] = {}
    for start, end in _RANGES:
        for code in range(start, end):
            letters |= _read_as(chr(code))
    for others, plain in _ALIKE.items():
        letters |= dict(zip(map(ord, others), plain, strict=False))
    return letters


def _read_as(sign: str) -> Mapping[int, str | None]:
    """Return what a sign is read as, if that is a letter, or nothing: a mark over or under one."""
    if unicodedata.category(sign) in {"Mn", "Me"}:
        return {ord(sign): None}
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    if len(bare) == 1 and bare.isascii() and bare.isalpha():
        return {ord(sign): bare}
    name = unicodedata.name(sign, "")
    named = _NAMED.fullmatch(name) or _INDICATED.fullmatch(name)
    return {ord(sign): named[1].lower()} if named else {}
