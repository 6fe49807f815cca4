import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from evaluator.cli import result as showing
from evaluator.domain import Language
from evaluator.grading.feedback import compose
from evaluator.judgement import Promise, PromiseLevel, PromiseVerdict, Verdict
from tests.support.judges import criterion, rubric_of

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
    "pass_line": {"points": 5, "passed": True},
    "dimensions": [
        {"id": "functionality", "title": {"en": "Functionality", "ko": "기능성"}, "exact": "65/19", "points": 4},
        {"id": "practicality", "title": {"en": "Practicality", "ko": "실용성"}, "exact": "1", "points": 1},
    ],
    "criteria": [
        {
            "id": "F1",
            "title": {"en": "Main flow", "ko": "핵심 흐름"},
            "dimension": "functionality",
            "weight": 3,
            "cap_if_not_met": 2,
            "verdict": "met",
            "samples": [],
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
            "cap_if_not_met": None,
            "verdict": "cannot_tell",
            "samples": [],
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
        "second": None,
    },
    "usage": {
        "calls": 2,
        "input_tokens": 12345,
        "output_tokens": 400,
        "cached_tokens": 6000,
        "reasoning_tokens": 0,
        "cost_usd": "0.0123",
        "lost_calls": 0,
    },
    "evaluated_at": "2026-11-22T13:00:00+00:00",
}


def printed(result: dict[str, Any], *, language: Any = "en", width: int = 100, reused: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False)
    showing.evaluation(result, console=console, language=language, zone=ZoneInfo("Asia/Seoul"), reused=reused)
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


def claim(n: int, verdict: str, *places: int) -> dict[str, Any]:
    evidence = [{"file": "greet.py", "lines": [line, line + 1], "status": "exact"} for line in places]
    by = "nobody" if verdict == "cannot_tell" else "judge"
    shared = {"n": n, "kind": "feature", "text": f"Promise {n}", "by": by}
    return {**shared, "verdict": verdict, "samples": [], "evidence": evidence}


def test_what_was_promised_and_is_not_there_is_named_and_what_is_there_is_counted() -> None:
    levels = ("shown", "not_shown", "partly", "shown", "cannot_tell")
    claims = [claim(n, level, *([7] if level == "partly" else [])) for n, level in enumerate(levels, start=1)]

    text = printed({**RESULT, "claims": claims})

    assert "You promised 5 things; of the 4 that could be told, 2 are there, 1 partly." in text
    assert " ✗ 2 Promise 2 (not found)\n ◐ 3 Promise 3 (partly there)\n     greet.py:7-8\n" in text
    assert " ? 5 Promise 5 (could not be told)\n" in text
    assert "Promise 1" not in text


@pytest.mark.parametrize(
    ("levels", "says"),
    [
        (["shown"], "You promised 1 thing, 1 is there.\n"),
        (["not_shown", "not_shown"], "You promised 2 things, 0 are there.\n"),
        (["cannot_tell"] * 3, "Promises of the README: 3. Whether they are kept could not be told.\n\n"),
    ],
)
def test_promises_are_counted_in_english(levels: list[str], says: str) -> None:
    assert says in printed({**RESULT, "claims": [claim(n, level) for n, level in enumerate(levels, start=1)]})


def test_the_exact_score_the_weights_and_a_shut_gate_are_told() -> None:
    shut = {**RESULT["criteria"][0], "verdict": "not_met"}

    text = printed({**RESULT, "criteria": [shut, RESULT["criteria"][1]]})

    assert "4/5  Functionality  does it do what its README says  (65/19, which is 3.42)\n" in text
    assert "1/5  Practicality   is it practical for real use\n" in text
    assert "F1 Main flow (not met) weight 3" in text
    assert "While this is not met, functionality is at most 2 of 5." in text
    assert "at most" not in printed(RESULT)


@pytest.mark.parametrize(("language", "says"), [("en", "Checkable promises"), ("ko", "확인할 수 있는 약속")])
def test_a_rubric_that_asks_something_else_says_so_by_its_own_titles(language: Language, says: str) -> None:
    title = {"en": "Checkable promises", "ko": "확인할 수 있는 약속"}
    dimensions = [{**RESULT["dimensions"][0], "title": title}, {**RESULT["dimensions"][1], "title": None}]

    text = printed({**RESULT, "dimensions": dimensions}, language=language)

    assert f"4/5  {says}  (65/19" in text
    assert "does it do what its README says" not in text
    assert "Practicality   is it practical" in text


def test_a_readme_that_promises_nothing_is_not_spoken_of() -> None:
    assert "promised" not in printed(RESULT)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"points": 7, "passed": False}, "PASSED  (the organizer's pass line, 7: not reached)"),
        ({"points": 4, "passed": True}, "PASSED  (the organizer's pass line, 4: reached)"),
        ({"points": 5, "passed": True}, "PASSED\n"),
    ],
)
def test_the_organizer_s_pass_line_stands_beside_the_verdict_where_it_is_another(
    line: dict[str, Any], says: str
) -> None:
    assert says in printed({**RESULT, "pass_line": line})


def test_samples_that_differ_are_told_and_how_many_were_taken() -> None:
    differing = {**RESULT["criteria"][0], "samples": ["met", "partly", "not_shown"]}
    agreeing = {**RESULT["criteria"][1], "samples": ["cannot_tell", "cannot_tell"]}

    text = printed({**RESULT, "criteria": [differing, agreeing]})

    assert "Asked several times: met, partly, claimed, not shown" in text
    assert text.count("Asked several times") == 1
    assert "rubric plain 1.0.0, 3 samples, on" in text


