"""Results for people: what a student understands at a glance, and tables."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluator.domain import Language

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
    "coverage": "more than 30 % of a dimension could not be told, or much of the source was not shown",
    "evidence": "less than 80 % of the citations of a dimension held",
    "canary": "the judge got a question with a known answer wrong",
    "orders_seen": "there are words in the project that speak to whoever grades it",
    "hidden_text": "characters that a reader does not see, or that turn the direction of the text, were removed",
    "offline": "no LLM looked",
}
_REUSED = "Unchanged: this is the stored evaluation; nothing was asked or counted. --fresh grades anew."
_OFFLINE = "No LLM looked at this project: the offline judge graded only what code can check. Set MODU_MODEL."


def evaluation(
    result: Row, *, console: Console, language: Language, zone: tzinfo | None = None, reused: bool = False
) -> None:
    """Print one evaluation, or why there is none; *reused*: it was stored for an earlier request."""
    result = _harmless(result)
    if "scores" not in result:
        _unfinished(result, console=console)
        return
    project, scores = result["project"], result["scores"]
    console.print(Text.assemble((project["name"], "bold"), _where(project)))
    console.print()
    for id, label in _DIMENSIONS.items():
        console.print(Text.assemble(("  " + _bar(scores[id], 5), _colour(scores[id], 5)), f" {scores[id]}/5  ", label))
    verdict = ("PASSED", "bold green") if scores["passed"] else ("NOT PASSED", "bold red")
    console.print(Text.assemble("  Total ", (f"{scores['total']}/10", "bold"), "  ", verdict))
    if reused:
        _print(_REUSED, console=console, indent=2)
    offline = result["judge"]["provider"] == "offline"
    if offline:
        _print(_OFFLINE, console=console, indent=2, style="yellow")
    _criteria(
        [each for each in result["criteria"] if not (offline and each["verdict"] == "cannot_tell")],
        console=console,
        language=language,
    )
    console.print()
    _print(result["feedback"] or "", console=console, indent=2)
    console.print()
    if result["review_reasons"]:
        told = "; ".join(_REVIEW.get(reason, reason) for reason in result["review_reasons"])
        _print(f"A person should look: {told}.", console=console, indent=2)
    _footer(result, console=console, zone=zone)


def listing(rows: Sequence[Row], *, console: Console, zone: tzinfo | None = None) -> None:
    """Print requests and evaluations as a table; of an id so much as tells it apart."""
    table = _table("Id", "When", "Total", "Result", "User", "Project")
    for row in _harmless(rows):
        scores = row["scores"]
        total = f"{scores['total']}/10" if scores else "-"
        word = ("passed" if scores["passed"] else "not passed") if scores else _standing(row)
        table.add_row(row["id"][:8], _when(row["at"], zone), total, word, row["user"], row["project"])
    _print_table(table, console=console, empty="Nothing here yet. Try: modu evaluate .")


def leaderboard(rows: Sequence[Row], *, console: Console) -> None:
    """Print the leaderboard as a table; its tokens are those of the users' AI coding tools, not of our judge."""
    table = _table("Rank", "User", "Successful projects", "Evaluations", "Tokens of AI tools")
    for row in _harmless(rows):
        counts = (f"{row[name] or 0:,}" for name in ("projects", "evaluations", "tokens"))
        table.add_row(str(row["rank"]), row["user"] or "(private)", *counts)
    _print_table(table, console=console, empty="Nobody is on the board yet.")


def users(rows: Sequence[Row], *, console: Console) -> None:
    """Print users as a table."""
    table = _table("Name", "Id", "API key", "Successful projects", "Evaluations")
    for row in _harmless(rows):
        key = f"{row['api_key_prefix']}…" if row["api_key_prefix"] else "-"
        table.add_row(row["name"], str(row["id"]), key, str(row["projects"] or 0), str(row["evaluations"] or 0))
    _print_table(table, console=console, empty="There are no users yet. Add one with: modu user add NAME")


