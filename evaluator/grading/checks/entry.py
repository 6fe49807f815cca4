"""Where a project starts: entry points that manifests declare, and those that the languages' own conventions give."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks import manifests
from evaluator.grading.checks.reading import (
    cite,
    dig,
    entries,
    is_example,
    is_whole,
    language,
    lines,
    listed,
    named,
    python_tree,
    strings,
    table,
    text,
)
from evaluator.grading.checks.starts import MAINS, starts
from evaluator.grading.checks.unseen import not_shown
from evaluator.judgement import CheckResult, Evidence

_BUILT = re.compile(r"^(?:\./)?(?:dist|build|lib|out|es|esm|cjs|umd|types|\.next|\.output|_esm)/")
_MODULE = re.compile(r"^([\w.]+):(\w+)(?:\.\w+)*(?:\s*\[.*\])?$")
_CFG_SCRIPT = re.compile(r"""^[^\w]*[\w.-]{1,60}\s*=\s*([\w.]+:\w+)""")
_MAKES = re.compile(r"^\s*(?:RUN|COPY|ADD)\b")
_NAMED_FILE = re.compile(r"[\w./-]{1,120}\.(?:py|js|mjs|cjs|ts|sh|rb|php)\b")


@dataclass(frozen=True)
class Entry:
    """A place to start from."""

    name: str
    path: str | None  # the file that is meant, where it exists
    line: int | None = None  # of that file, counted from 1; None for its first
    fault: str | None = None  # why it cannot be used
    declared: bool = False


def entry_point(digest: Digest) -> CheckResult:
    """Whether there is a place to start or import the project from, and whether it parses.

    Sees: scripts of pyproject.toml, setup.cfg and setup.py; `bin`, `main` and start scripts of package.json; CMD and
    ENTRYPOINT of a Dockerfile; scripts that the README starts; main functions of a dozen languages in shown code;
    notebooks, web pages, packages and file names that are entry points by convention; libraries of Java, Kotlin, Scala
    and Go. Python that is shown whole is parsed with this interpreter's grammar, JSON and TOML too. Cannot see whether
    anything starts: nothing is run, and of other languages only the presence of the entry point is read. Files that a
    build makes count as there when a build script is declared.
    """
    declared = list(dict.fromkeys(_declared(digest)))
    found = declared + [_parsed(digest, path, line) for path, line in starts(digest)]
    good = [entry for entry in found if entry.fault is None]
    bad = [entry for entry in found if entry.fault is not None]
    if not bad or good:
        unseen = _unseen(digest, good, declared=declared)
        if unseen is not None:
            return unseen
    if not good:
        faults = "; ".join(f"{named(e.name)} {e.fault}" for e in bad[:3])
        reason = f"No usable entry point: {faults}." if faults else "No entry point is found."
        return CheckResult(level="not_met", reason=reason, evidence=_places(digest, bad))
    where = listed(dict.fromkeys(entry.name for entry in good))
    broken = [e for e in bad if e.declared or "/" not in e.name]  # or at the top, where a reader would start it
    if broken:
        faults = "; ".join(f"{named(e.name)} {e.fault}" for e in broken[:3])
        reason = f"Entry points: {where}; but {faults}."
        return CheckResult(level="partly", reason=reason, evidence=_places(digest, broken + good))
    return CheckResult(level="met", reason=f"Entry points: {where}.", evidence=_places(digest, good))


def _places(digest: Digest, found: list[Entry]) -> tuple[Evidence, ...]:
    shown = (cite(digest, entry.path, entry.line) for entry in found if entry.path is not None)
    return next(filter(None, shown), ())


def _unseen(digest: Digest, good: list[Entry], *, declared: list[Entry]) -> CheckResult | None:
    """Return that nothing can be told where what the project may start from is not shown; None where it is."""
    if any(e in declared or not e.path or not language(e.path) or digest.block(e.path) for e in good):
        return None  # what is no code needs no parsing
    if good:
        reason = f"To go by its name, {listed(e.name for e in good)} may be where to start, but it is not shown."
        return CheckResult(level="cannot_tell", reason=reason)
    library = manifests.library(digest)
    hidden = not_shown(digest, set(MAINS))
    if hidden and not (library or "").endswith("go.mod"):  # each folder of a Go module can be imported
        reason = f"No entry point is found in what is shown; {listed(hidden)} may hold one: not shown, or not whole."
        return CheckResult(level="cannot_tell", reason=reason)
    if library:
        reason = f"No main function is found; {listed([library])} builds a library that others can import."
        return CheckResult(level="met", reason=reason, evidence=cite(digest, library))
    return None


def _declared(digest: Digest) -> Iterator[Entry]:
    paths = {file.path for file in digest.files}
    for block in digest.blocks:
        name = PurePosixPath(block.path).name
        if name.startswith("Dockerfile") and not is_example(block.path):
            yield from _docker(block, paths)
        elif not manifests.is_manifest(block.path):
            continue
        elif name == "package.json":
            yield from _node(block, paths)
        elif name == "pyproject.toml":
            yield from _pyproject(digest, block, paths)
        elif name in {"setup.cfg", "setup.py"}:
            for match in manifests.matches(_CFG_SCRIPT, block):
                yield _python_target(digest, match[1], paths)


def _pyproject(digest: Digest, block: Block, paths: set[str]) -> Iterator[Entry]:
    data = table(block)
    if data is None:
        if is_whole(block):
            yield Entry(block.path, block.path, fault="is not TOML", declared=True)
        return
    for keys in manifests.SCRIPTS:
        for target in entries(dig(data, *keys)).values():
            for name in strings(target):
                yield _python_target(digest, name, paths)


def _python_target(digest: Digest, target: str, paths: set[str]) -> Entry:
    match = _MODULE.match(target)
    if match is None:
        return Entry(target, None, fault="is not of the form module:function", declared=True)
    stem = match[1].replace(".", "/")
    ends = (f"/{stem}.py", f"/{stem}/__init__.py")
    path = min((p for p in paths if f"/{p}".endswith(ends)), key=lambda p: (len(p), p), default=None)
    if path is None:
        return Entry(target, None, fault="names a module that is not there", declared=True)
    block = digest.block(path)
    if block is None or not is_whole(block):
        return Entry(target, path, declared=True)
    tree = python_tree(text(block))
    if tree is None:
        return Entry(target, path, fault="does not parse", declared=True)
    known = {match[2], "*"} & _names(tree)  # a star import may bring it
    fault = None if known else "names a function that its module does not have"
    return Entry(target, path, fault=fault, declared=True)


def _names(tree: ast.Module) -> set[str]:
    """Return every name that the module defines, imports or uses."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
    return found


