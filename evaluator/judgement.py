"""The nouns of judging: rubric, prompt, answer, verdict, scorecard. `docs/glossary.md` says what each word means."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field

from evaluator.domain import Language, Value

PASS_LINE = 5  # of the total, 0 to 10

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
    check: str | None = None  # name of the machine check, where evidence is "machine"; "claims" is the README's ledger


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
    title: Mapping[Language, str] = Field(default_factory=dict)  # whom it is for, in a few words
    pass_line: Annotated[int, Field(ge=0, le=10)] = PASS_LINE  # the organizer's own, shown beside `passed`
    dimensions: tuple[Dimension, ...]
    sha256: str

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, dimension after dimension."""
        return tuple(criterion for dimension in self.dimensions for criterion in dimension.criteria)


# What the README promises -----------------------------------------------------------------------------------------

PromiseKind = Literal["feature", "command", "file", "option", "endpoint", "port", "example"]
PromiseLevel = Literal["shown", "partly", "not_shown", "cannot_tell"]
EvidenceStatus = Literal["exact", "relocated", "not_found"]


class Evidence(Value):
    """Where the judge says it saw it, checked by code; the quote itself is never kept."""

    file: str
    lines: tuple[int, int]  # first and last, counted from 1; the true ones where relocated
    status: EvidenceStatus
    sha256: str  # of the normalised quote


class Promise(Value):
    """One thing that the README says the project does or has; the JSON of an evaluation calls it a claim."""

    n: int  # its number in the README's order, counted from 1
    kind: PromiseKind
    text: str  # the README's words: one line of at most 200 characters, nothing hidden in it
    line: int  # of the README
    found: Literal["found", "missing"] | None = None  # what code found of what it names; None: nothing to look for
    evidence: tuple[Evidence, ...] = ()  # where code found it


class PromiseVerdict(Value):
    """What became of one promise."""

    n: int
    kind: PromiseKind
    text: str
    level: PromiseLevel
    claimed: PromiseLevel  # before the evidence was checked
    by: Literal["judge", "machine", "nobody"]
    evidence: tuple[Evidence, ...] = ()
    samples: tuple[PromiseLevel, ...] = ()  # the level in each sample, where there were several


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
    nonce: str = ""  # that the answer must carry
    key: str = ""  # 64 hex digits: what is asked, whatever the nonce and the fence mark; equal keys, equal questions
    tokens: int = 0  # of all of it, estimated upwards; 0: not estimated
    purpose: str = ""  # as the ledger of calls names it; it is not sent


class Answer(Value):
    """What the judge returned, unparsed, and what it cost."""

    text: str
    truncated: bool = False  # the provider cut it off
    withheld: bool = False  # by the provider's content policy; it is paid for all the same
    model: str | None = None  # as the provider reports it
    input_tokens: int = 0
    output_tokens: int = 0  # the reasoning ones included
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal | None = None  # None: unknown, for want of a price or of counts that can be
    parameters: Mapping[str, Any] = Field(default_factory=dict)  # of the call, for the record


class Judge(Protocol):
    """Whoever answers a prompt."""

    @property
    def name(self) -> JudgeName:
        """Provider and model."""

    def ask(self, prompt: Prompt) -> Answer:
        """Return the answer; raise TransientError, JudgeRefused, JudgeRejected or UnknownModel."""


class Traffic(Protocol):
    """What all workers together may ask of the providers."""

    def admit(self, provider: str, *, tokens: int) -> AbstractContextManager[None]:
        """Hold one of the provider's places for a call of so many tokens at most; raise JudgeBusy where none is free.

        A TransientError that leaves the block counts against the provider, a normal end for it.
        """


class Purse(Protocol):
    """The money that the calls of one request may cost."""

    def reserve(self, most: Decimal) -> int:
        """Put aside what a call may cost at most, in US dollars; return its number, or raise BudgetSpent."""

    def settle(self, number: int, *, cost: Decimal) -> None:
        """Replace a reservation by what the call did cost."""


class Memory(Protocol):
    """What judges have said before, verified and without quotes, by what they were asked."""

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was kept under those 64 hex digits, or None."""

    def keep(self, key: str, content: Mapping[str, Any]) -> None:
        """Keep something that JSON can hold; what is kept already stays."""

    def drop(self, key: str, content: Mapping[str, Any]) -> None:
        """Drop that content; what somebody else has kept in its place stays."""


class Call(Value):
    """One line of the ledger of calls: no prompt, no answer, only what it was and what it cost."""

    purpose: str  # "functionality 1", "practicality 2", "functionality second judge", with " again" for the re-ask
    provider: str
    model_asked: str
    model_returned: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal | None = None
    seconds: float
    outcome: str  # "ok" or the code of what went wrong
    parameters: Mapping[str, Any] = Field(default_factory=dict)  # for the record


Level = Literal["met", "partly", "not_met", "cannot_tell", "not_shown"]


class CheckResult(Value):
    """What a machine check found: one level, said in one sentence, with the places that show it."""

    level: Level
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Verdict(Value):
    """The verified answer to one criterion. `not_shown`: claimed, but no evidence held; it counts as not met."""

    id: str
    level: Level  # of several samples: the one nearest to their mean
    claimed: Level  # before the evidence was checked
    reason: str
    evidence: tuple[Evidence, ...] = ()
    samples: tuple[Level, ...] = ()  # the level in each sample that asked, where there were several; the mean counts


class DimensionScore(Value):
    """The score of one dimension."""

    id: DimensionId
    exact: Fraction  # 0 to 5, before rounding, gates applied
    points: Annotated[int, Field(ge=0, le=5)]


class Scorecard(Value):
    """Verdicts turned into scores by code, and all that is needed to recompute and defend them."""

    dimensions: tuple[DimensionScore, ...]
    verdicts: tuple[Verdict, ...]
    promises: tuple[PromiseVerdict, ...] = ()
    pass_line: int = PASS_LINE  # the organizer's own
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
