"""Markdown as its reader sees it: one walk from left to right, in which code blocks and code spans stay as they are.

What is taken out leaves its line ends standing, or a blank, so that what stood left and right of it never grows
together into something new.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from evaluator.digest import elements, linear
from evaluator.patterns import compiled

# Every repetition is possessive, or ends at a sign that it excludes: no text makes `re` go back and forth. Every branch
# of the tokens begins with its sign, which lets `re` skip quickly to the next one.
_TITLE = r"[ \t]*+\n?[ \t]*+(?:\"[^\"`]{0,1000}\"|'[^'`]{0,1000}'|\([^()`]{0,1000}\))"
_TOKENS = compiled(
    r"`(?P<ticks>`*+)|\{(?P<braces>/\*)|~(?P<tildes>~~++)|<(?P<comment>!--)|<(?P<aside>\?|!(?:[A-Za-z]|\[CDATA\[))"
    rf"|<(?P<tag>{elements.TAG})"
    r"|\[(?P<definition>[^\[\]\n`]{1,200}+\]:)"
    rf"|\](?P<link>\([^\s()<>`]*+(?:\([^\s()<>`]*+\)[^\s()<>`]*+){{0,3}}+(?P<title>(?=\s){_TITLE})\s*+\))"
)
_DEFINITION = compiled(
    r"\[(?P<label>(?!\^)[^\[\]\n`]++)\]:[ \t]*+\n?[ \t]*+(?P<goal><[^<>\n`]*+>|[^\s<>`]++)"
    rf"(?P<note>(?:(?=\s){_TITLE})*+)"
)
_BLOCK = compiled(  # a line of the same signs ends it, else the end of the text
    r"(?P<run>`{3,}+(?![^`\n]*+`)|~{3,}+)[^\n]*+(?:\n(?![ \t>]*+(?P=run)[`~]*+[ \t]*+$)[^\n]*+)*+(?:\n[^\n]*+)?",
    re.MULTILINE,
)
_END_OF_BRACES = re.compile(r"\s{0,40}+\}")
_SPAN = compiled(r"(?:`[^`\n]++`|``(?:[^`\n]|`(?!`))++``|`{3,}+[^`\n]++`{3,}+)(?!`)")
_BEFORE_BLOCK = compiled(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*+")  # it may stand in a list or a quotation
_BEFORE = re.compile(r"[ \t>]*+")
_INDENTED = re.compile(r"(?:[ ]{4}|[ ]{0,3}\t)[ \t]*+")  # as code is
_FAR = 200  # characters: what stands further from the beginning of its line does not begin it
_PASSES = 4  # what is taken out may lay bare a definition; honest documents need one pass, and one to see that
_WORTHWHILE = linear.pattern(r"<[!?A-Za-z]|\]:|\]\(|\{/\*")  # a document without these shows all that it holds
_COMMENT_LABEL = re.compile(r"//|#|_|-|comment", re.IGNORECASE)
_NOWHERE = re.compile(r"<[#\s]*>|<[^>]*\s[^>]*>|[#/._-]")


class _Edit(NamedTuple):
    """A part of a text that does not show, what stays of it, and the code it is noted under."""

    start: int
    end: int
    stays: str
    code: str | None


def strip(text: str, *, mdx: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return Markdown without what its reader does not see, as many lines as before, and the codes of that.

    *mdx*: what stands in `{/* */}` is a comment.
    """
    if _WORTHWHILE.search(text.encode()) is None:
        return text, ()
    codes: dict[str, None] = {}  # in the order found
    for _ in range(_PASSES):
        parts: list[str] = []
        done = 0
        for edit in _edits(text, mdx=mdx):
            parts += (text[done : edit.start], edit.stays)
            done = edit.end
            if edit.code:
                codes[edit.code] = None
        if not parts:
            break
        text = "".join((*parts, text[done:]))
    return text, tuple(codes)


def gap(removed: str) -> str:
    """Return what stays in the place of what is taken out: its line ends, or a blank."""
    return "\n" * removed.count("\n") or " "


