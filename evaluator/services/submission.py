"""Take a request: check it, record it, send the hint. What is refused is recorded too, with its reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath, PurePosixPath
from typing import NoReturn
from uuid import UUID

from evaluator.domain import Failure, Options, Source, User, Value
from evaluator.errors import QueueUnavailable, RequestError
from evaluator.grading import judge
from evaluator.judgement import Rubric
from evaluator.settings import OFFLINE
from evaluator.sources.parse import parse
from evaluator.store import audit, requests
from evaluator.store.database import Database


class Ask(Value):
    """What a person asks for, as it was typed."""

    source: str
    ref: str | None = None
    subdir: str | None = None
    user: User
    options: Options


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


def submit(ask: Ask, *, desk: Desk) -> UUID:
    """Return the id of the recorded request, after its hint was sent.

    Raises RequestError where it cannot be served, and QueueUnavailable where no hint could be sent; in both cases the
    request is recorded as failed with that code, and nothing else is written.
    """
    try:
        source = _check(ask, desk=desk)
    except RequestError as error:
        _refuse(ask, error, desk=desk)
    with desk.database.transaction() as conn:
        id = requests.add(
            conn,
            user_id=ask.user.id,
            source=source,
            options=ask.options,
            path_hash=source.path_hash(ask.user.salt),
        )
        audit.add(conn, "evaluation_requested", user_id=ask.user.id, details={"request_id": str(id)})
    try:
        desk.send(id)
    except QueueUnavailable as error:
        failure = Failure(code=error.code, message=str(error), exit_status=error.exit_status)
        with desk.database.transaction() as conn:
            requests.fail_queued(conn, id, failure, keep=desk.keep)
        raise
    return id


def _check(ask: Ask, *, desk: Desk) -> Source:
    desk.rubric(ask.options.rubric)
    if ask.options.model != OFFLINE:
        judge.name_of(ask.options.model)
    desk.require_key(ask.options.model)
    return parse(
        ask.source,
        ref=ask.ref,
        subdir=ask.subdir,
        trusted_forges=desk.trusted_forges,
        allowed_roots=desk.allowed_roots,
    )


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
