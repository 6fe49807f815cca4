"""The door to files as text: decoded, cleaned, in lines that can be shown and stored (security spec)."""

from dataclasses import dataclass

from evaluator.digest import encodings, hidden, markup, notebook
from evaluator.digest.visible import visible

_LONGEST_LINE = 2000  # characters; what is beyond is cut and said
_ROOM = 100  # characters for saying so: a line that was cut is not cut again
_BLOCK = (_LONGEST_LINE + _ROOM) // 2  # characters of which a line that is too long holds a whole block


@dataclass(frozen=True)
class Text:
    """Decoded and cleaned text, with the codes of what a reviewer should know (`findings.MEANINGS`)."""

    lines: tuple[str, ...]
    findings: tuple[str, ...] = ()  # sorted


def clean(data: bytes, *, path: str = "") -> Text | None:
    """Return the text of a file, or None where it is binary, or a notebook that cannot be read.

    The suffix of *path* tells notebooks and documents with markup. Every line keeps its number (of a notebook: that in
    its cells as text). No line holds a control character but the tab, nor a lone surrogate; cleaned text stays as it
    is when it is cleaned again.
    """
    decoded = encodings.decode(data)
    if decoded is None:
        return None
    text, codes = decoded
    if path.lower().endswith(".ipynb"):
        rendered = notebook.as_text(text)
        if rendered is None:
            return None
        text, found = rendered
    else:
        text, found = visible(text, markup.kind_of(path))
    return Text(_lines(text), tuple(sorted({*codes, *found})))


def _lines(text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    blocks = range(0, len(text) - _BLOCK + 1, _BLOCK)
    if any(text.find("\n", start, start + _BLOCK) < 0 for start in blocks):  # far quicker than to measure each line
        return tuple(map(_cut, lines))
    return tuple(lines)


def _cut(line: str) -> str:
    """Return a line that is not too long, its end named where it is cut."""
    if len(line) <= _LONGEST_LINE + _ROOM:
        return line
    head, _ = hidden.strip(line[:_LONGEST_LINE])  # a cut may leave half of a sequence
    return f"{head} [... {len(line) - _LONGEST_LINE} characters of this line are not shown]"


def printable(path: str) -> str:
    """Return a path as it can be shown and stored: what is not printable in hexadecimal."""
    if path.isascii() and path.isprintable():
        return path
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in readable)
