"""Which signs of a source text are comments or docstrings: what a file says about itself is a claim, never evidence.

Cheap on purpose: one regular expression for each family of languages (`comment_forms`), no parser. Where it is not sure
that something is a comment, it is code: one that never ends hides its own line alone. A string is not a comment, except
where a statement of Python consists of it; but a string that is prose and nothing else ("All uploads are retried three
times") is no behaviour either (`prose`), nor are imports: they do nothing yet.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from evaluator.grading import comment_forms as forms
from evaluator.grading import prose
from evaluator.grading.comment_ends import Ends

_PYTHON = frozenset(("py", "pyi", "pyw", "pyx", "gd"))
_PAGES = frozenset(("html", "htm", "xhtml", "vue", "svelte"))
_TEMPLATES = frozenset(("j2", "jinja", "jinja2", "twig", "erb", "ejs", "hbs"))

Span = tuple[int, int]  # first sign, and the one after the last
_Said = Callable[[str, int, int], Iterable[Span]]  # what of a string between two places of a text is taken out


def behaviour(text: str, *, path: str) -> bytearray:
    """Return the mask of *text* as `mask` does, without prose, imports and what does nothing or never runs."""
    code = _mask(text, path=path, said=prose.said)
    for start, end in prose.values(text, _ending(path)):
        code[start:end] = bytes(end - start)
    for start, end in [*prose.idle(text, code), *prose.switched_off(text, code)]:
        code[start:end] = bytes(end - start)
    return code


def statements(text: str, *, path: str) -> bytearray:
    """Return the mask of *text* as `mask` does, with all strings taken out as well."""
    return _mask(text, path=path, said=lambda _text, start, end: [(start, end)])


def mask(text: str, *, path: str) -> bytearray:
    """Return one byte for each sign of *text*, part of the file at *path*: 1 where it is code, 0 where it is comment.

    Files of a kind that is not known (scripts...) are read as if `#` began a comment. In a Dockerfile only instructions
    are code, in a `requirements.txt` only requirements: either may be named like prose, and prose like them.
    """
    return _mask(text, path=path, said=_nothing)


def _nothing(_text: str, _start: int, _end: int) -> Iterable[Span]:
    return ()


def _mask(text: str, *, path: str, said: _Said) -> bytearray:
    code = bytearray(b"\x01") * len(text)
    name = PurePosixPath(path).name.lower()
    if shebang := forms.SHEBANG.match(text):
        code[: shebang.end()] = bytes(shebang.end())
    for start, end in _comments(text, name, said):
        code[start:end] = bytes(end - start)
    if forms.CONTAINER.match(name):
        _blank(code, text, _prose_around_instructions(text))
    elif forms.REQUIREMENTS.fullmatch(name):
        _blank(code, text, (forms.REQUIREMENT.match(line) is None for line in text.split("\n")))
    return code


def _ending(path: str) -> str:
    return PurePosixPath(path).name.lower().rpartition(".")[2]


def _blank(code: bytearray, text: str, is_said: Iterable[bool]) -> None:
    """Take the lines out of the code that only say something."""
    for (start, end), taken in zip(_lines(text), is_said, strict=True):
        if taken:
            code[start:end] = bytes(end - start)


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _prose_around_instructions(text: str) -> Iterator[bool]:
    """Yield for each line of a Dockerfile whether it is neither an instruction nor goes on with one."""
    goes_on, end = False, ""  # what ends the text that an instruction has begun
    for line in text.split("\n"):
        begins = forms.INSTRUCTION.match(line) is not None
        yield not (begins or goes_on or end)
        if end:
            end = "" if line.strip() == end else end
        elif begins or goes_on:
            opened = forms.HERE.search(line)
            end = opened["end"] if opened else ""
            goes_on = line.rstrip().endswith(("\\", "`")) or line.lstrip().startswith("#")


def _comments(text: str, name: str, said: _Said) -> Iterator[Span]:
    ending = PurePosixPath(name).suffix.removeprefix(".")
    if ending in _PYTHON:
        return _python(text, said)
    if ending == "ipynb":
        return _notebook(text, said)
    if ending in _PAGES or name.endswith(".blade.php") or (ending in _TEMPLATES and forms.IS_PAGE.search(text)):
        return _page(text, said)
    if ending in {"php", "phtml"}:
        return _php(text, said)
    if ending == "astro":
        return _astro(text, said)
    return _plain(text, _family(text, name, ending), said)


def _family(text: str, name: str, ending: str) -> forms.Family:
    """Return how comments look in the file; some endings belong to two languages."""
    if ending == "m":
        return forms.FAMILIES["c"] if forms.OBJECTIVE_C.search(text) else forms.PERCENT
    if ending == "v" and forms.IS_COQ.search(text):
        return forms.COQ
    if ending == "pro" or (ending == "pl" and forms.IS_PROLOG.search(text) and not forms.IS_PERL.search(text)):
        return forms.PROLOG
    if name in {"cmakelists.txt", "jenkinsfile"}:
        return forms.FAMILIES["cmake" if name == "cmakelists.txt" else "groovy"]
    return forms.FAMILIES.get(ending, forms.HASH)


def _plain(text: str, family: forms.Family, said: _Said) -> Iterator[Span]:
    ends, at = Ends(text, nests=family.nests), 0
    while match := family.pattern.search(text, at):
        start, at = match.span()
        found = match.groupdict()
        if (end := _end_of_comment(match, ends)) is not None:
            yield start, end
            at = end
        elif found.get("here"):
            end = ends.here(at, found["here"])
            if end >= 0:
                yield from [(start, end)] if found.get("mute") is not None else _given(text, ends.line(at), end, said)
                at = end
        elif found.get("raw") is not None:
            at = max(at, ends.raw(start, match[0]))
            yield from said(text, start, at)
        elif found.get("page") is not None:
            page = match.span("page")
            yield from (match.span() if span == page else span for span in said(text, *page))
        elif found.get("html") is not None:
            yield from _moved(_page(found["html"], said), match.start("html"))
        else:
            if found.get("template") is not None:
                yield from _moved(_plain(match[0], forms.TEMPLATE_TEXT, said), start)
            yield from said(text, start, at)


def _end_of_comment(match: re.Match[str], ends: Ends) -> int | None:
    """Return the end of the comment that begins with the match; None: it begins none."""
    if match["comment"] is not None:
        return match.end()
    if match["block"] is not None:
        return ends.block(match.start(), match[0])
    return ends.switched_off(match.end()) if match["off"] is not None else None


def _given(text: str, start: int, end: int, said: _Said) -> Iterator[Span]:
    """Yield what is no code of a text given in place: it may be a script that has comments of its own."""
    yield from _moved(_plain(text[start:end], forms.GIVEN_TEXT, said), start)
    yield from said(text, start, end)


def _moved(spans: Iterable[Span], by: int) -> Iterator[Span]:
    for start, end in spans:
        yield start + by, end + by


def _python(text: str, said: _Said) -> Iterator[Span]:
    """Yield comments, and strings that a statement begins with: such a statement does nothing."""
    depth, end = 0, 0  # open brackets; end of what was matched before
    head, alone = "", False  # beginning of the logical line; whether what was matched before is a docstring
    for match in forms.PYTHON.finditer(text):
        gap = text[end : match.start()]
        if depth == 0 and (end == 0 or "\n" in gap):
            head = gap.rpartition("\n")[2]
        head = "" if "lambda" in gap else head
        string = match["string"] is not None
        alone = string and depth == 0 and _begins(gap, first=end == 0, head=head, said=alone)
        if alone or match["comment"] is not None:
            yield match.span()
        elif string:
            yield from said(text, *match.span())
        depth = max(0, depth + (match["open"] is not None) - (match["close"] is not None))
        end = match.end()


def _begins(gap: str, *, first: bool, head: str, said: bool) -> bool:
    """Return whether a statement begins behind *gap*, or goes on that is a string so far (*said*)."""
    before = gap.rstrip(" \t")
    if not before:
        return first or said
    if before.endswith(":"):
        return forms.COMPOUND.match(head) is not None
    return before.endswith((";", "\n")) and not before.endswith("\\\n")


def _notebook(text: str, said: _Said) -> Iterator[Span]:
    starts = [0, *(match.start() for match in forms.CELL.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if forms.PROSE_CELL.match(text, start):
            yield start, end
        else:
            yield from _moved(_python(text[start:end], said), start)


def _php(text: str, said: _Said) -> Iterator[Span]:
    """Yield what is no code of pages with programs in them; where no program begins, all of it is one."""
    opened = forms.OPENS_PHP.search(text)
    before = opened.start() if opened and "?>" not in text[: opened.start()] else 0
    yield from _page(text[:before], said)
    yield from _moved(_plain(text[before:], forms.FAMILIES["php"], said), before)


def _astro(text: str, said: _Said) -> Iterator[Span]:
    """Yield what is no code of the program before a page, and of the page."""
    front = forms.FRONT.match(text)
    end = front.end() if front else 0
    if front:
        yield from _moved(_plain(front["program"], forms.SCRIPT, said), front.start("program"))
    yield from _moved(_page(text[end:], said), end)


def _page(text: str, said: _Said) -> Iterator[Span]:
    for match in forms.PAGE.finditer(text):
        if match["program"] is not None:
            yield from _moved(_plain(match["program"], forms.SCRIPT, said), match.start("program"))
        elif match["comment"] is not None or match["prose"] is not None:
            yield match.span()
        elif match["plain"] is not None and said is not _nothing:
            yield match.span()  # a tag that says nothing but what it is does nothing
