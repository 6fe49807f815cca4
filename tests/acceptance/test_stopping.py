"""What is left of calls of a judge where a person stops them, and what the logs of a failing one tell."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from evaluator.embedded.pair import running
from evaluator.store.database import Database
from tests.support.cli import Modu, embedded_modu
from tests.support.llm import Reply, ScriptedLLM
from tests.support.people import rows
from tests.support.services import wait_until

KEY = "sk-breakbKEY1234567890abcd"
SAID = f'You sent: return f"Hello, {{name}}, nice to see you!" and key {KEY}'
NEVER = "Fri, 31 Dec 99999999999 23:59:59 GMT"


def asking(llm: ScriptedLLM, **more: str) -> dict[str, str]:
    """Return the settings that make the scripted server the judge, at a price."""
    prices = {"MODU_PRICES": "openai/anything=2/10"}
    return {"MODU_MODEL": "openai/anything", "MODU_API_BASE": llm.url, "OPENAI_API_KEY": KEY, **prices, **more}


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_call_that_is_stopped_stands_in_the_ledger_and_is_settled_with_all_of_it(
    home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path, by: signal.Signals
) -> None:
    llm.will(Reply(hang=60))
    with embedded_modu(home, tmp_path) as modu:
        process = modu.start("evaluate", str(project), "--budget", "5", **asking(llm))
        wait_until(lambda: bool(llm.requests), seconds=60, what="the judge is asked")
        time.sleep(0.3)

        began = time.monotonic()
        os.killpg(process.pid, by)
        _, err = process.communicate(timeout=30)
        lasted = time.monotonic() - began

        assert process.returncode == 130, err
        assert "Traceback" not in err
        assert lasted < 15  # a stop of the embedded services included
        with running(home) as addresses, Database.open(addresses.database_url) as database:
            assert rows(database, "SELECT outcome FROM evaluator.calls") == [("interrupted",)]
            assert rows(database, "SELECT state, tries FROM evaluator.requests") == [("queued", 0)]
            assert rows(database, "SELECT spent_usd > 0, reserved_usd = 0 FROM evaluator.budgets") == [(True, True)]


def test_no_log_level_puts_anything_in_front_of_the_json(modu: Modu, llm: ScriptedLLM, project: Path) -> None:
    settings = asking(llm, MODU_LOG_LEVEL="DEBUG", LITELLM_LOG="DEBUG")
    if not modu.embedded:
        modu.start("worker", **settings)

    ended = modu("evaluate", str(project), "--json", **settings)

    assert ended.status == 0, ended.err
    assert ended.out.startswith("{")
    assert json.loads(ended.out)["scores"]
    assert "LiteLLM" not in ended.err
    assert "nice to see you" not in ended.err


@pytest.mark.parametrize(("command", "level"), [("worker", "DEBUG"), ("up", "WARNING")])
def test_a_provider_that_quotes_the_prompt_is_not_repeated_by_a_worker(
    modu: Modu, llm: ScriptedLLM, project: Path, command: str, level: str
) -> None:
    llm.always(Reply(status=429, text=SAID, headers={"Retry-After": NEVER}))
    settings = asking(llm, MODU_LOG_LEVEL=level, MODU_CALL_ATTEMPTS="1", MODU_MAX_ATTEMPTS="1")
    recorded = modu("evaluate", str(project), "--no-wait", "--json", **settings).json

    process = modu.start(command, **settings)
    wait_until(
        lambda: modu("show", recorded["request_id"], "--json").json["status"] == "failed", seconds=60, what="it failed"
    )
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=40)

    shown = modu("show", recorded["request_id"], "--json").json
    assert shown["error"]["code"] == "rate_limited"
    assert "Traceback" not in out + err
    assert KEY not in out + err + json.dumps(shown)
    assert "nice to see you" not in out + err + json.dumps(shown)
