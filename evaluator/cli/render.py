"""Tables for people: lists, leaderboard, users, findings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluator.cli.paper import harmless, paragraph, when

Row = Mapping[str, Any]


def listing(rows: Sequence[Row], *, console: Console, zone: tzinfo | None = None) -> None:
    """Print requests and evaluations as a table; of an id so much as tells it apart."""
    table = _table("Id", "When", "Total", "Result", "User", "Project")
    for row in harmless(rows):
        scores = row["scores"]
        total = f"{scores['total']}/10" if scores else "-"
        word = _verdict(row) if scores else _standing(row)
        _add(table, row["id"][:8], when(row["at"], zone), total, word, row["user"], row["project"])
    _print_table(table, console=console, empty="Nothing here yet. Try: modu evaluate .")
    if any(_is_unseen(row) for row in rows):
        console.print(Text("* No LLM looked: by the offline judge, or by answers from a file.", style="dim"))


def leaderboard(rows: Sequence[Row], *, console: Console) -> None:
    """Print the leaderboard as a table; its tokens are those of the users' AI coding tools, not of our judge."""
    table = _table("Rank", "User", "Successful projects", "Evaluations", "Tokens of AI tools")
    for row in harmless(rows):
        counts = (f"{row[name] or 0:,}" for name in ("projects", "evaluations", "tokens"))
        _add(table, str(row["rank"]), row["user"] or "(private)", *counts)
    _print_table(table, console=console, empty="Nobody is on the board yet.")


def users(rows: Sequence[Row], *, console: Console) -> None:
    """Print users as a table."""
    table = _table("Name", "Id", "API key", "Successful projects", "Evaluations")
    for row in harmless(rows):
        key = f"{row['api_key_prefix']}…" if row["api_key_prefix"] else "-"
        _add(table, row["name"], str(row["id"]), key, str(row["projects"] or 0), str(row["evaluations"] or 0))
    _print_table(table, console=console, empty="There are no users yet. Add one with: modu user add NAME")


def health(rows: Iterable[Row], *, console: Console) -> None:
    """Print the findings of the doctor."""
    styles = {"ok": ("✓", "green"), "note": ("•", "yellow"), "missing": ("✗", "red")}
    for row in harmless(list(rows)):
        mark, style = styles[row["status"]]
        console.print(Text.assemble((f"{mark} ", style), (f"{row['name']:<12}", "bold"), row["text"]))
        if row["mend"]:
            paragraph(f"→ {row['mend']}", console=console, indent=14)


def _verdict(row: Row) -> str:
    """Return whether it passed, with a mark where no LLM looked."""
    return ("passed" if row["scores"]["passed"] else "not passed") + ("*" if _is_unseen(row) else "")


def _is_unseen(row: Row) -> bool:
    return bool(row["scores"]) and row["judge"]["provider"] in {"offline", "replay"}


def _standing(row: Row) -> str:
    """Return where a request without scores stands, with the code of its error."""
    return f"{row['status']}: {row['error']}" if row["error"] else str(row["status"])


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"Id", "When", "Total", "Result"})
    return table


def _add(table: Table, *cells: str | None) -> None:
    """Add a row in which no sign is taken for a style."""
    table.add_row(*(Text(cell or "") for cell in cells))


def _print_table(table: Table, *, console: Console, empty: str) -> None:
    console.print(table if table.row_count else Text(empty))
