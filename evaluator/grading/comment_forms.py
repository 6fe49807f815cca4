"""What a comment looks like in each kind of file, as data: one regular expression per family, all in linear time.

What a match is, its group tells: `comment` (what a file says about itself), `block` (only the opening sign of one;
`comment_ends` looks for its end), `off` (code that is switched off), `here` (the word that ends a text given in place),
`page` (text between tags), `html` (a page between programs), `template` (a string that may hold comments of another
language), `raw` (only the opening sign of a string without escapes). What else matches is a string, or there so that a
comment sign in it is not taken for one. A string that does not end is none, except in Python: an apostrophe in a word
must not hide the comment behind it.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from evaluator.patterns import compiled


class Family(NamedTuple):
    """Languages whose comments and strings look alike."""

    pattern: re.Pattern[str]
    nests: bool  # whether a block comment may hold another


_ESCAPED = r"\\."  # outside a string: it opens none, and nothing is looked at twice
_DOUBLE = r'"(?:\\.|[^"\\\n])*+"'
_SINGLE = r"'(?:\\.|[^'\\\n])*+'"
_BACKTICK = r"`(?:\\.|[^`\\])*+`"
_QUOTED = f"{_DOUBLE}|{_SINGLE}"
_LINES = r"""\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'"""  # where a string may have several
_OPENED = f"{_DOUBLE}?|{_SINGLE}?"  # ended or not
_RUNE = rf"{_DOUBLE}|'(?:\\[^\n]{{1,10}}?|[^'\\\n])'"  # where a lone apostrophe is a lifetime, a type or a prime
_INSERTED = (
    rf"\$\{{(?:[^`{{}}]|\{{[^`{{}}]*+\}}|{_BACKTICK}){{0,400}}+\}}"  # into a template, with templates of its own
)
_TEMPLATE = rf"(?P<template>`(?:\\.|{_INSERTED}|[^`\\])*+`)"
_PATTERN = (  # of JavaScript, where a value must follow
    r"(?:[=(,:\[!&|?{;]|=>|\b(?:return|typeof|case|throw|yield|await|in|of|delete|void|else|do))\s{0,200}+"
    r"/(?![*/>])(?:\\.|\[(?:\\.|[^\]\\\n]){0,200}+\]|[^/\\\n\[]){1,500}+/"
)
_SPOKEN = (  # text of JSX between tags that are nothing more
    r"(?:<[a-z][a-z0-9]{0,9})?(?<![=\s])>(?P<page>(?:(?!//|/\*)[^<>{}=;\"]){1,2000}+)(?=</|\{|<[a-zA-Z])"
    r"(?:</[a-z][a-z0-9]{0,9}>)?"
)
_TRIPLE = r'"""(?:\\.|[^"\\]|"(?!""))*+"""'
_RAW_TRIPLE = r'"""(?:[^"]|"(?!""))*+"""'
_TRIPLE_SINGLE = r"'''(?:\\.|[^'\\]|'(?!''))*+'''"
_PYTHON_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
_SLASHY = r"(?<=[=(,~]) ?/(?![*/ ])[^/\n]{1,200}+/"  # string of Groovy
_SHARP = r'(?P<raw>"{3,9}+)|(?:@\$?|\$@)"(?:[^"]|"")*+"'  # raw and verbatim strings of C#
_LONG = r"(?P<raw>\[=*\[)"  # string of Lua
_LINE = r"//[^\n]*"
_INLINE = r"/\*(?:[^*/\n]|\*(?!/)|/(?!\*)){0,300}+\*/"
_SLASHES = rf"{_LINE}|{_INLINE}"
_STAR = r"(?<![\w*])/\*"  # `image/*` begins no comment
_ROUND = r"\(\*(?!\))"  # `(*)` is the operator
_MARKUP = "<!--"
_WORD_HASH = r"(?<!\S)#[^\n]*"
_DASHES = r"--+(?![!#$%&*+./<=>?@\\^|~:-])[^\n]*"  # `-->` is an operator
_HERE = r"(?P<mute>^[ \t]*:[ \t]*)?<<(?=[-~\"'`]|[ \t]?[\"'A-Z_])[-~]?[ \t]?[\"'`]?(?P<here>[A-Za-z_]\w{0,40})[\"'`]?"
_PHP_HERE = r"<<<[ \t]*[\"']?(?P<here>[A-Za-z_]\w{0,40})[\"']?"
_OFF = r"^[ \t]*#[ \t]*if[ \t]+(?:0|false)\b[^\n]*"
_INDENTED = (
    r"^(?P<indent>[ \t]*)(?:{sign})[^\n]*(?:\n(?P=indent)[ \t]+[^\n]*|\n[ \t]*(?=\n))*+"  # what is deeper goes on
)
_NOTES = r"^=begin\b.*?(?:^=end\b[^\n]*|\Z)"
_POD = r"^=[a-z]\w*.*?(?:^=cut\b[^\n]*|\Z)|^__END__$.*"
_ELIXIR = rf"@\w*doc\s{{1,9}}(?:~[sS])?(?:{_TRIPLE}|{_DOUBLE})"
_RUST_DOC = rf"#!?\[\s{{0,9}}doc\s{{0,9}}=\s{{0,9}}(?:r#{{0,9}})?{_DOUBLE}#{{0,9}}\s{{0,9}}\]"
_BASIC = r"(?i:(?<![^\s:])rem(?=[ \t\n]|\Z)[^\n]*)"
_SAID = r"description|keywords|summary|authors?|title"  # keys of a manifest whose values are prose
_VALUE = rf"(?:{_TRIPLE}|{_DOUBLE}|{_SINGLE}|\[[^\]]{{0,4000}}\])"
_NEVER = r"(?!)"


