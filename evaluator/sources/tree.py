"""The git tree id of a set of files: equal content has equal ids, whatever it came from."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from evaluator.domain import Entry, Skipped

# Why something of the tree is never read; the same words whatever the kind of source
LINK = "symbolic link"
SUBMODULE = "submodule"
SPECIAL = "device, socket or pipe"
GIT_FOLDER = "git's own folder"
TOO_LARGE = "too large"
TOO_DEEP = "path too long or too deep"
UNREADABLE = "cannot be read"

_DEEPEST = 64  # folders
_LONGEST = 1024  # bytes of a path


@dataclass(frozen=True)
class TreeFile:
    """What a tree id is made of."""

    path: str  # POSIX, relative; undecodable bytes as surrogate escapes
    executable: bool
    blob: str  # git blob id, 40 hex digits


@dataclass
class _Folder:
    files: dict[bytes, TreeFile] = field(default_factory=dict)
    folders: dict[bytes, "_Folder"] = field(default_factory=dict)


def fits(path: str) -> bool:
    """Return whether a path is short and shallow enough to be taken."""
    return path.count("/") < _DEEPEST and len(os.fsencode(path)) <= _LONGEST


def by_path(thing: Entry | Skipped) -> bytes:
    """Return what entries are sorted by: the bytes of the path."""
    return os.fsencode(thing.path)


def tree_id(files: Iterable[TreeFile]) -> str:
    """Return the SHA-1 id, 40 hex digits, that git gives a tree of exactly these files."""
    root = _Folder()
    for file in files:
        *parents, name = os.fsencode(file.path).split(b"/")
        folder = root
        for parent in parents:
            folder = folder.folders.setdefault(parent, _Folder())
        folder.files[name] = file
    return _hash(root).hex()


def blob_id(data: bytes) -> str:
    """Return the SHA-1 id, 40 hex digits, that git gives a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _hash(folder: _Folder) -> bytes:
    # git sorts a folder as if its name ended in a slash
    rows = [
        (name, b"%s %s\0" % (b"100755" if file.executable else b"100644", name) + bytes.fromhex(file.blob))
        for name, file in folder.files.items()
    ]
    rows += [(name + b"/", b"40000 %s\0" % name + _hash(child)) for name, child in folder.folders.items()]
    body = b"".join(row for _, row in sorted(rows))
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).digest()
