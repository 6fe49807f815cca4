import io
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from evaluator.cli import render
from tests.unit.cli.test_result import RESULT


def test_the_list_fits_a_narrow_terminal() -> None:
    row = {
        "id": RESULT["id"],
        "status": "done",
        "user": "kim",
        "project": "a-project-with-a-long-name",
        "scores": RESULT["scores"],
        "judge": {"provider": "openai", "model": "x"},
        "error": None,
        "at": RESULT["evaluated_at"],
    }
    failed = {**row, "status": "failed", "scores": None, "judge": None, "error": "source_unreachable"}
    file = io.StringIO()

    render.listing([row, failed], console=Console(file=file, width=80, highlight=False), zone=ZoneInfo("Asia/Seoul"))

    lines = file.getvalue().splitlines()
    assert "11111111  2026-11-22 22:00 KST  5/10   passed" in lines[1]
    assert [line for line in lines if "failed: source_unreachable" in line]


@pytest.mark.parametrize(("provider", "marked"), [("offline", True), ("replay", True), ("openai", False)])
def test_what_no_llm_looked_at_is_marked_in_the_list(provider: str, marked: bool) -> None:
    row = {
        "id": RESULT["id"],
        "status": "done",
        "user": "kim",
        "project": "greeter",
        "scores": RESULT["scores"],
        "judge": {"provider": provider, "model": "x"},
        "error": None,
        "at": RESULT["evaluated_at"],
    }
    file = io.StringIO()

    render.listing([row], console=Console(file=file, width=80, highlight=False))

    assert ("passed*" in file.getvalue()) is marked
    assert ("* No LLM looked" in file.getvalue()) is marked


def test_a_name_in_a_list_is_text_whatever_brackets_it_has() -> None:
    row = {
        "id": RESULT["id"],
        "status": "failed",
        "user": "[red]kim",
        "project": "[/x] a",
        "scores": None,
        "judge": None,
        "error": "no_readme",
        "at": RESULT["evaluated_at"],
    }
    file = io.StringIO()

    render.listing([row], console=Console(file=file, width=120, highlight=False))

    assert "[red]kim" in file.getvalue()
    assert "[/x] a" in file.getvalue()
