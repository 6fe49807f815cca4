import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from evaluator.domain import Options, Rubric, User
from evaluator.services import reports, upkeep
from evaluator.services.evaluation import Bench, run
from evaluator.store.database import Database
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import (
    OPTIONS,
    add_user,
    counters,
    everything_stored,
    folder_source,
    queue,
    recounted,
    row,
    rows,
)
from tests.support.repositories import make_project

RUBRIC = str(Path(__file__).parents[2] / "data" / "plain.toml")
LLM = Options(rubric=RUBRIC, model="openai/scripted")
JUST_PASSING = {"F1": "met", "F2": "not_met", "P1": "partly", "P2": "not_met"}  # 4 and 1: a total of 5
FAILING = {"F1": "not_met", "F2": "met", "P1": "met", "P2": "not_met"}  # 1 and 3: a total of 4


@pytest.fixture
def user(database: Database) -> User:
    return add_user(database)


def ask(database: Database, user: User, project: Path, options: Options = LLM) -> UUID:
    return queue(database, user, folder_source(str(project), name=project.name), options=options)


def grade(bench: Bench, user: User, project: Path, options: Options = LLM) -> UUID:
    id = ask(bench.database, user, project, options)
    run(id, bench=bench)
    return id


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
        for purpose in ("functionality", "practicality")
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

    assert len({row(bench.database, id)["evaluation_id"] for id in ids}) == 1
    assert rows(bench.database, "SELECT count(*) FROM project_evaluations") == [(1,)]
    assert counters(bench.database, user) == (1, 1)


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
    assert (done["state"], done["attempt"]) == ("done", 2)
    assert rows(bench.database, "SELECT total_score FROM project_evaluations") == [(10,)]
    assert counters(bench.database, user) == (1, 1)


def test_a_busy_provider_is_asked_again_later_and_in_the_end_the_request_fails_with_its_code(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(status=429, text="slow down", headers={"Retry-After": "120"}))
    id = ask(bench.database, user, project)
    states = []

    for _ in range(3):
        run(id, bench=bench)
        after = row(bench.database, id)
        states.append((after["state"], after["error_code"], after["tries"]))
        with bench.database.transaction() as conn:  # two minutes pass
            conn.execute("UPDATE evaluator.requests SET next_try_at = next_try_at - interval '150 seconds'")

    assert states == [("queued", "rate_limited", 1), ("queued", "rate_limited", 2), ("failed", "rate_limited", 3)]
    assert row(bench.database, id)["error_exit"] == 5
    assert rows(bench.database, "SELECT outcome, attempt FROM evaluator.calls ORDER BY id") == [
        ("rate_limited", attempt) for attempt in (1, 2, 3)
    ]
    assert rows(bench.database, "SELECT id FROM project_evaluations") == []
    assert counters(bench.database, user) == (0, 0)


def test_the_provider_says_when_to_come_back(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.always(Reply(status=429, headers={"Retry-After": "120"}))

    id = grade(bench, user, project)

    [(seconds,)] = rows(
        bench.database, f"SELECT extract(epoch FROM next_try_at - now()) FROM evaluator.requests WHERE id = '{id}'"
    )
    assert 110 < seconds <= 150


@pytest.mark.parametrize(("tries", "least"), [(0, 1), (1, 2), (2, 4), (20, 3600)])
def test_the_pause_doubles_with_every_try_up_to_an_hour(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tries: int, least: int
) -> None:
    llm.always(Reply(status=503))
    id = ask(bench.database, user, project)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET tries = %s", (tries,))

    run(id, bench=replace(bench, max_tries=100))

    [(seconds,)] = rows(
        bench.database, f"SELECT extract(epoch FROM next_try_at - now()) FROM evaluator.requests WHERE id = '{id}'"
    )
    assert least - 0.9 < seconds <= 1.25 * least


def test_a_provider_that_recovers_costs_nothing_but_time(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will_fail(503)
    id = ask(bench.database, user, project)
    run(id, bench=bench)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET next_try_at = now()")

    run(id, bench=bench)

    done = row(bench.database, id)
    assert (done["state"], done["error_code"], done["error_exit"]) == ("done", None, None)
    assert counters(bench.database, user) == (1, 1)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=401, text="no such key"), "judge_refused"),
        (Reply(status=404, text="no such model"), "unknown_model"),
        (Reply(status=400, text="too long"), "judge_rejected"),
    ],
    ids=["wrong key", "unknown model", "rejected"],
)
def test_what_waiting_cannot_mend_fails_at_once(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, reply: Reply, code: str
) -> None:
    llm.always(reply)

    id = grade(bench, user, project)

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_code"], failed["error_exit"]) == ("failed", code, 5)
    assert len(llm.requests) == 1
    assert failed["source"] is not None
    assert failed["expires_at"] is not None


