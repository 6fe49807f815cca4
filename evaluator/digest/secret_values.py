"""Whether a value that stands where a secret may stand is one: random, a password, or made up (security spec)."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from evaluator.digest import secret_shapes as shapes
from evaluator.digest.secret_shapes import Shapes

_RUNS = re.compile(rb"[A-Za-z]+|[0-9]+")
_SIGN = re.compile(rb"[!@#$%^&*?~+=]")
_SIGN_INSIDE = re.compile(rb"[A-Za-z0-9][!#$%^&*?~]+[A-Za-z0-9]")
_NO_PASSWORD = re.compile(rb"[\[\](){}<>|\\\s]|^[/.@*]|(?i:min|max|len|length|size):")  # expressions, rules, paths
_LETTER = re.compile(rb"[A-Za-z]")
_FIGURE = re.compile(rb"[0-9]")
_HASH = re.compile(rb"[0-9a-f-]+|[0-9A-F-]+")
_STRAY = 6.3  # bits a letter; nearly no identifier, and no word of any language that we saw, is beyond it
_QUOTES = b"\"'"


@dataclass(frozen=True)
class Tier:
    """How telling a name is: what follows `password` need not look random, what follows a mere `key` must."""

    id: str
    shortest: int  # bytes of a random value
    lenient: bool = False  # in quotes, a mixture of letters and figures is enough
    ordinary: bool = False  # so is any word with a figure or a sign in it
    password: bool = False  # so is a short one with a sign in it, and one without quotes in a file of settings
    near: bool = False  # anything random on the rest of the line is enough
    manifest: bool = False  # no name, but the kind of a document that is a secret
    uuid: bool = False  # a UUID is a value here, elsewhere it is a plain id
    depends: bool = False  # on the head of the name: `api` before `key` tells, `cache` does not
    harmless_head: re.Pattern[bytes] | None = None  # the beginning of a name that says it is no secret
    harmless_tail: re.Pattern[bytes] | None = None  # the end of one


@dataclass(frozen=True)
class Values:
    """Tells secrets from words, placeholders and plain ids."""

    shapes: Shapes
    words: re.Pattern[bytes]  # of which made-up values consist
    obvious: re.Pattern[bytes]  # passwords that say that they are none, and what is none beside such a name
    passwords: Collection[bytes]  # that nobody means, in lower case

    def is_secret(self, value: bytes, tier: Tier, *, plain: bool) -> bool:
        """Return whether *value* is a secret beside a name of that tier; *plain*: it need not look random."""
        if tier.ordinary and plain and self.is_ordinary_password(value):
            return True
        if _FIGURE.search(value) is None and len(value) < 12:
            return False
        if shapes.is_uuid(value):
            return tier.uuid
        if self.is_random(value, shortest=tier.shortest) or (tier.lenient and _is_long(value)):
            return True
        if not (tier.lenient and plain) or self.is_made_up(value) or shapes.is_ordinary(value):
            return False
        return self.obvious.fullmatch(value) is None and self._is_mixture(value, password=tier.password)

    def is_random(self, value: bytes, *, shortest: int) -> bool:
        """Return whether a machine made it, and not of the words that made-up values consist of."""
        if len(value) < shortest or self.is_made_up(value) or not self.shapes.made_by_machine(value):
            return False
        return 2 * len(self.words.sub(b"", value)) >= len(value)

    def is_far_from_words(self, value: bytes) -> bool:
        """Return whether *value* is so random that no name has to tell: letters and figures, not a plain hash."""
        if _FIGURE.search(value) is None or _HASH.fullmatch(value) or shapes.is_sequence(value):
            return False
        return self.shapes.surprise(value) >= _STRAY and self.is_random(value, shortest=32)

    def is_password(self, value: bytes) -> bool:
        """Return whether somebody may mean the password *value*, or the last part of `user:password`."""
        password = value.rpartition(b":")[2].strip(_QUOTES) or value
        if self.is_made_up(value) or self.is_made_up(password):
            return False
        is_short_word = len(value) < 8 and value.islower() and value.isalpha()
        return len(self.words.sub(b"", password)) >= 4 and not is_short_word

    def is_ordinary_password(self, value: bytes) -> bool:
        """Return whether somebody may mean it where a password is set: a word with figures, or with a sign inside."""
        if not 6 <= len(value) <= 64 or not value.isascii() or _NO_PASSWORD.search(value):
            return False
        if _FIGURE.search(value) is None and (len(value) < 8 or _SIGN_INSIDE.search(value) is None):
            return False
        if shapes.is_placeholder(value) or shapes.is_ordinary(value) or self.obvious.fullmatch(value):
            return False
        return not (value.isdigit() and shapes.is_sequence(value)) and len(set(value)) > 2

    def is_made_up(self, value: bytes) -> bool:
        """Return whether it says so itself, is a password that nobody means, or the Base64 of such a one."""
        if shapes.is_placeholder(value) or value.lower() in self.passwords:
            return True
        password = shapes.password_of_pair(value)
        return password is not None and len(self.words.sub(b"", password)) < 4

    def _is_mixture(self, value: bytes, *, password: bool) -> bool:
        """Return whether letters and figures alternate, not counting the words that made-up values consist of."""
        if len(value) < 8 or not _has_both(value):
            return False
        rest = self.words.sub(b"", value)
        runs = len(_RUNS.findall(rest))
        if password and len(rest) >= 4 and runs >= 1 and _SIGN.search(value):
            return True
        return len(rest) >= (6 if password else 8) and runs >= (2 if password else 4) and _has_both(rest)


def _is_long(value: bytes) -> bool:
    """Return whether it is as long as keys are, letters and figures by turns, be they in whatever order."""
    return len(value) >= 32 and value.isalnum() and len(set(value)) >= 8 and len(_RUNS.findall(value)) >= 4


def _has_both(value: bytes) -> bool:
    return _LETTER.search(value) is not None and _FIGURE.search(value) is not None
