"""The queue on Redis: its names, and how a hint is sent. It carries ids, never the truth (`specs/queue.md`)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerError
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from evaluator.errors import QueueUnavailable, SettingsError

Broker = RedisBroker  # by this name those speak of it that do not know dramatiq
QUEUE = "evaluations"
ACTOR = "evaluate"
_MARK = "modu:run"  # in Redis: which one our hints are in
_TURN = "modu:turn"  # in Redis: somebody has looked for what is due
_DEAD_AFTER = 15_000  # milliseconds; with dramatiq's own 60 s and rare maintenance, dead workers' hints linger


def open_broker(url: str) -> Broker:
    """Return a broker without dramatiq's own retries and time limits: ours are in PostgreSQL. It connects on first use.

    Raises SettingsError where *url* is not an address of a Redis.
    """
    try:
        client = Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
    except ValueError as error:
        raise SettingsError(f"REDIS_URL is not an address of a Redis: {error}") from error
    broker = RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq does not type it
        client=client,
        middleware=[],
        heartbeat_timeout=_DEAD_AFTER,
        maintenance_chance=1_000_000,
        dead_message_ttl=60_000,
    )
    broker.declare_queue(QUEUE)
    return broker


def enqueue(broker: Broker, request_id: UUID) -> None:
    """Send the hint that a request is due. Raises QueueUnavailable."""
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=QUEUE, actor_name=ACTOR, args=(str(request_id),), kwargs={}, options={}
    )
    with _translated():
        broker.enqueue(message)


class Sight(NamedTuple):
    """What is to be seen of the hints in Redis."""

    emptied: bool  # all that was sent before is lost, or may be
    drained: bool  # none is left that no worker has taken


class Hints:
    """Redis, as who sends hints sees it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def send(self, request_id: UUID) -> None:
        """Send the hint that a request is due. Raises QueueUnavailable."""
        enqueue(self._broker, request_id)

    def look(self, *, every: timedelta | None = None) -> Sight | None:
        """Return what is to be seen, or None where some process has looked within *every*. Raises QueueUnavailable."""
        with _translated(), self._broker.client.pipeline(transaction=False) as pipe:
            if every is not None:
                pipe.set(_TURN, 1, nx=True, px=every)
            pipe.get(_MARK)
            pipe.info("server")
            pipe.llen(f"{self._broker.namespace}:{QUEUE}")
            *turn, mark, server, waiting = pipe.execute()
        if turn and not turn[0]:
            return None
        return Sight(emptied=mark != _run(server), drained=waiting == 0)

    def mark(self) -> None:
        """Mark this Redis, so that it is known when it is another one, or was emptied. Raises QueueUnavailable."""
        with _translated():
            self._broker.client.set(_MARK, _run(self._broker.client.info("server")))


def _run(server: Mapping[str, object]) -> bytes:
    """Return what Redis says it is: another one after every start."""
    return str(server["run_id"]).encode()


def ping(broker: Broker) -> str:
    """Return the version of the Redis that answers. Raises QueueUnavailable."""
    with _translated():
        return str(broker.client.info("server")["redis_version"])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except AuthenticationError as error:
        raise QueueUnavailable("Redis refused the user or password of REDIS_URL: mend REDIS_URL.") from error
    except (RedisError, BrokerError, OSError) as error:
        raise QueueUnavailable(
            "Redis does not answer at the address in REDIS_URL: start it, or mend REDIS_URL, and ask again."
        ) from error
