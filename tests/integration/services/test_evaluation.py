import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from evaluator.domain import Held, User
from evaluator.services import reports
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from tests.support.grading import FAILING, JUST_PASSING, LLM, ask, come_round, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import (
    OPTIONS,
    add_user,
    counters,
    folder_source,
    recounted,
    row,
    rows,
)
from tests.support.repositories import make_project


def test_a_graded_request_leaves_exactly_the_documented_row(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(levels=JUST_PASSING))

    id = grade(bench, user, project)

    done = row(bench.database, id)
    path_hash = folder_source(str(project)).path_hash(user.salt)
    assert rows(
        bench.database,
        "SELECT id, user_id, project_path_hash, project_name, total_score, rubric_functionality, rubric_practicality,"
        " llm_model, llm_provider, passed, feedback IS NOT NULL, evaluated_at <= now() FROM project_evaluations",
    ) == [(done["evaluation_id"], user.id, path_hash, "greeter", 5, 4, 1, "scripted", "openai", True, True, True)]
    assert (done["state"], done["source"], done["error_code"]) == ("done", None, None)
    assert counters(bench.database, user) == (1, 1)


def test_a_total_under_five_does_not_pass_and_is_counted_as_an_evaluation(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(levels=FAILING))

    grade(bench, user, project)

    assert rows(bench.database, "SELECT total_score, passed FROM project_evaluations") == [(4, False)]
    assert counters(bench.database, user) == (0, 1)


def test_every_call_is_in_the_ledger(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    id = grade(bench, user, project)

    assert rows(
        bench.database,
        "SELECT request_id, attempt, purpose, provider, model_asked, model_returned, input_tokens, output_tokens,"
        " outcome, cost_usd, seconds > 0 FROM evaluator.calls ORDER BY id",
    ) == [
        (id, 1, purpose, "openai", "scripted", "scripted", 1000, 200, "ok", None, True)
        for purpose in ("functionality 1", "practicality 1")
    ]


def test_an_unchanged_project_gets_its_stored_evaluation_no_call_no_row_no_count(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    first = grade(bench, user, project)
    calls = len(llm.requests)

    second = grade(bench, user, project)

    assert calls == 2
    assert len(llm.requests) == calls
    assert row(bench.database, second)["evaluation_id"] == row(bench.database, first)["evaluation_id"]
    assert row(bench.database, second)["source"] is None
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(1,)]
    assert counters(bench.database, user) == (1, 1)


def test_a_fresh_grading_writes_a_row_and_a_project_succeeds_once(bench: Bench, user: User, project: Path) -> None:
    grade(bench, user, project)

    grade(bench, user, project, LLM.model_copy(update={"fresh": True}))

    assert rows(bench.database, "SELECT count(*), count(*) FILTER (WHERE passed) FROM project_evaluations") == [(2, 2)]
    assert counters(bench.database, user) == (1, 2)


@pytest.mark.parametrize(
    "change",
    [{"language": "ko"}, {"model": "openai/other"}, {"rubric": "default"}, {"privacy": "readme"}],
    ids=lambda change: next(iter(change)),
)
def test_another_judge_rubric_language_or_view_is_another_evaluation(
    bench: Bench, user: User, project: Path, change: dict[str, str]
) -> None:
    grade(bench, user, project)

    grade(bench, user, project, LLM.model_copy(update=change))

    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(2,)]


def test_a_changed_project_is_graded_anew_and_a_later_failure_takes_nothing_back(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    results: list[tuple[int, int]] = []
    for levels in (FAILING, JUST_PASSING, FAILING):
        llm.always(Reply(levels=levels))
        make_project(project, {"notes.md": f"Changed {len(results)} times, and every change counts.\n"})
        grade(bench, user, project)
        results.append(counters(bench.database, user))

    assert results == [(0, 1), (1, 2), (1, 3)]
    assert recounted(bench.database, user) == (1, 3)


def test_equal_projects_of_two_users_are_two_evaluations(bench: Bench, user: User, project: Path) -> None:
    other = add_user(bench.database, "lee")

    grade(bench, user, project)
    grade(bench, other, project)

    assert [counters(bench.database, each) for each in (user, other)] == [(1, 1), (1, 1)]
    assert rows(bench.database, "SELECT count(DISTINCT project_path_hash) FROM project_evaluations") == [(2,)]


def test_equal_projects_of_one_user_are_two_evaluations_also_at_once(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other", {file.name: file.read_bytes() for file in project.iterdir()})
    llm.always(Reply(hang=0.5))
    ids = [ask(bench.database, user, place) for place in (project, other)]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda id: run(id, bench=bench), ids))
    come_round(bench, ids)

    assert [row(bench.database, id)["state"] for id in ids] == ["done", "done"]
    assert len({row(bench.database, id)["evaluation_id"] for id in ids}) == 2
    assert counters(bench.database, user) == (2, 2)


