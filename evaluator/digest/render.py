"""The digest's text: tree, then one fence per file with numbered lines, then what is not shown."""

from collections import Counter
from collections.abc import Iterable, Sequence

from evaluator.digest.tokens import estimate
from evaluator.domain import Block, DigestFile

_TREE_WIDTHS = (200, 60, 25, 12, 6, 3, 1)  # names shown of one folder, tried until the tree fits
_FEW = 4  # files of one folder and reason that are still named one by one


def numbered(lines: Iterable[str]) -> str:
    """Return lines as the judge sees them, counted from 1."""
    return "".join(f"{number}| {line}\n" for number, line in enumerate(lines, 1))


def fence(block: Block, mark: str) -> str:
    """Return the block between two fences with the mark, which the author cannot know."""
    shown = f"{block.lines[0].number}-{block.lines[-1].number}" if block.lines else "none"
    head = f"<<<{mark} file {block.path} | {block.bytes} bytes | {block.total_lines} lines | shown {shown}>>>\n"
    left = block.total_lines - len(block.lines)
    cut = f"[lines {block.total_lines - left + 1}-{block.total_lines} are not shown]\n" if left else ""
    return f"{head}{numbered(line.text for line in block.lines)}{cut}<<<{mark} end>>>\n\n"


def tree(paths: Sequence[str], *, budget: int) -> str:
    """Return the listing of all paths, one folder per line, in at most *budget* tokens."""
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    head = f"Files of the project: {len(paths)} in {len(folders)} folders\n"
    for width in _TREE_WIDTHS:
        lines = _collapsed([(folder, _names(names, width)) for folder, names in sorted(folders.items())])
        listing = head + "".join(lines) + "\n"
        if estimate(listing) <= budget:
            return listing
    return _fitting(head, lines, budget=budget, what="folders")


def _names(names: Sequence[str], width: int) -> str:
    if len(names) <= width + 1:
        return ", ".join(names)
    kinds = Counter(name.rpartition(".")[2] if "." in name else "no suffix" for name in names[width:])
    rest = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda row: (-row[1], row[0]))[:4])
    return ", ".join(names[:width]) + f", and {len(names) - width} more ({rest})"


def _collapsed(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Return one line per folder; neighbours of one parent with the same names become one line."""
    lines: list[str] = []
    twins: list[str] = []
    for number, (folder, names) in enumerate(rows):
        twins.append(folder)
        following = rows[number + 1] if number + 1 < len(rows) else None
        same = following and following[1] == names and following[0].rpartition("/")[0] == folder.rpartition("/")[0]
        if same and folder:
            continue
        shown = f"{twins[0]}/" if folder else "./"
        also = f" (and {len(twins) - 1} more folders alike)" if len(twins) > 1 else ""
        lines.append(f"{shown}{also}: {names}\n")
        twins = []
    return lines


def not_shown(files: Iterable[DigestFile], *, budget: int) -> str:
    """Return the list of what is not shown and why, in at most *budget* tokens; nothing where all is shown."""
    groups: dict[tuple[str, str], list[DigestFile]] = {}
    for file in files:
        if file.shown in {"listed", "skipped"}:
            top = file.path.partition("/")[0] if "/" in file.path else ""
            groups.setdefault((top, file.reason or ""), []).append(file)
    if not groups:
        return ""
    lines = [line for (top, reason), group in sorted(groups.items()) for line in _group(top, reason, group)]
    return _fitting("Not shown:\n", lines, budget=budget, what="entries")


def _group(top: str, reason: str, group: Sequence[DigestFile]) -> list[str]:
    if len(group) <= _FEW:
        return [f"{file.path}: {reason}, {file.bytes} bytes\n" for file in group]
    size = sum(file.bytes for file in group)
    return [f"{top + '/' if top else ''}: {len(group)} files, {reason}, {size} bytes\n".removeprefix(": ")]


def _fitting(head: str, lines: Sequence[str], *, budget: int, what: str) -> str:
    """Return the head and as many lines as fit into the budget."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate(_cut(head, lines, middle, what)) <= budget else (low, middle - 1)
    return _cut(head, lines, low, what)


def _cut(head: str, lines: Sequence[str], count: int, what: str) -> str:
    rest = f"and {len(lines) - count} more {what}\n" if count < len(lines) else ""
    return f"{head}{''.join(lines[:count])}{rest}\n"
