"""Answers that are recorded into a file, and judged by again."""

from dataclasses import replace
from pathlib import Path

import pytest

from evaluator.domain import User
from evaluator.errors import BadRecord, SettingsError
from evaluator.services import reports, submission, taping
from evaluator.services.bench import Bench
from evaluator.services.models import RECORDED, REPLAYED
from evaluator.settings import Settings
from tests.support.grading import JUST_PASSING, LLM, ask, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import counters, row, rows
from tests.support.repositories import make_project

RECORDING = LLM.model_copy(update={"model": RECORDED + LLM.model, "fresh": True})
REPLAYING = LLM.model_copy(update={"model": REPLAYED + LLM.model, "fresh": True})
_SCORES = (
    "SELECT rubric_functionality, rubric_practicality, llm_provider, llm_model"
    " FROM project_evaluations ORDER BY evaluated_at"
)


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


def test_a_replay_asks_nobody_gives_the_same_scores_and_says_what_it_is(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tape: Path
) -> None:
    llm.always(Reply(levels=JUST_PASSING))
    sure = replace(bench, tape=tape, samples=3, second_model="anthropic/second", counts_offline=False)
    grade(sure, user, project, RECORDING)
    asked = len(llm.requests)
    llm.always(Reply(default="not_met"))

    id = grade(sure, user, project, REPLAYING)

    assert (asked, len(llm.requests)) == (8, 8)
    assert rows(bench.database, _SCORES) == [
        (4, 1, "openai", "scripted"),
        (4, 1, "replay", "openai/scripted"),
    ]
    assert counters(bench.database, user) == (1, 2)
    assert reports.evaluation(id, database=bench.database)["review_reasons"] == ["near_line", "offline"]
    listed = reports.listing(user_id=user.id, refused=False, limit=9, database=bench.database)
    assert [row["judge"]["provider"] for row in listed] == ["replay", "openai"]
    assert reports.evaluation(id, database=bench.database)["usage"]["cost_usd"] == "0.0000"
    counted = rows(bench.database, "SELECT counted FROM evaluator.records ORDER BY created_at")
    assert counted == [(True,), (False,)]


def test_a_recording_is_whole_also_where_the_answers_are_remembered(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tape: Path
) -> None:
    grade(bench, user, project)

    grade(replace(bench, tape=tape), user, project, RECORDING)

    assert len(llm.requests) == 4
    assert len(tape.read_text().splitlines()) == 3  # a header and two answers


def test_a_changed_project_is_not_judged_by_answers_about_another(
    bench: Bench, user: User, project: Path, tape: Path
) -> None:
    taped = replace(bench, tape=tape)
    grade(taped, user, project, RECORDING)
    make_project(project, {"greet.py": 'print("Something else altogether, and longer than before")\n'})

    failed = row(bench.database, grade(taped, user, project, REPLAYING))

    assert (failed["state"], failed["error_code"]) == ("failed", "bad_record")


@pytest.mark.parametrize("options", [RECORDING, REPLAYING], ids=["recording", "replaying"])
def test_a_worker_without_the_file_leaves_the_request_to_the_one_that_has_it(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tape: Path, options: object
) -> None:
    chosen = RECORDING if options is RECORDING else REPLAYING
    grade(replace(bench, tape=tape), user, project, RECORDING)
    before = len(llm.requests)

    id = grade(replace(bench, keys_differ=True), user, project, chosen)

    left = row(bench.database, id)
    assert (left["state"], left["tries"]) == ("queued", 0)
    assert "that only the command which made the request" in left["error_message"]
    assert len(llm.requests) == before


def test_a_request_whose_command_has_ended_is_withdrawn(bench: Bench, user: User, project: Path) -> None:
    id = ask(bench.database, user, project, RECORDING)
    done = grade(bench, user, project)
    desk = submission.Desk(
        database=bench.database,
        send=lambda _: None,
        rubric=bench.rubric,
        require_key=lambda _: None,
        trusted_forges=(),
        allowed_roots=None,
        keep=bench.keep,
    )

    for each in (id, done):
        submission.withdraw(each, desk=desk)

    assert (row(bench.database, id)["state"], row(bench.database, id)["error_code"]) == ("failed", "withdrawn")
    assert row(bench.database, done)["state"] == "done"


def settings(**values: str) -> Settings:
    return Settings.model_validate({"model": "openai/scripted", **values})


def test_the_model_of_a_replay_is_whoever_answered_then(bench: Bench, user: User, project: Path, tape: Path) -> None:
    grade(replace(bench, tape=tape), user, project, RECORDING)

    assert taping.model(settings(model="offline"), record=None, replay=tape) == REPLAYING.model
    assert taping.model(settings(), record=tape, replay=None) == RECORDING.model
    assert taping.model(settings(), record=None, replay=None) == LLM.model


@pytest.mark.parametrize(
    ("values", "option", "says"),
    [
        ({"DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h"}, "record", "--judge-record needs the embedded"),
        ({"DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h"}, "replay", "--judge-replay needs the embedded"),
        ({"model": "offline"}, "record", "nothing to record"),
    ],
)
def test_where_nothing_can_be_recorded_or_replayed_that_is_said(
    tape: Path, values: dict[str, str], option: str, says: str
) -> None:
    record, replay = (tape, None) if option == "record" else (None, tape)

    with pytest.raises(SettingsError, match=says):
        taping.model(settings(**values), record=record, replay=replay)


def test_a_file_without_recorded_answers_is_told(tape: Path) -> None:
    tape.write_text("{}\n")

    with pytest.raises(BadRecord):
        taping.model(settings(), record=None, replay=tape)
