"""Whether what the code imports is declared, and whether the declared versions are held."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import PurePosixPath

from evaluator.domain import Block, CheckResult, Digest
from evaluator.grading.checks.manifests import (
    Dependency,
    is_manifest,
    manifests,
    node_dependencies,
    own_names,
    python_dependencies,
)
from evaluator.grading.checks.place import own_modules
from evaluator.grading.checks.reading import (
    cite,
    counted,
    is_whole,
    language,
    lines,
    listed,
    python_tree,
    shown_code,
    sources,
    text,
)

HELD = Fraction(4, 5)  # of the declared packages whose version is held
HALF = Fraction(1, 2)
_LOCKS = frozenset((
    "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "package-lock.json", "npm-shrinkwrap.json",
    "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock", "Cargo.lock", "go.sum", "Gemfile.lock",
    "composer.lock", "pubspec.lock", "Package.resolved", "mix.lock", "gradle.lockfile", "packages.lock.json",
    "flake.lock", "Manifest.toml", "renv.lock", "stack.yaml.lock", "Podfile.lock",
))  # fmt: skip
_HOLDING = frozenset((  # manifests whose form holds versions: an address with a version, or a bound, is the rule
    "Cargo.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "composer.json", "pubspec.yaml", "mix.exs",
    "build.sbt", "Package.swift", "deno.json", "shard.yml", "conanfile.txt", "vcpkg.json",
))  # fmt: skip
_ALIASES = {  # module -> package, where the names have nothing in common
    "cv2": "opencv", "sklearn": "scikit-learn", "skimage": "scikit-image", "pil": "pillow", "yaml": "pyyaml",
    "bs4": "beautifulsoup4", "dotenv": "python-dotenv", "dateutil": "python-dateutil", "jwt": "pyjwt",
    "serial": "pyserial", "usb": "pyusb", "attr": "attrs", "crypto": "pycryptodome", "git": "gitpython",
    "mysqldb": "mysqlclient", "psycopg2": "psycopg2-binary", "docx": "python-docx", "pptx": "python-pptx",
    "fitz": "pymupdf", "discord": "discord", "telegram": "python-telegram-bot", "magic": "python-magic",
    "faiss": "faiss-cpu", "pkg_resources": "setuptools", "openssl": "pyopenssl", "zmq": "pyzmq", "wx": "wxpython",
    "gi": "pygobject", "levenshtein": "python-levenshtein", "slugify": "python-slugify", "mpl_toolkits": "matplotlib",
    "pylab": "matplotlib", "jose": "python-jose", "multipart": "python-multipart", "konlpy": "konlpy",
    "google": "google", "win32api": "pywin32", "win32com": "pywin32", "rest_framework": "djangorestframework",
    "corsheaders": "django-cors-headers", "environ": "django-environ", "flask_sqlalchemy": "flask-sqlalchemy",
}  # fmt: skip
_PY_IMPORT = re.compile(r"^\s*(?:from\s+([A-Za-z_]\w*)[\w.]*\s+import\b|import\s+([A-Za-z_][\w., ]*))")
_JS_IMPORT = re.compile(r"""(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|^\s*import\s+)["']([^"'\s]{1,120})["']""")
_JS_NAME = re.compile(r"^(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*", re.IGNORECASE)
_NODE_BUILTIN = frozenset((
    "assert", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net",
    "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream",
    "string_decoder", "sys", "test", "timers", "tls", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads",
    "zlib", "react-native", "vscode", "electron", "bun",
))  # fmt: skip
_IMPLIED = frozenset(("ipython", "jupyter", "setuptools", "pip", "wheel", "typing-extensions", "google", "cython"))


def dependencies(digest: Digest) -> CheckResult:
    """Whether the packages that the code imports are declared, and their versions held.

    Sees: imports in shown Python, notebook and JavaScript/TypeScript code, compared with what the shown manifests
    declare; bounds, pins and lock files; for a dozen other languages whether there is a manifest at all. Cannot see
    whether the declared versions work together. A module whose package has quite another name may count as not
    declared, hence a tenth of them is let pass.
    """
    kinds = {language(file.path) for file in sources(digest)}
    if not kinds - {"web", "sql", "shell", None}:
        return _without_code(kinds)
    found = manifests(digest)
    imported, missing = _imports(digest, found)
    outside = imported or _needs_manifest(kinds)
    if not found:
        if not outside:
            return CheckResult(level="met", reason="The shown code imports nothing from outside.")
        what = f" for {listed(sorted(imported))}" if imported else ""
        return CheckResult(level="not_met", reason=f"No manifest declares dependencies{what}.")
    where = cite(digest, found[0])
    if len(missing) > len(imported) * HALF:
        reason = f"The code imports {listed(sorted(missing))}, which are not declared in {listed(found)}."
        return CheckResult(level="not_met", reason=reason, evidence=where)
    held, how = _held(digest, found)
    declared_all = 10 * len(missing) <= len(imported)
    all_of_them = "which is declared" if len(imported) == 1 else "all of them declared"
    left = f"not declared: {listed(sorted(missing))}" if missing else all_of_them
    used = f"the shown code imports {counted(len(imported), 'package')}, {left}; " if imported else ""
    reason = f"Declared in {listed(found)}; {used}{how}."
    return CheckResult(level="met" if held and declared_all else "partly", reason=reason, evidence=where)


def _without_code(kinds: set[str | None]) -> CheckResult:
    if kinds:
        return CheckResult(level="met", reason="The code imports nothing from a package manager.")
    return CheckResult(level="cannot_tell", reason="The project has no code that could import anything.")


def _needs_manifest(kinds: set[str | None]) -> bool:
    return bool(kinds & {"rust", "java", "kotlin", "scala", "csharp", "dart", "swift", "elixir"})


def _imports(digest: Digest, found: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Return the packages that shown code imports from outside, and those of them that no manifest declares."""
    names = own_names(digest)
    python = set(_python_imports(digest)) - own_modules(digest) - {name.replace("-", "_") for name in names}
    python = {module for module in python if _package(module) not in _IMPLIED}
    node = set(_node_imports(digest)) - names
    missing = set()
    if _readable(digest, found, (".toml", ".txt", ".in", ".cfg", ".py", "Pipfile", ".yml", ".yaml")):
        packages = python_dependencies(digest)
        missing |= {module for module in python if not _declared(module, packages)}
    if _readable(digest, found, ("package.json",)):
        declared = {dependency.name for dependency in node_dependencies(digest)}
        missing |= {name for name in node if name not in declared and f"@types/{name}" not in declared}
    return python | node, missing


