"""Whether what the README tells a reader to type exists in the project."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks.command_rules import FILE, needs
from evaluator.grading.checks.place import Place, place_of
from evaluator.grading.checks.reading import cite, counted, language, listed
from evaluator.grading.checks.readme import Snippet, block_of, commands, headings, snippets
from evaluator.grading.checks.unseen import is_readme_alone
from evaluator.judgement import CheckResult, Level

MOST = Fraction(9, 10)  # of the names that must exist
HALF = Fraction(1, 2)
MAX_ASKED = 400  # commands that are looked up
NEAR = 25  # lines below a sample in which a command may run the file that the reader has written from it
END = 1 << 60  # a line that no README has
_OUTSIDE = re.compile(r"(?:^|[\s;&])cd[ \t]+[/~]")  # into a folder that cannot be one of the project's
_MAKERS = frozenset(
    ("vi", "vim", "nvim", "nano", "emacs", "code", "notepad", "touch", "cat", "echo", "tee", "curl", "wget")
)
_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import\b|import\s+([\w.]+))")
_JS_IMPORT = re.compile(r"""(?:\bfrom\s+|\brequire\(\s*|^\s*import\s+)["']([^"'\s]{1,120})["']""")
_START = re.compile(r"\b(?:run|open|launch|execute|start|play)(?:s|ning)?\b|실행|열어|열면|여세요|열기", re.IGNORECASE)
_FENCES = {
    "py": "python", "python": "python", "python3": "python", "pycon": "python", "js": "javascript",
    "javascript": "javascript", "jsx": "javascript", "ts": "javascript", "typescript": "javascript",
    "tsx": "javascript", "go": "go", "rust": "rust", "rs": "rust", "java": "java", "html": "web", "ruby": "ruby",
    "rb": "ruby", "php": "php", "kotlin": "kotlin", "swift": "swift", "dart": "dart", "lua": "lua", "julia": "julia",
    "r": "r", "csharp": "csharp", "cs": "csharp", "c": "c", "cpp": "c",
}  # fmt: skip


def readme_commands(digest: Digest) -> CheckResult:
    """Whether the commands, scripts and modules that the README names exist in the project.

    Sees, in fenced and indented code, back quotes and links: files given to an interpreter or to be opened,
    `python -m`, make and just targets, npm scripts, the project's own commands and imports, and build tools that need
    their manifest. Does not count what is not the project's (`git clone`, `apt install`), what it does not recognise,
    and a missing file below a sample in its language, which the reader is to write. Cannot see whether a command
    works, nor the parts of the README that are not shown.
    """
    readme = block_of(digest)
    if readme is None:
        return CheckResult(level="not_met", reason="No README is shown.")
    named: dict[str, tuple[bool, int]] = {}  # what is named -> whether it exists, line
    for name, exists, snippet in islice(asked(readme, place_of(digest)), MAX_ASKED):
        named.setdefault(name, (exists, snippet.number))
    if not named:
        reason = "The README names no command, script or module of the project."
        return CheckResult(level="not_met", reason=reason, evidence=cite(digest, readme.path))
    missing = {name: number for name, (exists, number) in named.items() if not exists}
    found = len(named) - len(missing)
    share = Fraction(found, len(named))
    tail = f"; missing: {listed(missing)}" if missing else ""
    told = "but no other file was given" if is_readme_alone(digest) else f"{found} found{tail}"
    reason = f"The README names {counted(len(named), 'command')} of the project, {told}."
    number = next(iter(missing.values())) if missing else next(iter(named.values()))[1]
    level: Level = "met" if share >= MOST else "partly" if share >= HALF else "not_met"
    return CheckResult(level=level, reason=reason, evidence=cite(digest, readme.path, number))


def asked(readme: Block, place: Place) -> Iterator[tuple[str, bool, Snippet]]:
    """Yield what the README names of the project, whether it exists, and the code that names it."""
    made: set[str] = set()  # names of files that the reader writes or fetches
    samples: dict[str, int] = {}  # language -> last line of a sample in it
    sections = [number for number, _ in headings(readme)]
    outside = 0  # the first line that is in the project again
    for snippet in snippets(readme):
        if _OUTSIDE.search(snippet.text):
            outside = next((number for number in sections if number > snippet.number), END)
        if snippet.number < outside:
            continue
        made.update(_made(snippet))
        if kind := _FENCES.get(snippet.language or ""):
            samples[kind] = snippet.number
        for name, exists in _named_in(snippet, kind, place):
            kind_of_file = language(name) or ""
            written = kind_of_file in samples and snippet.number - samples[kind_of_file] <= NEAR
            file = PurePosixPath(name.rpartition(" ")[2]).name
            if exists or not (written or file in made):
                yield name, exists, snippet
            else:
                made.add(file)


def _made(snippet: Snippet) -> Iterator[str]:
    """Yield the names of the files that a command opens in an editor, writes, shows or fetches from elsewhere."""
    for words in commands(snippet) if snippet.language is not None else ():
        if words[0] in _MAKERS or ">" in words or ">>" in words or "-o" in words:
            yield from (PurePosixPath(word.partition("?")[0].strip("\"'()")).name for word in words[1:])


def _named_in(snippet: Snippet, kind: str | None, place: Place) -> Iterator[tuple[str, bool]]:
    if kind == "python":
        match = _IMPORT.match(snippet.text.strip().removeprefix(">>> "))
        module = (match[1] or match[2]).partition(".")[0] if match else None
        if module in place.modules:
            yield f"import {module}", True
    elif kind == "javascript":
        for module in _JS_IMPORT.findall(snippet.text):
            if module.lower() in place.own:
                yield f"import {module}", True
    elif snippet.language is None and FILE.match(snippet.text):
        exists = PurePosixPath(snippet.text).name in place.names
        if exists or _START.search(snippet.line):  # a lone name in the text is a promise only where it is to be started
            yield snippet.text, exists
    else:
        for words in commands(snippet):
            yield from needs(words, place)
