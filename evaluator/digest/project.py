"""The source files of a project, looked up by path, by name, by folder or by the end of a path."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property
from typing import Self

from evaluator.digest.languages import family, is_aside, is_test, is_test_folder, is_test_name

_MOST_ALIKE = 100  # files of one name that are compared; more are taken as unrelated
_MOST_PACKAGES = 8  # whose names are looked for in strings
_MOST_COMPARED = 2_000_000
_MOST_ABOVE = 16  # folders around a file that are looked in, the top besides


def folder_of(path: str) -> str:
    """Return the folder of a file, empty at the top."""
    return path.rpartition("/")[0]


def package_of(folder: str) -> str:
    """Return a folder without what stands before a package of the JVM: of `src/main/java/a/b` the `a/b`."""
    return _SOURCES.split(folder, maxsplit=1)[-1]


def name_of(path: str) -> str:
    """Return a file's name without its folder."""
    return path.rpartition("/")[2]


def stem_of(path: str) -> str:
    """Return a file's name without its folder and all of its suffixes."""
    return name_of(path).partition(".")[0]


def joined(folder: str, relative: str) -> str | None:
    """Return the path that *relative* means in a folder, or None where it leads out of the project."""
    parts = folder.split("/") if folder else []
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def above(folder: str) -> Iterator[str]:
    """Yield a folder and those around it, the nearest first, the top of the project last."""
    for _ in range(_MOST_ABOVE):
        if not folder:
            break
        yield folder
        folder = folder_of(folder)
    yield ""


_SOURCES = re.compile(r"(?:^|/)(?:java|kotlin|scala)/")


