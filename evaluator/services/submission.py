"""Take a request: check it, record it, send the hint. What is refused is recorded too, with its reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import PurePath, PurePosixPath
from typing import NoReturn
from uuid import UUID

from evaluator.domain import Failure, Options, Source, SourceKind, User, Value
from evaluator.errors import QueueUnavailable, RequestError, RubricNeedsCode
from evaluator.grading import judge
from evaluator.grading.prices import Tariff
from evaluator.grading.rubrics import suits_readme
from evaluator.judgement import Rubric
from evaluator.services import models
from evaluator.sources.parse import parse
from evaluator.store import audit, budgets, requests
from evaluator.store.database import Database


class Ask(Value):
    """What a person asks for, as it was typed."""

    source: str
    ref: str | None = None
    subdir: str | None = None
    user: User
    options: Options
    rubric_named: bool = False  # whether the rubric was asked for, not only set for the installation
    budget: Decimal | None = None  # US dollars that the calls may cost; None: no limit


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


def submit(ask: Ask, *, desk: Desk) -> UUID:
    """Return the id of the recorded request, after its hint was sent.

    Raises RequestError where it cannot be served, and QueueUnavailable where no hint could be sent; in both cases the
    request is recorded as failed with that code, and nothing else is written.
    """
    try:
        source = _check(ask, desk=desk)
        options = _fitting(ask, source, desk=desk)
    except RequestError as error:
        _refuse(ask, error, desk=desk)
    with desk.database.transaction() as conn:
        id = requests.add(
            conn,
            user_id=ask.user.id,
            source=source,
            options=options,
            path_hash=source.path_hash(ask.user.salt),
            budget_id=None if ask.budget is None else budgets.add(conn, most=ask.budget),
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


def withdraw(id: UUID, *, desk: Desk) -> None:
    """End a request that still waits, because the command which made it has ended and nobody else can serve it."""
    message = "The command that made this request ended before it was graded. Ask again."
    with desk.database.transaction() as conn:
        requests.fail_queued(conn, id, Failure(code="withdrawn", message=message, exit_status=5), keep=desk.keep)


def _check(ask: Ask, *, desk: Desk) -> Source:
    model = ask.options.model
    models.check(model, fallbacks=desk.fallback_models, second=desk.second_model, on_file=desk.has_tape)
    if not models.is_replayed(model):
        desk.require_key(models.plain(model))
    if (second := models.second_to(model, second=desk.second_model)) is not None:
        desk.require_key(second)
    if ask.budget is not None and not models.is_replayed(model):
        for each in models.all_of(model, fallbacks=desk.fallback_models, second=desk.second_model):
            desk.tariff.require(judge.name_of(each))
    return parse(
        ask.source,
        ref=ask.ref,
        subdir=ask.subdir,
        trusted_forges=desk.trusted_forges,
        allowed_roots=desk.allowed_roots,
    )


def _fitting(ask: Ask, source: Source, *, desk: Desk) -> Options:
    """Return the options with a rubric that can be answered: of a README alone, code is not asked after.

    Raises UnknownRubric or BadRubric, and RubricNeedsCode where the rubric that was asked for needs code.
    """
    rubric = desk.rubric(ask.options.rubric)
    readme_only = source.kind is SourceKind.README or ask.options.privacy == "readme"
    if not readme_only or suits_readme(rubric):
        return ask.options
    if ask.rubric_named:
        raise RubricNeedsCode(
            f"The rubric {rubric.id!r} asks about code, and only the README is to be judged. Name one that a README can"
            f" answer, such as --rubric {_README_RUBRIC}, or let the code be seen."
        )
    suits = desk.rubric(_README_RUBRIC)
    return ask.options.model_copy(update={"rubric": suits.id})


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
