"""The headings of a document in Markdown, reStructuredText or AsciiDoc."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_MARKED = re.compile(r" {0,3}(#{1,6}|={1,6})[ \t]+(\S[^\n]{0,300})")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,}|-{4,}$)")
_UNDERLINE = re.compile(r"([=\-~^\"'#*+.:`_])\1{2,}[ \t]*")
_TITLE = 120  # characters of a title that are kept
_MOST_MATTER = 100  # lines of settings at the top of a document
_MOST_UNDERLINED = 300  # characters of a line that can be a title


def headings(lines: Sequence[str], *, suffix: str) -> Iterator[tuple[int, int, str]]:
    """Yield the line (counted from 1), the level (from 1) and the title of each heading."""
    if suffix == "rst":
        yield from _underlined(lines, levels={})
    else:
        yield from _marked(lines, mark="=" if suffix == "adoc" else "#")


def _marked(lines: Sequence[str], *, mark: str) -> Iterator[tuple[int, int, str]]:
    fence = ""
    matter = _front_matter(lines)
    for number, line in enumerate(lines[matter:], matter + 1):
        head = line[:4].lstrip()[:1]
        if head in {"`", "~", "-"} and (match := _FENCE.match(line)):
            if not fence:
                fence = match[1] if head != "-" or mark == "=" else ""
            elif match[1].startswith(fence):
                fence = ""
        elif not fence and head == mark and (match := _MARKED.match(line)):
            yield number, len(match[1]), match[2].strip().rstrip(mark).strip()[:_TITLE]
        if mark == "#" and not fence and head in {"=", "-"} and number > 1 and _is_title(lines[number - 2], line):
            yield number - 1, 1 if head == "=" else 2, lines[number - 2].strip()[:_TITLE]


def _front_matter(lines: Sequence[str]) -> int:
    """Return the number of lines between two rules at the very top, where tools keep settings; with the rules."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:_MOST_MATTER], 2) if line.rstrip() == "---"), 0)


def _is_title(text: str, line: str) -> bool:
    """Return whether a line of two signs or more underlines a title: text above it that is no list and no quote."""
    rule = line.strip()
    plain = text.strip()
    if len(rule) < 2 or len(text) > _MOST_UNDERLINED or not plain or plain[0] in "#->*|+=`":
        return False
    return not rule.strip(rule[0])


def _underlined(lines: Sequence[str], *, levels: dict[str, int]) -> Iterator[tuple[int, int, str]]:
    for number, (text, line) in enumerate(pairwise(lines), 1):
        title = text.strip()
        if not title or text[0].isspace() or len(text) > _MOST_UNDERLINED or not _UNDERLINE.fullmatch(line[:1000]):
            continue
        if len(line.rstrip()) >= len(title) and not _UNDERLINE.fullmatch(title):
            yield number, levels.setdefault(line[0], len(levels) + 1), title[:_TITLE]