def _family(comment: str, *, strings: str, block: str = _NEVER, off: str = _NEVER, nests: bool = False) -> Family:
    forms = f"(?P<comment>{comment})|(?P<block>{block})|(?P<off>{off})|{strings}|{_ESCAPED}"
    return Family(compiled(forms, re.DOTALL | re.MULTILINE), nests)


HASH = _family(_WORD_HASH, strings=f"{_QUOTED}|{_HERE}")
SLASH = _family(_SLASHES, block=_STAR, strings=f"{_QUOTED}|(?P<template>{_BACKTICK})")
SCRIPT = _family(_SLASHES, block=_STAR, strings=f"{_PATTERN}|{_SPOKEN}|{_QUOTED}|{_TEMPLATE}")
PERCENT = _family(r"^[ \t]*%\{.*?(?:%\}|\Z)|(?<!\\)%[^\n]*", strings=rf"{_DOUBLE}|(?<![\w)\]}}'.]){_SINGLE}")
PROLOG = _family(rf"%[^\n]*|{_INLINE}", block=_STAR, strings=rf"0'.|{_QUOTED}")
COQ = _family(_NEVER, block=_ROUND, strings=_DOUBLE, nests=True)
TEMPLATE = _family(_NEVER, block=rf"{_MARKUP}|\{{\{{!--|\{{\{{--|\{{\{{!|\{{#|<%#|<%--", strings=_QUOTED)
TEMPLATE_TEXT = _family(  # comments of whatever language, written into a string
    rf"(?<!\S)//[^\n]*|(?<!\S){_INLINE}", block=r"(?<!\S)/\*", strings=_NEVER
)
GIVEN_TEXT = _family(r"^[ \t]*#(?!\{)[^\n]*", strings=_NEVER)

