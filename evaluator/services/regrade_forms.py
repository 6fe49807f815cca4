"""What `modu show ID --record` prints, as far as it is compared when a grade is recomputed."""

from collections import Counter
from collections.abc import Hashable, Iterable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluator.domain import Language
from evaluator.errors import BadRecord
from evaluator.judgement import PASS_LINE, DimensionId, Evidence, JudgeName, PromiseKind

AGAIN = "Make it anew with: modu show ID --record"


class Part(BaseModel):
    """A part of a document, as far as it is compared; what else stands there does not matter."""

    model_config = ConfigDict(frozen=True, strict=True)


class Score(Part):
    """The score of a dimension, as it was given."""

    id: str
    exact: Annotated[str, Field(pattern=r"^[0-9]{1,500}(/[0-9]{1,500})?$")]
    points: int


class Given(Part):
    """A verdict, as it was given."""

    id: str
    level: str
    claimed: str
    evidence: list[Evidence]
    samples: list[str] = []

    @property
    def levels(self) -> tuple[str, ...]:
        """The level in each sample that asked."""
        return tuple(self.samples) or (self.level,)


class GivenPromise(Part):
    """What became of a promise, as it was given."""

    n: int
    kind: PromiseKind
    level: str
    claimed: str
    by: str
    evidence: list[Evidence]


class Card(Part):
    """The scorecard."""

    dimensions: list[Score]
    verdicts: list[Given]
    promises: list[GivenPromise] = []
    pass_line: int = PASS_LINE
    review_reasons: list[str]
    judge: JudgeName
    rubric_id: str
    rubric_version: str
    rubric_sha256: str
    prompt_sha256: str
    digest_sha256: str


class Outline(Part):
    """A criterion, as people are shown it."""

    id: str
    dimension: DimensionId
    weight: int
    cap_if_not_met: int | None = None
    title: dict[Language, str]


class Row(Part):
    """The points that everybody sees."""

    functionality: int
    practicality: int
    total: int
    passed: bool


class NamedRubric(Part):
    """Which rubric it was."""

    id: str
    version: str
    sha256: str


class Who(Part):
    """Who judged, by what."""

    provider: str
    model: str
    rubric: NamedRubric
    prompt_sha256: str


class Project(Part):
    """Which state of the project it was."""

    commit: str | None
    tree: str | None


class Evaluation(Part):
    """What everybody sees."""

    id: str
    project: Project
    scores: Row
    review_reasons: list[str]
    review: dict[str, Any] | None = None
    judge: Who


class Document(Part):
    """The whole of it."""

    evaluation: Evaluation
    scorecard: Card
    criteria: list[Outline]
    record: dict[str, Any]
    manifest: list[dict[str, Any]]


def read(document: object) -> Document:
    """Return the document. Raises BadRecord where it is not whole, or says one thing twice."""
    try:
        whole = Document.model_validate(document)
        for score in whole.scorecard.dimensions:
            Fraction(score.exact)
    except (ValidationError, ZeroDivisionError) as error:
        raise BadRecord(f"The document is not whole. {AGAIN}") from error
    card = whole.scorecard
    _once("dimension", (score.id for score in card.dimensions))
    _once("verdict", (verdict.id for verdict in card.verdicts))
    _once("promise", (promise.n for promise in card.promises))
    _once("criterion", (criterion.id for criterion in whole.criteria))
    return whole


def _once(what: str, ids: Iterable[Hashable]) -> None:
    for id, count in Counter(ids).items():
        if count > 1:
            raise BadRecord(f"The document contradicts itself: the {what} {id!s:.60} stands in it twice. {AGAIN}")
