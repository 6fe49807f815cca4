"""Which model judges: the one asked for, and the ones that stand in for it."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evaluator.domain import Options, User
from evaluator.errors import JudgeBusy, LimitReached
from evaluator.grading import judge
from evaluator.judgement import Judge
from evaluator.services import reports
from evaluator.services.bench import Bench
from tests.support.grading import JUST_PASSING, LLM, RUBRIC, Refusing, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import counters, row, rows
from tests.support.repositories import make_project

FALLBACK = "anthropic/stand-in"
_JUDGED = "SELECT llm_provider, llm_model FROM project_evaluations"


@pytest.fixture
def covered(bench: Bench) -> Bench:
    """A worker with a model that stands in for the first."""
    return replace(bench, fallback_models=(FALLBACK,))


def asked(llm: ScriptedLLM) -> list[str]:
    return [request.body["model"] for request in llm.requests]


def test_a_model_that_stands_in_judges_all_of_it_where_the_first_fails(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply())
    llm.will_fail(503)

    id = grade(covered, user, project)

    assert asked(llm) == ["scripted", "scripted", "stand-in", "stand-in"]
    assert rows(covered.database, _JUDGED) == [("anthropic", "stand-in")]
    assert (row(covered.database, id)["state"], counters(covered.database, user)) == ("done", (1, 1))


def test_where_all_fail_the_reason_of_the_first_is_kept_and_the_request_put_back(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will_fail(429, headers={"Retry-After": "120"})
    llm.will_fail(503)

    id = grade(covered, user, project)

    after = row(covered.database, id)
    assert (after["state"], after["error_code"], after["tries"]) == ("queued", "rate_limited", 1)
    assert asked(llm) == ["scripted", "stand-in"]


@pytest.mark.parametrize("status", [401, 404, 400])
def test_what_waiting_cannot_mend_is_not_left_to_another_model(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path, status: int
) -> None:
    llm.will_fail(status)

    id = grade(covered, user, project)

    assert (row(covered.database, id)["state"], asked(llm)) == ("failed", ["scripted"])


@pytest.mark.parametrize("status", [401, 404, 400])
def test_a_stand_in_that_fails_for_good_is_passed_over_for_the_next_one(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    llm.will_fail(503)
    llm.will_fail(status)

    grade(replace(covered, fallback_models=(FALLBACK, "openai/third")), user, project)

    assert asked(llm) == ["scripted", "stand-in", "third", "third"]
    assert rows(covered.database, _JUDGED) == [("openai", "third")]
    passed = [(r.__dict__["model"], r.__dict__["code"]) for r in caplog.records if r.message == "Model passed over"]
    assert passed == [("openai/scripted", "judge_unavailable"), (FALLBACK, _CODES[status])]


_CODES = {401: "judge_refused", 404: "unknown_model", 400: "judge_rejected"}


@pytest.mark.parametrize("replies", [[Reply(status=401, text="no")], [Reply(text="nonsense")] * 2], ids=["401", "form"])
def test_where_no_stand_in_is_of_use_the_request_waits_for_the_first_model(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path, replies: list[Reply]
) -> None:
    llm.will_fail(503)
    for reply in replies:
        llm.will(reply)

    id = grade(covered, user, project)

    after = row(covered.database, id)
    assert (after["state"], after["error_code"], after["tries"]) == ("queued", "judge_unavailable", 1)
    assert asked(llm) == ["scripted", *["stand-in"] * len(replies)]


def test_a_stand_in_without_a_key_is_passed_over(covered: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    keyless = judge.open_judge(FALLBACK, api_base=None, keys={}, timeout=20, answer_tokens=4000)

    def judges(model: str) -> Judge | None:
        return keyless if model == FALLBACK else covered.judge(model)

    llm.will_fail(503)
    id = grade(replace(covered, judge=judges, fallback_models=(FALLBACK, "openai/third")), user, project)

    assert row(covered.database, id)["state"] == "done"
    assert rows(covered.database, _JUDGED) == [("openai", "third")]


def test_an_unchanged_project_that_a_stand_in_judged_costs_nothing(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will_fail(503)
    first = grade(covered, user, project)
    calls = len(llm.requests)

    second = grade(covered, user, project)

    assert len(llm.requests) == calls
    assert row(covered.database, second)["evaluation_id"] == row(covered.database, first)["evaluation_id"]


def test_a_provider_that_is_left_alone_is_stood_in_for(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    traffic = Refusing("openai", JudgeBusy("It failed too often.", retry_after=timedelta(seconds=100)))

    grade(replace(covered, traffic=traffic), user, project)

    assert asked(llm) == ["stand-in", "stand-in"]
    assert traffic.asked == [("openai", True), ("anthropic", True), ("anthropic", True)]


def test_a_limit_of_our_own_is_waited_for_which_is_no_try_and_no_reason_for_another_model(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    traffic = Refusing("openai", LimitReached("All places are taken.", retry_after=timedelta(seconds=100)))

    id = grade(replace(covered, traffic=traffic), user, project)

    after = row(covered.database, id)
    assert (after["state"], after["error_code"], after["tries"]) == ("queued", "judge_busy", 0)
    [(seconds,)] = rows(covered.database, "SELECT extract(epoch FROM next_try_at - now()) FROM evaluator.requests")
    assert 90 < seconds <= 125
    assert not llm.requests


def test_the_offline_judge_has_neither_stand_in_nor_second(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    grade(replace(covered, second_model="gemini/second"), user, project, Options(rubric="default", model="offline"))

    assert not llm.requests
    assert rows(covered.database, _JUDGED) == [("offline", "machine-checks")]


def test_the_organizer_s_pass_line_is_shown_beside_ours(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(levels=JUST_PASSING))

    id = grade(bench, user, project, Options(rubric=RUBRIC, model=LLM.model, pass_line=8))

    result = reports.evaluation(id, database=bench.database)
    assert result["scores"]["passed"] is True
    assert result["pass_line"] == {"points": 8, "passed": False}


def test_what_the_readme_promises_is_listed_with_what_became_of_it(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(levels={"claims": "not_shown"}))
    promised = "# Greeter\n\n- Greets who is named\n\n```bash\npython greet.py Kim\npython mail.py\n```\n"
    make_project(project, {"README.md": promised})

    claims = reports.evaluation(grade(bench, user, project), database=bench.database)["claims"]

    assert claims
    assert [claim["n"] for claim in claims] == list(range(1, len(claims) + 1))
    told = {claim["text"]: (claim["verdict"], claim["by"]) for claim in claims}
    assert told["python greet.py"] == ("shown", "machine")
    assert told["python mail.py"][0] == "not_shown"
