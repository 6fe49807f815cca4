"""Texts with their true number of o200k tokens: digests of repositories, raw files, and what no repository has."""

import base64
import hashlib
import importlib.util
import os
import random
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import tiktoken

from benchmarks.repositories import name_of, opened
from evaluator.digest.build import build
from evaluator.digest.text import clean
from evaluator.domain import Entry, Snapshot
from evaluator.errors import EvaluatorError

BUDGET = 60_000  # tokens of a digest
_RAW = (500, 400_000)  # bytes of the raw files that are taken
_KINDS, _EACH = 14, 6  # suffixes of a repository, the most frequent first, and files of each
_LONGEST = 60_000  # characters of a raw file
_PACK = 5000  # tokens from which raw files of one kind make a pack

_SUFFIXES = {  # kind -> suffixes, for the report
    "notebook": (".ipynb",),
    "JSON": (".json", ".geojson", ".lock"),
    "CSV": (".csv", ".tsv"),
    "prose": (".md", ".rst", ".txt", ".adoc", ".asc"),
    "markup": (".html", ".xml", ".svg", ".css", ".scss"),
}
_LETTERS = {  # kind of a digest or of prose -> its letters, and from which share of all characters on
    "Korean": ("\uac00-\ud7a3", 0.02),
    "Japanese": ("\u3041-\u30ff", 0.015),
    "Chinese": ("\u4e00-\u9fff", 0.02),
    "Cyrillic": ("\u0400-\u04ff", 0.03),
    "accented": ("\u00c0-\u024f", 0.004),
}


@dataclass(frozen=True)
class Sample:
    """A text, where it is from, and how many tokens it really is."""

    repository: str
    kind: str  # "digest" or a kind of raw file, and the script
    text: str
    tokens: int

    @property
    def is_digest(self) -> bool:
        """Whether it is what a judge would be shown, or of that form and length."""
        return self.kind.startswith(("digest", "pack"))


@cache
def yardstick() -> tiktoken.Encoding:
    """Return o200k, from the table inside litellm's wheel: nothing is downloaded."""
    package = importlib.util.find_spec("litellm")
    if package is None or package.origin is None:
        raise AssertionError("litellm is not installed")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(package.origin).parent / "litellm_core_utils" / "tokenizers")
    return tiktoken.get_encoding("o200k_base")


def count(text: str) -> int:
    """Return the true number of tokens."""
    return len(yardstick().encode(text, disallowed_special=()))


def samples(repositories: Sequence[Path]) -> Iterator[Sample]:
    """Yield digest, raw files and packs of raw files of every repository; what is refused is said."""
    for path in repositories:
        name = name_of(path)
        with opened(path) as snapshot:
            try:
                text = build(snapshot, budget=BUDGET, mark="0123456789abcdef").text
                yield Sample(name, f"digest, {script(text)}", text, count(text))
            except EvaluatorError as error:
                print(f"{name}: {error}", file=sys.stderr)
            raw = list(_raw(snapshot, name))
        yield from raw
        yield from _packs(raw, name)


def _packs(raw: Sequence[Sample], name: str) -> Iterator[Sample]:
    """Yield the raw files of each kind together, with numbered lines: digests as dense in one kind as can be."""
    for kind in sorted({sample.kind for sample in raw}):
        files = [_numbered(sample.text) for sample in raw if sample.kind == kind]
        text = "\n".join(files)[: 4 * BUDGET]
        if (tokens := count(text)) >= _PACK:
            yield Sample(name, f"pack, {kind}", text, tokens)


def _numbered(text: str) -> str:
    return "".join(f"{number}| {line}\n" for number, line in enumerate(text.split("\n"), 1))


def script(text: str) -> str:
    """Return in what letters a text is written, as far as they are not plain Latin."""
    shares = (
        (kind, len(re.findall(f"[{letters}]", text)) / len(text), least) for kind, (letters, least) in _LETTERS.items()
    )
    return next((kind for kind, share, least in shares if share > least), "plain")


def _raw(snapshot: Snapshot, name: str) -> Iterator[Sample]:
    by_suffix: dict[str, list[Entry]] = {}
    for entry in snapshot.entries:
        if _RAW[0] < entry.size < _RAW[1]:
            by_suffix.setdefault(PurePosixPath(entry.path).suffix.lower(), []).append(entry)
    chance = random.Random(zlib.crc32(name.encode()))
    for suffix, entries in sorted(by_suffix.items(), key=lambda row: -len(row[1]))[:_KINDS]:
        for entry, data in snapshot.read(chance.sample(entries, min(_EACH, len(entries)))):
            text = clean(data, path=entry.path + ".raw")  # as it stands, also a notebook
            whole = "\n".join(text.lines) if text else ""
            if whole:
                start = chance.randrange(len(whole) - _LONGEST) if len(whole) > _LONGEST else 0
                part = whole[start : start + _LONGEST]
                yield Sample(name, _kind(suffix, part), part, count(part))


def _kind(suffix: str, text: str) -> str:
    found = next((kind for kind, suffixes in _SUFFIXES.items() if suffix in suffixes), "code")
    if suffix in {".js", ".css", ".mjs"} and len(text) > 200 * (1 + text.count("\n")):
        return "minified"
    return f"prose, {script(text)}" if found == "prose" else found


def made_up() -> Iterator[Sample]:
    """Yield what a digest may hold but few repositories have: base64, hexadecimal, figures, runs, rare alphabets."""
    chance = random.Random(1)
    noise = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(600))
    coded = base64.b64encode(noise).decode()
    texts = {
        "base64": "\n".join(coded[n : n + 76] for n in range(0, len(coded), 76)),
        "one line of base64": coded,
        "hexadecimal": "\n".join(noise[n : n + 32].hex() for n in range(0, len(noise), 32)),
        "figures": "\n".join(", ".join(f"{chance.uniform(-99, 999):.4f}" for _ in range(8)) for _ in range(300)),
        "whole numbers": "\n".join(" ".join(str(chance.randrange(10**9)) for _ in range(9)) for _ in range(200)),
        "identifiers": "\n".join(f"{noise[n : n + 4].hex()}-{noise[n + 4 : n + 6].hex()}" for n in range(4000)),
        "boxes": "\n".join("│" + "─" * 40 + "┼" + "═" * 30 + "│ x │" for _ in range(200)),
        "emoji": " ".join(chr(chance.randrange(0x1F300, 0x1F640)) for _ in range(2000)),
        "Hangul at random": " ".join(
            "".join(chr(chance.randrange(0xAC00, 0xD7A4)) for _ in range(4)) for _ in range(1000)
        ),
        "Chinese at random": "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(4000)),
    }  # fmt: skip
    for name, text in texts.items():
        yield Sample(name, "made up", text, count(text))
