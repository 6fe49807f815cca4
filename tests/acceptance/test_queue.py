"""The queue as a person meets it: one key is one request, what is cancelled stops, nothing is left behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli import embedded_modu
from tests.support.llm import Reply, ScriptedLLM
from tests.support.services import wait_until


def test_one_key_is_one_request_and_a_cancelled_one_ends_everywhere(
    home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path
) -> None:
    llm.always(Reply(hang=2))
    settings = {"MODU_MODEL": "openai/anything", "MODU_API_BASE": llm.url, "OPENAI_API_KEY": "none"}
    with embedded_modu(home, tmp_path) as modu:
        keyed = ("evaluate", str(project), "--idempotency-key", "order 1", "--json")
        recorded = [modu(*keyed, "--no-wait", **settings).json for _ in range(2)]
        clash = modu(*keyed, "--no-wait", "--fresh", **settings)
        waiting = modu.start(*keyed, **settings)
        wait_until(lambda: bool(llm.requests), seconds=60, what="the judge is asked")

        id = recorded[0]["request_id"]
        cancelled = modu("cancel", id[:8])
        out, err = waiting.communicate(timeout=60)
        again = modu("cancel", id, "--json")
        unknown = modu("cancel", "00000000")

    assert recorded[0] == recorded[1] == {"request_id": id, "status": "queued"}
    assert (clash.status, clash.json["error"]["code"]) == (2, "idempotency_conflict")
    assert (cancelled.status, cancelled.out) == (0, f"Cancelled: {id}\n")
    assert (waiting.returncode, '"status": "cancelled"' in out) == (5, True), err
    assert (again.status, again.json["error"]["code"]) == (2, "already_ended")
    assert "it is cancelled" in again.err
    assert (unknown.status, "There is no request" in unknown.err) == (2, True)
    assert len(llm.requests) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
def test_worker_processes_end_with_the_one_that_started_them_however_it_ends(home: Path, tmp_path: Path) -> None:
    with embedded_modu(home, tmp_path) as modu:
        for by in (signal.SIGKILL, signal.SIGTERM):
            parent = modu.start("worker", "--processes", "2", "--threads", "1")
            wait_until(lambda pid=parent.pid: len(_children(pid)) == 2, seconds=60, what="they are there")  # type: ignore[misc]
            children = _children(parent.pid)
            time.sleep(1)  # one of them in the middle of its start, perhaps

            os.kill(parent.pid, by)
            parent.wait(60)

            wait_until(lambda pids=children: not any(map(_lives, pids)), seconds=60, what="they end")  # type: ignore[misc]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
