"""What a value looks like: made by a machine, a placeholder, or words (security spec).

The measure is the *surprise* of a value: how many bits a letter costs, on average, to somebody who knows only how
identifiers and words of programs are spelt. Words cost 3 to 5 bits, keys in base 36, 62 or 64 cost 6 to 8.
"""

import base64
import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_SYMBOLS = b"abcdefghijklmnopqrstuvwxyz0."  # any digit is 0, anything else and a change to upper case are a full stop
_PLAIN = bytes(
    code if 97 <= code <= 122 else ord("0") if 48 <= code <= 57 else ord(".") for code in range(256)
)  # of lower case
_FIGURE = re.compile(rb"[0-9]")
_HUMP = re.compile(rb"(?<=[a-z])(?=[A-Z])")
_HEX = re.compile(rb"(?:0x)?(?:[0-9a-f]{16,}|[0-9A-F]{16,})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{8,398}={0,2}")
_UUID = re.compile(rb"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
_PLACEHOLDER = re.compile(
    rb"\$\{|\$\(|^\$[A-Za-z_]|^%[A-Z_]{4}|\{\{|^\{[\w.]*\}$|<[^<>]*>|%(?:\(\w{1,40}\))?[sd]\b|^%\w{1,40}%$|\*{3}|\.{3}|([xX#_0?-])\1{4}|REDACTED|\\(?:[rntxuU]|0\d)|process\.env"
    rb"|environ|getenv"
    rb"|(?i:example|sample|dummy|placeholder|change[_-]?(?:me|it|this)|replace|your|insert|redacted|todo|lorem)",
)
_NOT_A_VALUE = re.compile(
    rb"[a-z][a-z0-9+.]{1,20}://|magnet:|[a-z_]{2,40}\|"  # addresses, lists
    rb"|(?:\.{0,2}|~|@?[A-Za-z][\w-]{0,40}){1,2}/[\w./%-]{0,200}\.[a-z]{1,5}$"  # paths
    rb"|[\w./%-]{1,200}\.(?:css|jsx?|tsx?|json|png|jpe?g|svg|gif|html?|txt|md|py|rb|go|ya?ml|xml|pem|key|crt|cer|csv|pdf)$"
    rb"|\d{4}-\d\d-\d\d|v?\d+\.\d+(?:\.\d+)?(?:[-+.]\w{1,20}){0,3}$"  # dates, versions
    rb"|[A-Z]{1,20}\d?[A-Z]{0,20}(?:_[A-Z]{1,20}\d{0,2}[A-Z]{0,20}){1,8}$"  # constants
    rb"|[\w:]{1,100}:0x[0-9a-f]{8,16}$"  # objects in memory
    rb"|(?=[a-z]{2,30}/)[a-z]{2,30}(?:[/.-](?:[a-z]{2,20}|[a-z]?\d{1,3}[a-z]?)){1,8}$"  # models and packages
    rb"|(?i:cubrid|dblib|firebird|ibm|informix|mysql|oci|odbc|pgsql|sqlite|sqlsrv|sybase):(?!//)[^@]*$"  # PDO
    rb"|(?:sha(?:1|256|384|512)|md5)[-:=]"  # hashes that say so
    rb"|(?i:pbkdf2|aes[-_/\d]|hmac|sha-?\d|rsa[-_/\d]|ecdsa|ed25519|[hr]s(?:256|384|512)$)"  # methods of cryptography
)
_ATTRIBUTE = re.compile(rb"[A-Za-z_$][\w$]{0,60}(?:(?:\.|->|::)[A-Za-z_$][\w$]{0,60}){1,8}")
_PIECE = re.compile(rb"[A-Za-z0-9]{18,}")
_HEX_RUN = re.compile(rb"[0-9a-f]{16,}|[0-9A-F]{16,}")
_FAR_FROM_WORDS = 5.4  # bits a letter; of words and identifiers 1 in 200 is beyond it, of random strings 98 in 100
_FAR_FROM_ANY_WORDS = 6.3
_LEAST = 3.0  # bits of entropy of what a machine made


class Shapes:
    """Tells keys from words; *rows* say in base 36 what it costs, in half bits, that one symbol follows another."""

    def __init__(self, rows: Sequence[str]) -> None:
        self._costs = {
            (before, after): int(rows[n][m], 36)
            for n, before in enumerate(_SYMBOLS)
            for m, after in enumerate(_SYMBOLS)
        }

    def surprise(self, value: bytes) -> float:
        """Return the bits that a letter of *value* costs."""
        plain = b"." + _HUMP.sub(b".", value).lower().translate(_PLAIN) + b"."
        return sum(map(self._costs.__getitem__, pairwise(plain))) / (2 * max(1, len(value)))

    def made_by_machine(self, value: bytes) -> bool:
        """Return whether *value*, or what stands in it behind a prefix of words, is a random string."""
        if _NOT_A_VALUE.match(value) or not value.isascii():
            return False
        if _HEX.fullmatch(value):
            return is_hex_key(value)
        if self._far_from_words(value) or any(map(is_hex_key, _HEX_RUN.findall(value))):
            return True
        return any(map(self._far_from_words, _PIECE.findall(value)))

    def _far_from_words(self, value: bytes) -> bool:
        if entropy(value) < _LEAST or (surprise := self.surprise(value)) < _FAR_FROM_WORDS:
            return False
        if _FIGURE.search(value):
            return True
        if _ATTRIBUTE.fullmatch(value):
            return False
        humps = len(_HUMP.findall(value))  # without figures it may be words of another language
        return 4 * humps >= len(value) >= 12 or (len(value) >= 16 and surprise >= _FAR_FROM_ANY_WORDS)


def is_hex_key(value: bytes) -> bool:
    """Return whether *value* is 16 hexadecimal digits or more, letters and figures, in no simple order."""
    digits = value.lower().removeprefix(b"0x")
    if _HEX.fullmatch(value) is None or digits.isdigit() or len(set(digits)) < 7:
        return False
    return not is_sequence(digits)


def is_uuid(value: bytes) -> bool:
    """Return whether *value* is a UUID, not of one digit only."""
    return _UUID.fullmatch(value) is not None and len(set(value)) > 6


def is_sequence(value: bytes) -> bool:
    """Return whether most of it counts up or down, as made-up keys do: 0123..., abcd..."""
    steps = sum(after - before in {1, -1} for before, after in pairwise(value))
    return 2 * steps > len(value)


def password_of_pair(value: bytes) -> bytes | None:
    """Return the password where *value* is the Base64 of `user:password`, as basic authentication has it, or None."""
    if len(value) % 4 or len(value) > 400 or not _BASE64.fullmatch(value):
        return None
    user, colon, password = base64.b64decode(value).partition(b":")
    return password if colon and user.isascii() and password.isascii() else None


def is_placeholder(value: bytes) -> bool:
    """Return whether it says that something else belongs in its place."""
    return _PLACEHOLDER.search(value) is not None


def is_ordinary(value: bytes) -> bool:
    """Return whether it is an address, a file, a version, a date, an attribute or a hash that says so."""
    return _NOT_A_VALUE.match(value) is not None or _ATTRIBUTE.fullmatch(value) is not None


def entropy(value: bytes) -> float:
    """Return Shannon's entropy of its bytes, in bits."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