def test_an_answer_that_is_unusable_twice_fails_the_request_and_is_never_a_zero(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(text="I would give it 4/5."))

    id = grade(bench, user, project)

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_exit"]) == ("failed", 5)
    assert failed["error_code"] not in {"internal_error", None}
    assert len(llm.requests) == 2
    assert rows(bench.database, "SELECT id FROM project_evaluations") == []
    assert counters(bench.database, user) == (0, 0)


def test_a_source_that_has_gone_fails_the_request_and_its_path_is_not_told(
    bench: Bench, user: User, tmp_path: Path
) -> None:
    gone = tmp_path / "has-been-moved-away"

    id = grade(bench, user, gone)

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_exit"]) == ("failed", 2)
    assert str(gone) not in failed["error_message"]


def test_a_project_without_a_readme_fails_with_its_code(bench: Bench, user: User, tmp_path: Path) -> None:
    project = make_project(tmp_path / "mute", {"main.py": "print('hello')\n"})

    id = grade(bench, user, project)

    assert row(bench.database, id)["error_code"] == "no_readme"


def test_a_request_whose_workers_keep_dying_is_given_up(bench: Bench, user: User, project: Path) -> None:
    id = ask(bench.database, user, project)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET tries = 3, attempt = 3")

    run(id, bench=bench)

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_code"]) == ("failed", "worker_died")
    assert rows(bench.database, "SELECT id FROM project_evaluations") == []


def test_our_own_mistake_fails_the_request_and_is_raised(bench: Bench, user: User, project: Path) -> None:
    def broken(name: str) -> Rubric:
        raise ZeroDivisionError

    id = ask(bench.database, user, project)

    with pytest.raises(ZeroDivisionError):
        run(id, bench=replace(bench, rubric=broken))

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_code"], failed["error_exit"]) == ("failed", "internal_error", 1)


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


def test_neither_source_nor_code_nor_prompt_is_stored_even_if_the_judge_repeats_code(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    code = 'return f"Hello, {name}, nice to see you!"'
    llm.always(Reply(extra={"feedback": f"I liked this line: {code}"}))

    grade(bench, user, project)

    stored = everything_stored(bench.database)
    assert "I liked this line" in stored
    assert "nice to see you" not in stored
    assert str(project) not in stored
    assert "greet.py" in stored


def test_a_sweep_finds_what_was_never_hinted_and_hands_it_on_once(bench: Bench, user: User, project: Path) -> None:
    id = ask(bench.database, user, project)
    sent: list[UUID] = []

    counts = [upkeep.sweep(database=bench.database, send=sent.append) for _ in range(2)]

    assert counts == [1, 0]
    assert sent == [id]


def test_a_sweep_that_cannot_send_forgets_nothing(bench: Bench, user: User, project: Path) -> None:
    def no_redis(id: UUID) -> None:
        raise ConnectionError

    id = ask(bench.database, user, project)
    with pytest.raises(ConnectionError):
        upkeep.sweep(database=bench.database, send=no_redis)
    sent: list[UUID] = []

    upkeep.sweep(database=bench.database, send=sent.append)

    assert sent == [id]
