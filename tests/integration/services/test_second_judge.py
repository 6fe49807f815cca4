"""A second opinion: asked for where a grade is unsure, and never worth losing the grade over."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evaluator.domain import User
from evaluator.errors import JudgeBusy, LimitReached
from evaluator.services import reports
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from tests.support.grading import JUST_PASSING, LLM, Refusing, ask, come_round, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import counters, row, rows

SECOND = "gemini/second"
_JUDGED = "SELECT llm_provider, llm_model FROM project_evaluations"
_OF_THE_FIRST = "SELECT count(*) FROM evaluator.calls WHERE model_asked = 'scripted'"


@pytest.fixture
def doubtful(bench: Bench, llm: ScriptedLLM) -> Bench:
    """A worker with a second judge and a model that stands in for the first, whose grades lie next to the line."""
    llm.will(Reply(levels=JUST_PASSING), times=2)
    return replace(bench, second_model=SECOND, fallback_models=("anthropic/stand-in",))


def asked(llm: ScriptedLLM) -> list[str]:
    return [request.body.get("model") or SECOND for request in llm.requests]


def second_opinions(bench: Bench, id: Any) -> list[tuple[str | None, list[str]]]:
    """Return of each examination by the second judge why it gave no answer, and how its calls went."""
    examinations = reports.record(id, database=bench.database)["record"]["examinations"]
    return [
        (one["missing"], [call["outcome"] for call in one["calls"]])
        for one in examinations
        if one["part"] == "second_judge"
    ]


@pytest.mark.parametrize(("second", "asks"), [("gemini/second", True), ("openai/of-the-family", False)])
def test_near_the_line_a_second_judge_of_another_family_is_asked_and_one_of_the_same_is_not(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, second: str, asks: bool
) -> None:
    llm.always(Reply(levels=JUST_PASSING))
    id = ask(bench.database, user, project)

    run(id, bench=replace(bench, second_model=second))

    purposes = rows(bench.database, "SELECT purpose FROM evaluator.calls ORDER BY id")
    assert any("second judge" in purpose for (purpose,) in purposes) is asks
    assert rows(bench.database, _JUDGED) == [("openai", "scripted")]


def test_where_the_second_judge_is_away_the_request_waits_for_it_and_no_model_stands_in(
    doubtful: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will_fail(503)
    llm.always(Reply(levels=JUST_PASSING))
    id = grade(doubtful, user, project)
    put_back = row(doubtful.database, id)

    come_round(doubtful, [id])

    assert (put_back["state"], put_back["error_code"]) == ("queued", "judge_unavailable")
    assert rows(doubtful.database, _JUDGED) == [("openai", "scripted")]
    assert rows(doubtful.database, _OF_THE_FIRST) == [(2,)]
    assert reports.evaluation(id, database=doubtful.database)["judge"]["second"] == {
        "provider": "gemini",
        "model": "second",
        "answered": True,
    }


def test_a_second_judge_whose_provider_is_left_alone_is_waited_for_as_long_as_there_are_tries(
    doubtful: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    busy = Refusing("gemini", JudgeBusy("It failed too often.", retry_after=timedelta(seconds=100)))
    bench = replace(doubtful, traffic=busy)
    id = grade(bench, user, project)
    put_back = row(bench.database, id)

    come_round(bench, [id])
    come_round(bench, [id])

    assert (put_back["state"], put_back["error_code"], put_back["tries"]) == ("queued", "judge_busy", 1)
    assert asked(llm) == ["scripted", "scripted"]
    assert rows(bench.database, _JUDGED) == [("openai", "scripted")]
    assert second_opinions(bench, id) == [("judge_busy", [])]
    assert counters(bench.database, user) == (1, 1)


def test_a_limit_of_our_own_before_the_second_judge_is_waited_for_and_is_no_try(
    doubtful: Bench, user: User, project: Path
) -> None:
    full = Refusing("gemini", LimitReached("All places are taken.", retry_after=timedelta(seconds=100)))

    id = grade(replace(doubtful, traffic=full), user, project)

    after = row(doubtful.database, id)
    assert (after["state"], after["error_code"], after["tries"]) == ("queued", "judge_busy", 0)


def test_on_its_last_try_the_grade_stands_without_a_second_judge_that_is_away(
    doubtful: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will_fail(503)
    id = ask(doubtful.database, user, project)

    run(id, bench=replace(doubtful, max_tries=1))

    result = reports.evaluation(id, database=doubtful.database)
    assert (result["status"], result["scores"]["total"]) == ("done", 5)
    assert result["judge"]["second"] == {"provider": "gemini", "model": "second", "answered": False}
    assert result["review_reasons"] == ["near_line"]
    assert second_opinions(doubtful, id) == [("judge_unavailable", ["judge_unavailable"])]
    assert rows(doubtful.database, _JUDGED) == [("openai", "scripted")]


@pytest.mark.parametrize(("status", "code"), [(401, "judge_refused"), (404, "unknown_model"), (400, "judge_rejected")])
def test_a_second_judge_that_fails_for_good_costs_no_grade(
    doubtful: Bench, llm: ScriptedLLM, user: User, project: Path, status: int, code: str
) -> None:
    llm.will_fail(status)

    id = grade(doubtful, user, project)

    assert row(doubtful.database, id)["state"] == "done"
    assert rows(doubtful.database, _JUDGED) == [("openai", "scripted")]
    assert second_opinions(doubtful, id) == [(code, [code])]
    assert len(llm.requests) == 3


def test_where_nothing_was_open_nobody_speaks_of_a_second_judge(bench: Bench, user: User, project: Path) -> None:
    id = grade(replace(bench, second_model=SECOND), user, project, LLM)

    assert reports.evaluation(id, database=bench.database)["judge"]["second"] is None
