"""The ignore rules of a folder: `.gitignore` files, each compiled once (pathspec).

RE2 does the matching, in linear time: a pattern of the author's must not be able to keep us busy. Patterns and paths
are compared byte by byte, as git does, so each byte is handed over as the character of that number.
"""

import os
import re
from dataclasses import dataclass

import re2
from pathspec import GitIgnoreSpec

LONGEST_FILE = 256 << 10  # bytes of a .gitignore that are obeyed
_LONGEST_LINE = 1024  # characters
_ODD_SET = re.compile(r"\[[^\]]*(?:\[|--|&&|~~|\|\|)")  # sets that `re` warns about


@dataclass(frozen=True)
class _Rules:
    base: str  # folder of the .gitignore, with a trailing slash; empty at the top
    spec: GitIgnoreSpec


@dataclass(frozen=True)
class Ignore:
    """The rules that hold in one folder: its own, then those of the folders above it."""

    rules: tuple[_Rules, ...] = ()  # the nearest first: it wins

    def below(self, folder: str, text: bytes) -> "Ignore":
        """Return the rules that hold in *folder* (empty, or with a trailing slash), *text* being its `.gitignore`."""
        spec = _compile(text)
        return self if spec is None else Ignore((_Rules(folder, spec), *self.rules))

    def ignores(self, path: str) -> bool:
        """Return whether the rules leave *path* out; a folder's path ends in a slash."""
        for rules in self.rules:
            told = rules.spec.check_file(_bytewise(path.removeprefix(rules.base))).include
            if told is not None:
                return told
        return False


def _bytewise(path: str) -> str:
    return os.fsencode(path).decode("latin-1")


def _compile(text: bytes) -> GitIgnoreSpec | None:
    lines = text[:LONGEST_FILE].removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
    kept = [line for line in (line.rstrip("\r") for line in lines) if _is_taken(line)]
    try:
        return _spec(kept) if kept else None
    except (ValueError, re.error, re2.error):
        good = [line for line in kept if _is_pattern(line)]
        return _spec(good) if good else None


def _spec(lines: list[str]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(lines, backend="re2")


def _is_taken(line: str) -> bool:
    if not line.strip() or line.startswith("#") or len(line) > _LONGEST_LINE:
        return False
    return _ODD_SET.search(line) is None


def _is_pattern(line: str) -> bool:
    try:
        _spec([line])
    except (ValueError, re.error, re2.error):  # git passes over a pattern that means nothing, and so do we
        return False
    return True
