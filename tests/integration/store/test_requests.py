from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Claim, Failure, Held, Progress, RequestState
from evaluator.store import requests
from evaluator.store.database import Database
from tests.support.people import OPTIONS, add_cohort, add_user, folder_source, queue, queue_in, row, rows

LEASE = timedelta(seconds=30)
GONE = timedelta(seconds=-1)  # a lease that has run out
FAILURE = Failure(code="rate_limited", message="Slow down.", exit_status=5)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def queued(database: Database) -> UUID:
    return queue(database, add_user(database), folder_source("/srv/project"))


def claim(database: Database, id: UUID, *, owner: UUID | None = None, lease: timedelta = LEASE) -> Claim | None:
    with database.transaction() as conn:
        return requests.claim(conn, id, owner=owner or uuid4(), lease=lease)


def must_claim(database: Database, id: UUID, *, owner: UUID | None = None, lease: timedelta = LEASE) -> Claim:
    claimed = claim(database, id, owner=owner, lease=lease)
    assert claimed is not None
    return claimed


def test_a_claim_brings_back_what_was_asked_for(database: Database) -> None:
    user = add_user(database)
    source = folder_source("/srv/project")
    id = queue(database, user, source)
    owner = uuid4()

    claimed = must_claim(database, id, owner=owner)

    assert claimed == Claim(
        id=id,
        user_id=user.id,
        source=source,
        options=OPTIONS,
        path_hash=source.path_hash(user.salt),
        attempt=1,
        tries=1,
        owner=owner,
    )
    assert row(database, id)["state"] == "running"


def test_a_request_that_is_held_is_not_claimed_again(database: Database, queued: UUID) -> None:
    must_claim(database, queued)

    assert claim(database, queued) is None


def test_a_request_whose_lease_has_run_out_is_claimed_again_with_a_higher_attempt(
    database: Database, queued: UUID
) -> None:
    must_claim(database, queued, lease=GONE)

    again = must_claim(database, queued)

    assert (again.attempt, again.tries) == (2, 2)


def test_an_unknown_request_is_not_claimed(database: Database) -> None:
    assert claim(database, uuid4()) is None


def test_whoever_lost_the_claim_can_change_nothing(database: Database, queued: UUID) -> None:
    stale = must_claim(database, queued, lease=GONE)
    must_claim(database, queued)
    before = row(database, queued)

    with database.transaction() as conn:
        outcomes = [
            requests.advance(conn, stale, "judging", lease=LEASE),
            requests.finish(conn, stale, evaluation_id=uuid4()),
            requests.retry_later(conn, stale, FAILURE, pause=LEASE),
            requests.fail(conn, stale, FAILURE, keep=LEASE),
        ]

    assert outcomes == [False] * 4
    assert row(database, queued) == before


def test_the_fence_is_attempt_and_owner_both(database: Database, queued: UUID) -> None:
    held = must_claim(database, queued)

    with database.transaction() as conn:
        other_owner = requests.finish(conn, held.model_copy(update={"owner": uuid4()}), evaluation_id=uuid4())
        other_attempt = requests.finish(conn, held.model_copy(update={"attempt": 2}), evaluation_id=uuid4())

    assert (other_owner, other_attempt) == (False, False)
    assert row(database, queued)["state"] == "running"


def test_advancing_shows_the_stage_and_renews_the_lease(database: Database, queued: UUID) -> None:
    held = must_claim(database, queued, lease=GONE)

    with database.transaction() as conn:
        assert requests.advance(conn, held, "judging", lease=LEASE)

    after = row(database, queued)
    assert after["stage"] == "judging"
    assert after["leased_until"] > datetime.now(UTC) + LEASE / 2


def test_a_finished_request_has_forgotten_its_source_and_stays_finished(database: Database, queued: UUID) -> None:
    held = must_claim(database, queued)
    evaluation_id = uuid4()

    with database.transaction() as conn:
        assert requests.finish(conn, held, evaluation_id=evaluation_id)
        again = requests.finish(conn, held, evaluation_id=uuid4())

    after = row(database, queued)
    assert not again
    assert (after["state"], after["source"], after["owner"], after["evaluation_id"]) == (
        "done",
        None,
        None,
        evaluation_id,
    )
    assert after["ended_at"] is not None
    assert claim(database, queued) is None


