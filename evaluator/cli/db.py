"""`modu db`: prepare and check the database."""

import click

from evaluator.app import opened_as_it_is
from evaluator.cli.common import json_option, load_settings, print_json
from evaluator.services import schema


@click.group(
    "db",
    epilog="""\b
Examples:
  modu db migrate
  modu db check
""",
)
def db_command() -> None:
    """Prepare and check the database."""


@db_command.command(
    "migrate",
    epilog="""\b
Examples:
  modu db migrate
  DATABASE_URL=postgresql://modu@db/modu REDIS_URL=redis://queue/0 modu db migrate
""",
)
@json_option
@click.pass_context
def migrate_command(ctx: click.Context, *, as_json: bool) -> None:
    """Create what is missing; never alter or drop what the platform made. Safe to run twice, or at the same time."""
    with opened_as_it_is(load_settings(ctx)) as app:
        applied = schema.migrate(app.database)
    if as_json:
        print_json({"applied": applied})
    else:
        click.echo("\n".join(f"Applied {name}" for name in applied) or "Nothing to do: the database is up to date.")


@db_command.command(
    "check",
    epilog="""\b
Examples:
  modu db check
  modu db check --json
""",
)
@json_option
@click.pass_context
def check_command(ctx: click.Context, *, as_json: bool) -> int:
    """Compare the database with its document; exit with 1 if anything differs."""
    with opened_as_it_is(load_settings(ctx)) as app:
        differences = schema.differences(app.database)
    if as_json:
        print_json({"differences": differences})
    else:
        click.echo("\n".join(differences) or "The database is as documented.")
    return 1 if differences else 0
