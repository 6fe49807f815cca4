"""Files that tell git to run, fetch or hide something, in repositories and in folders; and whole evil `.git`s."""

import functools
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.hostile.generator.case import BROKEN, Ask, Case, Place, digested, refused
from tests.hostile.generator.objects import FILE, FOLDER, Objects, in_order, project
from tests.hostile.generator.servers import forge, serving

_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 99999999999\n"
_ATTRIBUTES = """\
* filter=evil diff=evil merge=evil
*.md export-ignore
*.py export-ignore linguist-vendored linguist-generated linguist-documentation
*.txt working-tree-encoding=UTF-32 text eol=crlf ident export-subst
[attr]evil filter=evil
"""
_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tbare = {bare}
\tfsmonitor = {command}
\thooksPath = {hooks}
\tsshCommand = {command}
\tgitProxy = {command}
\tpager = {command}
\teditor = {command}
\taskPass = {command}
\talternateRefsCommand = {command}
\tworktree = {folder}
[uploadpack]
\tpackObjectsHook = {command}
\tallowFilter = true
[receive]
\tprocReceiveRefs = refs
[filter "evil"]
\tclean = {command}
\tsmudge = {command}
\tprocess = {command}
\trequired = true
[diff "evil"]
\ttextconv = {command}
\tcommand = {command}
[alias]
\tupload-pack = !{command}
\tfetch = !{command}
\tls-tree = !{command}
\tcat-file = !{command}
[credential]
\thelper = !{command}
[gpg]
\tprogram = {command}
[remote "origin"]
\turl = ext::{command}
\tuploadpack = {command}
[url "ext::{command}"]
\tinsteadOf = http://
\tinsteadOf = file://
[protocol "ext"]
\tallow = always
[http]
\tproxy = http://{service}
"""
_HOOKS = ("post-checkout", "pre-receive", "post-update", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc")

# Contents that somebody's tool would run, fill in or fetch; {command} leaves a trace when it is run
_FILES: Mapping[str, Mapping[str, str]] = {
    "attributes": {".gitattributes": _ATTRIBUTES, "notes.txt": "$Format:%H$ $Id$\n"},
    "attributes-everywhere": {f"{folder}/.gitattributes": _ATTRIBUTES for folder in "abc"},
    "large-file-pointers": {
        "README.md": "# Bells\n",
        "main.py": _POINTER,
        "model.bin": _POINTER,
        ".gitattributes": "* filter=lfs\n",
    },
    "large-file-server": {".lfsconfig": "[lfs]\n\turl = http://{service}/\n\tstandalonetransferagent = evil\n"},
    "submodule-option": {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = --upload-pack={command}\n'},
    "submodule-command": {
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::{command}\n\tupdate = !{command}\n'
    },
    "submodule-parent": {".gitmodules": '[submodule "../../x"]\n\tpath = ../../x\n\turl = file://{outside}\n'},
    "submodule-bomb": {".gitmodules": '[submodule "x"]\n' * 50_000},
    "mailmap": {".mailmap": "A <{command}> B <b@example.org>\n" * 1000},
    "programs": {
        "setup.py": "import os\nos.system('{command}')\n",
        "conftest.py": "import os\nos.system('{command}')\n",
        "sitecustomize.py": "import os\nos.system('{command}')\n",
        "package.json": '{{"name": "x", "scripts": {{"preinstall": "{command}", "test": "{command}"}}}}\n',
        "Makefile": "X := $(shell {command})\nall:\n\t{command}\n",
        ".envrc": "{command}\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
        "evil.py": "import os\nos.system('{command}')\n",
        ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks:\n  - id: x\n    entry: {command}\n",
        "build.gradle": 'exec {{ commandLine "{command}" }}\n',
        "notebook.ipynb": '{{"cells": [{{"cell_type": "code", "source": "!{command}", "outputs": []}}]}}\n',
        "x.yaml": "!!python/object/apply:os.system ['{command}']\n",
        "x.pkl": "cos\nsystem\n(S'{command}'\ntR.",
    },
    "settings": {".env": "MODU_MODEL=evil\nDATABASE_URL=evil\nPATH={folder}\n", "pathspec.py": "raise SystemExit(7)\n"},
    "modules-of-ours": {
        f"{name}.py": "import os\nos.system('{command}')\n" for name in ("evaluator", "json", "re2", "pydantic", "git")
    },
}


def files() -> Iterator[Case]:
    """Yield the files that are instructions to some tool, sent by a forge and lying in a folder."""
    for name, contents in _FILES.items():
        make = functools.partial(_served, contents)
        yield digested(f"forge-{name}", make, codes=BROKEN if "submodule" in name else (), listed=tuple(contents))
        shown = tuple(path for path in contents if path != ".env")
        yield digested(f"folder-{name}", functools.partial(_lying, contents), listed=shown)
    yield digested("forge-with-a-repository-within", _repository_within, codes=BROKEN)
    yield digested("folder-with-repository", _folder_with_repository, hides=("insteadOf", "packObjectsHook"))
    yield digested("folder-with-repository-below", _folder_with_repository_below, hides=("reference-transaction",))
    yield digested("folder-with-pointer-to-a-repository", _pointer_to_repository, hides=("gitdir",))
    yield digested("folder-with-link-to-a-repository", _link_to_repository)


def _known(place: Place, folder: Path) -> dict[str, str]:
    canaries = place.canaries
    return {
        "command": str(canaries.command),
        "outside": str(canaries.file),
        "service": canaries.service,
        "folder": str(folder),
        "hooks": str(folder / "evil-hooks"),
        "bare": "true",
    }


def _text(content: str, place: Place) -> str:
    return content.format(**_known(place, place.folder)) if "{" in content else content


def _served(contents: Mapping[str, str], place: Place) -> Ask:
    objects = Objects()
    tops: dict[str, str] = {}
    rows = []
    for path, content in contents.items():
        folder, _, name = path.rpartition("/")
        id = objects.blob(_text(content, place))
        tops |= {folder: objects.tree([(FILE, name.encode(), id)])} if folder else {}
        rows += [] if folder else [(FILE, name.encode(), id)]
    rows += [(FOLDER, name.encode(), id) for name, id in tops.items()]
    own = {row[1] for row in rows}
    kept = [(FILE, name, objects.blob(b"# Bells\n")) for name in (b"README.md", b"main.py") if name not in own]
    objects.commit(objects.tree(in_order([*kept, *rows])))
    url = place.stack.enter_context(serving(forge(objects)))
    return Ask(f"{url}/owner/project", checks=True)


def _lying(contents: Mapping[str, str], place: Place) -> Ask:
    return Ask(str(place.project({path: _text(content, place) for path, content in contents.items()})), checks=True)


def _repository_within(place: Place) -> Ask:
    """A bare repository as ordinary files of the tree, as `safe.bareRepository` is there for."""
    objects = Objects()
    config = _CONFIG.format(**_known(place, place.folder))
    rows = [(FILE, b"HEAD", objects.blob("ref: refs/heads/main\n")), (FILE, b"config", objects.blob(config))]
    empty = objects.tree([(FILE, b"keep", objects.blob(""))])
    rows += [(FOLDER, b"objects", empty), (FOLDER, b"refs", empty)]
    url = place.stack.enter_context(serving(forge(project((FOLDER, b"evil.git", objects.tree(rows)), objects=objects))))
    return Ask(f"{url}/owner/project", checks=True)


def evil_repository(place: Place, folder: Path, *, objects: Objects | None = None) -> Path:
    """Write a repository whose every setting and hook runs the command."""
    objects = objects or project()
    pack = folder / "objects" / "pack"
    pack.mkdir(parents=True)
    for name in ("refs/heads", "info", "hooks", "evil-hooks", "objects/info"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for kind in ("hooks", "evil-hooks"):
        for name in _HOOKS:
            (folder / kind / name).write_text(f"#!/bin/sh\nexec {place.canaries.command}\n")
            (folder / kind / name).chmod(0o755)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "refs/heads/main").write_text(f"{objects.head}\n")
    (folder / "config").write_text(_CONFIG.format(**_known(place, folder)))
    (folder / "info/attributes").write_text(_ATTRIBUTES)
    _loose(folder, objects)
    return folder


def _loose(folder: Path, objects: Objects) -> None:
    """Write the objects one by one; of an entry of a pack, the head is replaced."""
    kinds = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
    for id, packed in objects.packed.items():
        end = next(n for n, byte in enumerate(packed) if byte < 128) + 1
        body = zlib.decompress(packed[end:])
        path = folder / "objects" / id[:2] / id[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(kinds[packed[0] >> 4 & 7] + b" %d\0" % len(body) + body))


def _folder_with_repository(place: Place) -> Ask:
    evil_repository(place, place.project() / ".git")
    return Ask(str(place.project()), checks=True)


def _folder_with_repository_below(place: Place) -> Ask:
    for name in ("lib/.git", "lib2/.GIT"):
        evil_repository(place, place.project() / name)
    return Ask(str(place.project()), checks=True)


def _pointer_to_repository(place: Place) -> Ask:
    evil = evil_repository(place, place.folder / "elsewhere.git")
    return Ask(str(place.project({".git": f"gitdir: {evil}\n", "lib/.git": "gitdir: ../../../.git\n"})))


def _link_to_repository(place: Place) -> Ask:
    evil = evil_repository(place, place.folder / "elsewhere.git")
    (place.project() / ".git").symlink_to(evil)
    return Ask(str(place.project()))


def local() -> Iterator[Case]:
    """Yield repositories that lie in a folder which the operator trusts, and are evil all the same."""
    yield digested("local-evil-settings", _local(_unchanged), codes=(*BROKEN, "repository_not_found"))
    yield refused("local-includes", _local(_includes), "untrusted_source")
    yield refused("local-alternates", _local(_alternates), "untrusted_source")
    yield digested("local-replaced", _local(_replaced), codes=(*BROKEN, "repository_not_found"), hides=("REPLACED",))
    yield digested("local-grafts", _local(_grafts), codes=(*BROKEN, "repository_not_found"))
    yield digested("local-promises", _local(_promises), codes=(*BROKEN, "repository_not_found"))
    yield refused("local-pointer", _local(_as_pointer), *BROKEN, "repository_not_found")
    yield refused("local-object-is-a-pipe", _local(_pipe), *BROKEN, "repository_not_found", "fetch_timeout")
    yield refused("local-link-out", _link_out, *BROKEN, "repository_not_found", "untrusted_source")


def _local(change: Callable[[Place, Path], None]) -> Callable[[Place], Ask]:
    def make(place: Place) -> Ask:
        folder = evil_repository(place, place.folder / "trusted" / "project.git")
        change(place, folder)
        return Ask(f"file://{folder}", forges=(f"file://{place.folder}/trusted",), limits={"seconds": 2})

    return make


def _unchanged(place: Place, folder: Path) -> None:
    """Leave the repository as evil as it is."""


def _includes(place: Place, folder: Path) -> None:
    with (folder / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {place.canaries.file}\n")


def _alternates(place: Place, folder: Path) -> None:
    (folder / "objects/info/alternates").write_text(f"{place.canaries.outside}\n")
    (folder / "objects/info/http-alternates").write_text(f"http://{place.canaries.service}/\n")


def _replaced(place: Place, folder: Path) -> None:
    objects = project()
    other = Objects()
    other.commit(other.tree([(FILE, b"README.md", other.blob("REPLACED\n"))]))
    _loose(folder, other)
    (folder / "refs/replace").mkdir()
    (folder / "refs/replace" / objects.head).write_text(f"{other.head}\n")


def _grafts(place: Place, folder: Path) -> None:
    head = (folder / "refs/heads/main").read_text().strip()
    (folder / "info/grafts").write_text(f"{head} {head}\n")
    (folder / "shallow").write_text(f"{head}\n{'a' * 40}\n")


def _promises(place: Place, folder: Path) -> None:
    """A partial clone, whose missing objects would be fetched from inside."""
    config = folder / "config"
    more = f'[extensions]\n\tpartialClone = evil\n[remote "evil"]\n\tpromisor = true\n\turl = http://{place.canaries.service}/\n'
    config.write_text(
        config.read_text().replace("Version = 0", "Version = 1").replace("version = 0", "version = 1") + more
    )
    blobs = [id for id, packed in project().packed.items() if packed[0] >> 4 & 7 == 3]
    (folder / "objects" / blobs[0][:2] / blobs[0][2:]).unlink()


def _as_pointer(place: Place, folder: Path) -> None:
    elsewhere = evil_repository(place, place.folder / "not-trusted.git")
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    folder.write_text(f"gitdir: {elsewhere}\n")


def _pipe(place: Place, folder: Path) -> None:
    head = (folder / "refs/heads/main").read_text().strip()
    path = folder / "objects" / head[:2] / head[2:]
    path.unlink()
    os.mkfifo(path)


def _link_out(place: Place) -> Ask:
    """A link within the trusted folder that leads out of it."""
    evil = evil_repository(place, place.folder / "not-trusted.git")
    trusted = place.folder / "trusted"
    trusted.mkdir()
    (trusted / "project.git").symlink_to(evil)
    return Ask(f"file://{trusted}/project.git", forges=(f"file://{trusted}",), limits={"seconds": 2})
