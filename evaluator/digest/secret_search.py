"""Where the secrets of a text stand: known forms, values beside names, random strings (security spec)."""

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import re2
from ahocorasick_rs import BytesAhoCorasick, Implementation

from evaluator.digest import linear
from evaluator.digest.secret_files import Kind
from evaluator.digest.secret_names import Beside, is_harmless
from evaluator.digest.secret_rules import Rule, Rulebook
from evaluator.digest.unescape import unescape

ASSIGNED = "assigned_secret"  # the rule of what stands beside a telling name
RANDOM = "random_string"  # and of what is so random that no name has to tell
_CHUNK = 1 << 20  # bytes searched at once: what is found in them takes memory
_TELLING = 16  # bytes of a secret that is no word that might stand elsewhere too
_MOST_SECRETS = 1000  # of a text that are looked for elsewhere
_LINE_END = 0x0A
_GOES_ON = re.compile(rb"\\\n|([\"'])\n[ \t]{0,80}[fbru]?\1")  # a line, or a string, on the next line
_STRAY = re2.compile(rb"""["'`]([A-Za-z0-9_-]{32,100})["'`]|[ {]([A-Za-z0-9_-]{32,100})}""")

_BASE64 = linear.pattern(r"[A-Za-z0-9]{40,}={0,2}")  # that of a token has no other signs: `/` and `+` are of `>?~`


class Span(NamedTuple):
    """Where a secret stands, in bytes, and which rule says so."""

    start: int
    end: int
    rank: int  # of the rule: a known form before a telling name before neither
    rule: str
    secret: bytes  # unescaped, as its name is made from


def find(data: bytes, book: Rulebook, *, kind: Kind) -> list[Span]:
    """Return what looks like a secret as it stands, or once the lines with escapes are unescaped; spans may overlap.

    *kind* of file: where passwords stand in it.
    """
    spans, escapes = _search(data, book, kind=kind)
    if escapes:
        plain = unescape(data, _lines(data, escapes))
        for span in _search(plain.data, book, kind=kind)[0]:
            place = plain.original(span.start, span.end)
            if place is not None:
                spans.append(span._replace(start=place[0], end=place[1]))
    return spans + _again(data, spans)


def _search(data: bytes, book: Rulebook, *, kind: Kind) -> tuple[list[Span], list[int]]:
    """Return the secrets of *data* as it stands, and where something is escaped."""
    spans: list[Span] = []
    escapes: list[int] = []
    lowered = data.lower()
    beside = Beside(data, book.names, book.values, kind)
    for base in range(0, len(data), _CHUNK):
        chunk = lowered[base : base + _CHUNK + book.longest]
        for number, first, last in book.automaton.find_matches_as_indexes(chunk, overlapping=True):
            if first >= _CHUNK:
                continue  # the next chunk's
            start = base + first
            if number >= book.escapes_from:
                if chunk[last - 1] != _LINE_END or _GOES_ON.match(data, start):
                    escapes.append(start)
            elif number >= book.names_from:
                for begin, end in beside.find(start, book.keywords[number]):
                    spans.append(Span(begin, end, 0, ASSIGNED, data[begin:end]))
            else:
                for rule in book.by_keyword[number]:
                    if rule.compiled.match(data, start):
                        spans.extend(_of_known_form(data, start, book, rule))
    spans.extend(_strays(data, book))
    spans.extend(_encoded(data, book))
    return spans, escapes


def _of_known_form(data: bytes, start: int, book: Rulebook, rule: Rule) -> Iterator[Span]:
    place = rule.find(data, start)
    if place is not None and book.is_secret(rule, data[place[0] : place[1]]):
        yield Span(*place, 1, rule.id, data[place[0] : place[1]])


def _strays(data: bytes, book: Rulebook) -> Iterator[Span]:
    """Yield what is so random that it is taken for a key whatever stands beside it."""
    for match in _STRAY.finditer(data):
        start, end = match.span(1) if match[1] else match.span(2)
        if not is_harmless(data, start) and book.values.is_far_from_words(data[start:end]):
            yield Span(start, end, -1, RANDOM, data[start:end])


def _encoded(data: bytes, book: Rulebook) -> Iterator[Span]:
    """Yield the Base64 that holds a secret of a known form, whatever stands beside it."""
    for match in _BASE64.finditer(data):
        plain = _decoded(match[0])
        if plain.isascii() and (found := _known_forms(plain, book)):
            yield Span(match.start(), match.end(), 1, found[0].rule, match[0])


def _decoded(letters: bytes) -> bytes:
    letters = letters.rstrip(b"=")
    if len(letters) % 4 == 1:  # there is no such Base64: one letter is of something else
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _known_forms(data: bytes, book: Rulebook) -> list[Span]:
    found = book.automaton.find_matches_as_indexes(data.lower(), overlapping=True)
    rules = (
        (start, rule) for number, start, _ in found if number < book.names_from for rule in book.by_keyword[number]
    )
    return [span for start, rule in rules for span in _of_known_form(data, start, book, rule)]


def _lines(data: bytes, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the lines in which the places are, each with the line after it; neighbours are one range."""
    begin = end = 0
    for place in places:
        if place < end:
            continue
        start = data.rfind(b"\n", end, place) + 1 or end
        if start > end:
            if end:
                yield begin, end
            begin = start
        own = data.find(b"\n", place)
        end = (data.find(b"\n", own + 1) + 1 if own >= 0 else 0) or len(data)
    yield begin, end


def _again(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """Return where the secrets that were found stand once more, without a name beside them."""
    secrets = {span.secret: span for span in spans if len(span.secret) >= _TELLING}
    if not secrets:
        return []
    known = sorted(secrets)[:_MOST_SECRETS]
    automaton = BytesAhoCorasick(known, implementation=Implementation.ContiguousNFA)
    found = automaton.find_matches_as_indexes(data)
    return [secrets[known[number]]._replace(start=start, end=end) for number, start, end in found]
