"""From what a script, a style sheet or a page names to the files of the project."""

from collections.abc import Iterator, Sequence

from evaluator.digest.aliases import Aliases
from evaluator.digest.languages import suffix
from evaluator.digest.project import Project, above, folder_of, joined, name_of

_ORDER = ("ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue", "svelte", "astro", "css", "scss", "sass", "less")
_RANK = {name: n for n, name in enumerate(_ORDER)}
_COMPILED = (".js", ".jsx", ".mjs", ".cjs")  # what TypeScript's own files are called once they are compiled
_PLATFORMS = (".native", ".ios", ".web")
_SIGNS = "@~#$"  # that aliases begin with
_WHOLE_SIGNS = frozenset({"@", "~", "#", "@@", "~~", "$"})
_ENTRIES = ("src/index", "index", "src/main", "lib/index", "src/lib")
_MOST_PARTS = 6  # of a name that an alias may stand for
_MOST_MATCHES = 500  # files of one pattern


def resolve(project: Project, aliases: Aliases, path: str, name: str) -> Iterator[str]:
    """Yield the files that *name* means in the script, style sheet or page at *path*."""
    name = name.partition("?")[0].partition("#")[0] if not name.startswith("#") else name
    if not name or "://" in name or name.startswith(("//", "data:", "mailto:")):
        return
    folder = folder_of(path)
    kind = project.kinds[path]
    if "*" in name:
        yield from matching(project, folder, name, tuple(_RANK))
        return
    if name.startswith("/"):
        found = _ending(project, folder, joined("", name) or "index.html")  # from the top of the site
    elif name.startswith(".") or kind in {"html", "css"}:
        found = _beside(project, folder, name)
    else:
        found = _bare(project, aliases, folder, name)
    if found and found != path:
        yield found


def matching(project: Project, folder: str, pattern: str, endings: Sequence[str]) -> Iterator[str]:
    """Yield the files below a folder that a pattern such as `./pages/**/*.vue` means."""
    place, _, _ = pattern.partition("*")
    start = joined(folder if pattern.startswith(".") else "", place.rpartition("/")[0])
    if start is None:
        return
    head, _, end = name_of(pattern).rpartition("*")
    head = head.rstrip("*")
    files = project.below(start) if "**" in pattern else project.files_in.get(start, ())
    if not project.affords(len(files)):
        return
    ends = [file for file in files if file.endswith(end) and name_of(file).startswith(head)]
    yield from [file for file in ends if suffix(file) in endings][:_MOST_MATCHES]


def probe(project: Project, place: str | None) -> str | None:
    """Return the file that a path without its suffix, of compiled code, or of a folder means; None where none is."""
    if place is None:
        return None
    if place in project.paths:
        return place
    places = [place, f"{place}/index" if place else "index", *(place + platform for platform in _PLATFORMS)]
    if place.endswith(_COMPILED):
        places.append(place.rpartition(".")[0])
    return next(filter(None, (_best(project, stem) for stem in places)), None)


def _best(project: Project, stem: str) -> str | None:
    files = [file for file in project.stems.get(stem, ()) if suffix(file) in _RANK]
    return min(files, key=lambda file: _RANK[suffix(file)], default=None)


def _beside(project: Project, folder: str, name: str) -> str | None:
    place = joined(folder, name.removeprefix("~"))
    if place is None:
        return None
    partial = f"{folder_of(place)}/_{name_of(place)}".lstrip("/")
    return probe(project, place) or probe(project, partial)


def _ending(project: Project, folder: str, tail: str) -> str | None:
    """Return the file whose path ends so, with or without its suffix, the one closest to a folder."""
    if found := project.ending(tail, near=folder):
        return found
    stem = project.stem_ending(tail, near=folder) or project.stem_ending(f"{tail}/index", near=folder)
    return _best(project, stem) if stem else None


def _bare(project: Project, aliases: Aliases, folder: str, name: str) -> str | None:
    """Return what a name without a leading dot means: an alias, a path from the base folder, a package beside ours."""
    parts = name.split("/")[:_MOST_PARTS]
    if parts[0] not in aliases.heads and parts[0].partition(".")[0] not in project.heads and name[0] not in _SIGNS:
        return None
    starts = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    known = parts[0].partition(".")[0] in project.heads
    for base in above(folder):
        for prefix in starts if base in aliases.prefixes else ():
            for target in aliases.prefixes[base].get(prefix, ()):
                if found := probe(project, joined(target, name[len(prefix) :])):
                    return found
        if known and base in aliases.bases and (found := probe(project, joined(aliases.bases[base], name))):
            return found
    return _package(project, aliases, name) or _guessed(project, folder, name)


def _package(project: Project, aliases: Aliases, name: str) -> str | None:
    parts = name.split("/")
    count = 2 if name.startswith("@") else 1
    folder = aliases.packages.get("/".join(parts[:count]))
    if folder is None:
        return None
    rest = "/".join(parts[count:])
    if rest:
        return probe(project, joined(folder, rest)) or probe(project, joined(folder, f"src/{rest}"))
    return next(filter(None, (probe(project, joined(folder, entry)) for entry in _ENTRIES)), None)


def _guessed(project: Project, folder: str, name: str) -> str | None:
    """Return what `@/x`, `~/x`, `$lib/x` or `src/x` usually means, where no manifest that was read says it."""
    head, _, rest = name.partition("/")
    tail = rest if head in _WHOLE_SIGNS else name.lstrip(_SIGNS)
    if not rest or tail.partition("/")[0].partition(".")[0] not in project.heads:
        return None
    return _ending(project, folder, tail)
