"""Take a request: check it, record it, send the hint. What is refused is recorded too, with its reason."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import PurePath, PurePosixPath
from typing import NamedTuple, NoReturn
from uuid import UUID, uuid4

from pydantic import AwareDatetime

from evaluator.domain import Failure, Options, Source, SourceKind, User, Value
from evaluator.errors import BadKey, IdempotencyConflict, QueueUnavailable, RequestError, RubricNeedsCode
from evaluator.grading import judge
from evaluator.grading.prices import Tariff
from evaluator.grading.rubrics import suits_readme
from evaluator.judgement import Rubric
from evaluator.services import models
from evaluator.sources.parse import parse
from evaluator.store import audit, budgets, hints, requests
from evaluator.store.database import Connection, Database


class Ask(Value):
    """What a person asks for, as it was typed."""

    source: str
    ref: str | None = None
    subdir: str | None = None
    until: AwareDatetime | None = None  # of a git URL: its last commit that is no later
    user: User
    options: Options
    rubric_named: bool = False  # whether the rubric was asked for, not only set for the installation
    budget: Decimal | None = None  # US dollars that the calls may cost; None: no limit
    key: str | None = None  # of this user: with the same one it is the same request, however often it is sent


@dataclass(frozen=True)
class Desk:
    """What it takes to accept a request."""

    database: Database
    send: Callable[[UUID], None]  # the hint that a request is due
    rubric: Callable[[str], Rubric]
    require_key: Callable[[str], None]  # raises NoKey where a model cannot be asked by us, nor by any other worker
    trusted_forges: tuple[str, ...]
    allowed_roots: tuple[str, ...] | None  # None: a local project anywhere
    keep: timedelta  # how long a failed request keeps its source
    tariff: Tariff = field(default_factory=Tariff)
    fallback_models: tuple[str, ...] = ()
    second_model: str | None = None
    has_tape: bool = False  # whether the request comes with a file of its judge's answers


class Receipt(NamedTuple):
    """What became of an ask."""

    id: UUID  # of the request
    known: bool  # it had been made with that key before
    queue_away: bool  # it is kept, and is hinted when Redis is back


def submit(ask: Ask, *, desk: Desk) -> Receipt:
    """Return the receipt of the recorded request. Where Redis is away it is recorded all the same, and waits.

    Raises IdempotencyConflict where something else was asked with that key, and RequestError where it cannot be served;
    then it is recorded as failed with that code, and nothing else is written.
    """
    key = None if ask.key is None else _checked(ask.key)
    try:
        source = _source(ask, desk=desk)
        asked = None if key is None else requests.Key(key, _asked(ask, source))
        if asked is not None and (known := _known(ask.user, asked, desk=desk)) is not None:
            return Receipt(known, known=True, queue_away=False)
        check_judge(ask.options.model, has_budget=ask.budget is not None, desk=desk)
        options = fitting(ask.options, source.kind, rubric_named=ask.rubric_named, desk=desk)
    except IdempotencyConflict:
        raise
    except RequestError as error:
        _refuse(ask, error, desk=desk)
    new = uuid4()
    id = _record(ask, source, options, key=asked, id=new, desk=desk)
    return Receipt(id, known=id != new, queue_away=id == new and not _hint(id, desk=desk))


def _record(ask: Ask, source: Source, options: Options, *, key: requests.Key | None, id: UUID, desk: Desk) -> UUID:
    """Return the id of the recorded request: *id*, or that of one which was made with the key a moment ago."""

    def act(conn: Connection) -> UUID:
        known = None if key is None else _of_key(conn, ask.user, key)
        if known is not None or requests.progress(conn, id) is not None:  # or our own commit was in doubt
            return known or id
        requests.add(
            conn,
            user_id=ask.user.id,
            source=source,
            options=options,
            path_hash=source.path_hash(ask.user.salt),
            budget_id=None if ask.budget is None else budgets.add(conn, most=ask.budget),
            id=id,
            key=key,
        )
        audit.add(conn, "evaluation_requested", user_id=ask.user.id, details={"request_id": str(id)})
        return id

    return desk.database.steady(act)


def _known(user: User, key: requests.Key, *, desk: Desk) -> UUID | None:
    return desk.database.steady(lambda conn: _of_key(conn, user, key))


def _of_key(conn: Connection, user: User, key: requests.Key) -> UUID | None:
    """Return the request that the user made with the key, or None. Raises IdempotencyConflict."""
    found = requests.of_key(conn, user_id=user.id, key=key.text)
    if found is None:
        return None
    id, asked = found
    if asked != key.asked:
        raise IdempotencyConflict(
            f"Something else was asked with the key {key.text!r} before, as request {id}. Take another key for another"
            " project, or other options; for the same request ask exactly the same."
        )
    return id


def _checked(key: str) -> str:
    if not (1 <= len(key) <= _LONGEST_KEY and key.isprintable()):
        raise BadKey(f"An idempotency key has 1 to {_LONGEST_KEY} visible characters, such as a UUID.")
    return key


_LONGEST_KEY = 255  # characters


def _asked(ask: Ask, source: Source) -> str:
    """Return 64 hex digits that stand for what is asked: project, commit, options and money."""
    what = {
        "source": source.canonical if source.kind is SourceKind.GIT else source.location,
        "subdir": source.subdir,
        "ref": source.ref,
        "until": source.until and source.until.astimezone(UTC).isoformat(),
        "options": ask.options.model_dump(mode="json", exclude_none=True),
        "budget": ask.budget and str(ask.budget.normalize()),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _hint(id: UUID, *, desk: Desk) -> bool:
    """Send the hint of a new request, unless enough are under way; return whether Redis is there, as far as we know."""
    try:
        if desk.database.alone(lambda conn: hints.note(conn, id)):
            desk.send(id)
    except QueueUnavailable:
        desk.database.alone(lambda conn: hints.take_back(conn, [id]))
        return False
    return True


def withdraw(id: UUID, *, desk: Desk) -> None:
    """End a request that still waits, because the command which made it has ended and nobody else can serve it."""
    message = "The command that made this request ended before it was graded. Ask again."
    with desk.database.transaction() as conn:
        requests.fail_queued(conn, id, Failure(code="withdrawn", message=message, exit_status=5), keep=desk.keep)


def _source(ask: Ask, *, desk: Desk) -> Source:
    return parse(
        ask.source,
        ref=ask.ref,
        subdir=ask.subdir,
        until=ask.until,
        trusted_forges=desk.trusted_forges,
        allowed_roots=desk.allowed_roots,
    )


def check_judge(model: str, *, has_budget: bool, desk: Desk) -> None:
    """Raise RequestError where the model, or one beside it, cannot be asked; with a budget, its price must be known."""
    models.check(model, fallbacks=desk.fallback_models, second=desk.second_model, on_file=desk.has_tape)
    if not models.is_replayed(model):
        desk.require_key(models.plain(model))
    if (second := models.second_to(model, second=desk.second_model)) is not None:
        desk.require_key(second)
    if has_budget and not models.is_replayed(model):
        for each in models.all_of(model, fallbacks=desk.fallback_models, second=desk.second_model):
            desk.tariff.require(judge.name_of(each))


def fitting(options: Options, kind: SourceKind, *, rubric_named: bool, desk: Desk) -> Options:
    """Return the options with a rubric that can be answered: of a README alone, code is not asked after.

    Raises UnknownRubric or BadRubric, and RubricNeedsCode where the rubric that was asked for needs code.
    """
    rubric = desk.rubric(options.rubric)
    readme_only = kind is SourceKind.README or options.privacy == "readme"
    if not readme_only or suits_readme(rubric):
        return options
    if rubric_named:
        raise RubricNeedsCode(
            f"The rubric {rubric.id!r} asks about code, and only the README is to be judged. Name one that a README can"
            f" answer, such as --rubric {_README_RUBRIC}, or let the code be seen."
        )
    suits = desk.rubric(_README_RUBRIC)
    return options.model_copy(update={"rubric": suits.id})


_README_RUBRIC = "readme"  # in every folder of rubrics that is to judge READMEs alone


def _refuse(ask: Ask, error: RequestError, *, desk: Desk) -> NoReturn:
    """Record the refusal, without the source: it may hold a credential, and there is nothing to try again."""
    message = without_source(str(error), ask.source)
    failure = Failure(code=error.code, message=message, exit_status=error.exit_status)
    with desk.database.transaction() as conn:
        requests.add_refused(
            conn,
            user_id=ask.user.id,
            project_name=_name(ask.source),
            options=ask.options.model_copy(update={"rubric": PurePath(ask.options.rubric).name}),
            failure=failure,
        )
        audit.add(conn, "input_validation_fail", user_id=ask.user.id, details={"code": error.code})
    raise error


def without_source(message: str, *locations: str) -> str:
    """Return the message with every way of writing a source in it replaced, for the database and the logs."""
    for location in sorted(locations, key=len, reverse=True):
        if len(location) > 1:
            message = message.replace(repr(location), "the source").replace(location, "the source")
    return message


def _name(text: str) -> str:
    """Return a name for a source that could not be parsed, or `project` where its end is no plain name."""
    last = PurePosixPath(text.rstrip("/")).name
    return last if re.fullmatch(r"[\w.\- ]{1,100}", last) and last not in {".", ".."} else "project"
