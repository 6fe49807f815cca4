"""The rules of masking.toml, ready for use: what they look for, and where to begin looking (security spec)."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ahocorasick_rs import BytesAhoCorasick, Implementation

from evaluator.digest import secret_shapes as shapes
from evaluator.digest.secret_names import Names
from evaluator.digest.secret_shapes import Shapes
from evaluator.digest.secret_values import Tier, Values
from evaluator.patterns import compiled

_FILE = Path(__file__).with_name("masking.toml")
_BESIDE = 1000  # bytes before it in which another word may have to stand
_BLOB = "[A-Za-z0-9+/]{20}"  # Base64 of something else may hold any letters
_FAR_LEFT = 120  # bytes before a keyword that a pattern may look at


@dataclass(frozen=True)
class Rule:
    """A known form of secret, found by a keyword that it begins with, or that stands right of its `left` part."""

    id: str
    description: str
    source: str  # the provider's public documentation of the form
    keywords: tuple[str, ...]  # lower case
    pattern: str  # begins at the keyword; the group `secret` is masked, else the whole
    left: str = ""  # what stands before the keyword and is masked too
    entropy: float = 2.0  # bits a byte, at least
    random: bool = False  # the secret has to look made by a machine, its prefix being too common
    edges: bool = True  # no letter or figure may stand beside it
    password: bool = False  # a placeholder for a password is left alone
    beside: tuple[str, ...] = ()  # lower case; one has to stand somewhere before
    allow: tuple[str, ...] = ()  # secrets that are none: documentation

    @cached_property
    def compiled(self) -> re.Pattern[bytes]:
        """The pattern, as bytes."""
        end = f"(?![A-Za-z0-9]|{_BLOB})" if self.edges else ""
        begins = self.edges and not self.left and self.keywords[0][:1].isalnum()
        start = f"(?<![A-Za-z0-9])(?<!{_BLOB})" if begins else ""
        return compiled(f"{start}(?:{self.pattern}){end}".encode())

    @cached_property
    def compiled_left(self) -> re.Pattern[bytes] | None:
        """The part before the keyword, up to its end."""
        return compiled(rf"(?<![A-Za-z0-9])(?:{self.left})\Z".encode()) if self.left else None

    @cached_property
    def compiled_allow(self) -> re.Pattern[bytes] | None:
        """What is no secret although it has the form."""
        return compiled("|".join(self.allow).encode()) if self.allow else None

    def find(self, data: bytes, start: int) -> tuple[int, int] | None:
        """Return where the secret stands whose keyword is at *start*, its form alone looked at."""
        match = self.compiled.match(data, start)
        if match is None or not self._is_beside(data, start):
            return None
        first, last = match.span("secret" if "secret" in self.compiled.groupindex else 0)
        if self.compiled_left is not None:
            left = self.compiled_left.search(data, max(0, start - _FAR_LEFT), start)
            if left is None:
                return None
            first = left.start()
        return first, last

    def _is_beside(self, data: bytes, start: int) -> bool:
        before = data[max(0, start - _BESIDE) : start].lower() if self.beside else b""
        return not self.beside or any(word.encode() in before for word in self.beside)


@dataclass(frozen=True)
class Rulebook:
    """All rules, with the automaton that finds their keywords in lower-case bytes in one pass."""

    rules: tuple[Rule, ...]
    names: Names
    values: Values
    keywords: tuple[bytes, ...]  # as the automaton numbers them
    by_keyword: tuple[tuple[Rule, ...], ...]  # of the keyword of the same number
    names_from: int  # the number of the first keyword that is (part of) a name
    escapes_from: int  # and of the first that shows that something is escaped
    automaton: BytesAhoCorasick
    longest: int  # bytes of a keyword

    def is_secret(self, rule: Rule, secret: bytes) -> bool:
        """Return whether what has the form of a rule is one: no placeholder, no documentation, random enough."""
        if rule.compiled_allow is not None and rule.compiled_allow.search(secret):
            return False
        if rule.password:
            return self.values.is_password(secret)
        if shapes.entropy(secret) < rule.entropy or b"EXAMPLE" in secret:
            return False
        return not rule.random or self.values.shapes.made_by_machine(_body(secret))


def _body(secret: bytes) -> bytes:
    """Return a secret without its prefix of letters."""
    prefix, sign, rest = secret.partition(b"_") if b"_" in secret[:12] else secret.partition(b"-")
    return rest if sign and len(prefix) < 12 and len(rest) >= 8 else secret


@cache
def rulebook() -> Rulebook:
    """Return the rules of the package, read once."""
    return load(_FILE.read_text("utf-8"))


def load(text: str) -> Rulebook:
    """Return the rules of a TOML text."""
    data = tomllib.loads(text)
    rules = tuple(_rule(table) for table in data["rule"])
    names = _names(data)
    by_keyword: dict[bytes, list[Rule]] = {}
    for rule in rules:
        for keyword in rule.keywords:
            by_keyword.setdefault(keyword.encode(), []).append(rule)
    keywords = (*by_keyword, *names.tiers, *(escape.encode() for escape in data["escapes"]))
    return Rulebook(
        rules=rules,
        names=names,
        values=_values(data),
        keywords=keywords,
        by_keyword=tuple(map(tuple, by_keyword.values())),
        names_from=len(by_keyword),
        escapes_from=len(by_keyword) + len(names.tiers),
        automaton=BytesAhoCorasick(keywords, implementation=Implementation.DFA),
        longest=max(map(len, keywords)),
    )


def _rule(table: Mapping[str, Any]) -> Rule:
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
    return Rule(**settings)


def _names(data: Mapping[str, Any]) -> Names:
    tiers = [(_tier(table, tails=data["tails"]), table["keywords"]) for table in data["tier"]]
    heads = data["heads"]
    return Names(
        tiers={word.encode(): tier for tier, words in tiers for word in words},
        raised=next(tier for tier, _ in tiers if tier.id == heads["raised"]),
        ordinary=next(tier for tier, _ in tiers if tier.id == heads["ordinary"]),
        acts=_any_of(heads["acts"], end=r"[_.-]?\Z"),
        telling=_any_of(heads["telling"], end=r"[_.-]?\Z"),
        harmless=_any_of(heads["harmless"], end=r"[_.-]?\Z"),
    )


def _tier(table: Mapping[str, Any], *, tails: Mapping[str, Sequence[str]]) -> Tier:
    ends = [rf"{word}s?\Z" for name in table.get("tails", ()) for word in tails[name]]
    beginnings = [rf"\A{word}" for word in table.get("beginnings", ())]
    known = {"keywords", "heads", "tails", "beginnings"}
    settings = {name: value for name, value in table.items() if name not in known}
    return Tier(
        **settings,
        harmless_head=_any_of(table["heads"], end=r"[_.-]?\Z") if "heads" in table else None,
        harmless_tail=_any_of(ends + beginnings) if ends or beginnings else None,
    )


def _values(data: Mapping[str, Any]) -> Values:
    made_up = data["made_up"]
    passwords = frozenset(word.encode() for word in made_up["passwords"])
    return Values(
        shapes=Shapes(data["letters"]["rows"]),
        words=_any_of(made_up["words"]),
        obvious=_any_of(made_up["obvious"]),
        passwords=passwords,
    )


def _any_of(patterns: Collection[str] | Sequence[str], *, end: str = "") -> re.Pattern[bytes]:
    return compiled(f"(?:{'|'.join(patterns)}){end}".encode(), re.IGNORECASE)
