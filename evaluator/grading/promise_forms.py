"""From the pieces of a README to promises: words and checks of each kind put together, doubles merged."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from evaluator.domain import Block, Digest
from evaluator.grading import promise_calls, promise_features, promise_names
from evaluator.grading.checks.command_rules import FILE, tool_files
from evaluator.grading.checks.commands import asked
from evaluator.grading.checks.place import Place, place_of
from evaluator.grading.checks.readme import Snippet
from evaluator.grading.promise_check import UNSURE, Look, Searcher, is_made
from evaluator.grading.promise_readme import MAX_LINES, pieces
from evaluator.grading.promise_words import MOST_SIGNS, cut, short
from evaluator.grading.withhold import LONGEST, Withholder
from evaluator.judgement import PromiseKind

MAX_CANDIDATES = 400  # of one kind
_CODE_LIKE = re.compile(r"[{}\[\]=;<>]|\w\(|[\w/]{16}")
_SETTING_UP = re.compile(
    r"^(?:import |pip |cp |npx (?:i|install)\b|(?:cargo|go|bundle|composer|mix|flutter|dart|poetry|gem|dotnet"
    r"|stack|rails|swift) "
    r"(?:b?install|get|add|deps\S{0,20}|pub|fmt|new|init|create|restore|global|require|create-project|update"
    r"|mod|search"
    r"|login|publish|config|archive\S{0,20}|local\S{0,20}|phx\S{0,20}|package|clean|upgrade|doctor|tool)\b)"
)
_NODE = frozenset(("npm", "yarn", "pnpm", "bun"))
_TOOLS = frozenset(
    ("git", "grep", "cargo", "curl", "docker", "make", "go", "python", "node", "cd", "ls", "export", "set", "echo")
)
_START = (
    r"(?i:\b(?:run|launch|execute|start|play))[^.]{0,40}?[`\[(/]"  # what stands before a file that is to be started
)


@dataclass(frozen=True)
class Candidate:
    """What may become a numbered promise; it is looked for only when it does."""

    kind: PromiseKind
    line: int
    text: str
    look: Callable[[], Look]


def candidates(digest: Digest, readme: Block) -> Iterator[Candidate]:
    """Yield each promise of the README once, kind after kind; at most MAX_CANDIDATES of each."""
    keys: set[tuple[str, str]] = set()
    for found in _found(digest, readme):
        for one in islice(found, MAX_CANDIDATES):
            last = one.text.rpartition(" ")[2]
            said = last if one.kind == "command" and FILE.match(last) else one.text
            key = (one.kind, re.sub(r"\W", "", said.casefold()) or said)
            if one.text and key not in keys:
                keys.add(key)
                yield one


def withheld(digest: Digest, texts: Sequence[str]) -> list[str]:
    """Return the words of features without the project's code; prose without a sign of code is left as it is."""
    if not any(_CODE_LIKE.search(text) for text in texts):
        return list(texts)
    withholder = Withholder(digest)
    return [cut(withholder.clean(text)) if _CODE_LIKE.search(text) else text for text in texts]


def _found(digest: Digest, readme: Block) -> Iterator[Iterator[Candidate]]:
    parts = list(pieces(readme))
    place = place_of(digest)
    searcher = Searcher(digest, place)
    called = list(islice(promise_calls.calls(parts, place), MAX_CANDIDATES))
    yield (
        Candidate("feature", n, cut(text), _unsure)
        for n, text in promise_features.features(parts, names=place.own, calls=called)
    )
    explained = {n for n, _ in called}  # with its meaning a command is a feature
    yield (one for one in _commands(readme, place_of(digest), searcher) if one.line not in explained)
    yield (
        Candidate("endpoint", n, short(f"{method} {path}"), partial(searcher.endpoint, method, path))
        for n, method, path in promise_names.endpoints(parts)
    )
    yield (
        Candidate("option", n, short(option), partial(searcher.option, option))
        for n, option in promise_names.options(parts, place)
    )
    yield (
        Candidate("example", n, f"Example of use at line {n}", _unsure) for n, _ in promise_names.examples(parts, place)
    )
    yield (
        Candidate("file", n, path if place.has(path) else short(path), partial(searcher.file, path, drawn=drawn))
        for n, path, drawn in promise_names.files(parts)
    )
    yield (Candidate("port", n, f"Port {p}", partial(searcher.port, p)) for n, p in promise_names.ports(parts))


def _unsure() -> Look:
    return UNSURE


def _commands(readme: Block, place: Place, searcher: Searcher) -> Iterator[Candidate]:
    beginning = readme.model_copy(update={"lines": readme.lines[:MAX_LINES]})
    for name, exists, snippet in islice(asked(beginning, place), MAX_CANDIDATES):
        if _is_promised(name, snippet, exists=exists, place=place):
            look = partial(searcher.command, name, exists=exists)
            yield Candidate("command", snippet.number, _command_text(name, place), look)


def _is_promised(name: str, snippet: Snippet, *, exists: bool, place: Place) -> bool:
    """Return whether a command is a promise: a reader is to type it, and it does more than to install or to copy."""
    if _SETTING_UP.match(name) or (not exists and is_made(name)):
        return False
    if snippet.language is None and (not exists or snippet.line.lstrip().startswith("|")):
        return False
    words = name.split()
    if words[0] in _NODE:
        builtin = len(words) == 1 or words[-1] in {"install", "ci", "i"}
        return not builtin and (words[1] == "run" or words[-1].lower() not in place.own)
    return len(words) > 1 or _is_typed_alone(name, snippet, place)


def _is_typed_alone(name: str, snippet: Snippet, place: Place) -> bool:
    """Return whether a single word is a command to type, and not only spoken of."""
    if snippet.language is None:
        spoken = place.find(name) is not None and FILE.match(name)
        return bool(spoken and re.search(_START + re.escape(name), snippet.line))
    if FILE.match(name) or name in {"make", "tox", "nox"}:
        return True
    is_indented = snippet.text.startswith("    ") and name.lower() in place.own
    return not is_indented and not tool_files(name) and name not in _TOOLS


def _command_text(name: str, place: Place) -> str:
    """Return the words of a command; a long one is named by the file that it runs, whose path may be told."""
    if len("".join(name.split())) <= LONGEST:
        return name
    path = place.find(name.rpartition(" ")[2])
    return f"Run {path}" if path and len(path) < MOST_SIGNS else short(name)
