"""What is configured, reachable and missing, and how to mend it."""

import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from evaluator.domain import Value
from evaluator.errors import EvaluatorError, SettingsError, UnknownPrice
from evaluator.grading import judge
from evaluator.grading.prices import Tariff
from evaluator.judgement import JudgeName
from evaluator.services import models
from evaluator.settings import OFFLINE, PROVIDERS, Settings
from evaluator.sources import access
from evaluator.store import migrate
from evaluator.store.database import Database

_OWN = "MODU_MODEL"  # the setting of the judge whose verdicts count
_CONNECT = 3  # seconds to reach the server of the model
_OLDEST_GIT = (2, 36)  # fetches with a filter and with `safe.bareRepository`


class Health(Value):
    """One finding of the doctor."""

    name: str
    status: Literal["ok", "note", "missing"]
    text: str
    mend: str | None = None


def tools() -> tuple[Health, ...]:
    """Return the findings about what must be installed."""
    return (Health(name="Python", status="ok", text=platform.python_version()), _git())


def judging(settings: Settings) -> tuple[Health, ...]:
    """Return the findings about who will judge; nothing is asked of the provider, a call would cost money."""
    model = settings.judge_model
    if model == OFFLINE:
        keys = ", ".join(key for key, _ in PROVIDERS.values())
        mend = f"Set MODU_MODEL and the key of its provider, or only a key: {keys}."
        return (Health(name="Judge", status="note", text="offline: no LLM looks, machine checks only", mend=mend),)
    others = [("Fallback", "MODU_FALLBACK_MODELS", each) for each in settings.fallback_models]
    if settings.second_model is not None:
        others.append(("Second", "MODU_SECOND_MODEL", settings.second_model))
    found = [_judge(model, name="Judge", setting=_OWN, settings=settings)]
    found += [_judge(each, name=name, setting=setting, settings=settings) for name, setting, each in others]
    if not any(finding.status == "missing" for finding in found):
        found += _kin_and_prices(settings)
    return tuple(found)


def _judge(model: str, *, name: str, setting: str, settings: Settings) -> Health:
    try:
        if setting == _OWN:
            models.check(model, fallbacks=(), second=None)
        else:
            models.check_help(model, setting=setting)
        asked = judge.name_of(model)
        server = judge.server_of(asked, api_base=settings.api_base, main=settings.judge_model)
    except EvaluatorError as error:
        return Health(name=name, status="missing", text=str(error), mend=f"Mend {setting}.")
    key = PROVIDERS[asked.provider][0] if asked.provider in PROVIDERS else None
    if server is not None:  # one's own, which may want no key
        return _server_of_the_model(model, server, name=name)
    if key is not None and key not in settings.provider_keys:
        return Health(name=name, status="missing", text=f"{model}, but {key} is not set", mend=f"Set {key}.")
    return Health(name=name, status="ok", text=f"{model}; whether it answers was not asked")


def _kin_and_prices(settings: Settings) -> Iterator[Health]:
    """Yield whether the second judge is one, and whether it is known what each model costs."""
    model, fallbacks, second = settings.judge_model, settings.fallback_models, settings.second_model
    try:
        models.check(model, fallbacks=fallbacks, second=second)
    except EvaluatorError as error:
        yield Health(name="Second", status="missing", text=str(error), mend="Mend MODU_SECOND_MODEL.")
    tariff = Tariff(own=settings.prices, answer_tokens=settings.answer_tokens)
    names = [judge.name_of(model) for model in models.all_of(model, fallbacks=fallbacks, second=second)]
    unknown = [f"{name.provider}/{name.model}" for name in names if not _is_priced(name, tariff=tariff)]
    if not unknown:
        yield Health(name="Prices", status="ok", text="known")
        return
    text = f"not known of {', '.join(unknown)}: costs are shown as unknown, and a budget is refused"
    mend = f"Set MODU_PRICES={unknown[0]}=in/out in US dollars per million tokens."
    yield Health(name="Prices", status="note", text=text, mend=mend)


def _is_priced(name: JudgeName, *, tariff: Tariff) -> bool:
    try:
        tariff.require(name)
    except UnknownPrice:
        return False
    return True


def _server_of_the_model(model: str, api_base: str, *, name: str) -> Health:
    parts = urlsplit(api_base)
    text = f"{model} at {api_base}"
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=_CONNECT).close()
    except (OSError, ValueError) as error:
        reason = f"{text} does not answer ({getattr(error, 'strerror', None) or error})"
        return Health(name=name, status="missing", text=reason, mend="Start it, or mend MODU_API_BASE.")
    return Health(name=name, status="ok", text=text)


def files(settings: Settings) -> tuple[Health, ...]:
    """Return the findings about the certificates and the folder of mirrors, as far as they are set."""
    found = []
    if settings.forge_ca is not None:
        found.append(attempt("Certificates", partial(_certificates, settings.forge_ca)))
    if settings.mirrors_dir is not None:
        found.append(attempt("Mirrors", partial(_mirrors, settings.mirrors_dir)))
    return tuple(found)


def _certificates(path: Path) -> str:
    access.certificates(path)
    return f"of your own forges, in {path}"


def _mirrors(folder: Path) -> str:
    """Return where mirrors are kept; raise SettingsError where they cannot be."""
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise SettingsError(
            f"MODU_MIRRORS_DIR: {str(folder)!r} is no folder that can be written to. Name one that the account of the"
            " worker owns, or take the setting out."
        )
    return f"kept in {folder}"


def database(connected: Database) -> tuple[Health, ...]:
    """Return the findings about PostgreSQL."""
    try:
        with connected.transaction() as conn:
            version = conn.info.server_version // 10_000
        pending = migrate.pending(connected)
    except EvaluatorError as error:
        return (Health(name="PostgreSQL", status="missing", text=str(error)),)
    found = Health(name="Database", status="ok", text="up to date")
    if pending:
        found = Health(
            name="Database", status="missing", text=f"{len(pending)} migrations pending", mend="Run: modu db migrate"
        )
    return (Health(name="PostgreSQL", status="ok", text=f"version {version}"), found)


def attempt(name: str, act: Callable[[], str]) -> Health:
    """Return what *act* says, or how it failed."""
    try:
        return Health(name=name, status="ok", text=act())
    except EvaluatorError as error:
        return Health(name=name, status="missing", text=str(error))


def _git() -> Health:
    mend = "Install git 2.36 or later."
    path = shutil.which("git")
    if path is None:
        return Health(name="git", status="missing", text="not found", mend=mend)
    words = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.split()
    version = words[2] if len(words) > 2 else "unknown"
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST_GIT:
        return Health(name="git", status="missing", text=version, mend=mend)
    return Health(name="git", status="ok", text=version)
