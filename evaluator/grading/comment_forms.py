"""What a comment looks like in each kind of file, as data: one regular expression per family, all in linear time.

In each expression the group `comment` is what a file says about itself; what else matches is there so that a comment
sign in a string is not taken for one. A string that does not end is none, except in Python: an apostrophe in a word
must not hide the comment behind it.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

_ESCAPED = r"\\."  # outside a string: it opens none, and nothing is looked at twice
_DOUBLE = r'"(?:\\.|[^"\\\n])*+"'
_SINGLE = r"'(?:\\.|[^'\\\n])*+'"
_BACKTICK = r"`(?:\\.|[^`\\])*+`"
_QUOTED = f"{_DOUBLE}|{_SINGLE}"
_OPENED = f"{_DOUBLE}?|{_SINGLE}?"  # ended or not
_RUNE = rf"{_DOUBLE}|'(?:\\[^\n]{{1,10}}?|[^'\\\n])'"  # where a lone apostrophe is a lifetime, a type or a prime
_PATTERN = r"(?<=[=(,:!&|?\[])[ ]?/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n]){0,200}+\]|[^/\\\n\[]){1,500}+/"  # of JavaScript
_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
_BLOCK = r"/\*.*?(?:\*/|\Z)"
_ROUND = r"\(\*(?!\)).*?(?:\*\)|\Z)"  # `(*)` is the operator
_MARKUP = r"<!--.*?(?:-->|\Z)"
_WORD_HASH = r"(?<!\S)#[^\n]*"
_SAID = r"description|keywords|summary|authors?|title"  # keys of a manifest whose values are prose
_VALUE = rf"(?:{_TRIPLE}|{_DOUBLE}|{_SINGLE}|\[[^\]]{{0,4000}}\])"


def _family(comment: str, *, strings: str) -> re.Pattern[str]:
    return re.compile(f"(?P<comment>{comment})|{strings}|{_ESCAPED}", re.DOTALL | re.MULTILINE)


HASH = _family(_WORD_HASH, strings=_QUOTED)
SLASH = _family(rf"//[^\n]*|{_BLOCK}", strings=f"{_QUOTED}|{_BACKTICK}")
SCRIPT = _family(rf"//[^\n]*|{_BLOCK}", strings=f"{_QUOTED}|{_BACKTICK}|{_PATTERN}")
PERCENT = _family(r"^[ \t]*%\{.*?(?:%\}|\Z)|(?<!\\)%[^\n]*", strings=rf"{_DOUBLE}|(?<![\w)\]}}'.]){_SINGLE}")
_OFF = r"^[ \t]*#[ \t]*if[ \t]+(?:0|false)\b.*?(?:^[ \t]*#[ \t]*(?:endif|else|elif)\b|\Z)"
_NOTES = r"^=begin\b.*?(?:^=end\b[^\n]*|\Z)"
_POD = r"^=[a-z]\w*.*?(?:^=cut\b[^\n]*|\Z)|^__END__$.*"
_ELIXIR = rf"@\w*doc\s{{1,9}}(?:~[sS])?(?:{_TRIPLE}|{_DOUBLE})"
_TEMPLATE = r"\{#.*?(?:#\}|\Z)|<%#.*?(?:%>|\Z)|\{\{!.*?(?:\}\}|\Z)"
_BASIC = r"(?i:(?<![^\s:])rem(?=[ \t\n]|\Z)[^\n]*)"

_ENDINGS = {
    HASH: "r sh bash zsh fish mk dockerfile nix coffee",
    SLASH: "java kt kts groovy gradle go dart proto zig v sv sol less scss",
    SCRIPT: "js jsx mjs cjs ts tsx mts cts",
    _family(rf"//[^\n]*|{_BLOCK}", strings=rf'r(#{{1,9}})".*?(?:"\2|\Z)|{_RUNE}'): "rs",
    _family(rf"//[^\n]*|{_BLOCK}", strings=f"{_TRIPLE}|{_RUNE}"): "swift scala",
    _family(rf"//[^\n]*|{_BLOCK}|{_OFF}", strings=_QUOTED): "c h cc cpp cxx hpp hh hxx mm cs cu ino glsl hlsl",
    _family(rf"//[^\n]*|{_BLOCK}|/\+.*?(?:\+/|\Z)", strings=f"{_QUOTED}|{_BACKTICK}"): "d",
    _family(_BLOCK, strings=_QUOTED): "css",
    _family(rf"//[^\n]*|(?<!\S)#(?!\[)[^\n]*|{_BLOCK}|{_MARKUP}", strings=_QUOTED): "php",
    _family(rf"--\[\[.*?(?:\]\]|\Z)|--[^\n]*|{_BLOCK}|\{{-.*?(?:-\}}|\Z)", strings=_QUOTED): "sql lua hs elm adb ads"
    " vhd vhdl",
    _family(rf"{_MARKUP}|(?<![:\S])//[^\n]*|{_BLOCK}", strings=_QUOTED): "xml svg astro jsp xaml csproj fxml",
    _family(r"(?<!\S)[;#][^\n]*", strings=_DOUBLE): "conf lisp el clj cljs scm rkt asm s properties editorconfig",
    _family(rf"(?<!\S)[;#][^\n]*|^[ \t]*(?:{_SAID})[ \t]*=[^\n]*", strings=_DOUBLE): "ini cfg",
    PERCENT: "tex sty erl hrl",
    _family(rf"{_NOTES}|^__END__$.*|{_WORD_HASH}", strings=_QUOTED): "rb rake gemspec",
    _family(rf"{_POD}|{_WORD_HASH}", strings=_QUOTED): "pl pm t",
    _family(rf"<#.*?(?:#>|\Z)|{_WORD_HASH}", strings=_QUOTED): "ps1 psm1 psd1",
    _family(r"^[ \t]*@?(?i:rem)(?=[ \t\n]|\Z)[^\n]*|^[ \t]*::[^\n]*", strings=_DOUBLE): "bat cmd",
    _family(r"![^\n]*", strings=_QUOTED): "f90 f95 f03 f08",
    _family(r"^[cC*](?=\s)[^\n]*|![^\n]*", strings=_QUOTED): "f for f77",
    _family(rf"'[^\n]*|{_BASIC}", strings=r'"[^"\n]*+"?'): "vb vbs bas frm",
    _family(rf"#[^\n]*|//[^\n]*|{_BLOCK}", strings=_DOUBLE): "tf tfvars hcl",
    _family(rf"#=.*?(?:=#|\Z)|#[^\n]*|^[ \t]*{_TRIPLE}", strings=f"{_TRIPLE}|{_DOUBLE}"): "jl",
    _family(r"#\[.*?(?:\]#|\Z)|#[^\n]*", strings=f"{_TRIPLE}|{_DOUBLE}"): "nim",
    _family(_ROUND, strings=_DOUBLE): "ml mli",
    _family(rf"{_ROUND}|//[^\n]*", strings=f"{_TRIPLE}|{_DOUBLE}"): "fs fsi fsx",
    _family(rf"\{{(?!\$).*?(?:\}}|\Z)|{_ROUND}|//[^\n]*", strings=r"'[^'\n]*+'?"): "pas pp dpr lpr",
    _family(rf"{_ELIXIR}|{_WORD_HASH}", strings=f"{_TRIPLE}|{_QUOTED}"): "ex exs",
    _family(rf"#[^\n]*|^[ \t]*(?:{_TRIPLE}|{_DOUBLE})", strings=f"{_TRIPLE}|{_DOUBLE}"): "graphql gql",
    _family(rf'//[^\n]*|{_BLOCK}|"(?:{_SAID})"\s{{0,20}}:\s{{0,20}}{_VALUE}', strings=_QUOTED): "json jsonc json5",
    _family(rf"^[ \t]*(?:{_SAID})[ \t]*=[ \t]*{_VALUE}|#[^\n]*", strings=f"{_TRIPLE}|{_QUOTED}"): "toml",
    _family(rf"{_WORD_HASH}|^[ \t-]*(?:{_SAID})[ \t]*:[ \t][^\n]*", strings=_QUOTED): "yml yaml",
    _family(rf"{_MARKUP}|{_TEMPLATE}", strings=_QUOTED): "j2 jinja twig erb ejs hbs",
}  # fmt: skip
FAMILIES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {ending: family for family, endings in _ENDINGS.items() for ending in endings.split()}
)

_WORD = re.compile(r"""[("'“‘]?[^\W_]+(?:['’-][^\W_]+)*+[)"'”’.,:;!?…]*|[-–—&+]""")  # noqa: RUF001 - they are meant
_QUERY = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|MERGE|FROM|WHERE|JOIN|ORDER|GROUP)\b")
_BREAK = re.compile(r"\\[nrt]")
_FEWEST = 5  # words of a string of prose


def is_prose(string: str) -> bool:
    """Return whether a string literal holds words and their punctuation only, at least five, and is no query."""
    words = _BREAK.sub(" ", string.lstrip("rRuUbBfFsS~@$").strip("\"'`#")).split()
    return len(words) >= _FEWEST and all(map(_WORD.fullmatch, words)) and _QUERY.match(words[0]) is None


CONTAINER = re.compile(r"(?:docker|container)file(?:\.|$)|.{1,200}\.(?:docker|container)file$")
INSTRUCTION = re.compile(  # as everybody writes them; a label and a maintainer only describe
    r"\s*(?:FROM|RUN|CMD|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)\s"
)
HERE = re.compile(r"<<-?[\"']?(?P<end>\w{1,40})[\"']?")  # text that an instruction is given
REQUIREMENTS = re.compile(r"requirements[^/]*\.(?:txt|in)")
REQUIREMENT = re.compile(  # a name with its version or nothing, an option, an address or a path, or the rest of one
    r"\s*(?:-|\.{0,2}/|[\w+.-]{2,20}:|[\w.-]{1,100}(?:\[[^\]]{0,200}\])?\s*(?:$|[=<>!~;@#\\(]))"
)
PYTHON = re.compile(
    r"(?P<string>(?:(?<!\w)[rRuUbBfF]{1,2})?"
    rf"(?:{_TRIPLE}|'''(?:\\.|[^\\])*?(?:'''|\Z)|{_OPENED}))|(?P<comment>#[^\n]*)|(?P<open>[(\[{{])|(?P<close>[)\]}}])",
    re.DOTALL,
)
COMPOUND = re.compile(r"\s*(?:async|def|class|if|elif|else|for|while|with|try|except|finally)\b")
CELL = re.compile(r"^# %% cell \d+", re.MULTILINE)  # how the digest writes a notebook
PROSE_CELL = re.compile(r"# %% cell \d+ \[")
PAGE = re.compile(  # only tags, what programs write into the page, and programs are code
    rf"(?P<comment>{_MARKUP}|\{{#[^\n]{{0,300}}?#\}})"
    r"|<(?P<tag>script|style)\b[^>]*>(?P<program>.*?)(?:</(?P=tag)\s*>|\Z)"
    r"|<[a-zA-Z/!?%](?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^>\"'])*+>?"
    r"|\{\{[^\n]{0,300}?\}\}|\{%[^\n]{0,300}?%\}|\{[^{}\n]{0,300}\}|(?P<prose>[^<{]++|[<{])",
    re.DOTALL | re.IGNORECASE,
)
OBJECTIVE_C = re.compile(
    r"^\s*(?:#|@(?:interface|implementation|end|property|import|protocol|class)\b)|//", re.MULTILINE
)
