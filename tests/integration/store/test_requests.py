from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Claim, Failure, Progress, RequestState
from evaluator.store import requests
from evaluator.store.database import Database
from tests.support.people import OPTIONS, add_user, folder_source, queue, row, rows

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


def due(database: Database, *, patience: timedelta = LEASE) -> tuple[UUID, ...]:
    with database.transaction() as conn:
        return requests.due(conn, limit=10, patience=patience)


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
    assert due(database) == ()


def test_a_request_that_is_put_back_is_due_when_its_time_has_come(database: Database, queued: UUID) -> None:
    due(database)  # its first hint
    held = must_claim(database, queued)

    with database.transaction() as conn:
        requests.retry_later(conn, held, FAILURE, pause=timedelta(seconds=-1))

    assert due(database) == (queued,)
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


def test_a_heartbeat_renews_the_leases_of_its_worker_only(database: Database) -> None:
    user, owner = add_user(database), uuid4()
    mine = queue(database, user, folder_source("/srv/mine"))
    other = queue(database, user, folder_source("/srv/other"))
    must_claim(database, mine, owner=owner, lease=GONE)
    must_claim(database, other, lease=GONE)

    with database.transaction() as conn:
        assert requests.renew(conn, owner=owner, ids=[mine, other], lease=LEASE) == 1

    assert claim(database, mine) is None
    assert claim(database, other) is not None


def test_a_heartbeat_does_not_renew_what_nobody_has_in_hand(database: Database, queued: UUID) -> None:
    owner = uuid4()
    must_claim(database, queued, owner=owner, lease=GONE)

    with database.transaction() as conn:
        assert requests.renew(conn, owner=owner, ids=[], lease=LEASE) == 0

    assert claim(database, queued) is not None


def test_each_due_request_gets_one_hint_until_patience_runs_out(database: Database, queued: UUID) -> None:
    assert due(database) == (queued,)
    assert due(database) == ()
    assert due(database, patience=timedelta(seconds=-1)) == (queued,)


def test_a_request_whose_worker_died_is_due(database: Database, queued: UUID) -> None:
    due(database)
    must_claim(database, queued, lease=timedelta(seconds=3))
    assert due(database) == ()
    with database.transaction() as conn:  # the worker has been silent for a minute
        conn.execute(
            "UPDATE evaluator.requests SET leased_until = now() - interval '1 minute',"
            " enqueued_at = enqueued_at - interval '2 minutes'"
        )

    assert due(database) == (queued,)
    assert due(database) == ()
    assert due(database, patience=timedelta(seconds=-1)) == (queued,)  # that hint was lost too


def test_the_more_urgent_request_is_due_first(database: Database, queued: UUID) -> None:
    urgent = queue(database, add_user(database, "lee"), folder_source("/srv/urgent"))
    with database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET priority = 1 WHERE id = %s", (urgent,))
        first = requests.due(conn, limit=1, patience=LEASE)
        second = requests.due(conn, limit=1, patience=LEASE)

    assert (first, second) == ((urgent,), (queued,))


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
