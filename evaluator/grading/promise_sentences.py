"""The sentences of a README that promise something: what the project is, and what it can do."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from evaluator.grading import promise_words as words
from evaluator.grading.promise_readme import Piece

MOST_SENTENCES = 4  # of the running text
_HEAD = 12  # signs by which the line of a sentence is found
_MOST_READ = 4000  # signs of a paragraph
_LEAST = 7  # words of a sentence that ends in a colon
_BREAK = re.compile(
    r"(?<=[.!?。])(?<!e\.g\.)(?<!i\.e\.)(?<! vs\.)\s{1,3}(?=[A-Z가-힣\"'(\[])|(?<=[다요]\.)\s{1,3}"
)  # between two sentences
_SUBJECT = (
    r"(?:it|you|users?|(?:this|the|our) (?:[\w'-]{1,30} ){0,2}?(?:project|app\w{0,9}|library|tool|package"
    r"|service|bot|plugin"
    r"|program|web ?site|site|template|game|system|server|framework|extension|module|script|platform|api|cli"
    r"|model|dashboard"
    r"|engine|client))(?: (?:also|now))?"
)
_VERB = (
    r"(?:supports?|provides?|offers?|lets|allows|enables|includes?|features?|implements?|can|is able to|comes with"
    r"|helps|makes it|gives you|handles|generates?|converts?)"
)
_PROMISING = re.compile(rf"^{_SUBJECT} {_VERB} \w", re.IGNORECASE)
_NAMED_PROMISING = re.compile(rf"^(?:\S{{1,40}} ){{1,3}}?(?:also )?{_VERB} \w", re.IGNORECASE)
_WHAT_IT_IS = re.compile(
    r"^(?:(?:\S{1,40} ){0,4}?(?:is|are|[-–—:]) )?(?:an?|the) [^.]{3,120}?\b(?:that|which|to|for|with|built)\b.{10}",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"(?:지원|제공|가능)(?:합니다|한다|해요|해 ?줍니다|됩니다)|수 있(?:습니다|다|어요|는)|[해어아려]줍니다"
    r"|[을를] (?:위한|통해|제공하는|지원하는|돕는) .{1,80}"
    r"(?:입니다|이다|서비스|플랫폼|라이브러리|도구|앱|프로그램)|하는 .{1,60}(?:입니다|서비스|플랫폼"
    r"|라이브러리|도구|앱|애플리케이션)\W{0,3}$"
)


def sentences(parts: Sequence[Piece], *, own: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield what sentences promise: at first what the project is, then what it can do; *own* are its names."""
    found = 0
    is_first = True
    seen: set[tuple[str, ...]] = set()
    for piece in parts:
        if piece.kind != "text" or piece.number < 1 or found >= MOST_SENTENCES:
            continue
        under = piece.titles
        intro = words.is_about(under)
        if words.is_never(under) or (under in seen and not intro) or not words.plain(piece.text):
            continue
        seen.add(under)
        links = "](http" in piece.text
        for number, said in split(piece):
            if (
                (links and said.startswith(("You ", "We ")))
                or words.NO_PROMISE.search(said)
                or words.is_planned(said)
                or len(said) < 20
            ):
                continue
            what_it_is = is_first and intro and _WHAT_IT_IS.search(said)
            if what_it_is or _promises(said, own=own, intro=intro):
                is_first = False
                found += 1
                yield number, said
                if found >= MOST_SENTENCES:
                    return


def _promises(said: str, *, own: Collection[str], intro: bool) -> bool:
    if intro and (_PROMISING.search(said) or _KOREAN.search(said)):
        return True
    low = said.lower()
    begins = any(low.startswith(word) for word in own)
    return begins and bool(_NAMED_PROMISING.search(said) or _KOREAN.search(said))


def split(piece: Piece) -> Iterator[tuple[int, str]]:
    """Yield each sentence of a paragraph with the line that it begins on."""
    lines = [words.plain(line) for line in piece.text.split("\n")]
    total = words.plain(piece.text.replace("\n", " "))
    total = total[:_MOST_READ]
    edges = [0, *(match.end() for match in _BREAK.finditer(total)), len(total)]
    sentences = [said for begin, end in pairwise(edges) if (said := total[begin:end].strip())]
    if piece.text.rstrip(" *_").endswith(":") and sentences and len(sentences[-1].split()) < _LEAST:  # it leads a list
        sentences = sentences[:-1]
    offset = 0
    for said in sentences:
        offset = next((n for n in range(offset, len(lines)) if said[:_HEAD] in lines[n]), offset)
        yield piece.number + offset, said
