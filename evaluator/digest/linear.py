"""Regular expressions that take linear time on any text, over its bytes: RE2."""

from typing import Any

import re2


def pattern(signs: str) -> Any:
    """Return the compiled pattern; where a text exhausts its cache it goes on slower and writes nothing about it."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(signs, options)


def bytewise(signs: str) -> Any:
    """Return the same of a pattern whose classes are of bytes: letters beyond ASCII stand outside of them only."""
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(signs.encode(), options)
