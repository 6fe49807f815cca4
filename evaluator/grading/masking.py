"""Keys in what a provider says, in whatever spelling they come back: masked."""

import re
from collections.abc import Iterable
from functools import cache

from evaluator.patterns import compiled

MASK = "[key]"
SHORTEST = 6  # signs of a key: shorter ones, such as the `x` of a server that wants any, stand in every sentence
_KEY_LIKE = re.compile(r"\b(?:sk|pk|gsk|xai|AIza|key)[-_]?[\w*-]{12,}|Bearer\s+\S+", re.IGNORECASE)

_NAMES = {"&": "&amp;", '"': "&quot;", "'": "&apos;", "<": "&lt;", ">": "&gt;"}


def masked(words: str, keys: Iterable[str]) -> str:
    """Return *words* without those *keys*, however they are escaped, and without what looks like any key."""
    for key in keys:
        if len(key) >= SHORTEST:
            words = _spellings(key).sub(MASK, words.replace(key, MASK))
    return _KEY_LIKE.sub(MASK, words)


@cache  # a process has few keys, and holds them anyway
def _spellings(key: str) -> re.Pattern[str]:
    """Return what finds the key as it is, in a URL, in JSON or HTML, quoted more than once too."""
    return compiled("".join(map(_spelling, key)))


def _spelling(sign: str) -> str:
    quoted = "".join(rf"%(?:25){{0,3}}(?i:{byte:02x})" for byte in sign.encode("utf-8", "replace"))
    code = ord(sign)
    forms = [quoted, rf"\\{{1,8}}u(?i:{code:04x})", rf"\\{{1,8}}x(?i:{code:02x})"]
    forms += [rf"&#0{{0,4}}{code};", rf"(?i:&#x0{{0,4}}{code:x};)"]
    forms += [] if sign.isalnum() else [rf"\\{{1,8}}{re.escape(sign)}"]
    forms += [name] if (name := _NAMES.get(sign)) else []
    return f"(?>{'|'.join((*forms, re.escape(sign)))})"  # one of them for good: no time is lost in trying others