class Project:
    """What the files of a project are called and what those that were read contain. Every index is built when asked."""

    def __init__(self, paths: Collection[str], contents: Mapping[str, bytes] | None = None) -> None:
        self.contents = contents or {}
        self.paths = frozenset(paths)
        self._compared = 0
        self._ending: dict[tuple[str, str], list[str]] = {}
        self._found: dict[tuple[str, str, str], str] = {}

    def holding(self, contents: Mapping[str, bytes]) -> Self:
        """Return the same project with other contents; what was found out from the paths is shared."""
        other = copy(self)
        other.contents = contents
        other.__dict__.pop("marks", None)
        return other

    def affords(self, files: int) -> bool:
        """Return whether that many more files may be compared with patterns; hostile projects ask for millions."""
        self._compared += files
        return self._compared <= _MOST_COMPARED

    @cached_property
    def sorted(self) -> list[str]:
        """All paths in their order, so that nothing depends on the order of a set."""
        return sorted(self.paths)

    @cached_property
    def parted(self) -> list[tuple[str, str, str]]:
        """All paths in their order, each with its folder and its name."""
        return [(path, folder, name) for path in self.sorted for folder, _, name in (path.rpartition("/"),)]

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Path -> family of languages."""
        endings = {name[name.rfind(".") :] if "." in name else "": "" for _, _, name in self.parted}
        families = {ending: family(ending) for ending in endings}
        return {path: families[name[name.rfind(".") :] if "." in name else ""] for path, _, name in self.parted}

    @cached_property
    def own(self) -> list[str]:
        """The paths of what may be the program itself, sorted: no tests, and no examples where there is more."""
        folders = {folder: (is_test_folder(folder), is_aside(f"{folder}/")) for folder in self.files_in}
        no_tests, aside = [], set()
        real: set[str] = set()
        for path, folder, name in self.parted:
            tests, is_put_away = folders[folder]
            if tests or (is_test_name(name) and is_test(path)):
                continue
            no_tests.append(path)
            if is_put_away:
                aside.add(path)
            else:
                real.add(self.kinds[path])
        return [path for path in no_tests if path not in aside or self.kinds[path] not in real]

    @cached_property
    def quoted(self) -> tuple[bytes, ...]:
        """The beginnings of strings that name a module of one of this project's Python packages."""
        folders = [folder_of(path) for path in self.names.get("__init__.py", ())]
        tops = {name_of(f) for f in folders if f and f"{folder_of(f)}/__init__.py".lstrip("/") not in self.paths}
        names = [name.encode("utf-8", "surrogateescape") for name in sorted(tops)[:_MOST_PACKAGES]]
        return tuple(quote + name + b"." for name in names for quote in (b'"', b"'"))

    @cached_property
    def marks(self) -> Mapping[str, list[str]]:
        """File name -> paths, manifests that were read among them."""
        if self.paths.issuperset(self.contents):
            return self.names
        return _grouped((name_of(path), path) for path in sorted(self.paths.union(self.contents)))

    @cached_property
    def names(self) -> Mapping[str, list[str]]:
        """File name -> paths."""
        return _grouped((name, path) for path, _, name in self.parted)

    @cached_property
    def stems(self) -> Mapping[str, list[str]]:
        """Path without its last suffix -> paths."""
        return _grouped((path.rpartition(".")[0], path) for path in self.sorted)

    @cached_property
    def stem_names(self) -> Mapping[str, list[str]]:
        """File name without its last suffix -> the paths of that name, each without its last suffix."""
        return _grouped((name_of(stem), stem) for stem in self.stems)

    @cached_property
    def files_in(self) -> Mapping[str, list[str]]:
        """Folder -> the paths right in it."""
        return _grouped((folder, path) for path, folder, _ in self.parted)

    @cached_property
    def all_folders(self) -> frozenset[str]:
        """The folders that have a file in them or in a folder below, the top left out."""
        known = {folder for folder in self.files_in if folder}
        for folder in list(known):
            while (folder := folder_of(folder)) and folder not in known:
                known.add(folder)
        return frozenset(known)

    @cached_property
    def folders(self) -> Mapping[str, list[str]]:
        """Name of a folder -> the folders of that name."""
        return _grouped((name_of(folder), folder) for folder in sorted(self.all_folders))

    @cached_property
    def heads(self) -> frozenset[str]:
        """The words that a name of something of this project can begin with; any other is a library's."""
        return frozenset(self.folders) | {name.partition(".")[0] for name in self.names}

    def ending(self, tail: str, *, near: str) -> str | None:
        """Return the path that ends with *tail*, the one closest to the folder *near* where several do, or None."""
        return self._closest("names", self.names, tail, near)

    def ends(self, tail: str) -> list[str]:
        """Return all paths that end with *tail*, manifests among them, sorted."""
        return [path for path in self.marks.get(name_of(tail), ()) if path == tail or path.endswith(f"/{tail}")]

    def stem_ending(self, tail: str, *, near: str) -> str | None:
        """Return the path without its last suffix that ends with *tail*, the closest to *near*, or None."""
        return self._closest("stem_names", self.stem_names, tail, near)

    def folder_ending(self, tail: str, *, near: str) -> str | None:
        """Return the folder whose path ends with *tail*, the closest to *near*, or None."""
        return self._closest("folders", self.folders, tail, near)

    def _closest(self, kind: str, index: Mapping[str, list[str]], tail: str, near: str) -> str | None:
        candidates = index.get(name_of(tail))
        if not candidates:
            return None
        found = self._ending.get((kind, tail))
        if found is None:
            end = f"/{tail}"
            found = [path for path in candidates[:_MOST_ALIKE] if path == tail or path.endswith(end)]
            self._ending[kind, tail] = found
        if len(found) < 2:
            return found[0] if found else None
        key = (kind, tail, near)
        if key not in self._found:
            self._found[key] = min(found, key=lambda path: (-_shared(path, near), len(path), path))
        return self._found[key]

    def below(self, folder: str) -> list[str]:
        """Return the paths in a folder and in those below it."""
        if not folder:
            return self.sorted
        first = bisect_left(self.sorted, f"{folder}/")
        return self.sorted[first : bisect_left(self.sorted, f"{folder}0", lo=first)]  # "0" follows "/"


def _grouped(rows: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for key, path in rows:
        grouped[key].append(path)
    return dict(grouped)


def _shared(path: str, other: str) -> int:
    """Return the number of folders that two paths begin with alike."""
    ours, theirs = path.split("/"), other.split("/")
    return next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
