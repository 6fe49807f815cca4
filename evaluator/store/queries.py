"""Named SQL: the statements of a `.sql` file beside this module, looked up by name when a module is imported."""

import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import LiteralString

Statement = LiteralString  # SQL of our own package: values reach it only as parameters

_NAME = re.compile(r"^-- name:(.*)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*\n?", re.MULTILINE)  # left out: psycopg would read a % in it as a placeholder


def load(file: str) -> Mapping[str, Statement]:
    """Return the statements of *file*, name -> SQL; an unknown name is a KeyError where the module is imported."""
    return parse(resources.files("evaluator.store").joinpath(file).read_text("utf-8"), file=file)


def parse(text: str, *, file: str) -> Mapping[str, Statement]:
    """Return the statements of *text*, each of which begins with a line `-- name: its_name`.

    Raises ValueError for a name that is twice there or is none, for a name without a statement, and for SQL before
    the first name.
    """
    before, *parts = _NAME.split(text)
    if _COMMENT.sub("", before).strip():
        raise ValueError(f"{file}: SQL stands before the first name")
    found: dict[str, Statement] = {}
    for name, body in zip((n.strip() for n in parts[::2]), parts[1::2], strict=True):
        if not name.isidentifier() or name in found:
            raise ValueError(f"{file}: {name!r} is no name, or is there twice")
        found[name] = _COMMENT.sub("", body).strip()
        if not found[name]:
            raise ValueError(f"{file}: {name!r} has no statement")
    return MappingProxyType(found)
