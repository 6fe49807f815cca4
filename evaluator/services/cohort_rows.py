"""From the rows of a file to requests of a cohort: whatever could go wrong later is found before anything starts."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evaluator.domain import Options, Source, SourceKind, User
from evaluator.errors import BadUserName, RequestError, RubricNeedsCode, UnusableSource
from evaluator.services import submission
from evaluator.services.cohort_cells import BadRow, Row, plain
from evaluator.services.submission import Desk
from evaluator.sources.parse import parse
from evaluator.store import teams, users
from evaluator.store.cohorts import NewRow
from evaluator.store.database import Connection
from evaluator.store.teams import Known

_OPTIONS = {"--ref": "`ref`", "--subdir": "`subdir`"}  # in the words of a file
_SHOWN = 60  # characters of a cell in a sentence


@dataclass(frozen=True)
class Project:
    """A row whose source can be fetched; for whom it is graded is not known yet."""

    row: Row
    source: Source
    options: Options


def projects(
    rows: Collection[Row], *, options: Options, rubric_named: bool, deadline: datetime | None, desk: Desk
) -> tuple[list[Project], list[BadRow]]:
    """Return the rows with a usable source, and what is wrong with the others."""
    fitted = _Fitted(options, rubric_named=rubric_named, desk=desk)
    good: list[Project] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            source = parse(
                row.cells["source"],
                ref=row.cells.get("ref"),
                subdir=row.cells.get("subdir"),
                until=deadline,
                trusted_forges=desk.trusted_forges,
                allowed_roots=desk.allowed_roots,
            )
            good.append(Project(row, source, fitted.to(source.kind)))
        except (UnusableSource, RubricNeedsCode) as error:
            bad.append(BadRow(row.number, row.line, _in_words_of_a_file(str(error))))
    return good, bad


class _Fitted:
    """The options of a cohort as they fit each kind of source; a rubric is read once."""

    def __init__(self, options: Options, *, rubric_named: bool, desk: Desk) -> None:
        self._options, self._rubric_named, self._desk = options, rubric_named, desk
        self._found: dict[SourceKind, Options] = {}

    def to(self, kind: SourceKind) -> Options:
        """Return the options for that kind. Raises RubricNeedsCode."""
        if kind not in self._found:
            self._found[kind] = submission.fitting(
                self._options, kind, rubric_named=self._rubric_named, desk=self._desk
            )
        return self._found[kind]


def _in_words_of_a_file(message: str) -> str:
    for option, word in _OPTIONS.items():
        message = message.replace(option, word)
    return message


# For whom -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owned:
    """A project and the person or team whose it is."""

    project: Project
    owner: User


def owned(conn: Connection, found: Sequence[Project], *, organizer: User) -> tuple[list[Owned], list[BadRow]]:
    """Return the projects with their owners, and what is wrong with the others; teams that are new are made now."""
    cells = [project.row.cells for project in found]
    wanted_teams = {name for row in cells if (name := _team(row.get("team"))) is not None}
    wanted = wanted_teams | {row["user"] for row in cells if "user" in row}
    known = teams.named(conn, wanted) if wanted else {}
    if missing := wanted_teams - known.keys():
        teams.lock(conn)
        missing -= teams.named(conn, missing).keys()  # made by another process before we held the lock
        teams.add(conn, sorted(missing))
        known = {**known, **teams.named(conn, wanted_teams)}
    good: list[Owned] = []
    bad: list[BadRow] = []
    for project in found:
        row = project.row
        try:
            good.append(Owned(project, _owner(row.cells, known) or organizer))
        except RequestError as error:
            bad.append(BadRow(row.number, row.line, str(error)))
    return good, bad


def _team(name: str | None) -> str | None:
    """Return the name as users are called, or None where nobody may be called so."""
    try:
        return None if name is None else users.checked(name)
    except BadUserName:
        return None


def _owner(cells: Mapping[str, str], known: Mapping[str, Sequence[Known]]) -> User | None:
    """Return whom the row names, or None where it names nobody. Raises RequestError."""
    if "user" in cells:
        return _only(cells["user"], known.get(cells["user"], ())).user
    if "team" not in cells:
        return None
    found = _only(cells["team"], known.get(users.checked(cells["team"]), ()))
    if not found.team:
        raise RequestError(
            f"{_quoted(cells['team'])} is a person, not a team. Put the name under `user`, or rename the team."
        )
    return found.user


def _only(name: str, found: Sequence[Known]) -> Known:
    if not found:
        raise RequestError(f"There is no user {_quoted(name)}. Add one with: modu user add {_quoted(name)}")
    if len(found) > 1:
        raise RequestError(f"{len(found)} users are named {_quoted(name)}. Say which by id; see: modu user list")
    return found[0]


# One row, one request -------------------------------------------------------------------------------------------------


def requests(found: Sequence[Owned]) -> tuple[list[NewRow], list[BadRow]]:
    """Return the requests, each with a key of its own, and the rows whose key another one has already."""
    good: list[NewRow] = []
    bad: list[BadRow] = []
    first: dict[str, int] = {}
    for each in found:
        row = each.project.row
        request = _request(each)
        if (before := first.setdefault(request.key, row.number)) != row.number:
            bad.append(BadRow(row.number, row.line, _twice(row.cells.get("key"), before)))
        else:
            good.append(request)
    return good, bad


def _twice(key: str | None, before: int) -> str:
    if key is not None:
        return f"Row {before:,} has the same key {_quoted(key)}. Keys tell rows apart: give each one of its own."
    return (
        f"It is the same project of the same user as row {before:,}. Leave one of them out, or give them a `key`, a"
        " `user` or a `team` that tells them apart."
    )


def _request(each: Owned) -> NewRow:
    project, owner = each.project, each.owner
    path_hash = project.source.path_hash(owner.salt)
    asked = _asked(project.source, path_hash=path_hash)
    return NewRow(
        number=project.row.number,
        key=project.row.cells.get("key") or f"derived:{asked}",
        user_id=owner.id,
        source=project.source,
        project_name=project.row.cells.get("name") or project.source.name,
        path_hash=path_hash,
        options=project.options,
        asked_sha256=asked,
    )


def _asked(source: Source, *, path_hash: str) -> str:
    """Return 64 hex digits that stand for whose project is graded in what version, the same in every run.

    Two archives, or two READMEs, of one name are two projects; the hash of the path, which holds the user's salt, does
    not tell them apart.
    """
    place = source.location if source.kind in {SourceKind.ARCHIVE, SourceKind.README} else None
    return hashlib.sha256(json.dumps([path_hash, source.ref, place]).encode()).hexdigest()


def _quoted(text: str) -> str:
    return repr(plain(text)[:_SHOWN])
