"""What looks like a comment sign and is none hides no code; what looks like a string and is none shows no comment."""

import pytest

from evaluator.grading import comments

CODE = "int total = sum(first, second);"
CLAIM = "The parser handles every wrong input well"
T = '"""'


def code_of(text: str, path: str) -> str:
    mask = comments.mask(text, path=path)
    assert len(mask) == len(text)
    return "".join(sign for sign, live in zip(text, mask, strict=True) if live)


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("a.kt", f"val a = {T}\n  src/* \\{T}\n"),
        ("A.java", f"String a = {T}\n  GET /api/** ok\n  {T};\n"),
        ("build.gradle", "sh '''\n rm -rf build/*\n'''\n"),
        ("Jenkinsfile", "sh '''\n rm -rf /* # it's\n'''\n"),
        ("a.groovy", f"def a = {T} /* {T}\n"),
        ("a.dart", "const a = '''\n /* files\n''';\n"),
        ("A.cs", 'var a = @"\n /* ""files\n";\n'),
        ("A.cs", 'var a = $@"C:\\"; var b = "/*";\n'),
        ("A.cs", f"var a = {T}\n /* \n{T};\n"),
        ("A.cs", f'var a = {T}"\n /* {T} \n{T}";\n'),
        ("a.jsx", "const A = () => <p>Accepts image/* files</p>;\n"),
        ("a.js", "const f = s => { return /[/*]/.test(s) };\n"),
        ("a.js", "x.split(/\\/*/);\n"),
        ("a.ts", "const a = `a ${b.map(x => `see http://x.example/*`)} /* `;\n"),
        ("a.php", "<?php\n$a = <<<EOT\nAccept: /*\nEOT;\n"),
        ("a.php", "<p>Accepts image/* files /* x</p>\n<?php\n"),
        ("a.php", "<?php f(); ?><p>/*</p>\n<?= g() ?>\n<?php\n"),
        ("a.css", "a { background: url(data:image/*;x) url(/*x) }\n"),
        ("a.c", "/* never closed\n * and so on\n"),
        ("a.rs", "/* /* one of two is closed */\n"),
        ("a.lua", "local a = [==[ --[[ ]==]\n"),
        ("a.lua", "--[==[ never closed ]]\n"),
        ("a.rs", 'let a = r##" /* "# "##;\n'),
        ("a.hs", "f a = a --> b\n"),
        ("a.ml", "let c = '\"'\n"),
        ("a.css", "/* never closed\n"),
        ("a.xml", "<!-- never closed\n"),
        ("a.sh", "x=$((1<<COUNT)) # a\n"),
        ("a.rb", "text = <<~EOS\n#{a}\nEOS\n"),
    ],
)
def test_code_behind_what_is_no_comment_stays_code(path: str, before: str) -> None:
    assert CODE in code_of(f"{before}{CODE}\n", path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", f"const q = s => {{ return /[`]/.test(s) }};\n// {CLAIM}\nconst g = 'a`';\n"),
        ("a.js", f"const q = s => /`/.test(s);\n// {CLAIM}\nconst g = `a`;\n"),
        ("a.js", f'f(/"/); // " {CLAIM}\n'),
        ("a.jsx", f"const A = () => <p>Press ` to open</p>;\n// {CLAIM}\nconst g = '`';\n"),
        ("a.js", f"x = a ` b;\n/* {CLAIM} */\nc ` d\n"),
        ("A.cs", f'var p = @"C:\\"; // "{CLAIM}\n'),
        ("a.kt", f"/* /* x */\n{CLAIM}\n*/\n"),
        ("a.rs", f"/* a /* b */ {CLAIM} */\n"),
        ("a.rs", f'#[doc = "{CLAIM}"]\nfn main() {{}}\n'),
        ("a.c", f"#if 0\n#if 1\nx();\n#endif\n{CLAIM}\n#endif\n"),
        ("a.c", f"#if 0\n{CLAIM}\n"),
        ("a.prisma", f"// {CLAIM}\n"),
        ("a.frag", f"/* {CLAIM} */\n"),
        ("a.vert", f"// {CLAIM}\n"),
        ("a.glsl", f"// {CLAIM}\n"),
        ("a.wgsl", f"// {CLAIM}\n"),
        ("a.sass", f"// {CLAIM}\n"),
        ("a.scss", f"/* {CLAIM} */\n"),
        ("a.cbl", f"      *> {CLAIM}\n"),
        ("a.cob", f"000100* {CLAIM}\n"),
        ("a.rkt", f"#|\n{CLAIM}\n|#\n(define x 1)\n"),
        ("a.lisp", f"#| #| a |# {CLAIM} |#\n"),
        ("a.clj", f"(comment\n (f) {CLAIM}\n)\n(def x 1)\n"),
        ("a.purs", f"{{- {CLAIM} -}}\n"),
        ("CMakeLists.txt", f"#[=[\n{CLAIM}\n]=]\nproject(x)\n"),
        ("a.lua", f"--[==[\n]] {CLAIM}\n]==]\n"),
        ("a.v", f"(* {CLAIM} *)\nDefinition x := 1.\n"),
        ("a.pl", f"% {CLAIM}\nx(1).\n"),
        ("a.pro", f"/* {CLAIM} */\nx(1) :- y(1).\n"),
        ("a.pug", f"//- {CLAIM}\n  {CLAIM}\np hi\n"),
        ("a.haml", f"-# {CLAIM}\n%p\n"),
        ("a.slim", f"/ {CLAIM}\np\n"),
        ("a.sh", f": <<'EOF'\n{CLAIM}\nEOF\necho 1\n"),
        ("a.sh", f"cat <<EOF\n  # {CLAIM}\nf 1\nEOF\n"),
        ("a.html", f"---\ntitle: {CLAIM}\n---\n<p>{CLAIM}</p>\n"),
        ("a.rb", f"class << self\n  # {CLAIM}\nself.x\nend\n"),
        ("a.lean", f"/- {CLAIM} -/\n"),
        ("a.blade.php", f"{{{{-- {CLAIM} --}}}}<p>{CLAIM}</p>"),
        ("a.erb", f"<p>{CLAIM}</p><%# {CLAIM} %>"),
        ("a.php", f"<p>{CLAIM}</p>\n<?php echo 1;\n"),
        ("a.astro", f"---\n// {CLAIM}\nconst a = 1\n---\n<p>{CLAIM}</p>\n"),
        ("a.js", f"#!/usr/bin/env node {CLAIM}\n"),
    ],
)
def test_a_comment_behind_what_is_no_string_stays_one(path: str, text: str) -> None:
    assert "handles" not in code_of(text, path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.c", "#if 0\n#if 1\nold();\n#endif\n#else\nf(1);\n#endif\n"),
        ("a.c", "#if 0\nold();\n#elif 1\nf(1);\n#endif\n"),
        ("a.v", "always @(posedge clk) begin // x\n  f(1);\nend\n"),
        ("a.pl", "my $n = $#xs; # x\nf(1);\n"),
        ("a.erb", "<% if a > b %><%= f(1); %><% end %></p>"),
        ("a.j2", "server { {# x #}\n  f(1);\n}\n"),
        ("a.jsx", "const a = <A b={() => c > d}>{f(1);}</A>\n"),
        ("a.ts", "const a: Map<string, B> = x; f(1); if (a < b && c > d) {}\n"),
    ],
)
def test_code_near_comments_stays_code(path: str, text: str) -> None:
    assert "f(1);" in code_of(text, path)


SAID = "All uploads are retried three times and then reported to the user"
JAPANESE = "すべてのアップロードは三回再試行され、その後利用者に報告されます"
CHINESE = "所有上传都会重试三次、然后向用户报告错误信息、绝不丢失任何数据。"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f'UPLOADS = "{SAID}"'),
        ("a.py", f'def f(): pass\nf.__doc__ = "{SAID}"'),
        ("a.py", f'["{SAID} / admin"]'),
        ("a.py", f'["{JAPANESE}", "{CHINESE}"]'),
        ("a.py", f'(\n f"{SAID} {{x}}",\n)'),
        ("a.py", f"[{T}\n* {SAID}\n* {SAID}\n{T}]"),
        ("a.py", f"[{T}\nif a == b: c += d[e]; f(g)\n{SAID}\nif a != b: c -= d[e]; f(h)\n{T}]"),
        ("a.js", f"const all = [`{SAID} ${{x}}`];"),
        ("a.ts", f'export const UPLOADS: string = "{SAID}";'),
        ("a.c", f'#define UPLOADS "{SAID}"'),
        ("a.tsx", f"(\n<p>\n  {SAID}\n</p>)"),
        ("a.tsx", f"(<p>{SAID}</p>)"),
        ("a.yml", f"notes: {SAID}"),
        ("a.yml", f"notes: >\n  {SAID}"),
        ("a.json", f'{{"notes": "{SAID}"}}'),
        ("a.json", f'{{"a":"b", "notes": "{SAID}"}}'),
        ("a.toml", f'notes = "{SAID}"'),
        ("pom.xml", f"<notes>{SAID}</notes>"),
        (".env.example", f"NOTE={SAID}"),
        ("setup.cfg", f"notes = {SAID}"),
        ("a.pug", f"p {SAID}"),
        ("a.html", f"<p>{SAID}</p>"),
        ("a.sh", f"cat <<EOF\n{SAID}\nEOF\n"),
    ],
)
def test_what_is_said_shows_no_behaviour(path: str, text: str) -> None:
    live = comments.behaviour(text, path=path)

    left = "".join(sign for sign, is_live in zip(text, live, strict=True) if is_live)
    for word in ("uploads", "notes", "retried", "NOTE", "再試行", "重试", "<p>"):
        assert word not in left.lower()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f'raise UploadError("{SAID}", retries=3)'),
        ("a.py", f'log.info("{SAID}")'),
        ("a.tsx", f'<Button onClick={{retry}} label="x">{SAID}</Button>'),
        ("a.yml", "run: npm run build all the things"),
        ("a.yml", "image: postgres:16-alpine"),
        ("a.json", '{"retries": 3, "test": "jest --run"}'),
        ("pom.xml", "<artifactId>spring-boot-starter</artifactId>"),
        (".env.example", "DATABASE_URL=postgres://localhost/app"),
        ("a.sql", "SELECT name FROM users WHERE age > 18 ORDER BY name;"),
        ("a.js", "import('./lazy-loaded-module').then(render);"),
        ("a.py", "total = import_module(name).run(first, second)"),
    ],
)
def test_calls_settings_and_queries_show_behaviour(path: str, text: str) -> None:
    live = comments.behaviour(text, path=path)

    assert sum(live) >= 10


