"""From bytes to text that is safe to show: decoded, without what a reader would not see (security spec)."""

import re
from dataclasses import dataclass

_SNIFFED = 8192  # bytes looked at to tell text from binary
_LONGEST_LINE = 2000  # characters; what is beyond is cut and said
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HIDDEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
    # joiners belong inside emoji and some scripts, never beside ASCII
    "|[\u200c\u200d](?![^\x00-\x7f])|(?<![^\x00-\x7f])[\u200c\u200d]"
)
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")


@dataclass(frozen=True)
class Text:
    """Decoded and cleaned text, with the codes of what a reviewer should know."""

    lines: tuple[str, ...]
    findings: tuple[str, ...] = ()  # hidden_text, control_characters, odd_encoding


def clean(data: bytes) -> Text | None:
    """Return the text of a file, or None where it is binary.

    Findings: `hidden_text` (characters that a reader does not see), `control_characters`, `odd_encoding`.
    """
    decoded = _decode(data)
    if decoded is None:
        return None
    text, findings = decoded
    return clean_text(text, findings=findings)


def clean_text(text: str, *, findings: tuple[str, ...] = ()) -> Text:
    """Return decoded text without hidden and control characters, in lines."""
    text = _BREAKS.sub("\n", text)
    if not text.isascii():
        text, hidden = _HIDDEN.subn("", text)
        findings += ("hidden_text",) if hidden else ()
    text, controls = _CONTROLS.subn("", text)
    findings += ("control_characters",) if controls else ()
    lines = text.removesuffix("\n").split("\n")
    return Text(tuple(map(_cut, lines)), findings)


def _decode(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    if data.startswith(_UTF16):
        return _try(data, "utf-16")
    if b"\0" in data[:_SNIFFED]:
        return None
    if utf8 := _try(data, "utf-8-sig"):
        return utf8
    korean = _try(data, "cp949")
    if korean and _is_korean(korean[0]):
        return korean
    text = data.decode("latin-1")
    controls = len(_CONTROLS.findall(text[:_SNIFFED]))
    return None if controls * 50 > min(len(text), _SNIFFED) else (text, ("odd_encoding",))


def _try(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]] | None:
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        return None


def _is_korean(text: str) -> bool:
    """Return whether most of what is not ASCII is Hangul: bytes of another encoding give a mixture."""
    strange = [char for char in text[:_SNIFFED] if char > "\x7f"]
    return 2 * sum("\uac00" <= char <= "\ud7a3" for char in strange) > len(strange)


def _cut(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:_LONGEST_LINE]} [... {len(line) - _LONGEST_LINE} characters of this line are not shown]"


def printable(path: str) -> str:
    """Return a path as it can be shown and stored: what is not printable in hexadecimal."""
    if path.isascii() and path.isprintable():
        return path
    readable = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in readable)
