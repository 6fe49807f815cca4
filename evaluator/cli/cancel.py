"""`modu cancel`: end a request that has not ended of itself."""

import click

from evaluator.app import opened
from evaluator.cli.common import json_option, load_settings, print_json
from evaluator.services import cancellation


@click.command(
    "cancel",
    epilog="""\b
Examples:
  modu cancel 0d6f6d5c
  modu cancel 0d6f6d5c-6e0c-4d4e-9d0e-5d2f1a3b4c5d --json
""",
)
@click.argument("id")
@json_option
@click.pass_context
def cancel_command(ctx: click.Context, *, id: str, as_json: bool) -> None:
    """Cancel the request with that ID or one that begins so. What its judge has been asked already is still paid."""
    with opened(load_settings(ctx)) as app:
        request_id = cancellation.cancel(id, database=app.database)
    if as_json:
        print_json({"request_id": str(request_id), "status": "cancelled"})
    else:
        click.echo(f"Cancelled: {request_id}")
