"""Which signs of a source text are comments or docstrings: what a file says about itself is a claim, never evidence.

Cheap on purpose: one regular expression for each family of languages (`comment_forms`), no parser. Where it is not sure
that something is a comment, it is code. A string is not a comment, except where a statement of Python consists of it;
but a string that is prose and nothing else ("All uploads are retried three times") is no behaviour either: it says, and
what is said may be wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from evaluator.grading import comment_forms as forms

_PYTHON = frozenset(("py", "pyi", "pyw", "pyx", "gd"))
_PAGES = frozenset(("html", "htm", "xhtml", "vue", "svelte"))

_Prose = Callable[[str], bool]  # whether a string is taken out
Span = tuple[int, int]  # first sign, and the one after the last


def behaviour(text: str, *, path: str) -> bytearray:
    """Return the mask of *text* as `mask` does, with strings of prose taken out as well."""
    return _mask(text, path=path, prose=forms.is_prose)


def mask(text: str, *, path: str) -> bytearray:
    """Return one byte for each sign of *text*, part of the file at *path*: 1 where it is code, 0 where it is comment.

    Files of a kind that is not known (scripts...) are read as if `#` began a comment. In a Dockerfile only instructions
    are code, in a `requirements.txt` only requirements: either may be named like prose, and prose like them.
    """
    return _mask(text, path=path, prose=lambda _string: False)


def _mask(text: str, *, path: str, prose: _Prose) -> bytearray:
    code = bytearray(b"\x01") * len(text)
    name = PurePosixPath(path).name.lower()
    for start, end in _comments(text, PurePosixPath(name).suffix.removeprefix("."), prose):
        code[start:end] = bytes(end - start)
    if forms.CONTAINER.match(name):
        _blank(code, text, _prose_around_instructions(text))
    elif forms.REQUIREMENTS.fullmatch(name):
        _blank(code, text, (forms.REQUIREMENT.match(line) is None for line in text.split("\n")))
    return code


def _blank(code: bytearray, text: str, prose: Iterable[bool]) -> None:
    """Take the lines that are *prose* out of the code."""
    start = 0
    for line, is_prose in zip(text.split("\n"), prose, strict=True):
        if is_prose:
            code[start : start + len(line)] = bytes(len(line))
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


def _comments(text: str, ending: str, prose: _Prose) -> Iterator[Span]:
    if ending in _PYTHON:
        return _python(text, prose)
    if ending == "ipynb":
        return _notebook(text, prose)
    if ending in _PAGES:
        return _page(text, prose)
    if ending == "m":
        return _plain(text, "c" if forms.OBJECTIVE_C.search(text) else "tex", prose)
    return _plain(text, ending, prose)


def _plain(text: str, ending: str, prose: _Prose) -> Iterator[Span]:
    for match in forms.FAMILIES.get(ending, forms.HASH).finditer(text):
        if match["comment"] is not None or prose(match[0]):
            yield match.span()


def _python(text: str, prose: _Prose) -> Iterator[Span]:
    """Yield comments, and strings that a statement begins with: such a statement does nothing."""
    depth, end = 0, 0  # open brackets; end of what was matched before
    head, said = "", False  # beginning of the logical line; whether what was matched before is a docstring
    for match in forms.PYTHON.finditer(text):
        gap = text[end : match.start()]
        if depth == 0 and (end == 0 or "\n" in gap):
            head = gap.rpartition("\n")[2]
        head = "" if "lambda" in gap else head
        said = match["string"] is not None and depth == 0 and _begins(gap, first=end == 0, head=head, said=said)
        if said or match["comment"] is not None or (match["string"] is not None and prose(match[0])):
            yield match.span()
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


def _notebook(text: str, prose: _Prose) -> Iterator[Span]:
    starts = [0, *(match.start() for match in forms.CELL.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if forms.PROSE_CELL.match(text, start):
            yield start, end
        else:
            yield from ((start + a, start + b) for a, b in _python(text[start:end], prose))


def _page(text: str, prose: _Prose) -> Iterator[Span]:
    for match in forms.PAGE.finditer(text):
        if match["program"] is not None:
            yield from (
                (match.start("program") + a, match.start("program") + b)
                for a, b in _plain(match["program"], "js", prose)
            )
        elif match["comment"] is not None or match["prose"] is not None:
            yield match.span()
