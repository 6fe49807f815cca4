import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from evaluator.cli import render

RESULT: dict[str, Any] = {
    "id": "11111111-1111-1111-1111-111111111111",
    "request_id": "22222222-2222-2222-2222-222222222222",
    "status": "done",
    "user": "kim",
    "project": {
        "name": "greeter",
        "path_hash": "0" * 64,
        "kind": "git",
        "commit": "abcdef0123456789",
        "tree": "1" * 40,
    },
    "scores": {"functionality": 4, "practicality": 1, "total": 5, "passed": True},
    "criteria": [
        {
            "id": "F1",
            "title": {"en": "Main flow", "ko": "핵심 흐름"},
            "dimension": "functionality",
            "weight": 3,
            "verdict": "met",
            "reason": "It greets.",
            "evidence": [
                {"file": "greet.py", "lines": [4, 5], "status": "exact"},
                {"file": "main.py", "lines": [7, 7], "status": "relocated"},
                {"file": "gone.py", "lines": [1, 1], "status": "not_found"},
            ],
        },
        {
            "id": "P1",
            "title": {"en": "Usage shown"},
            "dimension": "practicality",
            "weight": 1,
            "verdict": "cannot_tell",
            "reason": "Nothing to see.",
            "evidence": [],
        },
    ],
    "claims": [],
    "feedback": "Good [bold]work[/bold].",
    "review_reasons": ["near_line"],
    "review": None,
    "judge": {
        "provider": "openai",
        "model": "x",
        "rubric": {"id": "plain", "version": "1.0.0", "sha256": "0"},
        "prompt_sha256": "0",
    },
    "usage": {"calls": 2, "input_tokens": 12345, "output_tokens": 400, "cached_tokens": 6000, "cost_usd": "0.0123"},
    "evaluated_at": "2026-11-22T13:00:00+00:00",
}


def printed(result: dict[str, Any], *, language: Any = "en", width: int = 100, reused: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False)
    render.evaluation(result, console=console, language=language, zone=ZoneInfo("Asia/Seoul"), reused=reused)
    return file.getvalue()


def test_a_result_is_understood_at_a_glance() -> None:
    text = printed(RESULT)

    assert "greeter  (git, commit abcdef012345)" in text
    assert "████████████████░░░░ 4/5  Functionality" in text
    assert "████░░░░░░░░░░░░░░░░ 1/5  Practicality" in text
    assert "Total 5/10  PASSED" in text
    assert "✓ F1 Main flow (met)" in text
    assert "greet.py:4-5, main.py:7, gone.py:1 (not found there)" in text
    assert "? P1 Usage shown (cannot tell)" in text
    assert "A person should look: the total is next to the pass line." in text
    assert "Judged by openai/x, rubric plain 1.0.0, on 2026-11-22 22:00 KST" in text
    assert "2 calls, 12,345 tokens in (6,000 cached), 400 out, $0.0123" in text
    assert "No LLM looked" not in text


def test_text_of_the_judge_is_text_and_not_markup() -> None:
    assert "Good [bold]work[/bold]." in printed(RESULT)


def test_a_stored_evaluation_says_that_nothing_was_asked() -> None:
    assert "Unchanged" in printed(RESULT, reused=True)
    assert "Unchanged" not in printed(RESULT)


def test_nothing_in_a_result_drives_the_terminal() -> None:
    hostile = "red \x1b[31malert\x1b]0;title\x07 \u202egnitset\u202c"
    criterion = {**RESULT["criteria"][0], "reason": hostile}

    text = printed({**RESULT, "feedback": hostile, "criteria": [criterion]})

    assert not set(text) & set("\x1b\x07\u202e\u202c")
    assert "gnitset" in text


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


def test_no_line_ends_in_blanks() -> None:
    lines = printed({**RESULT, "feedback": "word " * 60}).splitlines()

    assert [line for line in lines if line != line.rstrip()] == []


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line) for line in printed({**RESULT, "feedback": "word " * 60}, width=60).splitlines()) <= 60


def test_a_failed_total_says_so() -> None:
    scores = {"functionality": 2, "practicality": 2, "total": 4, "passed": False}

    assert "Total 4/10  NOT PASSED" in printed({**RESULT, "scores": scores})


def test_titles_are_in_the_language_of_the_reader_where_there_is_one() -> None:
    text = printed(RESULT, language="ko")

    assert "F1 핵심 흐름" in text
    assert "P1 Usage shown" in text


def test_an_offline_result_says_that_no_llm_looked_and_leaves_out_what_it_could_not_tell() -> None:
    judge = {**RESULT["judge"], "provider": "offline", "model": "machine-checks"}

    text = printed({**RESULT, "judge": judge})

    assert "No LLM looked at this project" in text
    assert "the offline judge, no LLM" in text
    assert "P1" not in text


def test_an_unknown_price_is_said() -> None:
    assert "price unknown" in printed({**RESULT, "usage": {**RESULT["usage"], "cost_usd": None}})


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        ("failed", {"code": "no_readme", "message": "There is no README."}, "could not be graded (no_readme)"),
        ("queued", None, "greeter is queued (queued)"),
    ],
)
def test_a_request_without_a_result_says_where_it_stands(status: str, error: object, says: str) -> None:
    result = {
        "id": None,
        "request_id": "2",
        "status": status,
        "user": "kim",
        "project": RESULT["project"],
        "stage": "queued",
        "error": error,
    }

    assert says in printed(result)
