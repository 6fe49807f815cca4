"""`modu user`: accounts and API keys."""

import click

from evaluator.app import opened
from evaluator.cli import render
from evaluator.cli.common import json_option, load_settings, print_json
from evaluator.cli.consoles import out
from evaluator.services import accounts


@click.group(
    "user",
    epilog="""\b
Examples:
  modu user add kim
  modu user key kim
  modu user list
""",
)
def user_command() -> None:
    """Add and list users, make API keys."""


@user_command.command("add", epilog="\b\nExamples:\n  modu user add kim\n  modu user add 김하늘 --json\n")
@click.argument("name")
@json_option
@click.pass_context
def add_command(ctx: click.Context, *, name: str, as_json: bool) -> None:
    """Add a user called NAME."""
    with opened(load_settings(ctx)) as app:
        user = accounts.add(name, database=app.database)
    if as_json:
        print_json({"id": str(user.id), "name": user.name})
    else:
        click.echo(f"Added {user.name} ({user.id}).")


@user_command.command("key", epilog="\b\nExamples:\n  modu user key kim\n  modu user key kim --json\n")
@click.argument("name")
@json_option
@click.pass_context
def key_command(ctx: click.Context, *, name: str, as_json: bool) -> None:
    """Make a new API key for NAME, a name or an id. It is shown this once; the one before stops working."""
    with opened(load_settings(ctx)) as app:
        key = accounts.new_key(name, database=app.database)
    if as_json:
        print_json({"api_key": key})
    else:
        click.echo(key)
        click.echo("Keep it now: only its hash is stored.", err=True)


@user_command.command("list", epilog="\b\nExamples:\n  modu user list\n  modu user list --json\n")
@json_option
@click.pass_context
def list_command(ctx: click.Context, *, as_json: bool) -> None:
    """List the users."""
    with opened(load_settings(ctx)) as app:
        rows = accounts.listing(database=app.database)
    if as_json:
        print_json([{**row, "id": str(row["id"])} for row in rows])
    else:
        render.users(rows, console=out())