def test_strings_are_no_statements() -> None:
    text = "const a = `\nfunction gone() {}\n`\nfunction main() {}\n"

    live = comments.statements(text, path="a.js")

    assert not any(live[text.index("function gone") : text.index("function main") - 3])
    assert all(live[text.index("function main") :])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "if False:\n    gone(1)\n\n    gone(2)\nelse:\n    f(1);\n"),
        ("a.py", "while 0:  # never\n    gone(1)\nf(1);\n"),
        ("a.py", "if False: gone(1)\nf(1);\n"),
        ("a.js", "if (false) {\n  gone(1);\n} else {\n  f(1);\n}\n"),
        ("a.c", "if (0)\n{\n\tgone(1);\n}\nf(1);\n"),
        ("a.go", "\tif false {\n\t\tgone(1)\n\t}\n\tf(1);\n"),
        ("a.sh", "if false; then\n  gone 1\nfi\nf(1);\n"),
        ("a.rb", "if false\n  gone(1)\nend\nf(1);\n"),
    ],
)
def test_what_never_runs_shows_no_behaviour(path: str, text: str) -> None:
    live = comments.behaviour(text, path=path)

    left = "".join(sign for sign, is_live in zip(text, live, strict=True) if is_live)
    assert "gone" not in left
    assert "f(1);" in left


