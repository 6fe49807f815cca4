"""Manifests: where a project states its name, its dependencies and its commands."""

import configparser
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks import reading
from evaluator.grading.checks.reading import (
    cite,
    dig,
    entries,
    is_aside,
    is_example,
    is_test,
    listed,
    strings,
    table,
    text,
)
from evaluator.judgement import CheckResult

MAX_DEPTH = 4  # parts of the path of a manifest that counts for the project
NAMES = frozenset((
    "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml", "environment.yaml", "package.json",
    "deno.json", "Cargo.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "Gemfile",
    "composer.json", "pubspec.yaml", "Package.swift", "mix.exs", "CMakeLists.txt", "meson.build", "configure.ac",
    "Makefile.PL", "DESCRIPTION", "Project.toml", "project.godot", "stack.yaml", "rebar.config", "shard.yml",
    "Podfile", "conanfile.txt", "vcpkg.json", "datapackage.json", "build.zig",
))  # fmt: skip
SCRIPTS = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))  # of pyproject.toml
_SUFFIXES = (".csproj", ".fsproj", ".sln", ".gemspec", ".cabal", ".xcodeproj/project.pbxproj", ".nimble")
_REQUIREMENTS = re.compile(r"^(?:requirements[\w.-]*\.(?:txt|in)|[\w-]*requirements\.txt)$", re.IGNORECASE)
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^#]*)")
_CONDA = re.compile(r"^[ \t]*-[ \t]+([\w.-]+[ \t]*(?:[<>=~!]=?[ \t]*[\w.*]+)?)[ \t]*$")
_PIPFILE = re.compile(r'^"?([\w.-]+)"?[ \t]*=[ \t]*(.*)')
_COMMAND = re.compile(r"""^[^\w]*([\w.-]{2,60})[ \t]*=[ \t]*[\w.]+:\w+""")
_OWN_NAME = re.compile(r"""^[ \t]*name[ \t]*=[ \t]*["']?([\w.-]{2,60})""")
_QUOTED = re.compile(r"""["']([A-Za-z0-9][\w.-]*(?:\[[\w,]+\])?\s*(?:[<>=!~][^"']{0,60})?)["']""")


@dataclass(frozen=True)
class Dependency:
    """One declared package."""

    name: str  # as declared
    held: bool  # whether a bound, a pin or an address fixes its version


def is_manifest(path: str) -> bool:
    """Return whether the file is a manifest of the project itself, by its name and place."""
    name = path.rpartition("/")[2]
    if path.count("/") >= MAX_DEPTH or is_aside(path) or is_example(path) or is_test(path):
        return False
    return name in NAMES or path.endswith(_SUFFIXES) or bool(_REQUIREMENTS.match(name)) or _in_requirements(path)


def _in_requirements(path: str) -> bool:
    return path.endswith((".txt", ".in")) and PurePosixPath(path).parent.name == "requirements"


def manifests(digest: Digest) -> tuple[str, ...]:
    """Return the paths of the project's manifests, the outermost first."""
    found = [file.path for file in digest.files if file.bytes > 0 and is_manifest(file.path)]
    return tuple(sorted(found, key=lambda path: (path.count("/"), path)))


