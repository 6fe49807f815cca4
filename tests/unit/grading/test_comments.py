import time

import pytest

from evaluator.grading import comment_forms as forms
from evaluator.grading import comments, prose


def code_of(text: str, path: str) -> str:
    mask = comments.mask(text, path=path)
    assert len(mask) == len(text)
    return "".join(sign for sign, live in zip(text, mask, strict=True) if live)


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("a.py", "x = 1  # one", "x = 1  "),
        ("a.py", 'x = "# no"  # yes', 'x = "# no"  '),
        ("a.py", "x = '\\'# no'", "x = '\\'# no'"),
        ("a.py", '"""Doc."""\nx = 1', "\nx = 1"),
        ("a.py", "  r'''Doc\nmore'''\nx = 1", "  \nx = 1"),
        ("a.py", 'x = """not\ndoc # no"""', 'x = """not\ndoc # no"""'),
        ("a.py", '"""never closed\nx = 1', ""),
        ("a.js", "f(); // so", "f(); "),
        ("a.js", "/* a\nb */ f();", " f();"),
        ("a.js", "/* never closed\nf();", "\nf();"),
        ("a.js", 'g("http://x.example"); // so', 'g("http://x.example"); '),
        ("a.ts", "g(`// no`); # no comment", "g(`// no`); # no comment"),
        ("a.css", "a { color: #fff; } /* b */", "a { color: #fff; } "),
        ("a.php", "f(); // so\n# so\n#[Attribute]", "f(); \n\n#[Attribute]"),
        ("a.sql", "SELECT 1 -- one", "SELECT 1 "),
        ("a.hs", "f = 1 {- one -}", "f = 1 "),
        ("a.html", "<p>x</p><!-- so -->", "<p></p>"),
        ("a.vue", "<a href=http://x.example> // so", "<a href=http://x.example>"),
        ("a.ini", "a = 1 ; so\n# so", "a = 1 \n"),
        ("a.tex", "x \\% y % so", "x \\% y "),
        ("Makefile", "run: # so\n\techo $#", "run: \n\techo $#"),
        ("a.yml", "a: b#c # so", "a: b#c "),
        ("A.PY", "x = 1  # one", "x = 1  "),
    ],
)
def test_comments_are_told_from_code(path: str, text: str, code: str) -> None:
    assert code_of(text, path) == code