def health(rows: Iterable[Row], *, console: Console) -> None:
    """Print the findings of the doctor."""
    styles = {"ok": ("✓", "green"), "note": ("•", "yellow"), "missing": ("✗", "red")}
    for row in _harmless(list(rows)):
        mark, style = styles[row["status"]]
        console.print(Text.assemble((f"{mark} ", style), (f"{row['name']:<12}", "bold"), row["text"]))
        if row["mend"]:
            _print(f"→ {row['mend']}", console=console, indent=14)


def _unfinished(result: Row, *, console: Console) -> None:
    name, error = result["project"]["name"], result.get("error")
    if result["status"] == "failed" and error is not None:
        console.print(Text.assemble((name, "bold"), " could not be graded ", (f"({error['code']})", "red"), ":"))
        _print(error["message"], console=console, indent=2)
    else:
        console.print(Text.assemble((name, "bold"), f" is {result['status']} ({result.get('stage', 'ended')})."))
        if error is not None:
            _print(f"Last try: {error['message']} ({error['code']})", console=console, indent=2)
    console.print(Text(f"request {result['request_id']}", style="dim"))


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
            for line in (criterion["reason"], ", ".join(_place(item) for item in criterion["evidence"])):
                if line:
                    _print(line, console=console, indent=5, style="dim")


def _place(evidence: Row) -> str:
    first, last = evidence["lines"]
    place = evidence["file"] if first < 1 else f"{evidence['file']}:{first}" + (f"-{last}" if last > first else "")
    return place if evidence["status"] != "not_found" else f"{place} (not found there)"


def _footer(result: Row, *, console: Console, zone: tzinfo | None) -> None:
    judge, usage = result["judge"], result["usage"]
    by = f"{judge['provider']}/{judge['model']}" if judge["provider"] != "offline" else "the offline judge, no LLM"
    rubric = f"rubric {judge['rubric']['id']} {judge['rubric']['version']}"
    cost = "price unknown" if usage["cost_usd"] is None else f"${usage['cost_usd']}"
    tokens = f"{usage['input_tokens']:,} tokens in ({usage['cached_tokens']:,} cached), {usage['output_tokens']:,} out"
    console.print(Text(f"Judged by {by}, {rubric}, on {_when(result['evaluated_at'], zone)}", style="dim"))
    console.print(Text(f"{usage['calls']} calls, {tokens}, {cost}", style="dim"))
    console.print(Text(f"Evaluation {result['id']}", style="dim"))


def _standing(row: Row) -> str:
    """Return where a request without scores stands, with the code of its error."""
    return f"{row['status']}: {row['error']}" if row["error"] else str(row["status"])


def _when(at: str, zone: tzinfo | None) -> str:
    """Return a time for people, with the name of its zone."""
    return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _harmless(value: Any) -> Any:
    """Return the value with every text in it free of what drives a terminal: controls, and marks of direction."""
    if isinstance(value, str):
        return "".join(sign for sign in value if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf"})
    if isinstance(value, dict):
        return {key: _harmless(item) for key, item in value.items()}
    return [_harmless(item) for item in value] if isinstance(value, list | tuple) else value


def _print(text: str, *, console: Console, indent: int, style: str = "") -> None:
    """Print a paragraph, indented and wrapped, with nothing after the end of its lines."""
    for line in Text(text, style=style).wrap(console, console.width - indent):
        line.rstrip()
        console.print(Text(" " * indent).append_text(line) if line.plain else "")


def _where(project: Row) -> str:
    return f"  ({project['kind']}, commit {project['commit'][:12]})" if project["commit"] else ""


def _bar(points: int, most: int) -> str:
    filled = round(_WIDTH * points / most)
    return "█" * filled + "░" * (_WIDTH - filled)


def _colour(points: int, most: int) -> str:
    return "green" if points * 2 > most else "yellow" if points * 4 > most else "red"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"Id", "When", "Total", "Result"})
    return table


def _print_table(table: Table, *, console: Console, empty: str) -> None:
    console.print(table if table.row_count else Text(empty))
