"""The door of the room: from a snapshot to the digest that the judge is shown (digest spec)."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evaluator.digest import notebook, redact, render, select, walk
from evaluator.digest.text import Text, clean, clean_text, printable
from evaluator.digest.tokens import estimate
from evaluator.digest.walk import Candidate
from evaluator.domain import Block, Digest, DigestFile, Finding, Line, Privacy, Snapshot
from evaluator.errors import NoReadme, UnusableSource

_README = Fraction(1, 3)  # of the budget, at most
_TREE = Fraction(12, 100)
_NOT_SHOWN = Fraction(5, 100)
_ONE_FILE = Fraction(1, 8)  # of the budget that one file after the README may have
_LEAST = 60  # tokens below which a file is not worth beginning
_BUDGET = "over the token budget"
_PRIVACY = "kept private: only the README and the tree are shown"


def build(snapshot: Snapshot, *, budget: int, mark: str, privacy: Privacy = "full") -> Digest:
    """Return the digest of a snapshot in at most *budget* estimated tokens; equal trees give equal bytes.

    *mark* is the secret word of the fences. With privacy `readme` only the README and the tree are shown. Raises
    UnusableSource (`empty_project`) where there is nothing to read, NoReadme where the top has no README.
    """
    if not snapshot.entries:
        raise UnusableSource(
            f"There is nothing to read in {snapshot.name!r}. Add the project's files.", code="empty_project"
        )
    readme = walk.find_readme(snapshot.entries)
    if readme is None:
        raise NoReadme(snapshot.name)
    files = walk.candidates(snapshot.entries, readme=readme)
    shown = _Shown(snapshot, budget=budget)
    own = (file.path for file in files if file.hidden not in {walk.VENDORED, walk.AGENT})
    listing = render.tree([*own, *_skipped_paths(snapshot)], budget=math.floor(budget * _TREE))
    shown.left -= estimate(listing) + math.floor(budget * _NOT_SHOWN)
    top = next(file for file in files if file.file_class == "readme")
    shown.take([top], most=math.floor(budget * _README), each=math.floor(budget * _README))
    if top.path in shown.refused:  # it is there, but no text
        raise NoReadme(snapshot.name)
    if privacy == "full":
        _fill(shown, [file for file in files if file.hidden is None and file is not top])
    return _digest(snapshot, shown, files, top=top, listing=listing, mark=mark, privacy=privacy)


def _skipped_paths(snapshot: Snapshot) -> Iterator[str]:
    return (printable(thing.path) for thing in snapshot.skipped)


@dataclass
class _Shown:
    """What is shown so far, and what is left of the budget."""

    snapshot: Snapshot
    budget: int
    left: int = 0  # tokens
    blocks: dict[str, Block] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # path -> why it is not shown after all
    findings: set[tuple[str, str]] = field(default_factory=set)  # (file, code)
    redactions: Counter[str] = field(default_factory=Counter)
    contents: dict[str, bytes] = field(default_factory=dict)  # what was read ahead

    def __post_init__(self) -> None:
        self.left = self.budget

    def take(self, files: Sequence[Candidate], *, most: int, each: int) -> None:
        """Show the files in their order until *most* tokens are spent; one file gets at most *each*."""
        open_files = [file for file in files if file.path not in self.blocks and file.path not in self.refused]
        most = min(most, self.left)
        for file, data in self._read(open_files):
            block = self._block(file, data, tokens=min(most, each))
            if block is not None:
                cost = estimate(render.fence(block, _MARK))
                self.blocks[file.path] = block
                self.left -= cost
                most -= cost
            if most < _LEAST:
                return

    def _read(self, files: Sequence[Candidate]) -> Iterator[tuple[Candidate, bytes]]:
        """Yield each file with its bytes, those that were read ahead from memory."""
        by_path = {file.entry.path: file for file in files}
        missing = self.snapshot.read([file.entry for file in files if file.path not in self.contents])
        for file in files:
            if file.path in self.contents:
                yield file, self.contents[file.path]
            else:
                entry, data = next(missing)
                yield by_path[entry.path], data

    def _block(self, file: Candidate, data: bytes, *, tokens: int) -> Block | None:
        """Return what is shown of a file within *tokens*, or None, with the reason kept unless it is the budget."""
        text = _text(file, data)
        reason = walk.BINARY if text is None else walk.hidden_by_content(file, text.lines)
        if file.file_class == "readme" and text is not None:
            reason = None
        if text is None or reason is not None:
            self.refused[file.path] = reason or walk.BINARY
            return None
        key = self.snapshot.tree.encode()  # the prompt does not hold it, so the masks cannot be guessed at from there
        redacted, struck = redact.redact("\n".join(text.lines), key=key)
        block = _fitted(file, redacted.split("\n"), tokens=tokens)
        if not block.lines:
            return None
        self.findings.update((file.path, code) for code in text.findings)
        if struck:
            self.redactions += struck
            self.findings.add((file.path, "secret"))
        return block


_MARK = "m" * 40  # stands for the mark where only its length matters


def _text(file: Candidate, data: bytes) -> Text | None:
    if not file.path.lower().endswith(".ipynb"):
        return clean(data)
    cells = notebook.as_text(data)
    return None if cells is None else clean_text(cells)


def _fitted(file: Candidate, lines: Sequence[str], *, tokens: int) -> Block:
    """Return the file's block with as many of its first lines as fit into *tokens*."""

    def block(count: int) -> Block:
        shown = tuple(Line(number=n, text=line) for n, line in enumerate(lines[:count], 1))
        return Block(
            path=file.path, file_class=file.file_class, bytes=file.entry.size, total_lines=len(lines), lines=shown
        )

    room = tokens - estimate(render.fence(block(0), _MARK))  # both fences and the line that says what is cut
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate(render.numbered(lines[:middle])) <= room else (low, middle - 1)
    return block(low)