CLAIM = "The parser handles every wrong input well"
PROSE = [
    ("a.py", f'def f():\n    "{CLAIM}"\n    return 1\n'),
    ("a.py", f"'{CLAIM}'\n"),
    ("a.py", f'x = 1; "{CLAIM}"\n'),
    ("a.py", f'def f(): """{CLAIM}"""\n'),
    ("a.py", f"class A(B):  '{CLAIM}'\n"),
    ("a.py", f'def f(\n    a: int,\n) -> int: "{CLAIM}"\n'),
    ("a.py", f'"x" "{CLAIM}"\n'),
    ("a.py", f'f"""{CLAIM}"""\n'),
    ("a.pyi", f'def f() -> int:\n    "{CLAIM}"  # yes\n'),
    ("a.ipynb", f"# %% cell 1 [markdown]\n{CLAIM}\nIt's (so.\n# %% cell 2\nx = 1\n"),
    ("a.ipynb", f"# %% cell 1\nx = 1\n# %% cell 2 [markdown]\n{CLAIM}"),
    ("a.rb", f"=begin\n{CLAIM}\n=end\nputs 1\n"),
    ("a.rb", f"puts 1\n__END__\n{CLAIM}\n"),
    ("a.ps1", f"<#\n{CLAIM}\n#>\nGet-Item\n"),
    ("a.bat", f"@echo off\nREM {CLAIM}\n"),
    ("a.cmd", f":: {CLAIM}\n"),
    ("a.f90", f"x = 1 ! {CLAIM}\n"),
    ("a.f", f"C     {CLAIM}\n"),
    ("a.vb", f"x = 1 ' {CLAIM}\n"),
    ("a.bas", f"Rem {CLAIM}\n"),
    ("a.pl", f"=pod\n\n{CLAIM}\n\n=cut\nprint 1;\n"),
    ("a.pm", f"=head1 NAME\n{CLAIM}\n"),
    ("a.tf", f"/* {CLAIM} */\n# {CLAIM}\n// {CLAIM}\n"),
    ("a.jl", f"#= {CLAIM} =#\n"),
    ("a.jl", f'"""\n{CLAIM}\n"""\nf(x) = x\n'),
    ("a.ml", f"(* {CLAIM} *)\nlet x = 1\n"),
    ("a.fs", f"(* {CLAIM} *)\n// {CLAIM}\n"),
    ("a.pas", f"{{ {CLAIM} }}\n(* {CLAIM} *)\n// {CLAIM}\n"),
    ("a.m", f"function y = f(x)\n% {CLAIM}\ny = x'; % {CLAIM}\n"),
    ("a.m", f"%{{\n{CLAIM}\n%}}\nx = 1\n"),
    ("a.m", f"#import <x.h>\n// {CLAIM}\n"),
    ("a.tex", f"% {CLAIM}\n"),
    ("a.c", f"#if 0\n{CLAIM}\n#endif\nint x;\n"),
    ("a.hpp", f" # if 0\n{CLAIM}\n # else\nint x;\n"),
    ("a.ex", f'@moduledoc """\n{CLAIM}\n"""\n@doc "{CLAIM}"\n@doc ~S"""\n{CLAIM}\n"""\n'),
    ("a.graphql", f'"""\n{CLAIM}\n"""\ntype A {{\n  "{CLAIM}"\n  b: C # {CLAIM}\n}}\n'),
    ("a.html", f"<html><body><p>{CLAIM}</p> {CLAIM}</body></html>"),
    ("a.html", f"<script>\n// {CLAIM}\nrun();\n</script>"),
    ("a.vue", f"<template><p>{CLAIM} {{{{ x }}}}</p></template>"),
    ("a.svelte", f"<p>{CLAIM} {{x}}</p>"),
    ("package.json", f'{{"description": "{CLAIM}", "keywords": ["{CLAIM}", "b"]}}'),
    ("pyproject.toml", f'[project]\ndescription = "{CLAIM}"\nkeywords = [\n  "{CLAIM}",\n]\n'),
    ("pubspec.yaml", f"name: x\ndescription: {CLAIM}\n"),
    ("setup.cfg", f"[metadata]\ndescription = {CLAIM}\n"),
    ("a.lua", f"--[[\n{CLAIM}\n]]\n"),
    ("a.j2", f"{{# {CLAIM} #}}\n"),
]


@pytest.mark.parametrize(("path", "text"), PROSE)
def test_what_a_file_says_about_itself_is_no_code(path: str, text: str) -> None:
    assert "handles" not in code_of(text, path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'raise ValueError(\n    "a name is needed"\n    "to greet"\n)\n'),
        ("a.py", 'x = [\n    "one",\n    """two""",\n]\n'),
        ("a.py", 'x = \\\n    "one"\n'),
        ("a.py", 'x: "Type" = f("a")\nf = lambda: "x"\ny = {"a": "b"}\nz = y["a"]\n'),
        ("a.py", 'if f(")"):\n    return "one"\n'),
        ("a.py", 'f(""" one """, 2)\n'),
        ("a.ipynb", "# %% cell 1\nprint('x')\n".removeprefix("# %% cell 1\n")),
        ("a.rb", "x = {\n  a: '=begin'\n}\n"),
        ("a.pl", "my %h = (a => 1);\n$x = 1;\n"),
        ("a.bat", "echo remember\nset x=1\n"),
        ("a.f90", "print *, 'no ! comment'\n"),
        ("a.vb", 'x = "it\'s" & premium\n'),
        ("a.tf", 'url = "http://x.example/#a"\n'),
        ("a.jl", 'x = "# no"\ny = """\n# no\n"""\n'),
        ("a.ml", 'let add = (*) 2 3 in "(* no *)"\n'),
        ("a.pas", "{$mode objfpc}\nwriteln('{ no }');\n"),
        ("a.m", "function y = f(x)\ny = [x' x'] * 2;\n"),
        ("a.m", '#import <x.h>\nNSLog(@"%@ %d", a % b, c);\n'),
        ("a.c", "#if 1\nint x;\n#endif\n"),
        ("a.ex", 'x = """\n# no\n"""\n'),
        ("a.graphql", 'type A {\n  b(c: String = "d e"): E\n}\n'),
        ("a.html", '<a href="x" onclick="go(1 > 0)"><img alt=\'y\'>'),
        ("a.html", "<style>p { color: red; }</style><script>run('// no');</script>"),
        ("a.vue", '<p :class="{ a: b > c }">{{ total(items) }}</p>'),
        ("package.json", '{"name": "x", "scripts": {"test": "jest"}}'),
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = ["a#b"]\n'),
        ("a.yml", "run: make description\n"),
        ("unknown", "anything at all\n"),
    ],
)
def test_what_is_code_stays_code(path: str, text: str) -> None:
    assert "".join(code_of(text, path).split()) == "".join(text.split())


