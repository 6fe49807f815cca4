"""`modu show`, `modu list`, `modu leaderboard`: read results."""

from typing import Literal

import click

from evaluator.app import opened
from evaluator.cli import render, result
from evaluator.cli.common import json_option, limit_option, load_settings, print_json, user_option
from evaluator.cli.consoles import out
from evaluator.services import accounts, reports


@click.command(
    "show",
    epilog="""\b
Examples:
  modu show 0d6f6d5c
  modu show 0d6f6d5c-6e0c-4d4e-9d0e-5d2f1a3b4c5d --json
  modu show 0d6f6d5c --record > record.json
""",
)
@click.argument("id")
@click.option("--record", is_flag=True, help="Print the whole grading record as JSON, which `modu regrade` reads.")
@json_option
@click.pass_context
def show_command(ctx: click.Context, *, id: str, record: bool, as_json: bool) -> None:
    """Show the evaluation, or the state of the request, with that ID or one that begins so."""
    settings = load_settings(ctx)
    with opened(settings) as app:
        if record:
            print_json(reports.record(id, database=app.database))
            return
        found = reports.evaluation(id, database=app.database)
    if as_json:
        print_json(found)
    else:
        result.evaluation(found, console=out(), language=settings.language, zone=settings.zone)


@click.command(
    "list",
    epilog="""\b
Examples:
  modu list
  modu list --user kim --limit 5
  modu list --json
""",
)
@user_option("Only this user's.")
@click.option("--all", "refused", is_flag=True, help="With the requests that were refused at once.")
@limit_option(20)
@json_option
@click.pass_context
def list_command(ctx: click.Context, *, user: str | None, refused: bool, limit: int, as_json: bool) -> None:
    """List evaluations and open or failed requests, newest first."""
    settings = load_settings(ctx)
    with opened(settings) as app:
        user_id = accounts.find(user, database=app.database).id if user else None
        rows = reports.listing(user_id=user_id, refused=refused, limit=limit, database=app.database)
    if as_json:
        print_json(rows)
    else:
        render.listing(rows, console=out(), zone=settings.zone)


@click.command(
    "leaderboard",
    epilog="""\b
Examples:
  modu leaderboard
  modu leaderboard --by tokens --limit 10
  modu leaderboard --json
""",
)
@click.option(
    "--by",
    type=click.Choice(["projects", "tokens"]),
    default="projects",
    show_default=True,
    help="What decides the rank.",
)
@limit_option(20)
@json_option
@click.pass_context
def leaderboard_command(ctx: click.Context, *, by: Literal["projects", "tokens"], limit: int, as_json: bool) -> None:
    """Show who leads; users in privacy mode stay nameless."""
    with opened(load_settings(ctx)) as app:
        rows = reports.leaderboard(by=by, limit=limit, database=app.database)
    if as_json:
        print_json(rows)
    else:
        render.leaderboard(rows, console=out())
