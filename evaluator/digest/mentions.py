"""Files that are reached without an import statement: their types are named by a file of the same scope."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from evaluator.digest.project import Project, folder_of, package_of, stem_of

_CAMEL = frozenset({"ruby", "elixir", "godot"})  # book_loan.rb defines BookLoan
_MENTIONED = frozenset({"csharp", "swift", "jvm", "php"}) | _CAMEL
_MOST_ALIKE = 20  # files that define one name

_WORD_BYTES = bytes(c if c > 0x7F or chr(c).isalnum() or c == 0x5F else 0x20 for c in range(256))
_TYPE = re.compile(
    rb"\n[ \t]{0,8}+(?:[a-z]+[ \t]+){0,6}?"
    rb"(?:class|struct|enum|protocol|interface|record|object|trait|actor|typealias)[ \t]+([A-Z]\w{0,100})"
)
_KOTLIN_FUNCTION = re.compile(
    rb"\n(?:[a-z]+[ \t]+){0,5}?(?:fun|val)[ \t]+(?:<[^>\n]{0,100}>[ \t]*)?"
    rb"(?:\w{1,80}(?:<[^>\n]{0,100}>)?\??\.){0,3}(\w{1,100})"
)
_CSHARP_METHOD = re.compile(rb"(\w{1,100})(?:<[\w, ]{1,80}>)?\s{0,5}$")
_CSHARP_THIS = b"(this "
_BEFORE = 200  # bytes in which the name of an extension method stands


def words(data: bytes) -> frozenset[bytes]:
    """Return the words of a source file."""
    return frozenset(_words(data))


def _words(data: bytes) -> list[bytes]:
    return data.translate(_WORD_BYTES).split()


class _Scope(NamedTuple):
    """The names that the files of one scope define."""

    files: dict[bytes, list[str]]  # name -> files
    names: frozenset[bytes]

    def named(self, data: bytes) -> set[str]:
        """Return the files of which a name is a word of *data*."""
        found = self.names.intersection(_words(data))
        return {file for name in found for file in self.files[name]}


_NOTHING = _Scope({}, frozenset())


class Mentions:
    """Which files define which names, by family and scope; built once, over what was read."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, path: str, data: bytes) -> list[str]:
        """Return the files of the same scope whose names occur in a file, sorted."""
        kind = self._project.kinds[path]
        scope = self._scopes.get((kind, _scope(kind, path)), _NOTHING) if kind in _MENTIONED else _NOTHING
        return sorted(scope.named(data) - {path}) if len(scope.names) > 1 else []

    def in_package(self, package: str, data: bytes) -> list[str]:
        """Return the files of a package of the JVM, such as `a/b`, whose names occur in a text, sorted."""
        return sorted(self._scopes.get(("jvm", package), _NOTHING).named(data))

    def defining(self, name: str, *, package: str) -> list[str]:
        """Return the files of a package of the JVM that define a name."""
        scope = self._scopes.get(("jvm", package), _NOTHING)
        return scope.files.get(name.encode("utf-8", "surrogateescape"), [])

    @cached_property
    def _scopes(self) -> Mapping[tuple[str, str], _Scope]:
        names: dict[tuple[str, str], dict[bytes, list[str]]] = {}
        for path in self._project.own:
            kind = self._project.kinds[path]
            if kind in _MENTIONED:
                scope = names.setdefault((kind, _scope(kind, path)), {})
                for name in _defined(kind, path, self._project.contents.get(path, b"")):
                    if len(files := scope.setdefault(name, [])) < _MOST_ALIKE:
                        files.append(path)
        return {key: _Scope(files, frozenset(files)) for key, files in names.items()}


def _scope(kind: str, path: str) -> str:
    if kind == "jvm":
        return package_of(folder_of(path))
    return folder_of(path) if kind == "php" else ""


def _defined(kind: str, path: str, data: bytes) -> set[bytes]:
    """Return the names that a file defines for others, as far as its own name and its first columns tell."""
    stem = stem_of(path)
    if kind in _CAMEL:
        stem = "".join(part[:1].upper() + part[1:] for part in stem.split("_"))
    names = {stem.encode("utf-8", "surrogateescape")}
    if not data:
        return names
    if kind in {"csharp", "swift", "jvm"} and not path.endswith(".java"):
        names.update(_TYPE.findall(b"\n" + data))
    if path.endswith((".kt", ".kts")):
        names.update(_KOTLIN_FUNCTION.findall(b"\n" + data))
    if kind == "csharp":
        names.update(_extension_methods(data))
    return names


def _extension_methods(data: bytes) -> Iterator[bytes]:
    at = data.find(_CSHARP_THIS)
    while at >= 0:
        if match := _CSHARP_METHOD.search(data[max(0, at - _BEFORE) : at]):
            yield match[1]
        at = data.find(_CSHARP_THIS, at + 1)
