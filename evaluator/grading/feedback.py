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
from evaluator.grading.promises import LEDGER
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
    parts += _kept(promises, ledger, words) if promises else _no_promises(rubric, words)
    parts.append(_questions(rubric, verdicts, words=words, language=language))
    parts += _changes(rubric, verdicts, words=words, language=language)
    parts += dict.fromkeys(remark.strip() for remark in remarks if remark.strip())
    return _cut("\n\n".join(parts), MAX_CHARACTERS)


def _offline(rubric: Rubric, verdicts: Mapping[str, Verdict], words: Words) -> str:
    told = sum(scoring.worth(verdict) is not None for verdict in verdicts.values())
    return words.offline.format(told=told, all=len(rubric.criteria))


def _no_promises(rubric: Rubric, words: Words) -> list[str]:
    return [words.no_promises] if any(criterion.check == LEDGER for criterion in rubric.criteria) else []


def _kept(promises: Sequence[PromiseVerdict], ledger: Sequence[Promise], words: Words) -> list[str]:
    """Return how many of the promises are there, which they are, and which are not: where each stands in the README."""
    lines = {promise.n: promise.line for promise in ledger}
    shown = [promise for promise in promises if promise.level == "shown"]
    missing = [promise for promise in promises if promise.level == "not_shown"]
    listed = [f"- {_promise(promise, lines.get(promise.n), words)}" for promise in missing[:MAX_MISSING]]
    if len(missing) > MAX_MISSING:
        listed.append(f"- {words.more.format(count=len(missing) - MAX_MISSING)}")
    parts = [_count(promises, words)]
    if shown:
        more = [words.more.format(count=len(shown) - MAX_MISSING)] if len(shown) > MAX_MISSING else []
        parts.append(f"{words.shown} {'; '.join([_short(promise.text) for promise in shown[:MAX_MISSING]] + more)}")
    return ["\n".join([*parts, *([words.missing, *listed] if missing else [])])]


def _count(promises: Sequence[PromiseVerdict], words: Words) -> str:
    """Return in a sentence or two how many of the promises are there, of those that could be told."""
    shown, partly, untold = (sum(p.level == level for p in promises) for level in ("shown", "partly", "cannot_tell"))
    told = len(promises) - untold
    if not told:
        return words.promised_untold.format(all=len(promises))
    if not shown and not partly:
        head = words.promised_lost if len(promises) == 1 else words.promised_none
    elif untold:
        head, untold = words.promised_of, 0  # it says so itself
    else:
        head = words.promised_one if len(promises) == shown == 1 else words.promised
    is_are = "is" if shown == 1 else "are"
    sentences = [head.format(all=len(promises), told=told, shown=shown, is_are=is_are)]
    sentences += [words.in_part.format(count=partly)] if partly else []
    sentences += [words.open.format(count=untold)] if untold else []
    return " ".join(sentences)


def _promise(promise: PromiseVerdict, line: int | None, words: Words) -> str:
    files = list(dict.fromkeys(e.file for e in promise.evidence if e.file != NOWHERE))[:_MAX_PLACES]
    where = words.in_files.format(files=", ".join(files)) if files else ""
    if promise.by == "machine":
        where = words.by_name
    text = _short(promise.text) if line is None else words.promise.format(line=line, text=_short(promise.text))
    return f"{text} ({where})" if where else text


def _short(text: str) -> str:
    return text if len(text) <= _MAX_PROMISE else text[: _MAX_PROMISE - 1].rstrip() + "…"


def _questions(rubric: Rubric, verdicts: Mapping[str, Verdict], *, words: Words, language: Language) -> str:
    """Return by their titles which questions of the rubric were met, in part, not, or could not be told."""
    lines = []
    for heading, levels in (
        (words.met, {"met"}),
        (words.partly, {"partly"}),
        (words.not_met, {"not_met", "not_shown"}),
        (words.untold, {"cannot_tell"}),
    ):
        titles = [c.title[language] for c in rubric.criteria if verdicts[c.id].level in levels]
        lines += [f"{heading} {', '.join(titles)}"] if titles else []
    return "\n".join(lines)


def _changes(rubric: Rubric, verdicts: Mapping[str, Verdict], *, words: Words, language: Language) -> list[str]:
    """Return the list of the changes that would raise the score most, or nothing where none would."""
    full = {c.id for d in rubric.dimensions if scoring.score(d, verdicts).points == d.max for c in d.criteria}
    lines = [
        f"{number}. {_change(c, verdicts[c.id], Fraction(0) if c.id in full else gain, words=words, language=language)}"
        for number, (c, gain) in enumerate(best_changes(rubric, verdicts), 1)
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
    if words.goal is None:
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
