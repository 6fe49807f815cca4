"""How text is put before people: harmless to the terminal, wrapped, times in their zone."""

import unicodedata
from datetime import datetime, tzinfo
from typing import Any

from rich.console import Console
from rich.text import Text


def harmless(value: Any) -> Any:
    """Return the value with every text in it free of what drives a terminal: controls, and marks of direction."""
    if isinstance(value, str):
        return "".join(sign for sign in value if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf"})
    if isinstance(value, dict):
        return {key: harmless(item) for key, item in value.items()}
    return [harmless(item) for item in value] if isinstance(value, list | tuple) else value


def paragraph(text: str, *, console: Console, indent: int, style: str = "") -> None:
    """Print a paragraph, indented and wrapped, with nothing after the end of its lines."""
    for line in Text(text, style=style).wrap(console, console.width - indent):
        line.rstrip()
        console.print(Text(" " * indent).append_text(line) if line.plain else "")


def when(at: str, zone: tzinfo | None) -> str:
    """Return a time for people, with the name of its zone."""
    return datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
