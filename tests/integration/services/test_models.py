"""Which model judges: the one asked for, the ones that stand in for it, the second judge."""

from contextlib import AbstractContextManager, nullcontext
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
from evaluator.services.evaluation import run
from tests.support.grading import JUST_PASSING, LLM, RUBRIC, ask, grade
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


class _Refusing:
    """Traffic that lets one provider through."""

    def __init__(self, refused: str, error: JudgeBusy) -> None:
        self._refused = refused
        self._error = error
        self.asked: list[tuple[str, bool]] = []

    def admit(self, provider: str, *, tokens: int) -> AbstractContextManager[None]:
        self.asked.append((provider, tokens > 0))
        if provider == self._refused:
            raise self._error
        return nullcontext()


def test_a_provider_that_is_left_alone_is_stood_in_for(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    traffic = _Refusing("openai", JudgeBusy("It failed too often.", retry_after=timedelta(seconds=100)))

    grade(replace(covered, traffic=traffic), user, project)

    assert asked(llm) == ["stand-in", "stand-in"]
    assert traffic.asked == [("openai", True), ("anthropic", True), ("anthropic", True)]


def test_a_limit_of_our_own_is_waited_for_which_is_no_try_and_no_reason_for_another_model(
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    traffic = _Refusing("openai", LimitReached("All places are taken.", retry_after=timedelta(seconds=100)))

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
    covered: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.will(Reply(levels=JUST_PASSING), times=2)
    llm.will_fail(503)
    llm.always(Reply(levels=JUST_PASSING))
    id = grade(replace(covered, second_model="gemini/second"), user, project)
    put_back = row(covered.database, id)
    with covered.database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET next_try_at = now()")

    run(id, bench=replace(covered, second_model="gemini/second"))

    assert (put_back["state"], put_back["error_code"]) == ("queued", "judge_unavailable")
    assert rows(covered.database, _JUDGED) == [("openai", "scripted")]
    assert rows(covered.database, "SELECT count(*) FROM evaluator.calls WHERE model_asked = 'scripted'") == [(2,)]


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