_ENDINGS = {
    HASH: "r sh bash zsh fish mk dockerfile nix coffee",
    SLASH: "go proto zig v sv sol hx pde gs vala qml prisma re res",
    SCRIPT: "js jsx mjs cjs ts tsx mts cts",
    _family(_SLASHES, block=_STAR, strings=f"{_TRIPLE}|{_QUOTED}"): "java",
    _family(_SLASHES, block=_STAR, strings=rf"{_TRIPLE}|{_TRIPLE_SINGLE}|{_QUOTED}|{_SLASHY}"): "groovy gradle",
    _family(_SLASHES, block=_STAR, strings=f"{_TRIPLE}|{_TRIPLE_SINGLE}|{_QUOTED}", nests=True): "dart",
    _family(_SLASHES, block=_STAR, strings=f"{_RAW_TRIPLE}|{_RUNE}", nests=True): "kt kts scala sc",
    _family(_SLASHES, block=_STAR, strings=rf"{_TRIPLE}|{_RUNE}", nests=True): "swift",
    _family(rf"{_SLASHES}|{_RUST_DOC}", block=_STAR, strings=rf'(?P<raw>r#{{1,9}}+")|{_RUNE}', nests=True):
    "rs",
    _family(_SLASHES, block=_STAR, off=_OFF, strings=_QUOTED): "c h cc cpp cxx hpp hh hxx mm cu ino"
    " glsl hlsl frag vert geom comp wgsl metal",
    _family(_SLASHES, block=_STAR, off=_OFF, strings=f"{_SHARP}|{_QUOTED}"): "cs",
    _family(_SLASHES, block=rf"{_STAR}|/\+", strings=f"{_QUOTED}|{_BACKTICK}", nests=True): "d",
    _family(_INLINE, block=_STAR, strings=rf"\burl\([^)\n]*+\)|{_QUOTED}"): "css",
    _family(_SLASHES, block=_STAR, strings=rf"\burl\([^)\n]*+\)|{_QUOTED}"): "scss less sass styl",
    _family(
        rf"//(?:(?!\?>)[^\n])*|(?<!\S)#(?!\[)(?:(?!\?>)[^\n])*|{_INLINE}", block=_STAR,
        strings=rf"{_PHP_HERE}|{_LINES}|\?>(?P<html>.*?)(?:<\?(?:php\b|=)|\Z)",
    ): "php phtml",
    _family(rf"{_DASHES}|{_INLINE}", block=r"\{-", strings=_RUNE, nests=True): "hs elm purs",
    _family(rf"--[^\n]*|{_INLINE}", block=_STAR, strings=_QUOTED): "sql adb ads vhd vhdl",
    _family(r"--(?!\[=*\[)[^\n]*", block=r"--\[=*\[", strings=f"{_LONG}|{_QUOTED}"): "lua luau",
    _family(rf"(?<![:\S])//[^\n]*|{_INLINE}", block=rf"{_MARKUP}|{_STAR}", strings=_QUOTED): "xml svg jsp xaml csproj"
    " fxml",
    _family(r"(?<!\S)[;#][^\n]*", strings=_DOUBLE): "conf asm s properties editorconfig",
    _family(r";[^\n]*", block=r"#\||\(comment(?=\s)", strings=_DOUBLE, nests=True): "lisp el clj cljs cljc scm"
    " rkt lsp ss",
    _family(rf"(?<!\S)[;#][^\n]*|^[ \t]*(?:{_SAID})[ \t]*=[^\n]*", strings=_DOUBLE): "ini cfg",
    PERCENT: "tex sty erl hrl",
    _family(rf"{_NOTES}|^__END__$.*|{_WORD_HASH}", strings=f"{_QUOTED}|{_HERE}"): "rb rake gemspec",
    _family(rf"{_POD}|{_WORD_HASH}", strings=f"{_QUOTED}|{_HERE}"): "pl pm t",
    _family(_WORD_HASH, block="<#", strings=_QUOTED): "ps1 psm1 psd1",
    _family(r"^[ \t]*@?(?i:rem)(?=[ \t\n]|\Z)[^\n]*|^[ \t]*::[^\n]*", strings=_DOUBLE): "bat cmd",
    _family(r"![^\n]*", strings=_QUOTED): "f90 f95 f03 f08",
    _family(r"^[cC*](?=\s)[^\n]*|![^\n]*", strings=_QUOTED): "f for f77",
    _family(r"^(?:[^\n]{6})?[ \t]*\*[^\n]*|\*>[^\n]*", strings=_QUOTED): "cbl cob cobol cpy",
    _family(rf"'[^\n]*|{_BASIC}", strings=r'"[^"\n]*+"?'): "vb vbs bas frm",
    _family(rf"#[^\n]*|{_SLASHES}", block=_STAR, strings=_DOUBLE): "tf tfvars hcl",
    _family(rf"#(?!=)[^\n]*|^[ \t]*{_TRIPLE}", block="#=", strings=f"{_TRIPLE}|{_DOUBLE}", nests=True): "jl",
    _family(r"#(?!\[)[^\n]*", block=r"#\[", strings=f"{_RAW_TRIPLE}|{_DOUBLE}", nests=True): "nim",
    _family(r"#(?!\[=*\[)[^\n]*", block=r"#\[=*\[", strings=_DOUBLE): "cmake",
    _family(_NEVER, block=_ROUND, strings=_RUNE, nests=True): "ml mli",
    _family(_LINE, block=_ROUND, strings=f"{_TRIPLE}|{_RUNE}", nests=True): "fs fsi fsx",
    _family(_LINE, block=rf"\{{(?!\$)|{_ROUND}", strings=r"'[^'\n]*+'?"): "pas pp dpr lpr",
    _family(r"--[^\n]*", block="/-", strings=_DOUBLE, nests=True): "lean",
    _family(rf"{_ELIXIR}|{_WORD_HASH}", strings=f"{_TRIPLE}|{_QUOTED}"): "ex exs",
    _family(rf"#[^\n]*|^[ \t]*(?:{_TRIPLE}|{_DOUBLE})", strings=f"{_TRIPLE}|{_DOUBLE}"): "graphql gql",
    _family(rf'{_SLASHES}|"(?:{_SAID})"\s{{0,20}}:\s{{0,20}}{_VALUE}', block=_STAR, strings=_QUOTED): "json jsonc"
    " json5",
    _family(rf"^[ \t]*(?:{_SAID})[ \t]*=[ \t]*{_VALUE}|#[^\n]*", strings=f"{_TRIPLE}|{_TRIPLE_SINGLE}|{_QUOTED}"):
    "toml",
    _family(rf"{_WORD_HASH}|^[ \t-]*(?:{_SAID})[ \t]*:[ \t][^\n]*", strings=_QUOTED): "yml yaml",
    _family(_INDENTED.format(sign="//"), strings=_QUOTED): "pug jade",
    _family(_INDENTED.format(sign="-#|/"), strings=_QUOTED): "haml",
    _family(_INDENTED.format(sign="/"), strings=_QUOTED): "slim",
    TEMPLATE: "j2 jinja jinja2 twig erb ejs hbs",
}  # fmt: skip
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {ending: family for family, endings in _ENDINGS.items() for ending in endings.split()}
)

