"""Which source files a program's entry points lead to, and how many of those import each file (digest spec).

Only reached files are scanned, so files that merely import one another stay unreached and cost nothing. Names that
nobody can follow (reflection, code that is generated) are made up for by what frameworks load by its place.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from evaluator.digest import aliases, conventions, frameworks, import_forms
from evaluator.digest.entries import entry_points
from evaluator.digest.languages import is_test, suffix
from evaluator.digest.mentions import Mentions
from evaluator.digest.project import Project, above, folder_of, name_of, package_of
from evaluator.digest.resolve import Context, go_package, resolve

__all__ = ["Reach", "entry_points", "reach"]

_MOST_NAMES = 12_000  # looked up in one project; hostile files could name more
_HEADERS = frozenset({"h", "hh", "hpp", "hxx", "h++"})
_MOST_LINKS = 200_000  # from file to file
_UNTRACED = 3  # how far from the start is taken to be what no import can tell of


@dataclass(frozen=True)
class Reach:
    """What some entry point leads to, and how often each file is imported on the way there."""

    reached: frozenset[str]  # paths, the entry points among them
    importers: Mapping[str, int]  # path -> how many reached files import it; 0 where none does
    depths: Mapping[str, int] = field(default_factory=dict)  # path -> imports between it and where a program starts


def reach(contents: Mapping[str, bytes], *, paths: Collection[str], entry_points: Collection[str]) -> Reach:
    """Return what the entry points lead to, with those that names and frameworks imply besides.

    *contents* are the files that were read, *paths* all source files; manifests among the contents (`package.json`,
    `tsconfig.json`, `go.mod`, `Cargo.toml`) help to follow names. A file that was not read leads nowhere.
    """
    return reached(Project(paths, contents), entry_points=entry_points)


def reached(project: Project, *, entry_points: Collection[str]) -> Reach:
    """Return what the entry points of a project lead to; its contents are the files that were read."""
    walk = _Walk(project)
    walk.follow(path for path in entry_points if path in walk.project.paths)
    walk.follow(conventions.placed(walk.project))
    parts = conventions.parts_of(walk.project)
    walk.follow(list(conventions.starts(walk.project, parts, walk.depths.keys())))
    walk.follow(list(conventions.faces(walk.project, parts, walk.depths.keys())))
    walk.follow(list(conventions.untraced(walk.project, walk.depths.keys())), depth=_UNTRACED)
    return Reach(reached=frozenset(walk.depths), importers=walk.importers, depths=walk.depths)


class _Walk:
    """Breadth first from the entry points."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.depths: dict[str, int] = {}  # of what is reached
        self.importers: Counter[str] = Counter()
        self._context = Context(self.project, aliases.read(project.contents), Mentions(self.project))
        self._looked_up: dict[tuple[str, str, str], list[str]] = {}
        self._links = 0
        self._said: set[tuple[str, str]] = set()
        self._found: dict[str, list[str]] = {}

    def follow(self, starts: Iterable[str], *, depth: int = 0) -> None:
        """Reach the files and all that they lead to."""
        depths, known = self.depths, self.project.paths
        queue = sorted(set(starts).difference(depths))
        depths.update(dict.fromkeys(queue, depth))
        for path in queue:  # grows while it is walked
            imported = self._imported(path)
            if imported:
                self.importers.update(imported)
                self._links += len(imported)
            for target in sorted(imported.union(self._implied(path)).difference(depths)):
                if target in known:
                    depths[target] = depths[path] + 1
                    queue.append(target)

    def _imported(self, path: str) -> set[str]:
        """Return the files that a file imports or names; nothing once the project has named too many."""
        data = self.project.contents.get(path)
        if data is None or self._links > _MOST_LINKS:
            return set()
        found = set(self._context.mentions.of(path, data))
        for name in import_forms.written(self.project.kinds[path], data, quoted=self.project.quoted):
            found.update(self._resolve(path, name))
        found.discard(path)
        return found

    def _resolve(self, path: str, name: str) -> list[str]:
        kind = self.project.kinds[path]
        key = (kind, path if kind == "rust" else folder_of(path), name)
        if key not in self._looked_up:
            if len(self._looked_up) >= _MOST_NAMES:
                return []
            self._looked_up[key] = resolve(self._context, path, name)
        return self._looked_up[key]

    def _implied(self, path: str) -> Iterable[str]:
        """Return what is part of the program because a file is: its package, its implementation, its components."""
        kind = self.project.kinds[path]
        if kind == "python":
            return self._around(folder_of(path))
        if kind == "c":
            return self._implementation(path)
        if kind in {"go", "swift"}:
            return self._package(kind, path)
        if kind in frameworks.GUESTS and conventions.is_host(self.project, path):
            return self._guests(kind, folder_of(path) if kind == "jvm" else "")
        return ()

    def _around(self, folder: str) -> Iterable[str]:
        """Return the `__init__.py` of the packages around; nothing where that was said already."""
        if ("python", folder) in self._said:
            return ()
        self._said.add(("python", folder))
        return [f"{place}/__init__.py" if place else "__init__.py" for place in above(folder)]

    def _package(self, kind: str, path: str) -> Iterable[str]:
        """Return the files that are compiled together with a file; nothing where that was said already."""
        first, *rest = path.split("/")
        target = folder_of(path) if kind == "go" else f"{first}/{rest[0]}" if first == "Sources" and rest else first
        if (kind, target) in self._said:
            return ()
        self._said.add((kind, target))
        if kind == "go":
            return go_package(self.project, target)
        return [file for file in self.project.below(target) if file.endswith(".swift") and not is_test(file)]

    def _implementation(self, path: str) -> Iterable[str]:
        """Return the sources of a header: those of its name, and those that include it beside it, else anywhere."""
        own = self.project.stems.get(path.rpartition(".")[0], ())
        if suffix(path) not in _HEADERS:
            return own
        including = self._includers.get(name_of(path), ())
        beside = [source for source in including if folder_of(source) == folder_of(path)]
        return [*own, *(including if len(own) < 2 and not beside else beside)]

    @cached_property
    def _includers(self) -> Mapping[str, list[str]]:
        """Name of a header -> the sources that include it."""
        found: dict[str, list[str]] = {}
        for path in self.project.own:
            if self.project.kinds[path] == "c" and suffix(path) not in _HEADERS:
                names = {name_of(name) for name in import_forms.written("c", self.project.contents.get(path, b""))}
                for name in sorted(names):
                    found.setdefault(name, []).append(path)
        return found

    def _guests(self, kind: str, below: str) -> Iterable[str]:
        if kind not in self._found:
            self._found[kind] = list(conventions.guests(self.project, kind))
        if (kind, below) in self._said:
            return ()
        self._said.add((kind, below))
        package = f"/{package_of(below)}/" if below else ""
        return [path for path in self._found[kind] if package in path]
