"""What a file defines and which headings a document has, each with its lines, so that a long file can be cut well.

Definitions are told by the first words of their lines, ends by indentation and, where a language has braces, by whether
these balance. A parser was measured and left out: tree-sitter reads 7-13 MB/s before anything is asked of it, its
grammars take 184 MB of disk (language pack 0.13; 1.x downloads them when first used), and 1 MB of brackets takes 270 MB
of memory.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from evaluator.digest import outline_forms
from evaluator.digest.headings import headings
from evaluator.digest.languages import family, suffix
from evaluator.patterns import compiled

_DEEPEST = 2  # level of a definition that is still told
_MOST = 5000  # definitions or headings of one file; what follows belongs to the last
_LONG = 2000  # characters of a line from which strings in it are not looked for
_STRING = compiled(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.){1,60}+'|`[^`]*+`|//.*|/\*.*?\*/")
_ASIDE = ("//", "/*", "*", "#", "--", '"""', "@")  # comments and marks that stand before what they belong to
_MARKS = ("@", "#[")  # that belong to the definition below
_SIGNS = "@#/"  # that marks and long comments begin with
_TRIPLE = ('"""', "'''")
_BLANK = 1 << 30  # the indentation of a blank line: it ends nothing
_SQL_END = re.compile(r"(?i)[ \t]*end\b")
_SQL_BEGIN = re.compile(r"(?i)(?:^|[ \t])begin[ \t]*$")


class Definition(NamedTuple):
    """Something that a file defines, or a section of a document, and the lines from its head to its end."""

    name: str  # without what it belongs to
    first: int  # line, counted from 1; decorators and annotations are part of it
    last: int  # inclusive
    depth: int  # 0 at the top level of the file


@dataclass
class _Open:
    """A definition whose end is not yet found."""

    name: str
    first: int
    indent: int
    depth: int
    base: int  # braces that were open before it
    opened: bool  # its own brace was seen

    def closed(self, last: int) -> Definition:
        return Definition(name=self.name, first=self.first, last=max(last, self.first), depth=self.depth)


@dataclass
class _Marks:
    """Decorators, annotations and attributes: they begin the definition that follows them."""

    first: int = 0  # line of the first one; 0 where none waits for its definition
    indent: int = 0

    def see(self, number: int, words: str, indent: int) -> None:
        """Note a line that begins no definition."""
        if words.startswith(_MARKS):
            self.first, self.indent = (self.first, self.indent) if self.first else (number, indent)
        elif self.first and indent <= self.indent and words[0] not in ")]}" and not words.startswith(_ASIDE):
            self.first = 0

    def taken(self, number: int) -> int:
        """Return the line that the definition with its head at *number* begins at."""
        first, self.first = self.first or number, 0
        return first


_Heads = dict[int, tuple[int, str]]  # line -> indentation, name


def outline(path: str, lines: Sequence[str]) -> tuple[Definition, ...]:
    """Return what a file defines, in the order of the first lines, to the third level of nesting.

    *lines* are those of the cleaned text, of a notebook those of its rendered cells. Nothing is returned where the
    language is not known, and nothing raised whatever the text.
    """
    kind, ending = family(path), suffix(path)
    if ending in outline_forms.MARKDOWN:
        return tuple(_sections(list(islice(headings(lines, suffix=ending), _MOST)), len(lines)))
    language = "python" if kind == "notebook" else kind
    form = outline_forms.FORMS.get(language)
    if form is None:
        return ()
    text = "\n".join(("", *lines, ""))
    heads = _heads(form, text)
    if kind == "notebook":
        heads |= {line: (-1, name) for line, (_, name) in _heads(outline_forms.CELL, text).items()}
    if not heads:
        return ()
    if kind == "sql":
        found: Iterable[Definition] = _statements(lines, heads)
    elif language in outline_forms.BRACED:
        found = _braced(lines, heads, text=text)
    else:
        found = _indented(lines, heads, text=text, closers=outline_forms.CLOSERS.get(language, ()))
    kept = (definition for definition in found if definition.depth <= _DEEPEST)
    return tuple(sorted(kept, key=lambda definition: (definition.first, definition.depth, definition.last)))


