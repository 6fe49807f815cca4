"""What a quote may mean: what people and models do to code when they copy it is undone, the code itself never guessed.

Undone are a fence of back quotes around it, the number before each line, HTML entities, and a part left out as `...`.
"""

import html
import re
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from evaluator.grading.squeeze import Squeezed, collapse, plain, squeeze, squeezed

MIN_QUOTE = 24  # characters of a quote, whitespace collapsed: a shorter one stands in too many files
MIN_WORDS = 8  # letters and digits of a quote: brackets and rulers stand everywhere
MIN_PIECE = 8  # characters of each piece of a quote with an ellipsis in it
MAX_ELLIPSES = 2

_MOST_DOTS = 8  # in a quote, of which one or two may stand for what was left out
_DOT = r"(?<!\.)\.{3,}+"  # NFKC has made them of `…`
_DOTS = rf"(?:(?://|#|--|/\*|<!--)[ \t]{{0,4}})?(?:\[{_DOT}\]|\({_DOT}\)|<{_DOT}>|{_DOT})(?:[ \t]{{0,4}}(?:\*/|-->))?"
_ELLIPSIS = re.compile(_DOTS)
_AROUND = re.compile(rf"\A\s*{_DOTS}|{_DOTS}\s*\Z")
_FENCE = re.compile(r"\s*(`{1,9})(?:(?<=```)[\w+#.-]{0,30}[ \t]*\n)?(?P<inside>.*?)\1\s*", re.DOTALL)
_PATH = r"(?:[^\s:]{1,200}|[^\s\d:/][^:/\n]{0,100}(?:/[^:/\n]{1,100}){1,12})"  # one with blanks in it has folders
_NUMBER = rf"[ \t]*(?:{_PATH}:)?(?:[Ll](?:ine)?[ \t]?)?(?P<number>\d{{1,7}})"
_NUMBERED = (  # `12|`, `12:`, `path:12:`..., `[12]`, `12 |`, `12` and code that may itself begin with a bar
    re.compile(rf"{_NUMBER}(?:[|:│┃→».)\]-]|$)"),
    re.compile(r"[ \t]*\[(?:[Ll](?:ine)?[ \t]?)?(?P<number>\d{1,7})\]"),
    re.compile(rf"{_NUMBER}(?:[ \t]{{1,4}}[|:│┃→»]|$)"),
    re.compile(rf"{_NUMBER}(?:(?=[ \t])|$)"),
)
BLANK = "\x0b"  # whitespace that was written as an escape; no line of text has it
ESCAPE = re.compile(r"\\++(?:(?P<blank>[nrtf])|(?P<back>b)|(?P<sign>[\"'/])?)")


class Reading(NamedTuple):
    """One way to read a quote."""

    pieces: tuple[Squeezed, ...]  # what stands between them was left out
    numbers: tuple[int, int] | None = None  # that stood before its first and its last line


def readings(quote: str, *, loose: bool = False) -> Iterator[Reading]:
    """Yield what to look for: the quote as it stands, then undone step by step; *loose*: its escapes as well."""
    for text, numbers in dict.fromkeys(_texts(quote)):
        bare = loosened(plain(text)) if loose else plain(text)
        for pieces in _pieces(bare):
            yield Reading(pieces, numbers)


def loosened(text: str) -> str:
    r"""Return *text* with its escapes as JSON leaves them that was written with too few backslashes, or too many.

    `\n` becomes the whitespace that it means, `\"` a quotation mark, `\b` the sign that it means; any other backslash
    stays, one for several: no JSON loses the one of `\d`.
    """
    return ESCAPE.sub(unescaped, text)


def unescaped(escape: re.Match[str]) -> str:
    """Return the sign that an escape becomes; three backslashes are one and an escape."""
    if escape["blank"]:
        return f"\\{BLANK}" if escape.end() - escape.start() in {4, 6, 7, 8} else BLANK
    if escape["back"]:
        return "\x08"
    return escape["sign"] or "\\"


def _texts(quote: str) -> Iterator[tuple[str, tuple[int, int] | None]]:
    fenced = _FENCE.fullmatch(quote)
    for text in (quote, fenced["inside"]) if fenced else (quote,):
        yield text, None
        if "&" in text:
            yield html.unescape(text), None
        for form in _NUMBERED:
            if (found := _unnumbered(text, form)) is not None:
                yield found
                if "&" in text:
                    yield html.unescape(found[0]), found[1]


def _unnumbered(text: str, form: re.Pattern[str]) -> tuple[str, tuple[int, int]] | None:
    """Return the lines without their numbers, and the first and last number; the first line may have lost its own."""
    bare: list[str] = []
    numbers: list[int] = []
    for line in text.replace("\r", "\n").split("\n"):
        found = form.match(line)
        rest = line[found.end() :] if found else line
        if not rest.strip():
            continue
        if found:
            numbers.append(int(found["number"]) - (len(bare) if not numbers else 0))
        elif bare and not _ELLIPSIS.fullmatch(plain(line).strip()):
            return None
        bare.append(rest)
    return ("\n".join(bare), (numbers[0], numbers[-1])) if numbers else None


def _pieces(text: str) -> Iterator[tuple[Squeezed, ...]]:
    """Yield the squeezed text whole, then without dots around it, then cut at one or two of the dots in it."""
    for whole in dict.fromkeys((text, _AROUND.sub("", text))):
        if len(collapse(whole)) < MIN_QUOTE or sum(map(str.isalnum, squeeze(whole))) < MIN_WORDS:
            continue
        yield (squeezed(whole),)
        dots = list(_ELLIPSIS.finditer(whole))
        if len(dots) > _MOST_DOTS:
            continue
        for count in range(1, MAX_ELLIPSES + 1):
            for cuts in combinations(dots, count):  # the other dots are code
                edges = [0, *(edge for cut in cuts for edge in cut.span()), len(whole)]
                parts = [whole[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
                pieces = tuple(map(squeezed, parts))
                if (
                    sum(len(collapse(part)) for part in parts) >= MIN_QUOTE
                    and min(len(piece.text) for piece in pieces) >= MIN_PIECE
                ):
                    yield pieces
