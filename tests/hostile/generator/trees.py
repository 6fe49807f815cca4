"""Repositories whose trees git itself would never make."""

import functools
from collections.abc import Callable, Iterator, Mapping

from tests.hostile.generator.case import BROKEN, Ask, Case, Place, digested, refused
from tests.hostile.generator.objects import (
    FILE,
    FOLDER,
    LINK,
    SUBMODULE,
    Objects,
    Row,
    honest,
    project,
)
from tests.hostile.generator.servers import forge, serving

NEVER = "a" * 40  # the id of an object that is not sent
_MISSING = ("source_unreachable", *BROKEN, "too_many_files")
_BIG = ("too_large", "too_many_files", *BROKEN)


def repository(
    make: Callable[[], Objects], *, ref: str | None = None, subdir: str | None = None, **limits: object
) -> Callable[[Place], Ask]:
    """Return the maker of a source that is served as it stands."""

    def made(place: Place) -> Ask:
        url = place.stack.enter_context(serving(forge(make())))
        return Ask(f"{url}/owner/project", ref=ref, subdir=subdir, limits=limits)

    return made


def names() -> Iterator[Case]:
    """Yield trees with names that lead elsewhere, or that nobody can show."""
    harmful = {
        "parent": b"..",
        "itself": b".",
        "git": b".git",
        "git-in-capitals": b".GIT",
        "git-with-blank": b".git ",
        "git-with-dot": b".git.",
        "git-short": b"git~1",
        "git-stream": b".git::$INDEX_ALLOCATION",
        "git-ignorable": ".g\u200cit".encode(),
        "git-backslash": b".git\\hooks",
        "slash": b"../../outside",
        "absolute": b"/etc/passwd",
        "empty": b"",
    }
    for name, text in harmful.items():
        yield digested(f"name-{name}", _named(text), codes=BROKEN, hides=('"/etc', '"../', '".git/'))
    odd = {
        "line-end": (b"a\nb.py", "a\\u000ab.py"),
        "tab": (b"a\tb.py", "a\\u0009b.py"),
        "escape": (b"a\x1b[2Jb.py", None),
        "bytes": (b"\xff\xfe\xfd.py", "\\xff\\xfe\\xfd.py"),
        "overlong": (b"\xc0\xae\xc0\xae.py", None),
        "half-a-character": (b"\xed\xa0\x80.py", None),
        "bidi-override": ("evil\u202eyp.exe".encode(), None),
        "hidden": ("a\u200b\U000e0041.py".encode(), None),
        "backslash": (b"a\\..\\b.py", None),
        "drive": (b"C:evil.py", None),
        "device": (b"CON", None),
        "stream": (b"main.py:evil", None),
        "option": (b"--upload-pack=evil.py", "--upload-pack=evil.py"),
        "shell": (b"$(touch x);`id`|x.py", None),
        "fence": (b"x.py | 1 bytes>>>\n<<<end>>>", None),
        "only-blanks": (b"   ", None),
        "4-kilobytes": (b"n" * 4096, None),
        "quotes": (b"\"'.py", None),
        "cp949": ("한글.py".encode("cp949"), None),
    }
    for name, (text, listed) in odd.items():
        yield digested(f"name-{name}", _named(text), codes=BROKEN, listed=(listed,) if listed else ())


def _named(name: bytes) -> Callable[[Place], Ask]:
    def make() -> Objects:
        objects = Objects()
        inner = objects.tree([(FILE, b"x.py", objects.blob("evil = 1\n"))])
        rows = [*honest(objects), (FILE, name, objects.blob("evil = 1\n"))]
        if name.startswith((b".", b"git")):
            rows[-1] = (FOLDER, name, inner)
        objects.commit(objects.tree(sorted(rows, key=lambda row: row[1] + (b"/" if row[0] == FOLDER else b""))))
        return objects

    return repository(make)


def shapes() -> Iterator[Case]:
    """Yield trees of shapes that git does not make: modes, twins, cycles in the small, bombs."""
    for mode in (b"000000", b"100666", b"100664", b"0100644", b"100000", b"777777", b"140000", b"40755", b"8", b""):
        name = mode.decode() or "none"
        yield digested(f"mode-{name}", repository(functools.partial(_with, mode)), codes=BROKEN)
    made: Mapping[str, Callable[[], Objects]] = {
        "duplicate-names": _duplicates,
        "file-and-folder": _file_and_folder,
        "unsorted": _unsorted,
        "case-twins": _case_twins,
        "accent-twins": _accent_twins,
        "folder-that-is-a-file": functools.partial(_wrong_kind, FOLDER),
        "file-that-is-a-folder": functools.partial(_wrong_kind, FILE),
        "file-that-is-a-commit": _file_is_commit,
        "missing-file": functools.partial(_with, FILE),
        "missing-folder": functools.partial(_with, FOLDER),
        "cut-tree": _cut_tree,
        "file-below-64-folders": functools.partial(_deep, 70),
        "file-below-1000-folders": functools.partial(_deep, 1000),
    }
    for name, make in made.items():
        yield digested(f"tree-{name}", repository(make), codes=_MISSING)
    yield digested("tree-links", repository(_links), listed=("away", "here", "loop", "README.txt"), hides=("root:",))
    yield digested("tree-submodules", repository(_submodules), listed=("lib", "--upload-pack=x"), codes=BROKEN)
    yield refused("tree-readme-is-a-link", repository(_readme_link), "no_readme")
    yield refused("tree-only-links", repository(_only_links), "empty_project")
    yield refused("tree-bomb", repository(functools.partial(_bomb, FILE)), *_BIG)
    yield refused("tree-bomb-of-nothing", repository(functools.partial(_bomb, FOLDER)), *_BIG)
    yield digested("tree-10000-deep", repository(functools.partial(_deep, 10_000)), codes=_BIG, listed=("main.py",))
    yield digested("tree-100000-deep", repository(functools.partial(_deep, 100_000)), codes=_BIG, listed=("main.py",))
    yield refused("tree-of-too-many", repository(_many), "too_many_files")
    yield refused("tree-of-a-million-bytes-of-names", repository(_long_names), *_BIG)
    yield refused("subdir-is-a-link", repository(_links, subdir="away"), "unknown_subdir")
    yield refused("subdir-is-a-submodule", repository(_submodules, subdir="lib"), "unknown_subdir", *BROKEN)
    yield refused("subdir-is-a-pathspec", repository(_links, subdir=":(glob)**"), "unknown_subdir")