CONTAINER = re.compile(r"(?:docker|container)file(?:\.|$)|.{1,200}\.(?:docker|container)file$")
INSTRUCTION = re.compile(  # as everybody writes them; a label and a maintainer only describe
    r"\s*(?:FROM|RUN|CMD|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL)\s"
)
HERE = re.compile(r"<<-?[\"']?(?P<end>\w{1,40})[\"']?")  # text that an instruction is given
REQUIREMENTS = re.compile(r"requirements[^/]*\.(?:txt|in)")
REQUIREMENT = re.compile(  # a name with its version or nothing, an option, an address or a path, or the rest of one
    r"\s*(?:-|\.{0,2}/|[\w+.-]{2,20}:|[\w.-]{1,100}(?:\[[^\]]{0,200}\])?\s*(?:$|[=<>!~;@#\\(]))"
)
SHEBANG = re.compile(r"#!(?!\[)[^\n]*")
PYTHON = compiled(
    r"(?P<string>(?:(?<!\w)[rRuUbBfF]{1,2})?"
    rf"(?:{_PYTHON_TRIPLE}|'''(?:\\.|[^\\])*?(?:'''|\Z)|{_OPENED}))"
    r"|(?P<comment>#[^\n]*)|(?P<open>[(\[{])|(?P<close>[)\]}])",
    re.DOTALL,
)
COMPOUND = re.compile(r"\s*(?:async|def|class|if|elif|else|for|while|with|try|except|finally)\b")
CELL = re.compile(r"^# %% cell \d+", re.MULTILINE)  # how the digest writes a notebook
PROSE_CELL = re.compile(r"# %% cell \d+ \[")
PAGE = compiled(  # only tags, what programs write into the page, and programs are code
    r"(?P<comment><!--.*?(?:-->|\Z)|\{#[^\n]{0,300}?#\}|\{\{(?:!--|--|!)[^\n]{0,300}?\}\}"
    r"|<%(?:--|#)(?:[^%<]|%(?!>)|<(?!%))*+%>)"
    r"|<(?P<tag>script|style)\b[^>]*>(?P<program>.*?)(?:</(?P=tag)\s*>|\Z)"
    r"|<%(?:[^%<]|%(?!>)|<(?!%))*+%>|(?P<plain></?[a-z][a-z0-9]{0,9}>)"
    r"|<[a-zA-Z/!?%](?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^>\"'])*+>?"
    r"|\{\{(?:[^{}]|\{[^{}]*+\}|\}(?!\}))*+\}\}|\{%(?:[^%{]|%(?!\})|\{(?!%))*+%\}|\{[^{}\n]{0,300}\}|(?P<prose>[^<{]++|[<{])",
    re.DOTALL | re.IGNORECASE,
)
IS_PAGE = re.compile(r"</[a-zA-Z]")  # a template of which this is found makes pages
FRONT = re.compile(r"\s{0,200}---\n(?P<program>.*?)^---\s*?$", re.DOTALL | re.MULTILINE)  # of a page of Astro
OPENS_PHP = re.compile(r"<\?(?:php\b|=)")
IS_COQ = re.compile(
    r"^\s*(?:Require|From|Definition|Lemma|Theorem|Inductive|Fixpoint|Proof)\b[^;\n]*\.?$", re.MULTILINE
)
IS_PROLOG = re.compile(r"^:-|^[a-z]\w{0,60}\([^;\n$]{0,300}\)[ \t]*(?::-|\.[ \t]*$)", re.MULTILINE)
IS_PERL = re.compile(r"^\s*(?:use|my|our|sub|package|print|return)\b|[$@]\w", re.MULTILINE)
OBJECTIVE_C = re.compile(
    r"^\s*(?:#|@(?:interface|implementation|end|property|import|protocol|class)\b)|//", re.MULTILINE
)
