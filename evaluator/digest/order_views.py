r"""What a text says once it is read as a grader may read it: in plain words, and out of the codes it may be written in.

Each view is small letters with single blanks. A code is undone only where the text gives it away by a sign that costs
next to nothing to look for, so most texts have one view or none.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from evaluator.digest import entities, hidden, linear, order_codes, order_letters

_SIGNS = linear.pattern("[\u2000-\u206f\u3000-\u303f\uff00-\uff0f]+")  # that stand between words
_SHARE = linear.pattern("([0-9]) {0,2}/ {0,2}([0-9])")  # 10/10
_HUMP = linear.pattern("([a-z])([A-Z])")
_HUMPS = linear.pattern("([A-Z])([A-Z][a-z])")
_KEPT = b"\x01"  # instead of the slash of a share, which stays
_PLAIN = bytes(
    ord("/") if code == _KEPT[0] else code if code >= 0x80 or chr(code).isalnum() else ord(" ") for code in range(256)
).lower()
_REFERENCES = linear.pattern("&#[0-9xX]|&[A-Za-z]{2,31};|%[0-9A-Fa-f]{2}|\\\\[uxU]\\{?[0-9A-Fa-f]{2}")
_ESCAPED = re.compile(
    r"\\{1,2}(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|u\{0{0,4}([0-9A-Fa-f]{1,5})\}|U000([0-9A-Fa-f]{5}))"
    r"|%([0-9A-Fa-f]{2})"
)
_HIDDEN = re.compile(f"[{hidden.CHARACTERS}]")
_FLAGGED = linear.pattern("[\U0001f1e6-\U0001f1ff]{3}")
_NEAR = 800  # bytes around telling words: no order is longer
_GAP = b"\n" * 400  # no order goes across
_TURNED = linear.pattern(  # telling words in ROT13, and read from behind
    "(?i:fpber|cebwrpg|tenqre|tenqvat|rinyhng|pevgrevn|vafgehpgvba|ehoevp|shyy znexf|ireqvpg|"
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
_SPACED = re.compile(r"(?<![0-9A-Za-z])[A-Za-z](?:[^0-9A-Za-z]{1,12}[A-Za-z]){9,600}(?![0-9A-Za-z])")
_WORDS = re.compile(  # that letters without blanks are told apart into
    "ignore|disregard|forget|previous|instructions?|fill|values?|labels?|entry|entries|wherever|nothing|but|items?|fields?|prompts?|grading|graders?|judges?|evaluators?|rubrics?|criteri(?:on|a)|questions?"
    "|every|all|answer|mark|give|award|score|verdicts?|met|full|perfect|highest|maximum|marks|points|this|project|submission"
    "|deserves|must|should|the|and|with|are|of|as|to|is|be",
    re.IGNORECASE,
)
_GAPS = re.compile("[^0-9A-Za-z]+")
_HAS_SPACED = linear.pattern("(?:^|[^0-9A-Za-z])[A-Za-z](?:[^0-9A-Za-z]{1,12}[A-Za-z]){9}[^0-9A-Za-z]")
_HAS_TAGS = linear.pattern("[A-Za-z](?:</?[A-Za-z][^<>]{0,40}>){1,4}[A-Za-z ]")  # within words
_TAG = re.compile("</?[A-Za-z][^<>]{0,40}>")
_HAS_NUMBERED = linear.pattern("(?:[A-Za-z_]{0,8}[0-9]{1,3}[^0-9A-Za-z]{1,8}[A-Za-z]{1,15}[^0-9A-Za-z]{1,8}){5,}")
_NUMBERED = re.compile("(?<![0-9A-Za-z])[A-Za-z_]{0,8}[0-9]{1,3}(?![0-9A-Za-z])")
_LINE = r"[^0-9A-Za-z\n]{0,8}(?:(?:def|fn|func|function|class) )?[A-Za-z]{1,15}[^0-9A-Za-z\n]{0,8}"
_HAS_BEHIND = linear.pattern(rf"(?:(?:^|\n){_LINE}(?://|#|--|/\*|pass|\{{)[^\n]{{0,80}}){{5,}}")  # a word a line
_BEHIND = re.compile(rf"(?m)^({_LINE})(?://|#|--|/\*|pass|\{{)[^\n]*")
_DEFINES = re.compile("(?m)^([^0-9A-Za-z\n]{0,8})(?:def|fn|func|function|class) ")
_INDICATORS = {0x1F1E6 + n: chr(ord("a") + n) for n in range(26)}  # letters that flags are written with
_MISSPELT = (  # words of orders; a typo leaves their first and last letter
    *("ignore", "previous", "instructions", "every", "criterion", "criteria", "question", "questions", "answer"),
    *(
        "answers",
        "verdict",
        "verdicts",
        "project",
        "submission",
        "full",
        "maximum",
        "highest",
        "score",
        "marks",
        "mark",
    ),
    *("grader", "evaluator", "judge", "rubric", "points", "reviewer", "give"),
)
_MOST_OFF = 1  # letters too many or too few


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
_ODD = linear.pattern("|".join(f"(?:{one.pattern})" for one in (_TURNED, _LEET)))
_APART = linear.pattern("|".join(f"(?:{one.pattern})" for one in (_HAS_SPACED, _HAS_TAGS, _HAS_NUMBERED, _HAS_BEHIND)))
_MAYBE_MISSPELT = linear.pattern(
    "|".join(
        f"\\b{word[0]}[{''.join(sorted(set(word[1:-1])))}]{{{len(word) - 3},{len(word) - 1}}}{word[-1]}\\b"
        for word in _MISSPELT
    )
)
_BY_ENDS = {
    (word[0], word[-1]): [one for one in _MISSPELT if one[0] + one[-1] == word[0] + word[-1]] for word in _MISSPELT
}


def views(data: bytes, spelt: bytes, *, telling: Any) -> tuple[list[bytes], list[bytes]]:
    """Return what a text says in plain words, and what it hides in codes, each as UTF-8 in small letters.

    *spelt* is what `spelt_out` makes of it. Only what stands around some *telling* words (a pattern) is returned.
    """
    plain = list(_around(telling, spelt))
    hidden_ones = [view for said in _undone(data, spelt) for view in _around(telling, said)]
    return plain, [*hidden_ones, *(right for view in plain if (right := _spelt_right(view)) != view)]


def _undone(data: bytes, spelt: bytes) -> Iterator[bytes]:
    """Yield the text with its codes undone, one after the other, where something says that it has some."""
    yield from order_codes.decoded(data)
    bare = order_letters.skeleton(data)
    if bare is not data:
        yield bare
    if bare is not data or _APART.search(data) is not None:
        yield from _put_together(bare.decode("utf-8", "replace"), bare)
    if _ODD.search(data) is None:  # one search instead of two: most texts have none of them
        return
    if _TURNED.search(data) is not None:
        text = spelt.decode("utf-8", "replace")
        yield codecs.encode(text, "rot13").encode()
        yield text[::-1].encode()
    if _LEET.search(data) is not None:
        yield _FIGURES.sub(_letters, spelt.decode("utf-8", "replace")).encode()


def _put_together(text: str, data: bytes) -> Iterator[bytes]:
    """Yield the text, which *data* holds as well, without what stands between its letters or between its words."""
    if _HAS_SPACED.search(data) is not None:
        yield _SPACED.sub(_joined, text).encode()
    if _HAS_TAGS.search(data) is not None:
        yield _TAG.sub("", text).encode()
    yield "\n\n".join(_NUMBERED.sub(" ", run) for run in _runs(_HAS_NUMBERED, data)).encode()
    yield "\n\n".join(_DEFINES.sub(r"\1", _BEHIND.sub(r"\1", run)) for run in _runs(_HAS_BEHIND, data)).encode()


def _runs(pattern: Any, data: bytes) -> Iterator[str]:
    for match in pattern.finditer(data):
        yield match[0].decode("utf-8", "replace")


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
        yield _GAP.join(_plain(piece) for piece in pieces if piece)


def _plain(piece: bytes) -> bytes:
    """Return small letters and figures with single blanks; names are taken apart into their words."""
    piece = _SHARE.sub(rb"\1\x01\2", _HUMPS.sub(rb"\1 \2", _HUMP.sub(rb"\1 \2", piece)))
    if not piece.isascii():  # it may begin or end within a letter
        piece = _SIGNS.sub(b" ", piece.decode("utf-8", "ignore").lower().encode())
    return b" ".join(piece.translate(_PLAIN).split())


def _spelt_right(words: bytes) -> bytes:
    """Return plain words with the typos mended in those that orders are made of."""
    pieces: list[bytes] = []
    end = 0
    for match in _MAYBE_MISSPELT.finditer(words):
        word = match[0].decode()
        near = [one for one in _BY_ENDS[word[0], word[-1]] if _is_near(word, one)]
        if near and word not in near:
            pieces += words[end : match.start()], near[0].encode()
            end = match.end()
    return b"".join((*pieces, words[end:])) if pieces else words


def _is_near(word: str, other: str) -> bool:
    """Return whether two words have the same letters, but for one, in whatever order."""
    ours, theirs = Counter(word), Counter(other)
    return sum(((ours - theirs) + (theirs - ours)).values()) <= _MOST_OFF


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
    shown = text.encode("utf-8", "replace")
    return data if shown == data else shown


def _sign(escape: re.Match[str]) -> str:
    sign = chr(int(next(filter(None, escape.groups())), 16))
    return "" if not sign.isspace() and _HIDDEN.match(sign) else sign


def _letters(figure: re.Match[str]) -> str:
    return "".join(_LETTERS[sign] for sign in figure[0])


def _joined(letters: re.Match[str]) -> str:
    """Return letters that stand alone as words: as wider gaps part them, and as we know words."""
    gaps = _GAPS.findall(letters[0])
    shortest = min(map(len, gaps))
    apart = _GAPS.sub(lambda gap: "" if len(gap[0]) == shortest else " ", letters[0])
    told = _WORDS.sub(r" \g<0> ", _GAPS.sub("", letters[0]))
    return f"{apart}\n{told}"
