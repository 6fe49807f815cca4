"""Python as far as it is shown: whole files, the cells of notebooks, and pieces with gaps between them."""

import ast
import re
from collections.abc import Iterator

from evaluator.domain import Block
from evaluator.grading import comment_forms as forms
from evaluator.grading.checks.reading import MAX_LINE, MAX_PARSED, is_whole, language, python_tree, statements, text

_NAME = r"[A-Za-z_]\w*"
_MODULE = rf"{_NAME}(?:\.{_NAME})*(?:[ \t]+as[ \t]+{_NAME})?"
_FROM = re.compile(rf"^from[ \t]+({_NAME})[\w.]*[ \t]+import[ \t]+(?:\*|\(|{_NAME}[ \t]*(?:[,#;\\]|as[ \t]|$))")
_IMPORT = re.compile(rf"^import[ \t]+({_MODULE}(?:[ \t]*,[ \t]*{_MODULE}){{0,30}})[ \t]*(?:[#;].*)?$")
_MAGIC = re.compile(r"^[ \t]*[%!?]")

Piece = tuple[int, str]  # number of the first line, and the lines


def pieces(block: Block) -> list[Piece]:
    """Return the shown lines as texts without gaps; of a notebook each cell of code, without outputs and magics."""
    found: list[tuple[int, list[str]]] = []
    notebook = language(block.path) == "notebook"
    prose, before, left = False, -1, MAX_PARSED
    for line in block.lines:
        left -= len(line.text) + 1
        if left < 0:
            break
        border = notebook and forms.CELL.match(line.text)
        if border:
            prose = bool(forms.PROSE_CELL.match(line.text))
        if border or line.number != before + 1 or not found:
            found.append((line.number, []))
        before = line.number
        foreign = prose or (notebook and _MAGIC.match(line.text))
        found[-1][1].append("" if foreign else line.text)
    return [(first, "\n".join(lines)) for first, lines in found]


def trees(block: Block) -> list[tuple[int, ast.Module]] | None:
    """Return the syntax trees with the number of the line before each; None where a piece is not Python."""
    if language(block.path) != "notebook":
        tree = python_tree(text(block)) if is_whole(block) else None
        return None if tree is None else [(0, tree)]
    parsed = [(first - 1, python_tree(piece)) for first, piece in pieces(block)]
    found = [(before, tree) for before, tree in parsed if tree is not None]
    return found if len(found) == len(parsed) else None


def imported_modules(block: Block) -> Iterator[str]:
    """Yield the top-level modules that the shown code imports, those left out whose lack it is ready for."""
    found = trees(block)
    if found is not None:
        for _, tree in found:
            yield from _imported_by(tree)
    else:
        for first, piece in pieces(block):
            yield from _imported_in(piece, first=first)


def _imported_by(tree: ast.Module) -> Iterator[str]:
    optional = {id(node) for part in statements(tree) if isinstance(part, ast.Try) for node in statements(part)}
    for node in statements(tree):
        if isinstance(node, ast.Import) and id(node) not in optional:
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module and id(node) not in optional:
            yield node.module.split(".")[0]


def _imported_in(piece: str, *, first: int) -> Iterator[str]:
    """Yield what a piece of a file imports at its outermost level: what is indented may be prose, or within a `try`."""
    for line in _without_strings(piece, first=first).split("\n"):
        if match := _FROM.match(line[:MAX_LINE]):
            yield match[1]
        elif match := _IMPORT.match(line[:MAX_LINE]):
            yield from (name.strip().partition(" ")[0].partition(".")[0] for name in match[1].split(","))


def _without_strings(piece: str, *, first: int) -> str:
    """Return the piece without what stands in strings; nothing where it may begin within one."""
    if first > 1 and (piece.count('"""') % 2 or piece.count("'''") % 2):
        return ""
    return forms.PYTHON.sub(lambda m: "\n" * m[0].count("\n") if m["string"] is not None else m[0], piece)