def _fill(shown: _Shown, files: Sequence[Candidate]) -> None:
    """Spend what the README left on the other files, in the order of `select.stages`."""
    scanned = select.to_scan(files)
    entries = {file.entry.path: file.path for file in scanned}
    shown.contents = {entries[entry.path]: data for entry, data in shown.snapshot.read([f.entry for f in scanned])}
    readme = "\n".join(line.text for block in shown.blocks.values() for line in block.lines)
    kept = math.floor(shown.budget * select.TESTS) if any(file.file_class == "test" for file in files) else 0
    for stage in select.stages(files, readme=readme, imports=select.count_imports(shown.contents)):
        if kept and stage.files and stage.files[0].file_class == "test":
            kept = 0  # their turn
        most = min(math.floor(shown.budget * stage.share), shown.left - kept)
        if most >= _LEAST:
            shown.take(stage.files, most=most, each=math.floor(shown.budget * _ONE_FILE))


def _digest(
    snapshot: Snapshot,
    shown: _Shown,
    files: Iterable[Candidate],
    *,
    top: Candidate,
    listing: str,
    mark: str,
    privacy: Privacy,
) -> Digest:
    manifest = sorted([*_files(files, shown, privacy), *_skipped(snapshot)], key=lambda file: file.path)
    rest = [block for path, block in sorted(shown.blocks.items()) if path != top.path]
    blocks = [*([shown.blocks[top.path]] if top.path in shown.blocks else []), *rest]
    left_out = render.not_shown(manifest, budget=math.floor(shown.budget * _NOT_SHOWN))
    mark = _absent(mark, [listing, left_out, *(render.fence(block, "") for block in blocks)])
    text = listing + "".join(render.fence(block, mark) for block in blocks) + left_out
    secrets = {(file.path, "secret_file") for file in manifest if file.reason == walk.SECRETS}
    findings = tuple(Finding(code=code, file=file) for file, code in sorted(shown.findings | secrets))
    redactions = dict(sorted(shown.redactions.items()))
    identity = [
        text.replace(mark, ""),
        [file.model_dump() for file in manifest],
        [finding.model_dump() for finding in findings],
        redactions,
    ]
    return Digest(
        name=snapshot.name,
        commit=snapshot.commit,
        tree=snapshot.tree,
        text=text,
        readme=top.path,
        blocks=tuple(blocks),
        files=tuple(manifest),
        findings=findings,
        redactions=redactions,
        tokens=estimate(text),
        sha256=hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
        privacy=privacy,
    )


def _absent(mark: str, texts: Iterable[str]) -> str:
    """Return the mark, with the first number behind it that makes it occur in none of the texts."""
    whole = "".join(texts)
    found, number = mark, 1
    while found in whole:
        found, number = f"{mark}-{number}", number + 1
    return found


def _files(files: Iterable[Candidate], shown: _Shown, privacy: Privacy) -> Iterator[DigestFile]:
    for file in files:
        block = shown.blocks.get(file.path)
        whole = block is not None and len(block.lines) == block.total_lines
        reason = shown.refused.get(file.path) or file.hidden or (_BUDGET if privacy == "full" else _PRIVACY)
        yield DigestFile(
            path=file.path,
            bytes=file.entry.size,
            shown="listed" if block is None else "whole" if whole else "part",
            lines=((block.lines[0].number, block.lines[-1].number),) if block else (),
            reason=None if whole else _BUDGET if block else reason,
            blob=file.entry.blob,
        )


def _skipped(snapshot: Snapshot) -> Iterator[DigestFile]:
    for thing in snapshot.skipped:
        yield DigestFile(path=printable(thing.path), bytes=thing.size or 0, shown="skipped", reason=thing.reason)
