"""What a README promises by name: commands, endpoints, options, examples, files and ports."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath

from evaluator.grading import promise_words as words
from evaluator.grading.checks.command_rules import FILE
from evaluator.grading.checks.place import Place
from evaluator.grading.promise_readme import Piece

Named = tuple[int, str]  # line, name

_METHOD = r"GET|POST|PUT|PATCH|DELETE"
_PATH = r"/[\w{}:<>.*$~%@\[\]-][\w/{}:<>.*$~%@\[\]-]{0,120}"
_ENDPOINT = re.compile(
    rf"(?<![\w/-])({_METHOD})\b[\s`*|\"']{{1,12}}(?:https?://(?:localhost|127\.0\.0\.1"
    rf"|0\.0\.0\.0)(?::\d{{1,5}})?)?({_PATH}|/(?=[\s`|)]|$))"
)
_CELL_METHOD = re.compile(rf"^[`*\s]{{0,4}}({_METHOD})[`*\s]{{0,4}}$", re.IGNORECASE)
_CELL_PATH = re.compile(rf"^[`*\s]{{0,4}}(?:({_METHOD})\s+)?({_PATH}|/)(?:\?\S{{0,200}})?[`*\s]{{0,4}}$")
_CURL = re.compile(rf"\bcurl\b.{{0,200}}?https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d{{1,5}})?({_PATH})")
_CURL_METHOD = re.compile(rf"(?:-X|--request)[ =]?[\"']?({_METHOD})\b")
_CURL_DATA = re.compile(r"\s(?:-d|--data(?:-\w{1,12})?|-F|--form)\b")
_HOST_PORT = re.compile(r"(?<![\w/])(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{2,5})\b")
_SAID_PORT = re.compile(
    r"\b(?:runs?|running|listens?|listening|serves?|served|starts?|started|available"
    r"|default)\b[^.|]{0,60}\bport\b[ :=`*]{1,4}(\d{2,5})\b"
    r"|(\d{2,5}) ?번? ?포트(?:에서|로| )|포트[ :=`*]{1,4}(\d{2,5})\b",
    re.IGNORECASE,
)
_OTHER_SERVICE = re.compile(r"(?:postgres|mysql|mongo|redis|amqp|jdbc|kafka|ollama|proxy|socks)", re.IGNORECASE)
_OPTION = re.compile(r"(?<![\w/-])(--[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){0,6})(?![\w-])", re.IGNORECASE)
_OPTION_FIRST = re.compile(
    r"^[\s`*|]{0,12}(?:-\w[ ,/|`]{1,6}(?:\s?<?\w{1,20}>?[ ,]{1,3})?)?`?"
    r"(--[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){0,6})(?![\w-])",
    re.IGNORECASE,
)
_AFTER = re.compile(r" -- |[|;&]| #|\$\(")  # what begins there is another command's
_STARTERS = frozenset(
    ("sudo", "python", "python3", "node", "bash", "sh", "npx", "uv", "run", "poetry", "uvx", "-m", "ruby", "php")
)
_HELP = re.compile(r"^ {1,12}-{1,2}\w.{0,80} {2,}\w|^ {1,12}-{1,2}\w[^ ]{0,40}(?:[ =][<\[A-Z]\S{0,40}){0,3}$")
_FOREIGN = re.compile(
    r"\b(?:pip3?|npm|npx|yarn|pnpm|docker|git|cargo|brew|apt(?:-get)?|conda|curl|wget|go|make|cmake|gradle"
    r"|mvn|pytest|rustup|bundle|gem"
    r"|composer|flutter|dotnet|helm|kubectl|sudo|alembic|uvicorn|gunicorn|node|tox|kernel|gcc|clang|code|adb"
    r"|poetry|uv)\b",
)
_COMMON = frozenset(("--help", "--version", "--verbose", "--global", "--save-dev", "--save"))
_TREE = re.compile(
    r"^((?:[ \t\u00a0]{0,4}[│|][ \t\u00a0]{0,4}|[ \t\u00a0]{2,4}){0,8})(?:├|└|\|--|\+--"
    r"|`--)[─\-]{0,4}[ \t\u00a0]{0,3}(?:\S{0,4}[📁📂📄📜]\ufe0f?[ \t]?)?([\w@.()\[\]/+-]{1,100})"
)
_LAYOUT = re.compile(  # titles under which a drawn tree is the project's own
    r"structure|layout|architecture|organi[sz]|folders?\b|director(?:y|ies)|(?:file|project) tree"
    r"|구조|구성|폴더|디렉[터토]리",
    re.IGNORECASE,
)
_LINKED = re.compile(r"(?<!!)\[[^\[\]]{0,200}\]\((?:\./)?([\w@./-]{1,150}\.\w{1,8})(?:#[\w-]{0,80})?\)")
_NOT_PROMISED = re.compile(
    r"^(?:readme|licen[cs]e|copying|contributing|change|history|code_of_conduct|security|authors|notice|faq"
    r"|roadmap|todo"
    r"|support|governance|maintainers|news|\.)|\.(?:png|jpe?g|gif|svg|webp|ico|mp4|mov|webm|pdf|db|sqlite3?"
    r"|log|env|lock|pyc|zip|md|markdown|rst|adoc|txt|pth?|pkl|h5|ckpt|bin|onnx)$",
    re.IGNORECASE,
)
_MADE = frozenset(
    (
        "node_modules",
        "dist",
        "build",
        "target",
        "out",
        "venv",
        ".venv",
        "env",
        "__pycache__",
        "logs",
        "log",
        "data",
        "output",
        "outputs",
        "results",
        "checkpoints",
        "uploads",
        "tmp",
        ".git",
        "bin",
        "obj",
        "coverage",
        "models",
        "weights",
        "dataset",
        "datasets",
    )
)  # fmt: skip - folders that are made, downloaded or filled in
_SAMPLE = {
    "python": "python", "py": "python", "python3": "python", "pycon": "python", "js": "javascript", "ts": "javascript",
    "javascript": "javascript", "jsx": "javascript", "typescript": "javascript", "tsx": "javascript",
    "mjs": "javascript", "rust": "rust", "rs": "rust", "go": "go", "ruby": "ruby", "rb": "ruby", "java": "java",
    "kotlin": "kotlin", "julia": "julia", "elixir": "elixir", "php": "php", "swift": "swift", "c": "c", "cpp": "c",
    "c++": "c", "csharp": "csharp", "cs": "csharp", "r": "r", "scala": "scala", "haskell": "haskell",
    "ocaml": "ocaml", "lua": "lua", "dart": "dart",
}  # fmt: skip
_RESULT = re.compile(
    r"(?:#|//|--|;)\s{0,4}(?:=>|->|→|==|prints?\b|outputs?\b|returns?\b|result|출력|결과|\[|\{|['\"]?\d"
    r"|true\b|false\b|['\"]\w|=|>)",
    re.IGNORECASE,
)
_RESULT_AFTER = re.compile(
    r"^[\W_]{0,6}(?:.{0,60}\b)?(?:outputs?|results?|prints|returns|gives|출력"
    r"|결과)\b[^.]{0,40}[:\uff1a.]?[*_`\s]{0,4}$",
    re.IGNORECASE,
)
_IMPORT = re.compile(
    r"^\s*(?:>>>\s)?(?:from\s+([\w.]+)\s+import\b|import\s+([\w.]+)"
    r"|(?:import|const|let|var)\b.{0,120}(?:from|require\()\s*[\"']([^\"']{1,100})[\"']"
    r"|use\s+(\w+)|require [\"']([\w/-]+)[\"']|using\s+(\w+))"
)


def endpoints(parts: Sequence[Piece]) -> Iterator[tuple[int, str, str]]:
    """Yield line, method ("" where none is said) and path of each HTTP endpoint."""
    for piece in parts:
        if piece.kind == "row":
            yield from _of_row(piece)
        elif not (piece.kind == "code" and piece.language in _SAMPLE) and not words.is_planned(piece.text):
            for offset, line in enumerate(piece.text.split("\n")):
                yield from _of_line(piece.number + offset, line)


def _of_row(piece: Piece) -> Iterator[tuple[int, str, str]]:
    if words.is_planned(piece.text):
        return
    method = next((m[1].upper() for cell in piece.cells if (m := _CELL_METHOD.match(words.plain(cell)))), "")
    for cell in piece.cells:
        found = _CELL_PATH.match(cell.replace("\\", ""))
        if found and (method or found[1]):
            yield piece.number, method or found[1], _trimmed(found[2])
            return


def _of_line(number: int, line: str) -> Iterator[tuple[int, str, str]]:
    for found in _ENDPOINT.finditer(line):
        yield number, found[1], _trimmed(found[2])
    if called := _CURL.search(line):
        said = _CURL_METHOD.search(line)
        method = said[1] if said else "POST" if _CURL_DATA.search(line) else "GET"
        yield number, method, _trimmed(called[1])


def _trimmed(path: str) -> str:
    bare = path.partition("?")[0].rstrip(".*,:")
    return bare.rstrip("/") or "/"


def ports(parts: Sequence[Piece]) -> Iterator[Named]:
    """Yield the ports on which the project is said to answer."""
    for piece in parts:
        if piece.kind == "code" and piece.language in _SAMPLE:
            continue
        for offset, line in enumerate(piece.text.split("\n")):
            if not _OTHER_SERVICE.search(line):
                found = [*_HOST_PORT.findall(line), *(next(filter(None, m)) for m in _SAID_PORT.findall(line))]
                for port in found:
                    yield piece.number + offset, port


def options(parts: Sequence[Piece], place: Place) -> Iterator[Named]:
    """Yield the command-line options that the README explains, or that the project's own commands are given."""
    goes_on = False  # the line of shell before goes on in this one
    for piece in parts:
        if piece.kind != "code" and words.is_never(piece.titles[1:]):
            continue
        if piece.kind == "code":
            went_on, goes_on = goes_on, piece.text.rstrip().endswith(("\\", "^", "`"))
            if piece.language in _SAMPLE or went_on:
                continue
            head = _command_of(piece.text)
            if head.lower() in place.own or (FILE.match(head) and place.has(head)):
                found = _OPTION.findall(_AFTER.split(piece.text.partition(head)[2])[0])
            else:
                first = _OPTION_FIRST.match(piece.text) if _HELP.search(piece.text) else None
                found = [first[1]] if first else []
        elif piece.kind == "row":
            found = [first[1] for cell in piece.cells[:2] if (first := _OPTION_FIRST.match(cell))]
        elif piece.kind == "item":
            first = _OPTION_FIRST.match(piece.text)
            found = [first[1]] if first else []
        else:
            found = []
        for option in found:
            if option.lower() not in _COMMON and not (
                piece.kind != "code" and _FOREIGN.search(piece.text.partition(option)[0])
            ):
                yield piece.number, option


