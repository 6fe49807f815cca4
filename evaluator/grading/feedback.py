"""What the author reads: what was promised and shown, what was not, and what would raise the score most.

Code writes the frame; the judge's own words come into it only with the project's code taken out.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from evaluator.domain import Language
from evaluator.grading.scoring import WORTH
from evaluator.judgement import Criterion, Dimension, Rubric, Verdict

MAX_CHARACTERS = 4000  # of the whole feedback
MAX_CHANGES = 3
_MAX_PLACES = 3  # files and lines named for one change
_MAX_CHANGE = 700  # characters of one change up to which it says what is to be met


class _Words(NamedTuple):
    offline: str
    shown: str
    partly: str
    not_shown: str
    untold: str
    changes: str
    none: str
    see: str
    unproven: str
    goal: str | None  # the sentences of a rubric's levels are English


_WORDS: Mapping[Language, _Words] = {
    "en": _Words(
        offline="No LLM looked at this project. Only what code can check was answered ({told} of {all} questions);"
        " the score says nothing about the rest.",
        shown="Promised and shown:",
        partly="Partly shown:",
        not_shown="Promised and not shown:",
        untold="Could not be told:",
        changes="What would raise the score most:",
        none="none",
        see="see {places}",
        unproven="It was claimed, but no cited place shows it.",
        goal="To be met: {met}",
    ),
    "ko": _Words(
        offline="이 프로젝트는 LLM이 읽지 않았습니다. 코드로 확인할 수 있는 질문({all}개 중 {told}개)에만 답했으며,"
        " 점수는 나머지에 대해 아무것도 말해 주지 않습니다.",
        shown="약속했고 확인된 것:",
        partly="일부만 확인된 것:",
        not_shown="약속했지만 확인되지 않은 것:",
        untold="판단할 수 없었던 것:",
        changes="점수를 가장 크게 올릴 수 있는 개선:",
        none="없음",
        see="{places} 참고",
        unproven="주장은 있었지만 인용된 위치에서 확인되지 않았습니다.",
        goal=None,
    ),
}


def compose(
    rubric: Rubric,
    verdicts: Mapping[str, Verdict],
    *,
    language: Language,
    remarks: Iterable[str],
    offline: bool,
) -> str:
    """Return the feedback as plain text with lists, at most 4,000 characters.

    *remarks* are the judge's own words, and the reasons in *verdicts* may be too: both must be free of code already.
    """
    words = _WORDS[language]
    parts = [_offline(rubric, verdicts, words)] if offline else []
    parts += _promises(rubric, verdicts, words=words, language=language)
    parts += _changes(rubric, verdicts, words=words, language=language)
    parts += dict.fromkeys(remark.strip() for remark in remarks if remark.strip())
    return _cut("\n\n".join(parts), MAX_CHARACTERS)


def _offline(rubric: Rubric, verdicts: Mapping[str, Verdict], words: _Words) -> str:
    told = sum(verdict.level in WORTH for verdict in verdicts.values())
    return words.offline.format(told=told, all=len(rubric.criteria))


def _promises(rubric: Rubric, verdicts: Mapping[str, Verdict], *, words: _Words, language: Language) -> list[str]:
    """Return what became of the promises, which the questions of functionality are asked after, and what is untold."""
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
    return ["\n".join(lines)]


def _changes(rubric: Rubric, verdicts: Mapping[str, Verdict], *, words: _Words, language: Language) -> list[str]:
    """Return the list of the changes that would raise the score most, or nothing where none would."""
    lost = [
        (_lost(dimension, criterion, verdicts), criterion)
        for dimension in rubric.dimensions
        for criterion in dimension.criteria
    ]
    worst = sorted((item for item in lost if item[0] > 0), key=lambda item: -item[0])[:MAX_CHANGES]
    if not worst:
        return []
    lines = [
        f"{number}. {_change(criterion, verdicts[criterion.id], words=words, language=language)}"
        for number, (_, criterion) in enumerate(worst, 1)
    ]
    return ["\n".join([words.changes, *lines])]


def _lost(dimension: Dimension, criterion: Criterion, verdicts: Mapping[str, Verdict]) -> Fraction:
    """Return the points that the criterion cost its dimension, gates left out."""
    worth = WORTH.get(verdicts[criterion.id].level)
    if worth is None:
        return Fraction(0)
    told = sum(c.weight for c in dimension.criteria if verdicts[c.id].level in WORTH)
    return dimension.max * criterion.weight * (1 - worth) / told


def _change(criterion: Criterion, verdict: Verdict, *, words: _Words, language: Language) -> str:
    reason = words.unproven if verdict.level == "not_shown" else verdict.reason.strip()
    places = _places(verdict)
    pointer = f" ({words.see.format(places=', '.join(places))})" if places else ""
    change = f"{criterion.title[language]}: {reason}{pointer}"
    if criterion.evidence != "machine" or words.goal is None:
        return change
    goal = words.goal.format(met=criterion.levels.met)
    return f"{change} {goal}" if len(change) + len(goal) < _MAX_CHANGE else change


def _places(verdict: Verdict) -> Sequence[str]:
    found = [
        f"{e.file}:{e.lines[0]}" if e.lines[0] == e.lines[1] else f"{e.file}:{e.lines[0]}-{e.lines[1]}"
        for e in verdict.evidence
        if e.status != "not_found"
    ]
    return list(dict.fromkeys(found))[:_MAX_PLACES]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
