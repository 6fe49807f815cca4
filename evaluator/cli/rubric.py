"""`modu rubric`: which rubrics there are, what one says, and whether a file of one's own is sound."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from evaluator.cli.common import json_option, load_settings, print_json
from evaluator.domain import Language
from evaluator.judgement import Criterion, Dimension, Rubric
from evaluator.services import rubrics

_LANGUAGES: tuple[Language, ...] = ("en", "ko")  # in the order in which titles are shown
_EXAMPLES = """\b
Examples:
  modu rubric list
  modu rubric show default
  modu rubric check bootcamp.toml
"""
_LIST_EXAMPLES = """\b
Examples:
  modu rubric list
  modu rubric list --json
"""
_SHOW_EXAMPLES = """\b
Examples:
  modu rubric show hackathon
  modu rubric show bootcamp.toml --json
"""
_CHECK_EXAMPLES = """\b
Examples:
  modu rubric check bootcamp.toml
  modu rubric check bootcamp.toml --json
"""


@click.group("rubric", epilog=_EXAMPLES)
def rubric_command() -> None:
    """List, show and check rubrics. No database, server or key is needed."""


@rubric_command.command("list", epilog=_LIST_EXAMPLES)
@json_option
@click.pass_context
def list_command(ctx: click.Context, *, as_json: bool) -> None:
    """List the rubrics that can be named with --rubric: the built-in ones, or those in MODU_RUBRICS_DIR."""
    rows = rubrics.listed(load_settings(ctx))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(_line(row))
    if any(not row["usable"] for row in rows):
        click.echo("MODU_RUBRICS_DIR replaces the built-in rubrics: to use one, copy its file there.", err=True)


@rubric_command.command("show", epilog=_SHOW_EXAMPLES)
@click.argument("rubric", metavar="NAME|FILE")
@json_option
@click.pass_context
def show_command(ctx: click.Context, *, rubric: str, as_json: bool) -> None:
    """Show the criteria of a rubric: what each is worth, what it asks, and what its levels mean."""
    found = rubrics.load(rubric, settings=load_settings(ctx))
    if as_json:
        print_json(rubrics.described(found))
    else:
        click.echo("\n".join(_page(found)))


@rubric_command.command("check", epilog=_CHECK_EXAMPLES)
@click.argument("rubric", metavar="FILE")
@json_option
@click.pass_context
def check_command(ctx: click.Context, *, rubric: str, as_json: bool) -> None:
    """Say whether the rubric in FILE can be used, and what makes it weak.

    Exits with 2 where it cannot be used; the message names the line, the key and what is allowed. Warnings do not
    change the exit status.
    """
    found = rubrics.load(rubric, settings=load_settings(ctx))
    warnings = rubrics.warnings(found)
    if as_json:
        print_json({"id": found.id, "version": found.version, "sha256": found.sha256, "warnings": warnings})
        return
    counts = ", ".join(f"{dimension.id} {len(dimension.criteria)}" for dimension in found.dimensions)
    click.echo(f"OK: {found.id} {found.version} ({counts} criteria; pass line {found.pass_line} of 10)")
    click.echo(f"Identity: {found.sha256}")
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)


def _line(row: dict[str, Any]) -> str:
    name = f"{row['id']:<16}"
    if "error" in row:
        return f"{name} cannot be used: {row['error']}"
    counts = " + ".join(str(count) for count in row["criteria"].values())
    kind = "" if row["usable"] else " (built in, not in use)"
    title = _titles(row["title"])
    return f"{name} {row['version']:<8} {counts} criteria, pass line {row['pass_line']:>2}  {title}{kind}".rstrip()


def _titles(title: Mapping[Language, str]) -> str:
    return " / ".join(title[language] for language in _LANGUAGES if language in title)


def _page(rubric: Rubric) -> Iterator[str]:
    yield f"{rubric.id} {rubric.version}   {_titles(rubric.title)}".rstrip()
    yield f"Pass line: {rubric.pass_line} of 10"
    yield f"Identity:  {rubric.sha256}"
    for dimension in rubric.dimensions:
        yield ""
        yield f"{_titles(dimension.title)} (0 to {dimension.max})"
        for criterion in dimension.criteria:
            yield ""
            yield from _criterion(criterion, dimension)


def _criterion(criterion: Criterion, dimension: Dimension) -> Iterator[str]:
    worth = float(rubrics.share(criterion, dimension))
    yield f"{criterion.id}  {_titles(criterion.title)}   {worth:.0%}"
    yield f"    {criterion.question}"
    for level, sentence in criterion.levels.model_dump().items():
        yield f"    {level:<8} {sentence}"
    yield f"    Answered by {_answered(criterion)}."
    if criterion.cap_if_not_met is not None:
        yield f"    Gate: where it is not met, {dimension.id} is at most {criterion.cap_if_not_met}."


def _answered(criterion: Criterion) -> str:
    if criterion.evidence == "machine":
        return f"code: the check {criterion.check}"
    places = "1 place" if criterion.min_spans == 1 else f"{criterion.min_spans} places"
    return f"the judge, who has to cite {places} ({criterion.evidence})"
