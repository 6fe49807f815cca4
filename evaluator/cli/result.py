"""The result of one evaluation for people: what a student understands at a glance."""

import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.text import Text

from evaluator.cli.paper import harmless, paragraph, when
from evaluator.domain import Language
from evaluator.grading.feedback_words import WORDS
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
REVIEW = {  # why a person should look, the most serious first
    "orders_seen": "there are words in the project that speak to whoever grades it",
    "hidden_text": "characters that a reader does not see, or that turn the direction of the text, were removed",
    "canary": "the judge got a question with a known answer wrong",
    "evidence": "less than 80 % of the citations of a dimension held",
    "spread": "asked again, the judge came to a total that is 2 or more points away, or to another verdict",
    "readme_gap": "without its README the project would fare 2 or more points worse, or get another verdict",
    "judges_disagree": "a second judge, of another family, disagrees about the pass",
    "near_line": "the total is next to the pass line",
    "coverage": "more than 30 % of a dimension could not be told, or much of the source was not shown",
    "offline": "no LLM looked",
}
_ON_FILE = "no LLM looked now: the answers came from a file"
_PROMISES = re.compile(  # how the paragraph of the feedback begins that says what became of the promises
    "|".join(
        re.sub(r"\\{\w+\\}", r"\\w+", re.escape(sentence))
        for words in WORDS.values()
        for name, sentence in words._asdict().items()
        if name.startswith("promised")
    )
)
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
    _heading(result, console=console, language=language)
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
    feedback = result["feedback"] or ""
    paragraph(_without_promises(feedback) if result["claims"] else feedback, console=console, indent=2)
    console.print()
    _doubts(result, console=console)
    _footer(result, console=console, zone=zone, reused=reused)


def _without_promises(feedback: str) -> str:
    """Return the feedback without what became of the promises: its first part, or its second behind a warning."""
    paragraphs = feedback.split("\n\n")
    found = next((number for number, text in enumerate(paragraphs[:2]) if _PROMISES.match(text)), None)
    return "\n\n".join(text for number, text in enumerate(paragraphs) if number != found)


def _doubts(result: Row, *, console: Console) -> None:
    """Say why a person should look, and whether a second judge has."""
    words = {**REVIEW, "offline": _ON_FILE} if result["judge"]["provider"] == "replay" else REVIEW
    order = [*words, *result["review_reasons"]]
    if reasons := sorted(result["review_reasons"], key=order.index):
        told = "; ".join(words.get(reason, reason) for reason in reasons)
        paragraph(f"A person should look: {told}.", console=console, indent=2)
    if second := result["judge"]["second"]:
        name = f"{second['provider']}/{second['model']}"
        said = f"A second judge, {name}, was set up and did not answer."
        if second["answered"]:
            said = f"A second opinion by {name} was asked for; it moves no score."
        paragraph(said, console=console, indent=2, style="" if second["answered"] else "yellow")


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


def _heading(result: Row, *, console: Console, language: Language) -> None:
    project, scores, line = result["project"], result["scores"], result["pass_line"]
    where = f"  ({project['kind']}, commit {project['commit'][:12]})" if project["commit"] else ""
    console.print(Text.assemble((project["name"], "bold"), where))
    console.print()
    found = {dimension["id"]: dimension for dimension in result["dimensions"]}
    for id, label in _DIMENSIONS.items():
        bar = ("  " + _bar(scores[id], 5), _colour(scores[id], 5))
        told = _title(found[id], usual=label, language=language) if id in found else label
        exact = Fraction(found[id]["exact"]) if id in found else Fraction(scores[id])
        rounded = "" if exact.denominator == 1 else f"  ({exact}, which is {float(exact):.2f})"
        console.print(Text.assemble(bar, f" {scores[id]}/5  ", told, (rounded, "dim")))
    verdict = ("PASSED", "bold green") if scores["passed"] else ("NOT PASSED", "bold red")
    own = ""
    if line["points"] != PASS_LINE:
        own = f"  (the organizer's pass line, {line['points']}: {'reached' if line['passed'] else 'not reached'})"
    console.print(Text.assemble("  Total ", (f"{scores['total']}/10", "bold"), "  ", verdict, own))


def _title(dimension: Row, *, usual: str, language: Language) -> str:
    """Return what a dimension asks; a rubric that calls it otherwise asks something else."""
    title = (dimension["title"] or {}).get(language) or ""
    own = (dimension["title"] or {}).get("en", "")
    return usual if own.lower() in {"", dimension["id"]} else title or own


