"""What manifests say about names: which folder a package, a module path or the `@/` of a bundler stands for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from evaluator.digest.project import folder_of, joined, name_of

_NPM_NAME = re.compile(rb"\"name\"\s{0,20}:\s{0,20}\"([^\"\n]{1,200})\"")
_GO_MODULE = re.compile(rb"(?:^|\n)module[ \t]+\"?([^\s\"]{1,300})")
_CARGO_NAME = re.compile(rb"\[package\][^\[]{0,2000}?\nname[ \t]*=[ \t]*\"([^\"\n]{1,200})\"")
_DART_NAME = re.compile(rb"(?:^|\n)name:[ \t]*([\w.]{1,200})")
_TS_BASE = re.compile(rb"\"baseUrl\"\s{0,20}:\s{0,20}\"([^\"\n]{0,200})\"")
_TS_PATHS = re.compile(rb"\"paths\"\s{0,20}:\s{0,20}\{([^{}]{0,20000})")
_TS_PATH = re.compile(rb"\"([^\"\n]{1,200})\"\s{0,20}:\s{0,20}\[\s{0,20}\"([^\"\n]{1,200})\"")
_BUNDLER = re.compile(
    rb"(?<![@~#$\w/-])([@~#$\w/-]{1,40})[\"']?\s{0,20}:\s{0,20}"
    rb"(?:(?:path\.)?(?:resolve|join)\(\s{0,20}__dirname\s{0,20},\s{0,20}|fileURLToPath\(\s{0,20}new URL\(\s{0,20})"
    rb"[\"']([^\"'\n]{1,200})[\"']"
)
_BUNDLERS = ("vite.config.", "webpack.config.", "vue.config.", "rollup.config.", "craco.config.", "vitest.config.")
_MOST = 256 << 10  # bytes of one manifest


@dataclass(frozen=True)
class Aliases:
    """Names that manifests give to folders of the project."""

    packages: Mapping[str, str] = field(default_factory=dict)  # of npm, Cargo, Dart -> folder
    modules: tuple[tuple[str, str], ...] = ()  # Go module path, folder; the longest path first
    bases: Mapping[str, str] = field(default_factory=dict)  # folder of a tsconfig -> its baseUrl
    prefixes: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)  # folder -> prefix -> targets

    @cached_property
    def heads(self) -> frozenset[str]:
        """What a name that some manifest gives begins with, to its first slash."""
        names = [*self.packages, *(prefix for table in self.prefixes.values() for prefix in table)]
        return frozenset(name.partition("/")[0] for name in names)


def read(contents: Mapping[str, bytes]) -> Aliases:
    """Return what the manifests among the contents say; whatever is no manifest, or broken, says nothing."""
    packages: dict[str, str] = {}
    modules: dict[str, str] = {}
    bases: dict[str, str] = {}
    prefixes: dict[str, dict[str, list[str]]] = {}
    for path in sorted(contents):
        name, folder = name_of(path), folder_of(path)
        if name in _NAMED and (match := _NAMED[name].search(contents[path][:_MOST])):
            packages.setdefault(_text(match[1]), folder)
        elif name == "go.mod" and (match := _GO_MODULE.search(contents[path][:_MOST])):
            modules.setdefault(_text(match[1]), folder)
        elif name.startswith(("tsconfig", "jsconfig", *_BUNDLERS)):
            data = contents[path][:_MOST]
            base = joined(folder, _text(match[1])) if (match := _TS_BASE.search(data)) else None
            if base is not None:
                bases.setdefault(folder, base)
            for prefix, target in _prefixes(data, base if base is not None else folder):
                prefixes.setdefault(folder, {}).setdefault(prefix, []).append(target)
    ordered = sorted(modules.items(), key=lambda row: (-len(row[0]), row))
    return Aliases(packages=packages, modules=tuple(ordered), bases=bases, prefixes=prefixes)


_NAMED = {"package.json": _NPM_NAME, "Cargo.toml": _CARGO_NAME, "pubspec.yaml": _DART_NAME}


def _prefixes(data: bytes, base: str) -> Iterator[tuple[str, str]]:
    table = _TS_PATHS.search(data)
    rows = _TS_PATH.findall(table[1]) if table else _BUNDLER.findall(data)
    for prefix, target in rows[:_MOST_PREFIXES]:
        place = joined(base, _text(target).removesuffix("*"))
        if place is not None:
            yield _text(prefix).removesuffix("*").rstrip("/"), place


_MOST_PREFIXES = 100  # of one file


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").strip()
