"""The nouns of the house, as frozen values. `docs/glossary.md` says what each word means."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

Language = Literal["en", "ko"]
Privacy = Literal["full", "readme"]


class Value(BaseModel):
    """A frozen noun; an unknown field is an error. It is built when the first one is made: a command needs few."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


# Source and snapshot ----------------------------------------------------------------------------------------------


class SourceKind(StrEnum):
    """Where a project comes from."""

    PATH = "path"
    GIT = "git"
    ARCHIVE = "archive"
    README = "readme"


class Source(Value):
    """Where a project comes from: checked, canonical, free of credentials."""

    kind: SourceKind
    location: str  # absolute real path, or URL
    ref: str | None = None  # git only: branch, tag or commit
    until: AwareDatetime | None = None  # git only: the last commit of the ref that is no later
    subdir: str | None = None  # POSIX, relative, without `.` and `..`
    name: str  # of the project, as shown to people
    canonical: str  # what the path hash is taken of (design section 3)

    def path_hash(self, salt: str) -> str:
        """Return the 64 hex digits that stand for this project of one user in the shared tables."""
        return hashlib.sha256(f"{salt}:{self.canonical}".encode()).hexdigest()


class MirrorLimits(Value):
    """Where mirrors of fetched repositories are kept, how much of them, and for how long."""

    folder: Path
    bytes: int = 10 << 30
    days: int = 30  # since a mirror was last used


class Limits(Value):
    """How much of anybody's project we are ready to take, and whom the operator trusts."""

    seconds: int = 60  # to fetch it
    entries: int = 20_000  # files and folders of the tree
    file_bytes: int = 1 << 20  # a larger file is listed, not read
    received_bytes: int = 256 << 20  # over the network, of a folder, or unpacked from an archive
    text_bytes: int = 64 << 20  # of files that could be shown
    depth: int = 64  # folders above a file
    path_bytes: int = 1024
    memory_bytes: int = 320 << 20  # of git and its children together
    trusted_forges: tuple[str, ...] = ()  # scheme://host[:port or :*]
    forge_tokens: Mapping[str, SecretStr] = Field(default_factory=dict)  # host[:port] -> token or user:token
    forge_ca: Path | None = None  # certificates that trusted forges may be signed with
    mirrors: MirrorLimits | None = None  # None: nothing is kept


class Entry(Value):
    """A regular file of a snapshot."""

    path: str  # POSIX, relative to the project; undecodable bytes as surrogate escapes
    size: int  # bytes
    executable: bool = False
    blob: str  # git blob id, 40 hex digits


class Skipped(Value):
    """Something of the tree that is never read: a link, a submodule, a device, too big a file."""

    path: str
    reason: str
    size: int | None = None  # bytes, where known


@dataclass(frozen=True)
class Snapshot(ABC):
    """The fetched tree at one commit; it lives only as long as the `with` block that fetched it."""

    name: str  # of the project
    commit: str | None  # of a git source
    tree: str  # the git tree id of the regular files; equal content has equal ids, whatever the kind of source
    entries: Sequence[Entry]  # the regular files, sorted by path
    skipped: Sequence[Skipped]  # what was left out while fetching, and why

    @abstractmethod
    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes, in the order given; raise SourceUnavailable where one has changed."""


# Digest -----------------------------------------------------------------------------------------------------------

Shown = Literal["whole", "part", "listed", "skipped"]
FileClass = Literal["readme", "doc", "manifest", "config", "test", "code", "other"]


class DigestFile(Value):
    """One line of the digest's manifest: what became of a file."""

    path: str
    bytes: int  # of a file that was read: with plain line ends, without a byte order mark
    shown: Shown
    lines: tuple[tuple[int, int], ...] = ()  # the ranges shown, first and last line, counted from 1
    reason: str | None = None  # why it is not shown, or not whole
    blob: str | None = None  # git blob id


class Line(NamedTuple):
    """One shown line, as the judge sees it; a digest has thousands."""

    number: int  # counted from 1, in the file
    text: str


class Block(Value):
    """What is shown of one file."""

    path: str
    file_class: FileClass
    bytes: int
    total_lines: int
    lines: tuple[Line, ...]


class Finding(Value):
    """Something a reviewer should know about the text: hidden characters, a redacted secret, an odd encoding."""

    code: str
    file: str


class Digest(Value):
    """The ordered, redacted, line-numbered text of a snapshot within a token budget, with its manifest."""

    name: str
    commit: str | None
    tree: str
    text: str  # what the judge is shown: tree, then one fence per file
    readme: str | None  # path of the README, if there is one
    readme_span: tuple[int, int] | None = None  # where the README's fence stands in the text, to be left out there
    blocks: tuple[Block, ...]  # in the order of the text
    files: tuple[DigestFile, ...]  # every file, sorted by path
    findings: tuple[Finding, ...] = ()
    redactions: Mapping[str, int] = Field(default_factory=dict)  # rule -> how often
    tokens: int  # estimated
    coverage: float = 1.0  # share of the source reached from the entry points that is shown, by bytes; 0 to 1
    sha256: str  # of the text and the manifest, the fence mark left out
    privacy: Privacy = "full"  # "readme": only the README and the tree are shown, on purpose

    def block(self, path: str) -> Block | None:
        """Return what is shown of the file at *path*, or None."""
        return next((block for block in self.blocks if block.path == path), None)


# Request and evaluation -------------------------------------------------------------------------------------------


class RequestState(StrEnum):
    """Where a request stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it of itself."""
        return self in {RequestState.DONE, RequestState.FAILED, RequestState.CANCELLED}


Stage = Literal["queued", "fetching", "reading", "judging", "scoring"]


class User(Value):
    """A person whose projects are graded."""

    id: UUID
    name: str
    salt: str


class Options(Value):
    """How a request wants to be graded."""

    rubric: str
    model: str  # a litellm model name, or "offline"
    language: Language = "en"
    privacy: Privacy = "full"
    fresh: bool = False  # grade anew even where an equal evaluation is stored
    pass_line: int | None = None  # of the total; None: that of the rubric


class Held(NamedTuple):
    """A claim, by what tells it from every other one of its request."""

    id: UUID  # of the request
    attempt: int


class Claim(Value):
    """A request that this worker holds, with the fence that proves it."""

    id: UUID
    user_id: UUID
    source: Source
    options: Options
    path_hash: str
    attempt: int  # the fence: goes up with every claim
    tries: int  # claims that were not handed back, this one included
    owner: UUID
    budget_id: UUID | None = None  # of the money that its calls may cost; None: no limit
    limited: bool = False  # whether only so many of its cohort, or of its user, may run at once

    @property
    def held(self) -> Held:
        """What tells it from every other claim of the request."""
        return Held(self.id, self.attempt)


class Failure(Value):
    """Why a request ended without a grade."""

    code: str
    message: str
    exit_status: int = 1  # of the command line that waits for the request


class Progress(Value):
    """What a waiting person sees of a request."""

    state: RequestState
    stage: Stage
    failure: Failure | None = None
    next_try_at: datetime | None = None
    reused: bool = False  # it ended with the stored evaluation of an earlier request
