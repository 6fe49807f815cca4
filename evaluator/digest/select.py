"""Which files are looked at first, and what each kind may spend (digest spec, Selecting). Rank decides what is in."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evaluator.digest import names
from evaluator.digest.walk import Candidate
from evaluator.domain import FileClass

SCANNED_FILES = 400  # files that are read for their imports, at most
SCANNED_BYTES = 3 << 20
TESTS = Fraction(10, 100)  # of the budget is kept for tests until they had their turn

_IMPORT = re.compile(
    rb"^[ \t]{0,40}(?:import|from|use|mod|using|require|require_relative|include|#[ \t]{0,4}include|export|source)\b"
    rb"([^\n]{1,200})|\b(?:require|import)\(([^)\n]{1,200})\)",
    re.MULTILINE,
)
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_-]*")
_MENTION = re.compile(r"[\w./-]*\w\.\w{1,10}\b|\b[\w.-]+/[\w./-]*\w")


@dataclass(frozen=True)
class Stage:
    """Files of one kind in the order of their worth, and the share of the budget that they may have together."""

    files: tuple[Candidate, ...]
    share: Fraction


def stages(files: Sequence[Candidate], *, readme: str, imports: Counter[str]) -> list[Stage]:
    """Return the files after the README, kind after kind; a file may come again where its kind has a second turn.

    *readme* is the README's text, *imports* how many files import a stem (`count_imports`).
    """
    named = _named(files, readme)

    def pick(*classes: FileClass) -> list[Candidate]:
        return [file for file in files if file.file_class in classes]

    def ranked(chosen: Iterable[Candidate]) -> tuple[Candidate, ...]:
        return tuple(sorted(chosen, key=lambda file: (-_worth(file, named, imports), file.path)))

    code, tests, docs = pick("code"), ranked(pick("test")), pick("doc")
    entry_points = [file for file in code if file.stem in names.ENTRY_POINTS and file.depth <= 3]
    return [
        Stage(ranked(pick("manifest")), Fraction(15, 100)),
        Stage(ranked(entry_points), Fraction(15, 100)),
        Stage(ranked(pick("config")), Fraction(10, 100)),
        Stage(ranked(file for file in code + docs if file.path in named), Fraction(25, 100)),
        Stage(tests, TESTS),
        Stage(ranked(code), Fraction(1)),
        Stage(tests, Fraction(1)),
        Stage(ranked(docs), Fraction(1)),
        Stage(ranked(pick("manifest", "config", "other")), Fraction(1)),
    ]


def to_scan(files: Iterable[Candidate]) -> list[Candidate]:
    """Return the source files that are read for their imports: the shallow ones first, within a cap."""
    chosen: list[Candidate] = []
    size = 0
    code = (file for file in files if file.file_class in {"code", "test"})
    for file in sorted(code, key=lambda file: (file.file_class == "test", file.depth, file.path)):
        if len(chosen) == SCANNED_FILES:
            break
        if size + file.entry.size <= SCANNED_BYTES:
            chosen.append(file)
            size += file.entry.size
    return chosen


def count_imports(contents: Mapping[str, bytes]) -> Counter[str]:
    """Return how many of the files (path -> content) import each name, in lower case, whatever the language."""
    counts: Counter[str] = Counter()
    for data in contents.values():
        found = (match[1] or match[2] or b"" for match in _IMPORT.finditer(data))
        words = {word.lower() for line in found for word in _WORD.findall(line)}
        counts.update(word.decode() for word in words)
    return counts


def _named(files: Iterable[Candidate], readme: str) -> frozenset[str]:
    """Return the paths that the README names, whole or by a file name that is the only one of its kind."""
    mentions = {mention.removeprefix("./").strip("/") for mention in _MENTION.findall(readme)}
    by_name: dict[str, list[str]] = {}
    for file in files:
        by_name.setdefault(file.path.rpartition("/")[2], []).append(file.path)
    single = {paths[0] for name, paths in by_name.items() if name in mentions and len(paths) == 1}
    return frozenset(single | {file.path for file in files if file.path in mentions})


def _worth(file: Candidate, named: frozenset[str], imports: Counter[str]) -> int:
    """Return how much a file tells: what others import, what starts the program, what lies near the top."""
    imported = min(imports[file.stem], 15) if len(file.stem) > 2 else 0
    entry = 6 if file.stem in names.ENTRY_POINTS else 0
    return 2 * imported + entry + (8 if file.path in named else 0) - 2 * min(file.depth, 8)
