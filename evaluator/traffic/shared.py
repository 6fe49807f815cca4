"""What all workers together ask of the providers, counted in Redis: places, tokens of the last minute, and failures.

Each step is one Lua script by the clock of Redis. A worker that dies gives nothing back: its places fall back when the
longest call would have ended. Where Redis is away, the same rules hold within each process, and the grading goes on.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

from evaluator.errors import SettingsError
from evaluator.traffic import rules as traffic_rules
from evaluator.traffic.local import Local
from evaluator.traffic.rules import FAILURES, FORGOTTEN, LONGEST_ASKED, PAUSE, TURN, Outcome, Rules, Why

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_PATIENCE = 2.0  # seconds for an answer of Redis
_AWAY = 5.0  # seconds after which a Redis that did not answer is asked again
_PREFIX = "modu:traffic:"


def open_traffic(
    url: str, *, concurrency: Mapping[str, int], token_rate: Mapping[str, int], call_seconds: float
) -> "SharedTraffic":
    """Return the traffic that all workers on that Redis share; it connects on first use.

    *concurrency* and *token_rate* are most calls under way and most tokens in a minute by provider, *call_seconds* the
    time that a call may take. Raises SettingsError where *url* is not an address of a Redis.
    """
    try:
        client = Redis.from_url(url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
    except ValueError as error:
        raise SettingsError(f"REDIS_URL is not an address of a Redis: {error}") from error
    longest = call_seconds + 10  # a call may overrun its time by a second, and waits for the budget meanwhile
    return SharedTraffic(
        client, rules=Rules(concurrency=dict(concurrency), token_rate=dict(token_rate), longest=longest)
    )


class SharedTraffic:
    """Lets calls through as the rules allow. It may be shared by threads."""

    def __init__(self, client: Redis, *, rules: Rules) -> None:
        self._client = client
        self._rules = rules
        self._local = Local(rules)
        self._admit = client.register_script((_HERE / "admit.lua").read_text(encoding="utf-8"))
        self._leave = client.register_script((_HERE / "leave.lua").read_text(encoding="utf-8"))
        self._lock = threading.Lock()
        self._owed: dict[str, tuple[str, float]] = {}  # id of a place that is still to be given back -> provider, until
        self._later: threading.Timer | None = None  # that gives them back
        self._closed = False
        self._away_until = 0.0  # by the clock of the process; 0: Redis answers

    def close(self) -> None:
        """Close the connections, and try once more to give back what is owed."""
        with self._lock:
            self._closed = True
            later = self._later
        if later is not None:
            later.cancel()
        self._pay_back()
        self._client.close()

    @contextmanager
    def admit(self, provider: str, *, tokens: int) -> Iterator[None]:
        """Hold one of the provider's places for a call of so many tokens at most; raise JudgeBusy where none is free.

        A call that the provider failed counts against it: after five in a row nobody asks it for 15 seconds, then one
        goes to see. Where it asks for a pause, nobody asks it for so long, at most a minute.
        """
        id = uuid4().hex
        refusal = self._enter(id, provider, tokens=tokens)
        if refusal is not None:
            why, seconds = refusal
            raise traffic_rules.busy(provider, why, seconds=seconds)
        outcome: Outcome = "nothing"
        asked = 0.0
        try:
            yield
            outcome = "answered"
        except BaseException as error:
            outcome, asked = traffic_rules.outcome_of(error), traffic_rules.asked_pause(error)
            raise
        finally:
            self._local.leave(id, provider, outcome, asked=asked)
            self._give_back(id, provider, outcome, asked=asked)

    def _enter(self, id: str, provider: str, *, tokens: int) -> tuple[Why, float] | None:
        keys = [_key(provider, part) for part in ("places", "sent", "health", "total")]
        numbers = (
            _milliseconds(self._rules.longest),
            self._rules.concurrency.get(provider, 0),
            self._rules.token_rate.get(provider, 0),
            tokens,
            FAILURES,
            _milliseconds(PAUSE),
            _milliseconds(LONGEST_ASKED),
        )
        self._pay_back()
        answer = self._ask(self._admit, keys, (id, *numbers))
        if answer is None:
            return self._local.enter(id, provider, tokens=tokens)
        why = bytes(answer[0]).decode()
        if why == "ok":
            self._local.note(id, provider, tokens=tokens)
            return None
        return _WHY[why], max(int(answer[1]) / 1000, TURN)

    def _give_back(self, id: str, provider: str, outcome: Outcome, *, asked: float) -> None:
        keys = [_key(provider, part) for part in ("places", "health")]
        numbers = (FAILURES, *map(_milliseconds, (PAUSE, asked, FORGOTTEN)))
        if self._ask(self._leave, keys, (id, outcome, *numbers)) is None:
            self._owe(id, provider)

    def _owe(self, id: str, provider: str) -> None:
        """Keep in mind that the place is still to be given back, and see to it when Redis may be there again."""
        with self._lock:
            self._owed[id] = (provider, time.monotonic() + self._rules.longest)
            if self._closed or self._later is not None:
                return
            self._later = threading.Timer(_AWAY + TURN, self._come_back)
            self._later.daemon = True
            self._later.start()

    def _come_back(self) -> None:
        with self._lock:
            self._later = None
        self._pay_back()

    def _pay_back(self) -> None:
        """Give back what is owed. How those calls went is not told again: Redis may have noted it, and it is old."""
        with self._lock:
            owed, self._owed = self._owed, {}
        for id, (provider, until) in owed.items():
            if time.monotonic() < until:  # else it has fallen back by itself
                self._give_back(id, provider, "nothing", asked=0.0)

    def _ask(self, script: Any, keys: list[str], values: tuple[str | int, ...]) -> Any:
        """Return what the script answers, or None while Redis is away, which is said once."""
        if time.monotonic() < self._away_until:
            return None
        try:
            answer = script(keys=keys, args=values)
        except (RedisError, OSError):
            self._note_away()
            return None
        self._away_until = 0.0
        return answer

    def _note_away(self) -> None:
        with self._lock:
            first, self._away_until = not self._away_until, time.monotonic() + _AWAY
        if first:
            logger.warning(
                "Redis does not answer: the limits of providers hold within each worker process until it does"
            )


_WHY: Mapping[str, Why] = {"closed": "closed", "full": "full", "spent": "spent"}


def _key(provider: str, part: str) -> str:
    return f"{_PREFIX}{{{provider}}}:{part}"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
