"""What litellm's own table says of a model, read from the file in its wheel: importing litellm takes seconds."""

import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TABLE = "model_prices_and_context_window_backup.json"
_KEPT = ("token", "litellm_provider")  # parts of the names of what is of use here

Row = Mapping[str, Any]


@functools.cache
def rows() -> Mapping[str, Row]:
    """Return name of a model -> what is said of its tokens and provider; empty where the wheel has no such file."""
    package = importlib.util.find_spec("litellm")
    file = Path(package.origin or "").parent / _TABLE if package else None
    if file is None or not file.is_file():
        return {}
    table = json.loads(file.read_bytes())
    return {
        name: {key: value for key, value in row.items() if any(part in key for part in _KEPT)}
        for name, row in table.items()
    }
