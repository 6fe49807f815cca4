"""Whether what the code imports is declared, and whether the declared versions are held."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from evaluator.domain import Digest
from evaluator.grading.checks.manifests import (
    Dependency,
    manifests,
    node_dependencies,
    own_names,
    python_dependencies,
)
from evaluator.grading.checks.own_imports import OwnImports, imported, own_imports
from evaluator.grading.checks.place import own_modules
from evaluator.grading.checks.python_code import imported_modules
from evaluator.grading.checks.reading import (
    cite,
    counted,
    is_whole,
    language,
    listed,
    shown_code,
    sources,
)
from evaluator.grading.checks.unseen import is_mostly_unread, not_shown, unread_most
from evaluator.judgement import CheckResult

HELD = Fraction(4, 5)  # of the declared packages whose version is held
HALF = Fraction(1, 2)
LIKE = 5  # letters of a name that is looked for in a longer one
_LOCKS = frozenset((
    "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "package-lock.json", "npm-shrinkwrap.json",
    "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock", "Cargo.lock", "go.sum", "Gemfile.lock",
    "composer.lock", "pubspec.lock", "Package.resolved", "mix.lock", "gradle.lockfile", "packages.lock.json",
    "flake.lock", "Manifest.toml", "renv.lock", "stack.yaml.lock", "Podfile.lock",
))  # fmt: skip
_HOLDING = frozenset((  # manifests in which a version, or a bound, beside each package is the rule
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
_JS_NAME = re.compile(r"^(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*", re.IGNORECASE)
_NODE_BUILTIN = frozenset((
    "assert", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net",
    "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream",
    "string_decoder", "sys", "test", "timers", "tls", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads",
    "zlib", "react-native", "vscode", "electron", "bun",
))  # fmt: skip
_BRINGING = frozenset(("mix.exs", "Gemfile", "composer.json"))  # manifests whose packages hold JavaScript too
_BUILT = frozenset(
    ("rust", "java", "kotlin", "scala", "csharp", "dart", "swift", "elixir")
)  # by a tool with a manifest
_READ = frozenset(("python", "notebook", "javascript", "web", "sql", "shell"))  # languages whose imports are known here
_IMPLIED = frozenset(("ipython", "jupyter", "setuptools", "pip", "wheel", "typing-extensions", "google", "cython"))


def dependencies(digest: Digest) -> CheckResult:
    """Whether the packages that the code imports are declared, and their versions held.

    Sees: imports in shown Python, notebook and JavaScript/TypeScript code, compared with what the shown manifests
    declare; bounds, pins and lock files; for a dozen other languages whether there is a manifest at all. Cannot see
    whether the declared versions work together. A module whose package has quite another name may count as not
    declared, hence a tenth of them is let pass; so are names that an alias may stand behind that is not shown.
    """
    kinds = {language(file.path) for file in sources(digest)}
    if not kinds - {"web", "sql", "shell", None}:
        return _without_code(kinds)
    found = manifests(digest)
    needs = _imports(digest, found)
    if not found:
        return _undeclared(digest, needs, kinds)
    where = cite(digest, found[0])
    missing, imported = needs.missing, needs.imported
    if len(missing) > len(imported) * HALF:
        are = "which is" if len(missing) == 1 else "which are"
        reason = f"The code imports {listed(sorted(missing))}, {are} not declared in {listed(found)}."
        return CheckResult(level="not_met", reason=reason, evidence=where)
    if 10 * len(missing | needs.doubtful) > len(imported) >= 10 * len(missing):
        reason = f"{listed(sorted(needs.doubtful))} may be packages or names of the project's own: {_hidden(needs)}."
        return CheckResult(level="cannot_tell", reason=reason)
    if not missing and is_mostly_unread(digest):
        return CheckResult(level="cannot_tell", reason=f"What the code imports is not known: {unread_most(digest)}.")
    held, how = _held(digest, found)
    declared_all = 10 * len(missing) <= len(imported)
    used = f"the shown code imports {counted(len(imported), 'package')}, {_left(needs)}; " if imported else ""
    reason = f"Declared in {listed(found)}; {used}{how}."
    return CheckResult(level="met" if held and declared_all else "partly", reason=reason, evidence=where)


@dataclass(frozen=True)
class _Needs:
    """What shown code imports from outside."""

    imported: set[str]
    missing: set[str]  # of them, what no manifest declares
    doubtful: set[str]  # of them, what may be a name of the project's own
    hidden: tuple[str, ...]  # the configurations that would tell


def _hidden(needs: _Needs) -> str:
    return f"{listed(needs.hidden)} {'is' if len(needs.hidden) == 1 else 'are'} not shown whole"


def _left(needs: _Needs) -> str:
    if needs.missing:
        return f"not declared: {listed(sorted(needs.missing))}"
    if needs.doubtful:
        return f"{len(needs.imported) - len(needs.doubtful)} of them declared; the rest may be the project's own"
    return "which is declared" if len(needs.imported) == 1 else "all of them declared"


def _undeclared(digest: Digest, needs: _Needs, kinds: set[str | None]) -> CheckResult:
    """Return what can be told of a project without a manifest."""
    if certain := needs.imported - needs.doubtful:
        reason = f"No manifest declares dependencies for {listed(sorted(certain))}."
        return CheckResult(level="not_met", reason=reason)
    if kinds & _BUILT:
        return CheckResult(level="not_met", reason="No manifest declares dependencies.")
    if unknown := _unknown(digest, needs, kinds):
        return CheckResult(level="cannot_tell", reason=unknown)
    return CheckResult(level="met", reason="The code imports nothing from outside.")


def _unknown(digest: Digest, needs: _Needs, kinds: set[str | None]) -> str | None:
    """Return why it is not known whether the code imports anything, or None where it is."""
    if needs.doubtful:
        return f"{listed(sorted(needs.doubtful))} may be packages or names of the project's own: {_hidden(needs)}."
    if is_mostly_unread(digest):
        return f"What the code imports is not known: {unread_most(digest)}."
    if hidden := not_shown(digest, {"python", "notebook", "javascript"}):
        return f"The shown code imports nothing from outside, but {listed(hidden)} may: not shown, or not whole."
    if unread := sorted(kind for kind in kinds - _READ if kind):
        return f"No manifest is found, and what code in {listed(unread)} needs is not looked at."
    return None


def _without_code(kinds: set[str | None]) -> CheckResult:
    if kinds:
        return CheckResult(level="met", reason="The code imports nothing from a package manager.")
    return CheckResult(level="cannot_tell", reason="The project has no code that could import anything.")


def _imports(digest: Digest, found: tuple[str, ...]) -> _Needs:
    names = own_names(digest)
    own = own_imports(digest)
    python = set(_python_imports(digest)) - own_modules(digest) - {name.replace("-", "_") for name in names}
    python = {module for module in python if _package(module) not in _IMPLIED}
    node = set(_node_imports(digest, own)) - names
    missing, unknown = set(), set()
    if _readable(digest, found, (".toml", ".txt", ".in", ".cfg", ".py", "Pipfile", ".yml", ".yaml")):
        packages = python_dependencies(digest)
        missing |= {module for module in python if not _declared(module, packages)}
    kinds = {PurePosixPath(path).name for path in found}
    if kinds & _BRINGING and "package.json" not in kinds:
        node = set()  # a framework of another language brings the packages
    if _readable(digest, found, ("package.json",)):
        declared = {dependency.name for dependency in node_dependencies(digest)}
        unknown = {name for name in node if name not in declared and _types(name) not in declared}
    doubtful = unknown if own.hidden else set()
    return _Needs(python | node, (missing | unknown) - doubtful, doubtful, own.hidden)


def _types(name: str) -> str:
    """Return the package that declares the types of another one."""
    return f"@types/{name.removeprefix('@').replace('/', '__')}"


def _readable(digest: Digest, found: Iterable[str], ends: tuple[str, ...]) -> bool:
    """Return whether all manifests of a kind are shown whole: what is cut off may be declared there."""
    blocks = (digest.block(path) for path in found if path.endswith(ends))
    return all(block is not None and is_whole(block) for block in blocks)


def _python_imports(digest: Digest) -> Iterator[str]:
    for block in shown_code(digest):
        if language(block.path) not in {"python", "notebook"} or PurePosixPath(block.path).name == "setup.py":
            continue
        for module in imported_modules(block):
            if module not in sys.stdlib_module_names and not module.startswith("_"):
                yield module


def _node_imports(digest: Digest, own: OwnImports) -> Iterator[str]:
    for block in shown_code(digest):
        if language(block.path) != "javascript" or PurePosixPath(block.path).name.startswith("vite.config"):
            continue
        for target in imported(block):
            match = _JS_NAME.match(target)
            top = target.partition("/")[0]
            if match and ":" not in target and top not in _NODE_BUILTIN and not own.include(target):
                yield match[0]


def _package(module: str) -> str:
    return _plain(_ALIASES.get(module.lower(), module))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(module: str, declared: list[Dependency]) -> bool:
    wanted = _package(module)
    names = {_plain(dependency.name) for dependency in declared}
    return f"py{wanted}" in names or any(wanted in name.split("-") or _alike(wanted, name) for name in names)


def _alike(module: str, package: str) -> bool:
    """Return whether the package's name holds the module's, but for hyphens and an `s` at the end."""
    one = module.replace("-", "").removesuffix("s")
    return len(one) >= LIKE and one in package.replace("-", "")


def _held(digest: Digest, found: tuple[str, ...]) -> tuple[bool, str]:
    """Return whether the versions are held, and by what."""
    locks = [file.path for file in digest.files if PurePosixPath(file.path).name in _LOCKS]
    if locks:
        return True, f"{listed(locks)} {'locks' if len(locks) == 1 else 'lock'} the versions"
    declared = python_dependencies(digest) + node_dependencies(digest)
    held = sum(dependency.held for dependency in declared)
    if declared:
        how_many, are = (str(held) if held else "none", "is" if held <= 1 else "are")
        return held >= len(declared) * HELD, f"{how_many} of {counted(len(declared), 'declared version')} {are} bounded"
    ends = (".csproj", ".fsproj", ".gemspec", ".cabal")
    holding = [path for path in found if PurePosixPath(path).name in _HOLDING or path.endswith(ends)]
    if holding:
        return True, f"in {listed(holding[:1])} packages usually stand with their versions"
    return True, "it declares no package whose version could be held"