def _heads(form: re.Pattern[str], text: str) -> _Heads:
    """Return the lines on which definitions begin."""
    heads: _Heads = {}
    line = at = 0
    for match in islice(form.finditer(text), _MOST):
        line += text.count("\n", at, match.start() + 1)
        at = match.start() + 1
        heads[line] = _width(match["indent"]), match[match.lastgroup or "indent"]
    return heads


def _width(indent: str) -> int:
    return len(indent) + 3 * indent.count("\t")


def _indent(line: str, words: str) -> int:
    return _width(line[: len(line) - len(words)])


def _braced(lines: Sequence[str], heads: _Heads, *, text: str) -> Iterator[Definition]:
    """Yield the definitions of a language whose blocks stand in braces.

    Only lines that may begin or end something are looked at.
    """
    stack: list[_Open] = []
    marks = _Marks()
    code = _Code(lines, text)
    telling = {*heads, *_holding(text, ("{", "}", "/*", *_MARKS))}
    net = below = 0  # braces that are open | the line that the long comment ends on
    attentive = False  # any line may tell, not only those with signs
    for number, words in enumerate(code.words, 1):
        if not words or number <= below or not (attentive or number in telling):
            continue
        line, before, head = lines[number - 1], net, heads.get(number)
        if "{" in line or "}" in line:
            net += _net(line)
        if not attentive and head is None and words[0] not in _SIGNS and (not stack or net > stack[-1].base):
            continue  # it goes on as before
        last, indent = code.last_before(number), code.indents[number - 1]
        while stack and (end := _brace_end(stack[-1], words, indent, net, number=number, last=last, head=head)):
            yield stack.pop().closed(end)
        if stack and net > stack[-1].base:
            stack[-1].opened = True
        if head is None:
            marks.see(number, words, indent)
        else:
            item = _Open(head[1], marks.taken(number), indent, len(stack), before, net > before)
            if net <= before and ("{" in line or words.rstrip().endswith(";")):
                yield item.closed(number)
            else:
                stack.append(item)
        below = _comment_end(lines, number) if words.startswith("/*") and "*/" not in words else 0
        code.looked_at(number, counts=head is not None or not (marks.first or words.startswith(_ASIDE)), below=below)
        attentive = marks.first > 0 or (len(stack) > 0 and net <= stack[-1].base)
    last = code.last_before(len(lines) + 1)
    while stack:
        yield stack.pop().closed(last)


def _comment_end(lines: Sequence[str], first: int) -> int:
    """Return the line on which a long comment ends that begins with the line *first*."""
    return next((number for number in range(first + 1, len(lines) + 1) if "*/" in lines[number - 1]), len(lines))


def _brace_end(
    top: _Open, words: str, indent: int, net: int, *, number: int, last: int, head: tuple[int, str] | None
) -> int:
    """Return the last line of the innermost open definition, seen from a line below its head; 0 where it goes on."""
    if head is not None and indent <= top.indent:
        return last  # also where braces do not balance: strings and macros hold some of their own
    if net > top.base:
        return 0
    if top.opened:
        return number if words[0] in "})]" or indent > top.indent else last
    if indent > top.indent or words.startswith(outline_forms.CONTINUED_HEAD):
        return 0
    return last


def _net(line: str) -> int:
    """Return how many more braces a line opens than it closes, those in strings and comments left out."""
    if len(line) < _LONG and ('"' in line or "'" in line or "`" in line or "/" in line):
        line = _STRING.sub("", line)
    return line.count("{") - line.count("}")


