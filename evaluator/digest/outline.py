"""What a file defines and which headings a document has, each with its lines, so that a long file can be cut well.

Definitions are told by the first words of their lines, ends by indentation and, where a language has braces, by whether
these balance. A parser was measured and left out: tree-sitter reads 7-13 MB/s before anything is asked of it, its
grammars take 184 MB of disk (language pack 0.13; 1.x downloads them when first used), and 1 MB of brackets takes 270 MB
of memory.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from evaluator.digest import outline_forms
from evaluator.digest.headings import headings
from evaluator.digest.languages import family, suffix

_DEEPEST = 2  # level of a definition that is still told
_MOST = 5000  # definitions or headings of one file; what follows belongs to the last
_LONG = 2000  # characters of a line from which strings in it are not looked for
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.){1,60}+'|`[^`]*+`|//.*|/\*.*?\*/")
_ASIDE = ("//", "/*", "*", "#", "--", '"""', "@")  # comments and marks that stand before what they belong to
_MARKS = ("@", "#[")  # that belong to the definition below
_TRIPLE = ('"""', "'''")
_SQL_END = re.compile(r"(?i)[ \t]*end\b")
_SQL_BEGIN = re.compile(r"(?i)(?:^|[ \t])begin[ \t]*$")


@dataclass(frozen=True)
class Definition:
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
        found = _braced(lines, heads)
    else:
        found = _indented(lines, heads, closers=outline_forms.CLOSERS.get(language, ()))
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


def _braced(lines: Sequence[str], heads: _Heads) -> Iterator[Definition]:
    """Yield the definitions of a language whose blocks stand in braces."""
    stack: list[_Open] = []
    marks = _Marks()
    net = last = 0
    for number, line, words in _code(lines):
        before, head = net, heads.get(number)
        indent = len(line) - len(words) if line[0] != "\t" else _indent(line, words)
        if "{" in line or "}" in line:
            net += _net(line)
        while stack and (end := _brace_end(stack[-1], words, indent, net, number=number, last=last, head=head)):
            yield stack.pop().closed(end)
        if stack and net > stack[-1].base:
            stack[-1].opened = True
        if head is None:
            marks.see(number, words, indent)
            last = last if marks.first or words.startswith(_ASIDE) else number
            continue
        item = _Open(head[1], marks.taken(number), indent, len(stack), before, net > before)
        last = number
        if net <= before and ("{" in line or words.rstrip().endswith(";")):
            yield item.closed(number)
        else:
            stack.append(item)
    while stack:
        yield stack.pop().closed(last)


def _code(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each line with its number and without its indentation, but no empty ones and no long comments."""
    comment = False
    for number, line in enumerate(lines, 1):
        words = line.lstrip()
        if comment:
            comment = "*/" not in words
        elif words:
            comment = words.startswith("/*") and "*/" not in words
            yield number, line, words


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


def _indented(lines: Sequence[str], heads: _Heads, *, closers: tuple[str, ...]) -> Iterator[Definition]:
    """Yield the definitions of a language whose blocks end where the indentation does, or with a word at it."""
    stack: list[_Open] = []
    continued = outline_forms.CONTINUED if closers else outline_forms.CONTINUED_BRACKET
    marks = _Marks()
    last = 0
    quote = ""  # that a string of several lines is in
    for number, line in enumerate(lines, 1):
        inside = bool(quote)
        quote = _quote_after(line, quote)
        words = line.lstrip()
        if not words:
            continue
        head = heads.get(number) if not inside else None
        indent = head[0] if head else _indent(line, words)
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
        if inside or head is not None or not (marks.first or words.startswith(_ASIDE)):
            last = number
    while stack:
        yield stack.pop().closed(last)


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
