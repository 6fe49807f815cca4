"""How words may be written so that a program does not see them, and a model may."""

import base64
import codecs
from collections.abc import Callable, Mapping

_LEET = str.maketrans("oieas", "01345")
_CYRILLIC = str.maketrans("aeopc", "аеорс")  # noqa: RUF001 - they only look alike


def _tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(sign)) for sign in text if sign.isascii())


def _flags(text: str) -> str:
    return "".join(chr(0x1F1E6 + ord(sign) - 97) if "a" <= sign <= "z" else sign for sign in text.lower())


CODES: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "bits": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "reversed": lambda text: text[::-1],
    "leet": lambda text: text.translate(_LEET),
    "lookalikes": lambda text: text.translate(_CYRILLIC),
    "wide": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "references": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "escapes": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "zero width": "\u200b".join,
    "bidi": lambda text: f"\u202e{text[::-1]}\u202c",
    "tags": _tags,
    "flags": _flags,
    "spaced": lambda text: " ".join(text.replace(" ", "")),
    "dotted": lambda text: ".".join(text.replace(" ", "")),
    "camel": lambda text: "".join(word.capitalize() for word in text.split()),
    "snake": lambda text: text.lower().replace(" ", "_"),
    "a word a line": lambda text: text.replace(" ", "\n"),
    "comment": lambda text: f"<!-- {text} -->",
    "hidden": lambda text: f'<span style="display:none">{text}</span>',
    "bold": lambda text: f"**{text}**",
}
