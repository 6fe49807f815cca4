"""The door to files as text: decoded, cleaned, in lines that can be shown and stored (security spec)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from evaluator.digest import encodings, hidden, markup, notebook
from evaluator.digest.names import SUFFIXES_CODE
from evaluator.digest.visible import visible

_LONGEST_LINE = 2000  # characters; what is beyond is cut and said
_LOOKED_AT = 16 << 10  # characters of such a line that are looked at for secrets before it is cut
_MASK = "[REDACTED:"  # how masks of secrets begin
_ROOM = 100  # characters for saying so: a line that was cut is not cut again
_FEW_NULS = 100  # bytes of source for each NUL in it
_BLOCK = (_LONGEST_LINE + _ROOM) // 2  # characters of which a line that is too long holds a whole block


class Long(NamedTuple):
    """A line that is too long, as far as it is looked at for secrets: one may begin before the cut and end behind."""

    head: str
    rest: int  # characters behind the head


@dataclass(frozen=True)
class Text:
    """Decoded and cleaned text, with the codes of what a reviewer should know (`findings.MEANINGS`)."""

    lines: tuple[str, ...]
    findings: tuple[str, ...] = ()  # sorted
    long: Mapping[int, Long] = field(default_factory=dict)  # what was cut, by the index in `lines`, in their order


def clean(data: bytes, *, path: str = "") -> Text | None:
    """Return the text of a file, or None where it is binary, or a notebook that cannot be read.

    The suffix of *path* tells notebooks and documents with markup. Every line keeps its number (of a notebook: that in
    its cells as text). No line holds a control character but the tab, nor a lone surrogate; cleaned text stays as it
    is when it is cleaned again.
    """
    decoded = encodings.decode(data) or _without_nuls(data, path)
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
    lines = text.split("\n")
    long = _long(text, lines)
    for index, line in long.items():
        lines[index] = cut(line)
    return Text(tuple(lines), tuple(sorted({*codes, *found})), long)


def _without_nuls(data: bytes, path: str) -> encodings.Decoded | None:
    """Return program source with a few NULs in it, which do not make it binary; None for anything else."""
    nuls = data.count(b"\0")
    if not 0 < nuls * _FEW_NULS <= len(data) or path.rpartition(".")[2].lower() not in SUFFIXES_CODE:
        return None
    decoded = encodings.decode(data.replace(b"\0", b""))
    return (decoded[0], (*decoded[1], "control_characters")) if decoded else None


def _long(text: str, lines: Sequence[str]) -> dict[int, Long]:
    """Return the lines that are too long, by their index."""
    blocks = range(0, len(text) - _BLOCK + 1, _BLOCK)
    if all(text.find("\n", start, start + _BLOCK) >= 0 for start in blocks):  # far quicker than to measure each line
        return {}
    most = _LONGEST_LINE + _ROOM
    return {
        index: Long(line[:_LOOKED_AT], max(0, len(line) - _LOOKED_AT))
        for index, line in enumerate(lines)
        if len(line) > most
    }


def cut(line: Long) -> str:
    """Return as much of a line as is shown, and how much is not; no part of a mask is shown, nor of a last word."""
    size = len(line.head) + line.rest
    if size <= _LONGEST_LINE + _ROOM:  # its secrets were all that made it long
        return line.head
    head = line.head[:_LONGEST_LINE]
    if len(line.head) <= _LONGEST_LINE:  # nobody looked at how its last word goes on
        head = head.rpartition(" ")[0]
    begun = head.rfind(_MASK)
    if begun >= 0 and "]" not in head[begun:]:
        head = head[:begun]
    shown, _ = hidden.strip(head)  # a cut may leave half of a sequence
    return f"{shown} [... {size - len(head)} characters of this line are not shown]"


def printable(path: str) -> str:
    """Return a path as it can be shown and stored: what is not printable in hexadecimal."""
    if path.isascii() and path.isprintable():
        return path
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in readable)
