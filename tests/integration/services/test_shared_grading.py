"""The same question asked for several users is judged once, and paid once; each gets an evaluation of its own."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from evaluator.domain import User
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.store import hints, requests
from evaluator.store.database import Database
from tests.support.grading import LLM, ask, come_round
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import add_user, counters, row, rows


def due(database: Database) -> list[UUID]:
    with database.transaction() as conn:
        hints.wake(conn)
        return list(hints.due(conn, threads=20, patience=timedelta(hours=1), drained=False))


def states(bench: Bench, ids: list[UUID]) -> list[str]:
    return [row(bench.database, id)["state"] for id in ids]


def test_who_asks_the_same_waits_is_woken_and_pays_nothing(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(hang=1))
    users = [user, *(add_user(bench.database, name) for name in ("lee", "park"))]
    ids = [ask(bench.database, each, project) for each in users]

    due(bench.database)
    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(run, ids[0], bench=bench)
        while not llm.requests:
            time.sleep(0.01)
        for id in ids[1:]:
            run(id, bench=bench)
        waiting = states(bench, ids), due(bench.database)
        judging.result()
    woken = due(bench.database)
    with ThreadPoolExecutor(2) as pool:  # both at once: neither waits for the other any more
        list(pool.map(lambda id: run(id, bench=bench), woken))

    assert waiting == (["running", "queued", "queued"], [])
    assert bench.stirred.is_set()
    assert set(woken) == set(ids[1:])
    assert states(bench, ids) == ["done"] * 3
    assert len(llm.requests) == 2
    assert [counters(bench.database, each) for each in users] == [(1, 1)] * 3
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(3,)]
    assert rows(bench.database, "SELECT outcome, count(*) FROM evaluator.attempts GROUP BY 1 ORDER BY 1") == [
        ("done", 3),
        ("waits", 2),
    ]


def test_when_the_one_in_front_dies_the_next_one_is_woken(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(hang=1))
    ids = [ask(bench.database, each, project) for each in (user, add_user(bench.database, "lee"))]
    due(bench.database)

    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(run, ids[0], bench=replace(bench, owner=uuid4()))
        while not llm.requests:
            time.sleep(0.01)
        run(ids[1], bench=bench)
        with bench.database.transaction() as conn:
            conn.execute("UPDATE evaluator.requests SET leased_until = now() WHERE state = 'running'")
            conn.execute(
                "UPDATE evaluator.requests SET enqueued_at = now() - interval '1 minute' WHERE state = 'running'"
            )
        woken = due(bench.database)
        judging.result()

    assert set(woken) == set(ids)


def test_a_fresh_grading_waits_for_nobody(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.always(Reply(hang=0.5))
    options = LLM.model_copy(update={"fresh": True})
    ids = [ask(bench.database, each, project, options) for each in (user, add_user(bench.database, "lee"))]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda id: run(id, bench=bench), ids))

    assert states(bench, ids) == ["done", "done"]
    assert len(llm.requests) == 4


def test_what_failed_keeps_nobody_waiting(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.will(Reply(status=503, hang=1))
    ids = [ask(bench.database, each, project) for each in (user, add_user(bench.database, "lee"))]
    due(bench.database)

    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(run, ids[0], bench=bench)
        while not llm.requests:
            time.sleep(0.01)
        run(ids[1], bench=bench)
        judging.result()
    failed = row(bench.database, ids[0])
    woken = due(bench.database)
    come_round(bench, [*woken, *ids])

    assert failed["question"] is None
    assert failed["next_try_at"] is not None
    assert woken == [ids[1]]
    assert states(bench, ids) == ["done", "done"]
    assert len(llm.requests) == 3


def test_a_question_is_nobodys(bench: Bench, user: User, project: Path) -> None:
    lee = add_user(bench.database, "lee")
    for each in (user, lee):
        run(ask(bench.database, each, project), bench=bench)

    questions = rows(bench.database, "SELECT question FROM evaluator.requests ORDER BY created_at")

    assert [question is None for (question,) in questions] == [False, True]  # the second one found the answers
    assert user.salt not in str(questions)


def test_a_cancelled_grading_asks_no_more_and_writes_nothing(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(hang=1))
    id = ask(bench.database, user, project)

    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(run, id, bench=bench)
        while not llm.requests:
            time.sleep(0.01)
        with bench.database.transaction() as conn:
            assert requests.cancel(conn, [id]) == 1
        judging.result()

    assert row(bench.database, id)["state"] == "cancelled"
    assert len(llm.requests) == 1
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(0,)]
    assert rows(bench.database, "SELECT outcome FROM evaluator.attempts") == [("cancelled",)]
    assert rows(bench.database, "SELECT count(*) FROM evaluator.calls") == [(1,)]  # it is paid, and in the ledger
    assert counters(bench.database, user) in {(0, 0)}
