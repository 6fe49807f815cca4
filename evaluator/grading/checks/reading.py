"""Reading a digest the way the checks need it: names, texts, tables and trees, all of them the author's and untrusted.

Nothing here raises on any input: what cannot be read is None.
"""

import ast
import hashlib
import json
import re
import tomllib
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from evaluator.domain import Block, Digest, DigestFile
from evaluator.grading.squeeze import collapse
from evaluator.judgement import Evidence

MAX_PARSED = 200_000  # characters of one file that a parser is given
MAX_LINE = 400  # characters of a line that a pattern is tried on: patterns over whole texts can be made to crawl
MAX_NAME = 80  # characters of a name from the project in a sentence of ours
MAX_DOTS = 100  # on a line of TOML: the parser takes the square of a dotted key's length
MAX_NAMED = 4  # names in one sentence

LANGUAGES = {
    ".py": "python", ".pyw": "python", ".ipynb": "notebook",
    ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".ts": "javascript",
    ".tsx": "javascript", ".mts": "javascript", ".cts": "javascript", ".vue": "javascript", ".svelte": "javascript",
    ".go": "go", ".rs": "rust", ".java": "java", ".kt": "kotlin", ".kts": "kotlin", ".scala": "scala",
    ".groovy": "groovy", ".c": "c", ".h": "c", ".cc": "c", ".cpp": "c", ".cxx": "c", ".hpp": "c", ".m": "c",
    ".cs": "csharp", ".fs": "csharp", ".swift": "swift", ".dart": "dart", ".rb": "ruby", ".php": "php",
    ".ex": "elixir", ".exs": "elixir", ".lua": "lua", ".pl": "perl", ".r": "r", ".rmd": "r", ".jl": "julia",
    ".hs": "haskell", ".clj": "clojure", ".gd": "godot", ".sh": "shell", ".bash": "shell", ".ps1": "shell",
    ".html": "web", ".sql": "sql", ".zig": "zig", ".nim": "nim", ".ml": "ocaml",
}  # fmt: skip
_ASIDE = frozenset((
    "node_modules", "vendor", "third_party", "thirdparty", "bower_components", "site-packages", ".venv", "venv",
    "__pycache__", ".git",
))  # fmt: skip
_EXAMPLES = frozenset((
    "examples", "example", "fixtures", "testdata", "__fixtures__", "__mocks__", "samples", "docs", "doc",
))  # fmt: skip
_TEST_FOLDERS = frozenset((
    "test", "tests", "__tests__", "spec", "specs", "e2e", "testing", "androidtest", "unittests", "integrationtests",
))  # fmt: skip
_FIXTURES = frozenset((
    "fixtures", "testdata", "test_data", "test-data", "__fixtures__", "__snapshots__", "golden", "goldens",
))  # fmt: skip
_TEST_NAME = re.compile(
    r"^test_|^tests?\.|_tests?\.|\.tests?\.|\.spec\.|_spec\.|\.cy\."
    r"|(?:Tests?|IT|Spec)\.(?:java|kt|scala|groovy|cs|swift|php)$|^Test[A-Z].*\.(?:java|kt)$"
)


def encodable(path: str) -> bool:
    """Return whether *path* is proper text; names of other bytes carry surrogates, which no JSON can hold."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def named(name: str) -> str:
    """Return a name from the project fit for a sentence of ours: in back quotes, one line, short, nothing hidden."""
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" or c == "`" else c for c in name[: 4 * MAX_NAME])
    plain = " ".join(plain.split())
    return f"`{plain if len(plain) <= MAX_NAME else plain[: MAX_NAME - 1] + '…'}`"


def listed(names: Iterable[str]) -> str:
    """Return a few names joined, and how many more there are."""
    all_names = list(names)
    more = f" and {len(all_names) - MAX_NAMED} more" if len(all_names) > MAX_NAMED else ""
    return ", ".join(named(name) for name in all_names[:MAX_NAMED]) + more


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, in the plural where that is right."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def language(path: str) -> str | None:
    """Return the language of a code file by its name, or None."""
    name = path.rpartition("/")[2]
    return LANGUAGES.get("." + name.rpartition(".")[2].lower()) if "." in name[1:] else None


def folders(path: str) -> tuple[str, ...]:
    """Return the folders above the file, in lower case."""
    return tuple(path.lower().split("/")[:-1])


def is_aside(path: str) -> bool:
    """Return whether the file is other people's code: a vendored or installed folder, or minified."""
    return bool(_ASIDE.intersection(folders(path))) or ".min." in path


