"""How each language begins a definition: one line, told by its first words. Every repetition is bounded."""

import re
from collections.abc import Mapping

_WORD = r"[\w$]{1,120}"
_JS = (
    r"(?:export[ \t]+)?(?:default[ \t]+)?(?:declare[ \t]+)?(?:abstract[ \t]+)?(?:async[ \t]+)?"
    r"(?:function[ \t]*\*?|class|interface|enum|namespace|type)[ \t]+(?P<name>[\w$]{1,120})"
    r"|(?:export[ \t]+)?(?:const|let|var)[ \t]+(?P<bound>[\w$]{1,120})[^=\n]{0,200}=[ \t]*(?:async[ \t]*)?"
    r"(?:function\b|\(|<\w|[\w$]{1,80}[ \t]*=>|(?:React\.)?(?:memo|forwardRef|createContext|lazy|useCallback)\b)"
    r"|(?:[\w$]{1,80}\.){0,3}(?:exports|prototype)\.(?P<set>[\w$]{1,120})[ \t]*=[ \t]*(?:async[ \t]*)?(?:function|\()"
    r"|(?!(?:if|for|while|switch|catch|return|function|with|do|else|await)\b)"
    r"(?:(?:public|private|protected|static|async|readonly|override|get|set|abstract)[ \t]+){0,5}[*#]?"
    r"(?P<method>[\w$]{1,120})[ \t]*(?:<[^>\n]{0,100}>)?\([^;\n]{0,300}\{[ \t]*(?=\n)"
)
_NO_CALL = (
    r"(?![*:,.&?]|(?:return|new|if|else|for|while|switch|throw|catch|using|lock|await|case|goto|delete|assert|do|try|typedef"
    r"|import|package|namespace|super|this|print|yield|co_return|co_await|co_yield|extern \"C\")\b)"
)
_SIGNATURE = (  # how the line of a signature ends, as opposed to a sentence in a comment
    r"(?=[^;\n]{0,400}(?:\{[^\n]{0,300}\}|[{}(,)\\]|\bconst|\boverride|\bnoexcept|\bthrows [\w., ]{1,200}"
    r"|=>[^;\n]{0,200})[ \t\r]*\n)"
)
_C_LIKE = (  # a few words, a name, an opening bracket, and no semicolon on the line
    _NO_CALL + r"(?:[\w@<>\[\],.?:&*~]{1,120}(?<!:)[ \t]{1,8}[*&]{0,3}){1,8}?(?:[\w<>]{1,80}::){0,4}"
    r"(?P<method>~?\w{1,120})[ \t]?\(" + _SIGNATURE
)
_MODIFIERS = r"(?:(?:@\w{1,80}(?:\([^)\n]{0,200}\))?|[a-z]\w{1,20})[ \t]+){0,8}?"
_JVM = (
    _MODIFIERS
    + r"(?:class|interface|object|record|enum|trait|@interface|typealias)[ \t]+(?!class\b)(?P<name>\w{1,120})"
    r"|"
    + _MODIFIERS
    + r"(?:fun|def)[ \t]+(?:<[^>\n]{0,100}>[ \t]*)?(?:\w{1,80}(?:<[^>\n]{0,100}>)?\??\.){0,3}(?P<set>\w{1,120})"
    r"|" + _C_LIKE
)
_C = (
    r"(?:template[ \t]*<[^;\n]{0,200}>[ \t]*)?(?:typedef[ \t]+|static[ \t]+|inline[ \t]+|constexpr[ \t]+){0,3}"
    r"(?:class|struct|union|enum(?:[ \t]+class)?|namespace)[ \t]+(?:[A-Z_]{2,40}[ \t]+)?(?P<name>\w{1,120})"
    r"(?=[^;=()\n]{0,300}\n)"
    r"|" + _C_LIKE + r"|(?<=\n)" + _NO_CALL + r"(?P<set>[a-z_]\w{1,120})[ \t]?\(" + _SIGNATURE
)
_CSHARP = _MODIFIERS + r"(?:class|struct|interface|record|enum|namespace)[ \t]+(?P<name>[\w.]{1,120})|" + _C_LIKE
_RUST = (
    r"(?:pub(?:\([^)\n]{0,60}\))?[ \t]+)?(?:(?:async|const|unsafe|extern(?:[ \t]+\"[^\"\n]{0,20}\")?)[ \t]+){0,4}"
    r"(?:fn|struct|enum|trait|mod|union|type|macro_rules!)[ \t]+(?P<name>\w{1,120})"
    r"|(?:unsafe[ \t]+)?impl\b(?:<[^\n]{0,200}?>)?[ \t]+(?:[^\n{]{0,200}?[ \t]for[ \t]+)?[&(]{0,2}(?:\w{1,80}::){0,5}"
    r"(?P<set>\w{1,120})"
)
_SWIFT = (
    _MODIFIERS + r"(?:class|struct|enum|protocol|extension|actor|func|typealias|macro)[ \t]+(?P<name>\w{1,120})"
    r"|(?:(?:public|private|internal|convenience|required|override)[ \t]+){0,4}(?P<method>init|deinit|subscript)\b[?(]"
)
_SHELL = rf"(?:function[ \t]+(?P<name>{_WORD})|(?P<set>[\w:.-]{{1,120}})[ \t]?\(\))"
_SQL = (
    r"(?i:create)[ \t]+(?:\w{1,20}[ \t]+){0,6}?(?i:table|view|function|procedure|trigger|index|type|schema|policy"
    r"|database|sequence|extension)[ \t]+(?i:if[ \t]+not[ \t]+exists[ \t]+)?"
    r"(?:[\"`\[]?\w{1,80}[\"`\]]?\.){0,3}[\"`\[]?(?P<name>\w{1,120})"
)
_FORMS = {
    "python": r"(?:async[ \t]+)?(?:def|class)[ \t]+(?P<name>\w{1,120})",
    "javascript": _JS,
    "jvm": _JVM,
    "go": r"func[ \t]+(?:\([^)\n]{0,200}\)[ \t]*)?(?P<name>\w{1,120})|type[ \t]+(?P<set>\w{1,120})[ \t]",
    "rust": _RUST,
    "c": _C,
    "csharp": _CSHARP,
    "php": r"(?:(?:abstract|final|public|private|protected|static|readonly)[ \t]+){0,5}"
    r"(?:function|class|interface|trait|enum)[ \t]+&?(?P<name>\w{1,120})",
    "ruby": r"def[ \t]+(?:self\.)?(?P<name>\w{1,120}[?!=]?)"
    r"|(?:class|module)[ \t]+(?:\w{1,80}::){0,5}(?P<set>\w{1,120})",
    "swift": _SWIFT,
    "dart": r"(?:abstract[ \t]+|sealed[ \t]+|base[ \t]+|final[ \t]+){0,3}(?:class|mixin|enum|extension)[ \t]+"
    r"(?P<name>\w{1,120})|" + _C_LIKE,
    "elixir": r"def(?:module|p|macro|macrop|protocol|impl|guard)?[ \t]+(?:\w{1,80}\.){0,6}(?P<name>\w{1,120}[?!]?)",
    "shell": _SHELL,
    "sql": _SQL,
    "lua": r"(?:local[ \t]+)?function[ \t]+(?:\w{1,80}[.:]){0,5}(?P<name>\w{1,120})",
    "perl": r"sub[ \t]+(?P<name>\w{1,120})",
    "r": r"(?P<name>[\w.]{1,120})[ \t]{0,8}(?:<-|=)[ \t]{0,8}function\b",
    "julia": r"(?:function|macro|(?:mutable )?struct|module|abstract type)[ \t]+(?:\w{1,80}\.){0,3}(?P<name>\w{1,120})",
    "zig": r"(?:pub[ \t]+)?(?:export[ \t]+|inline[ \t]+)?fn[ \t]+(?P<name>\w{1,120})"
    r"|(?:pub[ \t]+)?const[ \t]+(?P<set>\w{1,120})[ \t]*=[ \t]*(?:packed |extern )?(?:struct|enum|union)\b",
    "solidity": r"(?:abstract[ \t]+)?(?:contract|interface|library|function|modifier|struct|enum)[ \t]+"
    r"(?P<name>\w{1,120})",
    "proto": r"(?:message|service|enum|rpc|extend)[ \t]+(?P<name>\w{1,120})",
    "godot": r"(?:static[ \t]+)?(?:func|class)[ \t]+(?P<name>\w{1,120})",
    "haskell": r"(?:(?:data|newtype|class|type)[ \t]+)?(?P<name>[\w']{1,120})[ \t]+(?=::|=|where)",
    "clojure": r"\(def\w{0,20}[ \t]+(?:\^\S{1,40}[ \t]+)?(?P<name>[\w*+!?<>=-]{1,120})",
}
FORMS: Mapping[str, re.Pattern[str]] = {
    family: re.compile(rf"\n(?P<indent>[ \t]*+)(?:{form})") for family, form in _FORMS.items()
}
CELL = re.compile(r"\n(?P<indent>)# %% (?P<name>cell \d{1,9})")

BRACED = frozenset(
    {
        "javascript",
        "jvm",
        "go",
        "rust",
        "c",
        "csharp",
        "php",
        "swift",
        "dart",
        "shell",
        "perl",
        "r",
        "zig",
        "solidity",
        "proto",
    }
)  # fmt: skip - families whose blocks end with a brace; the others end where the indentation does
CLOSERS: Mapping[str, tuple[str, ...]] = {  # what ends a block at the indentation that it began at
    "ruby": ("end",),
    "elixir": ("end",),
    "lua": ("end",),
    "julia": ("end",),
}
CONTINUED = (  # a line at the indentation of an open definition that goes on with it
    "rescue", "ensure", "else", "elsif", "when ", "in ", "catch", "after", ")", "]", "}", "#",
)  # fmt: skip
CONTINUED_BRACKET = (")", "]", "}", "#")
CONTINUED_HEAD = (  # of a language with braces, before its brace
    "{", ")", "]", ">", "where", "extends", "implements", "throws", "with ", ":", "=>", "->", "requires", "noexcept",
    "const", "override", "//", "/*", "*", "#", "|", "&", "=", ",",
)  # fmt: skip
MARKDOWN = frozenset({"md", "markdown", "mdx", "rst", "adoc"})
