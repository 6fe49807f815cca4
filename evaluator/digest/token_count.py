"""The true number of o200k tokens, for text that is too odd to be estimated; only such text loads the table (0.4 s)."""

import importlib
import importlib.util
import os
from functools import cache
from pathlib import Path
from typing import Protocol, cast

_TABLE = "fb374d419588a4632f3f557e76b4b70aebbca790"  # the name that tiktoken looks for, of the address of o200k_base
_PIECE = 1000  # characters counted at once: no run of one kind takes quadratic time


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def count(text: str) -> int:
    """Return the number of tokens of *text*, its lines each by themselves; of its bytes where there is no table."""
    encoding = _encoding()
    if encoding is None:
        return len(text.encode("utf-8", "replace"))  # no token is less than a byte
    pieces = (
        line[start : start + _PIECE] for line in text.splitlines(keepends=True) for start in range(0, len(line), _PIECE)
    )
    return sum([len(encoding.encode_ordinary(piece)) for piece in pieces])


@cache
def _encoding() -> _Encoding | None:
    """Return o200k, from the table inside litellm's wheel; None where it is not there: nothing is downloaded."""
    package = importlib.util.find_spec("litellm")  # importing it would take seconds
    folder = Path(package.origin or "").parent / "litellm_core_utils" / "tokenizers" if package else Path()
    if not (folder / _TABLE).is_file():
        return None
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)  # as litellm does it
    return cast("_Encoding", importlib.import_module("tiktoken").get_encoding("o200k_base"))
