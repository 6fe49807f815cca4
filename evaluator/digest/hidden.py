"""Characters that a reader does not see, taken out: controls, direction signs, fillers, smuggled tags and selectors.

What stays is what shows: joiners inside emoji and in scripts that need them, one variation selector behind a sign that
has variants, the tags of the three flags that are written with tags. No step makes work for an earlier one, so that
cleaned text stays as it is when it is cleaned again.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaluator.digest import linear

_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb"
)
_FORMATS = "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # of shorthand and of music
_TAGS = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_PRIVATE = "\U000f0000-\U0010ffff"
_NO_CHARACTERS = "".join(f"{chr(plane << 16 | 0xFFFE)}-{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15))
_MONGOLIAN_SELECTORS = "\u180b-\u180d\u180f"
_MORE_SELECTORS = "\U000e0100-\U000e01ef"
_SELECTORS = f"{_MONGOLIAN_SELECTORS}\ufe00-\ufe0f{_MORE_SELECTORS}"
_JOINERS = "\u200c\u200d"
_STACKED = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MOST_STACKED = 4  # no script needs more

CHARACTERS = (  # of a class: all that are hidden, those too that show behind some signs
    f"{_CONTROLS}{_BIDI}{_INVISIBLE}{_FORMATS}{_TAGS}\ue000-\uf8ff{_PRIVATE}{_NO_CHARACTERS}{_SELECTORS}{_JOINERS}"
)

# What hidden characters may stand behind
_EMOJI = "0-9#*\u00a9\u00ae\u203c\u2049\u2100-\u27bf\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MATHS = "\u2200-\u22ff\u2a00-\u2aff"
_MONGOLIAN = "\u1800-\u180a\u1810-\u18aa"
# Arabic and its kin, the scripts of India and South-East Asia, Mongolian
_JOINING = "\u0600-\u06ff\u0700-\u109f\u1780-\u18af\u1900-\u1aaf\ua840-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
_FLAGS = "|".join("".join(chr(0xE0000 + ord(sign)) for sign in land) for land in ("gbeng", "gbsct", "gbwls"))


@dataclass(frozen=True)
class _Step:
    """What is taken out, under which code it is noted (None: not at all), and what stays in its place."""

    code: str | None
    signs: str  # RE2, at hundreds of megabytes a second: only a text with these is gone through
    found: str
    stays: str = ""

    @cached_property  # all of them are compiled when the first text hides something: most projects have none
    def gate(self) -> Any:
        """The signs, as bytes."""
        return linear.pattern(self.signs)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What is taken out."""
        return re.compile(self.found)


def _all(code: str, characters: str) -> _Step:
    return _Step(code, f"[{characters}]", f"[{characters}]+")


def _beyond(code: str, characters: str) -> _Step:
    """Return the step for characters of the higher planes; `re` finds these quickly only by their range as a whole."""
    return _Step(code, f"[{characters}]", f"[\U00010000-\U0010ffff](?<=[{characters}])")


_STEPS = (
    _Step(None, r"[\x0b\x0c]", r"[\x0b\x0c]", " "),  # page breaks
    _Step(
        "control_characters",  # the escape sequences of terminals, whole
        r"\x1b",
        r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|[\]PX^_][^\x07\x1b\n]*+(?:\x07|\x1b\\)|[ -/]*+[0-~])",
    ),
    _all("control_characters", _CONTROLS),
    _beyond("control_characters", _NO_CHARACTERS),
    _all("bidi_controls", _BIDI),
    _all("hidden_text", _INVISIBLE),
    _beyond("hidden_text", _FORMATS),
    _all("private_use", "\ue000-\uf8ff"),
    _beyond("private_use", _PRIVATE),
    _Step(
        "hidden_text",
        f"[{_TAGS}]",
        f"(\U0001f3f4(?:{_FLAGS})\U000e007f)|[{_TAGS}]+",
        r"\1",
    ),
    _Step("hidden_text", f"[{_SELECTORS}]{{2}}", f"(?<=[{_SELECTORS}])[{_SELECTORS}]+"),
    _Step(None, "[\ufe0e\ufe0f]", f"[\ufe0e\ufe0f](?<![{_EMOJI}].)"),  # what deleted emoji leave behind
    _Step(
        "hidden_text",
        f"[\ufe00-\ufe0d{_MORE_SELECTORS}]",
        f"[\ufe00-\ufe0d{_MORE_SELECTORS}](?<![{_IDEOGRAPHS}{_MATHS}].)",
    ),
    _Step(
        "hidden_text",
        f"[{_MONGOLIAN_SELECTORS}]",
        f"[{_MONGOLIAN_SELECTORS}](?<![{_MONGOLIAN}].)",
    ),
    _Step(
        "hidden_text",
        f"[{_JOINERS}]",
        f"[{_JOINERS}](?:(?<![{_EMOJI}\ufe0f{_JOINING}].)|(?=[{_JOINERS}])"
        f"|(?<=[{_EMOJI}\ufe0f]\u200c)|(?<=[{_EMOJI}\ufe0f]\u200d)(?![{_EMOJI}]))",
    ),
    _Step(  # blanks of Braille where there is no Braille
        "hidden_text",
        "\u2800{2}",
        "(?<![\n\u2800-\u28ff])\u2800{2,}+(?![\u2801-\u28ff])",
    ),
    _Step(
        "stacked_marks",
        f"{_STACKED}{{{_MOST_STACKED + 1}}}",
        f"({_STACKED}{{{_MOST_STACKED}}}){_STACKED}++",
        r"\1",
    ),
)
_ASCII = 3  # steps that look for ASCII, the first ones
SIGNS = "|".join(dict.fromkeys(step.signs for step in _STEPS))  # RE2: in a text without these nothing is hidden


def strip(text: str) -> tuple[str, tuple[str, ...]]:
    """Return *text* without what a reader does not see, and the codes of what was taken out."""
    codes: list[str] = []
    data = text.encode()
    for step in _STEPS[:_ASCII] if text.isascii() else _STEPS:
        if step.gate.search(data) is None:
            continue
        shorter = step.pattern.sub(step.stays, text)
        if step.code and len(shorter) < len(text):
            codes.append(step.code)
        text, data = shorter, shorter.encode()
    return text, tuple(dict.fromkeys(codes))
