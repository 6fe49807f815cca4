"""Which source files manifests, containers, CI and Makefiles declare as where a program or a library starts."""

import re
from collections.abc import Collection, Iterator, Mapping

from evaluator.digest import commands, comments, resolve_web
from evaluator.digest.project import Project, folder_of, joined, name_of
from evaluator.digest.resolve import go_package

_NPM = re.compile(
    r"\"(?:main|module|browser|types|typings|source|bin|import|require|default|background|service_worker|page"
    r"|default_popup|options_page|[\w./-]{1,80})\"\s{0,20}:\s{0,20}\"((?:\.{0,2}/)?[\w@][\w@./-]{0,200})\""
)
_BUILT = re.compile(r"(?:\./)?(?:dist|build|lib|out|es|esm|cjs|umd|types|bin)/(?:esm/|cjs/|es/)?(.*)")
_TYPED = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")
_CLASS = re.compile(r"[\"'>=]\s{0,5}(\.?(?:[a-z]\w{0,80}\.){0,12}[A-Z]\w{0,80})(?=[\"'<\s])")
_SUFFIXES_JVM = (".xml", ".gradle", ".kts", ".sbt", ".factories", ".imports", ".properties", ".yml", ".yaml")
_PATTERN = re.compile(r"[\w./-]*\*[\w./*-]*\.(\w{1,4})")
_LISTS = frozenset({"CMakeLists.txt", "Makefile", "makefile", "GNUmakefile", "meson.build", "BUILD", "BUILD.bazel"})
_ROOTED = 6  # leading folders of an absolute path in a container that may stand for the project's top


def entry_points(manifests: Mapping[str, bytes], *, paths: Collection[str]) -> frozenset[str]:
    """Return the source files that manifests, containers, CI and Makefiles declare as where the program starts.

    Manifests are read as words, not parsed: no nesting, alias or entity in them can do anything.
    """
    return declared(Project(paths, manifests))


def declared(project: Project) -> frozenset[str]:
    """Return the entry points that the manifests among a project's contents declare."""
    manifests = project.contents
    found = {path for name in sorted(manifests) for path in _declared(project, name, manifests[name])}
    return frozenset(found.intersection(project.own)) if found else frozenset()


def _declared(project: Project, manifest: str, data: bytes) -> Iterator[str]:
    folder, name = folder_of(manifest), name_of(manifest)
    text = comments.manifest(name, commands.text(data))
    yield from _commanded(project, manifest, text)
    if name.endswith(".json"):
        for target in dict.fromkeys(_NPM.findall(text)):
            yield from _script(project, folder, target)
    if name == "go.mod":
        yield from _go(project, folder)
    if name.endswith(_SUFFIXES_JVM):
        for word in dict.fromkeys(_CLASS.findall(text)):
            yield from _class(project, folder, word)
    if name.endswith(".csproj"):
        yield from (path for path in project.files_in.get(folder, ()) if path.endswith(("Program.cs", "Startup.cs")))


def _commanded(project: Project, manifest: str, text: str) -> Iterator[str]:
    """Yield the files, modules and packages that are named as words, as a command line names them."""
    folder, name = folder_of(manifest), name_of(manifest)
    found = commands.words(text)
    for word in commands.files(found):
        if "*" not in word:
            yield from _file(project, folder, word)
        elif name in _LISTS or name.endswith((".cmake", ".mk", ".am")):
            yield from _files(project, folder, word)
    for module in commands.modules(text, found):
        yield from _module(project, folder, module)
    for word in commands.folders(found):
        yield from go_package(project, joined(folder, word) or joined("", word))


def _file(project: Project, folder: str, word: str) -> Iterator[str]:
    """Yield the file that a command or a list of sources names: from the manifest's folder or from the top."""
    if word.endswith(".o"):
        for place in (joined(folder, word[:-2]), joined(folder, f"src/{word[:-2]}")):
            yield from project.stems.get(place or "", ())
        return
    parts = word.lstrip("/").split("/")
    for count in range(min(len(parts), _ROOTED)):
        rest = "/".join(parts[count:])
        places = [place for place in (joined(folder, rest), joined("", rest)) if place in project.paths]
        if places:
            yield from places[:1]
            return
        if not word.startswith("/"):
            return


def _files(project: Project, folder: str, word: str) -> Iterator[str]:
    """Yield the files that a pattern of a build's list of sources means."""
    if match := _PATTERN.fullmatch(word.lstrip("/")):
        yield from resolve_web.matching(project, folder, f"./{word.lstrip('/')}", (match[1],))


def _module(project: Project, folder: str, module: str) -> Iterator[str]:
    place = module.replace(".", "/")
    for base in dict.fromkeys((folder, "")):
        for root in ("", "src/"):
            start = joined(base, root + place)
            for file in (f"{start}.py", f"{start}/__main__.py", f"{start}/__init__.py"):
                if file in project.paths:
                    yield file
                    return
    if found := project.ending(f"{place}.py", near=folder):
        yield found


def _script(project: Project, folder: str, target: str) -> Iterator[str]:
    """Yield the file of a package's `main` and its like; of a built one, the source that it is built from."""
    if found := resolve_web.probe(project, joined(folder, target)):
        yield found
        return
    if match := _BUILT.match(target):
        stem = _TYPED.sub("", match[1])
        found = resolve_web.probe(project, joined(folder, f"src/{stem}")) or resolve_web.probe(
            project, joined(folder, stem)
        )
        if found:
            yield found


def _go(project: Project, folder: str) -> Iterator[str]:
    """Yield the package at the module's top and the `main.go` of its commands."""
    yield from go_package(project, folder)
    start = f"{folder}/cmd" if folder else "cmd"
    yield from (path for path in project.below(start) if name_of(path) == "main.go")


def _class(project: Project, folder: str, word: str) -> Iterator[str]:
    tail = word.lstrip(".").replace(".", "/")
    for name in (tail, tail.removesuffix("Kt")):
        for suffix in ("java", "kt", "scala", "groovy"):
            if found := project.ending(f"{name}.{suffix}", near=folder):
                yield found
                return
