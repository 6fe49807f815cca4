"""Where programs start and what frameworks load without anybody naming it (data in `frameworks.py`)."""

import re
from collections.abc import Iterator, Mapping, Set

from evaluator.digest import frameworks
from evaluator.digest.project import Project, above, folder_of, name_of, stem_of

Parts = Mapping[tuple[str, str], list[str]]
_ANYWHERE = re.compile(frameworks.ANYWHERE)
_ANYWHERE_ENDS = (".rs", "main.go", "Application.java", "Application.kt")  # no other path but of `.github` is one
_TOOLS = re.compile(frameworks.TOOLS)
_TOOL_HEADS = frozenset(".cgswP")  # that such a name begins with, unless it is a `.config.`
_PLACES = {end: re.compile(rule) for end, rule in frameworks.PLACES.items()}
_GUEST_NAME = re.compile(
    r"(?:Controller|Service|Repository|Config|Configuration|Component|Validator|Handler|Listener|Entity|Mapper|Impl|Filter"
    r"|Resolver|Advice|Scheduler|Aspect|Provider|Activity|Fragment|ViewModel|Dao|Module)\.\w+$"
)
_MOST_ROOTS = 20  # projects of one framework in one repository


def placed(project: Project) -> Iterator[str]:
    """Yield the files that a framework of this project loads by their place."""
    likely = [path for path in project.own if path.endswith(_ANYWHERE_ENDS) or ".github/" in path]
    modules = {folder_of(path) for path in project.ends("go.mod")}
    for path in filter(_ANYWHERE.fullmatch, likely):
        if not path.endswith(".go") or _is_below(modules, path):
            yield path
    own = frozenset(project.own)
    for end, rule in _PLACES.items():
        for mark in project.ends(end)[:_MOST_ROOTS]:
            if mark in project.paths:
                yield mark
            root = mark[: -len(end)]
            below = own.intersection(project.below(root.rstrip("/")))
            yield from sorted(path for path in below if rule.fullmatch(path, len(root)))


def _is_below(folders: Set[str], path: str) -> bool:
    return not folders.isdisjoint(above(folder_of(path)))


def _strays(project: Project) -> Set[str]:
    """Return the Go files of no module, where something else starts nearer to the top than they could."""
    modules = {folder_of(path) for path in project.ends("go.mod")}
    if "" in modules or "go" not in project.kinds.values():
        return frozenset()
    loose = [path for path in project.own if project.kinds[path] == "go" and not _is_below(modules, path)]
    top = min((path.count("/") for path in loose), default=0)
    others = (path for path in project.own if path.count("/") < top and project.kinds[path] not in frameworks.FACELESS)
    is_led = any(stem_of(path) in frameworks.STARTS.get(project.kinds[path], ()) for path in others)
    return frozenset(loose) if is_led else frozenset()


def is_host(project: Project, path: str) -> bool:
    """Return whether a file starts a component scan, an engine or their like."""
    data = project.contents.get(path, b"")
    return any(mark in data for mark in frameworks.HOSTS.get(project.kinds[path], ()))


def guests(project: Project, kind: str) -> Iterator[str]:
    """Yield what a scan finds by its marks, sorted; a file that was not read is told by its name alone."""
    marks = frameworks.GUESTS[kind]
    for path in project.own:
        if project.kinds[path] == kind:
            data = project.contents.get(path)
            if any(mark.search(data) for mark in marks) if data is not None else _GUEST_NAME.search(path):
                yield path


def parts_of(project: Project) -> Parts:
    """Return the parts of a project: a folder with a manifest, else one at the top, and a family -> their files."""
    roots = _roots(project)
    known: dict[str, str] = {}
    parts: dict[tuple[str, str], list[str]] = {}
    strays = _strays(project)
    for path in project.own:
        if (kind := project.kinds[path]) and path not in strays and not _is_tool(path):
            folder = folder_of(path)
            if folder not in known:
                known[folder] = next((f for f in above(folder) if f in roots), "") or _part(path)
            parts.setdefault((known[folder], kind), []).append(path)
    return parts


def starts(project: Project, parts: Parts, reached: Set[str]) -> Iterator[str]:
    """Yield the files that a part of the project starts from, going by their names.

    A part is a folder with a manifest of its own, else one at the top, and one family of languages. Of each the usual
    names nearest to its top count; where nothing of it is reached, also those one folder deeper and the files with a
    `main` in them.
    """
    for (part, kind), paths in parts.items():
        named = [path for path in paths if stem_of(path) in frameworks.STARTS.get(kind, ())]
        top = min((path.count("/") for path in named), default=0) if part else 0
        yield from (path for path in named if path.count("/") == top)
        if reached.isdisjoint(paths):
            yield from (path for path in named if path.count("/") == top + 1)
            yield from (path for path in paths if _is_run(kind, project.contents.get(path, b"")))


def faces(project: Project, parts: Parts, reached: Set[str]) -> Iterator[str]:
    """Yield the files nearest to the top of each library: in Python, where scripts are files too, of its packages.

    A library is a part of which nothing is reached, where a manifest or a usual name says so, or where its language
    is reached nowhere. A folder like any other is none: it may be put away.
    """
    roots = _roots(project)
    families = _families(project, reached)
    for (part, kind), paths in parts.items():
        known = part in roots or part.partition("/")[0] in frameworks.LIBRARIES or kind not in families
        if known and kind not in frameworks.FACELESS and reached.isdisjoint(paths):
            found = [path for path in paths if kind != "python" or name_of(path) == "__init__.py"]
            top = min((path.count("/") for path in found), default=0)
            yield from (path for path in found if path.count("/") == top)


def _families(project: Project, reached: Set[str]) -> set[str]:
    return {project.kinds[path] for path in reached if not _is_tool(path)}


def _roots(project: Project) -> set[str]:
    """Return the folders with a manifest of their own, the top left out."""
    return {folder_of(path) for path in project.contents if name_of(path) in frameworks.MANIFESTS} - {""}


def _is_tool(path: str) -> bool:
    """Return whether a file only configures a tool, or builds the program."""
    name = name_of(path)
    return (name[:1] in _TOOL_HEADS or ".config." in name) and _TOOLS.fullmatch(name) is not None


def _part(path: str) -> str:
    first, *rest = path.split("/")
    if not rest:
        return ""
    return f"{first}/{rest[0]}" if first in frameworks.CONTAINERS and len(rest) > 1 else first


def _is_run(kind: str, data: bytes) -> bool:
    runs = frameworks.RUNS.get(kind)
    return runs is not None and any(word in data for word in runs[0]) and runs[1].search(b"\n" + data) is not None


def untraced(project: Project, reached: Set[str]) -> Iterator[str]:
    """Yield what no import can tell of.

    That is files of unknown languages and of a language of which nothing is reached at all, tools' configuration, and
    pages, styles and SQL in the folders where a server looks for them.
    """
    families = _families(project, reached)
    strays = _strays(project)
    for path in project.own:
        kind = project.kinds[path]
        loose = kind in frameworks.LOOSE and not frameworks.LOOSE_FOLDERS.isdisjoint(path.lower().split("/")[:-1])
        if (kind not in families and path not in strays) or loose or kind in frameworks.ATTACHED or _is_tool(path):
            yield path