def test_a_waiting_request_for_an_equal_project_does_not_end_with_another_project(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other", {file.name: file.read_bytes() for file in project.iterdir()})
    llm.will(Reply(status=503))
    waiting, judged = ask(bench.database, user, project), ask(bench.database, user, other)
    run(waiting, bench=bench)  # put back while it was judged

    run(judged, bench=bench)

    assert [row(bench.database, id)["state"] for id in (waiting, judged)] == ["queued", "done"]


def test_a_user_without_a_row_of_statistics_gets_one(bench: Bench, user: User, project: Path) -> None:
    with bench.database.transaction() as conn:
        conn.execute("DELETE FROM user_stats")

    grade(bench, user, project)

    assert counters(bench.database, user) == (1, 1)


def test_in_parallel_the_counters_are_what_the_rows_say(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    users = [user, add_user(bench.database, "lee"), add_user(bench.database, "park")]
    files = {file.name: file.read_bytes() for file in project.iterdir()}
    projects = [make_project(tmp_path / f"project-{n}", files) for n in range(3)]
    orders = [Reply(levels=JUST_PASSING)] * 20 + [Reply(levels=FAILING)] * 20
    for reply in orders:
        llm.will(reply)
    asked = [
        ask(bench.database, person, place, LLM.model_copy(update={"fresh": fresh}))
        for person, place, fresh in itertools.product(users, projects, (False, True))
    ]
    benches = [replace(bench, owner=uuid4()) for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:  # every message comes twice
        list(pool.map(lambda n: run(asked[n % len(asked)], bench=benches[n % 4]), range(2 * len(asked))))

    come_round(bench, asked)

    assert rows(bench.database, "SELECT DISTINCT state FROM evaluator.requests") == [("done",)]
    assert rows(
        bench.database,
        "SELECT count(*) FROM project_evaluations WHERE id NOT IN (SELECT evaluation_id FROM evaluator.requests)",
    ) == [(0,)]
    for person in users:
        assert counters(bench.database, person) == recounted(bench.database, person)
        assert 3 <= counters(bench.database, person)[1] <= 6


def test_a_message_delivered_twice_counts_once(bench: Bench, user: User, project: Path) -> None:
    id = grade(bench, user, project)

    run(id, bench=bench)

    assert counters(bench.database, user) == (1, 1)


def test_a_message_about_nothing_is_forgotten(bench: Bench) -> None:
    run(uuid4(), bench=bench)

    assert rows(bench.database, "SELECT id FROM evaluator.requests") == []


def test_two_requests_for_the_same_thing_at_once_make_one_row(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(hang=0.5))
    ids = [ask(bench.database, user, project) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda id: run(id, bench=bench), ids))
    come_round(bench, ids)

    assert len(llm.requests) == 2
    assert len({row(bench.database, id)["evaluation_id"] for id in ids}) == 1
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(1,)]
    assert counters(bench.database, user) == (1, 1)


def test_what_steps_back_for_another_has_not_used_up_a_try(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(hang=1))
    first, second = [ask(bench.database, user, project) for _ in range(2)]

    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(run, first, bench=bench)
        while not llm.requests:
            pass
        run(second, bench=bench)
        waiting = row(bench.database, second)
        judging.result()
    ended = [row(bench.database, id) for id in (first, second)]

    assert (waiting["state"], waiting["tries"], waiting["error_code"]) == ("queued", 0, None)
    assert waiting["next_try_at"] is not None
    assert [each["state"] for each in ended] == ["done", "done"]  # the second ended with the first
    assert ended[0]["evaluation_id"] == ended[1]["evaluation_id"]
    assert ended[1]["source"] is None
    assert len(llm.requests) == 2


def test_what_was_handed_back_while_it_was_judged_ends_with_the_next_request_for_the_same(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply(status=503))
    first, second = [ask(bench.database, user, project) for _ in range(2)]
    run(first, bench=bench)  # put back while it was judged

    run(second, bench=bench)

    assert [row(bench.database, id)["state"] for id in (first, second)] == ["done", "done"]
    assert counters(bench.database, user) == (1, 1)


def test_a_request_for_a_fresh_grading_does_not_end_with_another(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply(status=503))
    first = ask(bench.database, user, project, LLM.model_copy(update={"fresh": True}))
    second = ask(bench.database, user, project)
    run(first, bench=bench)

    run(second, bench=bench)

    assert [row(bench.database, id)["state"] for id in (first, second)] == ["queued", "done"]


def test_a_dead_worker_does_not_keep_others_from_judging_the_same_thing(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    first, second = [ask(bench.database, user, project) for _ in range(2)]
    run(first, bench=bench)
    with bench.database.transaction() as conn:  # as if the worker of the first had died while it judged
        conn.execute("DELETE FROM project_evaluations")
        conn.execute(
            "UPDATE evaluator.requests AS r SET state = 'running', owner = gen_random_uuid(), source = s.source,"
            " options = s.options, ended_at = NULL, leased_until = now() - interval '1 second'"
            " FROM evaluator.requests AS s WHERE r.id = %s AND s.id = %s",
            (first, second),
        )

    run(second, bench=bench)  # what the dead one left comes first
    run(second, bench=bench)

    assert row(bench.database, first)["state"] == "done"
    assert row(bench.database, second)["state"] == "done"


def test_what_is_in_hand_is_known_while_it_lasts(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.will(Reply(hang=1))
    id = ask(bench.database, user, project)

    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(run, id, bench=bench)
        while not llm.requests:
            pass
        during, stage = bench.hands.held, row(bench.database, id)["stage"]
        judging.result()

    assert (during, stage) == (frozenset({Held(id, 1)}), "judging")
    assert not bench.hands


def test_the_fence_mark_is_of_the_installation_and_the_project(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other", {file.name: file.read_bytes() for file in project.iterdir()})

    for place in (project, project, other):
        grade(bench, user, place, LLM.model_copy(update={"fresh": True}))

    marks = [re.findall(r"<<<(\w+) ", request.user)[0] for request in llm.requests]
    assert len(marks) == 6
    assert len(set(marks[:4])) == 1
    assert len(set(marks)) == 2
    assert {len(mark) for mark in marks} == {16}


def test_a_worker_that_lost_its_claim_writes_nothing(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    slow = replace(bench, lease=timedelta(seconds=0.1))
    quick = replace(bench, owner=uuid4())
    id = ask(bench.database, user, project)
    llm.will(Reply(levels=FAILING, hang=2))

    with ThreadPoolExecutor(1) as pool:
        stale = pool.submit(run, id, bench=slow)
        while not llm.requests:  # the slow worker waits for its judge, and its lease runs out
            pass
        bench.database.retrying(lambda conn: conn.execute("SELECT pg_sleep(0.3)"))
        run(id, bench=quick)
        stale.result()

    done = row(bench.database, id)
    assert len(llm.requests) == 3  # the slow worker found out before it asked a second time
    assert (done["state"], done["attempt"]) == ("done", 2)
    assert rows(bench.database, "SELECT total_score FROM project_evaluations") == [(10,)]
    assert counters(bench.database, user) == (1, 1)


@pytest.mark.parametrize(("counts", "successful"), [(True, 1), (False, 0)])
def test_a_pass_by_the_offline_judge_counts_only_where_it_is_set_to(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, counts: bool, successful: int
) -> None:
    id = grade(replace(bench, counts_offline=counts), user, project, OPTIONS)

    result = reports.evaluation(id, database=bench.database)
    assert result["scores"]["passed"]
    assert result["judge"]["provider"] == "offline"
    assert "offline" in result["review_reasons"]
    assert llm.requests == []
    assert counters(bench.database, user) == (successful, 1)
    assert recounted(bench.database, user) == (successful, 1)


def test_an_offline_pass_that_did_not_count_leaves_the_first_success_to_the_llm(
    bench: Bench, user: User, project: Path
) -> None:
    grade(replace(bench, counts_offline=False), user, project, OPTIONS)

    grade(bench, user, project)

    assert counters(bench.database, user) == (1, 2)
    assert recounted(bench.database, user) == (1, 2)