def test_a_request_that_is_put_back_is_claimed_only_when_its_time_has_come(database: Database, queued: UUID) -> None:
    held = must_claim(database, queued)

    with database.transaction() as conn:
        assert requests.retry_later(conn, held, FAILURE, pause=timedelta(hours=1))
        progress = requests.progress(conn, queued)

    assert progress is not None
    assert progress.failure == FAILURE
    assert progress.next_try_at is not None
    assert claim(database, queued) is None
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET next_try_at = now()")
    assert must_claim(database, queued).tries == 2


def test_a_failed_request_keeps_its_source_until_it_expires(database: Database, queued: UUID) -> None:
    held = must_claim(database, queued)
    with database.transaction() as conn:
        assert requests.fail(conn, held, FAILURE, keep=timedelta(days=7))
        assert requests.expire(conn) == 0
    kept = row(database, queued)
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET expires_at = now() - interval '1 second'")

    with database.transaction() as conn:
        assert requests.expire(conn) == 1

    assert (kept["state"], kept["error_code"], kept["error_exit"]) == ("failed", "rate_limited", 5)
    assert kept["source"] is not None
    assert row(database, queued)["source"] is None


def test_a_queued_request_can_be_failed_and_a_running_one_cannot(database: Database, queued: UUID) -> None:
    other = queue(database, add_user(database, "lee"), folder_source("/srv/other"))
    must_claim(database, other)

    with database.transaction() as conn:
        outcomes = [requests.fail_queued(conn, id, FAILURE, keep=LEASE) for id in (queued, other)]

    assert outcomes == [True, False]
    assert row(database, queued)["state"] == "failed"


def test_a_refused_request_is_recorded_without_a_source(database: Database) -> None:
    user = add_user(database)

    with database.transaction() as conn:
        id = requests.add_refused(conn, user_id=user.id, project_name="x\0y", options=OPTIONS, failure=FAILURE)
        progress = requests.progress(conn, id)

    after = row(database, id)
    assert (after["state"], after["source"], after["project_name"]) == ("failed", None, "x\N{REPLACEMENT CHARACTER}y")
    assert after["options"] == OPTIONS.model_dump(mode="json", exclude={"pass_line"})
    assert progress is not None
    assert progress.state is RequestState.FAILED


def test_what_is_handed_back_may_be_claimed_at_once_and_the_try_does_not_count(
    database: Database, queued: UUID
) -> None:
    owner = uuid4()
    must_claim(database, queued, owner=owner)

    with database.transaction() as conn:
        strangers = requests.hand_back(conn, owner=uuid4())
        mine = requests.hand_back(conn, owner=owner)

    again = must_claim(database, queued)
    assert (strangers, mine) == (0, 1)
    assert (again.attempt, again.tries) == (2, 1)


def test_a_heartbeat_renews_the_leases_of_its_worker_only_and_says_what_it_holds(database: Database) -> None:
    user, owner = add_user(database), uuid4()
    mine, other = [queue(database, user, folder_source(f"/srv/{name}")) for name in ("mine", "other")]
    must_claim(database, mine, owner=owner, lease=GONE)
    must_claim(database, other, lease=GONE)
    in_hand = [Held(mine, 1), Held(other, 1)]

    with database.transaction() as conn:
        held = requests.renew(conn, owner=owner, held=in_hand, lease=LEASE)

    assert held == {Held(mine, 1)}
    assert claim(database, mine) is None
    assert claim(database, other) is not None


def test_a_heartbeat_does_not_renew_what_is_held_by_a_later_attempt(database: Database, queued: UUID) -> None:
    owner = uuid4()
    stale = must_claim(database, queued, owner=owner, lease=GONE)
    must_claim(database, queued, owner=owner, lease=GONE)

    with database.transaction() as conn:
        held = requests.renew(conn, owner=owner, held=[stale.held], lease=LEASE)

    assert held == frozenset()
    assert claim(database, queued) is not None


def test_what_a_worker_holds_in_name_only_is_handed_back_after_a_grace(database: Database) -> None:
    user, owner = add_user(database), uuid4()
    forgotten, in_hand = [queue(database, user, folder_source(f"/srv/{n}")) for n in range(2)]
    must_claim(database, forgotten, owner=owner)
    kept = must_claim(database, in_hand, owner=owner)

    with database.transaction() as conn:
        early = requests.hand_back(conn, owner=owner, but=[kept.held], grace=LEASE)
        late = requests.hand_back(conn, owner=owner, but=[kept.held], grace=timedelta(0))

    assert (early, late) == (0, 1)
    assert (row(database, forgotten)["state"], row(database, in_hand)["state"]) == ("queued", "running")
    assert must_claim(database, forgotten).tries == 1


