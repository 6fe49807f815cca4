"""Answers in whose texts quotation marks stand bare: the most common fault of weak models, and one that can be undone.

A bare mark ends a text only where what follows goes on with the form: brackets that close what is open and whole, then
a key that is still due there, or the end. Every other one belongs to the text. That leaves one reading or none; none
where a text would hold a key of the form, or where the last one might end in two places.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from evaluator.grading import objects
from evaluator.patterns import compiled

_FORM: Mapping[str, Mapping[str, str]] = MappingProxyType({  # the keys of each object, and what their lists hold
    "answer": {"answer_id": "", "claims": "claim", "criteria": "criterion", "orders_seen": "order", "feedback": ""},
    "claim": {"n": "", "evidence": "citation", "verdict": ""},
    "criterion": {"id": "", "evidence": "citation", "reason": "", "verdict": ""},
    "citation": {"file": "", "lines": "", "quote": ""},
    "order": {"file": "", "quote": ""},
})  # fmt: skip
_FREE = frozenset({"quote", "reason", "feedback"})  # texts that may hold bare marks
_MOST = 2_000  # bare marks of one answer: 64 kB of nothing else would take long
_OPTIONAL = frozenset({"claims"})  # where none were asked
_BEGIN = r'\{{\s{{0,99}}"answer_id"\s{{0,9}}:\s{{0,9}}(?="{nonce}")'
_MARK = re.compile(r'\\.|"(?P<may_end>(?=[\s,}\]]))?', re.DOTALL)
_SIMPLE = re.compile(r'"(?:[^"\\\n]|\\[^\n]){0,300}"|-?[\d.]{1,20}|\[[\s\d,."Ll~\u2013-]{0,400}\]')
_LIST = compiled(r'\[\s*+(?:\]|\{\s*+"(?P<key>[a-z_]{1,12})"\s*+:\s*+)')
_NEXT = compiled(r'(?P<closed>[\s}\]]*+)(?:,\s*+(?P<opened>\{)?\s*+"(?P<key>[a-z_]{1,12})"\s*+:\s*+)?')
_KEY = re.compile(r'"(?:answer_id|claims|criteria|orders_seen|feedback|evidence|lines|quote|reason|verdict)"\s{0,9}:')
_END = re.compile(r'"\s{0,99}\}')


def escaped(text: str, nonce: str) -> str | None:
    """Return the answer in *text*, an object that begins with the *nonce*, with the bare marks in its texts escaped.

    None where no text has any, where no reading fits, or where what stands around might be meant as well: an object or
    a thinking block that is open before it, a thinking block or the end of a text behind it, another such answer.
    """
    begins = list(re.finditer(_BEGIN.format(nonce=re.escape(nonce)), text))
    if not begins:
        return None
    begin = begins[-1]
    before = objects.standing_before(text, begin.start())
    if before is None or nonce in before:
        return None
    reader = _Reader(text)
    end = reader.read(begin.end())
    if end is None or not reader.bare or _END.search(text, end) or objects.has_thoughts(text, begin.start()):
        return None
    edges = [begin.start(), *reader.bare, end]
    return "\\".join(text[one:two] for one, two in pairwise(edges))


class _Open(NamedTuple):
    """An object or a list that is open."""

    kind: str  # of the object, or of those in the list
    due: frozenset[str] | None  # the keys that are still to come; None: it is a list


class _Step(NamedTuple):
    """What follows a value: the next one, or the end."""

    at: int
    opened: tuple[_Open, ...]  # nothing: the answer ends there
    key: str


class _Reader:
    """Reads an answer value by value, and notes the bare marks."""

    def __init__(self, text: str) -> None:
        self.bare: list[int] = []  # places
        self._text = text

    def read(self, at: int) -> int | None:
        """Return where the answer ends whose first value stands at that place; None where it is none."""
        keys = frozenset(_FORM["answer"])
        step: _Step | None = _Step(at, (_Open("answer", keys - {"answer_id"}),), "answer_id")
        while step and step.opened:
            step = self._past(step)
        return step.at if step else None

    def _past(self, step: _Step) -> _Step | None:
        """Return what follows the value of a step; None where there is no such value, or nothing that may follow."""
        held = _FORM[step.opened[-1].kind][step.key]
        if held:
            return self._past_list(step, held)
        if step.key in _FREE:
            return self._past_text(step)
        value = _SIMPLE.match(self._text, step.at)
        return self._next(value.end(), step.opened) if value else None

    def _past_list(self, step: _Step, held: str) -> _Step | None:
        begun = _LIST.match(self._text, step.at)
        if begun is None:
            return None
        if begun["key"] is None:
            return self._next(begun.end(), step.opened)
        return _within((*step.opened, _Open(held, None)), begun["key"], at=begun.end(), begins=True)

    def _past_text(self, step: _Step) -> _Step | None:
        if not self._text.startswith('"', step.at):
            return None
        bare: list[int] = []
        for mark in _MARK.finditer(self._text, step.at + 1):
            if mark[0] != '"':
                continue
            after = None if mark["may_end"] is None else self._next(mark.end(), step.opened)
            ends = after is not None and not after.opened
            if after is None or (ends and len(bare) % 2):  # the last text may say `{"a": "b"}`
                bare.append(mark.start())
                if len(self.bare) + len(bare) > _MOST:
                    return None
                continue
            self.bare += bare
            return None if bare and _KEY.search(self._text, step.at, mark.start()) else after
        return None

    def _next(self, at: int, opened: tuple[_Open, ...]) -> _Step | None:
        """Return what follows a value that ends there, if it goes on with the form."""
        found = _NEXT.match(self._text, at)
        if found is None:
            raise AssertionError  # it may match nothing at all
        for place, bracket in enumerate(found["closed"], at + 1):
            if bracket.isspace():
                continue
            due = opened[-1].due
            if (bracket == "]") != (due is None) or (due or _OPTIONAL) - _OPTIONAL:
                return None
            opened = opened[:-1]
            if not opened:
                return _Step(place, (), "")
        if found["key"] is None:
            return None
        return _within(opened, found["key"], at=found.end(), begins=found["opened"] is not None)


def _within(opened: tuple[_Open, ...], key: str, *, at: int, begins: bool) -> _Step | None:
    """Return the step to the value of a key, which begins an object of a list or goes on with one; None if neither."""
    kind, due = opened[-1]
    if begins != (due is None):
        return None
    before, left = (opened, frozenset(_FORM[kind])) if due is None else (opened[:-1], due)
    return _Step(at, (*before, _Open(kind, left - {key})), key) if key in left else None
