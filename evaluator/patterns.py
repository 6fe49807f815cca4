"""Regular expressions that come out the same on every Python this runs on.

`re` of Python 3.11.0 to 3.11.4 takes possessive repeats of groups, and atomic groups, for other things than they are
(CPython issue 106052): `(?:ab?c)?+` does not match an empty text there. Those are compiled by `regex` then.
"""

import re
import sys
from typing import AnyStr, Final, cast

IS_SOUND: Final = sys.version_info >= (3, 11, 5)
_WRONG_THERE = re.compile(r"(?<!\\)\)(?:[*+?]|\{[^{}]*\})\+|\(\?>")


def compiled(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` gives, or, where `re` is wrong about *pattern*, what behaves as it should."""
    if IS_SOUND or not is_wrong_there(pattern):
        return re.compile(pattern, flags)
    return by_regex(pattern, flags)


def is_wrong_there(pattern: str | bytes) -> bool:
    """Tell whether *pattern* has what `re` of Python 3.11.0 to 3.11.4 may take for something else."""
    return _WRONG_THERE.search(pattern if isinstance(pattern, str) else pattern.decode("latin-1")) is not None


def by_regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return *pattern* compiled by `regex`, which reads it as `re` should; it has no other number than ASCII's."""
    import regex

    own = (flags & ~re.ASCII) | (regex.ASCII if flags & re.ASCII else 0)
    return cast("re.Pattern[AnyStr]", regex.compile(pattern, own))
