"""Read the file of a cohort: CSV as spreadsheets and forms export it, or JSON. Bad rows are told apart, not raised."""

import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluator.services import cohort_csv, cohort_json
from evaluator.services.cohort_cells import BadCohortFile, BadRow, Row, plain
from evaluator.services.cohort_encoding import encoding_of

_MOST_BYTES = 64 << 20
_MOST_ROWS = 100_000
_CSV = {".csv", ".tsv"}
_JSON = {".json", ".jsonl", ".ndjson"}


@dataclass(frozen=True)
class Table:
    """What a file says: rows that can be looked into, and those that cannot."""

    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]
    encoding: str  # as Python calls it


def read(path: Path | None, *, columns: Mapping[str, str]) -> Table:
    """Return the rows of the file at *path*; None: of standard input.

    *columns* says under which heading a field stands, where that is not its own name. Raises BadCohortFile for what is
    no list of projects as a whole.
    """
    data = _bytes(path)
    encoding = encoding_of(data)
    try:
        rows, bad = _sorted(_rows(data, encoding, suffix=path.suffix.lower() if path else "", columns=columns))
    except UnicodeError as error:
        raise BadCohortFile(f"The file begins as {encoding}, and is not. Save it as UTF-8.") from error
    if not rows and not bad:
        raise BadCohortFile("The file names no project: there is no row below the headings.")
    return Table(rows=rows, bad=bad, encoding=encoding)


def _bytes(path: Path | None) -> bytes:
    """Return what the file holds. Raises BadCohortFile where there is none, or too much."""
    try:
        if path is None:
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a name that the system cannot have"
        raise BadCohortFile(f"The file {plain(str(path))!r} cannot be read ({reason}). Check the path.") from error
    if len(data) > _MOST_BYTES:
        raise BadCohortFile(
            f"The file has more than {_MOST_BYTES >> 20} MiB. Leave out the columns that are not needed, or split it:"
            " several files may go into one --cohort."
        )
    if data.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        raise BadCohortFile("This is a workbook or an archive, not text. Save the sheet as CSV UTF-8.")
    return data


def _rows(data: bytes, encoding: str, *, suffix: str, columns: Mapping[str, str]) -> Iterator[Row | BadRow]:
    head = data[:1000].decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if suffix in _JSON or (suffix not in _CSV and head.startswith(("[", "{"))):
        return cohort_json.read(data.decode(encoding, _errors(encoding)), columns=columns)
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors=_errors(encoding), newline="")
    return cohort_csv.read(text, columns=columns)


def _errors(encoding: str) -> str:
    """Return what becomes of bytes that are not UTF-8: half characters, by which their row is known as bad."""
    return "surrogateescape" if encoding.startswith("utf-8") else "strict"


def _sorted(read_: Iterator[Row | BadRow]) -> tuple[tuple[Row, ...], tuple[BadRow, ...]]:
    rows: list[Row] = []
    bad: list[BadRow] = []
    for each in read_:
        if isinstance(each, Row):
            rows.append(each)
        else:
            bad.append(each)
        if len(rows) + len(bad) > _MOST_ROWS:
            raise BadCohortFile(f"The file has more than {_MOST_ROWS:,} rows. Split it into several cohorts.")
    return tuple(rows), tuple(bad)
