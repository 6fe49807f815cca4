"""What a worker process needs to grade."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID

from evaluator.domain import Limits
from evaluator.grading.asking import Patience
from evaluator.grading.prices import Tariff
from evaluator.grading.prompts import Prompts
from evaluator.judgement import Judge, Rubric, Traffic
from evaluator.services.hands import Hands
from evaluator.store import installation
from evaluator.store.database import Database


@dataclass(frozen=True)
class Bench:
    """What a worker needs to grade."""

    database: Database
    owner: UUID  # of the claims of this worker process
    rubric: Callable[[str], Rubric]
    judge: Callable[[str], Judge | None]  # by model name; None is the offline judge
    prompts: Prompts
    limits: Limits
    digest_tokens: int  # that a digest may have, as far as the judges' windows allow
    answer_tokens: int  # that an answer of the judge may have
    counts_offline: bool  # whether a pass that no LLM looked at counts as a successful project
    max_tries: int
    lease: timedelta
    keep: timedelta  # how long a failed request keeps its source
    keys_differ: bool = False  # whether another process at these services may have keys that this one lacks
    samples: int = 3  # of a grade, at most
    second_model: str | None = None  # of another family, asked where a grade is unsure
    fallback_models: tuple[str, ...] = ()  # tried in order where the model of the request cannot be reached
    traffic: Traffic | None = None  # what all workers together may ask; None: no limit
    patience: Patience = field(default_factory=Patience)
    tariff: Tariff = field(default_factory=Tariff)
    parameters: str = ""  # what else decides what a judge answers: its server, how long an answer may be
    tape: Path | None = None  # of the answers of taped models (`services/models.py`)
    user_limit: int = 0  # requests of one user that may run at once; 0: no limit
    seats: threading.Semaphore | None = None  # for calls of this process; None: as many as it grades at once
    hands: Hands = field(default_factory=Hands)  # the claims that threads of this process are at
    stopping: threading.Event = field(default_factory=threading.Event)  # nothing more is claimed
    stirred: threading.Event = field(default_factory=threading.Event)  # something may be due that was not before

    @cached_property
    def secret(self) -> str:
        """The secret of the installation, which never changes. Raises DatabaseUnavailable."""
        return self.database.alone(installation.secret)
