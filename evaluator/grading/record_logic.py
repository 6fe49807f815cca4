"""What a grading record says, put together: its rubric without words, and the verdicts over all samples.

A record that contradicts itself is refused: no score may follow from it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from evaluator.errors import BadRecord
from evaluator.grading import promises, scoring
from evaluator.grading.record_forms import (
    CriterionNote,
    Examination,
    PromiseNote,
    Record,
    RubricNote,
    VerdictNote,
)
from evaluator.judgement import (
    Criterion,
    Dimension,
    Evidence,
    Level,
    Levels,
    PromiseKind,
    PromiseLevel,
    PromiseVerdict,
    Verdict,
)

_NEEDS_PROOF = frozenset(("met", "partly", "shown"))
_WORTH: Mapping[PromiseLevel, Fraction] = {"shown": Fraction(1), "partly": Fraction(1, 2), "not_shown": Fraction(0)}
_LIKE: Mapping[Level, PromiseLevel] = {"met": "shown", "partly": "partly", "not_met": "not_shown"}
_OF_MACHINE: frozenset[PromiseKind] = frozenset(("command", "file", "option", "port"))  # that code settles as shown
_CANARIES = 3  # questions with known answers in each call, where the project shows a file to ask about
_NO_WORDS = Levels(met="", partly="", not_met="")


def dimensions(rubric: RubricNote) -> tuple[Dimension, ...]:
    """Return the dimensions of a rubric with all that decides a score, without their words."""
    return tuple(
        Dimension(id=dimension.id, title={}, criteria=tuple(_criterion(c) for c in dimension.criteria))
        for dimension in rubric.dimensions
    )


def counted(record: Record) -> tuple[Examination, ...]:
    """Return what counts towards the score: all that could be used, but not the second judge's."""
    return tuple(e for e in record.examinations if (e.verdicts or e.promises) and e.part != "second_judge")


def notes(record: Record) -> dict[str, list[VerdictNote]]:
    """Return what counts of what was established about each criterion, in the order of the samples."""
    found: dict[str, list[VerdictNote]] = {}
    for noted in (*(note for examination in counted(record) for note in examination.verdicts), *record.machine):
        found.setdefault(noted.id, []).append(noted)
    return found


def verdicts(record: Record) -> dict[str, Verdict]:
    """Return the verdict on each criterion, with its levels in all samples that asked it.

    Raises BadRecord where there is none.
    """
    noted = notes(record)
    return {
        c.id: _verdict(c.id, noted.get(c.id, ()), offline=record.basis.judge.offline)
        for dimension in record.rubric.dimensions
        for c in dimension.criteria
    }


def of_examinations(record: Record, examinations: Sequence[Examination]) -> dict[str, Verdict]:
    """Return what those examinations alone say, beside the machine; what they did not ask is cannot_tell."""
    told = {v.id: v for examination in examinations for v in examination.verdicts} | {v.id: v for v in record.machine}
    return {
        c.id: _noted(told[c.id]) if c.id in told else _untold(c.id)
        for dimension in record.rubric.dimensions
        for c in dimension.criteria
    }


def check(record: Record) -> None:
    """Raise BadRecord where the record contradicts itself."""
    for complaint in _complaints(record):
        raise BadRecord(f"The grading record contradicts itself: {complaint}. Take an unchanged copy.")


def _complaints(record: Record) -> Iterator[str]:
    dimension_ids = [dimension.id for dimension in record.rubric.dimensions]
    if not dimension_ids or not all(dimension.criteria for dimension in record.rubric.dimensions):
        yield "its rubric asks nothing"
    taken = {examination.sample for examination in record.examinations}
    if taken and len(taken) != max(taken):
        yield "a sample is missing"
    criteria = {c.id: c for dimension in record.rubric.dimensions for c in dimension.criteria}
    yield from _twice("dimension", dimension_ids)
    yield from _twice("criterion", [c.id for dimension in record.rubric.dimensions for c in dimension.criteria])
    yield from _twice("promise", [promise.n for promise in record.promises])
    yield from _twice("examination", [(e.sample, e.part, e.dimension) for e in record.examinations if e.verdicts])
    if record.basis.judge.offline and record.examinations:
        yield "somebody was asked, though it is of the judge that asks nobody"
    yield from _machine(record.machine, criteria)
    yield from _promised(record, criteria)
    for examination in record.examinations:
        asked = [d.criteria for d in record.rubric.dimensions if d.id == examination.dimension]
        name = f"sample {examination.sample}, {examination.dimension}"
        for complaint in _examined(examination, record=record, asked=asked[0] if asked else ()):
            yield f"{name}: {complaint}"