def _indented(lines: Sequence[str], heads: _Heads, *, text: str, closers: tuple[str, ...]) -> Iterator[Definition]:
    """Yield the definitions of a language whose blocks end where the indentation does, or with a word at it.

    Only lines that may begin or end something are looked at, which most are told by their indentation alone.
    """
    continued = outline_forms.CONTINUED if closers else outline_forms.CONTINUED_BRACKET
    code = _Code(lines, text)
    quotes = _holding(text, _TRIPLE)
    telling = {*heads, *_holding(text, _MARKS), *quotes}
    stack: list[_Open] = []
    marks = _Marks()
    quote = ""  # that a string of several lines is in
    least = -1  # indentation of what is open: what is indented further ends nothing
    for number, width in enumerate(code.indents, 1):
        if width > least and number not in telling:
            continue
        line, words, inside = lines[number - 1], code.words[number - 1], bool(quote)
        last = code.last_before(number, inside=inside)
        quote = _quote_after(line, quote) if number in quotes else quote
        head = heads.get(number) if not inside else None
        indent = head[0] if head else width
        while stack and not inside and indent <= stack[-1].indent:
            if head is None and words.startswith(closers) and closers:
                yield stack.pop().closed(number)
                break
            if head is None and words.startswith(continued):
                break
            yield stack.pop().closed(last)
        if head is not None:
            stack.append(_Open(head[1], marks.taken(number), indent, len(stack), 0, opened=True))
        elif not inside:
            marks.see(number, words, indent)
        code.looked_at(number, counts=inside or head is not None or not (marks.first or words.startswith(_ASIDE)))
        least = -1 if quote else _BLANK - 1 if marks.first else stack[-1].indent if stack else -1
    last = code.last_before(len(lines) + 1, inside=bool(quote))
    while stack:
        yield stack.pop().closed(last)


class _Code:
    """The lines of a file, and the last one that belongs to what is open: neither blank nor an aside."""

    def __init__(self, lines: Sequence[str], text: str) -> None:
        """Take the lines, and the text that is a line end and then the lines."""
        self.words = [line.lstrip() for line in lines]  # without their indentation
        sizes = zip(map(len, lines), map(len, self.words), strict=True)
        self.indents = [size - rest if rest else _BLANK for size, rest in sizes]
        for number in _holding(text, ("\t",)):
            if words := self.words[number - 1]:
                self.indents[number - 1] = _indent(lines[number - 1], words)
        self._last = self._seen = 0

    def last_before(self, number: int, *, inside: bool = False) -> int:
        """Return the last line above *number* that belongs to what is open; *inside* = of a string, asides or not."""
        for above in range(number - 1, self._seen, -1):
            words = self.words[above - 1]
            if words and (inside or not words.startswith(_ASIDE)):
                self._last = above
                break
        self._seen = number - 1
        return self._last

    def looked_at(self, number: int, *, counts: bool, below: int = 0) -> None:
        """Note whether a line belongs to what is open; those behind it up to *below* do not."""
        self._seen = max(number, below)
        if counts:
            self._last = number


def _holding(text: str, signs: Iterable[str]) -> set[int]:
    """Return the lines of a text, counted from 0, that hold one of the signs."""
    return set(chain.from_iterable(_with(text, sign) for sign in signs))


def _with(text: str, sign: str) -> Iterator[int]:
    line = at = 0
    place = text.find(sign)
    while place >= 0:
        line += text.count("\n", at, place)
        yield line
        at = text.find("\n", place)
        place = text.find(sign, at) if at >= 0 else -1


def _quote_after(line: str, quote: str) -> str:
    """Return the triple quote that a line leaves open, given the one that it began in."""
    if quote:
        return "" if line.count(quote) % 2 else quote
    return next((sign for sign in _TRIPLE if sign in line and line.count(sign) % 2), "")


def _statements(lines: Sequence[str], heads: _Heads) -> Iterator[Definition]:
    """Yield what SQL creates, to the semicolon that ends it; in a body between dollars or BEGIN and END none does."""
    starts = sorted(heads)
    for first, following in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        dollars = block = False
        last = first
        for number in range(first, following):
            line = lines[number - 1]
            dollars ^= line.count("$$") % 2 == 1
            block = (block or _SQL_BEGIN.search(line) is not None) and not _SQL_END.match(line)
            last = number if line.strip() else last
            if not dollars and not block and line.rstrip().endswith(";"):
                break
        yield Definition(name=heads[first][1], first=first, last=last, depth=0)


def _sections(found: Sequence[tuple[int, int, str]], total: int) -> Iterator[Definition]:
    """Yield each section to the line before the next heading of its level or a higher one."""
    ends = [total] * len(found)
    stack: list[int] = []  # of sections that are still open
    depths = [0] * len(found)
    for n, (line, level, _) in enumerate(found):
        while stack and found[stack[-1]][1] >= level:
            ends[stack.pop()] = line - 1
        depths[n] = len(stack)
        stack.append(n)
    for (line, _, title), end, depth in zip(found, ends, depths, strict=True):
        if depth <= _DEEPEST:
            yield Definition(name=title, first=line, last=end, depth=depth)
