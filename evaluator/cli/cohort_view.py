"""A cohort for people: how far it is, its results, where to look, and the boundary of so many places."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluator.cli.paper import harmless, paragraph, when
from evaluator.cli.result import REVIEW

Row = Mapping[str, Any]

_NAMED = 20  # rows of a boundary that are named
_STATES = ("running", "queued", "failed", "cancelled")


def listing(rows: Sequence[Row], *, console: Console, zone: tzinfo | None = None) -> None:
    """Print cohorts as a table."""
    if not rows:
        console.print(Text("There are no cohorts yet. Make one with: modu batch FILE"))
        return
    table = _table("Cohort", "When", "Organizer", "Graded", "Open", "Failed", "Cost")
    for row in rows:
        ended_otherwise = f"{row['failed']:,}" + (f" (+{row['cancelled']:,} cancelled)" if row["cancelled"] else "")
        table.add_row(
            _line(row["name"]),
            Text(when(row["created_at"], zone)),
            _line(row["organizer"] or "-"),
            Text(f"{row['done']:,} of {row['total']:,}"),
            Text(f"{row['running'] + row['queued']:,}"),
            Text(ended_otherwise),
            Text(_money(row)),
        )
    console.print(table)


def overview(found: Row, rows: Sequence[Row], *, left_off: int, console: Console, zone: tzinfo | None = None) -> None:
    """Print a cohort with those of its rows; so many more are left off."""
    made = f"  {when(found['created_at'], zone)}" + (f", by {found['organizer']}" if found["organizer"] else "")
    console.print(Text.assemble((_line(found["name"]).plain, "bold"), _line(made, lead="  ")))
    if found["deadline"]:
        paragraph(f"The last commits until {when(found['deadline'], zone)} are graded.", console=console, indent=0)
    paragraph(progress(found["progress"]), console=console, indent=0)
    if rows:
        console.print()
        console.print(_results(rows))
    if left_off:
        console.print(Text(f"{left_off:,} more rows: see them with --limit or --json.", style="dim"))
    _legend(rows, console=console)
    if found["common_files"]:
        text = f"{counted(found['common_files'], 'file')} that many of the projects hold, such as starter code,"
        paragraph(f"{text} told nothing and were left out when they were compared.", console=console, indent=0)
    if "cut" in found:
        console.print()
        for text in boundary(found["cut"]):
            paragraph(text, console=console, indent=0)


def _legend(rows: Sequence[Row], *, console: Console) -> None:
    """Say what the words under Look mean, of those that are there."""
    if not any(row["look"] for row in rows):
        return
    console.print()
    there = {reason for row in rows for reason in row["review_reasons"]}
    told = [
        f"{reason}: {REVIEW.get(reason, reason)}"
        for reason in (*REVIEW, *sorted(there - REVIEW.keys()))
        if reason in there
    ]
    if any(row["likeness"] for row in rows):
        told.append("same, alike, in common: the projects hold the same files; it may be honest, and changes no score")
    paragraph(f"A person should look. {'; '.join(told)}.", console=console, indent=0, style="dim")


def progress(stands: Row) -> str:
    """Return in one paragraph how far a cohort is."""
    parts = [f"{stands['done']:,} of {stands['total']:,} graded"]
    parts += [f"{stands[state]:,} {state}" for state in _STATES if stands[state]]
    told = f"{', '.join(parts)}. Cost: {_money(stands)}"
    if not stands["running"] and not stands["queued"]:
        return f"{told}."
    if stands["rate_per_minute"] is None:
        return f"{told}; how long it will take cannot be told yet."
    pace = f"{stands['rate_per_minute']:,} a minute, about {_span(stands['seconds_left'])} left"
    return f"{told}; {pace}, about ${stands['estimated_usd']} in the end."


def boundary(cut: Row) -> list[str]:
    """Return in sentences who gets in, and whom the grade does not tell apart."""
    places = f"{counted(cut['places'], 'place')}, {counted(cut['graded'], 'graded project')}"
    open_rows = [f"{counted(cut['pending'], 'row')} may still be graded: the boundary may move."]
    after = open_rows if cut["pending"] else []
    if cut["total"] is None:
        return [f"{places}: all that are graded get in.", *after]
    level = len(cut["inside"]) + len(cut["tied"]) + len(cut["outside"])
    line = cut["total"]
    last = f"{counted(level, 'project')} with {line} came to the last {counted(cut['places_left'], 'place')}."
    told = [f"{places}: who has more than {line} is in. {last}"]
    if cut["outside"] or (cut["inside"] and cut["tied"]):
        told.append("Their totals before rounding tell them apart; so small a difference is no better than a hint.")
    told += [f"{name}: {_contenders(cut[key])}" for name, key in (("In", "inside"), ("Out", "outside")) if cut[key]]
    if cut["tied"]:
        left = cut["places_left"] - len(cut["inside"])
        told.append(
            f"Tied, {len(cut['tied'])} for {counted(left, 'place')}: {_contenders(cut['tied'])}. The grade does not"
            " decide the order among them: a person has to."
        )
    return told + after


def look(row: Row) -> str:
    """Return why a person should look at a row, in a few words."""
    like = [row["likeness"]["words"]] if row["likeness"] else []
    return "; ".join([*like, *row["review_reasons"]])


def _results(rows: Sequence[Row]) -> Table:
    own = any(row["pass_line"] for row in rows)
    table = _table("Row", "Total", "F", "P", "Result", *(("Own line",) if own else ()), "Project", "Whose", "Look")
    for row in rows:
        scores = row["scores"]
        points = [str(scores[name]) for name in ("functionality", "practicality")] if scores else ["-", "-"]
        cells = [str(row["row"]), f"{scores['total']}/10" if scores else "-", *points, _verdict(row)]
        cells += [_own(row)] if own else []
        cells += [row["project"], row.get("team") or row.get("user") or "-", look(row)]
        table.add_row(*map(_line, cells))
    return table


def _verdict(row: Row) -> str:
    if row["scores"]:
        return "passed" if row["scores"]["passed"] else "not passed"
    return f"{row['state']}: {row['error']}" if row["error"] else str(row["state"])


def _own(row: Row) -> str:
    line = row["pass_line"]
    if line is None:
        return ""
    return f"{line['points']}" + ("" if line["passed"] is None else " reached" if line["passed"] else " not reached")


def _contenders(rows: Sequence[Row]) -> str:
    named = ", ".join(f"row {row['row']} {_line(row['project']).plain}{_exact(row['exact'])}" for row in rows[:_NAMED])
    return named + (f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else "")


def _exact(text: str | None) -> str:
    if text is None:
        return " (exact total unknown)"
    return f" ({text})" if "/" not in text else f" ({text} = {float(Fraction(text)):.3f})"


def _money(row: Row) -> str:
    return f"${row['cost_usd']}" + (f" of ${row['budget_usd']}" if row["budget_usd"] is not None else "")


def counted(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _span(seconds: int) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(1, seconds)} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        folds = column in {"Look", "Result"}
        table.add_column(column, overflow="fold" if folds else "ellipsis", no_wrap=not folds)
    return table


def _line(text: str, *, lead: str = "") -> Text:
    """Return a text of others as one harmless line; no sign of it is taken for a style."""
    return Text(lead + " ".join(harmless(text).split()))
