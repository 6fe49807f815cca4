"""What code can find of what a README promises by name: commands, files, options, endpoints, ports."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from evaluator.domain import Block, Digest
from evaluator.grading.checks.command_rules import FILE, tool_files
from evaluator.grading.checks.place import Place
from evaluator.grading.checks.reading import cite, is_aside, is_example, is_test, language, sources
from evaluator.grading.comments import mask
from evaluator.grading.promise_routes import Routes
from evaluator.judgement import Evidence

_MADE = re.compile(
    r"(?:^|[ /])(?:dist|build|target|out|bin|node_modules|venv|\.venv|env)/"
)  # what a build makes lies there
_CALLS = re.compile(
    r"subprocess|\bexec\w*\(|\bspawn\w*\(|Command::new|\bsystem\(|\.args?\(\[?\"|ProcessBuilder|os\.popen"
)
_OPTION_LINE = re.compile(
    r"flag|option|\bopts?\b|\barg|argument|parse|getopt|clap|long|\bVarP?\(|\.(?:String|Bool|Int|Duration"
    r"|Float)\w*\(|switch",
    re.IGNORECASE,
)
_PORT_LINE = re.compile(r"port|listen|expose|bind|serve|run\(|:\d{2,5}\b|localhost|0\.0\.0\.0", re.IGNORECASE)
_SHOWING = frozenset(("code", "config", "manifest"))


@dataclass(frozen=True)
class Look:
    """What became of a search; None: code cannot be sure either way."""

    found: Literal["found", "missing"] | None
    evidence: tuple[Evidence, ...] = ()


UNSURE = Look(None)
MISSING = Look("missing")


class Searcher:
    """Looks for names in what the digest of one project shows, outside of comments."""

    def __init__(self, digest: Digest, place: Place) -> None:
        self._digest = digest
        self._place = place
        self._texts = [
            _Text(block)
            for block in digest.blocks
            if _is_own(block.path) and (block.file_class in _SHOWING or language(block.path))
        ]

    @cached_property
    def _is_all_shown(self) -> bool:
        """Return whether every line of the source and the configuration is shown."""
        code = {file.path for file in sources(self._digest)}
        return bool(code) and all(f.shown == "whole" for f in self._digest.files if f.path in code)

    @cached_property
    def _routes(self) -> Routes:
        paths = [file.path for file in self._digest.files if _is_own(file.path)]
        return Routes(((t.block.path, t.code_lines()) for t in self._texts if language(t.block.path)), paths)

    def command(self, name: str, *, exists: bool) -> Look:
        """Look for what a command of the README starts."""
        if exists:
            places = self._started(name)
            return Look("found", places) if places is not None else UNSURE
        return UNSURE if is_made(name) or self._is_left_out(name.rpartition(" ")[2]) else MISSING

    def file(self, path: str, *, drawn: bool) -> Look:
        """Look for a file; of a drawn tree the first folder may be the project's own."""
        wanted = str(PurePosixPath(path))
        ends = f"/{wanted}"
        all_paths = self._place.paths
        hit = wanted if wanted in all_paths else None
        if hit is None and drawn:
            hit = next((p for p in sorted(all_paths) if p.endswith(ends)), None)
        if hit:
            return Look("found", cite(self._digest, hit))
        if wanted in self._place.dirs or PurePosixPath(path).name in self._place.names or self._is_left_out(wanted):
            return UNSURE
        return UNSURE if is_made(wanted) or ".." in wanted else MISSING

    def option(self, name: str) -> Look:
        """Look for the declaration of a command-line option in code."""
        bare = name.removeprefix("--")
        quoted = re.compile(
            rf"(?m)[\"'`](?:-\w[ ,|/]{{1,3}})?{re.escape(name)}(?![\w-])"
            rf"|^\s*(?:-\w\s?\|\s?)?{re.escape(name)}(?:=\*)?\s?[)|]"
        )
        named = re.compile(rf"[\"'`:]{re.escape(bare)}[\"'`]?(?![\w-])|\b{re.escape(bare.replace('-', '_'))}\b\s*:")
        for text in self._texts:
            if language(text.block.path) is None:
                continue
            for number, line in text.lines_with(quoted):
                if not _CALLS.search(line):
                    return self._at(text, number)
            for number, line in text.lines_with(named):
                near = " ".join(text.line(n) for n in (number - 2, number - 1, number))
                if _OPTION_LINE.search(near.replace(bare, "")) and not _CALLS.search(line):
                    return self._at(text, number)
        return MISSING if self._is_all_shown and not self._has_word(bare.removeprefix("no-")) else UNSURE

    def endpoint(self, method: str, path: str) -> Look:
        """Look for the declaration of a route."""
        if place := self._routes.find(method, path):
            return Look("found", cite(self._digest, *place))
        static = [part for part in path.split("/") if re.fullmatch(r"[\w.-]{3,60}", part)]
        gone = bool(static) and self._is_all_shown and not self._has_word(static[-1])
        return MISSING if gone else UNSURE

    def port(self, number: str) -> Look:
        """Look for a port in code and configuration; a framework's default stands nowhere, so none is ever missing."""
        pattern = re.compile(rf"(?<![\d.\w-]){number}(?![\d.\w])")
        for text in self._texts:
            for line_number, line in text.lines_with(pattern):
                if _PORT_LINE.search(line):
                    return self._at(text, line_number)
        return UNSURE

    def _at(self, text: "_Text", number: int) -> Look:
        return Look("found", cite(self._digest, text.block.path, number))

    def _has_word(self, word: str) -> bool:
        """Return whether a name occurs in whatever spelling, in any shown file but documents."""
        wanted = re.sub(r"[_\W]", "", word).lower()
        return any(wanted in text.squeezed for text in self._texts)

    def _is_left_out(self, path: str) -> bool:
        """Return whether the path leads into what was never read: a link, a submodule."""
        skipped = (f.path for f in self._digest.files if f.shown == "skipped")
        return any(path == one or path.startswith(f"{one}/") for one in skipped)

    def _started(self, name: str) -> tuple[Evidence, ...] | None:
        """Return where stands what a command starts; None where that is not shown and not a file of its own."""
        words = name.split()
        path = self._place.find(words[-1].removeprefix("./"))
        if path and FILE.match(words[-1]):
            return cite(self._digest, path)
        if words[0] in {"npm", "yarn", "pnpm", "bun"}:
            return self._line(rf'^\s*"{re.escape(words[-1])}"\s*:', ("package.json",))
        if words[0] in {"make", "just"}:
            target = rf"(?<![\w-]){re.escape(words[1])}(?![\w-])[^=]*:" if len(words) > 1 else ""
            return self._line(rf"^@?[^#=]*?{target}", _TASKS)
        if ":" in words[-1] or "-m" in words:
            return self._module(words[-1].partition(":")[0])
        return self._tool(name) if tool_files(name) else self._own(words[0])

    def _tool(self, name: str) -> tuple[Evidence, ...] | None:
        """Return the file that a tool needs, the outermost one."""
        outermost = sorted(self._place.paths, key=lambda path: (path.count("/"), path))
        needed = tool_files(name)
        path = next((path for end in needed for path in outermost if is_named(path, end)), None)
        return cite(self._digest, path) if path else None

    def _own(self, name: str) -> tuple[Evidence, ...] | None:
        """Return the project's own program: a file at the top, or what a manifest says of it."""
        if path := self._place.find(name.removeprefix("./")):
            return cite(self._digest, path)
        return self._line(rf"(?i)(?<![\w-]){re.escape(name)}(?![\w-])", _MANIFESTS)

    def _module(self, module: str) -> tuple[Evidence, ...] | None:
        base = module.replace(".", "/")
        ends = (f"/{base}/__main__.py", f"/{base}.py", f"/{base}/__init__.py")
        for end in ends:
            for path in sorted(self._place.paths):
                if f"/{path}".endswith(end):
                    return cite(self._digest, path)
        return None

    def _line(self, pattern: str, names: tuple[str, ...]) -> tuple[Evidence, ...] | None:
        compiled = re.compile(pattern)
        for block in self._digest.blocks:
            if PurePosixPath(block.path).name.lower() in names and _is_own(block.path):
                for line in block.lines:
                    if compiled.search(line.text[:400]):
                        return cite(self._digest, block.path, line.number)
        return None


