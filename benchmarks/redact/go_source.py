"""A reader of just enough Go to get at the test cases that other tools keep in their Go sources.

Strings, constants, slices, maps, struct literals and a few known calls are worked out; anything else is `UNKNOWN`,
and what is made of something unknown is unknown too.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r'|(?P<raw>`[^`]*`)|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<rune>\'(?:[^\'\\\n]|\\.)+\')'
    r"|(?P<number>0[xX][0-9a-fA-F]+|\d[\d_]*(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\.\.\.|:=|&&|\|\||[-+*/%=!<>]=|[^\s\w])",
    re.S,
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.S)


class _Unknown:
    """What could not be worked out."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
Known = Callable[..., Any]


@dataclass(frozen=True)
class Pattern:
    """A compiled regular expression of Go, as its source text."""

    source: str


class Joined(str):
    """A string that was put together with `+`, with its parts."""

    parts: tuple[str, ...]

    def __new__(cls, parts: tuple[str, ...]) -> "Joined":
        """Return the parts as one string."""
        joined = super().__new__(cls, "".join(parts))
        joined.parts = parts
        return joined


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def tokens(source: str) -> list[_Token]:
    """Return the tokens of a source file without space and comments."""
    found = (match for match in _TOKEN.finditer(source) if match.lastgroup != "space")
    return [_Token(str(match.lastgroup), match[0]) for match in found]


def unquote(literal: str) -> str:
    """Return what a string literal stands for."""
    if literal.startswith("`"):
        return literal[1:-1].replace("\r", "")

    def plain(match: re.Match[str]) -> str:
        hexadecimal = match[1] or match[2] or match[3]
        if hexadecimal:
            return chr(int(hexadecimal, 16))
        return chr(int(match[4], 8)) if match[4] else _SIMPLE.get(match[5], match[5])

    return _ESCAPE.sub(plain, literal[1:-1])


@dataclass
class Reader:
    """Works through the tokens of one file; *calls* are the functions that it knows, by their full name."""

    tokens: list[_Token]
    calls: Mapping[str, Known]
    names: dict[str, Any] = field(default_factory=dict)
    at: int = 0

    def text(self, ahead: int = 0) -> str:
        """Return the token that many places ahead."""
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def assignments(self) -> Iterator[tuple[str, Any]]:
        """Yield each name with what it is given, in order; names are remembered for what follows."""
        while self.at < len(self.tokens):
            if self.text() == "func" and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].kind == "name":
                yield "func", self.text(1)
            if self.tokens[self.at].kind == "name" and self._is_assigned():
                name = self.text()
                self._to_value()
                value = self.expression()
                self.names[name] = value
                yield name, value
            else:
                self.at += 1

    def _is_assigned(self) -> bool:
        following = self.text(1)
        if following in {"=", ":="}:
            return True
        return following in {"string", "int"} and self.text(2) == "="  # const name string = "..."

    def _to_value(self) -> None:
        while self.text() not in {"=", ":="}:
            self.at += 1
        self.at += 1

    def expression(self) -> Any:
        """Return the value of the expression that begins here."""
        value = self._operand()
        while self.text() == "+":
            self.at += 1
            value = _joined(value, self._operand())
        return value

    def _operand(self) -> Any:  # noqa: PLR0911 - a kind a line
        token = self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "")
        if token.kind in {"raw", "string"}:
            self.at += 1
            return self._after(unquote(token.text))
        if token.kind == "number":
            self.at += 1
            return int(token.text.replace("_", ""), 0) if "." not in token.text else float(token.text)
        if token.text in {"[", "map"}:
            return self._typed_literal()
        if token.text == "{":
            return self._braces()
        if token.text == "(":
            self.at += 1
            value = self.expression()
            self._past(")")
            return value
        if token.text in {"&", "*", "-", "!"}:
            self.at += 1
            return self._operand()
        if token.kind == "name" and token.text != "func":
            return self._named()
        self.at += 1
        return UNKNOWN

    def _typed_literal(self) -> Any:
        """Return `[]string{...}`, `map[string]string{...}`, `[]struct{...}{...}`; `[]byte(...)` is its argument."""
        while self.text() not in {"{", "(", ""}:
            if self.text() in {"struct", "interface"}:
                self.at += 1
                self._skip_braces()
            else:
                self.at += 1
        if self.text() == "(":
            return self._arguments()[0]
        return self._braces()

    def _named(self) -> Any:
        name = self.text()
        self.at += 1
        while self.text() == "." and self.tokens[self.at + 1].kind == "name":
            name = f"{name}.{self.text(1)}"
            self.at += 2
        if self.text() == "(":
            return self._after(self._call(name))
        if self.text() == "{" and "." in name:
            return self._braces()
        value: Any = {"true": True, "false": False, "nil": None}.get(name, self.names.get(name, UNKNOWN))
        return self._after(value)

    def _after(self, value: Any) -> Any:
        """Step over calls and indexes behind a value: what they make of it is unknown, but for `.String()`."""
        while self.text() in {".", "(", "["}:
            if self.text() == "." and self.text(1) == "String" and isinstance(value, Pattern):
                self.at += 2
                self._arguments()
                value = value.source
            elif self.text() == ".":
                self.at += 2
                value = UNKNOWN
            else:
                self._skip_braces()
                value = UNKNOWN
        return value

    def _call(self, name: str) -> Any:
        arguments = self._arguments()
        known = self.calls.get(name)
        if known is None:
            return UNKNOWN
        try:
            return known(*arguments)
        except (TypeError, ValueError, AttributeError, IndexError, re.error):
            return UNKNOWN

    def _arguments(self) -> list[Any]:
        self.at += 1  # (
        found = []
        while self.text() not in {")", ""}:
            found.append(self.expression())
            self._to_comma(")")
        self.at += 1
        return found

    def _braces(self) -> Any:
        """Return a list, or a dict where the elements have keys."""
        self.at += 1  # {
        items: list[Any] = []
        keyed: dict[str, Any] = {}
        while self.text() not in {"}", ""}:
            if self.tokens[self.at].kind == "name" and self.text(1) == ":":
                key: Any = self.text()
                self.at += 1
            else:
                key = self.expression()
            if self.text() == ":":
                self.at += 1
                keyed[str(key)] = self.expression()
            else:
                items.append(key)
            self._to_comma("}")
        self.at += 1
        return keyed or items

    def _to_comma(self, end: str) -> None:
        """Go behind the next comma of this level, or to *end*."""
        while self.text() not in {",", end, ""}:
            if self.text() in {"(", "[", "{"}:
                self._skip_braces()
            else:
                self.at += 1
        if self.text() == ",":
            self.at += 1

    def _past(self, end: str) -> None:
        while self.text() not in {end, ""}:
            self.at += 1
        self.at += 1

    def _skip_braces(self) -> None:
        depth = 0
        while self.at < len(self.tokens):
            depth += self.text() in {"(", "[", "{"}
            depth -= self.text() in {")", "]", "}"}
            self.at += 1
            if depth <= 0:
                return


def _joined(left: Any, right: Any) -> Any:
    if not isinstance(left, str) or not isinstance(right, str):
        return UNKNOWN
    parts = (*(left.parts if isinstance(left, Joined) else (left,)), right)
    return Joined(parts)
