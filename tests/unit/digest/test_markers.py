import pytest

from evaluator.digest.build import build
from evaluator.domain import DigestFile
from tests.support.snapshots import MemorySnapshot

CACHE = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache.\n"
ENVIRONMENT = "home = /usr/bin\nversion = 3.12\n"
PROJECT = {"README.md": "# Demo\nRun `python main.py`.\n", "app/core.py": "def run():\n    return 1\n"}


def row(path: str, **files: str) -> DigestFile:
    digest = build(MemorySnapshot({**PROJECT, **files}), budget=5000, mark="M")
    return next(file for file in digest.files if file.path == path)


@pytest.mark.parametrize("marker", [{"app/CACHEDIR.TAG": CACHE}, {"app/pyvenv.cfg": ENVIRONMENT}])
def test_a_folder_with_a_genuine_marker_is_not_shown(marker: dict[str, str]) -> None:
    found = row("app/core.py", **{"main.py": "x = 1\n"}, **marker)

    assert (found.shown, found.reason) == ("listed", "vendored")


@pytest.mark.parametrize(
    "marker", [{"app/CACHEDIR.TAG": ""}, {"app/CACHEDIR.TAG": f" {CACHE}"}, {"app/pyvenv.cfg": "[home]\n"}]
)
def test_a_marker_that_is_only_called_so_hides_nothing(marker: dict[str, str]) -> None:
    assert row("app/core.py", **{"main.py": "x = 1\n"}, **marker).shown == "whole"


@pytest.mark.parametrize("marker", [{"app/CACHEDIR.TAG": CACHE}, {"app/pyvenv.cfg": ENVIRONMENT}])
def test_a_folder_that_the_rest_imports_is_shown_whatever_it_says(marker: dict[str, str]) -> None:
    assert row("app/core.py", **{"main.py": "from app import core\n"}, **marker).shown == "whole"


def test_a_marker_at_the_top_hides_nothing() -> None:
    assert row("app/core.py", **{"main.py": "x = 1\n", "CACHEDIR.TAG": CACHE}).shown == "whole"
