"""Strings made up from a regular expression, always the same ones: what Go's reggen does for other tools' tests."""

import math
import random
import re
from collections import Counter
from typing import Any

_MOST = 10  # of an open repetition
_PRINTABLE = [chr(code) for code in range(33, 127)]


def made_up(pattern: str, *, seed: int = 0) -> str:
    """Return a string that the regular expression (Go's syntax) matches."""
    tree = re._parser.parse(re.sub(r"\\z", r"\\Z", pattern))  # noqa: SLF001 - the only parser there is
    return _made(tree, random.Random(f"{seed}:{pattern}"))


def plausible(pattern: str) -> str:
    """Return one that is as mixed as real keys are, and has a digit."""
    for seed in range(1000):
        found = made_up(pattern, seed=seed)
        if entropy(found) >= 3.5 and any(char.isdigit() for char in found):
            return found
    return made_up(pattern)


def entropy(text: str) -> float:
    """Return Shannon's entropy of the characters, in bits."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def _made(tree: Any, dice: random.Random) -> str:
    return "".join(_node(str(op), value, dice) for op, value in tree)


def _node(op: str, value: Any, dice: random.Random) -> str:  # noqa: PLR0911 - a kind a line
    if op == "LITERAL":
        return chr(value)
    if op == "NOT_LITERAL":
        return dice.choice([char for char in _PRINTABLE if ord(char) != value])
    if op == "ANY":
        return dice.choice(_PRINTABLE)
    if op == "IN":
        return dice.choice(_members(value))
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        low, high, inner = value
        return "".join(_made(inner, dice) for _ in range(dice.randint(low, min(high, low + _MOST))))
    if op == "SUBPATTERN":
        return _made(value[3], dice)
    if op == "BRANCH":
        return _made(dice.choice(value[1]), dice)
    return ""  # anchors and looks around


def _members(items: Any) -> list[str]:
    found: list[str] = []
    for op, value in items:
        if str(op) == "LITERAL":
            found.append(chr(value))
        elif str(op) == "RANGE":
            found += [chr(code) for code in range(value[0], value[1] + 1)]
        elif str(op) == "CATEGORY":
            found += [char for char in _PRINTABLE if re.fullmatch(_CATEGORIES[str(value)], char)]
    if str(items[0][0]) == "NEGATE":
        return [char for char in _PRINTABLE if char not in found]
    return found


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_NOT_WORD": r"\W",
    "CATEGORY_NOT_SPACE": r"\S",
}
