import re
import shlex
from collections.abc import Iterator

import click
import pytest

from evaluator.cli.main import modu


def walk(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        with click.Context(command, **modu.context_settings) as ctx:
            for name in command.list_commands(ctx):
                child = command.get_command(ctx, name)
                assert child is not None
                yield from walk(child, (*words, name))


COMMANDS = dict(walk(modu, ("modu",)))


def examples(command: click.Command) -> list[str]:
    """Return the lines of the examples that end a command's help."""
    _, found, lines = (command.epilog or "").partition("Examples:\n")
    assert found
    return [line.strip() for line in lines.splitlines() if line.strip()]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_help_ends_in_examples(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]

    with click.Context(command, info_name=" ".join(words), **modu.context_settings) as ctx:
        text = command.get_help(ctx)

    assert text.rstrip().splitlines()[-1].strip() == examples(command)[-1]


@pytest.mark.parametrize(
    "example", sorted({line for command in COMMANDS.values() for line in examples(command)}), ids=lambda line: line
)
def test_every_example_is_a_command_that_parses(example: str) -> None:
    typed, _, _ = example.partition(" > ")  # what the shell does with the output is its own affair
    words = [word for word in shlex.split(typed) if not re.match(r"[A-Z_]+=", word)]
    assert words[0] == "modu"
    command: click.Command = modu
    ctx = command.make_context("modu", words[1:])

    while isinstance(command, click.Group):  # down to the subcommand, as click itself goes
        name, found, rest = command.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
        assert found is not None
        command = found
        ctx = command.make_context(name, list(rest), parent=ctx)


def test_the_help_names_every_command() -> None:
    with click.Context(modu, **modu.context_settings) as ctx:
        text = modu.get_help(ctx)

    for words in COMMANDS:
        assert words[-1 if len(words) == 1 else 1] in text
