"""Where people read: the console of the result, and that of everything else."""

from rich.console import Console

_PIPE_WIDTH = 160  # columns


def out() -> Console:
    """Return the console of the result; what goes to a file or a pipe has room."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def talk() -> Console:
    """Return the console of everything that is not the result."""
    return Console(stderr=True, highlight=False)
