"""The whole walk, as a person takes it."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from evaluator.embedded.pair import running
from evaluator.store.database import Database
from tests.acceptance.conftest import FILES
from tests.support.cli import Modu, embedded_modu, interrupt
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import rows
from tests.support.repositories import commit_of, make_project, make_repository, serve_git
from tests.support.services import wait_until

RUBRIC = str(Path(__file__).parents[1] / "data" / "plain.toml")
LEVELS = {"F1": "met", "F2": "not_met", "P1": "partly", "P2": "not_met"}  # 4 and 1, as tests/data/plain.toml weighs


def stored(modu: Modu, statement: str) -> list[tuple[object, ...]]:
    """Return what a SELECT gives in the database of *modu*."""
    if not modu.embedded:
        with Database.open(modu.settings["DATABASE_URL"]) as database:
            return rows(database, statement)
    with running(Path(modu.settings["MODU_HOME"])) as addresses, Database.open(addresses.database_url) as database:
        return rows(database, statement)


def asking(llm: ScriptedLLM) -> dict[str, str]:
    """Return the settings that make the scripted server the judge."""
    return {"MODU_MODEL": "openai/anything", "MODU_API_BASE": llm.url, "OPENAI_API_KEY": "x"}


def naming(home: Path) -> list[str]:
    """Return the command lines of all processes that name *home*."""
    lines = subprocess.run(["ps", "axww", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in lines.splitlines() if str(home) in line]


def test_a_project_is_graded_without_any_server_or_key(worked: Modu, project: Path) -> None:
    ended = worked("evaluate", str(project))

    assert ended.status == 0, ended.err
    assert re.search(r"█+░* \d/5  Functionality", ended.out)
    assert re.search(r"Total \d+/10  (PASSED|NOT PASSED)", ended.out)
    assert "No LLM looked" in ended.out
    assert "the offline judge" in ended.out
    assert re.search(r"\S+\.(py|txt|md):\d+", ended.out)
    assert "A person should look: " in ended.out
    assert ended.err == ""


def test_the_json_is_the_documented_one(worked: Modu, project: Path) -> None:
    result = worked("evaluate", str(project), "--json").json

    assert list(result) == [
        "id",
        "request_id",
        "status",
        "user",
        "project",
        "scores",
        "pass_line",
        "dimensions",
        "criteria",
        "claims",
        "feedback",
        "review_reasons",
        "review",
        "judge",
        "evaluated_at",
        "usage",
    ]
    assert result["status"] == "done"
    assert result["user"] == "tester"
    assert result["project"] | {"path_hash": "", "tree": ""} == {
        "name": "greeter",
        "path_hash": "",
        "kind": "path",
        "commit": None,
        "tree": "",
    }
    assert result["scores"]["total"] == result["scores"]["functionality"] + result["scores"]["practicality"]
    assert result["scores"]["passed"] is (result["scores"]["total"] >= 5)
    assert result["judge"]["provider"] == "offline"
    assert result["usage"] == {
        "calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "lost_calls": 0,
        "cost_usd": "0.0000",
    }


@pytest.mark.parametrize(("provider", "base"), [("openai", "{}/v1"), ("anthropic", "{}"), ("gemini", "{}/v1/")])
def test_the_grade_is_what_the_answers_imply_in_each_wire_format(
    modu: Modu, llm: ScriptedLLM, project: Path, provider: str, base: str
) -> None:
    llm.always(Reply(levels=LEVELS))
    settings = {
        "MODU_MODEL": f"{provider}/anything",
        "MODU_API_BASE": base.format(llm.url),
        f"{provider.upper()}_API_KEY": "x",
        "MODU_RUBRIC": RUBRIC,
    }
    if not modu.embedded:
        modu.start("worker", **settings)

    ended = modu("evaluate", str(project), "--json", **settings)

    assert ended.status == 0, ended.err
    result = ended.json
    assert result["scores"] == {"functionality": 4, "practicality": 1, "total": 5, "passed": True}
    assert {criterion["id"]: criterion["verdict"] for criterion in result["criteria"]} == LEVELS
    assert [(e["file"], e["status"]) for c in result["criteria"] if c["id"] == "F1" for e in c["evidence"]] == [
        ("greet.py", "exact")
    ]
    assert (result["judge"]["provider"], result["judge"]["model"]) == (provider, "anything")
    assert (result["usage"]["calls"], result["usage"]["input_tokens"]) == (6, 6000)  # a total of 5 is looked at thrice
    assert {request.wire for request in llm.requests} == {provider}


def test_an_unchanged_project_costs_no_second_call(modu: Modu, llm: ScriptedLLM, project: Path) -> None:
    if not modu.embedded:
        modu.start("worker", **asking(llm))
    first = modu("evaluate", str(project), "--json", **asking(llm)).json

    second = modu("evaluate", str(project), "--json", **asking(llm)).json

    assert len(llm.requests) == 2
    assert second["id"] == first["id"]
    assert second["usage"]["calls"] == 0
    assert stored(modu, "SELECT total_evaluations, successful_projects_count FROM user_stats") == [(1, 1)]
    assert stored(modu, "SELECT count(*) FROM project_evaluations") == [(1,)]


def test_a_git_url_is_graded_at_its_ref_and_in_its_folder(modu: Modu, tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "served" / "work", {f"api/{name}": text for name, text in FILES.items()})
    first = commit_of(repository)
    make_repository(repository, {"api/README.md": "# Changed\n\nA later state that is not graded here.\n"})

    with serve_git(tmp_path / "served") as url:
        settings = {"MODU_TRUSTED_FORGES": "http://127.0.0.1:*"}
        if not modu.embedded:
            modu.start("worker", **settings)
        ended = modu("evaluate", f"{url}/work", "--ref", first, "--subdir", "api", "--json", **settings)

    assert ended.status == 0, ended.err
    assert ended.json["project"]["kind"] == "git"
    assert ended.json["project"]["commit"] == first
    assert ended.json["project"]["name"] == "api"
    assert stored(modu, "SELECT DISTINCT source FROM evaluator.requests") == [(None,)]


def test_results_can_be_read_again(worked: Modu, project: Path) -> None:
    result = worked("evaluate", str(project), "--json").json

    by_evaluation = worked("show", result["id"], "--json").json
    by_request = worked("show", result["request_id"], "--json").json
    listed = worked("list", "--json").json
    board = worked("leaderboard", "--json").json

    assert by_evaluation == by_request == result
    assert [(row["id"], row["project"], row["scores"]) for row in listed] == [
        (result["id"], "greeter", result["scores"])
    ]
    assert board in ([], [{"rank": 1, "user": "tester", "projects": 1, "evaluations": 1, "tokens": 0}])
    assert result["id"] in worked("show", result["id"]).out
    assert "greeter" in worked("list").out


def test_a_user_who_was_added_owns_what_is_graded_for_them(worked: Modu, project: Path) -> None:
    assert worked("user", "add", "김하늘").status == 0

    result = worked("evaluate", str(project), "--user", "김하늘", "--json").json

    assert result["user"] == "김하늘"
    assert [row["user"] for row in worked("list", "--user", "김하늘", "--json").json] == ["김하늘"]
    assert worked("list", "--user", "김하늘", "--json").json == worked("list", "--json").json
    assert re.fullmatch(r"modu_arena_[0-9a-f]{8}_[0-9a-f]{32}", worked("user", "key", "김하늘").out.strip())


def test_a_total_below_the_line_of_the_caller_has_a_status_of_its_own(worked: Modu, tmp_path: Path) -> None:
    project = make_project(tmp_path / "poor", {"README.md": "# Poor\n\nIt does a lot. Run `python gone.py`.\n"})

    ended = worked("evaluate", str(project), "--fail-under", "10", "--json")

    assert ended.status == 6
    assert ended.json["status"] == "done"


def test_the_offline_result_speaks_korean_if_asked(worked: Modu, project: Path) -> None:
    ended = worked("evaluate", str(project), MODU_LANGUAGE="ko")

    assert ended.status == 0, ended.err
    assert "기능" in ended.out or "실행" in ended.out


def test_a_request_that_nobody_waited_for_is_finished_by_the_next_up(
    modu: Modu, llm: ScriptedLLM, project: Path
) -> None:
    recorded = modu("evaluate", str(project), "--no-wait", "--json").json
    waiting = modu("show", recorded["request_id"], "--json").json

    up = modu.start("up")
    wait_until(
        lambda: modu("show", recorded["request_id"], "--json").json["status"] == "done", seconds=30, what="it is graded"
    )
    up.send_signal(signal.SIGTERM)

    assert waiting["status"] == "queued"
    assert up.wait(timeout=30) == 0


def test_after_ctrl_c_the_next_evaluation_finishes_the_request_too_and_there_is_one_row(
    home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path
) -> None:
    llm.will(Reply(hang=60))
    with embedded_modu(home, tmp_path) as modu:
        process = modu.start("evaluate", str(project), **asking(llm))
        wait_until(lambda: bool(llm.requests), seconds=60, what="the judge is asked")

        stopped = interrupt(process)
        ended = modu("evaluate", str(project), "--json", **asking(llm))

        assert stopped.status == 130
        assert "Traceback" not in stopped.err
        assert ended.status == 0, ended.err
        assert stored(modu, "SELECT count(*) FROM project_evaluations") == [(1,)]
        assert stored(modu, "SELECT state, count(*) FROM evaluator.requests GROUP BY state") == [("done", 2)]
        assert stored(modu, "SELECT total_evaluations FROM user_stats") == [(1,)]


def test_ctrl_c_leaves_no_process_behind(home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path) -> None:
    llm.will(Reply(hang=60))
    with embedded_modu(home, tmp_path) as modu:
        process = modu.start("evaluate", str(project), **asking(llm))
        wait_until(lambda: bool(llm.requests), seconds=60, what="the judge is asked")

        interrupt(process)

        wait_until(lambda: not naming(home), seconds=10, what="every process has ended")


def test_a_worker_that_is_stopped_hands_back_what_it_grades_and_another_finishes_it(
    modu: Modu, llm: ScriptedLLM, project: Path
) -> None:
    llm.will(Reply(hang=60))
    worker = modu.start("worker", **asking(llm))
    id = modu("evaluate", str(project), "--no-wait", "--json", **asking(llm)).json["request_id"]
    wait_until(lambda: bool(llm.requests), seconds=60, what="the judge is asked")
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: "Stopping" in (worker.stderr.readline() if worker.stderr else ""), seconds=30, what="it stops")
    worker.send_signal(signal.SIGTERM)  # it waits for the judge: not so long

    worker.wait(timeout=30)
    handed_back = modu("show", id, "--json").json
    modu.start("worker", **asking(llm))

    assert handed_back["status"] == "queued"
    wait_until(lambda: modu("show", id, "--json").json["status"] == "done", seconds=60, what="another finishes it")
    assert stored(modu, "SELECT total_evaluations FROM user_stats") == [(1,)]


def test_several_worker_processes_share_the_work(modu: Modu, tmp_path: Path) -> None:
    projects = [make_project(tmp_path / f"project-{n}", FILES) for n in range(4)]
    ids = [modu("evaluate", str(place), "--no-wait", "--json").json["request_id"] for place in projects]

    workers = modu.start("worker", "--processes", "2", "--threads", "2")
    wait_until(
        lambda: [row["status"] for row in modu("list", "--json").json] == ["done"] * 4,
        seconds=60,
        what="all are graded",
    )
    workers.send_signal(signal.SIGTERM)

    assert len(ids) == 4
    assert workers.wait(timeout=30) == 0
    assert stored(modu, "SELECT total_evaluations FROM user_stats") == [(4,)]
