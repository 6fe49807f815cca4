"""Where what has begun in a source text ends: block comments, texts given in place, code that is switched off.

Everything that has to be searched for is searched for once in a text, so that no text makes it crawl.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from functools import cached_property

from evaluator.patterns import compiled

_CLOSERS = {
    "/*": "*/", "(*": "*)", "{-": "-}", "<!--": "-->", "/+": "+/", "#=": "=#", "#[": "]#", "#|": "|#", "<#": "#>",
    "{#": "#}", "<%#": "%>", "<%--": "--%>", "{{--": "--}}", "{{!--": "--}}", "{{!": "}}", "{": "}", "/-": "-/",
}  # fmt: skip
_ALONE = re.compile(r"^[ \t]*(\w{1,60})(?=[ \t]*(?:$|[;,)\]]))", re.MULTILINE)
_SWITCH = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|else|elif|endif)\b[^\n]*", re.MULTILINE)
_GOES_ON = compiled(r"(?:\n[ \t]*\*[^\n]*)*+")  # as the lines of a block comment are usually written


class Ends:
    """The ends in one text."""

    def __init__(self, text: str, *, nests: bool) -> None:
        self._text = text
        self._nests = nests
        self._pairs: dict[tuple[str, str], dict[int, int]] = {}  # closing place by opening place, once asked
        self._none_after: dict[str, int] = {}  # where a closing sign was looked for in vain

    def block(self, start: int, opener: str) -> int:
        """Return the end of the block comment that *opener* begins at *start*: one that never ends is one line."""
        if opener.startswith("(comment"):
            end = self._pair(start, "(", ")")
        elif opener.endswith("[") and opener != "#[":
            end = self._next(start + len(opener), "]" + "=" * opener.count("=") + "]")
        elif self._nests:
            end = self._pair(start, opener, _CLOSERS[opener])
        else:
            end = self._next(start + len(opener), _CLOSERS[opener])
        if end >= 0:
            return end
        line = self.line(start)
        goes_on = _GOES_ON.match(self._text, line) if opener == "/*" else None
        return goes_on.end() if goes_on else line

    def raw(self, start: int, opener: str) -> int:
        """Return the end of the string without escapes that *opener* begins at *start*; -1: it has none."""
        closer = opener.replace("[", "]") if "[" in opener else opener.lstrip("r")[::-1]
        return self._next(start + len(opener), closer)

    def line(self, at: int) -> int:
        """Return the end of the line."""
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def here(self, start: int, tag: str) -> int:
        """Return the end of the text that goes on from *start* up to a line of *tag* alone; -1: there is none."""
        places = self._words.get(tag, [])
        after = bisect_left(places, self.line(start))
        return places[after] if after < len(places) else -1

    def switched_off(self, start: int) -> int:
        """Return the end of the code behind an `#if 0` that ends at *start*, its own directives jumped over."""
        depth = 0
        first = bisect_left(self._switches, (start, 0, ""))
        for number in range(first, len(self._switches)):
            place, end, word = self._switches[number]
            if depth == 0 and not word.startswith("if"):
                return end if word == "endif" else place
            depth += word.startswith("if") - (word == "endif")
        return len(self._text)

    def _next(self, start: int, closer: str) -> int:
        if start >= self._none_after.get(closer, len(self._text) + 1):
            return -1
        end = self._text.find(closer, start)
        if end < 0:
            self._none_after[closer] = start
            return -1
        return end + len(closer)

    def _pair(self, start: int, opener: str, closer: str) -> int:
        if (opener, closer) not in self._pairs:
            self._pairs[opener, closer] = _paired(self._text, opener, closer)
        return self._pairs[opener, closer].get(start, -1)

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        ends = defaultdict[str, list[int]](list)
        for found in _ALONE.finditer(self._text):
            ends[found[1]].append(found.end())
        return ends

    @cached_property
    def _switches(self) -> list[tuple[int, int, str]]:
        return [(found.start(), found.end(), found[1]) for found in _SWITCH.finditer(self._text)]


def _paired(text: str, opener: str, closer: str) -> dict[int, int]:
    """Return where what opens at a place is closed, what lies between counted."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for found in re.finditer(f"{re.escape(opener)}|{re.escape(closer)}", text):
        if found[0] == opener:
            opened.append(found.start())
        elif opened:
            pairs[opened.pop()] = found.end()
    return pairs
