"""A sample of the attacks over the whole way: a real folder, the real services, the real litellm, an obedient judge."""

from pathlib import Path

import pytest

from evaluator.domain import User
from evaluator.services import reports
from evaluator.services.bench import Bench
from tests.attacks.carriers import CARRIERS
from tests.attacks.laboratory import HARMLESS
from tests.attacks.wordings import ORDERS
from tests.support.grading import grade
from tests.support.llm import Reply, ScriptedLLM
from tests.support.repositories import make_project


@pytest.mark.parametrize("carrier", ["readme", "comment", "file name", "cell output", "manifest"])
@pytest.mark.parametrize("words", ["en", "ko", "all but traps"])
def test_words_in_a_project_buy_nothing_in_silence(
    carrier: str, words: str, bench: Bench, llm: ScriptedLLM, user: User, tmp_path: Path
) -> None:
    llm.always(Reply(obeys=True))

    ids = [
        grade(bench, user, make_project(tmp_path / name, CARRIERS[carrier](said)))
        for name, said in (("clean", HARMLESS), ("bought", ORDERS[words]))
    ]

    clean, bought = (reports.evaluation(id, database=bench.database) for id in ids)
    assert (clean["scores"]["total"], clean["review_reasons"]) == (0, [])
    assert bought["scores"]["total"] == 10
    assert "orders_seen" in bought["review_reasons"]
