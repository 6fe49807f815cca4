"""What a README says, taken apart: headings, fenced blocks, code in the running text, commands."""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks.reading import MAX_LINE, cite, counted, named
from evaluator.judgement import CheckResult

_FENCE = re.compile(r"^\s{0,12}(?:>\s?)?(`{3,}|~{3,})\s*([\w+#-]*)")
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s+(.*)|<h[1-6][^<>]{0,80}>([^<>]*))")
_LINK = re.compile(r"\]\((?:\./)?([\w./-]{1,150})\)")  # to a file of the project
_INLINE = re.compile(r"`([^`\n]{2,120})`")
_PROMPT = re.compile(r"^\s*(?:\([\w.-]{1,30}\)\s*)?(?:[$%>\u276f]|PS [^>]{0,60}>|C:\\[^>]{0,60}>)\s+")
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")
_USE = re.compile(
    r"usage|use|using|getting started|quick ?start|install|run|how to|example|tutorial|demo|build|set ?up|start|play"
    r"|사용|설치|실행|시작|방법|예시|예제|빌드|환경",
    re.IGNORECASE,
)
_SHELL = frozenset(("", "sh", "bash", "shell", "zsh", "console", "shell-session", "terminal", "text", "txt", "cmd",
                    "bat", "batch", "powershell", "ps1", "fish", "commandline", "plaintext"))  # fmt: skip
MIN_WORDS = 60  # of a README that tells something; Korean words count as words


@dataclass(frozen=True)
class Snippet:
    """A line of code in a README."""

    number: int
    text: str
    language: str | None  # of the fence; None for code in the running text
    line: str = ""  # the whole line that it stands in, where that is running text


def block_of(digest: Digest) -> Block | None:
    """Return what is shown of the README, or None."""
    return digest.block(digest.readme) if digest.readme is not None else None


def snippets(readme: Block) -> list[Snippet]:
    """Return every line of fenced or indented code, and every piece of code in the running text."""
    found: list[Snippet] = []
    fence: tuple[str, str] | None = None  # the mark that opened it, its language
    for line in readme.lines:
        raw = line.text[:MAX_LINE]
        mark = _FENCE.match(raw)
        if fence and mark and mark[1].startswith(fence[0]):
            fence = None
        elif fence:
            found.append(Snippet(line.number, raw, fence[1]))
        elif mark:
            fence = (mark[1], mark[2].lower())
        elif raw.startswith(("    ", "\t")) and not raw.lstrip().startswith(("-", "*", "+", "<", "|")):
            found.append(Snippet(line.number, raw, ""))
        else:
            pieces = [*_INLINE.findall(raw), *_LINK.findall(raw)]
            found.extend(Snippet(line.number, piece, None, line=raw) for piece in pieces)
    return found


def commands(snippet: Snippet) -> list[list[str]]:
    """Return the words of each command of a snippet: prompts, assignments, `sudo` and pipes are taken apart."""
    if snippet.language is not None and snippet.language not in _SHELL:
        return []
    line = _PROMPT.sub("", snippet.text).strip().lstrip("!")
    if line.startswith("#"):
        return []
    found = []
    for part in re.split(r"\s*(?:&&|\|\||[;|])\s*", line):
        words = _words(part)
        while words and (words[0] in {"sudo", "env", "time", "exec"} or _ASSIGNMENT.match(words[0])):
            words = words[1:]
        if words:
            found.append(words)
    return found


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:  # an open quote: prose, or a command over several lines
        return command.split()


def headings(readme: Block) -> list[tuple[int, str]]:
    """Return line number and text of every heading, Markdown, underlined, reStructuredText or HTML."""
    found: list[tuple[int, str]] = []
    before = ""
    for line in readme.lines:
        raw = line.text[:MAX_LINE].strip()
        if heading := _HEADING.match(line.text[:MAX_LINE]):
            found.append((line.number, heading[1] or heading[2] or ""))
        elif len(raw) >= 3 and before and set(raw) <= set("=-~^") and len(set(raw)) == 1:
            found.append((line.number - 1, before))
        before = raw
    return found


def readme_usage(digest: Digest) -> CheckResult:
    """Whether the README says how to use the project, and is more than a title.

    Sees: headings that name installing, running or using (English, Korean), lines of code, and the number of words in
    what is shown. Cannot see whether the instructions are right, nor what a picture or a linked page says.
    """
    readme = block_of(digest)
    if readme is None:
        return CheckResult(level="not_met", reason="No README is shown.")
    sections = [(number, heading) for number, heading in headings(readme) if _USE.search(heading)]
    code = [snippet for snippet in snippets(readme) if snippet.language is not None and snippet.text.strip()]
    words = sum(len(line.text[:MAX_LINE].split()) for line in readme.lines)
    facts = (
        f"{named(PurePosixPath(readme.path).name)} has {counted(words, 'word')}, {counted(len(sections), 'section')} on"
        f" installing, running or using, and {counted(len(code), 'line')} of code."
    )
    if not sections and not code:
        return CheckResult(level="not_met", reason=facts, evidence=cite(digest, readme.path))
    line = sections[0][0] if sections else code[0].number
    enough = bool(sections) and words >= MIN_WORDS
    return CheckResult(level="met" if enough else "partly", reason=facts, evidence=cite(digest, readme.path, line))
