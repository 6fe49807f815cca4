"""Secrets made up when the tests run, so that no scanner takes a file of ours for a leak."""

import random
import re
from functools import cache
from typing import Any

from evaluator.digest.secret_rules import Rule, rulebook

_MOST = 6  # more than the least of an open repetition
_PRINTABLE = [chr(code) for code in range(33, 127)]
_CLASSES = {"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S"}


@cache
def sample(rule: Rule) -> str:
    """Return a text with a secret of the form that the rule describes, whatever else it asks for."""
    for seed in range(3000):
        dice = random.Random(f"{rule.id}{seed}")
        left = _made(rule.left, dice) if rule.left else ""
        before = "".join(f"{word} " for word in rule.beside[:1])
        text = before + left + _made(rule.pattern, dice)
        start = len(before + left)
        found = rule.find(text.encode(), start) or rule.find(text.encode(), start + 1)
        if found and rulebook().is_secret(rule, text.encode()[found[0] : found[1]]):
            return text
    raise AssertionError(f"no sample of {rule.id} could be made up")


def token(
    length: int, *, alphabet: str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", seed: int = 1
) -> str:
    """Return a random string as providers give them out; always the same one for the same arguments."""
    dice = random.Random(f"{length}{alphabet}{seed}")
    return "".join(dice.choice(alphabet) for _ in range(length))


def _made(pattern: str, dice: random.Random) -> str:
    return _nodes(re._parser.parse(pattern), dice)  # type: ignore[attr-defined]


def _nodes(tree: Any, dice: random.Random) -> str:
    return "".join(_node(str(kind), value, dice) for kind, value in tree)


def _node(kind: str, value: Any, dice: random.Random) -> str:  # noqa: PLR0911 - a kind a line
    if kind == "LITERAL":
        return chr(value)
    if kind in {"ANY", "NOT_LITERAL"}:
        return dice.choice(" =:")
    if kind == "IN":
        return dice.choice(_members(value))
    if kind.endswith("_REPEAT"):
        low, high, inner = value
        return "".join(_nodes(inner, dice) for _ in range(dice.randint(low, min(high, low + _MOST))))
    if kind in {"SUBPATTERN", "ATOMIC_GROUP"}:
        return _nodes(value[3] if kind == "SUBPATTERN" else value, dice)
    if kind == "BRANCH":
        return _nodes(dice.choice(value[1]), dice)
    return ""  # what only looks around


def _members(items: Any) -> list[str]:
    found: list[str] = []
    for kind, value in items:
        if str(kind) == "LITERAL":
            found.append(chr(value))
        elif str(kind) == "RANGE":
            found += [chr(code) for code in range(value[0], value[1] + 1)]
        elif str(kind) == "CATEGORY":
            found += [char for char in [*_PRINTABLE, " "] if re.fullmatch(_CLASSES[str(value)], char)]
    negated = str(items[0][0]) == "NEGATE"
    return [char for char in _PRINTABLE if char not in found] if negated else found
