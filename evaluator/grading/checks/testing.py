"""Tests: whether there are any, in proportion to the code, and whether they use the project's own code."""

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import PurePosixPath

from evaluator.domain import Block, CheckResult, Digest, DigestFile
from evaluator.grading.checks.commands import own_modules
from evaluator.grading.checks.manifests import own_names
from evaluator.grading.checks.reading import cite, counted, is_aside, is_test, language, lines, shown_code, sources

LEAST = Fraction(1, 10)  # of the code, in files or in bytes
_CASE = re.compile(
    r"^\s*(?:async )?def test|\bunittest\.TestCase\b|\b(?:it|test|describe)(?:\.\w+)?(?:\(|`)|^func (?:\([^)]{0,60}\) )?(?:Test|Benchmark|Example|Fuzz)\w*\("
    r"|#\[(?:\w+::)?test|@(?:Parameterized|Repeated)?Test\b|\[(?:Fact|Theory|Test|TestMethod)\b|\bfunc test\w*\(|@Test\b"
    r"|\btest(?:Widgets)?\(|\bfunction test\w*\(|\bTEST(?:_F|_P)?\(|\btest_that\(|@testset\b|^\s*>>> |\bassert\w*\b|\bexpect\("
)
_IMPORT = re.compile(r"""^\s*(?:from\s+([.\w]+)\s+import|import\s+([\w.]+))""")
_QUOTED_PATH = re.compile(r"""["']((?:\.\.?/|@/|~/|src/)[^"'\s]{1,150})["']""")
_NEIGHBOURS = frozenset(  # languages whose tests reach the code of their own package without an import that names it
    "go rust java kotlin scala groovy csharp swift dart c ruby php elixir shell r julia haskell godot zig".split()
)


def tests(digest: Digest) -> CheckResult:
    """Whether there are automated tests of the project's own code, in proportion to its size.

    Sees: test files by name and folder, shown or not; in shown ones, test functions and assertions; imports of the
    project's own modules (Python and JavaScript; in other languages tests stand in the package that they test); unit
    tests inside Rust files. Cannot see whether they pass, what they assert, or how much they cover.
    """
    files = [file for file in digest.files if is_test(file.path) and file.bytes > 0]
    code = sources(digest)
    inline = [block for block in shown_code(digest) if language(block.path) == "rust" and _has_cases(block)]
    blocks = [block for block in digest.blocks if is_test(block.path)]
    with_cases = [block for block in blocks if _has_cases(block)]
    if (not files and not inline) or (blocks and not with_cases and not inline and len(blocks) == len(files)):
        reason = "No test file is found." if not files else f"{counted(len(files), 'test file')}, but no test in them."
        return CheckResult(level="not_met", reason=reason)
    using = [block for block in with_cases if _uses_own_code(block, digest)] + inline
    enough = bool(inline) or _share(files, code) >= LEAST
    facts = f"{counted(len(files) + len(inline), 'file')} with tests beside {counted(len(code), 'code file')}"
    if with_cases or inline:
        seen = len({block.path for block in with_cases + inline})
        facts += f"; of {seen} shown, {len(using)} use the project's own code"
    uses = bool(using) and 2 * len(using) >= len(with_cases) if with_cases else True
    place = (using or with_cases or blocks or [None])[0]
    where = cite(digest, place.path, _first_case(place)) if place else cite(digest, files[0].path)
    return CheckResult(level="met" if enough and uses else "partly", reason=facts + ".", evidence=where)


def _share(files: Iterable[DigestFile], code: tuple[DigestFile, ...]) -> Fraction:
    tested = list(files)
    if not code:
        return Fraction(0)
    in_bytes = Fraction(sum(file.bytes for file in tested), max(1, sum(file.bytes for file in code)))
    return max(Fraction(len(tested), len(code)), in_bytes)


def _has_cases(block: Block) -> bool:
    pattern = re.compile(r"#\[(?:\w+::)?test") if not is_test(block.path) else _CASE
    return any(pattern.search(line) for _, line in lines(block))


def _first_case(block: Block) -> int:
    return next((number for number, line in lines(block) if _CASE.search(line)), block.lines[0].number if block.lines else 1)


def _uses_own_code(block: Block, digest: Digest) -> bool:
    kind = language(block.path)
    if kind in _NEIGHBOURS:
        return True
    own = (own_modules(digest) - {"test", "tests", "conftest", PurePosixPath(block.path).stem}) | own_names(digest)
    for _, line in lines(block):
        match = _IMPORT.match(line)
        if match and kind == "python" and ((match[1] or "").startswith(".") or set((match[1] or match[2]).split(".")) & own):
            return True
        if kind != "python" and any(not is_aside(p) for p in _QUOTED_PATH.findall(line)):
            return True
        if kind != "python" and any(f'"{name}"' in line or f"'{name}'" in line for name in own if len(name) > 2):
            return True
    return False