def attempts(database: Database, id: UUID) -> list[tuple[int, str | None, bool]]:
    return [
        (each[0], each[1], each[2])
        for each in rows(
            database,
            "SELECT attempt, outcome, ended_at IS NOT NULL FROM evaluator.attempts"
            f" WHERE request_id = '{id}' ORDER BY attempt",
        )
    ]


def test_every_try_is_in_the_log_with_what_became_of_it(database: Database, queued: UUID) -> None:
    owner = uuid4()
    with database.transaction() as conn:
        steps: list[Callable[[Claim], object]] = [
            lambda held: requests.retry_later(conn, held, FAILURE, pause=GONE),
            lambda held: requests.step_back(conn, held, pause=GONE),
            lambda held: requests.step_back(conn, held, pause=GONE, failure=FAILURE),
            lambda held: requests.hand_back(conn, owner=held.owner),
            lambda _: conn.execute("UPDATE evaluator.requests SET leased_until = now() - interval '1 second'"),
            lambda held: requests.fail(conn, held, FAILURE, keep=LEASE),
        ]
        for step in steps:
            held = requests.claim(conn, queued, owner=owner, lease=LEASE)
            assert held is not None
            step(held)
            conn.execute("UPDATE evaluator.requests SET next_try_at = now() WHERE next_try_at IS NOT NULL")
        requests.retry(conn, [queued])
        again = requests.claim(conn, queued, owner=owner, lease=LEASE)
        assert again is not None
        assert again.tries == 1
        requests.finish(conn, again, evaluation_id=uuid4())

    outcomes = ["rate_limited", "waits", "rate_limited", "handed_back", "lost", "rate_limited", "done"]
    assert attempts(database, queued) == [(n, outcome, True) for n, outcome in enumerate(outcomes, start=1)]


def test_a_request_of_a_worker_that_kept_no_log_works_on(database: Database, queued: UUID) -> None:
    held = must_claim(database, queued)
    with database.transaction() as conn:  # the claim of a program of before the log
        conn.execute("DELETE FROM evaluator.attempts")

    with database.transaction() as conn:
        finished = requests.finish(conn, held, evaluation_id=uuid4())

    assert finished
    assert row(database, queued)["state"] == "done"


@pytest.mark.parametrize("running", [False, True])
def test_a_cancelled_request_has_ended_and_forgotten_its_source_and_nobody_can_write_to_it(
    database: Database, queued: UUID, running: bool
) -> None:
    held = must_claim(database, queued) if running else None

    with database.transaction() as conn:
        counts = [requests.cancel(conn, [queued]) for _ in range(2)]
    cancelled = row(database, queued)
    if held is not None:
        with database.transaction() as conn:
            written = [
                requests.advance(conn, held, "judging", lease=LEASE),
                requests.finish(conn, held, evaluation_id=uuid4()),
                requests.step_back(conn, held, pause=LEASE),
                bool(requests.renew(conn, owner=held.owner, held=[held.held], lease=LEASE)),
            ]
        assert written == [False] * 4

    assert counts == [1, 0]
    assert (cancelled["state"], cancelled["source"], cancelled["owner"]) == ("cancelled", None, None)
    assert cancelled["ended_at"] is not None
    assert row(database, queued) == cancelled
    assert claim(database, queued) is None
    assert attempts(database, queued) == ([(1, "cancelled", True)] if running else [])


def test_a_cohort_is_cancelled_and_tried_again_as_one(database: Database) -> None:
    user = add_user(database)
    cohort, other = [add_cohort(database, name) for name in ("ours", "theirs")]
    ids = [queue_in(database, user, cohort, n) for n in range(4)]
    beside = queue_in(database, user, other, 0)
    with database.transaction() as conn:
        for id, code in zip(ids, ("rate_limited", "no_readme"), strict=False):
            requests.fail_queued(conn, id, FAILURE.model_copy(update={"code": code}), keep=LEASE)
        requests.fail_queued(conn, beside, FAILURE, keep=LEASE)

    with database.transaction() as conn:
        counts = (
            requests.retry_cohort(conn, cohort, codes=["no_readme"]),
            requests.retry_cohort(conn, cohort),
            requests.retry_cohort(conn, cohort),
            requests.cancel_cohort(conn, cohort),
            requests.cancel_cohort(conn, cohort),
        )

    assert counts == (1, 1, 0, 4, 0)
    assert [row(database, id)["state"] for id in ids] == ["cancelled"] * 4
    assert row(database, beside)["state"] == "failed"


