"""Text in the form in which quotes are compared: no whitespace, one kind of quotation mark, NFKC.

Whitespace says nothing about whether a quote is true, and judges join the lines of a quote in many ways; so it is
taken out on both sides (specs/judging.md, "Evidence is checked by code").
"""

import unicodedata

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