def _twice(what: str, ids: Iterable[object]) -> Iterator[str]:
    for id, count in Counter(ids).items():
        if count > 1:
            yield f"{what} {id!s:.60} stands in it twice"


def _machine(notes: Sequence[VerdictNote], criteria: dict[str, CriterionNote]) -> Iterator[str]:
    yield from _twice("machine verdict", [note.id for note in notes])
    for note in notes:
        if note.id not in criteria or criteria[note.id].evidence != "machine":
            yield f"code answered {note.id:.20}, which is no question for code"
    answered = {note.id for note in notes}
    for id, criterion in criteria.items():
        if criterion.evidence == "machine" and id not in answered:
            yield f"the verdict of code on {id} is missing"


def _promised(record: Record, criteria: Mapping[str, CriterionNote]) -> Iterator[str]:
    """Yield where the promises do not follow from what was said about them, or their criterion not from them."""
    said: dict[int, list[PromiseNote]] = {}
    for promise in (promise for examination in counted(record) for promise in examination.promises):
        said.setdefault(promise.n, []).append(promise)
    for promise in record.promises:
        if not _follows(promise, said.get(promise.n, [])):
            yield f"the verdict on promise {promise.n} does not follow from what was said about it"
    kept = [_promise(promise) for promise in record.promises]
    for note in record.machine:
        asked = criteria.get(note.id)
        if asked is None or asked.check != promises.LEDGER:
            continue
        if note.level != promises.verdict(_criterion(asked), kept).level:
            yield f"the verdict on {note.id:.20} does not follow from the promises"


def _follows(promise: PromiseNote, said: Sequence[PromiseNote]) -> bool:
    """Return whether that can have become of a promise: what code has found is asked of nobody."""
    settled = _settled([one.level for one in said])
    if promise.by == "judge":
        return promise.level == settled and promise.evidence in [one.evidence for one in said]
    if promise.by == "nobody":
        return promise.level == "cannot_tell" and not said
    if promise.level == "shown":
        return promise.kind in _OF_MACHINE and not said
    return promise.level == "not_shown" and settled in {None, "cannot_tell"}


def _settled(levels: Sequence[PromiseLevel]) -> PromiseLevel | None:
    """Return the level that stands for those of several samples, or None where nobody said anything."""
    told = [_WORTH[level] for level in levels if level in _WORTH]
    if len(levels) < 2 or not told:
        return levels[0] if levels else None
    return _LIKE[scoring.nearest(sum(told, Fraction(0)) / len(told))]


def _promise(note: PromiseNote) -> PromiseVerdict:
    return PromiseVerdict(n=note.n, kind=note.kind, text="", level=note.level, claimed=note.claimed, by=note.by)


def _examined(examination: Examination, *, record: Record, asked: Sequence[CriterionNote]) -> Iterator[str]:
    if examination.part != "second_judge" and examination.judge != record.basis.judge:
        yield "another judge answered than the one that the record is of"
    criteria = {c.id: c for c in asked if c.evidence != "machine"}
    yield from _twice("verdict", [note.id for note in examination.verdicts])
    for note in examination.verdicts:
        if note.id not in criteria:
            yield f"nobody was to ask {note.id:.20} there"
        elif not _holds(note, criteria[note.id].min_spans):
            yield f"the verdict on {note.id} is not what its claim and its evidence allow"
    wanted = {c.id for c in criteria.values() if examination.part != "without_readme" or c.evidence != "doc"}
    if examination.verdicts and wanted != {note.id for note in examination.verdicts}:
        yield "not every question has its verdict"
    if examination.verdicts and sorted(examination.labels.values()) != sorted(wanted):
        yield "not every question has its label"
    yield from _answered(examination)
    for promise in examination.promises:
        if not _kept(promise):
            yield f"the verdict on promise {promise.n} is not what its claim and its evidence allow"


