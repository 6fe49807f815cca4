"""What a command of a README needs to be there: one rule for each tool that people start projects with."""

import re
from collections.abc import Callable, Iterator

from evaluator.grading.checks.place import Place

FILE = re.compile(
    r"^[\w@./-]{0,150}[\w-]\.(?:py|ipynb|[cm]?js|tsx?|jsx|sh|go|rs|java|kt|rb|php|html|cp?p?|cs|r|jl|lua|swift|dart|ps1|bat)$",
    re.IGNORECASE,
)
_RUNNERS = frozenset((
    "python", "python3", "py", "node", "ts-node", "tsx", "bash", "sh", "zsh", "ruby", "php", "Rscript", "julia", "lua",
    "perl", "deno", "dart", "pwsh",
))  # fmt: skip
_WRAPPERS = {"uv": {"run"}, "poetry": {"run"}, "pipenv": {"run"}, "pdm": {"run"}, "hatch": {"run"}, "rye": {"run"}}
_NEEDS = {  # command -> the files of which one has to be there
    "cargo": ("Cargo.toml",), "go": ("go.mod", ".go"), "mvn": ("pom.xml",), "./mvnw": ("mvnw",),
    "./gradlew": ("gradlew",), "gradlew": ("gradlew.bat",), "gradlew.bat": ("gradlew.bat",),
    "gradle": ("build.gradle", "build.gradle.kts"), "dotnet": (".csproj", ".sln", ".fsproj"),
    "flutter": ("pubspec.yaml",), "bundle": ("Gemfile",), "rails": ("Gemfile",), "composer": ("composer.json",),
    "mix": ("mix.exs",), "cmake": ("CMakeLists.txt",),
    "docker-compose": ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"),
    "swift": ("Package.swift",), "stack": ("stack.yaml",), "tox": ("tox.ini", "pyproject.toml", "setup.cfg"),
    "nox": ("noxfile.py",), "vagrant": ("Vagrantfile",), "sbt": ("build.sbt",), "meson": ("meson.build",),
}  # fmt: skip
GENERATING = frozenset((  # files from which `./configure` and Makefiles are made
    "CMakeLists.txt", "configure.ac", "configure.in", "Makefile.am", "Makefile.in", "Makefile.PL", "meson.build",
))  # fmt: skip
_NODE = frozenset(("npm", "yarn", "pnpm", "bun"))
_NODE_BUILTIN = frozenset((
    "install", "i", "ci", "add", "init", "create", "global", "login", "publish", "link", "exec", "dlx", "remove", "up",
    "upgrade", "update", "audit", "cache", "config", "version", "set", "-g", "uninstall", "outdated", "why",
    "workspace",
))  # fmt: skip
_GO_FILES = {"run", "build", "test", "vet", "generate"}


def needs(words: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield what a command names of the project, and whether it exists; nothing where no rule knows the command."""
    while len(words) > 2 and words[1] in _WRAPPERS.get(words[0], ()):
        words = words[2:]
    head, rest = words[0], words[1:]
    if head == "cd" and rest:
        place.visit(rest[0])
    elif rule := _RULES.get(head):
        yield from rule(rest, place)
    elif head in _RUNNERS:
        yield from _run(head, rest, place)
    elif head in _NODE:
        yield from _node(head, rest, place)
    elif head in _NEEDS:
        yield f"{head} {rest[0]}" if rest else head, _there(_NEEDS[head], place)
    elif head.startswith("./") and len(head) > 2:
        yield head, place.has(head) or (head == "./configure" and bool(GENERATING & place.names))
    elif head.lower() in place.own:
        yield head, True


def tool_files(command: str) -> tuple[str, ...]:
    """Return the files of which a tool needs one, by the first word of a command; nothing where no tool is known."""
    words = command.split()
    if words[:2] == ["docker", "compose"]:
        return (*_NEEDS["docker-compose"], "compose.dev.yml")
    return ("Dockerfile",) if words[:1] == ["docker"] else _NEEDS.get(words[0], ()) if words else ()


def _there(ends: tuple[str, ...], place: Place) -> bool:
    return any(name == end or (end.startswith(".") and name.endswith(end)) for name in place.names for end in ends)


def _run(head: str, rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield what an interpreter is given: `python app.py`, `python -m package`, `deno run main.ts`."""
    if rest[:2] == ["-m", "pip"]:
        yield from _pip(rest[2:], place)
        return
    if rest[:1] == ["-m"]:
        if rest[1:] and rest[1].partition(".")[0] in place.modules:
            yield f"{head} -m {rest[1]}", True
        return
    files = [word for word in rest if FILE.match(word)]
    if files and not files[0].startswith(("/", "~", "http")):
        yield f"{head} {files[0]}", place.has(files[0])


def _node(head: str, rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield scripts of package.json, the project's own package, or that there is something to install."""
    words = [word for word in rest if not word.startswith("-")]
    if (not words and head == "yarn") or words in (["install"], ["i"], ["ci"]):
        yield " ".join([head, *words]), "package.json" in place.names
        return
    if not words:
        return
    run = words[0] in {"run", "run-script"}
    script = words[1] if run and len(words) > 1 else words[0]
    exists = script in place.scripts or "package.json" in place.hidden
    if "<" in script:  # the reader is to fill it in
        return
    if script in _NODE_BUILTIN:
        yield from _published(head, words[1:], place)
    elif FILE.match(script):
        yield f"{head} {script}", place.has(script)
    elif (run and len(words) > 1) or script in {"start", "test"} or exists:
        yield " ".join([head, *(["run"] if run else []), script]), exists


def _npx(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    yield from _published("npx", [word for word in rest if not word.startswith("-")], place)


def _published(head: str, words: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    """Yield the project's own package, by the name under which it is published, without a version."""
    for word in words[:3]:
        name = word if word.startswith("@") else word.partition("@")[0]
        if name.lower() in place.own:
            yield f"{head} {name}", True


def _make(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    goals = [word for word in rest if re.match(r"^[\w.-]+$", word) and not word.startswith("-")]
    exists = bool(place.names & {"Makefile", "makefile", "GNUmakefile", "configure"} | place.names & GENERATING)
    if not goals:
        yield "make", exists
    unknown = place.hidden & {"Makefile", "makefile", "GNUmakefile"} or GENERATING & place.names
    for goal in goals[:3]:
        yield f"make {goal}", exists and (goal in place.targets or bool(unknown))


def _just(rest: list[str], place: Place) -> Iterator[tuple[str, bool]]:
    for goal in rest[:1]:
        yield f"just {goal}", goal in place.targets or bool(place.hidden & {"justfile", "Justfile", ".justfile"})


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
        if FILE.match(word) and not word.startswith(("/", "~")):
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
        files = [word for word in rest[1:] if word.endswith(".go") or re.match(r"\./(?!$|.{0,200}\.\.\.)", word)]
        exists = _there(_NEEDS["go"], place) and all(place.has(word) for word in files[:1])
        yield " ".join(["go", rest[0], *files[:1]]), exists


_RULES: dict[str, Callable[[list[str], Place], Iterator[tuple[str, bool]]]] = {
    "make": _make, "just": _just, "npx": _npx, "go": _go, "docker": _docker, "cp": _copy, "copy": _copy,
    "pip": _pip, "pip3": _pip, "pipx": _pip, "uvicorn": _app, "gunicorn": _app, "hypercorn": _app,
    "streamlit": _file, "source": _file, "pytest": _file, "jupyter": _file, "torchrun": _file, "accelerate": _file,
}  # fmt: skip
