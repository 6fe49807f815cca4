"""What somebody sees who waits for a cohort without a terminal."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluator.app import App, opened
from evaluator.cli import cohort_waiting
from evaluator.cli.cohort_waiting import until_ended
from evaluator.cli.submitting import desk_of
from evaluator.services import cohort_intake
from evaluator.services.cohort_cells import Row
from evaluator.services.cohort_file import Table
from evaluator.services.cohort_intake import Terms
from evaluator.settings import load
from evaluator.store.cohorts import Cohort
from tests.support.people import OPTIONS, add_user


@pytest.fixture
def app(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[App]:
    settings = load({"DATABASE_URL": database_url, "REDIS_URL": redis_url, "MODU_HOME": str(tmp_path)})
    with opened(settings) as parts:
        yield parts


@pytest.fixture
def cohort(app: App) -> Cohort:
    rows = tuple(Row(number, None, {"source": f"https://github.com/owner/{number}"}) for number in (1, 2))
    terms = Terms(name="spring", organizer=add_user(app.database), options=OPTIONS)
    table = Table(rows=rows, bad=(), encoding="utf-8")
    return cohort_intake.submit(table, terms, skip_bad=False, desk=desk_of(app)).cohort


def change(app: App, statement: bytes) -> None:
    with app.database.transaction() as conn:
        conn.execute(statement)


def test_a_line_now_and_then_says_how_far_it_is_and_what_to_see_to(
    app: App, cohort: Cohort, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_waiting, "_LINE", 0.2)
    monkeypatch.setattr(cohort_waiting, "_LONELY", 0.1)
    waiting = threading.Thread(target=until_ended, args=(cohort,), kwargs={"app": app})
    said = ""

    def wait_for(text: str) -> None:
        nonlocal said
        for _ in range(600):
            said += capsys.readouterr().err
            if text in said:
                return
            waiting.join(timeout=0.05)
        raise AssertionError(f"{text!r} was not said, but {said!r}")

    waiting.start()
    wait_for("0 of 2 graded, 2 queued; $0.00. Is a worker running? Start one with: modu worker\n")
    change(app, b"UPDATE evaluator.requests SET error_code = 'x', error_message = E'The \\x1bjudge is away.'")
    wait_for("Some wait: The judge is away. They are tried again.\n")
    change(app, b"UPDATE evaluator.requests SET state = 'cancelled', source = NULL, ended_at = now()")
    waiting.join(timeout=30)

    assert not waiting.is_alive()
    assert "\x1b" not in said
