"""The features that a README promises: what stands under feature-like headings, ticked boxes, lead sentences."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest

from evaluator.grading import promise_lead
from evaluator.grading import promise_words as words
from evaluator.grading.promise_readme import Piece
from evaluator.grading.promise_sentences import sentences, split

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
_BOLD_FIRST = re.compile(r"(?:\W{0,4})(?:\*\*|__)[^*_]{2,80}(?:\*\*|__)\W{0,4}\w")  # a name, and what it means
_FEATURE_COLUMN = re.compile(r"feature|function|capabilit|기능|특징", re.IGNORECASE)
_ONLY_LINK = re.compile(r"\[[^\[\]]{1,200}\]\((?:https?:|#|mailto:)[^()]{0,500}\)|<?https?://\S{1,500}>?")


def features(
    parts: Sequence[Piece], *, names: Collection[str] = (), calls: Sequence[tuple[int, str]] = ()
) -> Iterator[tuple[int, str]]:
    """Yield line and words of each feature that is promised: the lead, the lists, the *calls*, the running text.

    *names* are those by which the project's manifests call it, in small letters. What its folder or repository is
    called says nothing: that may be changed at will.
    """
    project = _project(parts, names)
    parts = [replace(piece, titles=piece.titles[1:]) if piece.titles[:1] == (project,) else piece for piece in parts]
    own = {word.lower() for word in (*names, words.plain(project or "")) if word}
    opening = list(promise_lead.lead(parts, own=own))
    yield from opening
    is_to_read = promise_lead.is_to_read(words.plain(project or ""), [said for _, said in opening])
    called = {number for number, _ in calls}
    yield from (one for one in _listed(parts, is_to_read=is_to_read) if one[0] not in called)
    yield from calls
    yield from sentences(parts, own=own)


def _project(parts: Sequence[Piece], names: Collection[str]) -> str | None:
    """Return the project's own title, which stands above all others, or None."""
    titles = [piece for piece in parts if piece.kind == "title"]
    if not titles or (len(titles[0].text.split()) <= _SHORT and words.is_feature_section([titles[0].text])):
        return None
    top = titles[0]
    stands_above = all(piece.depth > top.depth for piece in titles[1:]) and not words.is_known([top.text])
    said = words.plain(top.text).lower()
    is_own = top.depth == 1 or stands_above or any(name in said for name in names)
    return top.text if is_own else None


def _listed(parts: Sequence[Piece], *, is_to_read: bool) -> Iterator[tuple[int, str]]:
    leaves = _leaves(parts)
    for under, group in groupby(parts, key=lambda piece: piece.titles):
        promising = words.is_feature_section(under)
        praising = not (promising or is_to_read) and (promise_lead.is_opening(under) or words.is_pitch(under))
        never = words.is_never(under)
        for piece, parent, after in _with_parents(list(group)):
            if piece.kind == "item" and (promising or (piece.checked and not _is_checklist(under))):
                yield from _of_item(piece, parent, after, promising=promising)
            elif piece.kind == "item" and praising and promise_lead.is_ability(piece.text):
                yield from _of_item(piece, parent, after, promising=True)
            elif piece.kind == "row" and (promising or _has_feature_column(piece)) and not never:
                yield from _of_row(piece)
            elif piece.kind == "title" and promising and piece.number in leaves and not words.is_never([piece.text]):
                yield from _told(piece.number, piece.text)
            elif piece.kind == "text" and promising and _BOLD_FIRST.match(piece.text):
                yield from _told(piece.number, next((said for _, said in split(piece)), ""))


def _with_parents(items: Sequence[Piece]) -> Iterator[tuple[Piece, Piece | None, Piece | None]]:
    """Yield each piece with the list item that it stands below, and the piece behind it."""
    above: list[Piece] = []
    for piece, after in zip_longest(items, items[1:]):
        while above and above[-1].depth + 1 >= piece.depth:
            above.pop()
        yield piece, above[-1] if above else None, after
        if piece.kind == "item":
            above.append(piece)


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
    if words.PEOPLE.search(piece.text) or words.PEOPLE.search(" ".join(piece.header)):
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
    is_asked = said.endswith("?") and not _BOLD_FIRST.match(text)
    if letters >= 2 and not words.is_planned(raw or text) and not is_asked:
        yield number, said
