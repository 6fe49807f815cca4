"""Files that a project is started from without a manifest's word: by its README, by what they hold, by convention."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath
from types import MappingProxyType

from evaluator.domain import Digest
from evaluator.grading.checks import manifests
from evaluator.grading.checks.command_rules import FILE, needs
from evaluator.grading.checks.place import place_of
from evaluator.grading.checks.reading import (
    is_aside,
    is_example,
    is_test,
    language,
    lines,
    shown_code,
)
from evaluator.grading.checks.readme import block_of, commands, snippets

MAINS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "go": re.compile(r"^func main\("),
        "rust": re.compile(r"^\s*(?:pub )?(?:async )?fn main\("),
        "java": re.compile(r"^[^*/]{0,200}\bvoid main\(|^\s*@(?:SpringBootApplication|QuarkusMain)\b"),
        "kotlin": re.compile(r"^\s*(?:@JvmStatic )?(?:suspend )?fun main\(|^\s*@SpringBootApplication\b"),
        "scala": re.compile(r"\bdef main\(|\bextends App\b|@main\b"),
        "c": re.compile(r"^\s*(?:int|void|auto) +\w*main *\("),
        "csharp": re.compile(r"\bstatic (?:async )?(?:void|int|Task(?:<int>)?) Main\(|WebApplication\.CreateBuilder"),
        "swift": re.compile(r"@main\b|@UIApplicationMain\b"),
        "dart": re.compile(r"\bmain\(.{0,80}\) *(?:async *)?(?:\{|=>|$)"),
        "python": re.compile(r"^if __name__ *== *[\"']__main__[\"']"),
        "haskell": re.compile(r"^main *(?:::|=)"),
        "zig": re.compile(r"\bpub fn main\("),
    }
)  # fmt: skip - language -> what its main function looks like
_STARTERS = frozenset((  # file names that are an entry point by convention, wherever the project keeps its code
    "__main__.py", "manage.py", "main.py", "app.py", "run.py", "wsgi.py", "asgi.py", "cli.py", "streamlit_app.py",
    "index.html", "index.js", "index.ts", "main.js", "main.ts", "main.tsx", "main.jsx", "index.tsx", "index.jsx",
    "server.js", "server.ts", "app.js", "app.ts", "index.php", "config.ru", "main.dart", "main.swift", "Program.cs",
    "AndroidManifest.xml", "project.godot", "ProjectVersion.txt", "app.R", "server.R", "main.rs", "lib.rs",
    "mod.ts", "main.lua", "init.lua", "page.tsx", "page.jsx", "datapackage.json",
))  # fmt: skip
_STARTER_SUFFIXES = (".ipynb", ".Rmd", ".gemspec", ".xcodeproj/project.pbxproj", ".love", ".pde", ".ino")
MAX_STARTERS = 50  # conventional entry points that are looked at
MAX_LINES = 400  # of code in the README that are looked at
_NOT_STARTED = frozenset(("setup.py", "conftest.py"))


def starts(digest: Digest) -> Iterator[tuple[str, int | None]]:
    """Yield each file that the project may be started from, with the line of its main function where one is shown."""
    kinds = {PurePosixPath(path).name for path in manifests.manifests(digest)}
    mains = dict(_mains(digest))
    roots = {"", *(str(PurePosixPath(path).parent) for path in manifests.manifests(digest))}
    starters = (
        file.path
        for file in digest.files
        if file.bytes > 0 and _is_starter(file.path, kinds) and not _is_inner(file.path, roots)
    )
    for path in dict.fromkeys([*_by_readme(digest), *islice(starters, MAX_STARTERS), *mains]):
        yield path, mains.get(path)


def _by_readme(digest: Digest) -> Iterator[str]:
    """Yield the scripts that the README tells a reader to run: `python train.py`, `streamlit run app.py`."""
    readme = block_of(digest)
    place = place_of(digest)
    for snippet in snippets(readme)[:MAX_LINES] if readme else ():
        if snippet.language is None and " " not in snippet.text:
            continue  # the name of a file in running text tells nobody to run it; a command there does
        for words in commands(snippet):
            for name, exists in needs(words, place):
                file = name.rpartition(" ")[2]
                path = place.find(file) if exists and FILE.match(file) and not name.startswith("cp ") else None
                if path and language(path) and _is_own(path) and PurePosixPath(path).name not in _NOT_STARTED:
                    yield path


def _mains(digest: Digest) -> Iterator[tuple[str, int]]:
    for block in shown_code(digest):
        pattern = MAINS.get(language(block.path) or "")
        number = next((n for n, line in lines(block) if pattern.search(line)), None) if pattern else None
        if number is not None:
            yield block.path, number


def _is_own(path: str) -> bool:
    return not is_test(path) and not is_aside(path) and not is_example(path)


def _is_inner(path: str, roots: set[str]) -> bool:
    """Return whether a file called index is that of a folder within the project, not of the project or a part of it."""
    pure = PurePosixPath(path)
    if pure.stem != "index":
        return False
    if pure.suffix == ".html":
        return "templates" in pure.parts
    inside = {str(PurePosixPath(root, folder)) for root in roots for folder in (".", "src", "lib", "app", "public")}
    return str(pure.parent) not in inside | {"server", "client", "api", "web", "js"}


def _is_starter(path: str, kinds: set[str]) -> bool:
    """Return whether a file is an entry point by its name or place, given the *kinds* of manifests that there are."""
    pure = PurePosixPath(path)
    if not _is_own(path):
        return False
    if pure.name in _STARTERS or pure.name.endswith(_STARTER_SUFFIXES):
        return True
    if pure.name == "__init__.py" and kinds & {"pyproject.toml", "setup.py", "setup.cfg"}:
        return len(pure.parts) == 2 or (len(pure.parts) == 3 and pure.parts[0] in {"src", "lib"})
    return language(path) == "shell" and (len(pure.parts) == 1 or pure.parts[0] == "bin")
