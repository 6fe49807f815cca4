"""What may be asked of providers, and how a call went: the same for all workers and for one alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field

from evaluator.domain import Value
from evaluator.errors import (
    JudgeBusy,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    LimitReached,
    RateLimited,
    VerdictError,
)

FAILURES = 5  # one after the other: then a provider is left alone
PAUSE = 15.0  # seconds that it is left alone; then one call goes to see
LONGEST_ASKED = 60.0  # seconds at most that a provider's wish to be left alone holds for all workers
FORGOTTEN = 600.0  # seconds after which old failures say nothing
MINUTE = 61.0  # seconds in which a token rate counts: one more, since calls take unequal times to reach the provider
TURN = 0.25  # seconds after which to look for a free place again

Why = Literal["closed", "full", "spent"]
Outcome = Literal["answered", "failed", "limited", "nothing"]


class Rules(Value):
    """How much of the providers all workers together may use."""

    concurrency: Mapping[str, int] = Field(default_factory=dict)  # provider -> most calls under way
    token_rate: Mapping[str, int] = Field(default_factory=dict)  # provider -> most tokens sent in a minute
    longest: float = 3600  # seconds that a call may take; after it the place of a worker that died is free again


def outcome_of(error: BaseException | None) -> Outcome:
    """Return what the end of a call says about its provider; what is no fault or word of it says nothing."""
    if error is None or isinstance(error, JudgeRefused | JudgeRejected | VerdictError):
        return "answered"
    if isinstance(error, RateLimited):
        return "limited" if error.retry_after else "nothing"
    return "failed" if isinstance(error, JudgeUnavailable) else "nothing"


def asked_pause(error: BaseException | None) -> float:
    """Return the seconds that the provider asked to be left alone, as far as that holds for all."""
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return min(asked.total_seconds(), LONGEST_ASKED) if asked else 0.0


def busy(provider: str, why: Why, *, seconds: float) -> JudgeBusy:
    """Return the error that says why a provider is not asked just now, and when to look again."""
    said = {
        "closed": f"{provider} failed or asked for a pause, and is left alone for a moment",
        "full": f"As many calls of {provider} are under way as MODU_CONCURRENCY allows",
        "spent": f"As many tokens went to {provider} in the last minute as MODU_TOKEN_RATE allows",
    }
    kind = JudgeBusy if why == "closed" else LimitReached
    return kind(f"{said[why]}. The request is tried again later.", retry_after=timedelta(seconds=seconds))
