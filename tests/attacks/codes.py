# ruff: noqa: RUF001 - letters that look like others are the point
"""How words may be written so that a program does not see them, and a model may."""

import base64
import codecs
from collections.abc import Callable, Mapping

_LEET = str.maketrans("oieas", "01345")
_ARMENIAN = str.maketrans("oun", "օսո")
_CHEROKEE = str.maketrans("AEHIKMRTWZ", "ᎪᎬᎻᏆᏦᎷᎡᎢᎳᏃ")
_ACCENTS = str.maketrans("aeiou", "áéíóú")
_SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
_CYRILLIC = str.maketrans("aeopc", "аеорс")


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


def _squared(text: str, first: int = 0x1F130) -> str:
    return "".join(chr(first + ord(sign) - 65) if sign.isascii() and sign.isalpha() else sign for sign in text.upper())


def _lines(text: str, size: int) -> str:
    return "\n".join(text[at : at + size] for at in range(0, len(text), size))


def _each(text: str, form: str, between: str = "") -> str:
    return between.join(form.format(ord(sign)) for sign in text)


def _numbered(text: str, form: str) -> str:
    return "\n".join(form.format(number, word) for number, word in enumerate(text.split()))


RARE_CODES: Mapping[str, Callable[[str], str]] = {
    "base64 in short lines": lambda text: _lines(base64.b64encode(text.encode()).decode(), 20),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "hex in lines": lambda text: "\n".join(_each(text[at : at + 8], "{:02x}", " ") for at in range(0, len(text), 8)),
    "hex list": lambda text: _each(text, "0x{:02x}", ", "),
    "bits without blanks": lambda text: _each(text, "{:08b}"),
    "seven bits": lambda text: _each(text, "{:07b}", " "),
    "bits in lines": lambda text: _each(text, "{:08b}", "\n"),
    "decimal": lambda text: _each(text, "{}", ","),
    "codes of characters": lambda text: f"String.fromCharCode({_each(text, '{}', ', ')})",
    "octal": lambda text: _each(text, "\\{:03o}"),
    "quoted-printable": lambda text: _each(text, "={:02X}"),
    "braced escapes": lambda text: _each(text, "\\u{{{:x}}}"),
    "long escapes": lambda text: _each(text, "\\U{:08x}"),
    "armenian": lambda text: text.translate(_ARMENIAN),
    "cherokee": lambda text: text.upper().translate(_CHEROKEE),
    "accents": lambda text: text.translate(_ACCENTS),
    "small capitals": lambda text: text.lower().translate(_SMALL_CAPITALS),
    "squared": _squared,
    "squared black": lambda text: _squared(text, 0x1F170),
    "underlined": lambda text: "".join(sign + "\u0332" for sign in text),
    "struck out": lambda text: "".join(sign + "\u0336" for sign in text),
    "a letter a line": lambda text: "\n".join(text.replace(" ", "")),
    "slashed": "/".join,
    "piped": "|".join,
    "spaced wide": "  ".join,
    "letters in strings": lambda text: " + ".join(f'"{sign}"' for sign in text),
    "tags between letters": lambda text: "".join(f"<b>{sign}</b>" for sign in text),
    "variables": lambda text: _numbered(text, "w{} = '{}'"),
    "numbered list": lambda text: _numbered(text, "{}. {}"),
    "comments behind": lambda text: _numbered(text, "{1}  // step {0} of the pipeline, see docs"),
}
