"""The commands of a project that a README lists with what each of them does: rows, list items, lines of help."""

import re
from collections.abc import Iterator, Sequence

from evaluator.grading import promise_words as words
from evaluator.grading.checks.command_rules import FILE
from evaluator.grading.checks.place import Place
from evaluator.grading.promise_readme import Piece

_LEAST = 2  # words of what a command does; of Korean one sign is enough of a word
_SPAN = re.compile(r"`{1,2}([^`]{1,300})`{1,2}")
_FIRST = re.compile(r"^[*_ ]{0,4}(?:`{1,2}[^`]{1,300}`{1,2}[*_ ]{0,4}(?:[,/|]|or|and|또는)?[ ]{0,3}){1,6}")
_APART = re.compile(r"^[\s*_]{0,4}(?:[:\uff1a=–—-]|->|→|=>)[>\s]{0,4}")  # between a command and its meaning
_HELP = re.compile(r"^ {1,8}([a-z][\w:-]{1,30})(?:, [a-z][\w-]{0,20})?(?: [<\[A-Z][^ ]{0,30}){0,4} {2,40}(\S.{4,300})$")
_OPENING_HELP = re.compile(r"^\s{0,8}(?:[\w ]{1,30} )?(?:sub)?commands?(?: are)?:\s*$", re.IGNORECASE)
_OF_BOT = re.compile(r"[/!.][A-Za-z가-힣][\w가-힣-]{0,30}(?: .{0,60})?")
_WORD = re.compile(
    r"[a-z][a-z0-9:_-]{1,30}(?: [<\[{(-].{0,200}| [A-Z_.]{2,30}){0,4}"
)  # a subcommand and what it is given
_INTERPRETERS = frozenset(("python", "python3", "node", "bash", "sh", "ruby", "php", "./"))
_COLUMN = re.compile(r"command|usage|명령", re.IGNORECASE)
_COMMON = frozenset(("help", "version", "completion", "completions"))
_TOOLS = frozenset(
    (
        "npm", "npx", "yarn", "pnpm", "bun", "make", "just", "pip", "pip3", "uv", "poetry", "git", "docker", "cargo",
        "go", "mvn", "gradle", "gradlew", "python", "python3", "node", "brew", "apt", "sudo", "curl", "cd", "flutter",
        "dotnet", "bundle", "rake", "rails", "php", "composer", "pytest", "tox", "mix", "cmake", "helm", "kubectl",
    )
)  # fmt: skip


def calls(parts: Sequence[Piece], place: Place) -> Iterator[tuple[int, str]]:
    """Yield line, and command with its meaning, of each of the project's own commands that is explained."""
    helping = 0  # the block of code in which commands are explained
    for piece in parts:
        if piece.kind == "code":
            if _OPENING_HELP.match(piece.text):
                helping = piece.block
            elif not piece.text.startswith(" "):
                helping = 0
            elif helping == piece.block and (said := _HELP.match(piece.text)) and said[1] not in _COMMON:
                yield from _explained(piece.number, words.short(said[1]), said[2])
        elif piece.kind == "row" and len(piece.cells) > 1:
            cell = piece.cells[0]
            spans = _SPAN.findall(cell) or ([words.plain(cell)] if _COLUMN.search(piece.header[0][:40]) else [])
            if spans and _is_own(spans[0], piece, place):
                yield from _explained(piece.number, _command(spans), _longest(piece.cells[1:]))
        elif piece.kind == "item" and (first := _FIRST.match(piece.text)):
            rest = piece.text[first.end() :]
            if _APART.match(rest) and _is_own((spans := _SPAN.findall(first[0]))[0], piece, place):
                yield from _explained(piece.number, _command(spans), _APART.sub("", rest))


def _longest(cells: Sequence[str]) -> str:
    return max(cells, key=len)


def _command(spans: Sequence[str]) -> str:
    return ", ".join(words.short(words.plain(span)) for span in spans[:4])


def _is_own(code: str, piece: Piece, place: Place) -> bool:
    """Return whether the code is a command of the project's own program, its script, or under a title on commands."""
    said = code.strip().removeprefix("$ ").split()
    if not said or words.is_never(piece.titles):
        return False
    if said[0] in _INTERPRETERS and len(said) > 1:
        return bool(FILE.match(said[1])) and place.has(said[1].removeprefix("./"))
    if said[0].lower().removeprefix("./") in place.own - _TOOLS:
        return True
    if not words.is_of_commands(piece.titles) or said[0].lower() in _TOOLS:
        return False
    return bool(_OF_BOT.fullmatch(code.strip())) or _WORD.fullmatch(code.strip()) is not None


def _explained(number: int, command: str, meaning: str) -> Iterator[tuple[int, str]]:
    said = words.plain(meaning)
    is_told = len(said.split()) >= _LEAST or re.search(r"[가-힣]{3}", said)
    if command and is_told and not words.is_planned(meaning) and not said.endswith("?"):
        yield number, f"{command} – {said}"
