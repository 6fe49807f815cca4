"""The git tree id of a set of files: equal content has equal ids, whatever it came from."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass

from evaluator.domain import Entry, Limits, Skipped

# Why something of the tree is never read; the same words whatever the kind of source
LINK = "symbolic link"
SUBMODULE = "submodule"
SPECIAL = "device, socket or pipe"
GIT_FOLDER = "git's own folder"
TOO_LARGE = "too large"
TOO_DEEP = "path too long or too deep"
UNREADABLE = "cannot be read"
MACOS = "macOS's own file"

_LONGEST_CHARACTER = 4  # bytes


@dataclass(frozen=True)
class TreeFile:
    """What a tree id is made of."""

    path: str  # POSIX, relative; undecodable bytes as surrogate escapes
    executable: bool
    blob: str  # git blob id, 40 hex digits


def fits(path: str, *, limits: Limits) -> bool:
    """Return whether a path is short and shallow enough to be taken."""
    if path.count("/") >= limits.depth:
        return False
    return len(path) * _LONGEST_CHARACTER <= limits.path_bytes or len(os.fsencode(path)) <= limits.path_bytes


def by_path(thing: Entry | Skipped) -> bytes:
    """Return what entries are sorted by: the bytes of the path."""
    return os.fsencode(thing.path)


def blob_id(data: bytes) -> str:
    """Return the SHA-1 id, 40 hex digits, that git gives a file with these bytes."""
    return blob_id_of([data], size=len(data))


def blob_id_of(parts: Iterable[bytes], *, size: int) -> str:
    """Return the SHA-1 id, 40 hex digits, that git gives a file of *size* bytes that comes in parts."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def tree_id(files: Iterable[TreeFile]) -> str:
    """Return the SHA-1 id, 40 hex digits, that git gives a tree of exactly these files."""
    folders: dict[bytes, list[tuple[bytes, bytes]]] = {b"": []}  # path -> its rows, each behind what it is sorted by
    for file in files:
        parent, _, name = os.fsencode(file.path).rpartition(b"/")
        mode = b"100755" if file.executable else b"100644"
        _folder(folders, parent).append((name, b"%s %s\0%s" % (mode, name, bytes.fromhex(file.blob))))
    for path in sorted(folders, key=lambda path: path.count(b"/"), reverse=True):
        if path:  # the deepest are whole first
            parent, _, name = path.rpartition(b"/")
            # git sorts a folder as if its name ended in a slash
            folders[parent].append((name + b"/", b"40000 %s\0%s" % (name, _hashed(folders[path]))))
    return _hashed(folders[b""]).hex()


def _folder(folders: dict[bytes, list[tuple[bytes, bytes]]], path: bytes) -> list[tuple[bytes, bytes]]:
    """Return the rows of the folder at *path*; it and the folders above it are made where they are not there."""
    rows = folders.get(path)
    if rows is None:
        rows = folders[path] = []
        while path and (path := path.rpartition(b"/")[0]) not in folders:
            folders[path] = []
    return rows


def _hashed(rows: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(row for _, row in sorted(rows))
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).digest()
