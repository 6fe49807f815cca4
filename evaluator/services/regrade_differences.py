"""Where a document of `modu show ID --record` says two things: in what was given, in the record, and in the row."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from evaluator.domain import DigestFile
from evaluator.errors import BadRecord
from evaluator.grading import record_logic
from evaluator.grading.record import note_rubric
from evaluator.grading.record_forms import Record
from evaluator.judgement import Rubric
from evaluator.services.regrade_forms import AGAIN, Card, Document, Outline

_PLAIN = re.compile(r"[\w./-]+", re.ASCII)  # a path that a question with a known answer can name
_PROVIDER, _MODEL = 50, 100  # signs that their columns hold

Pair = tuple[str, object, object]


def from_record(document: Document, record: Record) -> Iterator[str]:
    """Yield what was given otherwise than the record says, but for the scores."""
    card = document.scorecard
    yield from _told(_names(card, record), "the record says")
    yield from _verdicts(card, record)
    promises = {p.n: p.model_dump(mode="json") for p in record.promises}
    given = {p.n: p.model_dump(mode="json") for p in card.promises}
    for n in dict.fromkeys((*given, *promises)):
        if given.get(n) != promises.get(n):
            yield f"promise {n} is not given as it stands in the record."
    digest, project = record.digest, document.evaluation.project
    for name, seen, shown in (("commit", project.commit, digest.commit), ("tree", project.tree, digest.tree)):
        if seen != shown:
            yield f"{name}: the evaluation says {_plain(seen)}, the record {_plain(shown)}."
    noted = {c.id: (d.id, c.weight, c.cap_if_not_met) for d in record.rubric.dimensions for c in d.criteria}
    yield from _criteria({c.id: _worth(c) for c in document.criteria}, noted, other="the record says")
    yield from _places(document, record)


def from_rubric(document: Document, record: Record | None, *, rubric: Rubric) -> Iterator[str]:
    """Yield what is otherwise than in the rubric of that identity; *record*: None, where it is too old to say."""
    own = {c.id: (d.id, c.weight, c.cap_if_not_met, dict(c.title)) for d in rubric.dimensions for c in d.criteria}
    given = {c.id: (*_worth(c), c.title) for c in document.criteria}
    yield from _criteria(given, own, other="the rubric of that identity says")
    if record is None:
        return
    noted, there = (
        {c.id: c for d in note.dimensions for c in d.criteria} for note in (note_rubric(rubric), record.rubric)
    )
    for id in dict.fromkeys((*there, *noted)):
        if there.get(id) != noted.get(id):
            yield f"{id} is in the record not what it is in the rubric of that identity."


def from_row(document: Document) -> Iterator[str]:
    """Yield what everybody sees otherwise than it was given, but for the scores."""
    card, seen = document.scorecard, document.evaluation
    pairs: list[Pair] = [
        ("provider", card.judge.provider[:_PROVIDER], seen.judge.provider),
        ("model", card.judge.model[:_MODEL], seen.judge.model),
        ("rubric", card.rubric_id, seen.judge.rubric.id),
        ("version of the rubric", card.rubric_version, seen.judge.rubric.version),
        ("identity of the rubric", card.rubric_sha256, seen.judge.rubric.sha256),
        ("sha256 of the prompts", card.prompt_sha256, seen.judge.prompt_sha256),
        ("reasons for a review", sorted(card.review_reasons), sorted(seen.review_reasons)),
    ]
    yield from _told(pairs, "the evaluation now says")


def _names(card: Card, record: Record) -> list[Pair]:
    judge = record.basis.judge
    return [
        ("judge", f"{card.judge.provider}/{card.judge.model}", f"{judge.provider}/{judge.model}"),
        ("rubric", card.rubric_id, record.rubric.id),
        ("version of the rubric", card.rubric_version, record.rubric.version),
        ("identity of the rubric", card.rubric_sha256, record.rubric.sha256),
        ("sha256 of the prompts", card.prompt_sha256, record.basis.prompt_sha256),
        ("sha256 of the digest", card.digest_sha256, record.digest.sha256),
    ]


def _told(pairs: Sequence[Pair], other: str) -> Iterator[str]:
    for name, given, there in pairs:
        if given != there:
            yield f"{name}: {_plain(given)} was given, {other} {_plain(there)}."


def _verdicts(card: Card, record: Record) -> Iterator[str]:
    """Yield which verdicts were not given as they follow: their level in each sample, their claim, their evidence."""
    noted, together = record_logic.notes(record), record_logic.verdicts(record)
    for given in card.verdicts:
        if given.id not in together:
            continue  # said where the levels are compared
        if given.levels != together[given.id].samples:
            levels, samples = ", ".join(given.levels), ", ".join(together[given.id].samples)
            yield f"{given.id}: {levels} was given for its samples, the record gives {samples}."
        told = [(note.claimed, note.evidence) for note in noted.get(given.id, ())] or [("cannot_tell", ())]
        if (given.claimed, tuple(given.evidence)) not in told:
            yield f"{given.id}: what was claimed and its evidence are in no sample of the record."


def _worth(criterion: Outline) -> tuple[object, ...]:
    return criterion.dimension, criterion.weight, criterion.cap_if_not_met


def _criteria(
    given: Mapping[str, tuple[object, ...]], other_is: Mapping[str, tuple[object, ...]], *, other: str
) -> Iterator[str]:
    """Yield which criteria people are shown otherwise; of each its dimension, its weight, its gate, its title."""
    names = ("dimension", "weight", "gate", "title")
    for id in dict.fromkeys((*given, *other_is)):
        if id not in given or id not in other_is:
            yield f"{id} stands in the outline of the rubric or in what {other.removesuffix(' says')}, not in both."
            continue
        for name, one, there in zip(names, given[id], other_is[id], strict=False):
            if one != there:
                yield f"{id}: its {name} is {_plain(one)} in the outline, {other} {_plain(there)}."


def _places(document: Document, record: Record) -> Iterator[str]:
    """Yield what the record cites and the manifest does not show, and where nobody was tried though it could be."""
    try:
        files = {file.path: file for file in map(DigestFile.model_validate, document.manifest)}
    except ValidationError as error:
        raise BadRecord(f"The manifest of the document is not whole. {AGAIN}") from error
    for name, evidence in record_logic.found(record):
        file = files.get(evidence.file)
        first, last = evidence.lines
        if file is None or not file.lines or not file.lines[0][0] <= first <= last <= file.lines[-1][1]:
            cited = f"lines {first} to {last} of {evidence.file!r:.80}"
            yield f"{name}: {cited} are cited, and the manifest does not show them."
    could_be = any(file.lines and _PLAIN.fullmatch(path) for path, file in files.items())
    for one in record.examinations:
        if could_be and one.verdicts and not one.canaries and one.part != "without_readme":
            yield f"sample {one.sample}, {one.dimension}: the questions with known answers are missing."


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return " / ".join(map(str, value.values()))
    return "none" if value is None else f"{value!s:.200}"
