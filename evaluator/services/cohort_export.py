"""The results of a cohort for other programs: CSV, JSON, and lines for a gradebook. A few rows are held at a time.

docs/reference/cohort-export.md says what each column means; they are only ever added to, at the end.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

from evaluator.judgement import PASS_LINE
from evaluator.services import cohort_results as results
from evaluator.services import cohorts, reports
from evaluator.services.cohort_cut import exact_total
from evaluator.services.likeness import Likeness
from evaluator.store import cohort_results as stored
from evaluator.store.cohort_results import ResultRow
from evaluator.store.cohorts import Cohort
from evaluator.store.database import Connection, Database

Format = Literal["csv", "json", "gradebook"]
Cell = str | int | None

COLUMNS = (
    *("row", "key", "project", "user", "team", "source", "state", "functionality", "practicality", "total", "passed"),
    *(
        "pass_line",
        "own_pass",
        "exact_functionality",
        "exact_practicality",
        "exact_total",
        "review_reasons",
        "likeness",
    ),
    *("judge", "rubric", "commit", "tree", "evaluated_at", "error", "error_message", "evaluation_id", "feedback"),
)
_STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Email address")
_FORMULA = tuple(
    "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
)  # how a cell begins that a table reckons; the last are full-width
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,190}")
_DERIVED = "derived:"  # how a key begins that nobody gave
_NAMED = 5  # people who are named


@dataclass(frozen=True)
class Written:
    """What was written, and what somebody should know about it."""

    rows: int
    without_grade: int = 0  # rows of the cohort that a gradebook cannot take
    several: tuple[str, ...] = ()  # some of those who stand in a gradebook more than once


def write(name: str, file: TextIO, *, format: Format, database: Database) -> Written:
    """Write the results of a cohort, in the order of its file, and return what was written. Raises UnknownCohort."""
    with database.transaction() as conn:
        cohort = cohorts.found(conn, name)
        if format == "csv":
            return _write_csv(conn, cohort, file)
        return _write_json(conn, cohort, file) if format == "json" else _write_gradebook(conn, cohort, file)


def harmless(cell: Cell) -> Cell:
    """Return a cell that no program of tables takes for a formula and no terminal for an order."""
    if not isinstance(cell, str):
        return cell
    text = _UNSEEN.sub("", cell.replace("\r\n", "\n").replace("\r", "\n"))
    return f"'{text}" if cell.startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _write_csv(conn: Connection, cohort: Cohort, file: TextIO) -> Written:
    found = results.likenesses(conn, cohort, list(stored.rows(conn, cohort.id)))
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for row in stored.rows(conn, cohort.id, whole=True):
        cells = _cells(row, found.by_row.get(row.number))
        writer.writerow([harmless(cells[column]) for column in COLUMNS])
        count += 1
    return Written(count)


def _write_json(conn: Connection, cohort: Cohort, file: TextIO) -> Written:
    count = 0
    for row in stored.documents(conn, cohort.id):
        document = reports.document(row, row["usage"])
        file.write(",\n" if count else "[\n")
        text = json.dumps({"row": row["row_number"], "key": row["row_key"], **document}, ensure_ascii=False)
        file.write(_UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text))
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return Written(count)


def _write_gradebook(conn: Connection, cohort: Cohort, file: TextIO) -> Written:
    """Write the graded rows: a gradebook may take a line without a grade for the wish to delete one."""
    writer = csv.writer(file)
    writer.writerow([*_STUDENT, harmless(cohort.name), "Feedback"])
    people: Counter[str] = Counter()
    count = without = 0
    for row in stored.rows(conn, cohort.id, whole=True):
        if row.total is None:
            without += 1
            continue
        writer.writerow([harmless(cell) for cell in (*_student(row), row.total, row.feedback)])
        people[row.person or str(row.user_id)] += 1
        count += 1
    several = [person for person, times in people.items() if times > 1]
    return Written(count, without, tuple(several[:_NAMED]))


def _student(row: ResultRow) -> Iterator[Cell]:
    """Yield who a line of a gradebook is about, as far as we know."""
    name, id = row.person or "", "" if row.key.startswith(_DERIVED) else row.key
    yield name
    yield from (id, id, name, "")
    yield next((text for text in (id, name) if _MAIL.fullmatch(text)), "")


def _cells(row: ResultRow, like: Likeness | None) -> Mapping[str, Cell]:
    exact = {each["id"]: each["exact"] for each in row.dimensions or ()}
    total = exact_total(row)
    line = PASS_LINE if row.pass_line is None else row.pass_line
    return {
        "row": row.number,
        "key": row.key,
        "project": row.project,
        "user": None if row.is_team else row.person,
        "team": row.person if row.is_team else None,
        "source": row.source,
        "state": row.state,
        "functionality": row.functionality,
        "practicality": row.practicality,
        "total": row.total,
        "passed": _truth(row.passed),
        "pass_line": line,
        "own_pass": _truth(None if row.total is None else row.total >= line),
        "exact_functionality": exact.get("functionality") if total is not None else None,
        "exact_practicality": exact.get("practicality") if total is not None else None,
        "exact_total": None if total is None else str(total),
        "review_reasons": " ".join(results.reasons(row)),
        "likeness": None if like is None else like.words,
        "judge": row.provider and f"{row.provider}/{row.model}",
        "rubric": row.rubric_id and f"{row.rubric_id} {row.rubric_version}",
        "commit": row.commit,
        "tree": row.tree,
        "evaluated_at": None if row.evaluated_at is None else row.evaluated_at.isoformat(),
        "error": row.error_code,
        "error_message": row.error_message,
        "evaluation_id": None if row.evaluation_id is None else str(row.evaluation_id),
        "feedback": row.feedback,
    }


def _truth(holds: bool | None) -> str | None:
    return None if holds is None else str(holds).lower()
