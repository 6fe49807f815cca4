"""The ignore rules of a folder: `.gitignore` files, each compiled once (pathspec).

RE2 does the matching, in linear time: a pattern of the author's must not be able to keep us busy. Its automaton grows
with the lines of one set and with their wildcards, so both are bounded, and the lines are compiled in groups. Patterns
and paths are compared byte by byte, as git does, so each byte is handed over as the character of that number.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import re2
from pathspec import GitIgnoreSpec

LONGEST_FILE = 256 << 10  # bytes of a .gitignore that are obeyed
_LONGEST_LINE = 256  # characters
_MOST_LINES = 500  # of all rules that hold in one folder
_MOST_WILD = 256  # what the wildcards of all rules that hold in one folder may cost together
_STAR = 4  # what a star costs; a set or a question mark costs 1
_GROUP = 200  # lines compiled together
_ODD_SET = re.compile(r"\[[^\]]*(?:\[|--|&&|~~|\|\|)")  # sets that `re` warns about
_WILDCARD = re.compile(r"\*+|\?|\[")
_FREE = re.compile(r"\*[^*?\[/]*/?")


@dataclass(frozen=True)
class _Rules:
    base: str  # folder of the .gitignore, with a trailing slash; empty at the top
    spec: GitIgnoreSpec


@dataclass(frozen=True)
class Ignore:
    """The rules that hold in one folder: its own, then those of the folders above it."""

    rules: tuple[_Rules, ...] = ()  # the nearest and last first: it wins
    lines: int = 0
    wild: int = 0

    def below(self, folder: str, text: bytes) -> "Ignore":
        """Return the rules that hold in *folder* (empty, or with a trailing slash), *text* being its `.gitignore`.

        What goes over the bounds of this module is passed over: what it would have ignored is then read.
        """
        lines, wild = self.lines, self.wild
        kept = []
        for line in _lines(text):
            cost = _cost(line)
            if lines < _MOST_LINES and wild + cost <= _MOST_WILD:
                kept.append(line)
                lines += 1
                wild += cost
        groups = [kept[start : start + _GROUP] for start in range(0, len(kept), _GROUP)]
        specs = [_Rules(folder, spec) for group in groups for spec in _specs(group)]
        return Ignore((*reversed(specs), *self.rules), lines, wild) if specs else self

    def ignores(self, path: str) -> bool:
        """Return whether the rules leave *path* out; a folder's path ends in a slash."""
        for rules in self.rules:
            told = rules.spec.check_file(_bytewise(path.removeprefix(rules.base))).include
            if told is not None:
                return told
        return False


def _bytewise(path: str) -> str:
    return path if path.isascii() else os.fsencode(path).decode("latin-1")


def _lines(text: bytes) -> Iterator[str]:
    """Yield the lines that may be patterns."""
    if len(text) > LONGEST_FILE:
        text = text[:LONGEST_FILE].rpartition(b"\n")[0]  # half a pattern may be `*`
    for line in text.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n"):
        bare = line.rstrip("\r")
        odd = len(bare) > _LONGEST_LINE or bare.startswith("#") or _ODD_SET.search(bare)
        if bare.strip() and not odd:
            yield bare


def _cost(line: str) -> int:
    """Return what the wildcards of a line cost; those of `*.suffix` and `**/name` are free."""
    body = line.removeprefix("!").removeprefix("**/")
    if _FREE.fullmatch(body):
        return 0
    return sum(_STAR if wildcard.startswith("*") else 1 for wildcard in _WILDCARD.findall(body))


def _specs(lines: list[str]) -> list[GitIgnoreSpec]:
    """Return the lines compiled, in as few sets as can be; a pattern that means nothing is passed over, as git does."""
    try:
        return [GitIgnoreSpec.from_lines(lines, backend="re2")]
    except (ValueError, re.error, re2.error):
        if len(lines) == 1:
            return []
    middle = len(lines) // 2
    return [*_specs(lines[:middle]), *_specs(lines[middle:])]
