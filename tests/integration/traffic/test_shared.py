"""Traffic that several workers share over a real Redis."""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from redis import Redis

from evaluator.errors import JudgeBusy, JudgeUnavailable, RateLimited, SettingsError
from evaluator.judgement import Traffic
from evaluator.traffic.rules import FAILURES
from evaluator.traffic.shared import SharedTraffic, open_traffic

NOWHERE = "redis://127.0.0.1:1/0"


def traffic(url: str, *, places: int | None = None, rate: int | None = None, call_seconds: float = 60) -> SharedTraffic:
    return open_traffic(
        url,
        concurrency={"openai": places} if places else {},
        token_rate={"openai": rate} if rate else {},
        call_seconds=call_seconds,
    )


def try_to_enter(traffic: Traffic, *, tokens: int = 1) -> float | None:
    """Return None after a call that was let through, else the seconds after which to look again."""
    try:
        with traffic.admit("openai", tokens=tokens):
            return None
    except JudgeBusy as error:
        return error.retry_after.total_seconds() if error.retry_after else 0.0


def fail(traffic: Traffic, error: Exception) -> None:
    with pytest.raises(type(error)), traffic.admit("openai", tokens=1):
        raise error


@pytest.fixture
def shut(redis_url: str) -> Iterator[list[SharedTraffic]]:
    opened: list[SharedTraffic] = []
    yield opened
    for each in opened:
        each.close()


def test_two_workers_share_the_places_of_a_provider(redis_url: str, shut: list[SharedTraffic]) -> None:
    one, two = shut[:] = [traffic(redis_url, places=2) for _ in range(2)]

    with one.admit("openai", tokens=1), two.admit("openai", tokens=1):
        full = [try_to_enter(one), try_to_enter(two)]
        with two.admit("gemini", tokens=1):
            pass

    assert full == [0.25, 0.25]
    assert [try_to_enter(one), try_to_enter(two)] == [None, None]


def test_many_threads_of_many_workers_never_hold_more_places_than_there_are(
    redis_url: str, shut: list[SharedTraffic]
) -> None:
    workers = shut[:] = [traffic(redis_url, places=5) for _ in range(4)]
    lock = threading.Lock()
    held = most = done = 0

    def call(n: int) -> None:
        nonlocal held, most, done
        while True:
            try:
                with workers[n % 4].admit("openai", tokens=1):
                    with lock:
                        held += 1
                        most = max(most, held)
                    time.sleep(0.005)
                    with lock:
                        held -= 1
                        done += 1
                    return
            except JudgeBusy:
                time.sleep(0.01)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(call, range(120)))

    assert done == 120
    assert 2 <= most <= 5


def test_the_places_of_a_worker_that_died_fall_back(redis_url: str, shut: list[SharedTraffic]) -> None:
    dead, alive = shut[:] = [traffic(redis_url, places=1, call_seconds=-9.7) for _ in range(2)]  # 0.3 s with the margin
    stack = ExitStack()
    stack.enter_context(dead.admit("openai", tokens=1))  # and never left

    at_once = try_to_enter(alive)
    time.sleep(0.4)

    assert at_once == 0.25
    assert try_to_enter(alive) is None
    stack.close()


def test_tokens_of_a_minute_are_counted_over_all_workers(redis_url: str, shut: list[SharedTraffic]) -> None:
    one, two = shut[:] = [traffic(redis_url, rate=1000) for _ in range(2)]

    told = [try_to_enter(one, tokens=600), try_to_enter(two, tokens=400), try_to_enter(one, tokens=1)]

    assert told[:2] == [None, None]
    assert told[2] is not None
    assert 55 < told[2] <= 61


def test_tokens_are_free_again_after_a_minute(redis_url: str, shut: list[SharedTraffic]) -> None:
    (one,) = shut[:] = [traffic(redis_url, rate=1000)]
    assert try_to_enter(one, tokens=5000) is None
    with Redis.from_url(redis_url) as client:
        (member,) = client.zrange("modu:traffic:{openai}:sent", 0, -1)
        client.zincrby("modu:traffic:{openai}:sent", -61_000, member)  # as if it had been a minute ago

    assert try_to_enter(one, tokens=1000) is None
    assert try_to_enter(one, tokens=1) is not None


def test_a_provider_that_fails_for_one_worker_is_left_alone_by_all(redis_url: str, shut: list[SharedTraffic]) -> None:
    one, two = shut[:] = [traffic(redis_url) for _ in range(2)]
    for _ in range(FAILURES - 1):
        fail(one, JudgeUnavailable("503"))
    assert try_to_enter(two) is None  # a success, and the count begins anew

    for _ in range(FAILURES):
        fail(one, JudgeUnavailable("503"))
    closed = try_to_enter(two)

    assert closed is not None
    assert 10 < closed <= 15


