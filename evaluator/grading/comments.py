"""Which signs of a source text are comments or docstrings: what a file says about itself is a claim, never evidence.

Cheap on purpose: one regular expression for each family of languages, no parser. A string is not a comment, except
where a statement of Python consists of it.
"""

import re
from pathlib import PurePosixPath

_DOUBLE = r'"(?:\\.|[^"\\\n])*+"?'
_SINGLE = r"'(?:\\.|[^'\\\n])*+'?"
_BACKTICK = r"`(?:\\.|[^`\\])*+`?"
_QUOTED = f"{_DOUBLE}|{_SINGLE}"
_DOCSTRING = (
    r'(?P<said>(?m:^)[ \t]*[rRuUbB]{0,2}(?:"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)))'
    r'|"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)'
)
_BLOCK = r"/\*.*?(?:\*/|\Z)"
_MARKUP = r"<!--.*?(?:-->|\Z)"


def _family(comment: str, *, strings: str) -> re.Pattern[str]:
    return re.compile(f"(?P<comment>{comment})|{strings}", re.DOTALL)


_PYTHON = re.compile(rf"{_DOCSTRING}|(?P<comment>#[^\n]*)|{_QUOTED}", re.DOTALL)
_HASH = _family(r"(?<!\S)#[^\n]*", strings=_QUOTED)
_SLASH = _family(rf"//[^\n]*|{_BLOCK}", strings=f"{_QUOTED}|{_BACKTICK}")
_STYLE = _family(_BLOCK, strings=_QUOTED)
_PHP = _family(rf"//[^\n]*|(?<!\S)#(?!\[)[^\n]*|{_BLOCK}|{_MARKUP}", strings=_QUOTED)
_DASH = _family(rf"--[^\n]*|{_BLOCK}|\{{-.*?(?:-\}}|\Z)", strings=_QUOTED)
_PAGE = _family(rf"{_MARKUP}|(?<![:\S])//[^\n]*|{_BLOCK}", strings=f"{_QUOTED}")
_SEMICOLON = _family(r"(?<!\S)[;#][^\n]*", strings=_DOUBLE)
_PERCENT = _family(r"(?<!\\)%[^\n]*", strings=_DOUBLE)

_ENDINGS = {
    _PYTHON: "py pyi pyw pyx ipynb",
    _SLASH: "js jsx mjs cjs ts tsx mts cts java kt kts scala groovy gradle c h cc cpp cxx hpp hh m mm cs go rs swift"
    " dart proto json jsonc json5 zig v sol glsl hlsl cu less scss",
    _STYLE: "css",
    _PHP: "php",
    _DASH: "sql lua hs elm adb ads vhd vhdl",
    _PAGE: "html htm xhtml xml svg vue svelte astro jsp xaml csproj fxml",
    _SEMICOLON: "ini cfg conf lisp el clj cljs scm rkt asm s properties editorconfig",
    _PERCENT: "tex sty erl hrl",
}
_FAMILIES = {ending: family for family, endings in _ENDINGS.items() for ending in endings.split()}


def mask(text: str, *, path: str) -> bytearray:
    """Return one byte for each sign of *text*, part of the file at *path*: 1 where it is code, 0 where it is comment.

    Files of a kind that is not known (scripts, YAML, TOML, Dockerfile...) are read as if `#` began a comment.
    """
    ending = PurePosixPath(path).suffix.removeprefix(".").lower()
    code = bytearray(b"\x01") * len(text)
    for match in _FAMILIES.get(ending, _HASH).finditer(text):
        if match.lastgroup is not None:
            start, end = match.span()
            code[start:end] = bytes(end - start)
    return code
