"""What several commands share and every command may import quickly: options, settings, output for programs."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from evaluator import settings
from evaluator.services.moments import moment

F = TypeVar("F", bound=Callable[..., Any])

_LONGEST_CHAIN = 10  # errors that one came from


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def privacy_option(command: F) -> F:
    """Add `--privacy`."""
    return click.option(
        "--privacy",
        type=click.Choice(["full", "readme"]),
        default="full",
        show_default=True,
        help="What the judge may see: the digest, or only the README and the names of the files. A README is judged by"
        " the rubric `readme`, unless another one is named.",
    )(command)


def user_option(text: str) -> Callable[[F], F]:
    """Add `--user`."""
    return click.option("--user", metavar="NAME", help=text)


def until_option(command: F) -> F:
    """Add `--until`."""
    return click.option(
        "--until",
        metavar="WHEN",
        help="Of a git URL, take the last commit that is not later: 2026-11-30 (its end) or 2026-11-30T18:00, in"
        " MODU_TIMEZONE unless a zone is given.",
    )(command)


def until_of(text: str | None, *, settings: settings.Settings) -> datetime | None:
    """Return the moment that `--until` names, or None where it was left out; raise BadDeadline."""
    return None if text is None else moment(text, zone=settings.zone)


def limit_option(default: int) -> Callable[[F], F]:
    """Add `--limit`."""
    return click.option("--limit", type=click.IntRange(1, 1000), default=default, show_default=True, help="Most rows.")


class _Lines(logging.Formatter):
    """Time, level and sentence for people, then the fields for machines; tracebacks only where an operator looks."""

    _OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in vars(record).items() if name not in self._OWN)
        line = f"{self.formatTime(record)} {record.levelname} {record.getMessage()}{fields}"
        if self._tracebacks and record.exc_info:
            line += f"\n{_where(record.exc_info[1])}"
        return line


def _where(error: BaseException | None) -> str:
    """Return where the error was raised and of what kind it is, and the same of what it came from.

    Never in its words: an error that we did not foresee may quote a project, a prompt or a key.
    """
    told: list[str] = []
    while error is not None and len(told) < _LONGEST_CHAIN:
        frames = "".join(traceback.format_tb(error.__traceback__))
        told.append(f"Traceback (most recent call last):\n{frames}{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhile handling\n".join(told)


def load_settings(ctx: click.Context, *, tracebacks: bool = False, **overrides: object) -> settings.Settings:
    """Return the settings, and set up the log as they say. Raises SettingsError."""
    env_file = ctx.find_root().obj
    loaded = settings.load(os.environ, env_file=Path(env_file) if env_file else None, **overrides)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(tracebacks=tracebacks))
    logging.basicConfig(level=loaded.log_level, handlers=[handler])
    if loaded.log_level != "DEBUG":
        for name in ("dramatiq", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # they repeat what we say, with tracebacks
    return loaded


def print_json(value: object) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
