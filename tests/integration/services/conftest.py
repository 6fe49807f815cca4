from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from evaluator.domain import Limits, User
from evaluator.grading import judge, resources, rubrics
from evaluator.grading.asking import Patience
from evaluator.grading.prompts import Prompts
from evaluator.judgement import Judge
from evaluator.services.bench import Bench
from evaluator.store.database import Database
from tests.support.llm import ScriptedLLM, scripted_llm
from tests.support.people import add_user
from tests.support.repositories import make_project

KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "gemini": "GEMINI_API_KEY"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def user(database: Database) -> User:
    return add_user(database)


@pytest.fixture
def llm() -> Iterator[ScriptedLLM]:
    with scripted_llm() as server:
        yield server


@pytest.fixture
def bench(database: Database, llm: ScriptedLLM) -> Bench:
    """A worker whose judge, the real litellm, asks the scripted server; the model `offline` asks nobody."""
    return Bench(
        database=database,
        owner=uuid4(),
        rubric=lambda name: rubrics.load(name, folder=resources.folder("rubrics")),
        judge=lambda model: None if model == "offline" else _judge(model, llm.url),
        prompts=Prompts.load(resources.folder("prompts")),
        limits=Limits(),
        digest_tokens=60_000,
        answer_tokens=4_000,
        counts_offline=True,
        max_tries=3,
        lease=timedelta(seconds=60),
        keep=timedelta(days=7),
        samples=1,  # here it matters what is asked and counted; the tests of grading say when more are taken
        patience=Patience(attempts=1),
    )


def _judge(model: str, url: str) -> Judge:
    return judge.open_judge(model, api_base=url, keys={}, timeout=20, answer_tokens=4000)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that does what its README says."""
    return make_project(
        tmp_path / "greeter",
        {
            "README.md": "# Greeter\n\nGreets who is named.\n\n## Usage\n\n```bash\npython greet.py Kim\n```\n",
            "greet.py": "import sys\n\n\ndef greet(name: str) -> str:\n"
            '    return f"Hello, {name}, nice to see you!"\n\n\n'
            'if __name__ == "__main__":\n    print(greet(sys.argv[1]))\n',
            "test_greet.py": "from greet import greet\n\n\ndef test_greeting_names_the_person():\n"
            '    assert greet("Kim") == "Hello, Kim, nice to see you!"\n',
            "requirements.txt": "pytest==9.0.0\n",
            "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, to any person\n",
        },
    )
