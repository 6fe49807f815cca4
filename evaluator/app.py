"""Open what one process needs: services, database, broker, prompts, rubrics, judges."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from uuid import UUID

from evaluator import broker
from evaluator.broker import Hints
from evaluator.domain import Limits
from evaluator.embedded import pair
from evaluator.errors import SettingsError
from evaluator.grading import judge as judges
from evaluator.grading import resources, rubrics
from evaluator.grading.asking import Patience
from evaluator.grading.prices import Tariff
from evaluator.grading.prompts import Prompts
from evaluator.judgement import Judge, Rubric, Traffic
from evaluator.settings import OFFLINE, Settings
from evaluator.store import migrate
from evaluator.store.database import Database
from evaluator.traffic.shared import SharedTraffic, open_traffic


@dataclass(frozen=True)
class App:
    """The parts of one process, opened on first use."""

    settings: Settings
    database: Database
    broker: broker.Broker
    traffic: Traffic  # what all workers together may ask of the providers
    tape: Path | None = None  # of answers that are recorded or replayed
    _judges: dict[str, Judge] = field(default_factory=dict)

    @cached_property
    def prompts(self) -> Prompts:
        """The prompt templates."""
        return Prompts.load(self.settings.prompts_dir or resources.folder("prompts"))

    @property
    def limits(self) -> Limits:
        """How much of a project is taken."""
        return self.settings.limits

    @property
    def allowed_roots(self) -> tuple[str, ...] | None:
        """Where local projects may lie: anywhere in embedded use, else only under what the settings allow."""
        return None if self.settings.embedded and not self.settings.allowed_roots else self.settings.allowed_roots

    def send(self, request_id: UUID) -> None:
        """Send the hint that a request is due. Raises QueueUnavailable."""
        broker.enqueue(self.broker, request_id)

    @property
    def hints(self) -> Hints:
        """Redis, as the reconciler sees it."""
        return Hints(self.broker)

    def rubric(self, name: str) -> Rubric:
        """Return the rubric of that name or file. Raises UnknownRubric or BadRubric."""
        return rubrics.load(name, folder=self.settings.rubrics_dir or resources.folder("rubrics"))

    def prepare(self) -> None:
        """Find out before a request is recorded whether it could be graded here at all.

        Raises SettingsError where the prompts are not whole.
        """
        _ = self.prompts

    @property
    def tariff(self) -> Tariff:
        """What models cost here."""
        return Tariff(own=self.settings.prices, answer_tokens=self.settings.answer_tokens)

    @property
    def patience(self) -> Patience:
        """How long a worker puts up with a provider that fails."""
        return Patience(attempts=self.settings.call_attempts, longest_wait=self.settings.retry_wait)

    def require_key(self, model: str) -> None:
        """Raise NoKey where the model cannot be asked from here; with services of one's own, workers have the keys."""
        if self.settings.embedded and model != OFFLINE:
            judges.require_key(judges.name_of(model), keys=self.settings.provider_keys, api_base=self.server(model))

    def server(self, model: str) -> str | None:
        """Return the address at which that model is asked; None: at its provider's own. Raises BadModelName."""
        return judges.server_of(judges.name_of(model), api_base=self.settings.api_base, main=self.settings.judge_model)

    def judge(self, model: str) -> Judge | None:
        """Return the judge of that litellm model name; None is the offline judge. Raises UnknownModel."""
        if model == OFFLINE:
            return None
        if model not in self._judges:
            self._judges[model] = judges.open_judge(
                model,
                api_base=self.server(model),
                keys=self.settings.provider_keys,
                timeout=self.settings.judge_timeout,
                answer_tokens=self.settings.answer_tokens,
            )
        return self._judges[model]


@contextmanager
def opened(settings: Settings, *, tape: Path | None = None) -> Iterator[App]:
    """Yield the parts of this process over a database that is ready; embedded services are migrated where need be.

    *tape* is the file of answers that are recorded or replayed.
    Raises EmbeddedUnavailable, DatabaseUnavailable, or SettingsError where a database of one's own is not migrated.
    """
    with opened_as_it_is(settings) as app:
        if settings.embedded:
            migrate.migrate(app.database)
        elif pending := migrate.pending(app.database):
            raise SettingsError(
                f"The database is not prepared ({len(pending)} migrations are pending). Run: modu db migrate"
            )
        yield replace(app, tape=tape)


@contextmanager
def opened_as_it_is(settings: Settings) -> Iterator[App]:
    """Yield the parts of this process, whatever the state of the database: for what prepares and examines it."""
    with (
        _services(settings) as (database_url, redis_url),
        Database.open(database_url) as database,
        contextlib.closing(broker.open_broker(redis_url)) as queue,
        contextlib.closing(_traffic(settings, redis_url)) as traffic,
    ):
        yield App(settings=settings, database=database, broker=queue, traffic=traffic)


def _traffic(settings: Settings, redis_url: str) -> SharedTraffic:
    return open_traffic(
        redis_url,
        concurrency=settings.concurrency,
        token_rate=settings.token_rate,
        call_seconds=settings.judge_timeout,
    )


@contextmanager
def _services(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.database_url is not None and settings.redis_url is not None:
        yield settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
        return
    with pair.running(settings.home) as addresses:
        yield addresses.database_url, addresses.redis_url
