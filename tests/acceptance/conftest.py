from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluator.embedded.pair import Addresses
from tests.support import services as support
from tests.support.cli import Modu, embedded_modu, external_modu
from tests.support.llm import ScriptedLLM, scripted_llm
from tests.support.repositories import make_project

README = "# Greeter\n\nGreets whoever is named.\n\n## Usage\n\n```bash\npython greet.py Kim\n```\n"
CODE = """import sys


def greet(name: str) -> str:
    return f"Hello, {name}, nice to see you!"


if __name__ == "__main__":
    print(greet(sys.argv[1]))
"""
FILES = {
    "README.md": README,
    "greet.py": CODE,
    "test_greet.py": 'from greet import greet\n\n\ndef test_greeting():\n    assert "Kim" in greet("Kim")\n',
    "requirements.txt": "pytest==9.0.0\n",
    "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, to any person\n",
}


@pytest.fixture
def llm() -> Iterator[ScriptedLLM]:
    with scripted_llm() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "greeter", FILES)


@pytest.fixture
def modu(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Modu]:
    """`modu` over services that nobody else uses: embedded ones, or in the external run a database of its own.

    There it has a worker, as an operator would run one; embedded, `modu evaluate` is its own worker.
    """
    given = support.external()
    if given is None:
        with embedded_modu(request.getfixturevalue("home"), tmp_path) as opened:
            yield opened
        return
    with support.new_database(given.database_url) as database_url:
        addresses = Addresses(database_url=database_url, redis_url=request.getfixturevalue("redis_url"))
        with external_modu(addresses, tmp_path) as opened:
            yield opened


@pytest.fixture
def worked(modu: Modu) -> Modu:
    """The same, with a worker running where the services are not embedded."""
    if not modu.embedded:
        modu.start("worker", OPENAI_API_KEY="x")
    return modu
