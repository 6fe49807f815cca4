"""What a project and its files are called wherever people and judges read it: printable, no marks, no secrets."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from evaluator.digest import hidden, linear, orders, redact, steering
from evaluator.digest.text import printable

_MASK = "[REDACTED:"
_BLANK = "\u2800"  # of Braille
_HIDES = linear.pattern(f"{hidden.SIGNS}|{_BLANK}")
_HIDDEN = re.compile(f"[{hidden.CHARACTERS}{_BLANK}]")
_BETWEEN_WORDS = re.compile(r"[_./\\-]+")


class Labels(NamedTuple):
    """What things are called, in their order, and what was found in their names."""

    called: Sequence[str]  # no two are called the same
    struck: Counter[str]  # rule -> secrets masked
    findings: Sequence[tuple[str, str]]  # what is called so, and the code


def labels(paths: Iterable[str], *, key: bytes) -> Labels:
    """Return what each path is called; *key* is that of the masks (`redact.redact`)."""
    readable = [path if path.isprintable() else printable(path) for path in paths]
    found = list(_shown(readable))
    unmarked, _ = steering.break_marks("\n".join(name for name, _ in found))
    masked, struck = redact.redact(unmarked, key=key)
    called = masked.split("\n") if found else []
    if len(set(called)) < len(called):
        called = list(_distinct(called))
    noted = [(name, "hidden_text") for name, (_, hides) in zip(called, found, strict=True) if hides]
    return Labels(called, struck, [*noted, *((name, "orders") for name in _ordering(called))])


def of_project(name: str, *, key: bytes) -> tuple[str, Counter[str]]:
    """Return what a project is called, and how often each rule struck in its name."""
    named = labels([name], key=key)
    return named.called[0], named.struck


def is_masked(label: str) -> bool:
    """Return whether a secret was in the path."""
    return _MASK in label


def _shown(names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each name with what a reader does not see in hexadecimal, and whether there was some."""
    if _HIDES.search("\n".join(names).encode()) is None:
        yield from ((name, False) for name in names)
        return
    for name in names:
        hides = _BLANK in name or (not name.isascii() and hidden.strip(name)[0] != name)
        if hides:
            name, _ = hidden.strip(_HIDDEN.sub(_escaped, name))  # noqa: PLW2901 - stacked accents are cut
        yield name, hides


def _escaped(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"


def _ordering(names: Sequence[str]) -> Iterator[str]:
    """Yield the names that are orders to whoever grades, whatever stands between their words."""
    if _orders("\n".join(names)):
        yield from filter(_orders, names)


def _orders(names: str) -> bool:
    """Return whether names say something to a grader, as they stand or taken apart into words."""
    return bool(orders.flag(f"{names}\n{_BETWEEN_WORDS.sub(' ', names)}"))


def _distinct(called: Iterable[str]) -> Iterator[str]:
    """Yield each name; one that was there before, as an escaped sign and the sign itself give, is marked by tildes."""
    seen: set[str] = set()
    for name in called:
        while name in seen:
            name += "~"  # noqa: PLW2901 - until nobody has it
        seen.add(name)
        yield name