def _answered(examination: Examination) -> Iterator[str]:
    """Yield what an answer cannot come without, or comes with though there is none."""
    outcomes = [call.outcome for call in examination.calls]
    if not examination.verdicts and not examination.promises:
        if "ok" in outcomes:
            yield "an answer that could be used is missing"
        return
    if examination.missing or outcomes[-1:] != ["ok"] or "ok" in outcomes[:-1]:
        yield "it has an answer, and no call that brought one"
    labels = [*examination.labels, *(canary.label for canary in examination.canaries)]
    if sorted(labels) != sorted(f"Q{number}" for number in range(1, len(labels) + 1)):
        yield "a label is missing or stands there twice"
    if len(examination.canaries) not in {0, _CANARIES}:
        yield "a question with a known answer is missing"


def _holds(note: VerdictNote, spans: int) -> bool:
    """Return whether code could have settled the verdict so: it only ever takes away, and only for want of evidence."""
    if note.level == "not_shown":
        return note.claimed in {"met", "partly"}
    return note.level == note.claimed and (note.level not in _NEEDS_PROOF or _found(note.evidence) >= spans)


def _kept(note: PromiseNote) -> bool:
    if note.level != note.claimed:
        return note.level == "not_shown" and note.claimed in _NEEDS_PROOF
    return note.level not in _NEEDS_PROOF or _found(note.evidence) > 0


def _found(evidence: Iterable[Evidence]) -> int:
    return len({(e.file, e.lines) for e in evidence if e.status != "not_found"})


def found(record: Record) -> Iterator[tuple[str, Evidence]]:
    """Yield each place that the record says was found, with the id of the criterion or the number of the promise."""
    notes = [*record.machine, *(note for e in record.examinations for note in e.verdicts)]
    kept = [*record.promises, *(promise for e in record.examinations for promise in e.promises)]
    named = [(note.id, note.evidence) for note in notes]
    named += [(f"promise {promise.n}", promise.evidence) for promise in kept]
    for name, evidence in named:
        yield from ((name, place) for place in evidence if place.status != "not_found")


def _verdict(id: str, notes: Sequence[VerdictNote], *, offline: bool) -> Verdict:
    if not notes and offline:
        return _untold(id)
    if not notes:
        raise BadRecord(f"The grading record is not whole: no verdict on {id}. Take an unchanged copy.")
    levels = tuple(note.level for note in notes)
    evidence = tuple(e for note in notes for e in note.evidence)
    whole = Verdict(id=id, level=levels[0], claimed=notes[0].claimed, reason="", evidence=evidence, samples=levels)
    mean = scoring.worth(whole)
    if len(levels) == 1 or mean is None:
        return whole
    level = scoring.nearest(mean)
    shown = level != "not_met" or level in levels
    return whole.model_copy(update={"level": level if shown else "not_shown"})


def _noted(note: VerdictNote) -> Verdict:
    return Verdict(id=note.id, level=note.level, claimed=note.claimed, reason="", evidence=note.evidence)


def _untold(id: str) -> Verdict:
    return Verdict(id=id, level="cannot_tell", claimed="cannot_tell", reason="", samples=("cannot_tell",))


def _criterion(note: CriterionNote) -> Criterion:
    return Criterion(
        id=note.id,
        weight=note.weight,
        title={},
        question="",
        levels=_NO_WORDS,
        evidence=note.evidence,
        min_spans=note.min_spans,
        cap_if_not_met=note.cap_if_not_met,
        check=note.check,
    )
