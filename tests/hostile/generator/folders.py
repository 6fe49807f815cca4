"""Local folders with links, devices, pipes, and files that are not what they were a moment ago."""

import functools
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.generator.case import Ask, Case, Place, digested, refused

_CHANGES = ("source_unreachable",)


def _built(build: Callable[[Place, Path], None], **limits: object) -> Callable[[Place], Ask]:
    """Return the maker of a folder that *build* has changed."""

    def make(place: Place) -> Ask:
        folder = place.project()
        build(place, folder)
        return Ask(str(folder), limits=limits)

    return make


def things() -> Iterator[Case]:
    """Yield folders with things that are no regular files."""
    listed = ("link", "link-to-folder", "link-to-file", "loop", "src/up")
    yield digested("folder-links", _built(_links), listed=listed)
    yield refused("folder-readme-is-a-link", _readme_link, "no_readme")
    yield refused("folder-is-a-link-out-of-the-roots", _root_link, "path_not_allowed")
    yield refused("folder-beside-the-roots", _beside, "path_not_allowed")
    yield refused("folder-subdir-is-a-link", _subdir_link, "unknown_subdir", "bad_subdir")
    yield refused("folder-is-a-file", lambda place: Ask(str(place.canaries.command)), "not_a_folder")
    yield refused("folder-is-a-pipe", _a_pipe, "not_a_folder")
    yield refused("folder-is-a-device", lambda _: Ask("/dev/zero"), "not_a_folder")
    yield digested("folder-pipes-and-sockets", _built(_pipes), listed=("pipe", "socket", "src/README.md"))
    yield digested("folder-devices", _built(_devices))
    yield digested("folder-unreadable", _built(_unreadable))
    yield digested("folder-hard-links", _built(_hard_links), listed=("twin.py",))
    yield digested("folder-sparse-terabyte", _built(_sparse), codes=("too_large",))
    yield refused("folder-of-many-large", _built(_many_large), "too_large")
    yield digested("folder-70-deep", _built(lambda _, top: _deep(top, 70)), listed=("README.md",))
    yield digested("folder-2000-deep", _built(lambda _, top: _deep(top, 2000)), listed=("README.md",))
    yield digested("folder-grows", _growing, codes=_CHANGES)
    yield digested("folder-shrinks", _shrinking, codes=_CHANGES)
    yield digested("folder-turns-into-a-link", _turning, codes=_CHANGES)
    yield digested("folder-of-20000", _built(_many), listed=("src/0/00.py", "src/198/97.py"))
    yield refused("folder-of-20001", _built(lambda place, top: _many(place, top, more=True)), "too_many_files")


def _links(place: Place, top: Path) -> None:
    (top / "link").symlink_to(place.canaries.file)
    (top / "link-to-folder").symlink_to(place.canaries.outside)
    (top / "link-to-file").symlink_to("main.py")
    (top / "loop").symlink_to("loop")
    (top / "src").mkdir()
    (top / "src/up").symlink_to("..")
    (top / "requirements.txt").symlink_to(place.canaries.file)
    (top / ".gitignore").symlink_to(place.canaries.file)
    (top / ".gitattributes").symlink_to(place.canaries.file)


def _readme_link(place: Place) -> Ask:
    folder = place.project()
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(place.canaries.file)
    return Ask(str(folder))


def _root_link(place: Place) -> Ask:
    roots = place.folder / "roots"
    roots.mkdir()
    (roots / "project").symlink_to(place.project())
    return Ask(str(roots / "project"), roots=(str(roots),))


def _beside(place: Place) -> Ask:
    """A folder whose name begins as the root's does."""
    return Ask(str(place.project()), roots=(str(place.project())[:-1],))


def _subdir_link(place: Place) -> Ask:
    folder = place.project()
    (folder / "part").symlink_to(place.canaries.outside)
    return Ask(str(folder), subdir="part")


def _a_pipe(place: Place) -> Ask:
    os.mkfifo(place.folder / "pipe")
    return Ask(str(place.folder / "pipe"))


def _pipes(place: Place, top: Path) -> None:
    (top / "src").mkdir()
    for name in ("pipe", "src/README.md", "Makefile", ".gitattributes", "src/.gitignore"):
        os.mkfifo(top / name)
    here = os.open(top, os.O_RDONLY)  # the name of a socket may be no longer than a hundred bytes
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(f"/proc/self/fd/{here}/socket")
    finally:
        os.close(here)


def _devices(place: Place, top: Path) -> None:
    if os.geteuid() == 0:
        for name, kind, numbers in (("zero.py", stat.S_IFCHR, (1, 5)), ("tty", stat.S_IFCHR, (5, 0))):
            os.mknod(top / name, 0o666 | kind, os.makedev(*numbers))
        os.mknod(top / "disk.py", 0o666 | stat.S_IFBLK, os.makedev(7, 0))
    (top / "full.py").symlink_to("/dev/full")


