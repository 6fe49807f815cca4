"""What a grade costs, how it can be defended, and how it is given again, as a person sees it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cli import Modu, embedded_modu
from tests.support.llm import Reply, ScriptedLLM, Usage, scripted_llm


def asking(llm: ScriptedLLM, **more: str) -> dict[str, str]:
    """Return the settings that make the scripted server the judge."""
    return {"MODU_MODEL": "openai/anything", "MODU_API_BASE": llm.url, "OPENAI_API_KEY": "x", **more}


@pytest.fixture
def judged(modu: Modu, llm: ScriptedLLM) -> Modu:
    """`modu` whose settings name the scripted judge and its price, with a worker where services are not embedded."""
    settings = {**modu.settings, **asking(llm, MODU_PRICES="openai/anything=2/10/0.5")}
    with_judge = replace(modu, settings=settings)  # what it starts, *modu* ends
    if not with_judge.embedded:
        with_judge.start("worker")
    return with_judge


def test_a_grade_is_recomputed_from_its_record_with_and_without_the_database(
    judged: Modu, project: Path, tmp_path: Path
) -> None:
    result = judged("evaluate", str(project), "--pass-line", "9", "--json").json

    shown = judged("show", result["id"], "--record")
    record = tmp_path / "record.json"
    record.write_text(shown.out)
    by_id, by_file = judged("regrade", result["id"]), judged("regrade", str(record), DATABASE_URL="", REDIS_URL="")

    assert shown.json["record"]["examinations"]
    assert (by_id.status, by_file.status) == (0, 0), by_id.err + by_file.err
    assert "The same" in by_id.out
    assert by_id.out == by_file.out


def test_the_record_holds_no_code(judged: Modu, project: Path) -> None:
    result = judged("evaluate", str(project), "--json").json

    record = judged("show", result["id"], "--record")

    assert {file["path"] for file in record.json["manifest"]} >= {"greet.py", "README.md"}
    assert "nice to see you" not in record.out


def test_the_pass_line_of_an_organizer_stands_beside_the_verdict(judged: Modu, llm: ScriptedLLM, project: Path) -> None:
    llm.always(Reply(default="partly"))

    ended = judged("evaluate", str(project), "--pass-line", "10")

    assert "PASSED  (the organizer's pass line, 10: not reached)" in ended.out


def test_the_cost_is_tokens_times_price(judged: Modu, llm: ScriptedLLM, project: Path) -> None:
    llm.always(Reply(usage=Usage(input_tokens=5_000, output_tokens=400, cached_tokens=4_000, reasoning_tokens=300)))

    usage = judged("evaluate", str(project), "--json").json["usage"]

    each = (1_000 * 2 + 4_000 * 0.5 + 400 * 10) / 1_000_000
    assert float(usage["cost_usd"]) == pytest.approx(usage["calls"] * each, rel=0.01)
    assert usage["reasoning_tokens"] == 300 * usage["calls"]


def test_a_budget_that_is_spent_ends_with_a_status_of_its_own(judged: Modu, llm: ScriptedLLM, project: Path) -> None:
    ended = judged("evaluate", str(project), "--budget", "0.0001", "--json")

    assert ended.status == 4
    assert ended.json["error"]["code"] == "budget_spent"
    assert not llm.requests


@pytest.mark.parametrize("amount", ["-1", "much", "nan", "inf", "1e9"])
def test_a_budget_that_is_no_amount_is_refused(modu: Modu, project: Path, amount: str) -> None:
    ended = modu("evaluate", str(project), "--budget", amount)

    assert ended.status == 2
    assert "no amount of US dollars" in ended.err


def test_a_budget_for_a_model_of_unknown_price_says_what_to_set(modu: Modu, llm: ScriptedLLM, project: Path) -> None:
    ended = modu("evaluate", str(project), "--budget", "1", "--json", **asking(llm))

    assert ended.status == 2
    assert ended.json["error"]["code"] == "unknown_price"
    assert "MODU_PRICES=openai/anything=" in ended.err


def test_answers_are_recorded_and_give_the_same_grade_again_without_key_and_network(
    home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path
) -> None:
    with embedded_modu(home, tmp_path) as modu:
        first = modu("evaluate", str(project), "--judge-record", "answers.jsonl", "--json", **asking(llm))
        asked = len(llm.requests)

        second = modu("evaluate", str(project), "--judge-replay", "answers.jsonl", "--json")

    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert second.json["scores"] == first.json["scores"]
    assert second.json["criteria"] == first.json["criteria"]
    assert (second.json["judge"]["provider"], second.json["judge"]["model"]) == ("replay", "openai/anything")
    assert len(llm.requests) == asked
    assert (tmp_path / "answers.jsonl").stat().st_mode & 0o077 == 0


def test_a_recording_without_an_answer_that_is_asked_for_ends_with_its_code(
    home: Path, tmp_path: Path, llm: ScriptedLLM, project: Path
) -> None:
    with embedded_modu(home, tmp_path) as modu:
        modu("evaluate", str(project), "--judge-record", "answers.jsonl", **asking(llm))
        header, first, *_ = (tmp_path / "answers.jsonl").read_text().splitlines(keepends=True)
        (tmp_path / "answers.jsonl").write_text(header + first)

        ended = modu("evaluate", str(project), "--judge-replay", "answers.jsonl", "--json")

    assert ended.status == 5
    assert ended.json["error"]["code"] == "no_recorded_answer"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--judge-record", "a", "--judge-replay", "b"), "do not go together"),
        (("--judge-record", "a", "--no-wait"), "Leave --no-wait out"),
        (("--judge-replay", "a", "--model", "openai/x"), "Leave --model out"),
        (("--judge-record", "a"), "nothing to record"),
        (("--judge-replay", "gone.jsonl"), "gone.jsonl"),
    ],
)
def test_what_does_not_go_together_is_said(
    home: Path, tmp_path: Path, project: Path, options: tuple[str, ...], says: str
) -> None:
    with embedded_modu(home, tmp_path) as modu:
        ended = modu("evaluate", str(project), *options)

    assert ended.status == 2
    assert says in ended.err


def test_only_embedded_services_record(tmp_path: Path, project: Path) -> None:
    settings = {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}
    modu = Modu(settings={**settings, "MODU_MODEL": "openai/x", "OPENAI_API_KEY": "x"}, folder=tmp_path, embedded=False)

    ended = modu("evaluate", str(project), "--judge-record", "answers.jsonl")

    assert ended.status == 2
    assert "--judge-record needs the embedded services" in ended.err


def test_of_a_readme_alone_the_rubric_readme_asks(judged: Modu, project: Path) -> None:
    result = judged("evaluate", str(project), "--privacy", "readme", "--json").json
    refused = judged("evaluate", str(project), "--privacy", "readme", "--rubric", "default", "--json")

    assert result["judge"]["rubric"]["id"] == "readme"
    assert (refused.status, refused.json["error"]["code"]) == (2, "rubric_needs_code")


def test_a_stand_in_is_asked_at_its_own_address_with_its_own_key(modu: Modu, llm: ScriptedLLM, project: Path) -> None:
    llm.always(Reply(status=503, text="overloaded"))
    with scripted_llm() as other:
        settings = {
            **modu.settings,
            **asking(llm, MODU_API_BASE=f"openai={llm.url},anthropic={other.url}", ANTHROPIC_API_KEY="hush"),
            "MODU_FALLBACK_MODELS": "anthropic/stand-in",
            "MODU_CALL_ATTEMPTS": "1",
        }
        with_both = replace(modu, settings=settings)
        if not with_both.embedded:
            with_both.start("worker")

        result = with_both("evaluate", str(project), "--json").json

    assert result["judge"]["provider"] == "anthropic"
    assert {received.wire for received in llm.requests} == {"openai"}
    assert {received.headers.get("x-api-key") for received in other.requests} == {"hush"}
