"""What a worker does beside grading: its heartbeat, and what it leaves when it stops."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Claim, User
from evaluator.errors import Ended, NotFound
from evaluator.services import cancellation, upkeep
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.store import hints, requests
from tests.support.grading import ask
from tests.support.people import OPTIONS, add_cohort, folder_source, queue_in, row, rows


def claimed(bench: Bench, id: UUID) -> Claim:
    with bench.database.transaction() as conn:
        claim = requests.claim(conn, id, owner=bench.owner, lease=timedelta(seconds=1))
    assert claim is not None
    return claim


def beat(bench: Bench) -> None:
    upkeep.beat(database=bench.database, owner=bench.owner, threads=4, hands=bench.hands, lease=bench.lease)


def test_a_heartbeat_shows_the_worker_and_keeps_what_it_has_in_hand(bench: Bench, user: User, project: Path) -> None:
    claim = claimed(bench, ask(bench.database, user, project))
    short = row(bench.database, claim.id)["leased_until"]

    with bench.hands.holding(claim):
        beat(bench)
        kept = not bench.hands.has_lost(claim)

    assert kept
    assert row(bench.database, claim.id)["leased_until"] > short
    assert rows(bench.database, "SELECT threads FROM evaluator.workers") == [(4,)]


@pytest.mark.parametrize("how", ["cancelled", "taken over"])
def test_a_heartbeat_tells_who_is_at_a_claim_that_it_is_lost(bench: Bench, user: User, project: Path, how: str) -> None:
    claim = claimed(bench, ask(bench.database, user, project))
    with bench.database.transaction() as conn:
        if how == "cancelled":
            requests.cancel(conn, [claim.id])
        else:
            conn.execute("UPDATE evaluator.requests SET leased_until = now() - interval '1 second'")
            requests.claim(conn, claim.id, owner=uuid4(), lease=bench.lease)

    with bench.hands.holding(claim):
        beat(bench)
        lost = bench.hands.has_lost(claim)

    assert lost
    assert not bench.hands


def test_a_claim_that_reached_nobodys_hand_is_handed_back(bench: Bench, user: User, project: Path) -> None:
    claim = claimed(bench, ask(bench.database, user, project))
    beat(bench)
    early = row(bench.database, claim.id)["state"]
    with bench.database.transaction() as conn:  # time passes
        conn.execute("UPDATE evaluator.attempts SET began_at = began_at - interval '1 minute'")

    beat(bench)

    after = row(bench.database, claim.id)
    assert (early, after["state"], after["tries"]) == ("running", "queued", 0)


def test_a_worker_that_stops_hands_back_what_it_holds_and_is_forgotten(bench: Bench, user: User, project: Path) -> None:
    claim = claimed(bench, ask(bench.database, user, project))
    beat(bench)

    counts = [upkeep.leave(database=bench.database, owner=bench.owner) for _ in range(2)]

    after = row(bench.database, claim.id)
    assert counts == [1, 0]
    assert (after["state"], after["tries"], after["enqueued_at"]) == ("queued", 0, None)
    assert rows(bench.database, "SELECT owner FROM evaluator.workers") == []
    assert rows(bench.database, "SELECT outcome FROM evaluator.attempts") == [("handed_back",)]


def test_a_worker_that_is_stopping_claims_nothing_and_leaves_the_hint_to_others(
    bench: Bench, user: User, project: Path
) -> None:
    id = ask(bench.database, user, project)
    with bench.database.transaction() as conn:
        hints.due(conn, threads=1, patience=timedelta(minutes=1), drained=False)
    bench.stopping.set()

    run(id, bench=bench)

    after = row(bench.database, id)
    assert (after["state"], after["attempt"], after["enqueued_at"]) == ("queued", 0, None)


def test_a_request_without_room_waits_and_whose_end_makes_room_says_so(bench: Bench, user: User, project: Path) -> None:
    limited = replace(bench, user_limit=1)
    first = claimed(bench, ask(bench.database, user, project))
    id = ask(bench.database, user, project, OPTIONS)
    with bench.database.transaction() as conn:
        hints.due(conn, threads=1, patience=timedelta(minutes=1), drained=False)

    run(id, bench=limited)
    refused = row(bench.database, id)
    stirred = bench.stirred.is_set()
    with bench.database.transaction() as conn:
        requests.hand_back(conn, owner=first.owner)
    run(id, bench=limited)

    assert (refused["state"], refused["attempt"], refused["enqueued_at"], stirred) == ("queued", 0, None, False)
    assert row(bench.database, id)["state"] == "done"
    assert bench.stirred.is_set()


def test_a_request_is_cancelled_by_the_beginning_of_its_id(bench: Bench, user: User) -> None:
    id = queue_in(bench.database, user, add_cohort(bench.database, "c"), 1)

    cancelled = cancellation.cancel(str(id)[:8], database=bench.database)

    assert cancelled == id
    assert row(bench.database, id)["state"] == "cancelled"
    with pytest.raises(Ended, match="it is cancelled") as refused:
        cancellation.cancel(str(id), database=bench.database)
    assert refused.value.exit_status == 2
    audited = rows(bench.database, "SELECT event_type, details FROM security_audit_log")
    assert audited == [("evaluation_cancelled", {"request_id": str(id)})]


def test_what_is_no_request_is_not_cancelled(bench: Bench, user: User) -> None:
    with bench.database.transaction() as conn:
        requests.add(
            conn, user_id=user.id, source=folder_source("/srv/a"), options=OPTIONS, path_hash="0" * 64, id=UUID(int=1)
        )

    with pytest.raises(NotFound):
        cancellation.cancel(str(uuid4()), database=bench.database)