def test_after_a_while_one_call_goes_to_see_and_its_success_opens_for_all(
    redis_url: str, shut: list[SharedTraffic]
) -> None:
    one, two = shut[:] = [traffic(redis_url) for _ in range(2)]
    for _ in range(FAILURES):
        fail(one, JudgeUnavailable("503"))
    with Redis.from_url(redis_url) as client:
        client.hset("modu:traffic:{openai}:health", "closed_until", 0)  # as if that time had passed

    with one.admit("openai", tokens=1):
        meanwhile = try_to_enter(two)

    assert meanwhile is not None
    assert [try_to_enter(two), try_to_enter(one)] == [None, None]


def test_a_pause_that_one_worker_is_asked_for_holds_for_all(redis_url: str, shut: list[SharedTraffic]) -> None:
    one, two = shut[:] = [traffic(redis_url) for _ in range(2)]

    fail(one, RateLimited("slow", retry_after=timedelta(seconds=0.6)))
    closed = try_to_enter(two)
    time.sleep(0.7)

    assert closed is not None
    assert 0.25 <= closed <= 0.6
    assert try_to_enter(two) is None


def test_without_redis_the_limits_hold_within_the_process_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture, shut: list[SharedTraffic]
) -> None:
    (alone,) = shut[:] = [traffic(NOWHERE, places=1)]

    with caplog.at_level(logging.WARNING), alone.admit("openai", tokens=1):
        told = [try_to_enter(alone) for _ in range(3)]

    assert told == [0.25, 0.25, 0.25]
    assert try_to_enter(alone) is None
    assert [record.message for record in caplog.records] == [
        "Redis does not answer: the limits of providers hold within each worker process until it does"
    ]


def test_many_threads_that_find_redis_away_say_it_once(
    caplog: pytest.LogCaptureFixture, shut: list[SharedTraffic]
) -> None:
    (alone,) = shut[:] = [traffic(NOWHERE)]

    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda _: try_to_enter(alone), range(64)))

    assert told == [None] * 64
    assert len(caplog.records) == 1


def test_calls_that_redis_let_through_count_when_it_goes_away(
    redis_url: str, shut: list[SharedTraffic], monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = shut[:] = [traffic(redis_url, places=1)]

    with one.admit("openai", tokens=1):
        one._away_until = time.monotonic() + 60  # as after an answer that did not come
        told = try_to_enter(one)

    assert told == 0.25


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="REDIS_URL"):
        traffic("nonsense")


def test_a_clock_that_was_set_back_closes_nobody_for_longer_than_the_rules_do(
    redis_url: str, shut: list[SharedTraffic]
) -> None:
    one, two = shut[:] = [traffic(redis_url, places=1, rate=10, call_seconds=-9.7) for _ in range(2)]
    later = (time.time() + 3600) * 1000  # as a clock that was an hour ahead has written it
    with Redis.from_url(redis_url) as client:
        client.hset("modu:traffic:{openai}:health", mapping={"asked_until": later})
        asked = try_to_enter(one)
        client.hset("modu:traffic:{openai}:health", mapping={"asked_until": 0, "closed_until": later})
        closed = try_to_enter(two)
        kept = float(client.hget("modu:traffic:{openai}:health", "closed_until") or 0)
        client.hset("modu:traffic:{openai}:health", "closed_until", 0)
        client.zadd("modu:traffic:{openai}:places", {"dead": later})
        full = try_to_enter(one)
        time.sleep(0.4)
        client.zadd("modu:traffic:{openai}:sent", {"early:10": later})
        client.set("modu:traffic:{openai}:total", 10)
        spent = try_to_enter(one)

    assert asked is not None
    assert closed is not None
    assert spent is not None
    assert 50 < asked <= 60
    assert 10 < closed <= 15
    assert kept <= (time.time() + 15) * 1000
    assert full == 0.25
    assert 50 < spent <= 61


def test_a_place_that_could_not_be_given_back_is_given_back_with_the_next_call(
    redis_url: str, shut: list[SharedTraffic]
) -> None:
    one, two = shut[:] = [traffic(redis_url, places=1) for _ in range(2)]
    with one.admit("openai", tokens=1):
        one._away_until = time.monotonic() + 60  # as after an answer that did not come
    held = try_to_enter(two)

    one._away_until = 0.0
    with one.admit("gemini", tokens=1):
        pass

    assert held == 0.25
    assert try_to_enter(two) is None


def test_a_place_that_could_not_be_given_back_is_given_back_by_and_by(
    redis_url: str, shut: list[SharedTraffic], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluator.traffic.shared._AWAY", 0.1)
    one, two = shut[:] = [traffic(redis_url, places=1) for _ in range(2)]
    with one.admit("openai", tokens=1):
        one._away_until = time.monotonic() + 0.5
    held = try_to_enter(two)

    until = time.monotonic() + 10
    while try_to_enter(two) is not None and time.monotonic() < until:
        time.sleep(0.1)

    assert held == 0.25
    assert try_to_enter(two) is None


def test_a_worker_that_ends_gives_back_what_it_still_holds(redis_url: str, shut: list[SharedTraffic]) -> None:
    one, two = shut[:] = [traffic(redis_url, places=1) for _ in range(2)]
    with one.admit("openai", tokens=1):
        one._away_until = time.monotonic() + 60
    one._away_until = 0.0

    one.close()

    assert try_to_enter(two) is None
