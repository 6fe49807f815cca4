r"""What a text says once it is read as a grader may read it: in plain words, and out of the codes it may be written in.

Each view is small letters with single blanks. A code is undone only where the text gives it away by a sign that costs
next to nothing to look for, so most texts have one view or none.
"""

import binascii
import codecs
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from evaluator.digest import entities, hidden, linear

_RUNS = re.compile("[^0-9A-Za-z\x80-\u1fff\u2070-\u2fff\u3040-\ufeff\uff10-\U0010ffff/]+")
_SLASH = re.compile(r"(?<![0-9])/|/(?![0-9])")
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_REFERENCES = linear.pattern("&#[0-9xX]|&[A-Za-z]{2,31};|%[0-9A-Fa-f]{2}|\\\\[ux][0-9A-Fa-f]{2}")
_ESCAPED = re.compile(r"\\{1,2}u([0-9A-Fa-f]{4})|\\{1,2}x([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})")
_HIDDEN = re.compile(f"[{hidden.CHARACTERS}]")
_BASE64 = linear.pattern(r"[A-Za-z0-9+/]{24,}={0,2}")
_HEX = linear.pattern(r"(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[ :,]{0,2}){16,}")
_BITS = linear.pattern(r"(?:[01]{8} ){8,}[01]{8}")
_NO_HEX = re.compile(r"0x|\\x|[^0-9A-Fa-f]")
_FLAGGED = linear.pattern("[\U0001f1e6-\U0001f1ff]{3}")
_NEAR = 800  # bytes around telling words: no order is longer
_GAP = b"\n" * 400  # no order goes across
_LONGEST_CODED = 4000
_MOST_CODED = 64  # pieces of one text that are decoded
_TURNED = linear.pattern(  # telling words in ROT13, and read from behind
    "(?i:fpber|cebwrpg|tenqre|tenqvat|rinyhng|pevgrevn|vafgehpgvba|ehoevp|shyy znexf|irveqvpg|irefvpg|"
    "tcejorp|redarg|gnidarg|rotaulave|airetirc|noitcurtsni|cirbur|skram lluf|tcidrev|erocs)"
)
_FIGURES = re.compile("(?<=[A-Za-z])[0134578@$!]{1,9}|[0134578@$!]{1,9}(?=[A-Za-z])")
_LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i"}
_LEET_WORDS = (
    "instruction",
    "grader",
    "grading",
    "evaluat",
    "criteria",
    "rubric",
    "full marks",
    "score",
    "verdict",
    "project",
)
_SPACED = re.compile(r"(?<!\w)(?:\w[ .·*_-]{1,2}){9,400}\w(?!\w)")
_WORDS = re.compile(  # that letters without blanks are told apart into
    "ignore|disregard|forget|previous|instructions?|prompts?|grading|graders?|judges?|evaluators?|rubrics?|criteri(?:on|a)|questions?"
    "|every|all|answer|mark|give|award|score|verdicts?|met|full|perfect|highest|maximum|marks|points|this|project|submission"
    "|deserves|must|should|the|and|with|are|of|as|to|is|be",
    re.IGNORECASE,
)
_GAPS = re.compile("[ .·*_-]")
_HAS_SPACED = linear.pattern(r"(?:[A-Za-z][ .*_-]){10}")
_INDICATORS = {0x1F1E6 + n: chr(ord("a") + n) for n in range(26)}  # letters that flags are written with
_LOOKALIKES = str.maketrans(  # Cyrillic and Greek letters that are read as Latin ones
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb\u03bf\u03b1\u03b9\u03bd\u03c1\u03c5"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijsdqwhoaivpuABEKMHOPCTXIJSABEZHIKMNOPTYX",
)
_MIXED = linear.pattern("[A-Za-z][\u0370-\u04ff\u0501-\u051d]|[\u0370-\u04ff\u0501-\u051d][A-Za-z]")  # in a word


def _leet() -> Iterator[str]:
    """Yield the telling words, in each one letter or more as a figure."""
    figures = {
        letter: f"[{re.escape(''.join(sign for sign, own in _LETTERS.items() if own == letter))}]"
        for letter in _LETTERS.values()
    }
    either = {letter: f"[{letter}{signs[1:]}" for letter, signs in figures.items()}
    for word in _LEET_WORDS:
        for place, letter in enumerate(word):
            if letter in figures:
                before, behind = (
                    "".join(either.get(one, one) for one in part) for part in (word[:place], word[place + 1 :])
                )
                yield f"{before}{figures[letter]}{behind}"


