"""Whether what the README tells a reader to type exists in the project."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath

from evaluator.domain import CheckResult, Digest
from evaluator.grading.checks import manifests
from evaluator.grading.checks.reading import cite, counted, entries, language, lines, listed, table
from evaluator.grading.checks.readme import Snippet, block_of, commands, snippets

MOST = Fraction(9, 10)  # of the names that must exist
HALF = Fraction(1, 2)
_TARGET = re.compile(r"^([A-Za-z0-9_.%/ -]{1,120}?)\s*:(?!=)")
_JUST = re.compile(r"^@?([\w-]+)(?:\s[^:=]*)?:(?!=)")
_FILE = re.compile(r"^[\w@./-]{0,150}[\w-]\.(?:py|ipynb|js|mjs|cjs|ts|tsx|jsx|sh|go|rs|java|kt|rb|php|html|c|cpp|cs|r|jl|lua|swift|dart|ps1|bat)$",
                   re.IGNORECASE)  # fmt: skip
_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import\b|import\s+([\w.]+))")
_JS_IMPORT = re.compile(r"""(?:\bfrom\s+|\brequire\(\s*|^\s*import\s+)["']([^"'\s]{1,120})["']""")
_RUNNERS = frozenset(("python", "python3", "py", "node", "ts-node", "tsx", "bash", "sh", "zsh", "ruby", "php", "Rscript",
                      "julia", "lua", "perl", "deno", "bun", "dart", "pwsh"))  # fmt: skip
_WRAPPERS = {"uv": {"run"}, "poetry": {"run"}, "pipenv": {"run"}, "pdm": {"run"}, "hatch": {"run"}, "rye": {"run"}}
_NEEDS = {  # command -> the files of which one has to be there
    "cargo": ("Cargo.toml",), "go": ("go.mod", ".go"), "mvn": ("pom.xml",), "./mvnw": ("mvnw",), "./gradlew": ("gradlew",),
    "gradlew": ("gradlew.bat",), "gradlew.bat": ("gradlew.bat",), "gradle": ("build.gradle", "build.gradle.kts"),
    "dotnet": (".csproj", ".sln", ".fsproj"), "flutter": ("pubspec.yaml",), "bundle": ("Gemfile",), "rails": ("Gemfile",),
    "composer": ("composer.json",), "mix": ("mix.exs",), "cmake": ("CMakeLists.txt",), "docker-compose": (
        "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"),
    "swift": ("Package.swift",), "stack": ("stack.yaml",), "tox": ("tox.ini", "pyproject.toml", "setup.cfg"),
    "nox": ("noxfile.py",), "vagrant": ("Vagrantfile",), "sbt": ("build.sbt",), "meson": ("meson.build",),
}  # fmt: skip
_NODE = frozenset(("npm", "yarn", "pnpm", "bun"))
_NODE_BUILTIN = frozenset((
    "install", "i", "ci", "add", "init", "create", "global", "login", "publish", "link", "exec", "dlx", "remove", "up",
    "upgrade", "update", "audit", "cache", "config", "version", "set", "-g", "uninstall", "outdated", "why", "workspace",
))  # fmt: skip
_GO_FILES = {"run", "build", "test", "vet", "generate"}


@dataclass(frozen=True)
class Place:
    """What the project has, looked up often."""

    paths: frozenset[str]
    dirs: frozenset[str]
    names: frozenset[str]  # of files, without their folders
    scripts: frozenset[str]  # of package.json files
    targets: frozenset[str]  # of Makefiles and justfiles
    own: frozenset[str]  # names of the project and its commands
    modules: frozenset[str]  # top-level names that Python could import
    hidden: frozenset[str]  # names of manifests that are not shown whole, so that their content is unknown
    visited: list[str] = field(default_factory=list)  # folders that the README changes into

    def has(self, name: str) -> bool:
        """Return whether a file or folder of that name is there, seen from the top or from a visited folder."""
        plain = str(PurePosixPath(name.removeprefix("./").rstrip("/") or "."))
        return any(p in self.paths or p in self.dirs for p in (plain, *(f"{at}/{plain}" for at in self.visited)))


def readme_commands(digest: Digest) -> CheckResult:
    """Whether the commands, scripts and modules that the README names exist in the project.

    Sees, in fenced and indented code and in back quotes: files given to an interpreter or named alone, `python -m`,
    make and just targets, npm scripts, the project's own commands and imports, and build tools that need their
    manifest. Does not count what is not the project's (`git clone`, `apt install`), and what it does not recognise.
    Cannot see whether a command works, nor the parts of the README that are not shown.
    """
    readme = block_of(digest)
    if readme is None:
        return CheckResult(level="not_met", reason="No README is shown.")
    place = _place(digest)
    asked: dict[str, tuple[bool, int]] = {}  # what is named -> whether it exists, line
    for snippet in snippets(readme):
        for name, exists in _named_in(snippet, place):
            asked.setdefault(name, (exists, snippet.number))
    if not asked:
        reason = "The README names no command, script or module of the project."
        return CheckResult(level="not_met", reason=reason, evidence=cite(digest, readme.path))
    missing = {name: number for name, (exists, number) in asked.items() if not exists}
    found = len(asked) - len(missing)
    share = Fraction(found, len(asked))
    tail = f"; missing: {listed(missing)}" if missing else ""
    reason = f"The README names {counted(len(asked), 'command')}, of which {found} exist{tail}."
    number = next(iter(missing.values())) if missing else next(iter(asked.values()))[1]
    level = "met" if share >= MOST else "partly" if share >= HALF else "not_met"
    return CheckResult(level=level, reason=reason, evidence=cite(digest, readme.path, number))


def _place(digest: Digest) -> Place:
    paths = frozenset(file.path for file in digest.files)
    dirs = frozenset(str(parent) for path in paths for parent in PurePosixPath(path).parents)
    makefiles = [b for b in digest.blocks if PurePosixPath(b.path).name.lower() in {"makefile", "gnumakefile", "justfile"}]
    targets = {
        target
        for block in makefiles
        for pattern in (_TARGET, _JUST)
        for _, line in lines(block)
        if (match := pattern.match(line))
        for target in match[1].split()
    }
    packages = manifests.shown(digest, "package.json")
    scripts = {name for block in packages for name in entries((table(block) or {}).get("scripts"))}
    shown = {PurePosixPath(block.path).name for block in digest.blocks if len(block.lines) >= block.total_lines}
    names = frozenset(PurePosixPath(path).name for path in paths)
    return Place(
        paths=paths,
        dirs=dirs,
        names=names,
        scripts=frozenset(scripts),
        targets=frozenset(targets),
        own=frozenset(name.lower() for name in manifests.own_names(digest) | {digest.name}),
        modules=own_modules(digest),
        hidden=names - shown,
    )


def own_modules(digest: Digest) -> frozenset[str]:
    """Return the names by which Python code could import the project's own modules and packages."""
    found = set()
    for file in digest.files:
        if language(file.path) == "python":
            parts = PurePosixPath(file.path).with_suffix("").parts
            found.update(parts[-3:])
    return frozenset(found - {"__init__", "__main__"})


def _named_in(snippet: Snippet, place: Place) -> Iterator[tuple[str, bool]]:
    if snippet.language in {"python", "py", "pycon"}:
        match = _IMPORT.match(snippet.text.strip().removeprefix(">>> "))
        if match and (module := (match[1] or match[2]).split(".")[0]) in place.modules:
            yield f"import {module}", True
        return
    if snippet.language in {"js", "javascript", "ts", "typescript", "jsx", "tsx"}:
        for module in _JS_IMPORT.findall(snippet.text):
            if module.lower() in place.own:
                yield f"import {module}", True
        return
    if snippet.language is None and _FILE.match(snippet.text):
        yield snippet.text, PurePosixPath(snippet.text).name in place.names
        return
    for words in commands(snippet):
        yield from _command(words, place)


def _command(words: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    while len(words) > 2 and words[1] in _WRAPPERS.get(words[0], ()):
        words = words[2:]
    head, rest = words[0], words[1:]
    if head == "cd" and rest:
        if place.has(rest[0]):
            place.visited.append(str(PurePosixPath(rest[0].removeprefix("./"))))
    elif rule := _RULES.get(head):
        yield from rule(rest, place)
    elif head in _RUNNERS:
        yield from _run(head, rest, place)
    elif head in _NODE:
        yield from _node(head, rest, place)
    elif head in _NEEDS:
        yield f"{head} {rest[0]}" if rest else head, _there(_NEEDS[head], place)
    elif head.startswith("./") and len(head) > 2:
        yield head, place.has(head)
    elif head.lower() in place.own:
        yield head, True


def _there(ends: tuple[str, ...], place: Place) -> bool:
    return any(name == end or (end.startswith(".") and name.endswith(end)) for name in place.names for end in ends)


def _run(head: str, rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield what an interpreter is given: `python app.py`, `python -m package`, `deno run main.ts`."""
    if rest[:1] == ["-m"] and len(rest) > 1:
        module = rest[1].split(".")[0]
        if rest[1] in {"pip", "venv", "http.server", "virtualenv", "pytest", "unittest"}:
            yield from _RULES["pip"](rest[2:], place) if rest[1] == "pip" else ()
        elif module in place.modules or place.has(f"{module}.py"):
            yield f"{head} -m {rest[1]}", True
        return
    files = [word for word in rest if _FILE.match(word)]
    if files and not files[0].startswith(("/", "~", "http")):
        yield f"{head} {files[0]}", place.has(files[0])


def _node(head: str, rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    words = [word for word in rest if not word.startswith("-")]
    if not words or words[0] in {"install", "i", "ci"} and len(words) == 1:
        yield f"{head} {words[0]}" if words else head, "package.json" in place.names
        return
    script = words[1] if words[0] in {"run", "run-script"} and len(words) > 1 else words[0]
    if script in _NODE_BUILTIN or script == "run":
        own = {word.split("@")[0].lower() if not word.startswith("@") else word.lower() for word in words[1:]}
        if own & place.own:
            yield f"{head} {words[0]} {sorted(own & place.own)[0]}", True
        return
    if _FILE.match(script):
        yield f"{head} {script}", place.has(script)
        return
    exists = script in place.scripts or ("package.json" in place.hidden)
    if words[0] in {"run", "run-script", "start", "test"} or exists:
        yield f"{head} {' '.join(words[:2]) if words[0] != script else script}", exists


def _make(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    goals = [word for word in rest if re.match(r"^[\w.-]+$", word) and not word.startswith("-")]
    exists = bool(place.names & {"Makefile", "makefile", "GNUmakefile", "CMakeLists.txt", "configure", "configure.ac"})
    if not goals:
        yield "make", exists
    unknown = place.hidden & {"Makefile", "makefile", "GNUmakefile"} or "CMakeLists.txt" in place.names
    for goal in goals[:3]:
        yield f"make {goal}", exists and (goal in place.targets or bool(unknown))


def _just(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    for goal in rest[:1]:
        yield f"just {goal}", goal in place.targets


def _pip(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    words = rest[1:] if rest[:1] == ["install"] else []
    for before, word in zip(["", *words], words, strict=False):
        plain = re.split(r"[\[=<>~!]", word)[0]
        if before in {"-r", "--requirement", "-c"}:
            yield f"pip install -r {word}", place.has(word)
        elif plain in {".", "./"}:
            yield f"pip install {word}", bool(place.names & {"pyproject.toml", "setup.py", "setup.cfg"})
        elif plain.lower() in place.own:
            yield f"pip install {plain}", True


def _app(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield the module of `uvicorn package.module:app`."""
    for word in rest:
        if re.match(r"^[\w.]+:\w+(?:\(\))?$", word):
            yield word, word.split(":")[0].split(".")[0] in place.modules
            return


def _file(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield the first word that is a file: of `streamlit run app.py`, `source env.sh`, `pytest tests/test_a.py`."""
    for word in rest:
        if _FILE.match(word) and not word.startswith(("/", "~")):
            yield word, place.has(word)
            return


def _copy(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    words = [word for word in rest if not word.startswith("-")]
    if len(words) == 2 and re.match(r"^[\w./-]+$", words[0]) and not words[0].startswith(("/", "..")):
        yield f"cp {words[0]}", place.has(words[0])


def _docker(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    if rest[:1] == ["build"]:
        yield "docker build", any("Dockerfile" in name for name in place.names)
    elif rest[:1] == ["compose"]:
        yield "docker compose", _there((*_NEEDS["docker-compose"], "compose.dev.yml"), place)


def _go(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    if rest[:1] and rest[0] in _GO_FILES:
        files = [word for word in rest[1:] if word.startswith("./") and "..." not in word and word != "./"]
        exists = _there(_NEEDS["go"], place) and all(place.has(word) for word in files[:1])
        yield " ".join(["go", rest[0], *files[:1]]), exists


_RULES: dict[str, Callable[[list[str], Place], Iterator[tuple[str, bool]]]] = {
    "make": _make, "just": _just, "pip": _pip, "pip3": _pip, "uvicorn": _app, "gunicorn": _app, "hypercorn": _app,
    "streamlit": _file, "source": _file, "pytest": _file, "jupyter": _file, "cp": _copy, "copy": _copy,
    "docker": _docker, "go": _go, "pipx": _pip, "torchrun": _file, "accelerate": _file,
}  # fmt: skip
