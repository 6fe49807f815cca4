"""What looks like an import or names a file and is neither: comments, strings of many lines, lists of what is left out.

Each form takes what it matched even where it does not end, so that hostile text is gone through once.
"""

import re

from evaluator.patterns import compiled

_PYTHON = compiled(
    rb"#[^\n]*+"
    rb"|\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\"))*+(?:\"\"\")?|'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?"
    rb"|\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?",
    re.DOTALL,
)
_PYTHON_NEVER = compiled(
    rb"\n([ \t]*+)if[ \t(]{1,5}(?:False|0)[ \t)]{0,5}:[^\n]*+(?:\n(?:[ \t\r]*+(?=\n|\Z)|\1[ \t][^\n]*+))*+"
)
_IMPORT = 4100  # bytes that the last import of a file may have
_BLOCK = compiled(rb"/\*(?<![\w'\"`*./@\[-]/\*)(?:[^*]++|\*(?!/))*+(?:\*/)?")  # not the `/*` of a pattern of paths
_MARKUP = compiled(rb"<!--(?:[^-]++|-(?!->))*+(?:-->)?")

_HASH = re.compile(r"#(?<!\S#)[^\n]*")
_SLASHES = compiled(r"//(?<!\S//)[^\n]*|/\*(?<![\w'\"`*./@\[-]/\*)(?:[^*]++|\*(?!/))*+(?:\*/)?")
_ANGLES = compiled(r"<!--(?:[^-]++|-(?!->))*+(?:-->)?")
_SLASHED = (".gradle", ".kts", ".sbt", ".js", ".ts", ".mjs", ".cjs", ".jsonc", ".swift", ".php", ".go", "go.mod")
_ANGLED = (".xml", ".html", ".csproj", ".fsproj", ".vbproj", ".props", ".targets", ".plist")
_LEFT_OUT = "exclude|ignore|omit|skip"
_WORDS = tuple(_LEFT_OUT.split("|"))
_TABLE = compiled(rf"^\[[^\]\n]{{0,80}}?(?:{_LEFT_OUT})[^\]\n]{{0,80}}\][^\n]*+(?:\n(?!\[)[^\n]*+)*+", re.MULTILINE)
_OPTION = re.compile(rf"--(?:{_LEFT_OUT})[\w-]{{0,40}}+[= ]\S*+")
_VALUE = (
    r"\[[^\]]*+\]?|\{[^}]*+\}?"
    r"|'''(?:[^']++|'(?!''))*+(?:''')?|\"\"\"(?:[^\"]++|\"(?!\"\"))*+(?:\"\"\")?|\"[^\"\n]*+|'[^'\n]*+"
)
_LIST = compiled(
    rf"(?:{_LEFT_OUT})[\w.-]{{0,40}}+[\"']?[ \t]{{0,20}}+(?:[:=]+[ \t]{{0,20}}+(?:{_VALUE})"
    r"|=[^\n]*+(?:\n[ \t]+[^\n]*+)*+|:[ \t\r]*+(?:\n[ \t]*+-[^\n]*+)++|:[^\n]*+)"
)


def python(data: bytes) -> bytes:
    """Return a Python file as far as it may import, without strings, comments and what stands under `if False:`."""
    if b'"""' in data or b"'''" in data:
        data = _PYTHON.sub(b"", data[: data.rfind(b"import") + _IMPORT])
    return _PYTHON_NEVER.sub(b"", data) if b"if False" in data or b"if 0" in data or b"if (" in data else data


def blocks(data: bytes) -> bytes:
    """Return a text of a language of braces without its block comments."""
    return _BLOCK.sub(b"", data) if b"/*" in data else data


def markup(data: bytes) -> bytes:
    """Return a page without its comments."""
    return _MARKUP.sub(b"", data) if b"<!--" in data else data


def manifest(name: str, text: str) -> str:
    """Return what a manifest says, without comments and without its lists of what a tool leaves out."""
    if name.endswith(_ANGLED):
        text = _ANGLES.sub("", text)
    elif name.endswith(_SLASHED):
        text = _SLASHES.sub("", text)
    elif not name.endswith(".json"):
        text = _HASH.sub("", text)
    if not any(word in text for word in _WORDS):
        return text
    if "--" in text:
        text = _OPTION.sub(" ", text)
    return _LIST.sub(" ", _TABLE.sub(" ", text) if name.endswith((".toml", ".cfg")) else text)