def is_made(name: str) -> bool:
    """Return whether a build makes what is named."""
    return _MADE.search(name) is not None


_TASKS = ("makefile", "gnumakefile", "justfile")
_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg", "package.json", "cargo.toml", "go.mod", "composer.json")


def is_named(path: str, end: str) -> bool:
    """Return whether the file is called so, or ends so where *end* is a suffix."""
    name = PurePosixPath(path).name
    return name == end or (end.startswith(".") and name.endswith(end))


def _is_own(path: str) -> bool:
    return not (is_aside(path) or is_test(path) or is_example(path))


class _Text:
    """The shown lines of a file as one text that patterns are tried on."""

    def __init__(self, block: Block) -> None:
        self.block = block

    @cached_property
    def _text(self) -> str:
        return "\n".join(line.text for line in self.block.lines)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for line in self.block.lines:
            starts.append(at)
            at += len(line.text) + 1
        return starts

    @cached_property
    def _is_code(self) -> bytearray:
        return mask(self._text, path=self.block.path)

    @cached_property
    def _numbers(self) -> dict[int, str]:
        return {line.number: line.text for line in self.block.lines}

    def code_lines(self) -> list[tuple[int, str]]:
        """Return number and beginning of each line, comments blanked."""
        code = "".join(
            sign if kept or sign == "\n" else " " for sign, kept in zip(self._text, self._is_code, strict=True)
        )
        return [(line.number, said[:400]) for line, said in zip(self.block.lines, code.split("\n"), strict=True)]

    @cached_property
    def squeezed(self) -> str:
        """Return letters and digits alone, in lower case."""
        return re.sub(r"[_\W]", "", self._text).lower()

    def line(self, number: int) -> str:
        """Return the line of that number, or nothing."""
        return self._numbers.get(number, "")[:400]

    def lines_with(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """Yield number and text of each line that has the pattern in its code, not in a comment."""
        for found in pattern.finditer(self._text):
            if any(self._is_code[found.start() : found.end()]):
                line = self.block.lines[bisect_right(self._starts, found.start()) - 1]
                yield line.number, line.text[:400]
