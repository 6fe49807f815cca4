"""The result of one evaluation for people: what a student understands at a glance."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.text import Text

from evaluator.cli.paper import harmless, paragraph, when
from evaluator.domain import Language
from evaluator.judgement import PASS_LINE

Row = Mapping[str, Any]

_WIDTH = 20  # cells of a bar
_MARKS = {
    "met": ("✓", "green", "met"),
    "partly": ("◐", "yellow", "partly"),
    "not_met": ("✗", "red", "not met"),
    "not_shown": ("✗", "red", "claimed, not shown"),
    "cannot_tell": ("?", "dim", "cannot tell"),
}
_DIMENSIONS = {
    "functionality": "Functionality  does it do what its README says",
    "practicality": "Practicality   is it practical for real use",
}
_REVIEW = {  # why a person should look
    "near_line": "the total is next to the pass line",
    "spread": "asked again, the judge came to a total that is 2 or more points away, or to another verdict",
    "readme_gap": "without its README the project would fare 2 or more points worse, or get another verdict",
    "judges_disagree": "a second judge, of another family, disagrees about the pass",
    "coverage": "more than 30 % of a dimension could not be told, or much of the source was not shown",
    "evidence": "less than 80 % of the citations of a dimension held",
    "canary": "the judge got a question with a known answer wrong",
    "orders_seen": "there are words in the project that speak to whoever grades it",
    "hidden_text": "characters that a reader does not see, or that turn the direction of the text, were removed",
    "offline": "no LLM looked",
}
_REUSED = "Unchanged: this is the stored evaluation; nothing was asked or counted. --fresh grades anew."
_OFFLINE = "No LLM looked at this project: the offline judge graded only what code can check. Set MODU_MODEL."
_RECALLED = "0 calls: the judge had been asked the very same before, and its verdicts were kept"
_REPLAYED = "No LLM looked just now: the answers come from a recording."


def evaluation(
    result: Row, *, console: Console, language: Language, zone: tzinfo | None = None, reused: bool = False
) -> None:
    """Print one evaluation, or why there is none; *reused*: it was stored for an earlier request."""
    result = harmless(result)
    if "scores" not in result:
        _unfinished(result, console=console)
        return
    provider = result["judge"]["provider"]
    _heading(result, console=console)
    for note, holds in ((_REUSED, reused), (_OFFLINE, provider == "offline"), (_REPLAYED, provider == "replay")):
        if holds:
            paragraph(note, console=console, indent=2, style="" if note is _REUSED else "yellow")
    _promises(result["claims"], console=console)
    _criteria(
        [each for each in result["criteria"] if not (provider == "offline" and each["verdict"] == "cannot_tell")],
        console=console,
        language=language,
    )
    console.print()
    paragraph(result["feedback"] or "", console=console, indent=2)
    console.print()
    if result["review_reasons"]:
        told = "; ".join(_REVIEW.get(reason, reason) for reason in result["review_reasons"])
        paragraph(f"A person should look: {told}.", console=console, indent=2)
    _footer(result, console=console, zone=zone)


def _unfinished(result: Row, *, console: Console) -> None:
    name, error = result["project"]["name"], result.get("error")
    if result["status"] == "failed" and error is not None:
        console.print(Text.assemble((name, "bold"), " could not be graded ", (f"({error['code']})", "red"), ":"))
        paragraph(error["message"], console=console, indent=2)
    else:
        console.print(Text.assemble((name, "bold"), f" is {result['status']} ({result.get('stage', 'ended')})."))
        if error is not None:
            paragraph(f"Last try: {error['message']} ({error['code']})", console=console, indent=2)
    console.print(Text(f"request {result['request_id']}", style="dim"))


def _heading(result: Row, *, console: Console) -> None:
    project, scores, line = result["project"], result["scores"], result["pass_line"]
    where = f"  ({project['kind']}, commit {project['commit'][:12]})" if project["commit"] else ""
    console.print(Text.assemble((project["name"], "bold"), where))
    console.print()
    for id, label in _DIMENSIONS.items():
        bar = ("  " + _bar(scores[id], 5), _colour(scores[id], 5))
        console.print(Text.assemble(bar, f" {scores[id]}/5  ", label))
    verdict = ("PASSED", "bold green") if scores["passed"] else ("NOT PASSED", "bold red")
    own = ""
    if line["points"] != PASS_LINE:
        own = f"  (the organizer's pass line, {line['points']}: {'reached' if line['passed'] else 'not reached'})"
    console.print(Text.assemble("  Total ", (f"{scores['total']}/10", "bold"), "  ", verdict, own))


def _promises(claims: Sequence[Row], *, console: Console) -> None:
    """Say how much of what the README promises is there, and name what is not, or not whole."""
    if not claims:
        return
    numbers = {level: [claim["n"] for claim in claims if claim["verdict"] == level] for level in _PROMISED}
    console.print()
    console.print(Text(_kept(len(claims), numbers), style="bold"))
    for claim in claims:
        if claim["verdict"] in {"not_shown", "partly"}:
            mark, style, word = _PROMISED[claim["verdict"]]
            console.print(Text.assemble((f" {mark} ", style), f"{claim['n']} {claim['text']} ", (f"({word})", style)))
            _dim(", ".join(_place(item) for item in claim["evidence"]), console=console)
    if untold := numbers["cannot_tell"]:
        _dim(f"Could not be told: {', '.join(map(str, untold))}", console=console)


_PROMISED = {
    "shown": ("✓", "green", "is there"),
    "partly": ("◐", "yellow", "partly there"),
    "not_shown": ("✗", "red", "not found"),
    "cannot_tell": ("?", "dim", "could not be told"),
}


def _kept(promised: int, numbers: Mapping[str, Sequence[int]]) -> str:
    shown, partly = len(numbers["shown"]), len(numbers["partly"])
    things = "1 thing" if promised == 1 else f"{promised} things"
    return f"You promised {things}, {shown} {'is' if shown == 1 else 'are'} there" + (
        f", {partly} partly." if partly else "."
    )


def _criteria(criteria: Sequence[Row], *, console: Console, language: Language) -> None:
    for dimension in _DIMENSIONS:
        mine = [criterion for criterion in criteria if criterion["dimension"] == dimension]
        if not mine:
            continue
        console.print()
        console.print(Text(dimension.capitalize(), style="bold underline"))
        for criterion in mine:
            mark, style, word = _MARKS[criterion["verdict"]]
            title = criterion["title"].get(language) or criterion["title"]["en"]
            console.print(Text.assemble((f" {mark} ", style), f"{criterion['id']} {title} ", (f"({word})", style)))
            for line in (criterion["reason"], _differing(criterion), ", ".join(map(_place, criterion["evidence"]))):
                _dim(line, console=console)


def _differing(criterion: Row) -> str:
    """Return what the samples said where they differ; the mean of them counts."""
    if len(set(criterion["samples"])) < 2:
        return ""
    return "Asked several times: " + ", ".join(_MARKS[level][2] for level in criterion["samples"])


def _dim(line: str, *, console: Console) -> None:
    if line:
        paragraph(line, console=console, indent=5, style="dim")


def _place(evidence: Row) -> str:
    first, last = evidence["lines"]
    place = evidence["file"] if first < 1 else f"{evidence['file']}:{first}" + (f"-{last}" if last > first else "")
    return place if evidence["status"] != "not_found" else f"{place} (not found there)"


def _footer(result: Row, *, console: Console, zone: tzinfo | None) -> None:
    judge, usage = result["judge"], result["usage"]
    rubric = f"rubric {judge['rubric']['id']} {judge['rubric']['version']}"
    samples = max((len(criterion["samples"]) for criterion in result["criteria"]), default=0)
    taken = f", {samples} samples" if samples > 1 else ""
    at = when(result["evaluated_at"], zone)
    console.print(Text(f"Judged by {_by(judge)}, {rubric}{taken}, on {at}", style="dim"))
    recalled = (
        not usage["calls"] and result["request_id"] is not None and judge["provider"] not in {"offline", "replay"}
    )
    console.print(Text(_RECALLED if recalled else _cost(usage), style="dim"))
    console.print(Text(f"Evaluation {result['id']}", style="dim"))


def _by(judge: Row) -> str:
    if judge["provider"] == "offline":
        return "the offline judge, no LLM"
    if judge["provider"] == "replay":
        return f"recorded answers of {judge['model']}"
    return f"{judge['provider']}/{judge['model']}"


def _cost(usage: Row) -> str:
    cost = "price unknown" if usage["cost_usd"] is None else f"${usage['cost_usd']}"
    thought = f" ({usage['reasoning_tokens']:,} reasoning)" if usage["reasoning_tokens"] else ""
    sent = f"{usage['input_tokens']:,} tokens in ({usage['cached_tokens']:,} cached)"
    return f"{usage['calls']} calls, {sent}, {usage['output_tokens']:,} out{thought}, {cost}"


def _bar(points: int, most: int) -> str:
    filled = round(_WIDTH * points / most)
    return "█" * filled + "░" * (_WIDTH - filled)


def _colour(points: int, most: int) -> str:
    return "green" if points * 2 > most else "yellow" if points * 4 > most else "red"
