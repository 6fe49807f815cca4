"""Marks that steer a language model, broken visibly so that no server takes them for its own.

A middle dot goes behind the first sign, or before the colon of a speaker: what stands there stays readable, can be
counted and quoted, and is no mark any more. Sources: the chat templates that the models' makers publish.
"""

import re

from evaluator.digest import linear

_DOT = "\u00b7"
_BAR = "\uff5c"  # the full-width bar of DeepSeek's marks
_MARKS = (  # first sign, and what makes a mark of it
    ("<", r"\|[A-Za-z0-9_/][A-Za-z0-9_/ :.-]{0,60}\|>"),  # <|im_start|> and all that look like it
    ("<", rf"{_BAR}[^\s<>{_BAR}][^<>{_BAR}\n]{{0,60}}{_BAR}>"),
    (r"\[", r"/?INST\]|/?(?:AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT)\]|TOOL_CALLS\]"),
    ("<", r"</?SYS>>"),
    (
        "<",
        r"/?(?:start_of_turn|end_of_turn|bos|eos|think|thinking|tool_call|tool_response|function_(?:calls|results))>",
    ),
    ("<", r"/?antml:|invoke name=|function=[A-Za-z_]|unused[0-9]{1,3}>"),
    ("<", r"<<[^\s<>]{1,100} (?:file [^\n]|end>>>)"),  # a fence as in the digest itself
)
# `<s>` is struck-out text in HTML and a type in code: it is a mark only beside another one.
_BESIDE = (("<", r"s>\s{0,8}(?:\[INST\]|<<SYS>>|<\|)"), ("<", r"/s>\s{0,8}<s>"))
_SPEAKERS = "(Human|Assistant):"

SIGNS = "|".join((*(f"{first}(?:{rest})" for first, rest in _MARKS), "</?s>", _SPEAKERS))  # RE2: none: nothing to do
_GATE = linear.pattern(SIGNS)
_ANY_MARK = re.compile("|".join(f"{first}(?={rest})" for first, rest in (*_MARKS, *_BESIDE)))
_ANY_SPEAKER = re.compile(rf"(?:\A|(?<=\n\n)){_SPEAKERS}")


def break_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """Return *text* with the marks broken, and the code `control_tokens` where there were some."""
    if _GATE.search(text.encode()) is None:
        return text, ()
    text, marks = _ANY_MARK.subn(rf"\g<0>{_DOT}", text)
    text, speakers = _ANY_SPEAKER.subn(rf"\1{_DOT}:", text)
    return text, ("control_tokens",) if marks or speakers else ()
