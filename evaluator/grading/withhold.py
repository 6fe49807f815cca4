"""What the judge writes, without the project's code in it: no line of a project may reach the database.

Both sides are compared as signs: no whitespace, no back quotes, no accents or invisible characters, no difference
between small and capital letters, HTML entities resolved. One pass over the text, whatever the size of the project.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import pairwise
from typing import Self

from evaluator.domain import Block, Digest, FileClass
from evaluator.grading.checks.readme import snippets
from evaluator.grading.squeeze import plain

LONGEST = 23  # signs of code that may stand in a text: a name, a call
SHORTEST = 12  # signs of a whole line of code that may not, where it stands as a line or in quotation marks
MARKER = "[code withheld]"
_RUN = LONGEST + 1
_CODE: frozenset[FileClass] = frozenset({"code", "test", "config", "manifest", "other"})
_TELLING = re.compile(r"[(){}\[\]=;<>]")  # what a line of code has and a line of prose hardly
_ENTITY = re.compile(r"&(?:amp;){0,5}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_UNIT = re.compile(f"{_ENTITY.pattern}|.", re.DOTALL)
_PREFIX = re.compile(  # of quotes, changes, numbered lines and lists
    r"^(?:[ \t]*(?:[>+*•|`-]|(?:[Ll](?:ine)?[ \t]?)?\d{1,7}[ \t]*[|:.)\]→-]))+[ \t]*", re.MULTILINE
)
_TAIL = ";,:{."  # what a line may end in and be cited without
_REACH = 40  # characters before and behind a citation that are looked at
_OPENING = frozenset("\n`\"'“‘«>:|)([{→+-*•—–")  # noqa: RUF001 - they are meant  # what stands before a line that is cited
_CLOSING = frozenset("\n`\"'”’»<|)]}→—–" + _TAIL)
_REPEATED = re.compile(rf"{re.escape(MARKER)}(?:[\s`>+*•|-]*{re.escape(MARKER)})+")


class _Signs(dict[int, str]):
    """What is compared of each character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", plain(chr(code)))
        kept = "".join(sign for sign in decomposed if unicodedata.category(sign) not in {"Mn", "Me", "Cf", "Cc"})
        folded = unicodedata.normalize("NFKC", kept).casefold()
        self[code] = "".join(folded.replace("`", "").split())
        return self[code]


_SIGNS = _Signs()


def withhold(digest: Digest, text: str) -> str:
    """Return *text* without the code of the project that *digest* shows: an error message, before it is stored."""
    return Withholder(digest).clean(text)


