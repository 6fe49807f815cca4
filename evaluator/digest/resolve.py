"""From what an import says to the files of the project that it means; a library's name means none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from evaluator.digest import resolve_web
from evaluator.digest.aliases import Aliases
from evaluator.digest.languages import suffixes
from evaluator.digest.mentions import Mentions
from evaluator.digest.project import Project, above, folder_of, joined, name_of

_MOST_PARTS = 24  # of a dotted name
_MOST_BESIDE = 500  # modules of a package that is imported whole
_STANDARD = frozenset(
    {
        "abc",
        "array",
        "ast",
        "asyncio",
        "base64",
        "calendar",
        "cmd",
        "code",
        "collections",
        "configparser",
        "copy",
        "csv",
        "dataclasses",
        "datetime",
        "email",
        "enum",
        "functools",
        "glob",
        "gzip",
        "hashlib",
        "html",
        "http",
        "inspect",
        "io",
        "json",
        "locale",
        "logging",
        "math",
        "numbers",
        "operator",
        "os",
        "parser",
        "pathlib",
        "platform",
        "profile",
        "queue",
        "random",
        "re",
        "secrets",
        "select",
        "selectors",
        "signal",
        "site",
        "socket",
        "sqlite3",
        "statistics",
        "string",
        "struct",
        "subprocess",
        "symbol",
        "sys",
        "test",
        "tests",
        "threading",
        "time",
        "token",
        "tokenize",
        "trace",
        "types",
        "typing",
        "unittest",
        "urllib",
        "uuid",
        "warnings",
        "xml",
        "zipfile",
    }
)  # fmt: skip - modules of Python's library that a package's own modules are often called like


@dataclass(frozen=True)
class Context:
    """What names are looked up in."""

    project: Project
    aliases: Aliases
    mentions: Mentions


def resolve(context: Context, path: str, name: str) -> list[str]:
    """Return the files that *name* means where the file at *path* imports it."""
    rule = _RULES.get(context.project.kinds[path])
    return list(rule(context, path, name)) if rule and name else []


def _python(context: Context, path: str, name: str) -> Iterator[str]:
    project, folder = context.project, folder_of(path)
    if name.startswith("./"):  # a notebook's %run
        yield from _file(context, path, name)
        return
    whole = name.endswith("*")
    name = name.rstrip("*")
    level = len(name) - len(name.lstrip("."))
    parts = [part for part in name[level:].split(".") if part][:_MOST_PARTS]
    if level:
        around = joined(folder, "../" * (level - 1))
        found = _module(project, around, parts) if around is not None else None
    else:
        found = _absolute(project, path, parts) if parts else None
    if whole and (level or (found and found.endswith("/__init__.py"))):  # every module of a package
        beside = project.files_in.get(folder if level else folder_of(found or ""), ())
        yield from [file for file in beside if project.kinds[file] == "python"][:_MOST_BESIDE]
    elif found is not None and found != path:
        yield found


def _absolute(project: Project, path: str, parts: list[str]) -> str | None:
    if parts[0] not in project.heads:
        return None
    packages = []
    for folder in above(folder_of(path)):
        if _within(folder, "__init__.py") in project.paths:
            packages.append(folder)
            continue
        for root in (folder, _within(folder, "src")):
            if _has(project, root, parts[0]) and (found := _module(project, root, parts)):
                return found
    if parts[0] in _STANDARD:
        return None
    for folder in packages:  # run from inside a package, as scripts of beginners are
        if _has(project, folder, parts[0]) and (found := _module(project, folder, parts)):
            return found
    tail = "/".join(parts)
    return project.ending(f"{tail}.py", near=folder_of(path)) or project.ending(
        f"{tail}/__init__.py", near=folder_of(path)
    )


def _has(project: Project, folder: str, name: str) -> bool:
    """Return whether a folder has a file or a folder of that name, whatever its suffix."""
    place = _within(folder, name)
    return place in project.stems or place in project.all_folders


def _module(project: Project, folder: str, parts: list[str]) -> str | None:
    place = _within(folder, "/".join(parts)) if parts else folder
    candidates = (f"{place}.py", _within(place, "__init__.py"), f"{place}.pyi", f"{place}.pyx")
    return next((file for file in candidates if file in project.paths), None)


def _within(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _jvm(context: Context, path: str, name: str) -> Iterator[str]:
    package, _, last = name.rpartition(".")
    if last == "*":
        yield from _star(context, path, package)
        return
    parts = name.split(".")[:_MOST_PARTS]
    for count in range(len(parts), 1, -1):  # a member, or a class in a class
        if parts[count - 1] not in context.project.heads:
            continue
        if found := _class(context.project, "/".join(parts[:count]), near=folder_of(path)):
            yield found
            return
    yield from context.mentions.defining(last, package=package.replace(".", "/"))


def _class(project: Project, tail: str, *, near: str) -> str | None:
    found = (project.ending(f"{tail}.{suffix}", near=near) for suffix in suffixes("jvm"))
    return next(filter(None, found), None)


def _star(context: Context, path: str, package: str) -> Iterator[str]:
    """Yield the files of a package that a file with `import package.*` names, or the class whose members it takes."""
    tail = package.replace(".", "/")
    named = context.mentions.in_package(tail, context.project.contents.get(path, b""))
    found = None if named else _class(context.project, tail, near=folder_of(path))
    yield from [found] if found else named


def _dart(context: Context, path: str, name: str) -> Iterator[str]:
    package, _, rest = name.partition("/")
    folder = context.aliases.packages.get(package)
    place = joined(folder, f"lib/{rest}") if folder is not None else None
    yield from [place] if place in context.project.paths and place else _file(context, path, name)


def _go(context: Context, path: str, name: str) -> Iterator[str]:
    if name.startswith("./"):  # embedded
        yield from _file(context, path, name)
        return
    for module, folder in context.aliases.modules:
        if name == module or name.startswith(f"{module}/"):
            place = joined(folder, name[len(module) :])
            break
    else:
        parts = name.split("/")[:_MOST_PARTS]
        tails = ("/".join(parts[n:]) for n in range(1, len(parts)))
        known = (
            context.project.folder_ending(tail, near=folder_of(path)) for tail in tails if not context.aliases.modules
        )
        place = next(filter(None, known), None)
    yield from go_package(context.project, place)


def go_package(project: Project, folder: str | None) -> Iterator[str]:
    """Yield the files of a Go package, which is one folder, its tests left out."""
    files = project.files_in.get(folder, ()) if folder is not None else ()
    if not project.affords(len(files)):
        return
    yield from (file for file in files if file.endswith(".go") and not file.endswith("_test.go"))


def _rust(context: Context, path: str, name: str) -> Iterator[str]:
    stem, folder = name_of(path).removesuffix(".rs"), folder_of(path)
    inner = folder if stem in {"mod", "lib", "main", "build"} or folder.endswith("src/bin") else _within(folder, stem)
    if name.startswith("./"):
        yield from _file(context, path, name)
        return
    if name.startswith("mod "):
        places = (inner, folder)
        found = (_rust_module(context.project, _within(place, name[4:])) for place in places)
        yield from list(filter(None, found))[:1]
        return
    head, *parts = name.split("::")[:_MOST_PARTS]
    start: str | None = None
    if head == "crate":
        start = next((place for place in above(folder) if name_of(place) == "src"), None)
    elif head in {"self", "super"}:
        start = inner if head == "self" else folder_of(inner) if inner else None
    else:
        crate = context.aliases.packages.get(head, context.aliases.packages.get(head.replace("_", "-")))
        place = (
            crate if crate is not None else context.project.folder_ending(head.replace("_", "-"), near=folder_of(path))
        )
        start = _within(place, "src") if place is not None else None
        parts = parts or [""]
    if start is not None:
        yield from _rust_path(context.project, start, parts)


def _rust_path(project: Project, start: str, parts: list[str]) -> Iterator[str]:
    for count in range(len(parts), 0, -1):
        if found := _rust_module(project, _within(start, "/".join(parts[:count]))):
            yield found
            return
    if f"{start}/lib.rs" in project.paths:
        yield f"{start}/lib.rs"


def _rust_module(project: Project, place: str) -> str | None:
    return next((file for file in (f"{place}.rs", f"{place}/mod.rs") if file in project.paths), None)


def _file(context: Context, path: str, name: str) -> Iterator[str]:
    """Yield the file of that name: beside the file that names it, else from the top, else the only one so called."""
    project = context.project
    place = joined(folder_of(path), name)
    bare = joined("", name.lstrip("./")) or ""
    candidates = [place, bare, *(f"{folder}/{bare}" for folder in ("src", "include", "lib"))]
    found = next((file for file in candidates if file and file in project.paths), None)
    found = found or (project.ending(bare, near=folder_of(path)) if bare else None)
    if found and found != path:
        yield found


def _ruby(context: Context, path: str, name: str) -> Iterator[str]:
    if "*" in name:
        yield from resolve_web.matching(context.project, folder_of(path), name, suffixes("ruby"))
        return
    whole = name if name.endswith((".rb", ".rake")) else f"{name}.rb"
    if f"lib/{whole}" in context.project.paths:
        yield f"lib/{whole}"
    elif context.project.names.get(name_of(whole)):
        yield from _file(context, path, whole)
    else:  # require_all "a/b"
        yield from context.project.files_in.get(joined("lib", name) or "", ())


def _php(context: Context, path: str, name: str) -> Iterator[str]:
    if name.startswith("./"):
        yield from _file(context, path, name)
        return
    parts = name.strip("\\").split("\\")[:_MOST_PARTS]
    if f"{parts[-1]}.php" not in context.project.names:
        return
    near = folder_of(path)
    for count in range(len(parts)):
        if found := context.project.ending("/".join(parts[count:]) + ".php", near=near):
            yield found
            return


def _dotted(separator: str) -> Callable[[Context, str, str], Iterator[str]]:
    def rule(context: Context, path: str, name: str) -> Iterator[str]:
        tail = name.replace(separator, "/").replace("-", "_") if separator else name
        found = (
            context.project.ending(f"{tail}.{suffix}", near=folder_of(path))
            for suffix in suffixes(context.project.kinds[path])
        )
        yield from list(filter(None, found))[:1]

    return rule


def _web(context: Context, path: str, name: str) -> Iterator[str]:
    return resolve_web.resolve(context.project, context.aliases, path, name)


_RULES: Mapping[str, Callable[[Context, str, str], Iterator[str]]] = {
    "python": _python,
    "notebook": _python,
    "javascript": _web,
    "css": _web,
    "html": _web,
    "jvm": _jvm,
    "go": _go,
    "rust": _rust,
    "ruby": _ruby,
    "dart": _dart,
    "php": _php,
    **dict.fromkeys(("c", "shell", "sql", "solidity", "zig", "proto", "godot", "r", "julia"), _file),
    **dict.fromkeys(("haskell", "elm", "clojure", "lua"), _dotted(".")),
    "perl": _dotted("::"),
}
