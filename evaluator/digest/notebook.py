"""A Jupyter notebook as text: the sources of its cells and their text outputs."""

import json
from collections.abc import Iterator
from typing import Any

_OUTPUT_LINES = 40  # shown of one output


def as_text(data: bytes) -> str | None:
    """Return a notebook's cells as text, or None where it cannot be read as a notebook."""
    try:
        cells = json.loads(data)["cells"]
        return "\n".join(line for number, cell in enumerate(cells, 1) for line in _cell(cell, number)) + "\n"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # deep nesting is a known bomb
        return None


def _cell(cell: dict[str, Any], number: int) -> Iterator[str]:
    kind = cell.get("cell_type")
    yield f"# %% cell {number}" + ("" if kind == "code" else f" [{str(kind)[:20]}]")
    yield from _joined(cell.get("source")).splitlines()
    for output in cell.get("outputs") or ():
        lines = _joined(output.get("text") or (output.get("data") or {}).get("text/plain")).splitlines()
        if output.get("output_type") == "error":
            lines = [f"{output.get('ename')}: {output.get('evalue')}"]
        yield from (f"#> {line}" for line in lines[:_OUTPUT_LINES])
        if len(lines) > _OUTPUT_LINES:
            yield f"#> [... {len(lines) - _OUTPUT_LINES} lines of output are not shown]"


def _joined(text: object) -> str:
    """Return nbformat's text, which is one string or a list of them."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text or "")