class Withholder:
    """Takes the code of one project, and what an answer quotes from it where that is told, out of texts."""

    def __init__(self, digest: Digest) -> None:
        texts = ["\n".join(_code(block)) for block in digest.blocks]
        self._runs = {run for text in texts for run in _runs(text)}
        self._short = {line for text in texts for line in _short(text)}
        self._paths = sorted((f.path for f in digest.files if len(f.path) >= SHORTEST), key=len, reverse=True)

    def quoting(self, quotes: Sequence[str]) -> Self:
        """Return one that takes these quotes out as well; what is known of the project is not looked at again."""
        other = copy(self)
        other._runs = self._runs.union(*(_runs(text) for text in quotes))  # noqa: SLF001 - it is one of us
        other._short = self._short.union(*(_short(text) for text in quotes))  # noqa: SLF001 - as above
        return other

    def clean(self, text: str) -> str:
        """Return *text* with each run of code or quote in it replaced by a marker; paths of files may stay."""
        text = unicodedata.normalize("NFC", text)
        spared = self._spared(text)
        hidden = bytearray(len(text))
        for skipped in {bytes(len(text)), _prefixes(text)}:  # mostly the same
            units = list(_units(text, skipped=skipped))
            signs = "".join(sign for sign, _, _ in units)
            for first, last in self._found(signs, text=text, units=units):
                begin, end = units[first][1], units[last][2]
                if 0 in spared[begin:end]:
                    hidden[begin:end] = b"\x01" * (end - begin)
        return _marked(text, hidden)

    def _found(self, signs: str, *, text: str, units: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the first and last sign of each run of code, and of each short line of it that is cited as such."""
        for start in range(len(signs) - SHORTEST + 1):
            if len(run := signs[start : start + _RUN]) == _RUN and hash(run) in self._runs:
                yield start, start + _RUN - 1
            if not _opens(text, units[start][1]):
                continue
            for end in range(start + SHORTEST, min(start + LONGEST, len(signs)) + 1):
                if signs[start:end] in self._short and _closes(text, units[end - 1][2]):
                    yield start, end - 1

    def _spared(self, text: str) -> bytearray:
        """Return for each character whether it belongs to the path of a file, which may be named."""
        spared = bytearray(len(text))
        for path in self._paths:
            start = text.find(path)
            while start >= 0:
                spared[start : start + len(path)] = b"\x01" * len(path)
                start = text.find(path, start + len(path))
        return spared


def _code(block: Block) -> Iterator[str]:
    """Yield the lines of code of a block: all of a file of code, the samples of a document."""
    samples = set() if block.file_class in _CODE else {s.number for s in snippets(block) if s.language is not None}
    for line in block.lines:
        if block.file_class in _CODE or line.number in samples:
            yield line.text


def _runs(text: str) -> Iterator[int]:
    """Yield the hash of each run of signs, as the lines stand and without what looks like a prefix."""
    for signs in dict.fromkeys((_squeezed(text), _squeezed(_PREFIX.sub("", text)))):
        for start in range(len(signs) - _RUN + 1):
            yield hash(signs[start : start + _RUN])


def _short(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if len(line) <= 4 * LONGEST and _TELLING.search(line):  # longer ones are found by their runs
            for signs in (_squeezed(line), _squeezed(_PREFIX.sub("", line))):
                if SHORTEST <= len(bare := signs.rstrip(_TAIL)) <= LONGEST:
                    yield bare


def _squeezed(text: str) -> str:
    return _ENTITY.sub(lambda entity: _resolved(entity[0]), unicodedata.normalize("NFC", text)).translate(_SIGNS)


def _resolved(unit: str) -> str:
    """Return the character that an HTML entity means, however often its ampersand is escaped."""
    while len(unit) > 1 and (plainer := html.unescape(unit)) != unit:
        unit = plainer
    return unit


def _units(text: str, *, skipped: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield each sign of *text* with the place where it comes from, first character and the one after the last."""
    for unit in _UNIT.finditer(text):
        if skipped[unit.start()]:
            continue
        for sign in _resolved(unit[0]).translate(_SIGNS):
            yield sign, unit.start(), unit.end()


def _prefixes(text: str) -> bytes:
    """Return for each character whether it belongs to the prefix of a line."""
    found = bytearray(len(text))
    for prefix in _PREFIX.finditer(text):
        found[prefix.start() : prefix.end()] = b"\x01" * len(prefix[0])
    return bytes(found)


def _opens(text: str, place: int) -> bool:
    """Return whether a citation may begin there: behind the start of a line, a prefix, a colon or a quotation mark."""
    before = text[max(0, place - _REACH) : place].rstrip(" \t")
    return not before or before[-1] in _OPENING or bool(_PREFIX.fullmatch(before.rpartition("\n")[2]))


def _closes(text: str, place: int) -> bool:
    after = text[place : place + _REACH].lstrip(" \t")
    return not after or after[0] in _CLOSING


def _marked(text: str, hidden: bytearray) -> str:
    """Return *text* with a marker for each hidden run; what only whitespace or prefixes hold apart is one run."""
    edges = [0, *(n for n, (a, b) in enumerate(pairwise(hidden), 1) if a != b), len(text)]
    parts = [MARKER if hidden[a] else text[a:b] for a, b in pairwise(edges) if a < b]
    return _REPEATED.sub(MARKER, "".join(parts))
