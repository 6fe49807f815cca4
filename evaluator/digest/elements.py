"""HTML elements that do not show: which they are, where they end, and which attributes nobody reads.

A tag is looked at in the time that its length takes: quoted values end at their quote, and a tag has a bounded number
of pieces (an unquoted `<` ends it), so that no text of many half tags takes quadratic time.
"""

import re

from evaluator.digest import entities

_NEVER_SHOWN = ("script", "style", "template", "title", "noembed", "noframes", "datalist")
TAG = (  # behind its `<`: of an element that never shows, or with attributes that may say so
    rf"(?:[A-Za-z][A-Za-z0-9-]{{0,40}}+(?=[\s/])|(?i:{'|'.join(_NEVER_SHOWN)})(?=>))"
    r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+'){0,80}+>"
)
_NAME = re.compile("<([A-Za-z][A-Za-z0-9-]*)")
_EITHER_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*+)(?=[\s/>])[^<>]*+>")
_ATTRIBUTE = re.compile(r"""[\s/]([^\s"'<>/=]+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s"'<>=]+))?""")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# A slash does not end these, whatever their author thought; it ends those of SVG and of components.
_NEVER_EMPTY = frozenset(
    {
        "a", "article", "aside", "b", "blockquote", "center", "code", "details", "div", "em", "font", "footer", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "i", "kbd", "label", "li", "main", "nav", "ol", "p", "pre", "s",
        "section", "small", "span", "strong", "sub", "summary", "sup", "table", "td", "th", "tr", "u", "ul",
    }
)  # fmt: skip
_SHOWN_VALUES = frozenset({"alt", "href", "src", "srcset"})
_UNREAD_VALUES = frozenset({"title", "summary", "aria-label", "aria-description"})  # one word is enough
_LOOKS = frozenset(
    {"class", "style", "d", "points", "viewbox", "sizes", "transform", "media", "rel", "allow", "sandbox"}
)
SENTENCE = 3  # words from which a value is taken for one

_BLANKS = re.compile(r"\s|/\*[^*]*\*/|!important")
_UNSEEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0*(?:\.0*)?%?(?=;|$)"
    r"|font-size:0+(?:\.0+)?[a-z%]*(?=;|$)|font(?:-size)?:(?:0?\.\d+|1)p[xt]\b"
    r"|(?:max-)?(?:height|width):0(?:px)?(?=;|$)|transform:scale[xy]?\(0|color:transparent"
    r"|(?:text-indent|left|top|right|bottom|margin-left|margin-top):-\d{3}"
    r"|clip:rect\((?:0|1px)|clip-path:(?:inset\((?:50|100)%|circle\(0))"
)
_WHITE = r"(?:white|snow|ivory|#f{3,4}|#f{6}|#f{8}|rgba?\(255,255,255(?:,1)?\)|hsl\(0,0%,100%\))(?=;|$)"
_WHITE_TEXT = re.compile(rf"(?:^|;)color:{_WHITE}")
_GROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:")
_WHITE_GROUND = re.compile(rf"(?:^|;)background(?:-color)?:{_WHITE}")

# RE2: an element of a whole document that style or attribute hides, near enough to be worth a finding
HIDDEN_ELEMENT = (
    r"(?i)<[a-z][^<>]*\s(?:hidden[\s>=]"
    r"|style\s?=[^<>]*(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0[^.\d]|opacity\s?:\s?0[^.\d]))"
)


def name_of(tag: str) -> str:
    """Return the name of a tag, in lower case."""
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


def is_void(name: str, tag: str) -> bool:
    """Return whether nothing can stand in the element that this tag begins."""
    return name in _VOID or (tag.endswith("/>") and name not in _NEVER_EMPTY)


def is_hidden(name: str, tag: str) -> bool:
    """Return whether the element that *tag* begins does not show, by its kind, its attributes or its style."""
    if name in _NEVER_SHOWN:
        return True
    if "=" not in tag and "hidden" not in tag.lower():
        return False
    values = {match[1].lower(): _plain(match[2]) for match in _ATTRIBUTE.finditer(tag)}
    if "hidden" in values or (name == "input" and values.get("type", "").lower() == "hidden"):
        return True
    style = _BLANKS.sub("", values.get("style", "").lower())
    if "color" in values:  # of <font>
        style += f";color:{values['color'].strip().lower()}"
    return _UNSEEN.search(style) is not None or _is_white_on_white(style)


def _is_white_on_white(style: str) -> bool:
    if _WHITE_TEXT.search(style) is None:
        return False
    return _GROUND.search(style) is None or _WHITE_GROUND.search(style) is not None


def _plain(value: str | None) -> str:
    return entities.unescape(value.strip("\"'")) if value else ""


def bare(tag: str) -> tuple[str, bool]:
    """Return *tag* without titles and other sentences that nobody sees, and whether one was more than looks."""
    if "=" not in tag:
        return tag, False
    dropped = [match for match in _ATTRIBUTE.finditer(tag) if _is_unread(match)]
    for match in dropped:
        tag = tag.replace(match[0], "\n" * match[0].count("\n") or " ")
    return tag, any(match[1].lower() not in _LOOKS for match in dropped)


def _is_unread(match: re.Match[str]) -> bool:
    name, words = match[1].lower(), _plain(match[2]).split()
    return name not in _SHOWN_VALUES and len(words) >= (1 if name in _UNREAD_VALUES else SENTENCE)


def end_of(name: str, text: str, start: int) -> int:
    """Return where the element *name* ends whose content begins at *start*; the text's end where nothing ends it."""
    depth = 1
    for match in _EITHER_TAG.finditer(text, start):
        if match[2].lower() == name:
            depth += -1 if match[1] else 1
        if depth == 0:
            return match.end()
    return len(text)