def _edits(text: str, *, mdx: bool) -> Iterator[_Edit]:
    """Yield what to take out, from left to right: of what overlaps, the first one counts."""
    last_comment = text.rfind("-->")  # an opener behind it that does not begin its line is only signs
    last_aside = text.rfind(">")
    last_braces = text.rfind("*/") if mdx else -1
    line = _Line(text)
    at = 0
    while found := _TOKENS.search(text, at):
        at, edit = found.end(), None
        kind, start = found.lastgroup, found.start()
        if kind in {"ticks", "tildes"}:
            at = _end_of_code(text, found, line)
        elif kind == "comment":
            edit = _comment(text, start, ends=start + 2 <= last_comment, begins=line.begins(start, _BEFORE))
        elif kind == "aside":
            edit = _aside(text, start, last=last_aside, line=line)
        elif kind == "braces":
            edit = _braces(text, start) if start + 2 <= last_braces else None
        elif kind == "tag":
            edit = _element(text, found)
        elif kind == "definition":
            edit = _definition(text, start) if line.begins(start, _BEFORE) else None
        else:
            edit = _Edit(*found.span("title"), "\n" * found["title"].count("\n"), "hidden_attribute")
        if edit:
            at = max(at, edit.end)
            line.pass_by(edit)
            yield edit


class _Line:
    """What stands before a place in its line, as it comes out: what follows a comment may begin the line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._head = ""  # of the line in which the last edit ends, no more of it than matters
        self._done = 0  # where the last edit ends

    def begins(self, start: int, before: re.Pattern[str]) -> bool:
        """Return whether only what *before* allows stands between the beginning of the line and *start*."""
        line = self._text.rfind("\n", max(self._done, start - _FAR), start)
        if line < 0 and start - self._done > _FAR:
            return False
        head = self._text[line + 1 : start] if line >= 0 else self._head + self._text[self._done : start]
        return len(head) <= _FAR and before.fullmatch(head) is not None

    def pass_by(self, edit: _Edit) -> None:
        """Take note of an edit behind the last one."""
        head = self._head + self._text[self._done : edit.start] + edit.stays
        self._head, self._done = head.rpartition("\n")[2][: _FAR + 1], edit.end


def _end_of_code(text: str, found: re.Match[str], line: _Line) -> int:
    """Return where the code ends that begins with these signs, or the signs themselves where they begin none."""
    start, end = found.span()
    block = _BLOCK.match(text, start) if end - start >= 3 and line.begins(start, _BEFORE_BLOCK) else None
    span = _SPAN.match(text, start) if text[start - 1 : start] != "\\" else None
    return block.end() if block else span.end() if span else end


def _comment(text: str, start: int, *, ends: bool, begins: bool) -> _Edit | None:
    """Return the comment that begins there; one at the beginning of a line needs no end."""
    end = text.find("-->", start + 2) + 3 if ends else len(text)
    return _Edit(start, end, gap(text[start:end]), "hidden_comment") if ends or begins else None


def _braces(text: str, start: int) -> _Edit | None:
    """Return the comment of MDX that begins there; None where more than a comment is in the braces."""
    end = _END_OF_BRACES.match(text, text.find("*/", start + 3) + 2)
    return _Edit(start, end.end(), gap(text[start : end.end()]), "hidden_comment") if end else None


def _aside(text: str, start: int, *, last: int, line: _Line) -> _Edit | None:
    """Return the processing instruction or declaration that begins there: to browsers a comment up to the next `>`."""
    if line.begins(start, _INDENTED) or not (start < last or line.begins(start, _BEFORE)):
        return None
    end = text.find(">", start) + 1 or len(text)
    return _Edit(start, end, gap(text[start:end]), "hidden_comment")


def _element(text: str, found: re.Match[str]) -> _Edit | None:
    """Return the element that does not show, or a tag without the attributes that nobody reads, or None."""
    tag = found[0]
    name = elements.name_of(tag)
    if elements.is_hidden(name, tag):
        end = found.end() if elements.is_void(name, tag) else elements.end_of(name, text, found.end())
        return _Edit(found.start(), end, gap(text[found.start() : end]), "hidden_style")
    bare, told = elements.bare(tag)
    return _Edit(*found.span(), bare, "hidden_attribute" if told else None) if bare != tag else None


def _definition(text: str, start: int) -> _Edit | None:
    """Return a definition that is there only for words which nobody sees, or its title, or None."""
    found = _DEFINITION.match(text, start)
    if found is None:
        return None
    if _COMMENT_LABEL.fullmatch(found["label"]):
        line = text.find("\n", found.end())
        return _Edit(start, len(text) if line < 0 else line, gap(found[0]), "hidden_comment")
    words = found["note"] or len(found["label"].split()) >= elements.SENTENCE or found["goal"].startswith("<")
    if words and _NOWHERE.fullmatch(found["goal"]):
        return _Edit(*found.span(), gap(found[0]), "hidden_comment")
    if found["note"]:
        return _Edit(*found.span("note"), "\n" * found["note"].count("\n"), "hidden_attribute")
    return None
