"""What is hinted, in which order, and how much of it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Claim, User
from evaluator.store import hints, requests, workers
from evaluator.store.database import Database
from tests.support.people import add_cohort, add_user, folder_source, queue, queue_in, row

LEASE = timedelta(seconds=30)
NOW = timedelta(0)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def user(database: Database) -> User:
    return add_user(database)


def due(
    database: Database,
    *,
    threads: int = 4,
    patience: timedelta = LEASE,
    drained: bool = False,
    user_limit: int = 0,
) -> list[UUID]:
    with database.transaction() as conn:
        assert hints.lock(conn)
        hints.wake(conn)
        return list(hints.due(conn, threads=threads, patience=patience, drained=drained, user_limit=user_limit))


def must_claim(database: Database, id: UUID, *, lease: timedelta = LEASE) -> Claim:
    with database.transaction() as conn:
        claimed = requests.claim(conn, id, owner=uuid4(), lease=lease)
    assert claimed is not None
    return claimed


def single(database: Database, user: User, name: str = "single") -> UUID:
    return queue(database, user, folder_source(f"/srv/{name}"))


def test_each_request_gets_one_hint(database: Database, user: User) -> None:
    ids = [single(database, user, str(n)) for n in range(3)]

    assert due(database) == ids
    assert due(database) == []


def test_no_more_hints_are_out_than_living_workers_soon_have_a_use_for(database: Database, user: User) -> None:
    ids = [single(database, user, str(n)) for n in range(20)]

    first = due(database, threads=2)
    with database.transaction() as conn:
        workers.seen(conn, uuid4(), threads=3)
    second = due(database, threads=2)
    must_claim(database, ids[0])
    third = due(database, threads=2)

    assert (first, second, third) == (ids[:8], ids[8:12], ids[12:13])


def test_a_worker_that_has_not_been_seen_for_long_counts_no_more_and_is_forgotten(database: Database) -> None:
    owner = uuid4()
    with database.transaction() as conn:
        workers.seen(conn, owner, threads=50)
        conn.execute("UPDATE evaluator.workers SET seen_at = now() - interval '1 hour'")
    user = add_user(database)
    ids = [single(database, user, str(n)) for n in range(6)]

    assert due(database, threads=1) == ids[:4]
    with database.transaction() as conn:
        assert workers.forget(conn, silent=LEASE) == 1


def test_a_single_submission_goes_before_a_cohort(database: Database, user: User) -> None:
    cohort = add_cohort(database, "big")
    rows = [queue_in(database, user, cohort, n) for n in range(6)]
    late = single(database, user)

    assert due(database, threads=1) == [late, *rows[:3]]


def test_cohorts_take_turns_by_what_each_has_under_way(database: Database, user: User) -> None:
    first, second = add_cohort(database, "first"), add_cohort(database, "second")
    a = [queue_in(database, user, first, n) for n in range(9)]
    taken = due(database, threads=1)  # before the other one is there
    b = [queue_in(database, user, second, n) for n in range(9)]

    after = due(database, threads=2)

    assert taken == a[:4]
    assert after == b[:4]
    assert due(database, threads=3) == [a[4], b[4], a[5], b[5]]


def test_within_a_cohort_the_order_is_that_of_its_file(database: Database, user: User) -> None:
    cohort = add_cohort(database, "c")
    ids = {n: queue_in(database, user, cohort, n) for n in (3, 1, 2)}
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET created_at = now()")

    assert due(database) == [ids[1], ids[2], ids[3]]


def test_a_cohort_at_its_limit_is_not_hinted(database: Database, user: User) -> None:
    narrow, wide = add_cohort(database, "narrow", concurrency=2), add_cohort(database, "wide")
    a = [queue_in(database, user, narrow, n) for n in range(4)]
    b = [queue_in(database, user, wide, n) for n in range(4)]

    assert due(database) == [a[0], b[0], a[1], b[1], b[2], b[3]]
    finished = must_claim(database, a[0])
    assert due(database) == []
    with database.transaction() as conn:
        requests.finish(conn, finished, evaluation_id=uuid4())
    assert due(database) == [a[2]]


def test_a_user_at_the_limit_keeps_nobody_waiting(database: Database, user: User) -> None:
    lee = add_user(database, "lee")
    mine = [single(database, user, f"kim{n}") for n in range(20)]
    theirs = [single(database, lee, f"lee{n}") for n in range(3)]

    first = due(database, threads=1, user_limit=2)
    second = due(database, threads=1, user_limit=2)

    assert first == mine[:2]
    assert second == theirs[:2]
    assert due(database, user_limit=2) == []
    with database.transaction() as conn:
        hints.take_back(conn, [mine[0]])
    assert due(database, user_limit=2) == [mine[0]]


def test_a_dead_workers_request_is_hinted_as_soon_as_its_lease_is_over(database: Database, user: User) -> None:
    id = single(database, user)
    due(database)
    must_claim(database, id, lease=LEASE)
    assert due(database) == []
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET enqueued_at = now() - interval '5 seconds'")
        conn.execute("UPDATE evaluator.requests SET leased_until = now() - interval '1 second'")

    assert due(database, threads=0) == [id]  # it does not wait for room
    assert due(database) == []
    assert due(database, patience=NOW) == [id]  # that hint was lost too


def test_an_unanswered_hint_is_lost_only_where_redis_has_none_left(database: Database, user: User) -> None:
    id = single(database, user)
    due(database)

    assert due(database, patience=NOW) == []
    assert due(database, patience=LEASE, drained=True) == []
    assert due(database, patience=NOW, drained=True) == [id]


def test_an_unanswered_hint_is_lost_where_a_later_one_was_answered(database: Database, user: User) -> None:
    lost, answered = single(database, user, "lost"), single(database, user, "answered")
    due(database)
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET enqueued_at = now() - interval '5 minutes' WHERE id = %s", (lost,))

    assert due(database) == []
    must_claim(database, answered)
    assert due(database) == [lost]


def test_after_redis_was_emptied_everything_is_hinted_again(database: Database, user: User) -> None:
    queued, dead, living = [single(database, user, str(n)) for n in range(3)]
    due(database)
    must_claim(database, dead, lease=NOW)
    must_claim(database, living)
    due(database)

    with database.transaction() as conn:
        hints.forget(conn)

    assert set(due(database)) == {queued, dead}


def test_what_waits_for_its_time_is_hinted_when_it_has_come(database: Database, user: User) -> None:
    id = single(database, user)
    due(database)
    with database.transaction() as conn:
        requests.step_back(conn, must_claim(database, id), pause=timedelta(hours=1))
    before = due(database)
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET next_try_at = now()")

    assert (before, due(database)) == ([], [id])
    assert row(database, id)["next_try_at"] is None


def test_a_hint_of_a_new_request_is_noted_once_and_only_where_there_is_room(database: Database, user: User) -> None:
    ids = [single(database, user, str(n)) for n in range(17)]

    with database.transaction() as conn:
        noted = [hints.note(conn, id) for id in ids]
        again = hints.note(conn, ids[0])

    assert noted == [True] * 16 + [False]
    assert not again


def test_one_at_a_time_sends_hints(database: Database) -> None:
    with database.transaction() as one, database.transaction() as other:
        first, second = hints.lock(one), hints.lock(other)

    with database.transaction() as conn:
        assert (first, second, hints.lock(conn)) == (True, False, True)


def test_a_row_that_somebody_holds_keeps_nobody_waiting(database: Database, user: User) -> None:
    held, free = single(database, user, "held"), single(database, user, "free")

    with database.transaction() as conn:
        conn.execute("SELECT 1 FROM evaluator.requests WHERE id = %s FOR UPDATE", (held,))

        assert due(database) == [free]
    assert due(database) == [held]


def waiting(database: Database, id: UUID, *, question: str = "q") -> None:
    with database.transaction() as conn:
        claimed = requests.claim(conn, id, owner=uuid4(), lease=LEASE)
        assert claimed is not None
        assert requests.step_back(conn, claimed, pause=timedelta(hours=1), question=question)


def judging(database: Database, id: UUID, *, question: str = "q", lease: timedelta = LEASE) -> Claim:
    claimed = must_claim(database, id)
    with database.transaction() as conn:
        assert requests.begin_judging(conn, claimed, fingerprint=str(id), question=question, lease=lease)
    return claimed


def test_who_waits_for_an_answer_is_woken_one_at_a_time_while_nobody_has_it(database: Database, user: User) -> None:
    front, *line = [single(database, user, str(n)) for n in range(4)]
    claimed = judging(database, front)
    for id in line:
        waiting(database, id)

    while_judged = due(database)
    with database.transaction() as conn:
        requests.hand_back(conn, owner=claimed.owner)
        conn.execute("UPDATE evaluator.requests SET next_try_at = now() + interval '1 day' WHERE id = %s", (front,))
    woken = due(database)
    later = due(database)
    judging(database, line[0], lease=NOW)  # and its worker dies

    assert (while_judged, woken, later) == ([], [line[0]], [])
    assert line[1] in due(database)


def test_who_waits_for_an_answer_is_woken_with_all_others_when_it_is_known(database: Database, user: User) -> None:
    front, *line = [single(database, user, str(n)) for n in range(4)]
    other = single(database, user, "other")
    claimed = judging(database, front)
    for id in line:
        waiting(database, id)
    waiting(database, other, question="another")
    judging(database, single(database, user, "in front of the other"), question="another")

    with database.transaction() as conn:
        requests.finish(conn, claimed, evaluation_id=uuid4())

    assert due(database) == line


def test_once_a_question_is_answered_nobody_waits_for_it_any_more(database: Database, user: User) -> None:
    first, second, third = [single(database, user, str(n)) for n in range(3)]
    claimed = judging(database, first)
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET stage = 'judging' WHERE id = %s", (first,))
        requests.finish(conn, claimed, evaluation_id=uuid4())

    judging(database, second)
    judging(database, third)

    assert [row(database, id)["question"] for id in (first, second, third)] == ["q", None, None]


def test_a_request_that_failed_while_it_was_asked_does_not_count_as_asking(database: Database, user: User) -> None:
    first, second = single(database, user, "first"), single(database, user, "second")
    claimed = judging(database, first)
    with database.transaction() as conn:
        requests.step_back(conn, claimed, pause=timedelta(hours=1))

    judging(database, second)

    assert [row(database, id)["question"] for id in (first, second)] == [None, "q"]