def _promises(claims: Sequence[Row], *, console: Console) -> None:
    """Say how much of what the README promises is there, and name what is not, or not whole."""
    if not claims:
        return
    numbers = {level: [claim["n"] for claim in claims if claim["verdict"] == level] for level in _PROMISED}
    console.print()
    console.print(Text(_kept(len(claims), numbers), style="bold"))
    looked = any(claim["by"] == "judge" for claim in claims)  # else nobody could tell of most
    for claim in claims:
        if claim["verdict"] in {"not_shown", "partly"} or (looked and claim["verdict"] == "cannot_tell"):
            mark, style, word = _PROMISED[claim["verdict"]]
            console.print(Text.assemble((f" {mark} ", style), f"{claim['n']} {claim['text']} ", (f"({word})", style)))
            _dim(_places(claim["evidence"]), console=console)


_PROMISED = {
    "shown": ("✓", "green", "is there"),
    "partly": ("◐", "yellow", "partly there"),
    "not_shown": ("✗", "red", "not found"),
    "cannot_tell": ("?", "dim", "could not be told"),
}


def _kept(promised: int, numbers: Mapping[str, Sequence[int]]) -> str:
    shown, partly, told = len(numbers["shown"]), len(numbers["partly"]), promised - len(numbers["cannot_tell"])
    if not told:
        return f"Promises of the README: {promised}. Whether they are kept could not be told."
    things = "1 thing" if promised == 1 else f"{promised} things"
    joint = "," if told == promised else f"; of the {told} that could be told,"
    also = f", {partly} partly" if partly else ""
    return f"You promised {things}{joint} {shown} {'is' if shown == 1 else 'are'} there{also}."


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
            weight = (f" weight {criterion['weight']}", "dim")
            head = Text.assemble((f" {mark} ", style), f"{criterion['id']} {title} ", (f"({word})", style), weight)
            console.print(head)
            for line in (criterion["reason"], _gate(criterion), _differing(criterion), _places(criterion["evidence"])):
                _dim(line, console=console)


def _gate(criterion: Row) -> str:
    """Return what a gate takes away, where it is shut."""
    if criterion["cap_if_not_met"] is None or criterion["verdict"] not in {"not_met", "not_shown"}:
        return ""
    return f"While this is not met, {criterion['dimension']} is at most {criterion['cap_if_not_met']} of 5."


def _differing(criterion: Row) -> str:
    """Return what the samples said where they differ; the mean of them counts."""
    if len(set(criterion["samples"])) < 2:
        return ""
    return "Asked several times: " + ", ".join(_MARKS[level][2] for level in criterion["samples"])


def _dim(line: str, *, console: Console) -> None:
    if line:
        paragraph(line, console=console, indent=5, style="dim")


def _places(evidence: Sequence[Row]) -> str:
    return ", ".join(dict.fromkeys(map(_place, evidence)))


def _place(evidence: Row) -> str:
    first, last = evidence["lines"]
    place = evidence["file"] if first < 1 else f"{evidence['file']}:{first}" + (f"-{last}" if last > first else "")
    return place if evidence["status"] != "not_found" else f"{place} (not found there)"


def _footer(result: Row, *, console: Console, zone: tzinfo | None, reused: bool) -> None:
    judge, usage = result["judge"], result["usage"]
    rubric = f"rubric {judge['rubric']['id']} {judge['rubric']['version']}"
    samples = max((len(criterion["samples"]) for criterion in result["criteria"]), default=0)
    taken = f", {samples} samples" if samples > 1 else ""
    at = when(result["evaluated_at"], zone)
    console.print(Text(f"Judged by {_by(judge)}, {rubric}{taken}, on {at}", style="dim"))
    recalled = (
        not usage["calls"] and result["request_id"] is not None and judge["provider"] not in {"offline", "replay"}
    ) and not reused
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
    if usage["cost_usd"] is not None and (lost := usage["lost_calls"]):
        they, calls = ("it", "1 call") if lost == 1 else ("they", f"{lost} calls")
        cost = f"at least {cost} ({calls} brought no answer; what {they} cost is unknown)"
    thought = f" ({usage['reasoning_tokens']:,} reasoning)" if usage["reasoning_tokens"] else ""
    sent = f"{usage['input_tokens']:,} tokens in ({usage['cached_tokens']:,} cached)"
    calls = "1 call" if usage["calls"] == 1 else f"{usage['calls']} calls"
    return f"{calls}, {sent}, {usage['output_tokens']:,} out{thought}, {cost}"


def _bar(points: int, most: int) -> str:
    filled = round(_WIDTH * points / most)
    return "█" * filled + "░" * (_WIDTH - filled)


def _colour(points: int, most: int) -> str:
    return "green" if points * 2 > most else "yellow" if points * 4 > most else "red"
