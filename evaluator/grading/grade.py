"""Grade one digest by one rubric: the door of this room (specs/judging.md)."""

from dataclasses import dataclass, replace

from evaluator.domain import Digest, Language
from evaluator.grading import feedback, scoring
from evaluator.grading.asking import Wires
from evaluator.grading.heard import hexdigest
from evaluator.grading.judge import MACHINE
from evaluator.grading.prompts import Prompts
from evaluator.grading.record_forms import Basis
from evaluator.grading.samples import Hearing
from evaluator.grading.view import Matter
from evaluator.judgement import Call, Judge, JudgeName, Rubric, Scorecard


@dataclass(frozen=True)
class Terms:
    """How a digest is to be graded, besides the rubric."""

    language: Language = "en"  # of reasons and feedback
    seed: str = ""  # hex digits; orders and canaries derive from it, nonces are random always
    samples: int = 3  # at most
    pass_line: int | None = None  # the organizer's own; None: that of the rubric
    second: Judge | None = None  # of another family, asked once where something is open
    waits_for_second: bool = True  # raises SecondJudgeAway where that one is away; else grades without it
    parameters: str = ""  # what else decides what a judge answers, such as its server


def fingerprint(digest: Digest, rubric: Rubric, *, prompts: Prompts, judge: Judge | None, terms: Terms) -> str:
    """Return 64 hex digits that are equal where grading again would only ask the same questions again."""
    judge_name, second = _name(judge), terms.second.name if terms.second else None
    return hexdigest(
        aggregation=scoring.AGGREGATION,
        digest=digest.sha256,
        privacy=digest.privacy,
        rubric=rubric.sha256,
        prompt=prompts.sha256,
        provider=judge_name.provider,
        model=judge_name.model,
        second_provider=second.provider if second else None,
        second_model=second.model if second else None,
        samples=terms.samples,
        pass_line=_line(rubric, terms),
        language=terms.language,
        parameters=terms.parameters,
    )


def grade(
    digest: Digest, rubric: Rubric, *, judge: Judge | None, prompts: Prompts, terms: Terms, wires: Wires
) -> Scorecard:
    """Return the scorecard of *digest*; without a *judge* only what code can check is answered.

    Raises VerdictError where the judge twice gives no usable answer about a dimension or can tell nothing about it, and
    what asking raises; of the second judge only SecondJudgeAway. What was heard until then is in the memory, and is
    not asked or paid for again.
    """
    calls: list[Call] = []

    def on_call(call: Call) -> None:
        calls.append(call)
        wires.on_call(call)

    basis = Basis(
        judge=_name(judge),
        seed=terms.seed,
        language=terms.language,
        prompt_sha256=prompts.sha256,
        pass_line=_line(rubric, terms),
    )
    matter = Matter(digest, rubric, prompts, terms.language, terms.seed)
    hearing = Hearing(matter, basis)
    if judge is None:
        standing = hearing.standing()
    else:
        standing = hearing.hold(
            judge,
            second=terms.second,
            waits=terms.waits_for_second,
            most=terms.samples,
            wires=replace(wires, on_call=on_call),
        )
    return Scorecard(
        dimensions=standing.scores,
        verdicts=tuple(standing.verdicts[criterion.id] for criterion in rubric.criteria),
        promises=standing.promises,
        pass_line=basis.pass_line,
        feedback=feedback.compose(
            rubric,
            standing.verdicts,
            promises=standing.promises,
            ledger=matter.promises,
            language=terms.language,
            remarks=hearing.remarks,
            offline=judge is None,
        ),
        review_reasons=standing.reasons,
        judge=basis.judge,
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        prompt_sha256=prompts.sha256,
        digest_sha256=digest.sha256,
        calls=tuple(calls),
        record=standing.record,
    )


def _name(judge: Judge | None) -> JudgeName:
    return MACHINE if judge is None else judge.name


def _line(rubric: Rubric, terms: Terms) -> int:
    return rubric.pass_line if terms.pass_line is None else terms.pass_line
