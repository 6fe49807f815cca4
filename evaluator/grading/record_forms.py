"""What the grading record holds, as frozen forms: no code of the project, no quotes, no words of the judge.

`docs/reference/grading-record.md` tells readers of every field.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from evaluator.domain import Finding, Language, Privacy, Value
from evaluator.judgement import DimensionId, Evidence, EvidenceKind, JudgeName, Level, PromiseKind, PromiseLevel

SCHEMA = 1  # of the record; goes up when an old reader could no longer read it rightly

Part = Literal["sample", "without_readme", "second_judge"]
By = Literal["judge", "machine", "nobody"]


class CallNote(Value):
    """How one call went; the money and the tokens are in the ledger of calls."""

    purpose: str  # as in the ledger
    nonce: str  # that the answer had to carry
    outcome: str  # "ok" or the code of what went wrong
    model: str | None = None  # as the provider reports it
    parameters: Mapping[str, Any] = Field(default_factory=dict)


class CanaryNote(Value):
    """A question with a known answer."""

    label: str  # under which it was asked
    expected: Level
    told: Level

    @property
    def wrong(self) -> bool:
        """Whether the answer is one that no honest judge gives; of what is not there nobody need be sure."""
        return self.told != self.expected and (self.expected, self.told) != ("not_met", "cannot_tell")


class VerdictNote(Value):
    """What is established about one criterion: by one judge in one sample, or by code."""

    id: str  # of the criterion
    level: Level
    claimed: Level  # before the evidence was checked
    evidence: tuple[Evidence, ...] = ()


class PromiseNote(Value):
    """What is established about one promise of the README."""

    n: int
    kind: PromiseKind  # what the project does weighs more than what it has
    level: PromiseLevel
    claimed: PromiseLevel  # before the evidence was checked
    by: By
    evidence: tuple[Evidence, ...] = ()


class Examination(Value):
    """What one judge said about one dimension in one sample; without verdicts where no answer could be used."""

    sample: Annotated[int, Field(ge=1)]  # counted from 1; of the second judge: the sample that it was asked after
    part: Part = "sample"  # the second judge's verdicts never count towards the score
    dimension: DimensionId
    judge: JudgeName
    key: str  # of the prompt: what was asked, whatever the nonce
    missing: str | None = None  # code of why there is no answer
    recalled: bool = False  # taken from the memory of earlier calls, not asked
    labels: Mapping[str, str] = Field(default_factory=dict)  # Q1 -> id of the criterion, in the order shown
    canaries: tuple[CanaryNote, ...] = ()
    orders_seen: Annotated[int, Field(ge=0)] = 0  # how many the judge reported
    calls: tuple[CallNote, ...] = ()  # in their order; where recalled, those of the time when it was heard
    verdicts: tuple[VerdictNote, ...] = ()
    promises: tuple[PromiseNote, ...] = ()


class CriterionNote(Value):
    """What decides how much a criterion counts."""

    id: str
    weight: Annotated[int, Field(ge=1, le=10)]
    evidence: EvidenceKind
    min_spans: Annotated[int, Field(ge=0, le=5)] = 0
    cap_if_not_met: Annotated[int, Field(ge=0, le=5)] | None = None
    check: str | None = None


class DimensionNote(Value):
    """One dimension of the rubric."""

    id: DimensionId
    max: Literal[5] = 5
    criteria: tuple[CriterionNote, ...]


class RubricNote(Value):
    """The rubric, as far as it decides the score."""

    id: str
    version: str
    sha256: str
    dimensions: tuple[DimensionNote, ...]


class DigestNote(Value):
    """What the judge was shown, without a word of it; the manifest of its files stands beside the record."""

    sha256: str
    commit: str | None
    tree: str
    privacy: Privacy
    tokens: Annotated[int, Field(ge=0)]  # estimated
    coverage: Annotated[
        float, Field(ge=0, le=1, allow_inf_nan=False)
    ]  # share of the source reached from the entry points that was shown, 0 to 1
    findings: tuple[Finding, ...] = ()
    redactions: Mapping[str, int] = Field(default_factory=dict)


class Basis(Value):
    """What was settled before anybody judged."""

    judge: JudgeName  # whose samples count
    seed: str  # hex digits from which every order and every canary was drawn
    language: Language  # of the feedback
    prompt_sha256: str  # of the templates
    pass_line: Annotated[int, Field(ge=0, le=10)]  # the organizer's own


class Record(Value):
    """Everything that a score follows from."""

    form: Annotated[int, Field(alias="schema")] = SCHEMA
    aggregation: int  # version of the rules from verdicts to scores
    litellm: str  # its version
    basis: Basis
    digest: DigestNote
    rubric: RubricNote
    examinations: tuple[Examination, ...] = ()  # in the order of time; none of the offline judge
    machine: tuple[VerdictNote, ...] = ()  # what code answered, whoever judges
    promises: tuple[PromiseNote, ...] = ()  # what became of each in the end