def _unreadable(place: Place, top: Path) -> None:
    (top / "closed.py").write_text("x = 1\n")
    (top / "closed.py").chmod(0)
    (top / "closed").mkdir(mode=0)
    (top / "listed-only").mkdir()
    (top / "listed-only/x.py").write_text("x = 1\n")
    (top / "listed-only").chmod(0o444)
    for name in ("closed", "listed-only"):  # or pytest could not remove them
        place.stack.callback((top / name).chmod, 0o755)


def _hard_links(place: Place, top: Path) -> None:
    (top / "twin.py").hardlink_to(top / "main.py")


def _sparse(place: Place, top: Path) -> None:
    with (top / "data.py").open("wb") as file:
        file.truncate(1 << 40)


def _many_large(place: Place, top: Path) -> None:
    for n in range(400):
        with (top / f"{n}.bin").open("wb") as file:
            file.truncate(1 << 20)


def _deep(top: Path, depth: int) -> None:
    """Make folders below one another; a path of that length has no name, so it is made from within."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def _changing(change: Callable[[Path, int], None]) -> Callable[[Place], Ask]:
    """Return the maker of a folder in which many files change while they are read."""

    def make(place: Place) -> Ask:
        folder = place.project({f"src/{n}.py": f"x = {n}\n" * 3000 for n in range(40)})
        turns = iter(range(1_000_000))

        def meanwhile() -> None:
            change(folder, next(turns))

        return Ask(str(folder), meanwhile=meanwhile)

    return make


def _grow(folder: Path, turn: int) -> None:
    with (folder / f"src/{turn % 40}.py").open("a") as file:
        file.write("y = 2\n" * 10_000)


def _shrink(folder: Path, turn: int) -> None:
    os.truncate(folder / f"src/{turn % 40}.py", 10)


def _turn(folder: Path, turn: int) -> None:
    path = folder / f"src/{turn % 40}.py"
    path.unlink(missing_ok=True)
    path.symlink_to(folder.parents[1] / "canaries/outside/canary.txt")


_growing, _shrinking, _turning = _changing(_grow), _changing(_shrink), _changing(_turn)


def _many(place: Place, top: Path, *, more: bool = False) -> None:
    """Write as many files as are allowed, folders counted, in folders of a hundred."""
    for folder in range(199 + more):
        (top / f"src/{folder}").mkdir(parents=True)
        for n in range(98 + more):
            os.link(top / "bell.py", top / f"src/{folder}/{n:02}.py")


def names() -> Iterator[Case]:
    """Yield folders whose files have any name, and ignore rules that keep a matcher busy."""
    yield digested("folder-names-of-any-bytes", _built(_odd_names), listed=("\\xff\\xfe.py",))
    yield digested("folder-case-twins", _built(_twins), listed=("Main.py", "MAIN.PY", "readme.MD"))
    yield refused("folder-name-of-bytes", _name_of_bytes, "bad_name", "no_such_path")
    for name, rules in {
        "stars": b"*a" * 400 + b"\n" + b"**/" * 300 + b"x\n",
        "many-rules": b"".join(b"**/%d*?[a-z]*\n" % n for n in range(12_000)),
        "sets": b"[" * 500 + b"\n" + b"[a-" * 300 + b"]\n[!]\n[]]\n[z-a]\n[[:alpha:]\n",
        "backslashes": b"\\" * 999 + b"\n\\\n!\\\n!!!!\n",
        "nul": b"a\0b\n\xff\xfe*\n" * 100,
        "utf-16": "*.py\n".encode("utf-16"),
        "one-line": b"a*" * 400_000,
        "everything": b"*\n**\n/**\n",
    }.items():
        codes = ("empty_project", "no_readme")
        yield digested(f"ignore-{name}", _built(functools.partial(_ignoring, rules)), codes=codes)


def _odd_names(place: Place, top: Path) -> None:
    base = os.fsencode(top)
    for name in (b"\xff\xfe.py", b"a\nb.py", b"\x1b[2J.py", b"\x7f", b" ", b"...", b"-rf", b"a" * 255, "é".encode()):
        with open(base + b"/" + name, "wb") as file:  # noqa: PTH123 - a name that is no text
            file.write(b"x = 1\n")
    os.mkdir(base + b"/\xc3\x28")  # noqa: PTH102 - as above
    with open(base + b"/\xc3\x28/\xed\xa0\x80.py", "wb") as file:  # noqa: PTH123 - as above
        file.write(b"x = 1\n")


def _twins(place: Place, top: Path) -> None:
    for name in ("Main.py", "MAIN.PY", "readme.MD", "Readme.md"):
        (top / name).write_text("x = 1\n")


def _name_of_bytes(place: Place) -> Ask:
    folder = os.fsdecode(os.fsencode(place.folder) + b"/\xff\xfe")
    os.mkdir(folder)  # noqa: PTH102 - a name that is no text
    return Ask(folder)


def _ignoring(rules: bytes, place: Place, top: Path) -> None:
    (top / ".gitignore").write_bytes(rules)
    for n in range(300):
        path = top / f"{'a' * 100}{n}" / f"{'ab' * 100}.py"
        path.parent.mkdir()
        path.write_text("x = 1\n")
