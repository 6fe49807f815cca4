"""What goes wrong while a request is graded, and what is left of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from evaluator.domain import User
from evaluator.errors import RequestError
from evaluator.grading import judge
from evaluator.judgement import Rubric
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.store import requests
from tests.support.grading import ask, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import (
    counters,
    everything_stored,
    folder_source,
    row,
    rows,
)
from tests.support.repositories import make_project


def test_neither_the_path_of_a_rubric_file_nor_code_in_an_error_is_stored(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    code = 'return f"Hello, {name}, nice to see you!"'
    llm.always(Reply(status=400, text=f"I cannot take this: {code}"))
    failed = grade(bench, user, project)
    llm.always(Reply())
    grade(bench, user, project)

    assert "I cannot take this" in row(bench.database, failed)["error_message"]
    assert "nice to see you" not in everything_stored(bench.database)
    assert rows(bench.database, "SELECT options ->> 'rubric' FROM evaluator.requests WHERE state = 'done'") == [
        ("plain.toml",)
    ]


def test_what_a_dead_worker_has_left_is_graded_before_what_a_hint_names(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other", {"README.md": "# Other\n", "other.py": "print('something else here')\n"})
    left, named = ask(bench.database, user, project), ask(bench.database, user, other)
    with bench.database.transaction() as conn:
        requests.claim(conn, left, owner=uuid4(), lease=timedelta(seconds=-1))  # it died more than a lease ago
        conn.execute("UPDATE evaluator.requests SET enqueued_at = now() WHERE id = %s", (named,))

    run(named, bench=bench)

    assert row(bench.database, left)["state"] == "done"
    assert row(bench.database, named)["state"] == "queued"
    assert row(bench.database, named)["enqueued_at"] is None  # so that it is hinted again


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
    assert (failed["state"], failed["error_code"], failed["error_exit"]) == ("failed", "worker_died", 1)
    assert "died 3 times" in failed["error_message"]
    assert rows(bench.database, "SELECT id FROM project_evaluations") == []


def test_neither_way_of_writing_the_source_is_left_in_the_reason_of_a_failure(
    bench: Bench, user: User, project: Path
) -> None:
    source = folder_source(str(project), name="greeter")

    def refusing(name: str) -> Rubric:
        raise RequestError(f"Not {source.canonical}, known as {source.location}.")

    id = ask(bench.database, user, project)
    run(id, bench=replace(bench, rubric=refusing))

    assert row(bench.database, id)["error_message"] == "Not the source, known as the source."


@pytest.mark.parametrize(("differ", "state", "tries"), [(False, "failed", 1), (True, "queued", 0)])
def test_a_process_without_the_key_leaves_the_request_to_one_that_may_have_it(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, differ: bool, state: str, tries: int
) -> None:
    keyless = judge.open_judge("openai/x", api_base=None, keys={}, timeout=20, answer_tokens=4000)
    id = ask(bench.database, user, project)

    run(id, bench=replace(bench, judge=lambda _: keyless, keys_differ=differ))

    left = row(bench.database, id)
    assert (left["state"], left["tries"], left["error_code"]) == (state, tries, "judge_refused")
    assert "OPENAI_API_KEY" in left["error_message"]
    assert not differ or left["next_try_at"] > datetime.now(UTC) + timedelta(seconds=5)


def test_our_own_mistake_fails_the_request_and_is_raised(bench: Bench, user: User, project: Path) -> None:
    def broken(name: str) -> Rubric:
        raise ZeroDivisionError

    id = ask(bench.database, user, project)

    with pytest.raises(ZeroDivisionError):
        run(id, bench=replace(bench, rubric=broken))

    failed = row(bench.database, id)
    assert (failed["state"], failed["error_code"], failed["error_exit"]) == ("failed", "internal_error", 1)


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
