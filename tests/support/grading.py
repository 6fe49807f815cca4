"""Requests that are graded at once in the test's own process."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from uuid import UUID

from evaluator.domain import Options, User
from evaluator.errors import JudgeBusy
from evaluator.services.bench import Bench
from evaluator.services.evaluation import run
from evaluator.store.database import Database
from tests.support.people import folder_source, queue

RUBRIC = str(Path(__file__).parents[1] / "data" / "plain.toml")
LLM = Options(rubric=RUBRIC, model="openai/scripted")
JUST_PASSING = {"F1": "met", "F2": "not_met", "P1": "partly", "P2": "not_met"}  # 4 and 1: a total of 5
FAILING = {"F1": "not_met", "F2": "met", "P1": "met", "P2": "not_met"}  # 1 and 3: a total of 4


def ask(database: Database, user: User, project: Path, options: Options = LLM) -> UUID:
    """Return the id of a new request for the project."""
    return queue(database, user, folder_source(str(project), name=project.name), options=options)


def grade(bench: Bench, user: User, project: Path, options: Options = LLM) -> UUID:
    """Return the id of a request for the project that has been run once."""
    id = ask(bench.database, user, project, options)
    run(id, bench=bench)
    return id


def come_round(bench: Bench, ids: list[UUID]) -> None:
    """Let the time of the next try come for what stepped back, and run it."""
    with bench.database.transaction() as conn:
        conn.execute("UPDATE evaluator.requests SET next_try_at = now() WHERE state = 'queued'")
    for id in ids:
        run(id, bench=bench)


class Refusing:
    """Traffic that lets all providers through but one."""

    def __init__(self, refused: str, error: JudgeBusy) -> None:
        self._refused = refused
        self._error = error
        self.asked: list[tuple[str, bool]] = []

    def admit(self, provider: str, *, tokens: int) -> AbstractContextManager[None]:
        self.asked.append((provider, tokens > 0))
        if provider == self._refused:
            raise self._error
        return nullcontext()
