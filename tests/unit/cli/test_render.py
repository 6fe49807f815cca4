import io
from zoneinfo import ZoneInfo

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
        "error": None,
        "at": RESULT["evaluated_at"],
    }
    failed = {**row, "status": "failed", "scores": None, "error": "source_unreachable"}
    file = io.StringIO()

    render.listing([row, failed], console=Console(file=file, width=80, highlight=False), zone=ZoneInfo("Asia/Seoul"))

    lines = file.getvalue().splitlines()
    assert "11111111  2026-11-22 22:00 KST  5/10   passed" in lines[1]
    assert [line for line in lines if "failed: source_unreachable" in line]