_REASONS = (  # specs/judging.md, "How sure are we"
    "near_line",
    "spread",
    "evidence",
    "canary",
    "orders_seen",
    "hidden_text",
    "readme_gap",
    "coverage",
    "judges_disagree",
    "offline",
)


def test_every_reason_for_a_review_is_said_in_words() -> None:
    told = [
        printed({**RESULT, "review_reasons": [reason]}, width=2000).partition("A person should look: ")[2]
        for reason in _REASONS
    ]

    assert [reason for reason, text in zip(_REASONS, told, strict=True) if text.startswith(reason)] == []


def test_the_most_serious_reasons_for_a_review_come_first() -> None:
    text = printed({**RESULT, "review_reasons": ["near_line", "offline", "orders_seen", "spread"]}, width=2000)

    told = text.partition("A person should look: ")[2].partition(".\n")[0]
    assert [part.split()[0] for part in told.split("; ")] == ["there", "asked", "the", "no"]


def test_a_second_judge_that_did_not_answer_is_told() -> None:
    second = {"provider": "gemini", "model": "y"}

    def with_second(answered: bool) -> str:
        return printed({**RESULT, "judge": {**RESULT["judge"], "second": {**second, "answered": answered}}})

    assert "A second judge, gemini/y, was set up and did not answer." in with_second(False)
    assert "did not answer" not in with_second(True)
    assert "A second opinion by gemini/y" in with_second(True)
    assert "second" not in printed(RESULT)


@pytest.mark.parametrize(
    ("lost", "says"),
    [
        (1, "400 out, at least $0.0123 (1 call brought no answer; what it cost is unknown)"),
        (2, "400 out, at least $0.0123 (2 calls brought no answer; what they cost is unknown)"),
    ],
)
def test_what_lost_answers_may_have_cost_is_not_passed_over(lost: int, says: str) -> None:
    usage = {**RESULT["usage"], "lost_calls": lost}

    assert says in printed({**RESULT, "usage": usage}, width=200)
    assert "price unknown" in printed({**RESULT, "usage": {**usage, "cost_usd": None}})


_LEDGER = (
    Promise(n=1, kind="feature", text="Greets by name", line=3),
    Promise(n=2, kind="feature", text="Draws a cake", line=4),
)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "levels",
    [
        ("shown", "not_shown"),
        ("not_shown", "not_shown"),
        ("shown", "cannot_tell"),
        ("cannot_tell", "cannot_tell"),
        ("partly", "shown"),
        ("shown",),
        ("not_shown",),
    ],
)
@pytest.mark.parametrize("offline", [True, False])
def test_what_became_of_the_promises_is_said_once(
    language: Language, levels: tuple[PromiseLevel, ...], offline: bool
) -> None:
    kept = [
        PromiseVerdict(n=p.n, kind=p.kind, text=p.text, level=level, claimed=level, by="judge")
        for p, level in zip(_LEDGER, levels, strict=False)
    ]
    rubric = rubric_of((criterion("F1", "code"),), (criterion("P1", "code"),))
    verdicts = {id: Verdict(id=id, level="not_met", claimed="not_met", reason="Not there.") for id in ("F1", "P1")}
    feedback = compose(
        rubric, verdicts, promises=kept, ledger=_LEDGER, language=language, remarks=["Well begun."], offline=offline
    )
    claims = [claim(p.n, p.level) | {"text": p.text} for p in kept]

    text = printed({**RESULT, "claims": claims, "feedback": feedback}, language=language, width=2000)

    named = {"not_shown", "partly", "cannot_tell"} if {*levels} - {"cannot_tell"} else set()
    assert text.count("You promised") + text.count("Promises of the README") == 1
    assert "README에서 약속한" not in text
    assert "README의 약속은" not in text
    assert text.count("Draws a cake") == sum(level in named for level in levels[1:])
    assert "Well begun." in text
    assert feedback.split("\n\n")[-2].splitlines()[-1] in text
    assert ("No LLM looked" in text or "LLM이 읽지" in text) is offline


def test_where_no_promises_are_listed_the_feedback_is_shown_as_it_is() -> None:
    feedback = "You promised 3 things, 2 are there.\n\nWell begun."

    assert "You promised 3 things" in printed({**RESULT, "feedback": feedback})


def test_words_of_a_judge_that_read_like_ours_are_left_in_place() -> None:
    feedback = "First.\n\nSecond.\n\nYou promised 3 things, 2 are there."

    assert "You promised 3 things" in printed({**RESULT, "claims": [claim(1, "shown")], "feedback": feedback})


def test_reasoning_is_told_where_there_was_some() -> None:
    usage = {**RESULT["usage"], "reasoning_tokens": 1200}

    assert "400 out (1,200 reasoning), $0.0123" in printed({**RESULT, "usage": usage})


def test_verdicts_that_were_known_are_said_to_have_cost_nothing() -> None:
    usage = {**RESULT["usage"], "calls": 0}

    assert "0 calls: the judge had been asked the very same before" in printed({**RESULT, "usage": usage})
    assert "0 calls, " in printed({**RESULT, "usage": usage, "request_id": None})  # a row that the platform wrote


def test_a_replayed_evaluation_says_that_no_llm_looked_just_now() -> None:
    judge = {**RESULT["judge"], "provider": "replay", "model": "openai/x"}

    text = printed({**RESULT, "judge": judge, "review_reasons": ["offline"]})

    assert "No LLM looked just now" in text
    assert "A person should look: no LLM looked now: the answers came from a file." in text
    assert "Judged by recorded answers of openai/x" in text
