"""Mirrors: objects of repositories that were fetched before, kept for the next time. Off unless the operator says so.

A mirror belongs to one URL, one token and one size of files; what another URL or token has fetched is never in it. Its
packs have been through the same fetch, with the same checks and limits, as anything else, and every commit, tree and
file that is read from it is hashed and compared with its id: it can be slow, or gone, but it cannot say anything else
than the commit that the host names now, or that was asked for by its whole id. Which earlier commit a deadline means is
noted, as that never changes; the note is believed, as the folder is closed to other accounts.

A mirror is held by a shared lock for as long as it is read, and only who gets it alone removes it. New packs are
linked in beside the old ones, which nothing ever changes; the list of what is whole is replaced last.
"""

import fcntl
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from evaluator.domain import Limits, MirrorLimits
from evaluator.sources.urls import GitUrl

_LAYOUT = "1"  # of the folder of a mirror; another one is another mirror
_LOCK, _WRITING, _STATE, _NOTES = "lock", "writing", "state.json", "notes.json"
_NAME = re.compile(r"[0-9a-f]{64}")
_REMOVED = "removed-"
_PACK = re.compile(r"pack-[0-9a-f]{40}\.(?:pack|idx|rev|promisor)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_MOST_FILES = 64  # in one mirror; then it is fetched anew
_MOST_NOTES = 256
_DAY = 86_400  # seconds
_ORDER = (".pack", ".rev", ".promisor", ".idx")  # an index without its pack would be broken

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _State:
    """What of a mirror is whole."""

    commits: tuple[str, ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)  # packs and their indexes -> bytes


@dataclass(frozen=True)
class Mirror:
    """What is known of one repository; empty where it is new."""

    folder: Path
    commits: tuple[str, ...]  # that are whole in it
    crowded: bool  # so many packs, or bytes, that it is better fetched anew

    @property
    def objects(self) -> Path:
        """The folder of its objects."""
        return self.folder / "objects"

    def keep(self, packs: Path, *, commit: str, limits: MirrorLimits) -> None:
        """Add what was fetched for a commit that is whole now. A disk that fails is no reason not to grade."""
        if commit in self.commits:
            return
        try:
            with _locked(self.folder / _WRITING, fcntl.LOCK_EX) as alone:
                if alone is not None:  # else another process is just at it, and the next one will find that
                    _add(self.folder, packs, commit, limits)
            _make_room(self.folder.parent, limits)
        except OSError as error:
            logger.warning("A mirror could not be written", extra={"reason": error.strerror})

    def noted(self, question: str) -> str | None:
        """Return the commit that was noted as the answer to a question, if it is whole here."""
        commit = _notes(self.folder).get(question)
        return commit if commit in self.commits else None

    def note(self, question: str, commit: str) -> None:
        """Note an answer that can never be another one. A disk that fails is no reason not to grade."""
        with suppress(OSError), _locked(self.folder / _WRITING, fcntl.LOCK_EX) as alone:
            if alone is not None:
                notes = {**_notes(self.folder), question: commit}
                written = self.folder / f"{_NOTES}.new"
                written.write_text(json.dumps(dict(list(notes.items())[-_MOST_NOTES:])))
                written.replace(self.folder / _NOTES)

    def discard(self) -> None:
        """Let nobody read it again; it is removed when nobody reads it any more."""
        with suppress(OSError):
            (self.folder / _STATE).write_text("")


def name_of(url: GitUrl, *, token: SecretStr | None, limits: Limits) -> str:
    """Return the name, 64 hex digits, of the mirror of a URL as it is asked now."""
    whose = "" if token is None else hashlib.sha256(token.get_secret_value().encode()).hexdigest()
    parts = (_LAYOUT, url.scheme, url.user or "", str(url.port), url.canonical, whose, str(limits.file_bytes))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextmanager
def borrowed(url: GitUrl, *, token: SecretStr | None, limits: Limits) -> Iterator[Mirror | None]:
    """Give the mirror of a URL, which nobody removes while the block runs; None where none is kept, or can be."""
    if limits.mirrors is None:
        yield None
        return
    folder = limits.mirrors.folder / name_of(url, token=token, limits=limits)
    try:
        handle = _hold(folder, limits.mirrors)
    except OSError as error:
        logger.warning("The folder of the mirrors cannot be used", extra={"reason": error.strerror})
        handle = None
    if handle is None:
        yield None
        return
    try:
        state = _state(folder) or _State()
        size = sum(state.files.values())
        yield Mirror(folder, state.commits, len(state.files) > _MOST_FILES or size > limits.received_bytes)
    finally:
        os.close(handle)


def _hold(folder: Path, limits: MirrorLimits) -> int | None:
    """Return a handle that keeps the mirror from being removed, or None where somebody is just removing it."""
    limits.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _ in range(2):
        folder.mkdir(mode=0o700, exist_ok=True)
        _check_private(folder)
        (folder / "objects" / "pack").mkdir(parents=True, exist_ok=True)
        handle = _lock(folder / _LOCK, fcntl.LOCK_SH)
        if handle is None:
            return None
        if _usable(folder, limits) and _same(handle, folder / _LOCK):
            os.utime(folder / _LOCK)  # the last use
            return handle
        os.close(handle)
        if not _remove(folder):
            return None
    return None


def _check_private(folder: Path) -> None:
    """Raise PermissionError where another account could have written a mirror."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise PermissionError(0, "a mirror is not private")


def _usable(folder: Path, limits: MirrorLimits) -> bool:
    """Return whether a mirror that we hold is empty, or young and whole as far as its files tell."""
    state = _state(folder)
    if state is None:
        return not (folder / _STATE).exists() and not any((folder / "objects" / "pack").iterdir())
    if time.time() - (folder / _LOCK).stat().st_mtime > limits.days * _DAY:
        return False
    packs = folder / "objects" / "pack"
    return all((packs / name).is_file() and (packs / name).stat().st_size == size for name, size in state.files.items())


def _state(folder: Path) -> _State | None:
    """Return what is whole in a mirror, or None where nothing says so."""
    try:
        read = json.loads((folder / _STATE).read_bytes())
        commits, files = read["commits"], read["files"]
        sound = all(map(_COMMIT.fullmatch, commits)) and all(map(_PACK.fullmatch, files))
        return _State(tuple(commits), {name: int(size) for name, size in files.items()}) if sound else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _notes(folder: Path) -> dict[str, str]:
    """Return the answers that were noted, the oldest first; none where they cannot be read."""
    try:
        read = json.loads((folder / _NOTES).read_bytes())
        return {question: commit for question, commit in read.items() if isinstance(commit, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def _add(folder: Path, packs: Path, commit: str, limits: MirrorLimits) -> None:
    """Link or copy the packs into a mirror, then say that the commit is whole."""
    state = _state(folder) or _State()
    if not state.commits and (folder / _STATE).exists():  # somebody has discarded it meanwhile
        return
    new = {path: path.stat().st_size for path in packs.iterdir() if _PACK.fullmatch(path.name)}
    if sum(new.values()) + sum(state.files.values()) > limits.bytes:
        return
    target = folder / "objects" / "pack"
    for left in target.glob("incoming-*"):  # of a process that was killed
        left.unlink()
    for path in sorted(new, key=lambda path: _ORDER.index(path.suffix)):
        if not (target / path.name).exists():
            _place(path, target)
    files = {**state.files, **{path.name: size for path, size in new.items()}}
    written = folder / f"{_STATE}.new"
    written.write_text(json.dumps({"commits": sorted({*state.commits, commit}), "files": files}))
    written.replace(folder / _STATE)


def _place(path: Path, target: Path) -> None:
    try:
        (target / path.name).hardlink_to(path)
    except OSError:  # another disk
        incoming = target / f"incoming-{path.name}"
        shutil.copyfile(path, incoming)
        incoming.replace(target / path.name)


def _make_room(folder: Path, limits: MirrorLimits) -> None:
    """Remove the mirrors that nobody used for too long, then those used longest ago until the rest is small enough."""
    found = []
    for entry in folder.iterdir():
        if entry.name.startswith(_REMOVED):  # by a process that was killed over it
            shutil.rmtree(entry, ignore_errors=True)
        elif _NAME.fullmatch(entry.name):
            with suppress(OSError):  # somebody else has removed it
                found.append(((entry / _LOCK).stat().st_mtime, _size(entry), entry))
    total = sum(size for _, size, _ in found)
    oldest = time.time() - limits.days * _DAY
    for used, size, entry in sorted(found):
        if (used < oldest or total > limits.bytes) and _remove(entry):
            total -= size


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in (folder / "objects" / "pack").iterdir())


def _remove(folder: Path) -> bool:
    """Remove a mirror, and return whether that could be done: not while somebody reads it."""
    gone = folder.parent / f"{_REMOVED}{secrets.token_hex(8)}"
    with suppress(FileNotFoundError):  # somebody was faster
        with _locked(folder / _LOCK, fcntl.LOCK_EX) as handle:
            if handle is None or not _same(handle, folder / _LOCK):
                return False
            folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
    return True


@contextmanager
def _locked(path: Path, how: int) -> Iterator[int | None]:
    handle = _lock(path, how)
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def _lock(path: Path, how: int) -> int | None:
    """Return a handle that locks a file, or None where others have it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    return handle


def _same(handle: int, path: Path) -> bool:
    """Return whether what we have locked is still what is there."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False
