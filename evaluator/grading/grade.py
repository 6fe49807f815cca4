"""Grade one digest by one rubric: the door of this room (specs/judging.md).

One sample, one judge: a call for each dimension, asked once more where the answer cannot be used.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from evaluator.domain import Digest, Language
from evaluator.errors import EvaluatorError, VerdictError
from evaluator.grading import canaries, feedback, offline, scoring
from evaluator.grading.evidence import Checker
from evaluator.grading.judge import MACHINE
from evaluator.grading.prompts import ANSWER_SCHEMA, Prompts
from evaluator.grading.verdict import Parsed, parse
from evaluator.grading.withhold import Withholder
from evaluator.judgement import (
    Answer,
    Call,
    Criterion,
    Dimension,
    Judge,
    JudgeName,
    Level,
    Prompt,
    Rubric,
    Scorecard,
    Verdict,
)

MAX_REMARK = 1500  # characters of the judge's own feedback on one dimension

_ASKED_BY = {  # finding -> reason
    "hidden_text": "hidden_text",
    "bidi_controls": "hidden_text",
    "orders": "orders_seen",
    "hidden_source": "coverage",
}
_LEAST_SHOWN = 0.1  # of the source that the program reaches, by bytes

Draw = Callable[[int], str]  # that many random bytes, in hex digits


@dataclass
class _Sample:
    """What the judge has said so far, and how the calls went."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)  # never stored
    reasons: set[str] = field(default_factory=set)  # for a review
    calls: list[Call] = field(default_factory=list)
    record: list[dict[str, Any]] = field(default_factory=list)


