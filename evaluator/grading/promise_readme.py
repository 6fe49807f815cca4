"""A README taken apart for what it promises: titles, list items, rows of tables, paragraphs, lines of code.

Markdown, HTML in it, reStructuredText, AsciiDoc and plain text are read by one walk from top to bottom. Every pattern
is bounded and sees one line of at most MAX_LINE characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from evaluator.domain import Block
from evaluator.grading.checks.reading import MAX_LINE

MAX_LINES = 20_000  # of a README
MAX_PARAGRAPH = 40  # lines
_LEAD = 7  # level of a line that leads a list: below all titles
_FENCE = re.compile(r"[ \t]{0,12}(?:>[ \t]?)?(`{3,200}|~{3,200})[ \t]*(?:\{?\.?)([\w+#-]{0,30})")
_TITLE = re.compile(r" {0,3}(#{1,6}|={1,6})[ \t]+(\S.*)")
_ITEM = re.compile(r"([ \t>]{0,40})(?:[-*+•●▪◦‣・·–]|\d{1,3}[.)])[ \t]+(\S.*)")
_EMOJI_ITEM = re.compile(r"[✅✔☑✨🔹🔸🚀⚡🎯💡📌👉⭐🟢➡▶]\ufe0f?[ \t]*(\S.*)")
_BOX = re.compile(r"\[([ xX✓✔])\][ \t]+|(:white_check_mark:|✅|☑️?)[ \t]+")
_RULE = re.compile(r"[ \t]*([-=~^\"*+#`])\1{1,300}[ \t]*")
_TABLE_RULE = frozenset("|:-+= ")
_HTML_TITLE = re.compile(r"<h([1-6])\b[^<>]{0,200}>(.*)", re.IGNORECASE)
_END_OF_TITLE = re.compile(r"</h[1-6]>", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary\b[^<>]{0,200}>(.{0,200})", re.IGNORECASE)
_LI = re.compile(r"<li\b[^<>]{0,200}>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b[^<>]{0,200}>", re.IGNORECASE)
_DIRECTIVE = re.compile(
    r"([ \t]{0,20})\.\.(?:[ \t]+(?:(code-block|code|sourcecode|literalinclude)::[ \t]*([\w+-]{0,30}))?|$)"
)
_QUOTE = re.compile(r"[> ]{1,9}")  # with nothing in it
_QUOTED = re.compile(r"^(?:> ?){1,4}#{0,6} ?")
_NOTE = re.compile(r"\[!\w")  # GitHub's form of one
_REFERENCE = re.compile(r"\[[^\[\]]{1,100}\]:[ \t]")  # where links lead
_HTML_BLOCK = re.compile(r"</?(?:p|div|center)\b", re.IGNORECASE)
_BOLD = re.compile(r"(\*\*|__)[^*_]{1,80}\1:?")

PieceKind = Literal["title", "item", "row", "text", "code"]


@dataclass(frozen=True)
class Piece:
    """A part of a README."""

    kind: PieceKind
    number: int  # of its first line
    text: str  # as it stands; of a paragraph with its line ends
    titles: tuple[
        str, ...
    ] = ()  # those that it stands under, outermost first; the last may be a line that leads a list
    depth: int = 0  # level of a title from 1; columns before a list item
    language: str = ""  # of code: what its fence says
    block: int = 0  # of code: which block
    cells: tuple[str, ...] = ()  # of a row
    header: tuple[str, ...] = ()  # of a row: the cells of its table's first row
    checked: bool | None = None  # of an item with a box


def pieces(readme: Block) -> Iterator[Piece]:
    """Yield the parts of a README in their order."""
    walk = _Walk(is_rst=readme.path.lower().endswith((".rst", ".rest")))
    before = 0
    for number, text in readme.lines[:MAX_LINES]:
        if number != before + 1:
            yield from walk.break_off()
        before = number
        yield from walk.line(number, text[:MAX_LINE].replace("\t", "    "))
    yield from walk.flush()


@dataclass
class _Walk:
    """Where the walk stands."""

    is_rst: bool
    titles: list[tuple[int, str]] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)  # of underlines of reStructuredText
    fence: str = ""
    language: str = ""
    block: int = 0
    literal: int = -1  # columns before the line that a literal block belongs to; -1: none
    skipping: bool = False  # the literal block is a directive's
    paragraph: list[tuple[int, str]] = field(default_factory=list)
    item: tuple[int, int, str, bool | None] | None = None  # number, columns, text, checked
    header: tuple[str, ...] = ()
    row: tuple[int, str] | None = None  # of an HTML table, open
    title: tuple[int, int, str] | None = None  # an HTML title, open: number, level, text
    hidden: bool = False  # inside a comment
    blank: bool = True  # whether the line before was blank

    def break_off(self) -> Iterator[Piece]:
        """End what is open where lines are left out."""
        yield from self.flush()
        self.fence, self.literal, self.header, self.row, self.title = "", -1, (), None, None

    def line(self, number: int, text: str) -> Iterator[Piece]:
        """Yield what ends with this line."""
        if self._is_code(number, text):
            if self.fence and (mark := _FENCE.match(text)) and mark[1].startswith(self.fence) and not mark[2]:
                self.fence = ""
            elif text.strip() and not self.skipping:
                yield Piece("code", number, text, self._under(), language=self.language, block=self.block)
            return
        shown = self._shown(text)
        if not self._is_aside(shown.strip(), text):
            yield from self._prose(number, "" if _QUOTE.fullmatch(shown.strip()) else shown)
            self.blank = not shown.strip()

    def _is_aside(self, shown: str, text: str) -> bool:
        """Return whether the line is neither read nor ends anything: comments, references, rules, gaps of a note."""
        if not shown:
            return bool(text.strip())
        is_note = bool(self.paragraph) and _NOTE.match(self.paragraph[0][1]) is not None
        is_rule = not self.paragraph and shown[2:] and shown[0] not in "`~" and _RULE.fullmatch(shown)
        return bool(_REFERENCE.match(shown) or is_rule or (is_note and _QUOTE.fullmatch(shown)))

    def _shown(self, text: str) -> str:
        """Return the line without the HTML comments that nobody sees; they may go over many lines."""
        kept: list[str] = []
        while text:
            before, mark, text = text.partition("-->" if self.hidden else "<!--")
            if not self.hidden:
                kept.append(before)
            if mark:
                self.hidden = not self.hidden
        return "".join(kept)

    def flush(self) -> Iterator[Piece]:
        """Yield the open list item or paragraph."""
        if self.item:
            number, columns, text, checked = self.item
            self.item = None
            yield Piece("item", number, text, self._under(), depth=columns, checked=checked)
        if self.paragraph:
            number, lines = self.paragraph[0][0], [text for _, text in self.paragraph]
            self.paragraph = []
            self._drop_lead()
            yield Piece("text", number, "\n".join(lines), self._under())
            last = lines[-1].strip()
            if (len(lines) == 1 and _BOLD.fullmatch(last)) or (last.rstrip("*_").endswith((":", ":"))):
                self.titles.append((_LEAD, last[-200:]))

    def _is_code(self, number: int, text: str) -> bool:
        """Return whether the line belongs to a block of code, or ends one."""
        if self.fence:
            return True
        indent = len(text) - len(text.lstrip())
        if self.literal >= 0:
            if not text.strip() or indent > self.literal:
                return True
            self.literal, self.skipping = -1, False
        if indent >= 4 and self.blank and not self.item and not _ITEM.match(text) and "<" not in text[: indent + 1]:
            self._begin("", number, literal=3)
            return True
        return False

    def _begin(self, language: str, number: int, *, literal: int = -1, skipping: bool = False) -> None:
        self.language, self.literal, self.skipping, self.block = language.lower(), literal, skipping, number

    def _prose(self, number: int, text: str) -> Iterator[Piece]:
        stripped = text.strip()
        if mark := _FENCE.match(text):
            yield from self.flush()
            self.fence = mark[1]
            self._begin(mark[2], number)
        elif self.title or _HTML_TITLE.search(text):
            yield from self._html_title(number, text)
        elif not stripped:
            self.header = ()
            if self.paragraph:
                yield from self.flush()
        elif title := _TITLE.match(text):
            yield from self._titled(number, len(title[1]), title[2].rstrip("#= "))
        elif directive := _DIRECTIVE.match(text):
            yield from self.flush()
            self._begin(directive[3] or "", number, literal=len(directive[1]), skipping=not directive[2])
        elif len(self.paragraph) == 1 and _RULE.fullmatch(text):
            yield from self._underlined(stripped)
        elif _LI.search(text) or _CELL.search(text) or self.row:
            yield from self._html(number, text)
        elif "|" in stripped[:200] and (stripped.startswith("|") or self.header or stripped.count("|") >= 2):
            yield from self._table(number, stripped)
        else:
            yield from self._words(number, text)

    def _words(self, number: int, text: str) -> Iterator[Piece]:
        stripped = text.strip()
        item = _ITEM.match(text)
        if item or _EMOJI_ITEM.match(stripped):
            yield from self.flush()
            self._open_item(number, item[2] if item else stripped, columns=len(item[1]) if item else 0)
        elif summary := _SUMMARY.search(text):
            yield from self._titled(number, 6, summary[1])
        elif "</details>" in text.lower():
            yield from self.flush()
            if self.titles and self.titles[-1][0] >= 6:
                self.titles.pop()
        elif self.item and not (self.blank and text[0] != " "):
            if not self.blank:
                mine = self.item
                self.item = (mine[0], mine[1], f"{mine[2]} {stripped}"[: 4 * MAX_LINE], mine[3])
            # what follows a blank line inside an item goes into detail
        else:
            if self.item or len(self.paragraph) >= MAX_PARAGRAPH or _HTML_BLOCK.match(stripped):
                yield from self.flush()
            self.paragraph.append((number, _QUOTED.sub("", stripped) or stripped))
            if self.is_rst and stripped.endswith("::"):
                yield from self.flush()
                self._begin("", number, literal=len(text) - len(text.lstrip()))

    def _open_item(self, number: int, text: str, *, columns: int) -> None:
        said = text.removeprefix("- ")  # of a row of a reStructuredText table
        box = _BOX.match(said)
        checked = None if box is None else bool(box[2]) or box[1] != " "
        self.item = (number, columns, said[box.end() :] if box else said, checked)

    def _titled(self, number: int, level: int, text: str) -> Iterator[Piece]:
        yield from self.flush()
        self.header = ()
        while self.titles and self.titles[-1][0] >= level:
            self.titles.pop()
        piece = Piece("title", number, text, self._under(), depth=level)
        self.titles.append((level, text))
        yield piece

    def _underlined(self, rule: str) -> Iterator[Piece]:
        number, text = self.paragraph[0]
        self.paragraph = []
        self._drop_lead()
        if self.is_rst:
            level = self.levels.setdefault(rule[0], min(6, len(self.levels) + 1))
        else:
            level = 1 if rule[0] == "=" else 2
        yield from self._titled(number, level, text)

    def _html_title(self, number: int, text: str) -> Iterator[Piece]:
        opened = _HTML_TITLE.search(text)
        if opened:
            self.title = (number, int(opened[1]), "")
            text = opened[2]
        if self.title is None:
            return
        first, level, said = self.title
        said = f"{said} {_END_OF_TITLE.split(text)[0]}".strip()[:MAX_LINE]
        self.title = (first, level, said)
        if _END_OF_TITLE.search(text) or number - first > 5:
            self.title = None
            yield from self._titled(first, level, said)

    def _html(self, number: int, text: str) -> Iterator[Piece]:
        if _LI.search(text) and not self.row:
            yield from self.flush()
            for said in _LI.split(text)[1:]:
                columns = len(text) - len(text.lstrip())
                yield Piece("item", number, said.partition("</li")[0], self._under(), depth=min(columns, 1))
            return
        if self.row is None:
            yield from self.flush()
            self.row = (number, "")
        first, said = self.row
        said = f"{said} {text.strip()}"[: 4 * MAX_LINE]
        self.row = (first, said)
        if "</tr" in text.lower() or "</table" in text.lower() or number - first > MAX_PARAGRAPH:
            self.row = None
            cells = tuple(cell.partition("</t")[0].strip() for cell in _CELL.split(said)[1:])
            yield from self._row(first, said, cells)

    def _table(self, number: int, text: str) -> Iterator[Piece]:
        yield from self.flush()
        if not _TABLE_RULE.issuperset(text):
            bare = text.removeprefix("|").removesuffix("|").replace("\\|", "\u2223")
            yield from self._row(number, text, tuple(cell.strip() for cell in bare.split("|")))

    def _row(self, number: int, text: str, cells: tuple[str, ...]) -> Iterator[Piece]:
        if not self.header:
            self.header = cells or ("",)
        else:
            yield Piece("row", number, text, self._under(), cells=cells, header=self.header)

    def _drop_lead(self) -> None:
        if self.titles and self.titles[-1][0] == _LEAD:
            self.titles.pop()

    def _under(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.titles)