def _command_of(line: str) -> str:
    """Return the program, or the script that an interpreter is given, of a line of shell."""
    said = [word for word in line.strip().lstrip("$>% ").split()[:8] if "=" not in word]
    while said and said[0] in _STARTERS:
        said = said[1:]
    return said[0].removeprefix("./") if said else ""


def files(parts: Sequence[Piece]) -> Iterator[tuple[int, str, bool]]:
    """Yield line and path of each file that a drawn tree or a link says is there, and whether it is from a tree.

    Of a tree the paths begin below its root.
    """
    block = -1
    stack: list[tuple[int, str]] = []  # columns and name of the folders above
    for piece in parts:
        if piece.kind != "code":
            yield from _linked(piece)
            continue
        drawn = _TREE.match(piece.text) if any(map(_LAYOUT.search, piece.titles)) else None
        if drawn is None or piece.block != block:
            stack = []
        block = piece.block
        if drawn:
            while stack and stack[-1][0] >= len(drawn[1]):
                stack.pop()
            stack.append((len(drawn[1]), drawn[2].rstrip("/")))
            path = "/".join(part for _, part in stack)
            if _is_file(drawn[2]) and _is_promised(path):
                yield piece.number, path, True


def _is_file(name: str) -> bool:
    return not name.endswith("/") and "." in name[1:] and "..." not in name