_LEET = linear.pattern(f"(?i:{'|'.join(_leet())})")
_ODD = linear.pattern("|".join(f"(?:{one.pattern})" for one in (_TURNED, _LEET, _HAS_SPACED)))


def views(data: bytes, spelt: bytes, *, telling: Any) -> tuple[list[bytes], list[bytes]]:
    """Return what a text says in plain words, and what it hides in codes, each as UTF-8 in small letters.

    *spelt* is what `spelt_out` makes of it. Only what stands around some *telling* words (a pattern) is returned.
    """
    return list(_around(telling, spelt)), [view for said in _undone(data, spelt) for view in _around(telling, said)]


def _undone(data: bytes, spelt: bytes) -> Iterator[bytes]:
    """Yield the text with its codes undone, one after the other, where something says that it has some."""
    yield from _decoded(data)
    if _ODD.search(data) is None:  # one search instead of three: most texts have none of them
        return
    if _TURNED.search(data) is not None:
        text = spelt.decode("utf-8", "replace")
        yield codecs.encode(text, "rot13").encode()
        yield text[::-1].encode()
    if _LEET.search(data) is not None:
        yield _FIGURES.sub(_letters, spelt.decode("utf-8", "replace")).encode()
    if _HAS_SPACED.search(data) is not None:
        yield _SPACED.sub(_joined, spelt.decode("utf-8", "replace")).encode()


def _around(telling: Any, data: bytes) -> Iterator[bytes]:
    """Yield the plain words around all that is telling, as one text with wide gaps; nothing where nothing is."""
    pieces: list[bytes] = []
    start = end = 0
    for match in telling.finditer(data):
        if match.start() > end + _NEAR:
            pieces.append(data[start:end])
            start = max(end, match.start() - _NEAR)
        end = max(end, match.end() + _NEAR)
    pieces.append(data[start:end])
    if end:
        yield _GAP.join(_plain(piece.decode("utf-8", "ignore")) for piece in pieces if piece)


def _plain(text: str) -> bytes:
    """Return small letters and figures with single blanks; names are taken apart into their words."""
    return _RUNS.sub(" ", _SLASH.sub(" ", _CAMEL.sub(" ", text))).lower().encode("utf-8", "replace")


def spelt_out(data: bytes) -> bytes:
    """Return the text with the letters that it shows, or itself: of references, wide, circled and foreign ones."""
    if _REFERENCES.search(data) is not None:
        data = _ESCAPED.sub(_sign, entities.unescape(data.decode("utf-8", "replace"))).encode("utf-8", "replace")
    if data.isascii():
        return data
    text = data.decode("utf-8", "replace")
    if _FLAGGED.search(data) is not None:
        text = text.translate(_INDICATORS)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    if _MIXED.search(data) is not None:
        text = text.translate(_LOOKALIKES)
    shown = text.encode("utf-8", "replace")
    return data if shown == data else shown


def _sign(escape: re.Match[str]) -> str:
    sign = chr(int(next(filter(None, escape.groups())), 16))
    return "" if not sign.isspace() and _HIDDEN.match(sign) else sign


def _decoded(data: bytes) -> Iterator[bytes]:
    """Yield what pieces in base64, in hexadecimal or in bits say, where that is text."""
    for pattern, decode in _CODES:
        for match in itertools.islice(pattern.finditer(data), _MOST_CODED):
            said = decode(match[0][:_LONGEST_CODED].decode()).decode("utf-8", "replace")
            if " " in said and sum(map(str.isprintable, said)) * 20 >= len(said) * 19:
                yield said.encode()


def _of_base64(piece: str) -> bytes:
    signs = piece.rstrip("=").replace("-", "+").replace("_", "/")
    return binascii.a2b_base64(signs[: len(signs) - (len(signs) % 4 == 1)] + "===", strict_mode=False)


def _of_hex(piece: str) -> bytes:
    figures = _NO_HEX.sub("", piece)
    return bytes.fromhex(figures[: len(figures) & ~1])


def _of_bits(piece: str) -> bytes:
    return bytes(int(eight, 2) for eight in piece.split())


_CODES = ((_BASE64, _of_base64), (_HEX, _of_hex), (_BITS, _of_bits))


def _letters(figure: re.Match[str]) -> str:
    return "".join(_LETTERS[sign] for sign in figure[0])


def _joined(letters: re.Match[str]) -> str:
    return _WORDS.sub(r" \g<0> ", _GAPS.sub("", letters[0]))
