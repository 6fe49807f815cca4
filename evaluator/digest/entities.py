"""The character references of HTML, undone whatever they hold."""

import html
import re

_ENDLESS = re.compile(r"&#(?:[0-9]{9,}+|[xX][0-9A-Fa-f]{9,}+);?")  # no character has such a number


def unescape(text: str) -> str:
    """Return *text* with its references as the characters they stand for; `html` refuses numbers of 4,300 digits."""
    return html.unescape(_ENDLESS.sub("\ufffd", text)) if "&" in text else text
