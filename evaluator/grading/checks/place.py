"""What a project has that a README could name: files, tasks, scripts, modules, and its own name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from evaluator.domain import Digest
from evaluator.grading.checks import manifests
from evaluator.grading.checks.reading import entries, is_aside, is_example, language, lines, table

_TARGET = re.compile(r"^([A-Za-z0-9_.%/ -]{1,120}?)\s*:(?!=)")
MAX_VISITED = 20  # folders
_TASK_FILES = frozenset(("makefile", "gnumakefile", "justfile"))
_JUST = re.compile(r"^@?([\w-]+)(?:\s[^:]*)?:(?!=)")


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
    hidden: frozenset[str]  # names of files of which one is not shown whole, so that its content is unknown
    visited: list[str] = field(default_factory=list)  # folders that the README changes into

    def has(self, name: str) -> bool:
        """Return whether a file or folder of that name is there, seen from the top or from a visited folder."""
        return any(path in self.paths or path in self.dirs for path in self._seen(name))

    def find(self, name: str) -> str | None:
        """Return the path of the file that is meant by that name, or None."""
        return next((path for path in self._seen(name) if path in self.paths), None)

    def visit(self, name: str) -> None:
        """Note that the README changes into a folder, where it is one of the project's."""
        for path in self._seen(name):
            if path in self.dirs and path not in self.visited and len(self.visited) < MAX_VISITED:
                self.visited.append(path)

    def _seen(self, name: str) -> list[str]:
        return [str(PurePosixPath(at, name)) for at in (".", *self.visited)]


def place_of(digest: Digest) -> Place:
    """Return what the shown manifests, the Makefiles and the list of files tell."""
    paths = frozenset(file.path for file in digest.files)
    dirs = frozenset(folder for path in paths for folder in _above(path))
    makefiles = [block for block in digest.blocks if block.path.rpartition("/")[2].lower() in _TASK_FILES]
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
    whole = {block.path for block in digest.blocks if len(block.lines) >= block.total_lines}
    unknown = (path for path in paths - whole if not is_aside(path) and not is_example(path))
    names = frozenset(path.rpartition("/")[2] for path in paths)
    return Place(
        paths=paths,
        dirs=dirs,
        names=names,
        scripts=frozenset(scripts),
        targets=frozenset(targets),
        own=frozenset(name.lower() for name in manifests.own_names(digest) if name),
        modules=own_modules(digest),
        hidden=frozenset(path.rpartition("/")[2] for path in unknown),
    )


def _above(path: str) -> Iterator[str]:
    """Yield the folders above a file, the outermost as `.`."""
    while path := path.rpartition("/")[0]:
        yield path
    yield "."


def own_modules(digest: Digest) -> frozenset[str]:
    """Return the names by which Python code could import the project's own modules and packages."""
    found: set[str] = set()
    for file in digest.files:
        if language(file.path) == "python":
            parts = PurePosixPath(file.path).with_suffix("").parts
            found.update(parts[-3:])
    return frozenset(found - {"__init__", "__main__"})
