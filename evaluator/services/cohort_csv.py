"""CSV with commas, semicolons or tabs; cells in quotes may hold them, and line breaks."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from evaluator.services import cohort_cells
from evaluator.services.cohort_cells import BadCohortFile, BadRow, Row

_SEPARATORS = ",;\t"
_MOST_SEPARATORS = 1_000_000  # on one line: what has more is no table
_MOST_LINES = 2_000_000  # empty ones, and those within cells, included
_SAMPLE = 20  # rows that show what a column holds
_WHOLE = 1 << 30  # characters of a cell that are read, to be refused with the number of its row


def read(text: io.TextIOBase, *, columns: Mapping[str, str]) -> Iterator[Row | BadRow]:
    """Yield each row, or what is wrong with it. Raises BadCohortFile where nothing can be told from there on."""
    csv.field_size_limit(_WHOLE)  # of the process, where nothing else reads CSV
    separator = _separator(text, columns)
    records = _records(text, separator)
    _, _, headings = next(records, (0, 0, []))
    cohort_cells.check_width(len(headings))
    if wrong := next(filter(None, map(cohort_cells.wrong_text, headings)), None):
        raise BadCohortFile(f"The headings cannot be read. {wrong}")
    if not any(sign.isalnum() for heading in headings for sign in heading):
        raise BadCohortFile("The file is empty. Its first line has to name the columns, `source` among them.")
    places = cohort_cells.columns_of(headings, columns)
    if "source" not in places:
        sample = [record for _, _, record in islice(records, _SAMPLE)]
        raise cohort_cells.no_source(headings, cohort_cells.likeliest(headings, sample))
    for number, line, record in records:
        yield _row(number, line, record, width=len(headings), places=places)


def _row(number: int, line: int, record: Sequence[str], *, width: int, places: Mapping[str, int]) -> Row | BadRow:
    if len(record) != width:
        few = "fewer" if len(record) < width else "more"
        return BadRow(number, line, f"It has {len(record):,} cells, {few} than the {width:,} headings.")
    if wrong := next(filter(None, map(cohort_cells.wrong_text, record)), None):
        return BadRow(number, line, wrong)
    return cohort_cells.row(number, line, {field: record[place] for field, place in places.items()})


def _records(text: io.TextIOBase, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield number, first line and cells of each record that is not empty; the headings are number 0.

    Raises BadCohortFile at broken quotes: what comes after them may be cells or rows, and a guess could take the text
    of one project for the row of another.
    """
    reader = csv.reader(_lines(text, separator), delimiter=separator, strict=True)
    number = 0
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise BadCohortFile(_broken(number, line)) from error
        if record is None:
            return
        if any(cell.strip() for cell in record):
            yield number, line, record
            number += 1


def _broken(number: int, line: int) -> str:
    where = f"row {number:,}, which begins on line {line:,}," if number else "the headings"
    return (
        f"The quotes of {where} are broken, so that nothing after it can be told apart. A cell with quotes, separators"
        ' or line breaks stands in quotes, and a quote inside it is written twice (""). Mend it, or export the file'
        " anew."
    )


def _lines(text: io.TextIOBase, separator: str) -> Iterator[str]:
    for number, line in enumerate(text, start=1):
        if number > _MOST_LINES:
            raise BadCohortFile(f"The file has more than {_MOST_LINES:,} lines. Is a quote missing that ends a cell?")
        if len(line) > _MOST_SEPARATORS and line.count(separator) > _MOST_SEPARATORS:
            raise BadCohortFile("A line of the file has more than a million cells. That is no list of projects.")
        yield line


def _separator(text: io.TextIOBase, columns: Mapping[str, str]) -> str:
    """Return what separates the headings: that by which most of the fields are found, else most columns."""
    wanted = {cohort_cells.form(columns.get(field, field)) for field in cohort_cells.FIELDS}

    def fits(separator: str) -> tuple[int, int]:
        text.seek(0)
        _, _, headings = next(_records(text, separator), (0, 0, []))
        there = {cohort_cells.form(heading) for heading in headings[: cohort_cells.MOST_COLUMNS]}
        return len(there & wanted), len(headings)

    best = _SEPARATORS[0]
    found = (0, 0)
    for separator in _SEPARATORS:
        try:
            fit = fits(separator)
        except BadCohortFile:
            continue  # with this one the quotes are not where they may be
        if fit > found:
            best, found = separator, fit
    text.seek(0)
    return best
