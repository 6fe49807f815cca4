"""Hints through a real Redis: sent once, sent again where Redis has lost them, kept where it is away."""

from datetime import timedelta
from uuid import UUID

import pytest
from redis import Redis

from evaluator import broker
from evaluator.broker import Hints, Sight
from evaluator.domain import User
from evaluator.errors import QueueUnavailable
from evaluator.services.reconciler import reconcile
from evaluator.store import hints
from evaluator.store.database import Database
from tests.support.people import folder_source, queue, row

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture
def redis(redis_url: str) -> Redis:
    return Redis.from_url(redis_url)


@pytest.fixture
def queue_on_redis(redis_url: str) -> Hints:
    return Hints(broker.open_broker(redis_url))


def look(database: Database, queue_on_redis: Hints, *, stirred: bool = True) -> bool:
    return reconcile(database=database, queue=queue_on_redis, threads=4, stirred=stirred)


def length(redis: Redis) -> int:
    return int(redis.llen(f"dramatiq:{broker.QUEUE}"))


def new(database: Database, user: User, name: str = "project") -> UUID:
    return queue(database, user, folder_source(f"/srv/{name}"))


def test_what_was_never_hinted_is_hinted_once(
    database: Database, user: User, redis: Redis, queue_on_redis: Hints
) -> None:
    id = new(database, user)

    looks = [look(database, queue_on_redis) for _ in range(2)]

    assert looks == [True, True]
    assert length(redis) == 1
    assert row(database, id)["enqueued_at"] is not None


def test_all_processes_together_look_only_so_often_unless_something_has_become_due(
    database: Database, user: User, redis: Redis, queue_on_redis: Hints
) -> None:
    first = look(database, queue_on_redis, stirred=False)
    new(database, user)

    second = look(database, queue_on_redis, stirred=False)
    before = length(redis)
    third = look(database, queue_on_redis, stirred=True)

    assert (first, second, third) == (True, False, True)
    assert (before, length(redis)) == (0, 1)


def test_while_another_process_is_at_it_nobody_else_is(
    database: Database, user: User, redis: Redis, queue_on_redis: Hints
) -> None:
    new(database, user)

    with database.transaction() as conn:
        assert hints.lock(conn)
        looked = look(database, queue_on_redis)

    assert not looked
    assert length(redis) == 0


def test_after_redis_was_emptied_everything_open_is_hinted_again(
    database: Database, user: User, redis: Redis, queue_on_redis: Hints
) -> None:
    for name in ("one", "two"):
        new(database, user, name)
    look(database, queue_on_redis)

    redis.flushdb()
    look(database, queue_on_redis)

    assert length(redis) == 2
    look(database, queue_on_redis)
    assert length(redis) == 2


def test_another_redis_is_known_by_its_run(redis: Redis, queue_on_redis: Hints) -> None:
    first = queue_on_redis.look()
    queue_on_redis.mark()
    second = queue_on_redis.look()
    redis.set("modu:run", "that of yesterday")  # what a Redis has that was started anew from its file
    third = queue_on_redis.look()

    assert [first, second, third] == [Sight(True, True), Sight(False, True), Sight(True, True)]


def test_where_redis_is_away_nothing_is_noted_as_sent(database: Database, user: User) -> None:
    id = new(database, user)

    with pytest.raises(QueueUnavailable):
        look(database, Hints(broker.open_broker(AWAY)))

    assert row(database, id)["enqueued_at"] is None


class Failing:
    """A queue that takes so many hints, then breaks."""

    def __init__(self, takes: int) -> None:
        self.sent: list[UUID] = []
        self._takes = takes

    def send(self, request_id: UUID) -> None:
        if len(self.sent) == self._takes:
            raise QueueUnavailable("Redis does not answer.")
        self.sent.append(request_id)

    def look(self, *, every: timedelta | None = None) -> Sight:  # noqa: ARG002 - the protocol's
        return Sight(emptied=False, drained=False)

    def mark(self) -> None:
        """Nothing is emptied."""


def test_what_could_not_be_sent_stays_due(database: Database, user: User, queue_on_redis: Hints, redis: Redis) -> None:
    ids = [new(database, user, str(n)) for n in range(3)]
    failing = Failing(1)

    with pytest.raises(QueueUnavailable):
        reconcile(database=database, queue=failing, threads=4)

    assert failing.sent == ids[:1]
    assert [row(database, id)["enqueued_at"] is None for id in ids] == [False, True, True]
    redis.set("modu:run", str(redis.info("server")["run_id"]))
    look(database, queue_on_redis)
    assert length(redis) == 2
