"""What was graded comes out again from its stored record, to the fraction."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evaluator.domain import User
from evaluator.errors import BadRecord, NotFound
from evaluator.grading import resources
from evaluator.grading.replay import Replayer
from evaluator.grading.rubrics import load
from evaluator.services import regrade, reports
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.services.regrade import Regraded
from tests.support.grading import FAILING, JUST_PASSING, LLM, RUBRIC, ask, grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import everything_stored, row, rows

OFFLINE = LLM.model_copy(update={"model": "offline", "rubric": "default"})
KNOWN = {
    rubric.sha256: rubric
    for rubric in (load(RUBRIC, folder=Path()), load("default", folder=resources.folder("rubrics")))
}


def regraded(bench: Bench, id: object) -> Regraded:
    return regrade.stored(str(id), database=bench.database, known=KNOWN)


def test_one_sample_comes_out_again(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.always(Reply(levels=JUST_PASSING))
    id = grade(bench, user, project)

    result = regraded(bench, id)

    assert (result.outcome, result.differences) == ("same", ())
    assert result.recomputed.dimensions == {"functionality": ("15/4", 4), "practicality": ("5/4", 1)}
    assert result.recomputed == result.stored
    assert "near_line" in (result.stored.reasons or ())


def test_several_samples_come_out_again(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    for levels in (JUST_PASSING, JUST_PASSING, FAILING, JUST_PASSING, JUST_PASSING, JUST_PASSING):
        llm.will(Reply(levels=levels))

    id = grade(replace(bench, samples=3), user, project)

    result = regraded(bench, id)
    assert len(llm.requests) > 2
    assert result.outcome == "same"
    assert result.recomputed == result.stored


def test_a_grade_of_the_offline_judge_comes_out_again(bench: Bench, user: User, project: Path) -> None:
    id = grade(bench, user, project, OFFLINE)

    result = regraded(bench, id)

    assert (result.outcome, result.differences) == ("same", ())
    assert "offline" in (result.recomputed.reasons or ())


def test_a_file_of_the_record_says_the_same_without_a_database(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    id = grade(bench, user, project)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(reports.record(id, database=bench.database)), encoding="utf-8")

    assert regrade.in_file(file, known=KNOWN) == regraded(bench, id)


def test_a_changed_row_is_told_apart_from_a_changed_record(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path
) -> None:
    llm.always(Reply(levels=JUST_PASSING))
    id = grade(bench, user, project)
    with bench.database.transaction() as conn:
        conn.execute("UPDATE project_evaluations SET total_score = 9, rubric_practicality = 5")

    changed = regraded(bench, id)
    with bench.database.transaction() as conn:
        conn.execute(
            "UPDATE evaluator.records SET scorecard = jsonb_set(scorecard, '{dimensions,0,exact}', '\"19/4\"')"
        )
    differs = regraded(bench, id)

    assert (changed.outcome, changed.differences) == (
        "changed",
        ("practicality: 1 was given, the row now says 5.", "total: 5 was given, the row now says 9."),
    )
    assert differs.outcome == "differs"
    assert differs.differences[0] == "functionality: 4 (19/4) was given, the record gives 4 (15/4)."


def test_a_record_with_a_raised_level_is_refused(bench: Bench, llm: ScriptedLLM, user: User, project: Path) -> None:
    llm.always(Reply(levels={"F1": "not_met", "F2": "not_met"}))
    id = grade(bench, user, project)
    with bench.database.transaction() as conn:
        conn.execute(
            "UPDATE evaluator.records SET scorecard ="
            " jsonb_set(scorecard, '{record,examinations,0,verdicts,0,level}', '\"met\"')"
        )

    with pytest.raises(BadRecord, match="contradicts itself: sample 1, functionality: the verdict on F"):
        regraded(bench, id)


def test_what_was_never_graded_has_no_record(bench: Bench, user: User, project: Path) -> None:
    id = ask(bench.database, user, project)

    with pytest.raises(NotFound, match="no grading record"):
        regraded(bench, id)


def test_recorded_answers_give_the_same_grade_again_without_a_call(
    bench: Bench, llm: ScriptedLLM, user: User, project: Path, tmp_path: Path
) -> None:
    tape = tmp_path / "answers.jsonl"
    for levels in (JUST_PASSING, JUST_PASSING, FAILING, JUST_PASSING):
        llm.will(Reply(levels=levels))
    taped = replace(bench, tape=tape, samples=3)
    recording = LLM.model_copy(update={"model": "record/openai/scripted", "fresh": True})
    first = ask(bench.database, user, project, recording)
    run(first, bench=taped)
    asked = len(llm.requests)

    again = ask(
        bench.database, user, project, LLM.model_copy(update={"model": "replay/openai/scripted", "fresh": True})
    )
    run(again, bench=taped)

    assert row(bench.database, again)["state"] == "done", row(bench.database, again)
    assert len(llm.requests) == asked > 2
    assert Replayer(tape).recorded.model == "scripted"
    one, other = regraded(bench, first), regraded(bench, again)
    assert (one.outcome, other.outcome) == ("same", "same")
    assert one.recomputed.dimensions == other.recomputed.dimensions
    assert rows(bench.database, "SELECT llm_provider, llm_model FROM project_evaluations ORDER BY evaluated_at") == [
        ("openai", "scripted"),
        ("replay", "openai/scripted"),
    ]
    assert "def greet(name" in tape.read_text(encoding="utf-8")
    assert "def greet(name" not in everything_stored(bench.database)
