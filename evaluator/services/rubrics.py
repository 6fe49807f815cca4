"""Rubrics for people and programs: which there are, what one says, and whether one is sound. No database, no key."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

from evaluator.errors import BadRubric
from evaluator.grading import resources, rubrics
from evaluator.judgement import Criterion, Dimension, Rubric
from evaluator.settings import Settings

MOST_CRITERIA = 9  # of one dimension; past that a judge skims
_GRAZED = Fraction(1, 4)  # of a criterion's weight: the most that still counts as not met where samples differ


def listed(settings: Settings) -> list[dict[str, Any]]:
    """Return a row for each rubric: those that can be named first, then built-in ones that MODU_RUBRICS_DIR replaces.

    A file that is no sound rubric has `error` in place of what it says. Raises SettingsError where MODU_RUBRICS_DIR is
    no folder.
    """
    own, built_in = settings.rubrics_dir, resources.folder("rubrics")
    rows = [
        _row(name, folder=own or built_in, usable=True, own=own is not None) for name in rubrics.names(_of(settings))
    ]
    if own is not None:
        rows += [_row(name, folder=built_in, usable=False, own=False) for name in rubrics.names(built_in)]
    return rows


def load(name_or_path: str, *, settings: Settings) -> Rubric:
    """Return the rubric of that name or file. Raises UnknownRubric, BadRubric or SettingsError."""
    return rubrics.load(name_or_path, folder=_of(settings))


def by_identity(settings: Settings) -> dict[str, Rubric]:
    """Return the rubrics that are at hand, our own ones too where MODU_RUBRICS_DIR replaces them, by their sha256."""
    found = {}
    for folder in dict.fromkeys((_of(settings), resources.folder("rubrics"))):
        for name in rubrics.names(folder):
            with suppress(BadRubric):
                rubric = rubrics.load(name, folder=folder)
                found[rubric.sha256] = rubric
    return found


def described(rubric: Rubric) -> dict[str, Any]:
    """Return the rubric as JSON holds it, with its identity; lists and keys are in a fixed order."""
    return {**rubric.model_dump(mode="json"), "suits_readme": rubrics.suits_readme(rubric)}


def share(criterion: Criterion, dimension: Dimension) -> Fraction:
    """Return what part of its dimension a criterion is worth, 0 to 1."""
    return Fraction(criterion.weight, sum(one.weight for one in dimension.criteria))


def warnings(rubric: Rubric) -> tuple[str, ...]:
    """Return what is allowed in a rubric but makes a weak one, a sentence each; nothing where nothing is amiss."""
    return tuple(line for dimension in rubric.dimensions for line in _weak(dimension))


def _of(settings: Settings) -> Path:
    return settings.rubrics_dir or resources.folder("rubrics")


def _row(name: str, *, folder: Path, usable: bool, own: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"id": name, "built_in": not own, "usable": usable}
    try:
        rubric = rubrics.load(name, folder=folder)
    except BadRubric as error:
        return {**row, "error": str(error)}
    return {
        **row,
        "version": rubric.version,
        "title": dict(rubric.title),
        "criteria": {dimension.id: len(dimension.criteria) for dimension in rubric.dimensions},
        "pass_line": rubric.pass_line,
        "suits_readme": rubrics.suits_readme(rubric),
        "sha256": rubric.sha256,
    }


def _weak(dimension: Dimension) -> Iterator[str]:
    """Yield what is weak in one dimension."""
    whole = sum(criterion.weight for criterion in dimension.criteria)
    machine = sum(criterion.weight for criterion in dimension.criteria if criterion.evidence == "machine")
    if 2 * machine > whole:
        yield (
            f"{dimension.id}: {machine} of {whole} points of weight are answered by machine checks, which a project can"
            " satisfy without being of use. Give the judged criteria more than half."
        )
    if len(dimension.criteria) > MOST_CRITERIA:
        yield (
            f"{dimension.id}: {len(dimension.criteria)} criteria make a judge skim. Keep the {MOST_CRITERIA} that"
            " matter most."
        )
    for criterion in dimension.criteria:
        if criterion.cap_if_not_met is not None and _idle(criterion, dimension):
            yield (
                f"{criterion.id}: the gate cap_if_not_met = {criterion.cap_if_not_met} can never matter: where the"
                " criterion is not met, no score of the dimension is above it. Lower it or take it out."
            )


def _idle(criterion: Criterion, dimension: Dimension) -> bool:
    """Return whether the cap is never below the best score that a project can have without the criterion."""
    best = dimension.max * (1 - share(criterion, dimension) * (1 - _GRAZED))
    return criterion.cap_if_not_met is not None and criterion.cap_if_not_met >= best
