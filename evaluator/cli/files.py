"""Files that a command writes: whole or not at all, and never over another one unasked."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click

_BOM = "\ufeff"


@contextmanager
def written(path: Path, *, force: bool, bom: bool = False) -> Iterator[TextIO]:
    """Give a file of UTF-8 that stands at *path* once the block has ended well; only its owner can read it.

    `-` is standard output. *force*: a file that is there is replaced. Raises UsageError where that cannot be.
    """
    if str(path) == "-":
        sys.stdout.flush()
        with _text(sys.stdout.fileno(), bom=bom, closefd=False) as file:
            yield file
        return
    check(path, force=force)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".modu-", suffix=".tmp")
    except OSError as error:
        reason = error.strerror or error
        raise click.UsageError(
            f"Nothing can be written to {str(path.parent)!r} ({reason}). Write elsewhere with --out."
        ) from error
    try:
        with _text(handle, bom=bom) as file:
            yield file
            file.flush()
            os.fsync(handle)
        check(path, force=force)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def check(path: Path, *, force: bool) -> None:
    """Raise UsageError where nothing may or can be written to *path*."""
    if str(path) == "-":
        return
    if not path.parent.is_dir():
        raise click.UsageError(f"There is no folder {str(path.parent)!r}. Make it, or write elsewhere with --out.")
    if os.path.lexists(path) and not (force and path.is_file()):
        hint = "Replace it with --force, or write" if path.is_file() else "Write"
        raise click.UsageError(f"{str(path)!r} is there already. {hint} elsewhere with --out.")


def _text(handle: int, *, bom: bool, closefd: bool = True) -> TextIOWrapper:
    file = os.fdopen(handle, "w", encoding="utf-8", newline="", closefd=closefd)
    file.write(_BOM if bom else "")
    return file