def library(digest: Digest) -> str | None:
    """Return the manifest that makes the project a library of Java, Kotlin, Scala or Go, where one does."""
    builds = {"pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "go.mod"}
    found = (path for path in manifests(digest) if PurePosixPath(path).name in builds)
    kinds = {
        reading.language(file.path): file.path
        for file in reading.sources(digest)
        if "src/main/" in file.path or file.path.endswith(".go")
    }
    return next(
        (p for p in found if kinds.keys() & ({"go"} if p.endswith("go.mod") else {"java", "kotlin", "scala"})), None
    )


def shown(digest: Digest, name: str) -> list[Block]:
    """Return the shown manifests of that file name."""
    return [b for b in digest.blocks if b.path.rpartition("/")[2] == name and is_manifest(b.path)]


def matches(pattern: re.Pattern[str], block: Block) -> list[re.Match[str]]:
    """Return the match of *pattern* in each line that has one."""
    return [found for _, line in reading.lines(block) if (found := pattern.search(line))]


def requirement(line: str) -> Dependency | None:
    """Return the dependency that a line such as `numpy>=2` declares, or None."""
    found = _REQUIREMENT.match(line)
    if line.lstrip().startswith(("-", "#")) or found is None:
        return None
    rest = found[2].split(";")[0].strip()
    return Dependency(found[1], held=rest.startswith(("<", ">", "=", "~", "!", "@", "(")))


def python_dependencies(digest: Digest) -> list[Dependency]:
    """Return what the shown Python manifests declare, of every group and extra."""
    lines: list[str] = []  # each like a line of requirements.txt
    found: list[Dependency] = []
    for block in digest.blocks:
        name = PurePosixPath(block.path).name
        if not is_manifest(block.path):
            continue
        if _REQUIREMENTS.match(name) or _in_requirements(block.path):
            lines += text(block).splitlines()
        elif name == "pyproject.toml":
            lines += _pyproject_lines(table(block) or {})
            found += _version_tables(table(block) or {})
        elif name == "Pipfile":
            found += [Dependency(m[1], held='"*"' not in m[2]) for m in matches(_PIPFILE, block)]
        elif name in {"environment.yml", "environment.yaml"}:
            lines += [m[1] for m in matches(_CONDA, block)]
        elif name == "setup.py":
            lines += [quoted for _, line in reading.lines(block) for quoted in _QUOTED.findall(line)]
        elif name == "setup.cfg":
            lines += _setup_cfg_lines(text(block))
    return found + [declared for declared in map(requirement, lines) if declared]


def _pyproject_lines(pyproject: dict[str, object]) -> list[str]:
    lines = strings(dig(pyproject, "project", "dependencies"))
    for groups in (dig(pyproject, "project", "optional-dependencies"), dig(pyproject, "dependency-groups")):
        for group in entries(groups).values():
            lines += strings(group)
    return lines


def _version_tables(pyproject: dict[str, object]) -> list[Dependency]:
    poetry = entries(dig(pyproject, "tool", "poetry"))
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [dig(group, "dependencies") for group in entries(poetry.get("group")).values()]
    return [
        Dependency(name, held=version != "*")
        for declared in tables
        for name, version in entries(declared).items()
        if name != "python"
    ]


def _setup_cfg_lines(content: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(content)
    except (configparser.Error, ValueError):
        return []
    lines = parser.get("options", "install_requires", fallback="").splitlines()
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require"):
            lines += value.splitlines()
    return lines


def node_dependencies(digest: Digest) -> list[Dependency]:
    """Return what the shown package.json files declare, of every kind."""
    return [
        Dependency(name, held=version not in {"*", "latest", "", "x"})
        for block in shown(digest, "package.json")
        for kind in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
        for name, version in entries((table(block) or {}).get(kind)).items()
    ]


def own_names(digest: Digest) -> set[str]:
    """Return the names under which the project publishes itself and its commands."""
    found: set[str] = set()
    for block in shown(digest, "pyproject.toml"):
        data = table(block) or {}
        found.update(strings(dig(data, "project", "name")) + strings(dig(data, "tool", "poetry", "name")))
        for keys in SCRIPTS:
            found.update(entries(dig(data, *keys)))
    for block in shown(digest, "package.json"):
        data = table(block) or {}
        found.update(strings(data.get("name")))
        found.update(entries(data.get("bin")))
    for block in shown(digest, "Cargo.toml"):
        data = table(block) or {}
        found.update(strings(dig(data, "package", "name")))
        bins = data.get("bin")
        found.update(name for item in (bins if isinstance(bins, list) else []) for name in strings(dig(item, "name")))
    for block in [*shown(digest, "setup.py"), *shown(digest, "setup.cfg")]:
        found.update(m[1] for pattern in (_COMMAND, _OWN_NAME) for m in matches(pattern, block))
    return found


def manifest(digest: Digest) -> CheckResult:
    """Whether a manifest states how the project is built or what it needs.

    Sees: the names of some fifty kinds of manifest down to four parts of a path. Cannot see whether it is right; a
    manifest of a kind it does not know counts as none.
    """
    found = manifests(digest)
    if not found:
        return CheckResult(level="not_met", reason="No manifest is found.")
    return CheckResult(level="met", reason=f"The project has {listed(found)}.", evidence=cite(digest, found[0]))
