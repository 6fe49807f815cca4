"""What an operator uses besides grading."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from evaluator.embedded.pair import running
from tests.acceptance.test_walk import asking
from tests.support.cli import Modu, embedded_modu
from tests.support.llm import Reply, ScriptedLLM


def test_the_doctor_finds_all_well_and_says_that_no_llm_would_look(modu: Modu) -> None:
    text = modu("doctor")
    findings = {row["name"]: row for row in modu("doctor", "--json").json}

    assert text.status == 0, text.out
    assert "offline: no LLM looks" in text.out
    assert {name: row["status"] for name, row in findings.items()} == {
        "Python": "ok",
        "git": "ok",
        "Services": "note",
        "PostgreSQL": "ok",
        "Database": "ok",
        "Redis": "ok",
        "Rubric": "ok",
        "Judge": "note",
    }
    assert findings["Rubric"]["text"].startswith("default 1.")


@pytest.mark.parametrize(
    ("settings", "name", "says"),
    [
        ({"MODU_MODEL": "openai/x"}, "Judge", "OPENAI_API_KEY is not set"),
        ({"MODU_MODEL": "mystery"}, "Judge", "provider/model"),
        ({"MODU_RUBRIC": "nonsense"}, "Rubric", "nonsense"),
        ({"PATH": "/nonexistent"}, "git", "not found"),
    ],
    ids=["no key", "no such model", "no such rubric", "no git"],
)
def test_the_doctor_names_what_is_missing(modu: Modu, settings: dict[str, str], name: str, says: str) -> None:
    ended = modu("doctor", "--json", **settings)

    findings = {row["name"]: row for row in ended.json}
    assert ended.status == 5
    assert findings[name]["status"] == "missing"
    assert says in findings[name]["text"]


def test_the_doctor_knows_a_judge_that_can_be_asked(modu: Modu, llm: ScriptedLLM) -> None:
    ended = modu("doctor", "--json", **asking(llm))

    assert ended.status == 0
    findings = {finding["name"]: finding["text"] for finding in ended.json}
    assert findings["Judge"] == f"openai/anything at {llm.url}"
    assert llm.requests == []


def test_the_doctor_knows_a_judge_that_does_not_listen(modu: Modu) -> None:
    ended = modu("doctor", MODU_MODEL="openai/x", OPENAI_API_KEY="x", MODU_API_BASE="http://127.0.0.1:1/v1")

    assert ended.status == 5
    assert "does not answer" in ended.out


def test_the_doctor_says_which_server_does_not_answer(modu: Modu) -> None:
    ended = modu("doctor", DATABASE_URL="postgresql://modu@127.0.0.1:1/modu", REDIS_URL="redis://127.0.0.1:1/0")

    assert ended.status == 5
    assert "127.0.0.1:1" in ended.out
    assert "Traceback" not in ended.out + ended.err


def test_the_doctor_says_that_a_database_waits_for_its_migrations(
    modu: Modu, empty_database_url: str, redis_url: str
) -> None:
    ended = modu("doctor", DATABASE_URL=empty_database_url, REDIS_URL=redis_url)

    assert ended.status == 5
    assert "Run: modu db migrate" in ended.out


def test_a_database_of_ones_own_is_prepared_once_and_compared(
    modu: Modu, empty_database_url: str, redis_url: str
) -> None:
    own = {"DATABASE_URL": empty_database_url, "REDIS_URL": redis_url}

    before = modu("db", "check", **own)
    first = modu("db", "migrate", **own)
    second = modu("db", "migrate", "--json", **own)
    after = modu("db", "check", **own)
    with psycopg.connect(empty_database_url) as conn:
        conn.execute("DROP INDEX idx_user_stats_projects")
    differing = modu("db", "check", "--json", **own)

    assert before.status == 1
    assert "0001" in first.out
    assert (second.status, second.json) == (0, {"applied": []})
    assert (after.status, after.out) == (0, "The database is as documented.\n")
    assert differing.status == 1
    assert [line for line in differing.json["differences"] if "idx_user_stats_projects" in line]


def test_users_are_listed_with_the_prefix_of_their_key(modu: Modu) -> None:
    assert modu("user", "add", "kim", "--json").json["name"] == "kim"
    key = modu("user", "key", "kim", "--json").json["api_key"]

    listed = {row["name"]: row for row in modu("user", "list", "--json").json}

    assert listed["kim"]["api_key_prefix"] == key[:19]
    assert key[:19] in modu("user", "list").out
    assert "kim" in modu("user", "list").out


def test_empty_lists_say_what_to_do_next(modu: Modu) -> None:
    assert "modu evaluate" in modu("list").out
    assert "Nobody is on the board" in modu("leaderboard").out
    assert modu("leaderboard", "--by", "tokens", "--json").json == []


def test_a_request_that_nobody_waits_for_is_told_by_its_id(modu: Modu, project: Path) -> None:
    ended = modu("evaluate", str(project), "--no-wait")

    assert ended.status == 0
    assert re.fullmatch(r"[0-9a-f-]{36}\n", ended.out)
    assert "modu up" in ended.err
    assert "is queued" in modu("show", ended.out.strip()).out


def test_on_a_terminal_the_stages_are_seen(home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path) -> None:
    llm.will(Reply(hang=1.5))
    with embedded_modu(home, tmp_path) as modu:
        inherited = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COV")}
        mine, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "evaluator.cli.main", "evaluate", str(project)],
            env={**inherited, "TERM": "xterm", "COLUMNS": "100", "HOME": str(tmp_path), **modu.settings, **asking(llm)},
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(mine, 4096):
                seen += part
        except OSError:  # how a pty says that the other side has gone
            pass
        os.close(mine)

    text = seen.decode()
    assert process.wait(timeout=30) == 0, text
    assert "Judging" in text
    assert "Total" in text


def test_our_own_mistake_is_told_without_a_traceback(modu: Modu, home: Path) -> None:
    if modu.embedded:
        assert modu("list").status == 0
        with running(home) as addresses, psycopg.connect(addresses.database_url) as conn:
            conn.execute("ALTER TABLE evaluator.requests RENAME TO taken_away")
    else:
        with psycopg.connect(modu.settings["DATABASE_URL"]) as conn:
            conn.execute("ALTER TABLE evaluator.requests RENAME TO taken_away")

    ended = modu("list")

    assert ended.status == 1
    assert "Traceback" not in ended.err
    [log] = re.findall(r"the file (\S+),", ended.err)
    assert "Traceback" in Path(log).read_text(encoding="utf-8")
    Path(log).unlink()
