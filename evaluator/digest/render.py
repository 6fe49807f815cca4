"""The digest's text: tree, then one fence per file with numbered lines, then what is not shown."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from evaluator.digest.tokens import estimate
from evaluator.domain import Block, DigestFile

_TREE_WIDTHS = (200, 60, 25, 12, 6, 3, 1)  # names shown of one folder, tried until the tree fits
_MINOR_WIDTH = 4  # names shown of one folder's pictures, data and the like
_LONGEST_NAME = 100  # characters of a name in the tree
_FEW = 4  # files of one folder and reason that are still named one by one
_MOST_RANGES = 8  # named in a fence; the rest is told where it is cut
_USUAL = 5  # characters of a token in a listing of names
_DENSEST = 8  # characters of a token: no listing has tokens that long on the whole

_LIKE_SEVERAL = re.compile(r"[,:] |[,:]/?$|^[\" ]| $")  # that a name of the tree looks like
Ranges = Sequence[tuple[int, int]]  # first and last lines, counted from 1


def fence(block: Block, mark: str, *, text: str | None = None) -> str:
    """Return the block between two fences with the mark, which the author cannot know; *text* is its `body`."""
    head, end = fences(block, mark, ranges=ranges(block))
    return f"{head}{body(block) if text is None else text}{end}"


def fences(block: Block, mark: str, *, ranges: Ranges) -> tuple[str, str]:
    """Return what stands before and behind the lines of a block, of which it shows the *ranges*."""
    return _head(block, mark, ranges), f"<<<{mark} end>>>\n\n"


def _head(block: Block, mark: str, ranges: Ranges) -> str:
    shown = [f"{first}-{last}" for first, last in ranges[:_MOST_RANGES]]
    more = f" and {len(ranges) - _MOST_RANGES} more ranges" if len(ranges) > _MOST_RANGES else ""
    told = ", ".join(shown) + more or "none"
    return f"<<<{mark} file {block.path} | {block.bytes} bytes | {block.total_lines} lines | shown {told}>>>\n"


def ranges(block: Block) -> Ranges:
    """Return the ranges of lines that a block shows."""
    lines = block.lines
    if not lines:
        return ()
    if lines[-1].number - lines[0].number == len(lines) - 1:
        return ((lines[0].number, lines[-1].number),)
    numbers = [number for number, _ in lines]
    breaks = [(one, two) for one, two in pairwise(numbers) if two - one != 1]
    firsts, lasts = [numbers[0], *(two for _, two in breaks)], [*(one for one, _ in breaks), numbers[-1]]
    return tuple(zip(firsts, lasts, strict=True))


def numbered(lines: Iterable[str], first: int = 1) -> str:
    """Return lines behind their numbers, which begin with *first*."""
    return "".join([f"{number}| {line}\n" for number, line in enumerate(lines, first)])


def body(block: Block) -> str:
    """Return the shown lines behind their numbers, and a line for everything that is left out."""
    return cut([line.text for line in block.lines], ranges(block), total=block.total_lines)


def cut(lines: Sequence[str], ranges: Ranges, *, total: int) -> str:
    """Return the lines of the ranges behind their numbers, and a line for everything that is left out of *total*."""
    pieces: list[str] = []
    expected, place = 1, 0
    for first, last in ranges:
        if first != expected:
            pieces.append(_gap(expected, first - 1))
        end = place + last - first + 1
        pieces.append(numbered(lines[place:end], first))
        expected, place = last + 1, end
    if expected <= total:
        pieces.append(_gap(expected, total))
    return "".join(pieces)


def _gap(first: int, last: int) -> str:
    return f"[line {first} is not shown]\n" if first == last else f"[lines {first}-{last} are not shown]\n"


def tree(paths: Sequence[str], *, minor: Collection[str] = (), budget: int) -> str:
    """Return the listing of all paths, one folder per line, in at most *budget* tokens.

    Of the *minor* paths a few names stand for all of a folder.
    """
    folders: dict[str, tuple[list[str], list[str]]] = {}
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        if (names := folders.get(folder)) is None:
            names = folders[folder] = ([], [])  # not by setdefault: there are thousands of paths
        names[path in minor].append(name)
    head = f"Files of the project: {len(paths)} in {len(folders)} folders\n"
    rows = sorted(folders.items())
    for width in _TREE_WIDTHS:
        if width > 1 and _length(rows, width) > budget * _USUAL:
            continue  # it will hardly fit
        lines = _collapsed([(folder, _names(*names, width)) for folder, names in rows])
        listing = head + "".join(lines) + "\n"
        if len(listing) <= budget * _DENSEST and estimate(listing) <= budget:
            return listing
    return _fitting(head, lines, budget=budget, what="folders")


def _length(rows: Iterable[tuple[str, tuple[Sequence[str], Sequence[str]]]], width: int) -> int:
    return sum([len(folder) + len("".join(major[:width])) for folder, (major, _) in rows])


def _names(major: Sequence[str], minor: Sequence[str], width: int) -> str:
    first, few = _first(major, width), _first(minor, min(width, _MINOR_WIDTH))
    shown = [*first, *few]
    named = ", ".join([_quoted(name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}...") for name in shown])
    rest = [*major[len(first) :], *minor[len(few) :]]
    if not rest:
        return named
    kinds = Counter(name.rpartition(".")[2][:20] if "." in name else "no suffix" for name in rest)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda row: (-row[1], row[0]))[:4])
    return f"{named}, and {len(rest)} more ({told})"


def _quoted(name: str) -> str:
    """Return a name as it stands in a listing: in quotes where it looks like more than one."""
    return json.dumps(name, ensure_ascii=False) if _LIKE_SEVERAL.search(name) else name


def _first(names: Sequence[str], width: int) -> Sequence[str]:
    return names if len(names) <= width + 1 else names[:width]


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
        shown = _quoted(f"{twins[0]}/") if folder else "./"
        also = f" (and {len(twins) - 1} more folders alike)" if len(twins) > 1 else ""
        lines.append(f"{shown}{also}: {names}\n")
        twins = []
    return lines


def not_shown(files: Iterable[DigestFile], *, budget: int) -> str:
    """Return the list of what is not shown and why, in at most *budget* tokens; nothing where all is shown.

    It tells no sizes: those of what is never read depend on the line ends with which a project was checked out.
    """
    groups: dict[tuple[str, str], list[DigestFile]] = {}
    for file in files:
        if file.shown in {"listed", "skipped"}:
            top = file.path.partition("/")[0] if "/" in file.path else ""
            groups.setdefault((top, _kind(file.reason or "")), []).append(file)
    if not groups:
        return ""
    lines = [line for (top, reason), group in sorted(groups.items()) for line in _group(top, reason, group)]
    return _fitting("Not shown:\n", lines, budget=budget, what="entries")


def _kind(reason: str) -> str:
    """Return a reason without the path that it names."""
    kind, names_a_path, _ = reason.partition(" as ")
    return f"{kind} as others" if names_a_path else kind


def _group(top: str, reason: str, group: Sequence[DigestFile]) -> list[str]:
    if len(group) <= _FEW:
        return [f"{file.path}: {file.reason}\n" for file in group]
    return [f"{top + '/' if top else ''}: {len(group)} files, {reason}\n".removeprefix(": ")]


def _fitting(head: str, lines: Sequence[str], *, budget: int, what: str) -> str:
    """Return the head and as many lines as fit into the budget; nothing where not even the head does."""
    low, high = 0, _may_fit(lines, budget * _DENSEST)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate(_cut(head, lines, middle, what)) <= budget else (low, middle - 1)
    text = _cut(head, lines, low, what)
    return text if low or estimate(text) <= budget else ""


def _may_fit(lines: Sequence[str], most: int) -> int:
    """Return how many of the lines have at most so many characters together."""
    for count, line in enumerate(lines):
        most -= len(line)
        if most < 0:
            return count
    return len(lines)


def _cut(head: str, lines: Sequence[str], count: int, what: str) -> str:
    rest = f"and {len(lines) - count} more {what}\n" if count < len(lines) else ""
    return f"{head}{''.join(lines[:count])}{rest}\n"
