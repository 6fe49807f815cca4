"""Whether a text is so unlike what the estimate was fitted to that its tokens have to be counted (see `tokens`).

An author who likes can write what has many times the tokens of its estimate: letters at random, rare alphabets, signs
in an order that nobody writes. Such text is odd: its characters follow one another as they hardly ever do in digests
(12 bits of surprise make a token of random text, and honest text has 15 for each token of the estimate), or they are no
token of the vocabulary each. Two more passes at the speed of the estimate tell.
"""

import base64
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cache

from evaluator.digest import token_oddities

ENOUGH = 2000  # bytes below which nothing can be told
_SLICE = 256  # characters; no two tables give more than 255 for one, and Adler-32 holds the sum
_ASCII, _CONTINUING = bytes(range(0x80)), bytes(range(0x80, 0xC0))
_LONE = bytes({*range(256)} - {*range(0xC4, 0xE3)})  # all but first bytes of small alphabets and of signs

_SURPRISING = 16.0  # bits for each token of the estimate, above which a slice is likely to have more
_OF_A_TOKEN = 11.5  # bits, in random text
_MEAN = 16.8  # bits for each token of the estimate: 95 of 100 honest digests have less
_SLACK = 0.115  # tokens of the bits above that, for each token of the estimate: 93 of 100 honest digests have less
_SLACK_OF_A_PART = 2500  # tokens besides: one honest file has so many
_CAMELS = 0.14  # capitals behind small letters for each token of the estimate: honest digests have at most 0.12
_RARE = 0.03, 80  # of the estimate, and tokens: what characters cost beyond one token each
_FEW = 0.06, 300  # characters of small alphabets, each of which may be a token
_MOST = 0.85, 2250  # characters beyond ASCII for each token of the estimate, and besides; Korean digests have 0.7
_MOST_OF_ALL = 1.8, 50  # in a text however short; Korean prose alone has 1.5
_DISTINCT = 64  # rare characters that are counted one by one, which is quicker for few


def _classes(digits: str) -> bytes:
    known = bytes.fromhex(digits)
    return known[:128] + known[128:] * 128


_BEFORE, _AFTER, _SINGLES = map(_classes, (token_oddities.BEFORE, token_oddities.AFTER, token_oddities.SINGLES))
_CASES = bytes(97 if 97 <= byte <= 122 else 65 if 65 <= byte <= 90 else 32 for byte in range(256))
_PAIRS = bytes.fromhex(token_oddities.PAIRS)


def is_odd(data: bytes, estimates: Sequence[float], *, whole: bool) -> bool:
    """Return whether UTF-8 may have many more tokens than *estimates*, which has those of 256 characters each.

    A part is odd where it is beyond doubt, the *whole* already where few honest digests are like it.
    """
    if len(data) < ENOUGH:
        return False
    estimate = sum(estimates)
    slack = 0.0 if whole else min(_SLACK_OF_A_PART, estimate)
    if not data.isascii() and _is_foreign(data, estimate):
        return True
    camels = data.translate(_CASES).count(b"aA")
    return camels > _CAMELS * (estimate + slack) or _is_surprising(data, estimates, slack=slack)


def _is_surprising(data: bytes, estimates: Sequence[float], *, slack: float) -> bool:
    """Return whether characters follow one another as they hardly ever do, here and there or on the whole."""
    characters = data.translate(None, _CONTINUING)
    singles, pairs = memoryview(characters.translate(_SINGLES)), memoryview(_pairs(characters))
    slices = [slice(start, start + _SLICE) for start in range(0, len(characters), _SLICE)]
    sum_ = zlib.adler32
    units = [(sum_(singles[part], 0) & 0xFFFF) + (sum_(pairs[part], 0) & 0xFFFF) for part in slices]
    bits = [unit / token_oddities.BITS for unit in units]
    beyond = [max(0.0, bit - _SURPRISING * tokens) for bit, tokens in zip(bits, estimates, strict=True)]
    estimate = sum(estimates)
    too_much = sum(beyond) / _OF_A_TOKEN > _SLACK * estimate + slack
    return too_much or sum(bits) > _MEAN * (estimate + slack)


def _pairs(characters: bytes) -> bytes:
    """Return how surprising each character's class is behind that of the one before, as `tokens.Table.pairs` does."""
    before = int.from_bytes(characters.translate(_BEFORE), "little")
    after = int.from_bytes(characters.translate(_AFTER), "little")
    return (after | before << 12).to_bytes(len(characters) + 2, "little")[: len(characters)].translate(_PAIRS)


def _is_foreign(data: bytes, estimate: float) -> bool:
    """Return whether there are many characters beyond ASCII that are likely to be a token each, or several."""
    beyond = data.translate(None, _ASCII)
    characters = len(beyond.translate(None, _CONTINUING))
    small = len(data.translate(None, _LONE))
    if any(characters > share * estimate + more for share, more in (_MOST, _MOST_OF_ALL)):
        return True
    if small > _FEW[0] * estimate + _FEW[1]:
        return True
    return _beyond_one(beyond.decode("utf-8", "replace")) > _RARE[0] * estimate + _RARE[1]


def _beyond_one(text: str) -> int:
    """Return the tokens that the characters have beyond one each, when each stands by itself."""
    rare = {char: more for char in set(text) if (more := _more(ord(char)))}
    counts = {char: text.count(char) for char in rare} if len(rare) <= _DISTINCT else Counter(text)
    return sum(counts[char] * more for char, more in rare.items())


def _more(point: int) -> int:
    """Return the tokens of a character less one."""
    packed = _packed()
    return packed[point >> 2] >> 2 * (point & 3) & 3 if point >> 2 < len(packed) else 3


@cache
def _packed() -> bytes:
    return zlib.decompress(base64.b85decode(token_oddities.CHARACTERS))