def test_a_page_is_its_tags() -> None:
    assert code_of("<p class='a'>Some <b>prose</b> & more {x}</p>", "a.html") == "<p class='a'><b></b>{x}</p>"


CRAWLS = [
    '"', "'", '"""', "{", "{{", '<a "', "<", "<script>", "(*", "/*", "#=", "@doc ", "[", '"description": [', "=begin\n",
    "#if 0\n", "(", 'x = "a"; ', "\\", "{%", "<!--", "#\n", "{-", "keywords = [", "rem ", "%{\n", "description ",
    "\\'", '\\"', "\\`", "'\\", "=/", "=/[", "/", 'r#"', "`", "'''",
]  # fmt: skip


_ONE_OF_EACH = {id(family): ending for ending, family in forms.FAMILIES.items()}.values()  # 48 of 168 endings


@pytest.mark.parametrize("piece", CRAWLS)
def test_no_text_makes_it_crawl(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    started = time.process_time()

    for ending in ["py", "ipynb", "html", "m", "unknown", *_ONE_OF_EACH]:
        comments.mask(text, path=f"a.{ending}")

    assert time.process_time() - started < 20  # a quadratic expression takes minutes


SAID = "All uploads are retried three times before the user is told"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f'MESSAGE = "{SAID}"\n'),
        ("a.py", f'print(\n    f"{SAID}."\n)\n'),
        ("a.ts", f"const a = `{SAID}`;\n"),
        ("a.go", f'var a = "{SAID}"\n'),
        ("a.rs", f'let a = r#"{SAID}"#;\n'),
        ("a.java", f'String a = "{SAID}\\n";\n'),
        ("a.ipynb", f"# %% cell 1\nprint('{SAID}')\n"),
        ("a.html", f"<script>a('{SAID}')</script>"),
        ("a.json", f'{{"note": "{SAID}"}}'),
        ("a.py", 'm = "모든 업로드는 세 번까지 다시 시도한 뒤에 사용자에게 알립니다."\n'),
    ],
)
def test_a_string_of_prose_is_no_behaviour_though_it_is_no_comment(path: str, text: str) -> None:
    mask, behaviour = comments.mask(text, path=path), comments.behaviour(text, path=path)

    taken = "".join(sign for sign, a, b in zip(text, mask, behaviour, strict=True) if a and not b)
    assert len(taken.split()) >= 5


@pytest.mark.parametrize(
    "string",
    [
        '"SELECT name FROM users WHERE age ORDER BY name"',
        '"select id from users where name = ?"',
        '"npm run build && npm run test"',
        'f"Hello {name} and welcome to our shop"',
        '"one two three four"',
        '"<p>Hello to you and all the others</p>"',
        '""',
        '"""',
    ],
)
def test_a_query_a_template_and_a_short_message_are_behaviour(string: str) -> None:
    assert not prose.is_prose(string)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.rs", f"fn f<'a>(x: i32) {{ // {CLAIM}\n"),
        ("a.rs", f"let c = '\"'; // {CLAIM}\n"),
        ("a.tsx", f"<p>Don't</p> // {CLAIM}\n"),
        ("a.js", f"x.replace(/`/, y); // {CLAIM}\n"),
        ("a.js", f'x.match(/["]/); // {CLAIM}\n'),
        ("a.php", f"<p>Don't</p> <?php f(); // {CLAIM}\n"),
        ("a.swift", f'let a = """\nit\'s\n"""; // {CLAIM}\n'),
        ("a.scala", f"val a = 'b; // {CLAIM}\n"),
        ("a.sh", f"echo don\\'t # {CLAIM}\n"),
        ("a.kt", f"val a = 'x' /* {CLAIM} */\n"),
        ("a.cs", f"var a = 'x'; /// <summary>{CLAIM}</summary>\n"),
        ("a.lua", f"x = 1 -- it's {CLAIM}\n"),
    ],
)
def test_a_lone_quotation_mark_hides_no_comment(path: str, text: str) -> None:
    assert "handles" not in code_of(text, path)
