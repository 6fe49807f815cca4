"""What every command that submits needs: the desk that accepts, amounts of money, and a worker of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import click

import worker
from evaluator.app import App
from evaluator.services.submission import Desk

_MOST_DOLLARS = 100_000


class Dollars(click.ParamType[Decimal]):
    """An amount of US dollars, not less than nothing."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the amount, to the ledger's exactness."""
        if isinstance(value, Decimal):
            return value
        try:
            amount = Decimal(value.removeprefix("$"))
        except InvalidOperation:
            amount = Decimal(-1)
        if not (amount.is_finite() and 0 <= amount <= _MOST_DOLLARS):
            self.fail(f"{value!r} is no amount of US dollars from 0 to {_MOST_DOLLARS:,}, such as 0.50.", param, ctx)
        return round(amount, 8)


def absolute(rubric: str) -> str:
    """Return the name of a rubric, or the absolute path of a rubric file: the worker has another current folder."""
    return os.path.abspath(rubric) if os.sep in rubric or rubric.endswith(".toml") else rubric


def desk_of(app: App) -> Desk:
    """Return what it takes to accept a request with the parts of this process."""
    return Desk(
        database=app.database,
        send=app.send,
        rubric=app.rubric,
        require_key=app.require_key,
        trusted_forges=app.settings.trusted_forges,
        allowed_roots=app.allowed_roots,
        keep=timedelta(days=app.settings.failed_source_days),
        tariff=app.tariff,
        fallback_models=app.settings.fallback_models,
        second_model=app.settings.second_model,
        has_tape=app.tape is not None,
    )


@contextmanager
def working(app: App) -> Iterator[None]:
    """Grade in this process where the services are embedded: there is no other worker to rely on."""
    settings = app.settings
    drain = timedelta(seconds=settings.fetch_timeout + 4 * settings.judge_timeout)
    with worker.running(app, threads=settings.worker_threads, drain=drain) if settings.embedded else nullcontext():
        yield