def _readable(digest: Digest, found: Iterable[str], ends: tuple[str, ...]) -> bool:
    """Return whether all manifests of a kind are shown whole: what is cut off may be declared there."""
    blocks = (digest.block(path) for path in found if path.endswith(ends))
    return all(block is not None and is_whole(block) for block in blocks)


def _python_imports(digest: Digest) -> Iterator[str]:
    for block in shown_code(digest):
        if language(block.path) not in {"python", "notebook"} or PurePosixPath(block.path).name == "setup.py":
            continue
        tree = python_tree(text(block)) if language(block.path) == "python" and is_whole(block) else None
        for module in _imported_by(tree) if tree else _imported_in(block):
            if module not in sys.stdlib_module_names and not module.startswith("_"):
                yield module


def _imported_by(tree: ast.Module) -> Iterator[str]:
    optional = {id(node) for part in ast.walk(tree) if isinstance(part, ast.Try) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in optional:
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module and id(node) not in optional:
            yield node.module.split(".")[0]


def _imported_in(block: Block) -> Iterator[str]:
    for _, line in lines(block):
        if match := _PY_IMPORT.match(line):
            for module in (match[1] or match[2]).split(","):
                yield module.partition(".")[0].partition(" as ")[0].strip()


def _node_imports(digest: Digest) -> Iterator[str]:
    places = _places(digest)
    for block in shown_code(digest):
        if language(block.path) != "javascript" or PurePosixPath(block.path).name.startswith("vite.config"):
            continue
        for _, line in lines(block):
            for target in _JS_IMPORT.findall(line):
                match = _JS_NAME.match(target)
                top = target.partition("/")[0]
                if match and ":" not in target and top not in _NODE_BUILTIN and top.lstrip("@~#") not in places:
                    yield match[0]


def _places(digest: Digest) -> set[str]:
    """Return the names of the project's folders and files, which bundlers let code import like packages."""
    paths = [PurePosixPath(file.path) for file in digest.files]
    return {part for path in paths for part in path.parts[:-1]} | {path.stem for path in paths} | {""}


def _package(module: str) -> str:
    return _plain(_ALIASES.get(module.lower(), module))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(module: str, declared: list[Dependency]) -> bool:
    wanted = _package(module)
    likely = {wanted, f"python-{wanted}", f"py{wanted}"}
    names = {_plain(dependency.name) for dependency in declared}
    return bool(likely & names) or any(name.startswith(f"{wanted}-") for name in names)


def _held(digest: Digest, found: tuple[str, ...]) -> tuple[bool, str]:
    """Return whether the versions are held, and by what."""
    locks = [file.path for file in digest.files if PurePosixPath(file.path).name in _LOCKS]
    if locks:
        return True, f"{listed(locks)} locks the versions"
    declared = python_dependencies(digest) + node_dependencies(digest)
    held = sum(dependency.held for dependency in declared)
    if declared:
        how_many, are = (str(held) if held else "none", "is" if held <= 1 else "are")
        return held >= len(declared) * HELD, f"{how_many} of {counted(len(declared), 'declared version')} {are} bounded"
    names = {PurePosixPath(path).name for path in found if is_manifest(path)}
    if names & _HOLDING or any(path.endswith((".csproj", ".fsproj", ".gemspec", ".cabal")) for path in found):
        return True, "its form holds the versions"
    return True, "it declares no package whose version could be held"
