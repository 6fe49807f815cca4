"""Workers that come to the same thing at the same moment: who judges it, and what the slower one does."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Claim, Options, User
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.store import requests
from tests.support.grading import LLM, ask, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import counters, row, rows

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def test_who_was_silent_for_a_while_and_comes_second_takes_what_the_first_wrote(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply(hang=2))
    silent, quick = [ask(bench.database, user, project) for _ in range(2)]
    other = _claimed(bench, user, project)

    with ThreadPoolExecutor(2) as pool:
        judging = pool.submit(run, silent, bench=bench)
        while not llm.requests:
            pass
        with bench.database.transaction() as conn:
            requests.judge_lock(conn, other, fingerprint=row(bench.database, silent)["fingerprint"])
            second = pool.submit(run, quick, bench=bench)
            assert _waits(bench, second)
            conn.execute("UPDATE evaluator.requests SET leased_until = now() WHERE id = %s", (silent,))
        second.result()
        assert row(bench.database, silent)["state"] == "running"
        judging.result()

    assert row(bench.database, silent)["evaluation_id"] == row(bench.database, quick)["evaluation_id"] is not None
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(1,)]
    assert counters(bench.database, user) == (1, 1)


@pytest.mark.parametrize("fresh", [False, True], ids=["before it judges", "before it writes"])
def test_a_worker_waits_for_whoever_decides_about_the_same_thing(
    bench: Bench, user: User, project: Path, fresh: bool
) -> None:
    grade(bench, user, project)
    [(fingerprint,)] = rows(bench.database, "SELECT fingerprint FROM evaluator.requests")
    other = _claimed(bench, user, project)
    id = ask(bench.database, user, project, Options(rubric=LLM.rubric, model=LLM.model, fresh=fresh))

    with ThreadPoolExecutor(1) as pool:
        with bench.database.transaction() as conn:
            requests.judge_lock(conn, other, fingerprint=fingerprint)
            running = pool.submit(run, id, bench=bench)
            waited = _waits(bench, running)
            meanwhile = row(bench.database, id)["state"]
        running.result()

    assert (waited, meanwhile, row(bench.database, id)["state"]) == (True, "running", "done")


def test_nobody_waits_for_a_decision_about_another_thing(bench: Bench, user: User, project: Path) -> None:
    grade(bench, user, project)
    other = _claimed(bench, user, project)
    id = ask(bench.database, user, project)

    with bench.database.transaction() as conn, ThreadPoolExecutor(1) as pool:
        requests.judge_lock(conn, other, fingerprint="another thing")
        pool.submit(run, id, bench=bench).result(timeout=60)

    assert row(bench.database, id)["state"] == "done"


def _claimed(bench: Bench, user: User, project: Path) -> Claim:
    id: UUID = ask(bench.database, user, project)
    with bench.database.transaction() as conn:
        claim = requests.claim(conn, id, owner=uuid4(), lease=bench.lease)
    assert claim is not None
    return claim


def _waits(bench: Bench, running: "Future[None]") -> bool:
    """Return whether somebody waits for a lock before the run is over."""
    while not running.done():
        if rows(bench.database, WAITING) != [(0,)]:
            return True
        time.sleep(0.01)
    return False
