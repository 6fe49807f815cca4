"""What every kind of archive is held to: which names it may use, and how much it may unpack to."""

import os
import time
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from evaluator.domain import Limits
from evaluator.sources import archive_refusals, refusals, tree

_RATIO = 100  # times its own size that an archive may unpack to,
_FREE = 10 << 20  # and so many bytes more
_LONGEST_NAME = 255  # bytes of one folder's name on every system we know
_APPLE_DOUBLE = b"\x00\x05\x16\x07"  # how the `._` files begin that macOS's tar puts beside the real ones


class Kind(StrEnum):
    """What a member is; of what is not read, the reason that is listed."""

    FILE = "file"
    FOLDER = "folder"
    LINK = tree.LINK
    SPECIAL = tree.SPECIAL


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file of an archive, after it was unpacked."""

    path: str  # as the archive has it, without `.` and empty parts
    size: int  # bytes
    executable: bool
    blob: str  # git blob id
    offset: int | None  # in the spool; None where it is too large to be kept


@dataclass
class Meter:
    """How much was unpacked so far, and until when it may go on."""

    limits: Limits
    packed: int  # bytes of the archive itself
    deadline: float  # of time.monotonic()
    unpacked: int = 0

    def spend(self, size: int) -> None:
        """Count *size* more bytes. Raises UnusableSource (`archive_bomb`, `too_large`) or FetchTimeout."""
        self.foresee(size)
        self.unpacked += size
        if time.monotonic() > self.deadline:
            raise refusals.too_slow()

    def foresee(self, size: int) -> None:
        """Refuse as `spend` does where *size* more bytes are going to be too many."""
        if self.unpacked + size > _RATIO * self.packed + _FREE:
            raise archive_refusals.bomb()
        if self.unpacked + size > self.limits.received_bytes:
            raise archive_refusals.too_large()


@dataclass
class Roster:
    """The names of an archive, each checked and none there twice; what is passed over is listed with its reason."""

    limits: Limits
    skipped: dict[str, str] = field(default_factory=dict)  # path -> why
    junk: dict[str, str] = field(default_factory=dict)  # the same, of what is not the project's
    seen: int = 0  # files and folders
    _folders: set[str] = field(default_factory=set)
    _leaves: set[str] = field(default_factory=set)  # all else

    def admit(self, name: str, kind: Kind) -> str | None:
        """Return the path at which a file is to be kept, or None where there is nothing to keep.

        Raises UnusableSource (`unsafe_archive`, `too_many_files`).
        """
        names = _parts(name)
        if not names or self._is_passed_over(names):
            return None
        path = "/".join(names)
        if not self._may_fit(path):
            self.seen += 1
            self.skipped[self._cut(path)] = tree.TOO_DEEP
            path = ""
        elif kind is Kind.FOLDER:
            self._enter_folder(_composed(path))
        else:
            self._enter(_composed(path))
        if self.seen > self.limits.entries:
            raise archive_refusals.too_many_files(self.limits.entries)
        if path and kind in {Kind.LINK, Kind.SPECIAL}:
            self.skipped[path] = kind.value
        return path if path and kind is Kind.FILE else None

    def is_apple_double(self, path: str, head: bytes) -> bool:
        """Return whether an admitted file is one of macOS's own, told by how it begins; it is listed then."""
        found = head.startswith(_APPLE_DOUBLE) and path.rpartition("/")[2].startswith("._")
        if found:
            self.junk[path] = tree.MACOS
        return found

    def settle(self) -> None:
        """Refuse a name that is a file or a link in one place and a folder in another. Raises UnusableSource."""
        if not self._leaves.isdisjoint(self._folders):
            raise archive_refusals.unsafe("it has files below something that is a file or a link")

    def _is_passed_over(self, names: list[str]) -> bool:
        """Return whether a member is git's or macOS's own, which is listed once and never opened."""
        git = next((n for n, part in enumerate(names, 1) if len(part) == 4 and part.lower() == ".git"), None)
        if git is not None:
            listing, path, reason = self.skipped, "/".join(names[:git]), tree.GIT_FOLDER
        elif names[0] == "__MACOSX":
            listing, path, reason = self.junk, names[0], tree.MACOS
        elif names[-1] == ".DS_Store":
            listing, path, reason = self.junk, "/".join(names), tree.MACOS
        else:
            return False
        path = self._cut(path)
        if path not in listing:
            self.seen += 1
            listing[path] = reason
        if self.seen > self.limits.entries:
            raise archive_refusals.too_many_files(self.limits.entries)
        return True

    def _may_fit(self, path: str) -> bool:
        """Return whether a path may be short and shallow enough, also once the folder at the top is taken off."""
        first, _, rest = path.partition("/")
        if rest and len(os.fsencode(first)) > _LONGEST_NAME:
            return False
        return tree.fits(rest or path, limits=self.limits)

    def _cut(self, path: str) -> str:
        return os.fsdecode(os.fsencode(path)[: self.limits.path_bytes])

    def _enter(self, path: str) -> None:
        if path in self._leaves:
            raise archive_refusals.unsafe("it holds two files of one name")
        self._leaves.add(path)
        self.seen += 1
        self._enter_folder(path.rpartition("/")[0])

    def _enter_folder(self, path: str) -> None:
        while path and path not in self._folders:
            self._folders.add(path)
            self.seen += 1
            path = path.rpartition("/")[0]


def _parts(name: str) -> list[str]:
    """Return the parts of a member's name without `.` and empty ones; raise UnusableSource where it leads out."""
    names = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in names or "\0" in name:
        raise archive_refusals.unsafe("it holds a name that leads out of it (absolute, with '..' or with a NUL)")
    return names


def _composed(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFC", path)
