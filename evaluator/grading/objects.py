"""The closed JSON objects in a text that may hold prose, fences and thoughts around them, found in one pass."""

import json
import re
from typing import Any, NoReturn

from evaluator.errors import VerdictError
from evaluator.patterns import compiled

_THOUGHT = "think|thinking|thought|reasoning|reflection|scratchpad|analysis"
_TAG = rf"<(?P<close>/?)(?P<tag>(?:\w{{1,10}}:)?(?:{_THOUGHT}))>"
_STRING = r'"(?:[^"\\]|\\.)*+"'
_OUTSIDE = re.compile(rf"\\.|[{{}}]|{_TAG}", re.DOTALL | re.IGNORECASE)  # of all objects a quotation mark says nothing
_INSIDE = compiled(  # strings, many at once; a lone quotation mark begins one that never ends
    rf'(?:{_STRING}[^"{{}}<\\]*+)++|\\.|["{{}}]|{_TAG}', re.DOTALL | re.IGNORECASE
)
# What mending looks at: a string, a comment (unclosed ones run to the end: then nothing is looked at twice), a comma
# before a closing bracket, a string in curly quotes.
_TOKEN = compiled(
    r'"(?:[^"\\]|\\.)*+"?|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*[}\]])|[“”](?P<curly>[^“”"\\\n]*+)[“”]', re.DOTALL
)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|(?P<other>.))', re.DOTALL)


def closed(text: str) -> tuple[list[str], str]:
    """Return the closed `{...}` of *text* that lie in no other, in order, and *text* without its thinking blocks.

    An object in a thinking block does not count, nor a brace in a string or one that is never closed. A thinking block
    that is never closed runs to the end.
    """
    scan = _Scan(text)
    return [text[start:end] for start, end in scan.found], scan.visible


def standing_before(text: str, place: int) -> str | None:
    """Return what stands before that *place*, without thinking blocks; None where an object or one of those is open."""
    scan = _Scan(text[:place])
    return None if scan.is_open else scan.visible


def has_thoughts(text: str, place: int) -> bool:
    """Return whether a thinking block begins or ends behind that *place*, wherever."""
    return any(mark["tag"] for mark in _OUTSIDE.finditer(text, place))


class _Scan:
    """One pass over a text: its closed objects and its thinking blocks, as places of their first and last sign."""

    def __init__(self, text: str) -> None:
        self.found: list[tuple[int, int]] = []
        self.thoughts: list[tuple[int, int]] = []
        self._text = text
        self._opened: list[int] = []  # places of the braces not yet closed
        self._thought: tuple[str, int] | None = None  # the tag that is open, and since where
        at = 0
        while mark := (_INSIDE if self._opened else _OUTSIDE).search(text, at):
            if mark[0] == '"':  # it lasts to the end: nothing behind it counts
                break
            self._look(mark)
            at = mark.end()
        self._end(len(text))

    @property
    def visible(self) -> str:
        """The text without its thinking blocks."""
        parts, place = [], 0
        for start, end in self.thoughts:
            parts.append(self._text[place:start])
            place = end
        return "".join([*parts, self._text[place:]])

    @property
    def is_open(self) -> bool:
        """Whether something has begun that the text does not end."""
        return bool(self._opened or self._thought)

    def _look(self, mark: re.Match[str]) -> None:
        if self._thought or mark["tag"]:
            self._think(mark)
        elif mark[0] in {"{", "}"}:
            self._step(mark[0], mark.start())

    def _end(self, place: int) -> None:
        if self._thought:
            self.thoughts.append((self._thought[1], place))

    def _think(self, mark: re.Match[str]) -> None:
        tag = (mark["tag"] or "").lower()
        if self._thought:
            if mark["close"] and tag == self._thought[0]:
                self.thoughts.append((self._thought[1], mark.end()))
                self._thought = None
        elif mark["close"]:  # the thought began before the text did: nothing so far was meant as an answer
            self.thoughts = [(0, mark.end())]
            self.found, self._opened = [], []
        elif not self._opened:
            self._thought = (tag, mark.start())

    def _step(self, sign: str, place: int) -> None:
        if sign == "{":
            self._opened.append(place)
        elif self._opened:
            start = self._opened.pop()
            while self.found and self.found[-1][0] > start:
                self.found.pop()  # it lies inside this one
            self.found.append((start, place + 1))


def read(text: str) -> dict[str, Any]:
    """Return the JSON object that *text* is, mended where that takes no guess (see `_mend`).

    Raises VerdictError: `bad_json`, `too_deep`, `duplicate_key`, `not_a_number` (NaN or infinity).
    """
    try:
        value = _load(text)
    except _NotJsonError:
        try:
            value = _load(_mend(text))
        except _NotJsonError as error:
            raise VerdictError("The object is not JSON.", code="bad_json") from error
    if not isinstance(value, dict):
        raise VerdictError("The answer is not a JSON object.", code="bad_json")
    return value


class _NotJsonError(Exception):
    """The text cannot be read as JSON."""


def _load(text: str) -> Any:
    try:
        # strict=False: a raw newline in a string says the same as an escaped one
        return json.loads(text, strict=False, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise VerdictError("The answer nests deeper than its form does.", code="too_deep") from error
    except ValueError as error:  # also a number of thousands of digits
        raise _NotJsonError from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise VerdictError("An object has the same key twice.", code="duplicate_key")
    return table


def _refuse_constant(_name: str) -> NoReturn:
    raise VerdictError("NaN and infinity are no values of the form.", code="not_a_number")


def _mend(text: str) -> str:
    r"""Return *text* without comments and trailing commas, strings in curly quotes put into straight ones.

    A backslash that escapes nothing, as in a quote of `\d+`, stands for itself.
    """
    return _TOKEN.sub(_mended, text)


def _mended(token: re.Match[str]) -> str:
    if token["curly"] is not None:
        return f'"{token["curly"]}"'
    return _ESCAPE.sub(_escaped, token[0]) if token[0].startswith('"') else ""


def _escaped(escape: re.Match[str]) -> str:
    other = escape["other"]
    if other is None:
        return escape[0]
    return other if other == "'" else f"\\\\{other}"
