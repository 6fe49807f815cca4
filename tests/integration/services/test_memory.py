"""What was paid for once is not paid for again: not by another user, not after a worker's death."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from evaluator.domain import User
from evaluator.services import upkeep
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from tests.support.grading import LLM, ask, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import add_user, counters, everything_stored, row, rows
from tests.support.repositories import make_project
from tests.support.services import wait_until

FRESH = LLM.model_copy(update={"fresh": True})
_KEPT = "SELECT count(*) FROM evaluator.verdicts"


def test_the_same_content_of_another_user_costs_nothing_and_is_an_evaluation_of_its_own(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    other = add_user(bench.database, "lee")
    copy = make_project(tmp_path / "copies" / project.name, {f.name: f.read_bytes() for f in project.iterdir()})
    grade(bench, user, project)
    paid = len(llm.requests)

    id = grade(bench, other, copy)

    assert (paid, len(llm.requests)) == (2, 2)
    assert row(bench.database, id)["state"] == "done"
    assert rows(bench.database, "SELECT count(*), count(DISTINCT total_score) FROM project_evaluations") == [(2, 1)]
    assert [counters(bench.database, each) for each in (user, other)] == [(1, 1), (1, 1)]
    assert rows(bench.database, "SELECT count(*) FROM evaluator.calls") == [(2,)]


def test_a_fresh_grading_asks_anew_every_time(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    for _ in range(2):
        grade(bench, user, project, FRESH)

    assert len(llm.requests) == 4
    assert rows(bench.database, _KEPT) == [(4,)]


def test_a_second_try_of_a_fresh_grading_pays_only_for_what_the_first_did_not_get(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply())
    llm.will_fail(503)
    id = grade(bench, user, project, FRESH)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET next_try_at = now()")

    run(id, bench=bench)

    assert row(bench.database, id)["state"] == "done"
    assert rows(bench.database, "SELECT purpose, outcome FROM evaluator.calls ORDER BY id") == [
        ("functionality 1", "ok"),
        ("practicality 1", "judge_unavailable"),
        ("practicality 1", "ok"),
    ]


def test_a_worker_that_falls_silent_between_two_calls_leaves_the_first_answer_to_its_successor(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply())
    llm.will(Reply(hang=2))
    id = ask(bench.database, user, project)

    with ThreadPoolExecutor(1) as pool:
        silent = pool.submit(run, id, bench=bench)
        wait_until(lambda: len(llm.requests) == 2, seconds=60, what="the second call is under way")
        with bench.database.transaction() as conn:
            conn.execute("UPDATE evaluator.requests SET leased_until = now()")
        run(id, bench=replace(bench, owner=uuid4()))
        silent.result()

    assert row(bench.database, id)["attempt"] == 2
    assert len(llm.requests) == 3
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(1,)]
    assert counters(bench.database, user) == (1, 1)


_WORKER = """
import sys
from datetime import timedelta
from uuid import UUID, uuid4
from evaluator.domain import Limits
from evaluator.grading import judge, resources, rubrics
from evaluator.grading.prompts import Prompts
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.store.database import Database

database_url, llm_url, id = sys.argv[1:]
with Database.open(database_url) as database:
    run(UUID(id), bench=Bench(
        database=database, owner=uuid4(),
        rubric=lambda name: rubrics.load(name, folder=resources.folder("rubrics")),
        judge=lambda model: judge.open_judge(model, api_base=llm_url, keys={}, timeout=60, answer_tokens=4000),
        prompts=Prompts.load(resources.folder("prompts")), limits=Limits(), digest_tokens=60_000, answer_tokens=4_000,
        counts_offline=True, max_tries=3, lease=timedelta(seconds=1), keep=timedelta(days=7), samples=1,
    ))
"""


def test_a_worker_that_is_killed_between_two_calls_leaves_the_first_answer_to_its_successor(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, database_url: str
) -> None:
    llm.will(Reply())
    llm.will(Reply(hang=60))
    id = ask(bench.database, user, project)

    worker = subprocess.Popen([sys.executable, "-c", _WORKER, database_url, llm.url, str(id)])
    try:
        wait_until(lambda: len(llm.requests) == 2, seconds=90, what="the second call is under way")
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    lapsed = f"SELECT leased_until < now() FROM evaluator.requests WHERE id = '{id}'"
    wait_until(lambda: rows(bench.database, lapsed) == [(True,)], seconds=10, what="the dead worker's lease is over")
    run(id, bench=bench)

    assert (row(bench.database, id)["state"], row(bench.database, id)["attempt"]) == ("done", 2)
    assert len(llm.requests) == 3
    assert rows(bench.database, "SELECT purpose, attempt FROM evaluator.calls WHERE outcome = 'ok' ORDER BY id") == [
        ("functionality 1", 1),
        ("practicality 1", 2),
    ]
    assert counters(bench.database, user) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [{"language": "ko"}, {"model": "openai/other"}, {"privacy": "readme"}],
    ids=lambda change: next(iter(change)),
)
def test_what_is_asked_otherwise_is_not_remembered(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, change: dict[str, str]
) -> None:
    grade(bench, user, project)
    before = len(llm.requests)

    grade(bench, add_user(bench.database, "lee"), project, LLM.model_copy(update=change))

    assert len(llm.requests) == 2 * before


def test_another_pass_line_is_another_evaluation_and_no_other_question(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    grade(bench, user, project)
    before = len(llm.requests)

    id = grade(bench, user, project, LLM.model_copy(update={"pass_line": 9}))

    assert row(bench.database, id)["state"] == "done"
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(2,)]
    assert len(llm.requests) == before


def test_another_server_is_another_judge(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    grade(replace(bench, parameters="http://one 8000"), user, project)
    before = len(llm.requests)

    grade(replace(bench, parameters="http://other 8000"), user, project)

    assert len(llm.requests) == 2 * before


def test_what_is_remembered_holds_no_code(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.always(Reply(extra={"feedback": 'I liked: return f"Hello, {name}, nice to see you!"'}))

    grade(bench, user, project)

    assert rows(bench.database, _KEPT) == [(2,)]
    assert "nice to see you" not in everything_stored(bench.database)


def test_what_is_remembered_and_cannot_be_read_is_replaced(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    grade(bench, user, project)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.verdicts SET content = content - 'remark'")

    for name in ("lee", "max"):
        grade(bench, add_user(bench.database, name), project)

    assert len(llm.requests) == 4
    assert rows(bench.database, _KEPT) == [(2,)]


def test_upkeep_forgets_what_nobody_used_for_long(bench: Bench, user: User, project: Path) -> None:
    grade(bench, user, project)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.verdicts SET used_at = now() - interval '91 days'")

    upkeep.tidy(database=bench.database, keep=timedelta(days=90))

    assert rows(bench.database, _KEPT) == [(0,)]
