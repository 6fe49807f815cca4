"""The features that a README promises: what stands under feature-like headings, ticked boxes, lead sentences."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, zip_longest

from evaluator.grading import promise_words as words
from evaluator.grading.promise_readme import Piece

MOST_SENTENCES = 4  # of the running text
_HEAD = 12  # signs by which the line of a sentence is found
_MOST_READ = 4000  # signs of a paragraph
_LEAST = 7  # words of a sentence that ends in a colon
_SHORT = 3  # words of a title that may be one of features, even if it is the first
_NUMBER = re.compile(r"^\d{1,2}[.)] ")
_LABEL = 4  # words: an item with items below it and no more words is their title
_YES = re.compile(
    r"^(?:✅|✔\ufe0f?|✓|☑\ufe0f?|🟢|:white_check_mark:|:heavy_check_mark:|yes|done|완료|지원|o"
    r"|x?\[x\])$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^(?:no\b.{0,20}|❌|✗|✖\ufe0f?|✘|🚧|⏳|🔜|🔴|⬜|:x:|no|todo|wip|planned|partial|-|—|–|x|예정|진행 ?중"
    r"|미완료|미지원)$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"@[\w-]{2,39}\b|github\.com/[\w-]{1,39}/?[\"')]|avatars\.|프론트엔드|백엔드|팀장|팀원")
_FEATURE_COLUMN = re.compile(r"feature|function|capabilit|기능|특징", re.IGNORECASE)
_ONLY_LINK = re.compile(r"\[[^\[\]]{1,200}\]\((?:https?:|#|mailto:)[^()]{0,500}\)|<?https?://\S{1,500}>?")
_BREAK = re.compile(r"(?<=[.!?。])\s{1,3}(?=[A-Z가-힣\"'(\[])|(?<=[다요]\.)\s{1,3}")  # between two sentences
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
_NO_PROMISE = re.compile(
    r"\b(?:sponsor|donat|star|contribut|licen[cs]e|issue|pull request|discord|slack|documentation|docs"
    r"|website|read|see|visit"
    r"|join|check out|click|want|should|must|need|require[sd]?|recommend|install(?:ed|ation)?|please|if you"
    r"|note|tutorial|book"
    r"|course|article|maintained|deprecated|thank|fork|download|clone|run the|following|refer|below|above"
    r"|wrote|created by|find|found|buy|may|get(?:ting)? started|welcome)\b"
    r"|있을 수 있|배울 수|유튜브|페이스북|참고|기여|문의|클릭|설치|바랍니다|주세요|하세요|필요|[?:]$",
    re.IGNORECASE,
)


def features(parts: Sequence[Piece], *, name: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of each feature that is promised, in the README's order, the running text's last."""
    top = next((piece for piece in parts if piece.kind == "title"), None)
    is_own = top and top.depth == 1 and not (len(top.text.split()) <= _SHORT and words.is_feature_section([top.text]))
    project = top.text if top and is_own else None
    yield from _listed(parts, project)
    yield from _sentences(parts, project, name=name)


def _listed(parts: Sequence[Piece], project: str | None) -> Iterator[tuple[int, str]]:
    leaves = _leaves(parts)
    for titles, group in groupby(parts, key=lambda piece: piece.titles):
        under = _without(titles, project)
        promising = words.is_feature_section(under)
        items = [piece for piece in group if piece.kind in {"item", "row", "title"}]
        never = words.is_never(under)
        for piece, parent, after in _with_parents(items):
            if piece.kind == "item" and (promising or (piece.checked and not _is_checklist(under))):
                yield from _of_item(piece, parent, after, promising=promising)
            elif piece.kind == "row" and (promising or _has_feature_column(piece)) and not never:
                yield from _of_row(piece)
            elif piece.kind == "title" and promising and piece.number in leaves and not words.is_never([piece.text]):
                yield from _told(piece.number, piece.text)


def _with_parents(items: Sequence[Piece]) -> Iterator[tuple[Piece, Piece | None, Piece | None]]:
    """Yield each piece with the list item that it stands below, and the piece behind it."""
    above: list[Piece] = []
    for piece, after in zip_longest(items, items[1:]):
        while above and above[-1].depth + 1 >= piece.depth:
            above.pop()
        yield piece, above[-1] if above else None, after
        if piece.kind == "item":
            above.append(piece)


