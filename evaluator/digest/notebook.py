"""A Jupyter notebook as text: the sources of its cells and their text outputs (nbformat 3 and 4)."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from evaluator.digest.visible import visible

_OUTPUT_LINES = 40  # shown of one output
_OUTPUT_CHARACTERS = 4000  # shown of one output
_OUTPUTS = 20  # shown of one cell
_MIXED = 8  # different characters that a cut word has to have to be left out
_CELLS = 2000  # shown of one notebook
_OTHER_KINDS = 8  # of one output that are named
_BORDER = re.compile(r"^([ \t]*+#)(?=[ \t]*+%%[ \t]*+cell\b|>)", re.IGNORECASE | re.MULTILINE)
_MIME = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")
_OLD_KINDS = {  # keys of outputs in nbformat 3
    "png": "image/png",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
    "html": "text/html",
    "latex": "text/latex",
    "javascript": "application/javascript",
}

Rendered = tuple[str, tuple[str, ...]]  # the text, and the codes of its findings


def as_text(source: str) -> Rendered | None:
    """Return a notebook's cells as text, as far as a reader sees them, or None where it cannot be read as one."""
    try:
        notebook = json.loads(source)
    except (ValueError, RecursionError):  # deep nesting is a known bomb
        return None
    cells = _cells(notebook)
    if cells is None:
        return None
    lines: list[str] = []
    codes: list[str] = []
    for number, cell in enumerate(cells[:_CELLS], 1):
        text, found = _cell(cell, number)
        lines.append(text)
        codes += found
    if len(cells) > _CELLS:
        lines.append(f"#> [... {len(cells) - _CELLS} cells are not shown]\n")
    return "".join(lines).removesuffix("\n"), tuple(dict.fromkeys(codes))


def _cells(notebook: object) -> list[dict[str, Any]] | None:
    """Return the cells, of all worksheets in nbformat 3; None where there is no list of them."""
    if not isinstance(notebook, dict):
        return None
    sheets = notebook.get("worksheets")
    holders = [notebook, *sheets] if isinstance(sheets, list) else [notebook]
    found = [
        holder["cells"] for holder in holders if isinstance(holder, dict) and isinstance(holder.get("cells"), list)
    ]
    return [cell for cells in found for cell in cells if isinstance(cell, dict)] if found else None


def _cell(cell: dict[str, Any], number: int) -> Rendered:
    """Return one cell: its border, its source, its outputs. A source that feigns either gets a dot into the mark."""
    kind = cell.get("cell_type")
    name = kind if isinstance(kind, str) and kind.isascii() and kind.isalpha() else "unknown"
    source, codes = visible(
        _joined(cell.get("source", cell.get("input"))), "markdown" if kind in ("markdown", "heading") else None
    )
    shown, feigned = _BORDER.subn("\\1\u00b7", source)
    lines = [f"# %% cell {number}" + ("" if kind == "code" else f" [{name[:20]}]")]
    lines += shown.split("\n") if shown else ()
    outputs = cell.get("outputs")
    if isinstance(outputs, list):
        for output in outputs[:_OUTPUTS]:
            text, found = visible("\n".join(_output(output)))
            lines += (f"#> {line}" for line in text.split("\n") if text)
            codes += found
        if len(outputs) > _OUTPUTS:
            lines.append(f"#> [... {len(outputs) - _OUTPUTS} outputs are not shown]")
    return "".join(f"{line}\n" for line in lines), codes + (("feigned_cell",) if feigned else ())


def _output(output: object) -> Iterator[str]:
    """Yield the lines of an output: its text within the limits, and the names of what else there is."""
    if not isinstance(output, dict):
        return
    if output.get("output_type") in ("error", "pyerr"):
        yield from _capped(f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}")
        return
    data = output.get("data")
    kinds = data if isinstance(data, dict) else {new: output[old] for old, new in _OLD_KINDS.items() if old in output}
    yield from _capped(_joined(output.get("text") or kinds.get("text/plain")))
    others = [kind for kind in kinds if kind != "text/plain" and _MIME.fullmatch(kind)]
    yield from (f"[{kind} is not shown]" for kind in others[:_OTHER_KINDS])


def _capped(text: str) -> Iterator[str]:
    lines: Sequence[str] = _finished(text).splitlines()
    yield from lines[:_OUTPUT_LINES]
    if left := max(0, len(lines) - _OUTPUT_LINES) + text.count("\n", _OUTPUT_CHARACTERS):
        yield f"[... {left} lines of output are not shown]"
    elif len(text) > _OUTPUT_CHARACTERS:
        yield f"[... {len(text) - _OUTPUT_CHARACTERS} characters of output are not shown]"


def _finished(text: str) -> str:
    """Return the beginning of a text; a word that is cut may be a secret, which nobody would know by its half."""
    head, rest = text[:_OUTPUT_CHARACTERS], text[_OUTPUT_CHARACTERS:][:1]
    if not rest or rest.isspace() or head[-1].isspace():
        return head
    word = head.rsplit(None, 1)[-1]
    return head.removesuffix(word) if len(set(word)) >= _MIXED else head


def _joined(text: object) -> str:
    """Return nbformat's text, which is one string or a list of them, with escaped pairs of surrogates joined."""
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    if not isinstance(text, str):
        return ""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
