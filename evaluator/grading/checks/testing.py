"""Tests: whether there are any, in proportion to the code, and whether they use the project's own code."""

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest, DigestFile
from evaluator.grading.checks.manifests import own_names
from evaluator.grading.checks.own_imports import OwnImports, imported, own_imports
from evaluator.grading.checks.place import own_modules
from evaluator.grading.checks.reading import (
    cite,
    counted,
    is_aside,
    is_test,
    is_whole,
    language,
    lines,
    listed,
    shown_code,
    sources,
)
from evaluator.judgement import CheckResult

LEAST = Fraction(1, 10)  # of the code, in files or in bytes
_CASE = re.compile(
    r"^\s*(?:async )?def test|\bunittest\.TestCase\b|\b(?:it|test|describe)(?:\.\w+)?(?:\(|`)"
    r"|^func (?:\([^)]{0,60}\) )?(?:Test|Benchmark|Example|Fuzz)\w*\("
    r"|#\[(?:\w+::)?test|@(?:Parameterized|Repeated)?Test\b"
    r"|\[(?:Fact|Theory|Test|TestMethod)\b|\bfunc(?:tion)? test\w*\(|\btestWidgets\(|\bTEST(?:_F|_P)?\(|\btest_that\("
    r"|@testset\b|^\s*>>> |\bassert\w*\b|\bexpect\("
)
_IMPORT = re.compile(r"""^\s*(?:from\s+([.\w]+)\s+import|import\s+([\w.]+))""")
_QUOTED = re.compile(r"""["']([^"'\s]{2,150})["']""")
_PATH = re.compile(r"(?:\.\.?/|@/|~/|src/)")
_SHELL_CASE = re.compile(r"\bexit +[1-9]|\bassert|^\s*@test\b|\bset -\w*e|^\s*test ")
_VISIT = re.compile(
    r"""\b(?:cy\.visit|page\.goto)\(\s*["'`](?:/|\$\{|https?://(?:localhost|127\.0\.0\.1)\b)"""
)  # its pages
_NAMING = frozenset(("python", "javascript", "web", "notebook"))  # languages whose tests name what they import


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
    own = own_imports(digest)
    using = [block for block in with_cases if _uses_own_code(block, digest, own)]
    told = [block for block in with_cases if block in using or is_whole(block)]  # what is cut may import it
    if told and 2 * len(using) < len(told) and own.hidden and any(language(b.path) == "javascript" for b in told):
        reason = f"Whether the tests use the project's own code is not known: {listed(own.hidden)} is not shown whole."
        return CheckResult(level="cannot_tell", reason=reason)
    using, told = using + inline, told + inline
    enough = bool(inline) or _share(files, code) >= LEAST
    facts = f"{counted(len(files) + len(inline), 'file')} with tests beside {counted(len(code), 'code file')}"
    if told:
        use = "uses" if len(using) == 1 else "use"
        facts += f"; of {len(told)} shown, {len(using)} {use} the project's own code"
    uses = 2 * len(using) >= len(told)
    shown = (using or with_cases or blocks)[:1]
    where = cite(digest, shown[0].path, _first_case(shown[0])) if shown else cite(digest, files[0].path)
    return CheckResult(level="met" if enough and uses else "partly", reason=facts + ".", evidence=where)


def _share(files: Iterable[DigestFile], code: tuple[DigestFile, ...]) -> Fraction:
    tested = list(files)
    if not code:
        return Fraction(0)
    in_bytes = Fraction(sum(file.bytes for file in tested), max(1, sum(file.bytes for file in code)))
    return max(Fraction(len(tested), len(code)), in_bytes)


def _has_cases(block: Block) -> bool:
    pattern = re.compile(r"#\[(?:\w+::)?test") if not is_test(block.path) else _CASE
    if language(block.path) == "shell":
        pattern = _SHELL_CASE
    return any(pattern.search(line) for _, line in lines(block))


def _first_case(block: Block) -> int:
    return next((number for number, line in lines(block) if _CASE.search(line)), 1)


def _uses_own_code(block: Block, digest: Digest, web: OwnImports) -> bool:
    kind = language(block.path)
    if kind not in _NAMING:
        return True
    quoted = {target for _, line in lines(block) for target in _QUOTED.findall(line)}
    if quoted & {file.path for file in sources(digest)} or any(_VISIT.search(line) for _, line in lines(block)):
        return True  # it starts one of the project's files, or opens one of its pages
    if kind in {"python", "notebook"}:
        own = own_modules(digest) - {"test", "tests", "conftest", PurePosixPath(block.path).stem}
        modules = [match[1] or match[2] for _, line in lines(block) if (match := _IMPORT.match(line))]
        return any(module.startswith(".") or own.intersection(module.split(".")) for module in modules)
    own_paths = any(_PATH.match(target) and not is_aside(target) for target in quoted)
    return own_paths or bool(quoted & own_names(digest)) or any(web.include(target) for target in imported(block))
