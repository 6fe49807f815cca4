"""Regular expressions that take linear time on any text, over its bytes: RE2."""

from typing import Any

import re2


def pattern(signs: str) -> Any:
    """Return the compiled pattern; where a text exhausts its cache it goes on slower and writes nothing about it."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(signs, options)
