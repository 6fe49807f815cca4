"""Digests made in memory from a table of files, for unit tests that need no reader."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest, DigestFile, FileClass, Finding, Line

_MANIFESTS = {"pyproject.toml", "package.json", "Cargo.toml", "go.mod", "setup.py", "requirements.txt", "build.gradle"}
_CONFIG = {".yml", ".yaml", ".toml", ".ini", ".cfg", ".json"}
_CODE = {".py", ".js", ".ts", ".go", ".rs", ".java", ".sh", ".html", ".ipynb", ".c", ".kt"}


def digest_of(
    files: Mapping[str, str],
    *,
    name: str = "project",
    listed: Collection[str] = (),
    cut: Mapping[str, int] | None = None,
    findings: tuple[Finding, ...] = (),
    redactions: Mapping[str, int] | None = None,
) -> Digest:
    """Return the digest of *files* (path -> text), each shown whole.

    Files of *listed* are named but not shown; of those in *cut* only that many lines are.
    """
    cut = cut or {}
    shown = sorted(path for path in files if path not in listed)
    blocks = tuple(_block(path, files[path], limit=cut.get(path)) for path in shown)
    text = "\n".join(f"== {b.path}\n" + "\n".join(f"{n.number} {n.text}" for n in b.lines) for b in blocks)
    return Digest(
        name=name,
        commit=None,
        tree=_sha1(repr(sorted(files.items()))),
        text=text,
        readme=next((path for path in sorted(files) if path.lower().startswith("readme")), None),
        blocks=blocks,
        files=tuple(_file(path, files[path], block=_find(blocks, path)) for path in sorted(files)),
        findings=findings,
        redactions=redactions or {},
        tokens=len(text) // 4,
        sha256=hashlib.sha256(text.encode(errors="replace")).hexdigest(),
    )


def with_reason(digest: Digest, reason: str) -> Digest:
    """Return the digest with that reason at every file of which nothing is shown."""
    files = [f.model_copy(update={"reason": reason}) if f.shown == "listed" else f for f in digest.files]
    return digest.model_copy(update={"files": tuple(files)})


def _find(blocks: tuple[Block, ...], path: str) -> Block | None:
    return next((block for block in blocks if block.path == path), None)


def _block(path: str, text: str, *, limit: int | None) -> Block:
    lines = text.splitlines()
    return Block(
        path=path,
        file_class=file_class(path),
        bytes=len(text.encode(errors="replace")),
        total_lines=len(lines),
        lines=tuple(Line(number=number, text=line) for number, line in enumerate(lines[:limit], 1)),
    )


def _file(path: str, text: str, *, block: Block | None) -> DigestFile:
    size = len(text.encode(errors="replace"))
    if block is None:
        return DigestFile(path=path, bytes=size, shown="listed", reason="over budget")
    whole = len(block.lines) == block.total_lines
    lines = ((block.lines[0].number, block.lines[-1].number),) if block.lines else ()
    return DigestFile(path=path, bytes=size, shown="whole" if whole else "part", lines=lines)


def file_class(path: str) -> FileClass:
    """Return the class that a path suggests, simpler than the real digest's."""
    pure = PurePosixPath(path)
    if pure.name.lower().startswith("readme"):
        return "readme"
    if pure.name in _MANIFESTS:
        return "manifest"
    if pure.suffix in _CODE:
        return "test" if "test" in path.lower() else "code"
    if pure.suffix in {".md", ".rst", ".txt"}:
        return "doc"
    return "config" if pure.suffix in _CONFIG else "other"


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(errors="replace"), usedforsecurity=False).hexdigest()