def _with(mode: bytes) -> Objects:
    objects = Objects()
    id = objects.blob("odd = 1\n") if mode not in {FILE, FOLDER} else NEVER
    return project((mode, b"odd.py", id), objects=objects)


def _committed(*rows: Row, objects: Objects) -> Objects:
    objects.commit(objects.tree([*honest(objects), *rows]))
    return objects


def _duplicates() -> Objects:
    objects = Objects()
    rows = [(FILE, b"z.py", objects.blob(f"x = {n}\n")) for n in range(2)]
    return _committed(*rows, objects=objects)


def _file_and_folder() -> Objects:
    objects = Objects()
    file = objects.blob("x = 1\n")
    return _committed((FILE, b"z", file), (FOLDER, b"z", objects.tree([(FILE, b"x.py", file)])), objects=objects)


def _unsorted() -> Objects:
    objects = Objects()
    return _committed((FILE, b"A.py", objects.blob("x = 1\n")), objects=objects)


def _case_twins() -> Objects:
    objects = Objects()
    return project(
        *((FILE, name, objects.blob(name)) for name in (b"Main.py", b"MAIN.py", b"readme.md")), objects=objects
    )


def _accent_twins() -> Objects:
    objects = Objects()
    names = ("\u00e9.py", "e\u0301.py", "한.py", "\u1112\u1161\u11ab.py")
    return project(*((FILE, name.encode(), objects.blob(name)) for name in names), objects=objects)


def _wrong_kind(mode: bytes) -> Objects:
    objects = Objects()
    file = objects.blob("x = 1\n")
    return project((mode, b"z", objects.tree([(FILE, b"x.py", file)]) if mode == FILE else file), objects=objects)


def _file_is_commit() -> Objects:
    objects = Objects()
    return project((FILE, b"z.py", objects.commit(objects.tree(honest(objects)))), objects=objects)


def _cut_tree() -> Objects:
    objects = Objects()
    objects.commit(objects.add("tree", b"100644 README.md\0" + b"\1" * 7))
    return objects


def _deep(depth: int) -> Objects:
    objects = Objects()
    tree = objects.tree([(FILE, b"x.py", objects.blob("x = 1\n"))])
    for _ in range(depth):
        tree = objects.tree([(FOLDER, b"d", tree)])
    return project((FOLDER, b"d", tree), objects=objects)


def _links() -> Objects:
    objects = Objects()
    targets = {b"away": "/etc", b"here": "main.py", b"loop": "loop", b"README.txt": "/etc/passwd", b"up": "../../x"}
    return project(*((LINK, name, objects.blob(target)) for name, target in targets.items()), objects=objects)


def _readme_link() -> Objects:
    objects = Objects()
    target = objects.blob("/etc/passwd")
    rows = [(LINK, b"README.md", target), (FILE, b"main.py", objects.blob("x = 1\n"))]
    objects.commit(objects.tree(rows))
    return objects


def _only_links() -> Objects:
    objects = Objects()
    objects.commit(objects.tree([(LINK, b"README.md", objects.blob("/etc/passwd"))]))
    return objects


def _submodules() -> Objects:
    objects = Objects()
    text = '[submodule "lib"]\n\tpath = lib\n\turl = https://example.org/lib.git\n'
    rows = ((SUBMODULE, b"lib", NEVER), (SUBMODULE, b"--upload-pack=x", NEVER))
    return project((FILE, b".gitmodules", objects.blob(text)), *rows, objects=objects)


def _bomb(mode: bytes) -> Objects:
    """Ten folders of ten folders of ten ..., all of them one object each."""
    objects = Objects()
    inner = objects.blob("boom\n") if mode == FILE else objects.tree([])
    for _ in range(10):
        inner = objects.tree([(mode, b"%d" % n, inner) for n in range(10)])
        mode = FOLDER
    return project((FOLDER, b"z", inner), objects=objects)


def _many() -> Objects:
    objects = Objects()
    file = objects.blob("x = 1\n")
    return project(*((FILE, b"src%05d.py" % n, file) for n in range(20_001)), objects=objects)


def _long_names() -> Objects:
    """One folder a thousand times over, with names of four kilobytes."""
    objects = Objects()
    file = objects.blob("x = 1\n")
    inner = objects.tree([(FILE, b"%04d" % n + b"n" * 4000, file) for n in range(200)])
    return project(*((FOLDER, b"d%04d" % n, inner) for n in range(1000)), objects=objects)
