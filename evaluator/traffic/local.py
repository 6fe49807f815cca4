"""The rules within one process, for as long as Redis is away."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from evaluator.traffic.rules import FAILURES, MINUTE, PAUSE, TURN, Outcome, Rules, Why


@dataclass
class _Provider:
    """What this process knows of one provider."""

    places: set[str] = field(default_factory=set)
    sent: deque[tuple[float, int]] = field(default_factory=deque)  # when, how many tokens
    failures: int = 0  # one after the other
    closed_until: float = 0.0
    asked_until: float = 0.0


class Local:
    """Counts what this process asks of the providers. It may be shared by threads."""

    def __init__(self, rules: Rules, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._providers: dict[str, _Provider] = {}
        self._lock = threading.Lock()

    def enter(self, id: str, provider: str, *, tokens: int) -> tuple[Why, float] | None:
        """Take a place and tokens; else return why not, and the seconds after which to look again."""
        with self._lock:
            known, now = self._of(provider), self._clock()
            refusal = self._refusal(known, provider, tokens=tokens, now=now)
            if refusal is None:
                self._note(known, id, tokens=tokens, now=now)
                if known.failures >= FAILURES:  # one goes to see, the others wait
                    known.closed_until = now + PAUSE
            return refusal

    def note(self, id: str, provider: str, *, tokens: int) -> None:
        """Count a call that Redis has let through."""
        with self._lock:
            self._note(self._of(provider), id, tokens=tokens, now=self._clock())

    def leave(self, id: str, provider: str, outcome: Outcome, *, asked: float) -> None:
        """Give the place back; *asked* are the seconds that the provider wants to be left alone."""
        with self._lock:
            known, now = self._of(provider), self._clock()
            known.places.discard(id)
            if outcome == "answered":
                known.failures, known.closed_until = 0, 0.0
            elif outcome == "failed":
                known.failures += 1
                if known.failures >= FAILURES and known.closed_until <= now:
                    known.closed_until = now + PAUSE
            elif outcome == "limited":
                known.asked_until = max(known.asked_until, now + asked)

    def _of(self, provider: str) -> _Provider:
        return self._providers.setdefault(provider, _Provider())

    def _note(self, known: _Provider, id: str, *, tokens: int, now: float) -> None:
        known.places.add(id)
        known.sent.append((now, tokens))
        while known.sent and known.sent[0][0] <= now - MINUTE:
            known.sent.popleft()

    def _refusal(self, known: _Provider, provider: str, *, tokens: int, now: float) -> tuple[Why, float] | None:
        closed = max(known.closed_until, known.asked_until)
        if closed > now:
            return "closed", closed - now
        most = self._rules.concurrency.get(provider)
        if most is not None and len(known.places) >= most:
            return "full", TURN
        rate = self._rules.token_rate.get(provider)
        if rate is None:
            return None
        recent = [(at, min(sent, rate)) for at, sent in known.sent if at > now - MINUTE]
        free = rate - sum(sent for _, sent in recent)
        if free >= min(tokens, rate):
            return None
        for at, sent in recent:
            free += sent
            if free >= min(tokens, rate):
                return "spent", at + MINUTE - now
        raise AssertionError("when all is a minute old, all is free")
