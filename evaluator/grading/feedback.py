"""What the author reads: what was promised and is there, what is not, and what would raise the score most.

Code writes the frame; the judge's own words come into it only with the project's code taken out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from evaluator.domain import Language
from evaluator.grading import scoring
from evaluator.grading.evidence import NOWHERE
from evaluator.grading.feedback_words import WORDS, Words
from evaluator.judgement import Criterion, Dimension, Evidence, Promise, PromiseVerdict, Rubric, Verdict

MAX_CHARACTERS = 4000  # of the whole feedback
MAX_CHANGES = 3
MAX_MISSING = 8  # promises that are named one by one
_MAX_PLACES = 3  # files and lines named for one change
_MAX_CHANGE = 700  # characters of one change up to which it says what is to be met
_MAX_PROMISE = 80  # characters of a promise's words
_LACKING = frozenset(("partly", "not_met", "not_shown"))
_SENTENCE = re.compile(r"[.!?…。][)\"'”’]?(?=\s)|\n")


def compose(
    rubric: Rubric,
    verdicts: Mapping[str, Verdict],
    *,
    promises: Sequence[PromiseVerdict] = (),
    ledger: Sequence[Promise] = (),
    language: Language,
    remarks: Iterable[str],
    offline: bool,
) -> str:
    """Return the feedback as plain text with lists, at most 4,000 characters.

    The *ledger* tells in which line of the README each of the *promises* stands. *remarks* are the judge's own words,
    and the reasons in *verdicts* may be too: both must be free of code already.
    """
    words = WORDS[language]
    parts = [_offline(rubric, verdicts, words)] if offline else []
    parts += [_kept(promises, ledger, words)] if promises else []
    parts.append(_questions(rubric, verdicts, words=words, language=language))
    parts += _changes(rubric, verdicts, words=words, language=language)
    parts += dict.fromkeys(remark.strip() for remark in remarks if remark.strip())
    return _cut("\n\n".join(parts), MAX_CHARACTERS)


def _offline(rubric: Rubric, verdicts: Mapping[str, Verdict], words: Words) -> str:
    told = sum(scoring.worth(verdict) is not None for verdict in verdicts.values())
    return words.offline.format(told=told, all=len(rubric.criteria))


def _kept(promises: Sequence[PromiseVerdict], ledger: Sequence[Promise], words: Words) -> str:
    """Return how many of the promises are there, and which are not: where they stand, where they were looked for."""
    shown, partly, untold = (sum(p.level == level for p in promises) for level in ("shown", "partly", "cannot_tell"))
    missing = [promise for promise in promises if promise.level == "not_shown"]
    if len(promises) == len(missing):
        head = words.promised_lost if len(promises) == 1 else words.promised_none
    else:
        head = words.promised_one if len(promises) == shown == 1 else words.promised
    sentences = [head.format(all=len(promises), shown=shown, is_are="is" if shown == 1 else "are")]
    sentences += [words.in_part.format(count=partly)] if partly else []
    sentences += [words.open.format(count=untold)] if untold else []
    lines = {promise.n: promise.line for promise in ledger}
    listed = [f"- {_promise(promise, lines.get(promise.n), words)}" for promise in missing[:MAX_MISSING]]
    if len(missing) > MAX_MISSING:
        listed.append(f"- {words.more.format(count=len(missing) - MAX_MISSING)}")
    return "\n".join([" ".join(sentences), *([words.missing, *listed] if missing else [])])


def _promise(promise: PromiseVerdict, line: int | None, words: Words) -> str:
    files = list(dict.fromkeys(e.file for e in promise.evidence if e.file != NOWHERE))[:_MAX_PLACES]
    if files:
        where = words.in_files.format(files=", ".join(files))
    else:
        where = words.by_name if promise.by == "machine" else words.everywhere
    text = promise.text if len(promise.text) <= _MAX_PROMISE else promise.text[: _MAX_PROMISE - 1].rstrip() + "…"
    if line is None:
        return f"{text} ({where})"
    return words.promise.format(line=line, text=text, where=where)


def _questions(rubric: Rubric, verdicts: Mapping[str, Verdict], *, words: Words, language: Language) -> str:
    """Return what became of the questions of functionality, which ask after the promises, and what is untold."""
    promised = [c for d in rubric.dimensions if d.id == "functionality" for c in d.criteria]

    def named(levels: set[str], criteria: Sequence[Criterion] = promised) -> str:
        titles = [c.title[language] for c in criteria if verdicts[c.id].level in levels]
        return ", ".join(titles) or words.none

    lines = [f"{words.shown} {named({'met'})}", f"{words.not_shown} {named({'not_met', 'not_shown'})}"]
    for heading, titles in (
        (words.partly, named({"partly"})),
        (words.untold, named({"cannot_tell"}, rubric.criteria)),
    ):
        if titles != words.none:
            lines.append(f"{heading} {titles}")
    return "\n".join(lines)


def _changes(rubric: Rubric, verdicts: Mapping[str, Verdict], *, words: Words, language: Language) -> list[str]:
    """Return the list of the changes that would raise the score most, or nothing where none would."""
    lines = [
        f"{number}. {_change(criterion, verdicts[criterion.id], gain, words=words, language=language)}"
        for number, (criterion, gain) in enumerate(best_changes(rubric, verdicts), 1)
    ]
    return ["\n".join([words.changes, *lines])] if lines else []


def best_changes(rubric: Rubric, verdicts: Mapping[str, Verdict]) -> list[tuple[Criterion, Fraction]]:
    """Return the criteria that would raise the score most if met, one after the other, with the points of each.

    Gates are considered: what a gate takes away counts for the criterion that lifts it, and nothing else helps a
    dimension beneath its gate. The points of each come on top of those before it; they are 0 where only several gates
    together hold a dimension down.
    """
    now = dict(verdicts)
    chosen: list[tuple[Criterion, Fraction]] = []
    for _ in range(MAX_CHANGES):
        open_ones = [
            (_gain(dimension, criterion, now), criterion)
            for dimension in rubric.dimensions
            for criterion in dimension.criteria
            if now[criterion.id].level in _LACKING
        ]
        if not open_ones:
            break
        (gain, _, _), criterion = max(open_ones, key=lambda item: item[0])
        chosen.append((criterion, gain))
        now[criterion.id] = _met(now[criterion.id])
    return chosen


def _gain(
    dimension: Dimension, criterion: Criterion, verdicts: Mapping[str, Verdict]
) -> tuple[Fraction, int, Fraction]:
    """Return the points that meeting the criterion adds; then, to tell equals apart, how low its gate, its loss."""
    better = {**verdicts, criterion.id: _met(verdicts[criterion.id])}
    gain = scoring.score(dimension, better).exact - scoring.score(dimension, verdicts).exact
    earned = scoring.worth(verdicts[criterion.id]) or Fraction(0)
    gate = criterion.cap_if_not_met if scoring.nearest(earned) == "not_met" else None
    return gain, 0 if gate is None else dimension.max + 1 - gate, criterion.weight * (1 - earned)


def _met(verdict: Verdict) -> Verdict:
    return verdict.model_copy(update={"level": "met", "samples": ()})


def _change(criterion: Criterion, verdict: Verdict, gain: Fraction, *, words: Words, language: Language) -> str:
    reason = words.unproven if verdict.level == "not_shown" else verdict.reason.strip()
    places = _places(verdict.evidence)
    pointer = f" ({words.see.format(places=', '.join(places))})" if places else ""
    tenths = scoring.half_up(gain * 10)
    points = f" ({words.gain.format(points=f'{tenths // 10}.{tenths % 10}')})" if tenths else ""
    change = f"{criterion.title[language]}{points}: {reason}{pointer}"
    if criterion.evidence != "machine" or words.goal is None:
        return change
    goal = words.goal.format(met=criterion.levels.met)
    return f"{change} {goal}" if len(change) + len(goal) < _MAX_CHANGE else change


def _places(evidence: Sequence[Evidence]) -> Sequence[str]:
    found = [
        f"{e.file}:{e.lines[0]}" if e.lines[0] == e.lines[1] else f"{e.file}:{e.lines[0]}-{e.lines[1]}"
        for e in evidence
        if e.status != "not_found"
    ]
    return list(dict.fromkeys(found))[:_MAX_PLACES]


def _cut(text: str, most: int) -> str:
    """Return the text up to the end of its last sentence that fits; mid-sentence only where that leaves too little."""
    if len(text) <= most:
        return text
    ends = [end.end() for end in _SENTENCE.finditer(text[: most + 1])]
    if ends and ends[-1] > most // 2:
        return text[: ends[-1]].rstrip()
    return text[: most - 1].rstrip() + "…"
