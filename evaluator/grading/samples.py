"""How often a project is judged: once, and again where something is open (specs/judging.md, "How sure are we").

A sample without a usable answer is missing: it is in the record and asks for a review. Of the first one each dimension
must have an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from evaluator.errors import (
    EvaluatorError,
    JudgeBusy,
    JudgeUnavailable,
    LimitReached,
    RateLimited,
    RequestError,
    SecondJudgeAway,
    VerdictError,
)
from evaluator.grading import doubts, promises, record, scoring
from evaluator.grading.asking import Wires
from evaluator.grading.heard import Heard
from evaluator.grading.record_forms import Basis, Examination, Part, Record
from evaluator.grading.session import Session
from evaluator.grading.view import Matter, View
from evaluator.judgement import Criterion, DimensionScore, Judge, Level, PromiseLevel, PromiseVerdict, Verdict

OPEN = frozenset(  # reasons for one more sample
    ("near_line", "spread", "evidence", "canary", "orders_seen", "hidden_text")
)
_WITHOUT_README = 3  # the number of the sample that is taken so

_WORTH: dict[PromiseLevel, Fraction] = {"shown": Fraction(1), "partly": Fraction(1, 2), "not_shown": Fraction(0)}
_LIKE: dict[Level, PromiseLevel] = {"met": "shown", "partly": "partly", "not_met": "not_shown"}

_AWAY = (RateLimited, JudgeUnavailable, JudgeBusy)  # of a judge that may answer later
_FOR_GOOD: tuple[type[EvaluatorError], ...] = (VerdictError, RequestError)  # a second opinion is worth no failure

V = TypeVar("V")


@dataclass(frozen=True)
class Standing:
    """What follows from all that has been said so far."""

    verdicts: dict[str, Verdict]
    promises: tuple[PromiseVerdict, ...]
    scores: tuple[DimensionScore, ...]
    record: Mapping[str, Any]
    reasons: tuple[str, ...]  # for a review

    @property
    def open(self) -> bool:
        """Whether one more opinion is worth its price."""
        return not OPEN.isdisjoint(self.reasons)


@dataclass
class Hearing:
    """Takes samples of one matter, and says what follows from them."""

    matter: Matter
    basis: Basis
    remarks: list[str] = field(default_factory=list)  # of the first sample, to the author
    _heard: list[Heard] = field(default_factory=list)  # what counts
    _examinations: list[Examination] = field(default_factory=list)

    def hold(self, judge: Judge, *, second: Judge | None, waits: bool, most: int, wires: Wires) -> Standing:
        """Return what follows from one sample of the *judge*, from up to *most* where something is open.

        Then a *second* judge is asked once, whose verdicts count for nothing but a reason for a review. Raises
        VerdictError where the first sample has no usable answer about a dimension or tells nothing about it, what
        asking raises, and SecondJudgeAway where the second judge is away and the grade *waits* for it: what was heard
        until then is in the memory.
        """
        whole = View(self.matter)
        for number in range(1, most + 1):
            bare = number == _WITHOUT_README and self.matter.stands_without_readme
            view = View(self.matter, with_readme=False) if bare else whole
            part: Part = "without_readme" if bare else "sample"
            self._take(Session(view, judge, wires=wires, sample=number, part=part))
            standing = self.standing()
            if not standing.open:
                return standing
        if second is None or second.name == judge.name:
            return standing
        bears = _FOR_GOOD if waits else (*_FOR_GOOD, *_AWAY)
        self._take_second(Session(whole, second, wires=wires, sample=number, part="second_judge", bears=bears))
        return self.standing()

    def _take(self, session: Session) -> None:
        for dimension in self.matter.rubric.dimensions:
            examined = session.examine(dimension)
            if examined is None:
                continue
            if examined.fault and session.sample == 1:
                raise examined.fault
            self._examinations.append(examined.examination)
            if examined.heard:
                self._heard.append(examined.heard)
                self.remarks += [examined.heard.remark] if session.sample == 1 else []

    def _take_second(self, session: Session) -> None:
        """Note what the second judge says, as far as it says anything: half an opinion is not worth the other half."""
        for dimension in self.matter.rubric.dimensions:
            try:
                examined = session.examine(dimension)
            except LimitReached:
                raise
            except _AWAY as error:
                raise SecondJudgeAway(error) from error
            if examined is not None:
                self._examinations.append(examined.examination)
            if examined is not None and examined.fault:
                return

    def standing(self) -> Standing:
        """Return what follows from what was heard, and from what code found. Raises VerdictError (`nothing_told`)."""
        digest, rubric = self.matter.digest, self.matter.rubric
        kept = self._promises()
        verdicts = {criterion.id: self._verdict(criterion, kept) for criterion in rubric.criteria}
        scores = tuple(scoring.score(dimension, verdicts, privacy=digest.privacy) for dimension in rubric.dimensions)
        note = record.build(
            digest,
            rubric,
            basis=self.basis,
            examinations=self._examinations,
            machine=[verdicts[criterion.id] for criterion in rubric.criteria if criterion.evidence == "machine"],
            promises=kept,
        )
        return Standing(verdicts, kept, scores, note, doubts.reasons(Record.model_validate(note), scores))

    def _promises(self) -> tuple[PromiseVerdict, ...]:
        told: dict[int, list[PromiseVerdict]] = {}
        for heard in self._heard:
            for verdict in heard.promises:
                told.setdefault(verdict.n, []).append(verdict)
        return promises.settle(self.matter.promises, {n: together(verdicts) for n, verdicts in told.items()})

    def _verdict(self, criterion: Criterion, kept: Sequence[PromiseVerdict]) -> Verdict:
        """Return the verdict as it counts; what is left to machines is answered by code, whoever judges."""
        if criterion.check == promises.LEDGER:
            return promises.verdict(criterion, kept)
        if criterion.evidence == "machine":
            return self.matter.machine[criterion.id]
        found = [verdict for heard in self._heard for verdict in heard.verdicts if verdict.id == criterion.id]
        if not found:
            return Verdict(id=criterion.id, level="cannot_tell", claimed="cannot_tell", reason="No LLM looked.")
        return merged(found)


def merged(found: Sequence[Verdict]) -> Verdict:
    """Return the verdicts of several samples on one criterion as one: its level is the nearest to their mean.

    Reason and evidence are those of the sample that comes nearest, of two as near those of the lower one.
    """
    if len(found) == 1:
        return found[0]
    levels = tuple(verdict.level for verdict in found)
    together = found[0].model_copy(update={"samples": levels})
    mean = scoring.worth(together)
    if mean is None:
        return together
    nearest = _nearest(found, mean, worth=lambda verdict: scoring.WORTH.get(verdict.level))
    level = scoring.nearest(mean)
    if level == "not_met" and level not in levels:
        level = "not_shown"
    return nearest.model_copy(update={"level": level, "samples": levels})


def together(found: Sequence[PromiseVerdict]) -> PromiseVerdict:
    """Return the verdicts of several samples on one promise as one, in the same way."""
    if len(found) == 1:
        return found[0]
    levels = tuple(verdict.level for verdict in found)
    told = [_WORTH[level] for level in levels if level in _WORTH]
    if not told:
        return found[0].model_copy(update={"samples": levels})
    mean = sum(told, Fraction(0)) / len(told)
    nearest = _nearest(found, mean, worth=lambda verdict: _WORTH.get(verdict.level))
    return nearest.model_copy(update={"level": _LIKE[scoring.nearest(mean)], "samples": levels})


def _nearest(found: Sequence[V], mean: Fraction, *, worth: Callable[[V], Fraction | None]) -> V:
    told = [(abs(share - mean), share, number) for number, one in enumerate(found) if (share := worth(one)) is not None]
    return found[min(told)[2]]
