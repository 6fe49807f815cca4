"""Text in the form in which quotes are compared: no whitespace, one kind of quotation mark, NFKC.

How much whitespace there is says nothing about whether a quote is true, and judges join the lines of a quote in many
ways; so it is taken out on both sides (specs/judging.md, "Evidence is checked by code"). Where it was is kept: between
words and in strings it means something.
"""

import unicodedata
from typing import NamedTuple

_STRAIGHT = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\x00\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff\u00ad")  # invisible: taken out
)


def plain(text: str) -> str:
    """Return *text* in NFKC with straight quotation marks, without invisible characters; whitespace stays."""
    return unicodedata.normalize("NFKC", text).translate(_STRAIGHT)


def collapse(text: str) -> str:
    """Return *text* plain, each run of whitespace one space, none at the ends; a quote's length is that of this."""
    return " ".join(plain(text).split())


def squeeze(text: str) -> str:
    """Return *text* plain and without any whitespace: what is compared."""
    return "".join(plain(text).split())


class Squeezed(NamedTuple):
    """Text without whitespace, and for each sign 1 where whitespace stood before it."""

    text: str
    gaps: bytes


def squeezed(text: str) -> Squeezed:
    """Return *text*, which is plain, as it is compared."""
    words = text.split()
    gaps = b"".join(b"\x01" + bytes(len(word) - 1) for word in words)
    if gaps and not text[0].isspace():
        gaps = b"\x00" + gaps[1:]
    return Squeezed("".join(words), gaps)
