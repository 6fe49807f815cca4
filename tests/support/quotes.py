"""Quotes of real files as judges write them: true ones, disfigured in many ways, and foreign ones that look alike.

Everything is drawn from a seeded `Random`, so that equal files give equal cases.
"""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from evaluator.domain import Block, Digest, Line
from evaluator.grading.evidence import Checker
from evaluator.grading.verdict import Citation
from tests.support.digests import digest_of, file_class

LEAST = 40  # characters of a quote before it is disfigured
MOST = 400
_TRIES = 40  # for a passage of a file, or a foreign quote of it
_WORD = re.compile(r"\b[A-Za-z_]\w{2,}\b")
_NAMES = ("total", "retries", "user_name", "handler", "session", "limit", "budget", "is_ready", "parse_row")


@dataclass(frozen=True)
class Passage:
    """Some lines of a file."""

    path: str
    first: int  # number of its first line, counted from 1
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as they stand."""
        return "\n".join(self.lines)

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines) - 1


@dataclass(frozen=True)
class Case:
    """A citation of a file, how it was made, and the lines that are true of it."""

    how: str
    citation: Citation
    passage: Passage


class Files:
    """Real files by path, each with its checker."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.lines = {path: lines for path, text in sorted(texts.items()) if len(lines := text.split("\n")) > 3}
        self.paths = list(self.lines)
        self._squeezed = {path: bare("\n".join(lines)) for path, lines in self.lines.items()}
        self._checkers: dict[str, Checker] = {}

    def checker(self, path: str) -> Checker:
        """Return the checker of a digest that shows that file whole."""
        if path not in self._checkers:
            self._checkers[path] = Checker(_digest(path, self.lines[path]))
        return self._checkers[path]

    def holds(self, path: str, quote: str) -> bool:
        """Return whether the file has those signs in that order, whitespace aside: said without the code under test."""
        return bare(quote) in self._squeezed[path]

    def passage(self, random: Random) -> Passage | None:
        """Return some lines of one of the files, worth quoting; None where none was met."""
        for _ in range(_TRIES):
            path = random.choice(self.paths)
            first, count = random.randrange(len(self.lines[path])), random.randint(1, 6)
            lines = self.lines[path][first : first + count]
            text = " ".join("\n".join(lines).split())
            worth = LEAST <= len(text) <= MOST and sum(map(str.isalnum, text)) >= len(text) // 3
            if worth and lines[0].strip() and lines[-1].strip():
                return Passage(path, first + 1, tuple(lines))
        return None


def bare(text: str) -> str:
    """Return *text* in NFKC, without whitespace, its escapes, backslashes and what cannot be seen."""
    text = re.sub(r"\\[nrtbf]|\\", "", text)
    return "".join(re.sub("[\u200b-\u200f\u2060\ufeff\u00ad]", "", unicodedata.normalize("NFKC", text)).split())


def _digest(path: str, lines: Sequence[str]) -> Digest:
    shown = tuple(Line(number=number, text=line) for number, line in enumerate(lines, 1))
    block = Block(path=path, file_class=file_class(path), bytes=1, total_lines=len(lines), lines=shown)
    return digest_of({}).model_copy(update={"blocks": (block,)})


# True quotes ------------------------------------------------------------------------------------------------------

Make = Callable[[Random, Passage], str]


def _numbered(form: str) -> Make:
    return lambda _random, passage: "\n".join(
        form.format(number=number, line=line, path=passage.path)
        for number, line in enumerate(passage.lines, passage.first)
    )


def _spaced(random: Random, passage: Passage) -> str:
    return re.sub(r"\s+", lambda _: random.choice([" ", "  ", "\n", "\t", "\n    ", " \u00a0"]), passage.text)


def _smart(_random: Random, passage: Passage) -> str:
    return re.sub(r'"([^"\n]*)"', "“\\1”", re.sub(r"'([^'\n]*)'", "‘\\1’", passage.text))  # noqa: RUF001 - it is meant


def _wide(random: Random, passage: Passage) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and random.random() < 0.3 else c for c in passage.text)


def _invisible(random: Random, passage: Passage) -> str:
    return "".join(c + random.choice(["", "", "", "\u200b", "\u200c", "\ufeff", "\u2060"]) for c in passage.text)


def _left_out(sign: str, *, times: int) -> Make:
    def make(random: Random, passage: Passage) -> str:
        words = passage.text.strip().split(" ")
        for _ in range(times):
            at = random.randrange(len(words))
            shorter = [*words[:at], sign, *words[at + random.randint(1, 3) :]]
            pieces = [bare(piece) for piece in " ".join(shorter).split(sign)]
            if min(map(len, pieces)) >= 8 and sum(map(len, pieces)) >= 24:
                words = shorter
        return " ".join(words)

    return make