def _node(block: Block, paths: set[str]) -> Iterator[Entry]:
    data = table(block)
    if data is None:
        if is_whole(block):
            yield Entry(block.path, block.path, fault="is not JSON", declared=True)
        return
    scripts = entries(data.get("scripts"))
    folder = PurePosixPath(block.path).parent
    commands = [name for name in ("start", "dev", "serve") if name in scripts]
    targets = strings(data.get("bin"))
    app = bool(commands) or data.get("private") is True  # is started, not imported: `main` is what `npm init` wrote
    mains = [name for name in strings(data.get("main")) if name.removeprefix("./") != "index.js"]  # what npm presumes
    targets += [] if app else mains + strings(data.get("module"))
    targets += [path for target in entries(data.get("bin")).values() for path in strings(target)]
    targets += [p for p in [*strings(data.get("exports")), *_exported(data.get("exports"))] if "*" not in p]
    for target in dict.fromkeys(targets):
        path = _resolve(folder, target, paths)
        built = bool(_BUILT.match(target)) and any("build" in name or name.startswith("prep") for name in scripts)
        yield Entry(target, path, fault=None if path or built else "is not there", declared=True)
    for name in commands:
        for command in strings(scripts[name]):
            files = [file for file in _NAMED_FILE.findall(command) if not _BUILT.match(file)]
            missing = [file for file in files if not _resolve(folder, file, paths)]
            fault = f"names the missing file {named(missing[0])}" if missing else None
            line = next((n for n, text in lines(block) if f'"{name}"' in text), None)
            yield Entry(f"npm run {name}", block.path, line, fault=fault, declared=True)


def _exported(value: object) -> list[str]:
    """Return the files that `exports` of a package.json gives for the package itself."""
    main = dig(value, ".") or value
    return [path for key in ("default", "import", "require") for path in strings(dig(main, key))]


def _resolve(folder: PurePosixPath, target: str, paths: set[str]) -> str | None:
    plain = str(folder / target.removeprefix("./").rstrip("/"))
    for end in ("", ".js", ".ts", ".mjs", ".cjs", ".json", "/index.js", "/index.ts"):
        if plain + end in paths:
            return plain + end
    return None


def _docker(block: Block, paths: set[str]) -> Iterator[Entry]:
    made = {name for _, line in lines(block) if _MAKES.match(line) for name in _NAMED_FILE.findall(line)}
    for number, line in lines(block):
        if re.match(r"^\s*(?:CMD|ENTRYPOINT)\b", line):
            files = [file.removeprefix("./") for file in _NAMED_FILE.findall(line) if not _BUILT.match(file)]
            missing = [
                f
                for f in files
                if not f.startswith("/") and f not in made and not any(f"/{p}".endswith(f"/{f}") for p in paths)
            ]
            fault = f"starts the missing file {named(missing[0])}" if missing else None
            yield Entry(block.path, block.path, number, fault=fault, declared=True)


def _parsed(digest: Digest, path: str, line: int | None) -> Entry:
    block = digest.block(path)
    if block is not None and is_whole(block) and language(path) == "python" and python_tree(text(block)) is None:
        return Entry(path, path, fault="does not parse")
    return Entry(path, path, line)
