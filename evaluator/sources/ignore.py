"""The ignore rules of a folder: `.gitignore` files, each compiled once (pathspec)."""

import re
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

LONGEST_FILE = 256 << 10  # bytes of a .gitignore that are obeyed
_LONGEST_LINE = 1024  # characters
_MOST_STARS = 8  # of one pattern: more make the regular expression behind it slow, and nobody means them
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
            told = rules.spec.check_file(path.removeprefix(rules.base)).include
            if told is not None:
                return told
        return False


def _compile(text: bytes) -> GitIgnoreSpec | None:
    lines = text[:LONGEST_FILE].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
    kept = [line for line in (line.rstrip("\r") for line in lines) if _is_taken(line)]
    try:
        return GitIgnoreSpec.from_lines(kept) if kept else None
    except (ValueError, re.error):
        good = [line for line in kept if _is_pattern(line)]
        return GitIgnoreSpec.from_lines(good) if good else None


def _is_taken(line: str) -> bool:
    if not line.strip() or line.startswith("#") or len(line) > _LONGEST_LINE:
        return False
    return line.count("*") <= _MOST_STARS and _ODD_SET.search(line) is None


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):  # git passes over a pattern that means nothing, and so do we
        return False
    return True
