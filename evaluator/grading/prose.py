"""Which strings and lines are prose: what is said may be wrong, so it is no behaviour.

Words are counted, and signs of Chinese, Japanese and Korean, that put no blanks between theirs.
"""

import re
from collections.abc import Iterator

from evaluator.patterns import compiled

Span = tuple[int, int]  # first sign, and the one after the last

_FEWEST = 5  # words of prose
_FEWEST_SIGNS = 12  # of Chinese, Japanese and Korean
_ODD = 8  # of so many words one may be none: a sign, a name in back quotes
_WORD = compiled(r"""[("'“‘]?[^\W_]+(?:['’-][^\W_]+)*+[)"'”’.,:;!?…]*|[-–—&+]""")  # noqa: RUF001 - they are meant
_BREAK = re.compile(r"\\[nrt]")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_LATIN = re.compile(r"[!-'*+\-/-9<-Z\\-z{-~]")  # signs that such a sentence has few of; brackets and stops are free
_QUERY = re.compile(
    r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|MERGE|FROM|WHERE|JOIN|ORDER|GROUP)\b"
    r"|(?:select\b[^\n]{1,300}\bfrom|insert into|delete from|update \w+ set|create table|alter table)\b"
)
_PREFIX = "rRuUbBfFsSL~@$"  # of string literals


def is_prose(string: str) -> bool:
    """Return whether a string literal holds words and their punctuation: one odd sign in eight words, and no query."""
    said = _BREAK.sub(" ", string.lstrip(_PREFIX).strip("\"'`#"))
    words = said.split()
    plain = sum(_WORD.fullmatch(word) is not None for word in words)
    if plain >= _FEWEST and (len(words) - plain) * _ODD <= plain:
        return _QUERY.match(said.lstrip()) is None
    signs = len(_IDEOGRAPH.findall(said))
    return signs >= _FEWEST_SIGNS and signs >= 3 * len(_LATIN.findall(said))


_BEFORE = 200  # characters of a line in front of a string
_GIVEN = re.compile(  # a name that is given the string, and does nothing with it
    r"(?:[^\n]*[{,])?[ \t]*\"[\w.$ /-]{1,80}\"[ \t]*:[ \t]*"  # a key of JSON, wherever it stands
    r"|[ \t]*(?:#[ \t]*define[ \t]+\w+[ \t]+|(?:(?:export|default|const|let|var|val|final|static|public|private"
    r"|protected|internal|readonly|pub|auto|char|constexpr|local|my|our|[Ss]tring|str|NSString)\b[ \t*&]*){0,6}"
    r"[\w.$@\"'*\[\]-]{1,80}\??(?:[ \t]*:[ \t]*[\w&'.<>\[\] ]{1,40})?[ \t]*(?:=|:|:=|=>|<-)[ \t]*)\(?[ \t]*"
)
_NO_MORE = re.compile(r"[ \t]*+[;,)\]}]*+[ \t]*+(?=\n|\Z|[#/])")


