"""One view of a project before one judge for one sample.

A call for each dimension; where its answer cannot be used, one more that names the fault.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from evaluator.errors import EvaluatorError, LimitReached, VerdictError
from evaluator.grading import canaries, heard
from evaluator.grading.asking import Wires, ask
from evaluator.grading.heard import Heard
from evaluator.grading.prompts import ANSWER_SCHEMA, Question
from evaluator.grading.record import note, note_promise
from evaluator.grading.record_forms import CallNote, CanaryNote, Examination, Part
from evaluator.grading.replay import recorded_name
from evaluator.grading.verdict import Parsed, parse
from evaluator.grading.view import View
from evaluator.judgement import Answer, Call, Dimension, Judge, Memory, Promise, Prompt

MAX_REMARK = 1500  # characters of the judge's own feedback on one dimension
_BYTES = 3  # of a token, of rules, criteria and facts: there it has rather four


class Examined(NamedTuple):
    """What came of one dimension: without *heard* there is no answer to use, and *fault* says why."""

    examination: Examination
    heard: Heard | None
    fault: EvaluatorError | None = None


class _Inquiry(NamedTuple):
    """What is asked in one call, and under which key."""

    dimension: Dimension
    questions: tuple[Question, ...]
    claims: tuple[Promise, ...]
    key: str


@dataclass(frozen=True)
class Session:
    """One view before one judge."""

    view: View
    judge: Judge
    wires: Wires
    sample: int  # counted from 1; of the second judge: the sample that it is asked after
    part: Part = "sample"
    bears: tuple[type[EvaluatorError], ...] = (VerdictError,)  # what leaves an examination without an answer

    def examine(self, dimension: Dimension) -> Examined | None:
        """Return what the judge says about the dimension, or None where there is nothing to ask.

        What was heard before is not asked again. Raises what asking raises, unless the session bears it.
        """
        asked, claims = self.view.asked(dimension), self.view.claims(dimension)
        if not asked and not claims:
            return None
        place = f"{self.view.matter.seed}:{dimension.id}:{self._name}"
        questions = canaries.mix(asked, self.view.digest, seed=place)
        inquiry = _Inquiry(dimension, questions, claims, self._key(dimension))
        memory = self._memory
        known = heard.recall(memory, inquiry.key, criteria=[c.id for c in asked], claims=[p.n for p in claims])
        if known:
            return Examined(self._examination(inquiry, known.calls, known, recalled=True), known)
        calls: list[CallNote] = []
        try:
            found = self._hear(inquiry, calls)
        except LimitReached:  # ours, and soon over
            raise
        except self.bears as error:
            examination = self._examination(inquiry, calls).model_copy(update={"missing": error.code})
            return Examined(examination, None, error)
        heard.keep(memory, inquiry.key, found)
        return Examined(self._examination(inquiry, calls, found), found)

    @property
    def _memory(self) -> Memory | None:
        """The memory, unless answers come from a file: nobody vouches for those, and they cost nothing."""
        return self.wires.memory if recorded_name(self.judge) == self.judge.name else None

    @property
    def _name(self) -> str:
        return "second judge" if self.part == "second_judge" else str(self.sample)

    def _key(self, dimension: Dimension) -> str:
        matter = self.view.matter
        return heard.key(
            matter.digest,
            matter.rubric,
            prompts=matter.prompts,
            judge=recorded_name(self.judge),
            language=matter.language,
            seed=matter.seed,
            dimension=dimension.id,
            sample=self._name,
        )

    def _hear(self, inquiry: _Inquiry, calls: list[CallNote]) -> Heard:
        """Return what the judge says, and note each call. Raises VerdictError where it twice says nothing of use."""
        called, fault = f"{inquiry.dimension.id} {self._name}", ""
        for purpose in (called, f"{called} again"):
            nonce = secrets.token_hex(16)
            prompt = self._prompt(inquiry, purpose, nonce=nonce, fault=fault)
            wires = _noting(self.wires, calls, nonce)
            read = partial(_read, inquiry=inquiry, nonce=nonce)
            try:
                parsed = ask(self.judge, prompt, purpose=purpose, wires=wires, read=read)
            except VerdictError as error:
                last, fault = error, str(error)  # never what was answered: a second answer is as free as the first
                continue
            return self._settled(parsed, inquiry, calls)
        raise VerdictError(
            f"The judge twice gave no usable answer about {inquiry.dimension.id}. {last} Try again, or choose another"
            " model.",
            code=last.code,
        )

    def _prompt(self, inquiry: _Inquiry, purpose: str, *, nonce: str, fault: str) -> Prompt:
        matter = self.view.matter
        system, prefix = matter.prompts.system(matter.language), self.view.prefix
        suffix = matter.prompts.suffix(
            inquiry.dimension, inquiry.questions, nonce=nonce, claims=inquiry.claims, fault=fault or None
        )
        around = _size(system) + _size(prefix) - _size(self.view.digest.text) + _size(suffix)
        return Prompt(
            system=system,
            prefix=prefix,
            suffix=suffix,
            answer_schema=ANSWER_SCHEMA,
            nonce=nonce,
            key=heard.hexdigest(key=inquiry.key, fault=fault) if fault else inquiry.key,
            tokens=matter.digest.tokens + around // _BYTES + 1,
            purpose=purpose,
        )

    def _settled(self, parsed: Parsed, inquiry: _Inquiry, calls: Sequence[CallNote]) -> Heard:
        """Return what holds of an answer, without the code that it quotes."""
        claimed = {item.id: item for item in parsed.criteria}
        told = {item.n: item for item in parsed.claims}
        withholder = self.view.matter.withholder.quoting(parsed.quotes)
        settled = [
            self.view.checker.settle(q.criterion, claimed[q.label]) for q in inquiry.questions if q.known is None
        ]
        return Heard(
            verdicts=tuple(v.model_copy(update={"reason": withholder.clean(v.reason)}) for v in settled),
            promises=tuple(self.view.checker.settle_promise(promise, told[promise.n]) for promise in inquiry.claims),
            remark=withholder.clean(parsed.feedback)[:MAX_REMARK],
            labels={q.label: q.criterion.id for q in inquiry.questions if q.known is None},
            canaries=tuple(
                CanaryNote(label=q.label, expected=q.known, told=claimed[q.label].verdict)
                for q in inquiry.questions
                if q.known is not None
            ),
            orders_seen=len(parsed.orders_seen),
            calls=tuple(calls),
        )

    def _examination(
        self,
        inquiry: _Inquiry,
        calls: Sequence[CallNote],
        found: Heard | None = None,
        *,
        recalled: bool = False,
    ) -> Examination:
        bare = Examination(
            sample=self.sample,
            part=self.part,
            dimension=inquiry.dimension.id,
            judge=self.judge.name,
            key=inquiry.key,
            recalled=recalled,
            calls=tuple(calls),
        )
        if found is None:
            return bare
        return bare.model_copy(
            update={
                "labels": found.labels,
                "canaries": found.canaries,
                "orders_seen": found.orders_seen,
                "verdicts": tuple(note(verdict) for verdict in found.verdicts),
                "promises": tuple(note_promise(promise) for promise in found.promises),
            }
        )


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _read(answer: Answer, *, inquiry: _Inquiry, nonce: str) -> Parsed:
    labels = [question.label for question in inquiry.questions]
    return parse(answer, nonce=nonce, ids=labels, claims=[promise.n for promise in inquiry.claims])


def _noting(wires: Wires, calls: list[CallNote], nonce: str) -> Wires:
    """Return the wires with each call noted for the record, before it is told."""

    def on_call(call: Call) -> None:
        calls.append(
            CallNote(
                purpose=call.purpose,
                nonce=nonce,
                outcome=call.outcome,
                model=call.model_returned,
                parameters=call.parameters,
            )
        )
        wires.on_call(call)

    return replace(wires, on_call=on_call)
