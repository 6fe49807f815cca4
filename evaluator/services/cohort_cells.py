"""Rows of a cohort's file, the fields that they may have, and what is wrong with a cell."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluator.errors import RequestError

FIELDS = ("source", "ref", "subdir", "user", "team", "name", "key")
MOST_COLUMNS = 1000
LONGEST_CELL = 100_000  # characters, of any column
_LONGEST = {"source": 4096, "ref": 255, "subdir": 1024}  # characters; of every other field 255
_SHOWN = 40  # headings that are listed
_SHOWN_LETTERS = 60  # of a heading


class BadCohortFile(RequestError):
    """The file as a whole is no list of projects; nothing of it was taken."""

    code = "bad_cohort_file"


@dataclass(frozen=True)
class Row:
    """A row that can be looked into."""

    number: int  # counted from 1, without the headings
    line: int | None  # of the file, where it begins, counted from 1; None: rows are not lines there
    cells: Mapping[str, str]  # field -> text, without white space around it; an empty cell is absent


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be graded, and why."""

    number: int
    line: int | None
    reason: str  # a sentence that is safe to print


def row(number: int, line: int | None, cells: Mapping[str, str]) -> Row | BadRow:
    """Return the row of those cells, or what is wrong with it."""
    kept: dict[str, str] = {}
    for field, cell in cells.items():
        text = unicodedata.normalize("NFC", cell.strip())
        if wrong := _wrong(field, text):
            return BadRow(number, line, wrong)
        if text:
            kept[field] = text
    if "source" not in kept:
        return BadRow(number, line, "The source is empty. Give a git URL, a folder or an archive.")
    if "user" in kept and "team" in kept:
        return BadRow(number, line, "It has a user and a team. Leave one of them empty.")
    return Row(number, line, kept)


def wrong_text(text: str) -> str | None:
    """Return what is wrong with a cell of whatever column, or None."""
    if len(text) > LONGEST_CELL:
        return f"A cell has {len(text):,} characters, more than {LONGEST_CELL:,}. Shorten it, or leave its column out."
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        return "It has bytes that are not UTF-8. Save the file as UTF-8."
    if "\0" in text:
        return "It has a NUL byte, so it is no text. Save the file anew as CSV UTF-8."
    return None


def _wrong(field: str, text: str) -> str | None:
    if wrong := wrong_text(text):
        return wrong
    if len(text) > (longest := _LONGEST.get(field, 255)):
        return f"`{field}` has {len(text):,} characters, more than {longest:,}."
    if not text.isprintable() and any(unicodedata.category(sign) in _UNSEEN for sign in text):
        return f"`{field}` has a line break or a character that cannot be seen ({plain(text)[:_SHOWN_LETTERS]!r})."
    return None


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def check_width(columns: int) -> None:
    """Raise BadCohortFile where a table has too many columns."""
    if columns > MOST_COLUMNS:
        raise BadCohortFile(f"The file has {columns:,} columns, more than {MOST_COLUMNS:,}. Leave out some.")


def columns_of(headings: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, int]:
    """Return in which column each field stands; raise BadCohortFile where one was named that is not there, or twice.

    Capitals and white space make no difference. `source` is absent from what is returned where no heading is so named.
    """
    forms = [form(heading) for heading in headings]
    places: dict[str, int] = {}
    for field in FIELDS:
        wanted = form(columns.get(field, field))
        if forms.count(wanted) > 1:
            raise BadCohortFile(f"Two columns are headed {plain(wanted)!r}. Rename one of them in the file.")
        if wanted in forms:
            places[field] = forms.index(wanted)
        elif field in columns:
            raise BadCohortFile(f"No column is headed {plain(columns[field])!r}. {_there(headings, columns[field])}")
    return places


def no_source(headings: Sequence[str], likely: str | None) -> BadCohortFile:
    """Return the error that says how to name the column of the sources; *likely* looks like it."""
    example = plain(likely if likely is not None else "GitHub link")
    return BadCohortFile(
        f'No column is headed "source". Say which one holds the projects\' addresses, such as --column'
        f' source="{example}". {_there(headings)}'
    )


def likeliest(headings: Sequence[str], sample: Sequence[Sequence[str]]) -> str | None:
    """Return the heading of what looks most like addresses of repositories, by its cells, else by its words."""

    def marks(place: int) -> tuple[int, int]:
        cells = [record[place].lower() for record in sample if place < len(record)]
        hits = sum("://" in cell and any(forge in cell for forge in _FORGES) for cell in cells)
        return hits, sum(word in headings[place].lower() for word in _WORDS)

    best = max(range(len(headings)), key=marks, default=None)
    return headings[best] if best is not None and any(marks(best)) else None


_FORGES = ("github.", "gitlab.", "bitbucket.", "codeberg.", ".git")
_WORDS = ("git", "repo", "source", "code", "url", "link", "저장소", "깃허브", "소스", "링크")


def plain(text: str) -> str:
    """Return *text* fit for a terminal, on one line."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text[:4096].split()))


def form(heading: str) -> str:
    """Return what makes two headings the same, whatever their capitals and white space."""
    return " ".join(unicodedata.normalize("NFC", heading.removeprefix("\ufeff")).casefold().split())


def _there(headings: Sequence[str], wanted: str | None = None) -> str:
    """Return which headings are there, the one most like *wanted* first."""
    shown = [plain(each)[:_SHOWN_LETTERS] for each in headings[:_SHOWN] if each.strip()]
    close = wanted and difflib.get_close_matches(plain(wanted)[:_SHOWN_LETTERS], shown, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    more = f" and {len(headings) - _SHOWN:,} more" if len(headings) > _SHOWN else ""
    return f"{meant}The headings are: {', '.join(map(repr, shown))}{more}."