def _trimmed(random: Random, passage: Passage) -> str:
    words = passage.text.split(" ")
    start, end = random.randint(0, 2), random.randint(0, 2)
    shorter = " ".join(words[start : len(words) - end]).strip("\n ;,{")
    return shorter if len(bare(shorter)) >= 24 else passage.text


def _cut(random: Random, passage: Passage) -> str:
    """Return the passage without a few signs at its ends, but no word and no number cut."""
    text, start, end = passage.text.strip(), random.randint(0, 6), random.randint(0, 6)
    shorter = text[start : len(text) - end]
    if re.match(r"\w", shorter) and re.search(r"\w$", text[:start]):
        shorter = re.sub(r"^\w+", "", shorter)
    if re.search(r"\w$", shorter) and re.match(r"\w", text[len(text) - end :]):
        shorter = re.sub(r"\w+$", "", shorter)
    if len(bare(shorter)) < 24 or re.match(r"\w*\d|\.", text[start:][:8]) or re.search(r"\d[\w.]{0,8}$", shorter):
        return passage.text
    return shorter


def _under_escaped(_random: Random, passage: Passage) -> str:
    """Return what JSON makes of a quote whose backslashes were not doubled, as far as it takes it."""
    meant = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
    return re.sub(r'\\([ntrbf"\\/])', lambda found: meant[found[1]], passage.text)


TRUE: Mapping[str, Make] = {
    "as it stands": lambda _random, passage: passage.text,
    "other whitespace": _spaced,
    "tabs": lambda _random, passage: re.sub("^ +", "\t", passage.text, flags=re.MULTILINE),
    "joined lines": lambda _random, passage: " ".join(line.strip() for line in passage.lines),
    "joined without a space": lambda _random, passage: "".join(line.strip() for line in passage.lines),
    "CRLF": lambda _random, passage: "\r\n".join(passage.lines),
    "numbers 12|": _numbered("{number}| {line}"),
    "numbers 12 |": _numbered("{number:5} | {line}"),
    "numbers 12:": _numbered("{number}: {line}"),
    "numbers 12 tab": _numbered("{number}\t{line}"),
    "numbers 12 arrow": _numbered("{number:6}→{line}"),
    "numbers 12.": _numbered("{number}. {line}"),
    "numbers 12)": _numbered("{number}) {line}"),
    "numbers 12-": _numbered("{number}-{line}"),
    "numbers 12 spaces": _numbered("{number:4}  {line}"),
    "numbers L12:": _numbered("L{number}: {line}"),
    "numbers Line 12:": _numbered("Line {number}: {line}"),
    "numbers [12]": _numbered("[{number}] {line}"),
    "numbers path:12:": _numbered("{path}:{number}:{line}"),
    "curly quotes": _smart,
    "full width": _wide,
    "decomposed": lambda _random, passage: unicodedata.normalize("NFD", passage.text),
    "one part left out": _left_out("...", times=1),
    "two parts left out": _left_out("…", times=2),
    "a part left out in brackets": _left_out("[...]", times=1),
    "a part left out as a comment": _left_out("// ...", times=1),
    "dots around": lambda _random, passage: f"...{passage.text.strip()} …",
    "trimmed": _trimmed,
    "cut anywhere": _cut,
    "stripped": lambda _random, passage: passage.text.strip(),
    "escaped twice": lambda _random, passage: json.dumps(passage.text, ensure_ascii=False)[1:-1],
    "not escaped": _under_escaped,
    "fence": lambda _random, passage: f"```python\n{passage.text}\n```",
    "back quotes": lambda _random, passage: f"`{passage.text.strip()}`",
    "HTML entities": lambda _random, passage: html.escape(passage.text),
    "invisible signs": _invisible,
}


def true_cases(files: Files, random: Random, *, each: int) -> Iterator[Case]:
    """Yield that many true quotes of each kind; a third cite lines that are a little off, some a path with `./`."""
    for how, make in TRUE.items():
        for number in range(each):
            passage = files.passage(random)
            if passage is None:
                continue
            off = random.randint(1, 30) if number % 3 == 0 else 0
            path = f"./{passage.path}" if number % 5 == 0 else passage.path
            lines = (passage.first + off, passage.last + off)
            yield Case(how, Citation(file=path, lines=lines, quote=make(random, passage)), passage)