def test_a_failed_request_whose_source_is_gone_is_not_tried_again(database: Database, queued: UUID) -> None:
    with database.transaction() as conn:
        requests.fail_queued(conn, queued, FAILURE, keep=GONE)
        requests.expire(conn)

        assert requests.retry(conn, [queued]) == 0


def test_of_a_cohort_no_more_run_at_once_than_may(database: Database) -> None:
    user, cohort = add_user(database), add_cohort(database, "two", concurrency=2)
    ids = [queue_in(database, user, cohort, n) for n in range(12)]

    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda id: claim(database, id), ids))

    held = [each for each in claims if each is not None]
    assert len(held) == 2
    assert all(each.limited for each in held)
    with database.transaction() as conn:
        requests.finish(conn, held[0], evaluation_id=uuid4())
    assert sum(claim(database, id) is not None for id in ids) == 1


def test_of_a_user_no_more_run_at_once_than_may(database: Database) -> None:
    kim, lee = add_user(database), add_user(database, "lee")
    ids = [queue(database, kim, folder_source(f"/srv/{n}")) for n in range(9)]
    other = queue(database, lee, folder_source("/srv/lee"))

    def limited(id: UUID) -> Claim | None:
        with database.transaction() as conn:
            return requests.claim(conn, id, owner=uuid4(), lease=LEASE, user_limit=3)

    with ThreadPoolExecutor(6) as pool:
        held = [each for each in pool.map(limited, ids) if each is not None]

    assert len(held) == 3
    assert limited(other) is not None


def test_what_dead_workers_held_stands_in_nobodys_way(database: Database) -> None:
    user, cohort = add_user(database), add_cohort(database, "wide", concurrency=5)
    ids = [queue_in(database, user, cohort, n) for n in range(3)]
    for id in ids:
        must_claim(database, id, lease=GONE)
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.cohorts SET concurrency = 1")

    with database.transaction() as conn:
        taken = [requests.claim(conn, id, owner=uuid4(), lease=LEASE, user_limit=1) for id in ids]

    assert [each is not None for each in taken] == [True, False, False]


def test_what_has_died_but_for_its_last_try_runs_beside_no_other_such_request(database: Database) -> None:
    user, owner = add_user(database), uuid4()
    ids = [queue(database, user, folder_source(f"/srv/{n}")) for n in range(4)]
    for id in ids[:3]:
        for _ in range(2):  # of three tries
            must_claim(database, id, lease=GONE)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda id: claim(database, id, owner=owner), ids))

    assert sum(each is not None for each in taken[:3]) == 1
    assert taken[3] is not None  # it has never died
    another = uuid4()
    assert [claim(database, id, owner=another) is not None for id in ids[:3]].count(True) == 1
    (first,) = [each for each in taken[:3] if each is not None]
    with database.transaction() as conn:
        requests.finish(conn, first, evaluation_id=uuid4())
    assert [claim(database, id, owner=owner) is not None for id in ids[:3]].count(True) == 1


def test_one_statement_takes_only_what_needs_no_look_at_others(database: Database) -> None:
    user, cohort = add_user(database), add_cohort(database, "narrow", concurrency=5)
    free, bound = queue(database, user, folder_source("/srv/a")), queue_in(database, user, cohort, 1)
    dying = queue(database, user, folder_source("/srv/b"))
    for _ in range(2):
        must_claim(database, dying, lease=GONE)

    with database.transaction() as conn:
        taken = [requests.claim_unlimited(conn, id, owner=uuid4(), lease=LEASE) for id in (free, bound, dying)]

    assert [each is not None for each in taken] == [True, False, False]


def test_a_request_that_waits_has_no_failure(database: Database, queued: UUID) -> None:
    with database.transaction() as conn:
        progress = requests.progress(conn, queued)

    assert progress == Progress(state=RequestState.QUEUED, stage="queued")


def test_there_is_no_progress_of_a_request_that_does_not_exist(database: Database) -> None:
    with database.transaction() as conn:
        assert requests.progress(conn, uuid4()) is None


def test_the_requests_of_a_deleted_user_go_with_the_user(database: Database, queued: UUID) -> None:
    with database.transaction() as conn:
        conn.execute("DELETE FROM users")

    assert rows(database, "SELECT id FROM evaluator.requests") == []
