"""The nouns of the house, as frozen values. `docs/glossary.md` says what each word means."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PASS_LINE = 5  # of the total, 0 to 10
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
    bytes: int
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


# Rubric -----------------------------------------------------------------------------------------------------------

EvidenceKind = Literal["code", "test", "config", "doc", "machine"]
DimensionId = Literal["functionality", "practicality"]


class Levels(Value):
    """One observable sentence for each level."""

    met: str
    partly: str
    not_met: str


class Criterion(Value):
    """One observable question of a dimension."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
    weight: Annotated[int, Field(ge=1, le=10)]
    title: Mapping[Language, str]
    question: str
    levels: Levels
    evidence: EvidenceKind
    min_spans: Annotated[int, Field(ge=0, le=5)] = 1
    cap_if_not_met: Annotated[int, Field(ge=0, le=5)] | None = None  # the dimension's score is at most this
    check: str | None = None  # name of the machine check, where evidence is "machine"


class Dimension(Value):
    """Functionality or practicality: a list of criteria worth *max* points together."""

    id: DimensionId
    max: Literal[5] = 5
    title: Mapping[Language, str]
    criteria: tuple[Criterion, ...]


class Rubric(Value):
    """A versioned set of criteria; *sha256* of its canonical content is its identity."""

    id: str
    version: str
    dimensions: tuple[Dimension, ...]
    sha256: str

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, dimension after dimension."""
        return tuple(criterion for dimension in self.dimensions for criterion in dimension.criteria)


# Judge, answer, verdict, scorecard --------------------------------------------------------------------------------


class JudgeName(Value):
    """Who answers."""

    provider: str  # "openai", "anthropic", ..., or "offline"
    model: str  # as the provider calls it; "machine-checks" of the offline judge

    @property
    def offline(self) -> bool:
        """Whether no LLM looked."""
        return self.provider == "offline"


class Prompt(Value):
    """What one call sends: a constant system message, a shared prefix, then what is this call's own."""

    system: str
    prefix: str  # byte-identical between the calls of one request
    suffix: str  # criteria, answer form, nonce
    answer_schema: Mapping[str, Any]


class Answer(Value):
    """What the judge returned, unparsed, and what it cost."""

    text: str
    truncated: bool = False  # the provider cut it off
    model: str | None = None  # as the provider reports it
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: Decimal | None = None  # None: no price known
    parameters: Mapping[str, Any] = Field(default_factory=dict)  # of the call, for the record


class Judge(Protocol):
    """Whoever answers a prompt."""

    @property
    def name(self) -> JudgeName:
        """Provider and model."""

    def ask(self, prompt: Prompt) -> Answer:
        """Return the answer; raise TransientError, JudgeRefused, JudgeRejected or UnknownModel."""


class Call(Value):
    """One line of the ledger of calls: no prompt, no answer, only what it was and what it cost."""

    purpose: str  # "functionality", "practicality", with "again" after it for the re-ask
    provider: str
    model_asked: str
    model_returned: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: Decimal | None = None
    seconds: float
    outcome: str  # "ok" or the code of what went wrong


Level = Literal["met", "partly", "not_met", "cannot_tell", "not_shown"]
EvidenceStatus = Literal["exact", "relocated", "not_found"]


class Evidence(Value):
    """Where the judge says it saw it, checked by code; the quote itself is never kept."""

    file: str
    lines: tuple[int, int]  # first and last, counted from 1; the true ones where relocated
    status: EvidenceStatus
    sha256: str  # of the normalised quote


class CheckResult(Value):
    """What a machine check found: one level, said in one sentence, with the places that show it."""

    level: Level
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Verdict(Value):
    """The verified answer to one criterion. `not_shown`: claimed, but no evidence held; it counts as not met."""

    id: str
    level: Level
    claimed: Level  # before the evidence was checked
    reason: str
    evidence: tuple[Evidence, ...] = ()


class DimensionScore(Value):
    """The score of one dimension."""

    id: DimensionId
    exact: Fraction  # 0 to 5, before rounding, gates applied
    points: Annotated[int, Field(ge=0, le=5)]


class Scorecard(Value):
    """Verdicts turned into scores by code, and all that is needed to recompute and defend them."""

    dimensions: tuple[DimensionScore, ...]
    verdicts: tuple[Verdict, ...]
    feedback: str
    review_reasons: tuple[str, ...]
    judge: JudgeName
    rubric_id: str
    rubric_version: str
    rubric_sha256: str
    prompt_sha256: str  # of the templates
    digest_sha256: str
    calls: tuple[Call, ...] = ()
    record: Mapping[str, Any] = Field(default_factory=dict)  # nonces, seed, parameters, outcome codes

    def points(self, id: DimensionId) -> int:
        """Return the rounded points of one dimension, 0 to 5."""
        return next(score.points for score in self.dimensions if score.id == id)

    @property
    def total(self) -> int:
        """Return the sum of the rounded dimensions, 0 to 10."""
        return sum(score.points for score in self.dimensions)

    @property
    def passed(self) -> bool:
        """Return whether the total reaches the pass line."""
        return self.total >= PASS_LINE


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