_WHOLE = [
    how for how in TRUE if how not in {"trimmed", "cut anywhere"} and "left out" not in how
]  # of which nothing is missing


# Foreign quotes ---------------------------------------------------------------------------------------------------


def _instead(pattern: str, change: Callable[[Random, str], str]) -> Make:
    """Return what changes one of the finds of *pattern* in a passage, whichever."""

    def make(random: Random, passage: Passage) -> str:
        found = list(re.finditer(pattern, passage.text))
        if not found:
            return passage.text
        one = random.choice(found)
        return passage.text[: one.start()] + change(random, one[0]) + passage.text[one.end() :]

    return make


def _other_digit(random: Random, digit: str) -> str:
    return random.choice([d for d in "0123456789" if d != digit])


_OPERATORS = {
    "==": "!=", "!=": "==", "<=": "<", ">=": ">", "<": ">", ">": "<", "+": "-", "-": "+", "*": "/", "&&": "||",
    "||": "&&", "=": "!=", "and": "or", "or": "and", "True": "False", "False": "True", "is not": "is", "%": "*",
}  # fmt: skip
_OPERATOR = r"==|!=|<=|>=|&&|\|\||\bis not\b|\band\b|\bor\b|\bTrue\b|\bFalse\b|[<>+*=%-]"
_INVENTED = (
    "def {a}({b}: int) -> bool:\n    return {c}.{a}({b}) and {b} > {n}",
    "const {a} = await {b}.{c}({n}, options); // checked",
    "if ({a} == null) { throw new IllegalStateException({b}, {n}); }",
    "사용자의 {a} 값을 {n}번까지 다시 시도하고 {b} 에 저장합니다.",
    "{a}.{b} = {c} ?? {n}\n{c}.commit({a}, timeout={n})",
)


def _invented(random: Random, _passage: Passage) -> str:
    text = random.choice(_INVENTED)
    for sign in "abc":
        text = text.replace(f"{{{sign}}}", f"{random.choice(_NAMES)}_{random.randrange(1000)}")
    return text.replace("{n}", str(random.randrange(100, 9999)))


FOREIGN: Mapping[str, Make] = {
    "another digit": _instead(r"\d", _other_digit),
    "a digit more": _instead(r"\d+", lambda random, number: number + str(random.randrange(10))),
    "another operator": _instead(_OPERATOR, lambda _random, sign: _OPERATORS[sign]),
    "another name": _instead(_WORD.pattern, lambda random, _: random.choice(_NAMES)),
    "another letter": _instead(r"[A-Za-z]", lambda random, _: random.choice("qxzjkQXZJK")),
    "a negation more": _instead(r"\b(?:if|while|return|assert|and|or)\b", lambda _random, word: f"{word} not"),
    "a negation less": _instead(r"\bnot |!", lambda _random, _: ""),
    "a word more": _instead(r" ", lambda random, _: f" {random.choice(_NAMES)} "),
    "a word less": _instead(r"(?<=\w)[^\w\n]{1,3}\w+\b(?=[^\w\n]{1,3}\w)", lambda _random, _: ""),  # from between
    "lines in another order": lambda _random, passage: "\n".join(reversed(passage.lines)),
    "invented": _invented,
    "of another file": lambda _random, passage: passage.text,
}


def foreign_cases(files: Files, random: Random, *, each: int) -> Iterator[Case]:
    """Yield up to that many quotes of each kind that the cited file does not hold; some are disfigured besides."""
    for how, make in FOREIGN.items():
        for number in range(each):
            passage = files.passage(random)
            if passage is None:
                continue
            path = random.choice(files.paths) if how == "of another file" else passage.path
            quote = make(random, passage)
            if not files.holds(path, quote) and not _could_be_true(quote, passage):
                yield _dressed(how, quote, path=path, passage=passage, random=random if number % 4 == 0 else None)


def _could_be_true(quote: str, passage: Passage) -> bool:
    """Return whether nobody can tell: it says that a part is left out, or begins with the number of its line."""
    return "..." in bare(quote) or re.match(rf"\s*{passage.first}\b", quote) is not None


def _dressed(how: str, quote: str, *, path: str, passage: Passage, random: Random | None) -> Case:
    """Return the citation, disfigured as a true one might be where there is something *random*."""
    changed = Passage(path, passage.first, tuple(quote.split("\n")))
    text = TRUE[random.choice(_WHOLE)](random, changed) if random else quote
    return Case(how, Citation(file=path, lines=(passage.first, passage.last), quote=text), changed)