def fingerprint(digest: Digest, rubric: Rubric, *, prompts: Prompts, judge: Judge | None, language: Language) -> str:
    """Return 64 hex digits that are equal where grading again would only ask the same question again."""
    name = _name(judge)
    parts = {
        "aggregation": scoring.AGGREGATION,
        "digest": digest.sha256,
        "privacy": digest.privacy,
        "rubric": rubric.sha256,
        "prompt": prompts.sha256,
        "provider": name.provider,
        "model": name.model,
        "language": language,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def grade(
    digest: Digest,
    rubric: Rubric,
    *,
    judge: Judge | None,
    prompts: Prompts,
    language: Language,
    on_call: Callable[[Call], None],
    checkpoint: Callable[[], None],
    draw: Draw = secrets.token_hex,
) -> Scorecard:
    """Return the scorecard of *digest*; without a *judge* only what code can check is answered.

    *checkpoint* is called before each call of the judge and may raise to stop; *on_call* is told of each call, failed
    ones too. Raises VerdictError where the judge twice gives no usable answer, or can tell nothing about a dimension,
    and what the judge raises.
    """
    sample = _Sample()
    if judge is not None:
        session = _Session(digest, judge=judge, prompts=prompts, language=language, draw=draw, sample=sample)
        for dimension in rubric.dimensions:
            session.examine(dimension, on_call=on_call, checkpoint=checkpoint)
    withholder = Withholder(digest, quotes=sample.quotes)
    verdicts = {c.id: _settled(c, sample, digest=digest, withholder=withholder) for c in rubric.criteria}
    scores = tuple(scoring.score(dimension, verdicts, privacy=digest.privacy) for dimension in rubric.dimensions)
    reasons = sample.reasons | _reasons(rubric, verdicts, digest=digest)
    reasons |= {"near_line"} if scoring.near_line(scores) else set()
    reasons |= {"offline"} if judge is None else set()
    return Scorecard(
        dimensions=scores,
        verdicts=tuple(verdicts[criterion.id] for criterion in rubric.criteria),
        feedback=feedback.compose(
            rubric,
            verdicts,
            language=language,
            remarks=[withholder.clean(remark)[:MAX_REMARK] for remark in sample.remarks],
            offline=judge is None,
        ),
        review_reasons=tuple(sorted(reasons)),
        judge=_name(judge),
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        prompt_sha256=prompts.sha256,
        digest_sha256=digest.sha256,
        calls=tuple(sample.calls),
        record={"aggregation": scoring.AGGREGATION, "litellm": version("litellm"), "calls": sample.record},
    )


def _name(judge: Judge | None) -> JudgeName:
    return MACHINE if judge is None else judge.name


def _settled(criterion: Criterion, sample: _Sample, *, digest: Digest, withholder: Withholder) -> Verdict:
    """Return the verdict as it may be stored; what is left to machines is answered by code, whoever judges."""
    if criterion.evidence == "machine":
        return offline.check(criterion, digest)
    found = sample.verdicts.get(criterion.id)
    if found is None:
        return Verdict(id=criterion.id, level="cannot_tell", claimed="cannot_tell", reason="No LLM looked.")
    return found.model_copy(update={"reason": withholder.clean(found.reason)})


def _reasons(rubric: Rubric, verdicts: Mapping[str, Verdict], *, digest: Digest) -> set[str]:
    """Return why a person should look, as far as the verdicts and the digest tell."""
    reasons = {_ASKED_BY[finding.code] for finding in digest.findings if finding.code in _ASKED_BY}
    if digest.privacy == "full" and digest.coverage < _LEAST_SHOWN:
        reasons.add("coverage")
    for dimension in rubric.dimensions:
        if scoring.thin(dimension, verdicts):
            reasons.add("coverage")
        if scoring.doubtful([verdicts[c.id] for c in dimension.criteria if c.evidence != "machine"]):
            reasons.add("evidence")
    return reasons


class _Session:
    """One digest before one judge: what all calls share is made once, what the judge says goes into *sample*."""

    def __init__(
        self, digest: Digest, *, judge: Judge, prompts: Prompts, language: Language, draw: Draw, sample: _Sample
    ) -> None:
        self._digest = digest
        self._judge = judge
        self._prompts = prompts
        self._draw = draw
        self._sample = sample
        self._system = prompts.system(language)
        self._prefix = prompts.prefix(digest, facts=offline.facts(digest))
        self._checker = Checker(digest)

    def examine(self, dimension: Dimension, *, on_call: Callable[[Call], None], checkpoint: Callable[[], None]) -> None:
        """Ask about the dimension, once more where the answer is unusable. Raises VerdictError after that."""
        asked = tuple(criterion for criterion in dimension.criteria if criterion.evidence != "machine")
        if not asked:
            return
        seed = int(self._draw(4), 16)
        criteria, known = canaries.mix(dimension, self._digest, asked=asked, seed=seed)
        fault: VerdictError | None = None
        for purpose in (dimension.id, f"{dimension.id} again"):
            checkpoint()
            nonce = self._draw(16)
            told = (
                str(fault) if fault else None
            )  # never what was answered: a second answer must be as free as the first
            suffix = self._prompts.suffix(dimension, criteria, nonce=nonce, fault=told)
            prompt = Prompt(system=self._system, prefix=self._prefix, suffix=suffix, answer_schema=ANSWER_SCHEMA)
            note = {"purpose": purpose, "nonce": nonce, "seed": seed}
            try:
                parsed = self._ask(prompt, note=note, ids=[c.id for c in criteria], on_call=on_call)
            except VerdictError as error:
                fault = error
                continue
            self._take(parsed, asked=asked, known=known, note=note)
            return
        raise VerdictError(
            f"The judge twice gave no usable answer about {dimension.id}. {fault} Try again, or choose another model.",
            code=fault.code if fault else VerdictError.code,
        )

    def _ask(
        self, prompt: Prompt, *, note: dict[str, Any], ids: Sequence[str], on_call: Callable[[Call], None]
    ) -> Parsed:
        """Return the parsed answer; whatever comes of it, the call is in the ledger and in the record."""
        answer = Answer(text="")
        outcome = "interrupted"
        started = time.monotonic()
        try:
            answer = self._judge.ask(prompt)
            parsed = parse(answer, nonce=note["nonce"], ids=ids)
            outcome = "ok"
            return parsed
        except EvaluatorError as error:
            outcome = error.code
            raise
        finally:
            call = Call(
                purpose=note["purpose"],
                provider=self._judge.name.provider,
                model_asked=self._judge.name.model,
                model_returned=answer.model,
                input_tokens=answer.input_tokens,
                output_tokens=answer.output_tokens,
                cached_tokens=answer.cached_tokens,
                cost_usd=answer.cost_usd,
                seconds=time.monotonic() - started,
                outcome=outcome,
            )
            note |= {"outcome": outcome, "parameters": dict(answer.parameters)}
            self._sample.calls.append(call)
            self._sample.record.append(note)
            on_call(call)

    def _take(
        self, parsed: Parsed, *, asked: Sequence[Criterion], known: Mapping[str, Level], note: dict[str, Any]
    ) -> None:
        sample = self._sample
        claimed = {item.id: item for item in parsed.criteria}
        for criterion in asked:
            sample.verdicts[criterion.id] = self._checker.settle(criterion, claimed[criterion.id])
        wrong = [id for id, level in known.items() if claimed[id].verdict != level]
        sample.reasons |= {"canary"} if wrong else set()
        sample.reasons |= {"orders_seen"} if parsed.orders_seen else set()
        sample.quotes += parsed.quotes
        sample.remarks.append(parsed.feedback)
        note |= {"canaries": len(known), "canaries_wrong": len(wrong), "orders_seen": len(parsed.orders_seen)}
