"""JSON: an array of objects, an object with the array under `projects`, or an object on each line."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from evaluator.services import cohort_cells
from evaluator.services.cohort_cells import BadCohortFile, BadRow, Row

_PROJECTS = "projects"
_MOST_SIGNS = 2_000_000  # commas and brackets: more is no list of projects, and would take much memory
_SAMPLE = 20  # rows that show what a field holds
_FORM = 'Give an array of objects such as [{"source": "https://github.com/owner/project"}], or one object on each line.'

_Placed = tuple[int, int | None, object]  # number of the row, line of the file where that is known, what stands there


def read(text: str, *, columns: Mapping[str, str]) -> Iterator[Row | BadRow]:
    """Yield each row, or what is wrong with it. Raises BadCohortFile for what is no list of objects."""
    if sum(map(text.count, "[{,")) > _MOST_SIGNS:
        raise BadCohortFile(
            f"The file has more than {_MOST_SIGNS:,} commas and brackets. Leave out what is not needed."
        )
    found = list(_rows(text.removeprefix("\ufeff")))
    objects = [each for _, _, each in found if isinstance(each, dict)]
    headings = {cohort_cells.form(name): name for each in objects for name in each}
    if not headings:
        raise BadCohortFile(f"The file is no list of projects. {_FORM}")
    cohort_cells.check_width(len(headings))
    names = list(headings.values())
    if "source" not in cohort_cells.columns_of(names, columns):
        cells = [[str(each.get(name, "")) for name in names] for each in islice(objects, _SAMPLE)]
        raise cohort_cells.no_source(names, cohort_cells.likeliest(names, cells))
    wanted = {field: cohort_cells.form(columns.get(field, field)) for field in cohort_cells.FIELDS}
    for number, line, each in found:
        yield _row(number, line, each, wanted=wanted)


def _row(number: int, line: int | None, each: object, *, wanted: Mapping[str, str]) -> Row | BadRow:
    if not isinstance(each, dict):
        return BadRow(number, line, "It is no JSON object in which every name stands once.")
    texts = (value for value in (*each, *each.values()) if isinstance(value, str))
    if wrong := next(filter(None, map(cohort_cells.wrong_text, texts)), None):
        return BadRow(number, line, wrong)
    values: dict[str, Any] = {cohort_cells.form(name): value for name, value in each.items()}
    if len(values) < len(each):
        return BadRow(number, line, "It has one name in two forms, with other capitals. Leave one of them out.")
    cells: dict[str, str] = {}
    for field, name in wanted.items():
        value = values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            return BadRow(number, line, f"`{field}` is no text.")
        cells[field] = value or ""
    return cohort_cells.row(number, line, cells)


def _rows(text: str) -> Iterator[_Placed]:
    """Yield what stands in the place of each row. Raises BadCohortFile."""
    whole = _decoded(text)
    if whole is _BROKEN and "\n" in text and text.lstrip().startswith("{"):
        yield from _by_lines(text)
        return
    if whole is _BROKEN:
        raise BadCohortFile(f"The file is named or begins like JSON, and cannot be read as such. {_FORM}")
    if isinstance(whole, dict):
        whole = whole.get(_PROJECTS, [whole])
    for number, each in enumerate(whole if isinstance(whole, list) else [], start=1):
        yield number, None, each


def _by_lines(text: str) -> Iterator[_Placed]:
    lines = ((line, each) for line, each in enumerate(text.split("\n"), start=1) if each.strip())
    for number, (line, each) in enumerate(lines, start=1):
        yield number, line, _decoded(each)


_BROKEN = object()  # in the place of what is no JSON


def _decoded(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, too deep
        return _BROKEN


def _object(pairs: list[tuple[str, Any]]) -> object:
    """Return the object of those names and values; where a name stands twice nobody knows which is meant."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else _BROKEN