def _linked(piece: Piece) -> Iterator[tuple[int, str, bool]]:
    if words.is_never(piece.titles[1:2]) and not _LAYOUT.search(piece.titles[1]):
        return
    for offset, line in enumerate(piece.text.split("\n")):
        for path in _LINKED.findall(line):
            if _is_promised(path) and not path.startswith("/"):
                yield piece.number + offset, path, False


def _is_promised(path: str) -> bool:
    pure = PurePosixPath(path)
    return not _NOT_PROMISED.search(pure.name) and not _MADE.intersection(part.lower() for part in pure.parts[:-1])


def examples(parts: Sequence[Piece], place: Place) -> Iterator[Named]:
    """Yield the first line of each code example of the project's own use that shows its result."""
    own = {name.lower().replace("-", "_") for name in (*place.own, *place.modules)}
    known: set[str] = set()  # languages in which the README has brought in the project
    blocks: dict[int, list[Piece]] = {}
    for piece in parts:
        if piece.kind == "code":
            blocks.setdefault(piece.block, []).append(piece)
    after = {piece.number: piece for piece in parts if piece.kind != "code"}
    for block in blocks.values():
        kind = _SAMPLE.get(block[0].language) or ("python" if block[0].text.lstrip().startswith(">>>") else None)
        if kind is None:
            continue
        if any(_brings_in(piece.text, own) for piece in block):
            known.add(kind)
        if kind in known and not words.is_never(block[0].titles[1:]) and _shows_result(block, after):
            yield block[0].number, kind


def _brings_in(line: str, own: set[str]) -> bool:
    found = _IMPORT.match(line)
    names = [name for name in found.groups() if name] if found else []
    return any(
        part.lower().replace("-", "_") in own
        for name in names
        for part in (name, name.split(".")[0], name.split("/")[0])
    )


def _shows_result(block: Sequence[Piece], after: dict[int, Piece]) -> bool:
    prompts = [piece.text.lstrip().startswith((">>>", "In [", "julia>", "irb", "iex>")) for piece in block]
    if any(prompts):
        return any(a and not b for a, b in pairwise(prompts))
    if any(_RESULT.search(piece.text) for piece in block):
        return True
    last = block[-1].number
    following = next((after[n] for n in range(last + 1, last + 5) if n in after), None)
    return (
        following is not None and following.kind == "text" and bool(_RESULT_AFTER.match(following.text.split("\n")[0]))
    )
