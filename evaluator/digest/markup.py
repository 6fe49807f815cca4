"""What the rendered document does not show, taken out of documents: which files these are, and how each kind is read.

Code blocks stay as they are, and in program source everything stays. As many lines come out as went in.
"""

import re
from typing import Literal

from evaluator.digest import elements, linear, markdown
from evaluator.patterns import compiled

Kind = Literal["markdown", "mdx", "rst", "adoc", "org", "html"]
Stripped = tuple[str, tuple[str, ...]]  # the text, and the codes of what was taken out

_KINDS: dict[str, Kind] = {
    "md": "markdown", "markdown": "markdown", "mdown": "markdown", "mkd": "markdown", "rmd": "markdown",
    "qmd": "markdown", "mdx": "mdx", "rst": "rst", "org": "org",
    "adoc": "adoc", "asciidoc": "adoc", "html": "html", "htm": "html", "xhtml": "html",
}  # fmt: skip
_PICTURE = re.compile(r"(data:[\w.+/-]{1,60};base64,)([A-Za-z0-9+/=]{64,}+)")
_RST_COMMENT = compiled(r"[ \t]*+\.\.(?:$|[ \t]++(?!\[|_|\||[\w+.-]++(?::[\w+.-]++)*+::))")
_ADOC_COMMENT = compiled(
    r"^(?:\[comment(?:[,%#.][^\n\]]*+)?\][ \t]*+(?:\n(?P<open>--|={4,}+|\*{4,}+|-{4,}+)[ \t]*+\n"
    r"(?:(?!(?P=open)[ \t]*+$)[^\n]*+\n)*+(?:(?P=open)[ \t]*+$)?+|(?:\n(?=[^\n]*\S)[^\n]++)++)"
    r"|(?P<rule>/{4,}+)[ \t]*+\n(?:(?!(?P=rule)[ \t]*+$)[^\n]*+\n)*+(?:(?P=rule)[ \t]*+$)?+|//(?!/)[^\n]*+)",
    re.MULTILINE,
)
_RST_HTML = compiled(  # and all that is indented below it
    r"^([ \t]*+)\.\.[ \t]++raw::[ \t]++html\b[^\n]*+(?:\n(?:\1[ \t]++[^\n]*+|[ \t]*+$))*+", re.MULTILINE
)
_HTML_COMMENT = compiled(r"<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?+")
_ORG_COMMENT = re.compile(r"#(?:[ \t]|$)|#\+begin_comment\b")
_ORG_BLOCK = re.compile(r"#\+begin_(comment|src|example|export)\b")
_HIDDEN_ELEMENT = linear.pattern(elements.HIDDEN_ELEMENT)


def kind_of(path: str) -> Kind | None:
    """Return what markup a file holds by its name, None where it is none."""
    return _KINDS.get(path.rpartition(".")[2].lower())


def strip(text: str, kind: Kind) -> Stripped:
    """Return *text* without what its reader does not see.

    Findings: `hidden_comment`, `hidden_style`, `hidden_attribute`. HTML files are program source: nothing is taken out
    of them, elements that do not show are only noted.
    """
    if kind == "html":
        return text, ("hidden_style",) if _HIDDEN_ELEMENT.search(text.encode()) else ()
    if ";base64," in text:
        text = _PICTURE.sub(lambda match: f"{match[1]}[... {len(match[2])} characters]", text)
    if kind in {"markdown", "mdx"}:
        return markdown.strip(text, mdx=kind == "mdx")
    if kind == "rst":
        return _without_rst_comments(text)
    if kind == "org":
        return _without_org_comments(text)
    shorter, comments = _ADOC_COMMENT.subn(lambda match: markdown.gap(match[0]), text)
    return shorter, ("hidden_comment",) if comments else ()


def _without_rst_comments(text: str) -> Stripped:
    """Return reStructuredText without explicit comments: their first line and what is indented below it."""
    text, raw = _without_raw_comments(text)
    lines = text.split("\n")
    inside: int | None = None  # how far the comment is indented in which this line stands
    removed = raw
    for number, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        if inside is not None and (depth > inside or not line.strip()):
            lines[number] = ""
            continue
        inside = None
        if ".." in line and _RST_COMMENT.match(line) and not _is_lone(lines, number):
            inside, removed, lines[number] = depth, True, ""
    return "\n".join(lines), ("hidden_comment",) if removed else ()


def _without_raw_comments(text: str) -> tuple[str, bool]:
    """Return reStructuredText without the comments in its parts that are HTML, and whether there were some."""
    if "<!--" not in text:
        return text, False
    removed = False

    def bare(part: re.Match[str]) -> str:
        nonlocal removed
        shorter, comments = _HTML_COMMENT.subn(lambda match: markdown.gap(match[0]), part[0])
        removed = removed or comments > 0
        return shorter

    return _RST_HTML.sub(bare, text), removed


def _without_org_comments(text: str) -> Stripped:
    """Return an Org document without its comments; what stands in its blocks of code and examples stays."""
    lines = text.split("\n")
    block: str | None = None  # what ends the block in which this line stands
    removed = False
    for number, line in enumerate(lines):
        word = line.strip().lower()
        is_comment = block == "#+end_comment" or (block is None and _ORG_COMMENT.match(word) is not None)
        if block is not None:
            block = None if word == block else block
        elif begun := _ORG_BLOCK.match(word):
            block = f"#+end_{begun[1]}"
        if is_comment:
            lines[number], removed = "", removed or word not in {"", "#"}
    return "\n".join(lines), ("hidden_comment",) if removed else ()


def _is_lone(lines: list[str], number: int) -> bool:
    """Return whether that line is two dots above an empty line: a comment that holds nothing."""
    return lines[number].strip() == ".." and not "".join(lines[number + 1 : number + 2]).strip()