@pytest.mark.parametrize(
    "text",
    ["if falsey:\n    f(1);\n", "if False or x:\n    f(1);\n", "x = 1 if False else f(1);\n", "while 01: f(1);\n",
     "if (false) { a(); } else { f(1); }\n", "if false_positives:\n    f(1);\n"],
)  # fmt: skip
def test_what_may_run_shows_behaviour(text: str) -> None:
    live = comments.behaviour(text, path="a.py")

    assert all(live[text.index("f(1);") :][:5])


HOSTILE = [
    "if False:\n ", "if (0)\n{\n", "  if false\n", "while 0:" + " " * 50,
    "/*\n", "<<A\n", "<<<A\n", "`${", "`${ ${a}", "import {", "import (", "use a\n", ">a", "[[", "(comment ", "<%",
    "?>", '@"', "url(", "<a>", "a: b c d e f\n", "#if 0\n#if 1\n", "#if 0\n#endif\n",
    'x = "a b c d e f"; ', 'r#"', "{{{a}", "{%",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("ending", ["js", "php", "sh", "lua", "clj", "cs", "erb", "py", "rs", "yml", "xml", "c"])
def test_hostile_texts_are_read_to_their_end(piece: str, ending: str) -> None:
    text = piece * (200_000 // len(piece))

    assert len(comments.behaviour(text, path=f"a.{ending}")) == len(text)