def is_example(path: str) -> bool:
    """Return whether the file is an example, a fixture or documentation by its folder."""
    above = folders(path.partition("src/main/")[0])  # below it, folders are names of packages
    return bool(_EXAMPLES.intersection(above)) or is_fixture(path)


def is_fixture(path: str) -> bool:
    """Return whether the file is material for tests; `tests/data/test_x.py` may test a package named `data`."""
    above = folders(path)
    if _FIXTURES.intersection(above):
        return True
    data = next((n for n, name in enumerate(above) if name == "data" and _TEST_FOLDERS.intersection(above[:n])), None)
    mirrors = data == len(above) - 1 and _TEST_NAME.search(path.rpartition("/")[2])
    return data is not None and not mirrors


def is_test(path: str) -> bool:
    """Return whether the file is a test by its name or folder."""
    if language(path) is None or is_aside(path) or is_fixture(path):
        return False
    return bool(_TEST_FOLDERS.intersection(folders(path))) or bool(_TEST_NAME.search(path.rpartition("/")[2]))


def sources(digest: Digest) -> tuple[DigestFile, ...]:
    """Return the project's own code files, neither tests nor material for them, shown or not."""
    return tuple(
        f
        for f in digest.files
        if language(f.path)
        and not is_aside(f.path)
        and not is_test(f.path)
        and not is_fixture(f.path)
        and (f.shown != "skipped" or is_too_large(f))  # a link, a submodule
    )


def is_too_large(file: DigestFile) -> bool:
    """Return whether the file was too large to be read, so that nobody knows what stands in it."""
    return file.shown in {"listed", "skipped"} and (file.reason or "").startswith("too large")


def shown_code(digest: Digest) -> Iterator[Block]:
    """Yield the shown blocks of the project's own code, tests, examples and build scripts left out."""
    for block in digest.blocks:
        if language(block.path) and not is_test(block.path) and not is_aside(block.path) and not is_example(block.path):
            yield block


def text(block: Block) -> str:
    """Return the shown lines as one text, at most MAX_PARSED characters."""
    return "\n".join(line.text for line in block.lines)[:MAX_PARSED]


def lines(block: Block) -> list[tuple[int, str]]:
    """Return number and beginning of each shown line."""
    return [(line.number, line.text[:MAX_LINE]) for line in block.lines]


def is_whole(block: Block) -> bool:
    """Return whether every line of the file is shown, and few enough to be parsed."""
    return len(block.lines) >= block.total_lines and sum(len(line.text) + 1 for line in block.lines) <= MAX_PARSED


def table(block: Block) -> dict[str, Any] | None:
    """Return the table of a TOML or JSON file that is shown whole, or None."""
    toml = block.path.endswith(".toml")
    if not is_whole(block) or (toml and any(line.text.count(".") > MAX_DOTS for line in block.lines)):
        return None
    try:
        read: object = tomllib.loads(text(block)) if toml else json.loads(text(block))
    except (ValueError, RecursionError, MemoryError):
        return None
    return read if isinstance(read, dict) else None


def dig(value: object, *keys: str) -> object:
    """Return what stands under *keys* in nested tables, or None."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def entries(value: object) -> dict[str, object]:
    """Return the table itself, or an empty one where *value* is none."""
    return value if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """Return the texts of a list, or of a lone text."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def python_tree(source: str) -> ast.Module | None:
    """Return the syntax tree, or None where the text is not Python of this interpreter's version, or too deep.

    Escapes in strings are blanked first: what they mean does not matter here, and Python would warn about odd ones.
    """
    try:
        return ast.parse(re.sub(r"\\[^\r\n]", "__", source[:MAX_PARSED]))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield *tree* and the statements below it in the order of `ast.walk`, without going into expressions.

    Those are nine in ten of the nodes, and hold no statement.
    """
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            waiting.extend(getattr(node, part, ()))


def cite(digest: Digest, path: str, first: int | None = None, last: int | None = None) -> tuple[Evidence, ...]:
    """Return evidence for shown lines of a file, by default for its first; nothing where they are not shown.

    The hash is of the shown lines, normalised.
    """
    block = digest.block(path)
    if block is None or not block.lines or not encodable(path):
        return ()
    first = block.lines[0].number if first is None else first
    last = first if last is None else last
    cited = [line.text for line in block.lines if first <= line.number <= last]
    if len(cited) != last - first + 1:
        return ()
    sha256 = hashlib.sha256((collapse("\n".join(cited)) or path).encode(errors="replace")).hexdigest()
    return (Evidence(file=path, lines=(first, last), status="exact", sha256=sha256),)
