"""What a commit holds: its trees, read and judged one level after the other."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field

from evaluator.domain import Entry, Limits, Skipped, Source
from evaluator.sources import refusals, tree
from evaluator.sources.objects import Damaged, Missing, Objects
from evaluator.sources.tree import LINK, SUBMODULE, TOO_DEEP, TOO_LARGE, TreeFile, by_path

_ROW = re.compile(rb"([0-7]{5,7}) ([^\0/]+)\0([\0-\xff]{20})", re.DOTALL)
_AROUND = 22  # bytes of a row that are neither mode nor name
_COMMIT_BYTES = 1 << 20
_ROW_BYTES = 200  # of a tree, for each entry that a project may have
_LEAST_TREE = 4 << 20  # bytes
_USUAL = frozenset({b"40000", b"100644", b"100755"})  # what a tree of ours is made of

Row = tuple[bytes, bytes, bytes]  # mode, name, id


@dataclass(frozen=True)
class Listing:
    """The files of a commit, sorted out."""

    commit: str
    tree: str  # id of the regular files alone
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]


def read(objects: Objects, name: str, source: Source, *, limits: Limits) -> Listing:
    """Return what the commit that *name* means holds below the source's subdirectory.

    Raises UnusableSource (`unknown_ref`, `unknown_subdir`, `too_many_files`, `empty_project`), and Damaged where an
    object is not there or not as it should be.
    """
    commit, top = _commit(objects, name, source)
    top = _below(objects, top, source, limits)
    found = _Walk(objects, limits)
    found.walk(top)
    if not found.files:
        raise refusals.empty(source.name)
    entries, skipped = _sorted_out(found, limits)
    # Equal to what tree_id would find out, where nothing was left out: git has hashed it already
    return Listing(commit, tree.tree_id(found.files) if found.partial else top, entries, skipped)


def _commit(objects: Objects, name: str, source: Source) -> tuple[str, str]:
    """Return the ids of a commit and of its tree."""
    try:
        (found,) = objects.contents([f"{name}^{{commit}}"], most=_COMMIT_BYTES)
    except OverflowError as error:
        raise Damaged("commit") from error
    except Missing as error:
        if name.startswith("refs/"):  # a tag of something else
            raise refusals.unknown_ref(source) from error
        raise
    word, _, rest = found.data.partition(b" ")
    if found.kind != b"commit" or word != b"tree":
        raise Damaged("commit")
    return found.id, rest[:40].decode("ascii", "replace")


def _below(objects: Objects, top: str, source: Source, limits: Limits) -> str:
    """Return the id of the tree at the source's subdirectory."""
    for name in source.subdir.split("/") if source.subdir else ():
        rows = _trees(objects, [top], limits)[top]
        ids = [id.hex() for mode, name_, id in rows if name_ == os.fsencode(name) and _is_folder(mode)]
        if not ids:
            raise refusals.unknown_subdir(source)
        top = ids[0]
    return top


def _trees(objects: Objects, ids: Iterable[str], limits: Limits) -> dict[str, list[Row]]:
    """Return the rows of every tree."""
    most = max(_LEAST_TREE, limits.entries * _ROW_BYTES)
    found, total = {}, 0
    try:
        for each in objects.contents(list(ids), most=most):
            rows = _ROW.findall(each.data)
            if each.kind != b"tree" or sum(len(row[0]) + len(row[1]) for row in rows) + _AROUND * len(rows) != len(
                each.data
            ):
                raise Damaged("tree")
            found[each.id] = rows
            total += len(rows)
            if total > limits.entries:
                raise refusals.too_many_files(limits.entries)
    except OverflowError as error:
        raise refusals.too_many_files(limits.entries) from error
    return found


def _is_folder(mode: bytes) -> bool:
    return stat.S_ISDIR(int(mode, 8))


@dataclass
class _Walk:
    """What was found so far."""

    objects: Objects
    limits: Limits
    files: list[TreeFile] = field(default_factory=list)
    others: list[Skipped] = field(default_factory=list)
    seen: int = 0
    partial: bool = False  # something is not, or not as, in a tree of the files alone

    def walk(self, top: str) -> None:
        """Take everything below a tree. A tree of trees is endless: all that is seen counts, files or not."""
        level = [("", top)]
        while level:
            trees = _trees(self.objects, dict.fromkeys(id for _, id in level), self.limits)
            below: list[tuple[str, str]] = []
            for prefix, id in level:
                self.seen += len(trees[id])
                if self.seen > self.limits.entries:
                    raise refusals.too_many_files(self.limits.entries)
                self.partial = self.partial or not trees[id]
                for row in trees[id]:
                    self._take(prefix, row, below)
            level = below

    def _take(self, prefix: str, row: Row, below: list[tuple[str, str]]) -> None:
        mode, name, id = row
        path = prefix + os.fsdecode(name)
        self.partial = self.partial or mode not in _USUAL
        kind = int(mode, 8)
        if not tree.fits(path, limits=self.limits):
            self._leave(path, TOO_DEEP)
        elif stat.S_ISDIR(kind):
            below.append((f"{path}/", id.hex()))
        elif stat.S_ISREG(kind):  # git knows two modes of files, whatever old tools have written
            self.files.append(TreeFile(path=path, executable=bool(kind & stat.S_IXUSR), blob=id.hex()))
        else:
            self._leave(path, LINK if stat.S_ISLNK(kind) else SUBMODULE)

    def _leave(self, path: str, reason: str) -> None:
        self.partial = True
        self.others.append(Skipped(path=path, reason=reason))


def _sorted_out(found: _Walk, limits: Limits) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
    ids = list(dict.fromkeys(file.blob for file in found.files))
    sizes = dict(zip(ids, found.objects.sizes(ids), strict=True))
    entries, skipped = [], list(found.others)
    for file in found.files:
        size = sizes[file.blob]
        if size is None or size > limits.file_bytes:
            skipped.append(Skipped(path=file.path, reason=TOO_LARGE, size=size))
        else:
            entries.append(Entry(path=file.path, size=size, executable=file.executable, blob=file.blob))
    return tuple(sorted(entries, key=by_path)), tuple(sorted(skipped, key=by_path))