def said(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the prose of the string literal from *start* to *end*: whole, with the name it is given, or by lines."""
    string = text[start:end]
    if is_prose(string):
        line = text.rfind("\n", max(0, start - _BEFORE), start) + 1
        given = line > 0 or start <= _BEFORE
        alone = given and _GIVEN.fullmatch(text[line:start]) and _NO_MORE.match(text, end)
        yield (line if alone else start), end
    elif "\n" in string:
        for line_start, line_end in lines(text, start, end):
            if is_prose(text[line_start:line_end]):
                yield line_start, line_end


def lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield where the lines between the two places begin and end."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


_IN_LINES = {  # what lines of files without string literals say
    "yml yaml": re.compile(r"[ \t]*(?:- +)*(?:[\"']?(?P<key>[\w. /-]{1,60})[\"']?:[ \t]+)?(?P<said>\S.*)"),
    "env example ini cfg conf properties": re.compile(r"[ \t]*(?P<key>[\w.-]{1,80})[ \t]*[=:][ \t]*(?P<said>\S.*)"),
    "pug jade haml slim": re.compile(r"[ \t]*(?P<key>[%.#]?[\w.#-]{1,60}(?:\([^()]{0,300}\))?)[ \t]+(?P<said>\S.*)"),
}
_LINES = {ending: form for endings, form in _IN_LINES.items() for ending in endings.split()}
_DONE = re.compile(r"run|script|commands?|cmd|args|entrypoint|exec|if|test|build|before_script|after_script")
_COMMAND = re.compile(
    r"(?:echo|npm|npx|yarn|pnpm|docker|git|cd|python3?|pip|cargo|mvn|sudo|apt|apt-get|kubectl|exec|export)\s"
)
_TEXT = re.compile(r"[|>][-+\d]{0,3}[ \t]*")
_ELEMENT = re.compile(r"<(?P<tag>[\w:.-]{1,80})(?:\s[^<>]{0,300})?>(?P<said>[^<>]++)</(?P=tag)\s*>")
_XML = frozenset(("xml", "svg", "xaml", "csproj", "fsproj", "vbproj", "fxml", "props", "targets", "nuspec"))


def values(text: str, ending: str) -> Iterator[Span]:
    """Yield the settings of a file of that *ending* whose value is prose, key and all: a note is no setting."""
    if ending in _XML:
        yield from (found.span() for found in _ELEMENT.finditer(text) if is_prose(found["said"]))
    elif form := _LINES.get(ending):
        for start, end in lines(text, 0, len(text)):
            found = form.match(text[start:end])
            if found and not _DONE.fullmatch(found["key"] or "") and _is_said(found["said"]):
                yield start, end


def _is_said(value: str) -> bool:
    """Return whether a value is prose, or the sign with which YAML begins a text."""
    return _TEXT.fullmatch(value) is not None or (is_prose(value) and not _COMMAND.match(value))


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^()]{0,4000}\)|[^\n(]*)"
    r"|import[ \t]*\([^()]{0,4000}\)(?=[ \t]*(?:\n|\Z))"  # of Go
    r"|(?:import|export)[ \t]+(?:type[ \t]+)?(?:[\w$*,][\w$*, \t]{0,200})?"
    r"\{[^{}]{0,4000}\}[ \t]*from[ \t]*[\"'][^\"'\n]*[\"'];?"
    r"|(?:import|export)[ \t]+[\w$*, \t]{1,200}[ \t]from[ \t]*[\"'][^\"'\n]*[\"'];?"
    r"|import[ \t]+(?:[\w.*\\/:-]+|\"[^\"\n]*\"|'[^'\n]*')[^\n(={]*"
    r"|(?:const|let|var|local)[ \t]+[\w{}$, :]{1,200}=[ \t]*require[ \t]*\(?[\"'][^\"'\n]*[\"']\)?;?(?=[ \t]*(?:\n|\Z))"
    r"|#[ \t]*(?:include|import|pragma)\b[^\n]*"
    r"|(?:package|namespace|module)[ \t]+[\w.\\]+[ \t]*(?:;|\{|where)?(?=[ \t]*(?:\n|\Z))"
    r"|(?:global[ \t]+)?using[ \t]+(?:static[ \t]+|namespace[ \t]+|\w+[ \t]*=[ \t]*)?[\w.:]+;"
    r"|(?:pub[ \t]+)?use[ \t]+[\w:\\][^\n;\"'()=$]{0,300};|(?:pub[ \t]+)?mod[ \t]+\w+;|extern[ \t]+crate[ \t]+\w+;"
    r"|(?:require|require_relative|load)[ \t]+[\"'][^\"'\n]*[\"']|[\"']use (?:strict|client|server)[\"'];?)",
    re.MULTILINE,
)
_NOTHING = compiled(
    r"(?:[\W_]|\b(?:pass|return|else|end|try|finally|break|continue|begin|do|then|fi|done|esac|default)\b)*+"
)


def idle(text: str, code: bytearray) -> Iterator[Span]:
    """Yield the imports of *text*, and lines whose *code* is brackets or a bare keyword: they do nothing yet."""
    yield from (found.span() for found in _IMPORT.finditer(text))
    for start, end in lines(text, 0, len(text)):
        line = text[start:end]
        if 0 in code[start:end]:
            line = "".join(sign if live else " " for sign, live in zip(line, code[start:end], strict=True))
        if _NOTHING.fullmatch(line):
            yield start, end


_FALSE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<head>(?:if|elif|while)\b[ \t]*"
    r"(?:\(?[ \t]*(?:[Ff]alse|FALSE)[ \t]*\)?[ \t]*(?:[:{]|;?[ \t]*then\b|$)"
    r"|\([ \t]*0[ \t]*\)[ \t]*(?:[:{]|$)|0[ \t]*:)(?:(?!\belse\b)[^\n])*+)$",
    re.MULTILINE,
)


def switched_off(text: str, code: bytearray) -> Iterator[Span]:
    """Yield what stands behind a condition that is `false` in so many words, by its indentation: it never runs."""
    end = 0
    for found in _FALSE.finditer(text):
        if found.start() >= end and code[found.start("head")]:
            end = _end_of_block(text, found.end(), indent=found["indent"])
            yield found.start(), end


def _end_of_block(text: str, start: int, *, indent: str) -> int:
    """Return the end of the last line from *start* on that is blank or lies deeper; a line of a brace may open them."""
    end = start
    for first, last in lines(text, start + 1, len(text)):
        line = text[first:last]
        opens = end == start and line.rstrip() == f"{indent}{{"
        if line.strip() and not opens and not (line.startswith(indent) and line[len(indent)].isspace()):
            break
        end = last
    return end