def _without(titles: tuple[str, ...], project: str | None) -> tuple[str, ...]:
    """Return the titles without the project's own, which stands above all of them."""
    return titles[1:] if titles and titles[0] == project else titles


def _is_checklist(titles: Sequence[str]) -> bool:
    """Return whether boxes under the titles are there for the reader to tick."""
    said = " ".join(words.plain(title) for title in titles[-1:]).lower()
    return any(word in said for word in ("contribut", "checklist", "prerequisit", "require", "체크리스트", "설치"))


def _leaves(parts: Sequence[Piece]) -> set[int]:
    """Return the lines of the titles below which no list, table or title stands: each may be a feature of its own."""
    leaves: set[int] = set()
    last: Piece | None = None
    for piece in parts:
        if piece.kind == "title":
            if last and piece.depth > last.depth:
                leaves.discard(last.number)
            leaves.add(piece.number)
            last = piece
        elif last and piece.kind in {"item", "row"}:
            leaves.discard(last.number)
    return leaves


def _of_item(piece: Piece, parent: Piece | None, after: Piece | None, *, promising: bool) -> Iterator[tuple[int, str]]:
    if piece.checked is False or (piece.checked is None and not promising):
        return
    if after and after.kind == "item" and after.depth > piece.depth + 1 and _is_label(piece):
        return  # it is the title of the items below it
    if parent and (not _is_label(parent) or parent.checked is False or words.is_never([parent.text])):
        return
    if not _ONLY_LINK.fullmatch(piece.text.strip()):
        done = piece.text.replace("~", "") if piece.checked else piece.text  # what is done may be struck out
        yield from _told(piece.number, done)


def _is_label(piece: Piece) -> bool:
    said = words.plain(piece.text)
    return piece.text.rstrip(" *_").endswith(":") or len(said.split()) <= _LABEL


def _has_feature_column(piece: Piece) -> bool:
    return any(_FEATURE_COLUMN.search(words.plain(cell)) and len(cell) < 40 for cell in piece.header[:2])


def _of_row(piece: Piece) -> Iterator[tuple[int, str]]:
    if _PEOPLE.search(piece.text) or _PEOPLE.search(" ".join(piece.header)):
        return
    marks = [cell.strip("* `") for cell in piece.cells]
    status = [mark for mark in marks[1:] if _YES.match(mark) or _NO.match(mark)]
    if status and not any(_YES.match(mark) for mark in status):
        return
    told = [words.plain(cell) for cell, mark in zip(piece.cells, marks, strict=True) if mark not in status]
    told = [cell for cell in told if cell and not cell.isdigit()]
    if told:
        yield from _told(piece.number, " – ".join(told[:2]), raw=piece.text)


def _told(number: int, text: str, *, raw: str = "") -> Iterator[tuple[int, str]]:
    said = _NUMBER.sub("", words.plain(text))
    letters = sum(sign.isalpha() for sign in said)
    if letters >= 2 and not words.is_planned(raw or text) and not said.endswith("?"):
        yield number, said


def _sentences(parts: Sequence[Piece], project: str | None, *, name: str) -> Iterator[tuple[int, str]]:
    """Yield what sentences promise: at first what the project is, then what it can do."""
    found = 0
    is_first = True
    seen: set[tuple[str, ...]] = set()
    own = {word.lower() for word in (name, words.plain(project or "")) if word}
    for piece in parts:
        if piece.kind != "text" or piece.number < 1 or found >= MOST_SENTENCES:
            continue
        under = _without(piece.titles, project)
        intro = words.is_about(under)
        if words.is_never(under) or (under in seen and not intro) or not words.plain(piece.text):
            continue
        seen.add(under)
        links = "](http" in piece.text
        for number, said in _split(piece):
            if (
                (links and said.startswith(("You ", "We ")))
                or _NO_PROMISE.search(said)
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


def _promises(said: str, *, own: set[str], intro: bool) -> bool:
    if intro and (_PROMISING.search(said) or _KOREAN.search(said)):
        return True
    low = said.lower()
    begins = any(low.startswith(word) for word in own)
    return begins and bool(_NAMED_PROMISING.search(said) or _KOREAN.search(said))


def _split(piece: Piece) -> Iterator[tuple[int, str]]:
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
