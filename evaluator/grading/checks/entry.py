"""Where a project starts: entry points that manifests declare, and those that the languages' own conventions give."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from evaluator.domain import Block, CheckResult, Digest, Evidence
from evaluator.grading.checks import manifests
from evaluator.grading.checks.reading import (
    cite,
    dig,
    entries,
    is_aside,
    is_example,
    is_test,
    is_whole,
    language,
    lines,
    listed,
    named,
    python_tree,
    shown_code,
    strings,
    table,
    text,
)

_MAIN = {
    "go": re.compile(r"^func main\("),
    "rust": re.compile(r"^\s*(?:pub )?(?:async )?fn main\("),
    "java": re.compile(r"\bvoid main\(|@SpringBootApplication"),
    "kotlin": re.compile(r"^\s*(?:suspend )?fun main\("),
    "scala": re.compile(r"\bdef main\(|\bextends App\b|@main\b"),
    "c": re.compile(r"^\s*(?:int|void|auto) +\w*main *\("),
    "csharp": re.compile(r"\bstatic (?:async )?(?:void|int|Task(?:<int>)?) Main\(|WebApplication\.CreateBuilder"),
    "swift": re.compile(r"@main\b|@UIApplicationMain\b"),
    "dart": re.compile(r"\bmain\(.{0,80}\) *(?:async *)?(?:\{|=>|$)"),
    "python": re.compile(r"^if __name__ *== *[\"']__main__[\"']"),
    "haskell": re.compile(r"^main *(?:::|=)"),
    "zig": re.compile(r"\bpub fn main\("),
}
_STARTERS = frozenset((  # file names that are an entry point by convention, wherever the project keeps its code
    "__main__.py", "manage.py", "main.py", "app.py", "run.py", "wsgi.py", "asgi.py", "cli.py", "streamlit_app.py",
    "index.html", "index.js", "index.ts", "main.js", "main.ts", "main.tsx", "main.jsx", "index.tsx", "index.jsx",
    "server.js", "server.ts", "app.js", "app.ts", "index.php", "config.ru", "main.dart", "main.swift", "Program.cs",
    "AndroidManifest.xml", "project.godot", "ProjectVersion.txt", "app.R", "server.R", "main.rs", "lib.rs",
    "mod.ts", "main.lua", "init.lua", "page.tsx", "page.jsx", "datapackage.json",
))  # fmt: skip
_STARTER_SUFFIXES = (".ipynb", ".Rmd", ".gemspec", ".xcodeproj/project.pbxproj", ".love", ".pde", ".ino")
_BUILT = re.compile(r"^(?:\./)?(?:dist|build|lib|out|es|esm|cjs|umd|types|\.next|\.output|_esm)/")
_MODULE = re.compile(r"^([\w.]+):(\w+)(?:\.\w+)*(?:\s*\[.*\])?$")
_CFG_SCRIPT = re.compile(r"""^[^\w]*[\w.-]{1,60}\s*=\s*([\w.]+:\w+)""")
_NAMED_FILE = re.compile(r"[\w./-]{1,120}\.(?:py|js|mjs|cjs|ts|sh|jar|rb|php)\b")


MAX_STARTERS = 50  # conventional entry points that are looked at


@dataclass(frozen=True)
class Entry:
    """A place to start from."""

    name: str
    path: str | None  # the file that is meant, where it exists
    fault: str | None = None  # why it cannot be used
    declared: bool = False


def entry_point(digest: Digest) -> CheckResult:
    """Whether there is a place to start or import the project from, and whether it parses.

    Sees: scripts of pyproject.toml, setup.cfg and setup.py; `bin`, `main` and start scripts of package.json; CMD and
    ENTRYPOINT of a Dockerfile; main functions of a dozen languages in shown code; notebooks, web pages, packages and
    file names that are entry points by convention. Python that is shown whole is parsed with this interpreter's
    grammar, JSON and TOML too. Cannot see whether anything starts: nothing is run, and of other languages only the
    presence of the entry point is read. Files that a build makes count as there when a build script is declared.
    """
    declared = list(dict.fromkeys(_declared(digest)))
    found = declared + list(_conventional(digest))
    good = [entry for entry in found if entry.fault is None]
    bad = [entry for entry in found if entry.fault is not None]
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
    return next((cite(digest, entry.path) for entry in found if entry.path is not None), ())


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
    starts = [name for name in ("start", "dev", "serve") if name in scripts]
    targets = strings(data.get("bin"))
    app = bool(starts) or data.get("private") is True  # is started, not imported: `main` is what `npm init` wrote
    targets += [] if app else strings(data.get("main")) + strings(data.get("module"))
    targets += [path for target in entries(data.get("bin")).values() for path in strings(target)]
    targets += [p for p in [*strings(data.get("exports")), *_exported(data.get("exports"))] if "*" not in p]
    for target in dict.fromkeys(targets):
        path = _resolve(folder, target, paths)
        built = bool(_BUILT.match(target)) and any("build" in name or name.startswith("prep") for name in scripts)
        yield Entry(target, path, fault=None if path or built else "is not there", declared=True)
    for name in starts:
        for command in strings(scripts[name]):
            files = [file for file in _NAMED_FILE.findall(command) if not _BUILT.match(file)]
            missing = [file for file in files if not _resolve(folder, file, paths)]
            fault = f"names the missing file {named(missing[0])}" if missing else None
            yield Entry(f"npm run {name}", block.path, fault=fault, declared=True)


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
    for _, line in lines(block):
        if re.match(r"^\s*(?:CMD|ENTRYPOINT)\b", line):
            files = [file.removeprefix("./") for file in _NAMED_FILE.findall(line) if not _BUILT.match(file)]
            missing = [f for f in files if not f.startswith("/") and not any(f"/{p}".endswith(f"/{f}") for p in paths)]
            fault = f"starts the missing file {named(missing[0])}" if missing else None
            yield Entry(block.path, block.path, fault=fault, declared=True)


def _conventional(digest: Digest) -> Iterator[Entry]:
    kinds = {PurePosixPath(path).name for path in manifests.manifests(digest)}
    starters = (file.path for file in digest.files if file.bytes > 0 and _is_starter(file.path, kinds))
    for path in islice(starters, MAX_STARTERS):
        yield _parsed(digest, path)
    for block in shown_code(digest):
        pattern = _MAIN.get(language(block.path) or "")
        if pattern and any(pattern.search(line) for _, line in lines(block)):
            yield _parsed(digest, block.path)


def _is_starter(path: str, kinds: set[str]) -> bool:
    """Return whether a file is an entry point by its name or place, given the *kinds* of manifests that there are."""
    pure = PurePosixPath(path)
    if is_test(path) or is_aside(path) or is_example(path):
        return False
    if pure.name in _STARTERS or pure.name.endswith(_STARTER_SUFFIXES):
        return True
    if pure.name == "__init__.py" and kinds & {"pyproject.toml", "setup.py", "setup.cfg"}:
        return len(pure.parts) == 2 or (len(pure.parts) == 3 and pure.parts[0] in {"src", "lib"})
    if language(path) == "go" and "go.mod" in kinds:
        return len(pure.parts) == 1
    if language(path) in {"java", "kotlin"} and kinds & {"pom.xml", "build.gradle", "build.gradle.kts"}:
        return "src/main/" in path
    return language(path) == "shell" and (len(pure.parts) == 1 or pure.parts[0] == "bin")


def _parsed(digest: Digest, path: str) -> Entry:
    block = digest.block(path)
    if block is not None and is_whole(block) and language(path) == "python" and python_tree(text(block)) is None:
        return Entry(path, path, fault="does not parse")
    return Entry(path, path)
