"""`modu`: the command line. Subcommands are imported only when they are called, which keeps `modu --help` fast."""

import gc
import importlib
import io
import json
import sys
import tempfile
import traceback
from types import ModuleType
from typing import NoReturn

import click

from evaluator.errors import EvaluatorError

_COMMANDS = {  # name -> (module, one line for the help)
    "evaluate": ("evaluate", "Grade one project and show the result."),
    "batch": ("batch", "Grade the projects of a file as one cohort."),
    "cohort": ("cohort", "See, retry, cancel and export cohorts."),
    "cancel": ("cancel", "Cancel a request that has not ended."),
    "digest": ("digest", "Show what the judge would be sent, without grading."),
    "show": ("results", "Show one evaluation."),
    "list": ("results", "List evaluations, newest first."),
    "rubric": ("rubric", "List, show and check rubrics."),
    "leaderboard": ("results", "Show who leads, by successful projects or by tokens."),
    "regrade": ("regrade", "Recompute a grade from its record."),
    "worker": ("serving", "Grade what is queued, until stopped."),
    "up": ("serving", "Run everything that one machine needs, in this terminal."),
    "db": ("db", "Prepare and check the database."),
    "user": ("user", "Add and list users, make API keys."),
    "doctor": ("doctor", "Say what works and what is missing, and how to mend it."),
}
_INTERRUPTED = 130


class _Commands(click.Group):
    """A group that knows its commands by name and loads one when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _COMMANDS:
            return None
        module = _imported(f"evaluator.cli.{_COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        if not isinstance(command, click.Command):
            raise AssertionError(f"{cmd_name}_command is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


def _imported(name: str) -> ModuleType:
    """Return a module; what importing it makes stays for good, so nobody looks for garbage in it, then or later."""
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


EXAMPLES = """\b
Examples:
  modu evaluate .
  modu evaluate https://github.com/pallets/click --json
  modu list
  modu doctor
"""


@click.group(cls=_Commands, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="modu-evaluator", prog_name="modu")
@click.option("--env-file", type=click.Path(), help="Read settings from this file instead of MODU_HOME/.env.")
@click.pass_context
def modu(ctx: click.Context, env_file: str | None) -> None:
    """Grade software projects with an LLM: does it do what its README says, and is it practical for real use?"""
    ctx.obj = env_file


def main() -> NoReturn:
    """Run the command line and exit with the documented status (design.md, section 5)."""
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """Return the exit status of one command; what goes wrong is said in one paragraph on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a sign gets a question mark
    try:
        status = modu.main(args=args, prog_name="modu", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except EvaluatorError as error:
        return _say(error, as_json="--json" in args)
    except Exception as error:  # noqa: BLE001 - the outermost wall: a traceback is for us, not for a user
        return _unforeseen(error)
    return status if isinstance(status, int) else 0


def _unforeseen(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()  # the reader has gone; nothing to say to anybody
        return 0
    if isinstance(error, OSError):
        click.echo(f"Error: the system refuses: {error.strerror or error}. Mend that, and ask again.", err=True)
        return 1
    return _own_up(error)


def _say(error: EvaluatorError, *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps({"error": {"code": error.code, "message": str(error)}}, ensure_ascii=False))
    click.echo(f"Error: {error}", err=True)
    return error.exit_status


def _own_up(error: Exception) -> int:
    """Keep the traceback of our bug in a file and say where it is."""
    with tempfile.NamedTemporaryFile("w", prefix="modu-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    click.echo(
        f"Error: a mistake in modu itself ({type(error).__name__}). Nothing half-done is kept. Please report it, with"
        f" what you need not keep private of the file {log.name}, which only you can read.",
        err=True,
    )
    return 1


if __name__ == "__main__":
    main()
