"""Files whose content is hard to read: encodings, endless lines, nests, notebooks, patterns that make patterns slow."""

import json
from collections.abc import Callable, Iterator, Mapping

from tests.hostile.generator.case import Ask, Case, Place, digested, folder

_MIB = 1 << 20
_HANGUL = "한국어로 쓴 설명입니다. 종을 울립니다.\n"


def encodings() -> Iterator[Case]:
    """Yield files in encodings that are mixed, broken or made to smuggle something past a reader."""
    for name, (data, shown) in _encodings().items():
        told = ("no_readme",) if shown is None else ()
        yield digested(f"readme-{name}", folder({"README.md": data}), shows=(shown,) if shown else (), codes=told)
        yield digested(f"source-{name}", folder({"src/x.py": data}), listed=("src/x.py",))


def _encodings() -> Mapping[str, tuple[bytes, str | None]]:
    title = b"# Bells\n"
    return {
        "cp949": (("# 종\n" + _HANGUL * 20).encode("cp949"), "종을 울립니다"),
        "euc-kr": (("# 종\n" + _HANGUL * 20).encode("euc-kr"), "종을 울립니다"),
        "utf-16-le": (_HANGUL.encode("utf-16-le") * 20, None),
        "utf-16-be": (_HANGUL.encode("utf-16-be") * 20, None),
        "utf-16-with-mark": (("# Bells\n" + _HANGUL).encode("utf-16"), "종을 울립니다"),
        "utf-16-odd-length": (("# Bells\n" + _HANGUL).encode("utf-16")[:-1], None),
        "utf-16-half-a-pair": (b"\xff\xfe" + b"\x00\xd8" * 500, None),
        "utf-32": (_HANGUL.encode("utf-32") * 20, None),
        "utf-7": (b"# Bells\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-\n" * 20, "# Bells"),
        "utf-8-with-two-marks": (b"\xef\xbb\xbf\xef\xbb\xbf" + title, "# Bells"),
        "half-a-character": (title + b"\xed\xa0\x80\xed\xbf\xbf" * 100, None),
        "overlong": (title + b"\xc0\xae\xc0\xaf\xe0\x80\xaf\xf8\x80\x80\x80\xaf" * 100, None),
        "beyond-unicode": (title + b"\xf4\x90\x80\x80" * 100, None),
        "mixed": (_HANGUL.encode() + _HANGUL.encode("cp949") * 5 + _HANGUL.encode("utf-16-le"), None),
        "nulls-within": (title + b"x" * 20_000 + b"\0\0\0" + b"y\n" * 1000, None),
        "only-nulls": (bytes(5000), None),
        "controls": (b"# Bells\n\x1b]0;title\x07\x1b[2J\x08\x08\x7f" * 100, None),
        "shift-jis": ("# 鐘\n鐘を鳴らします。\n".encode("shift-jis") * 20, None),
        "gb18030": ("# 钟\n敲钟。\n".encode("gb18030") * 20, None),
        "iso-2022": ("# 鐘\n鐘を鳴らします。\n".encode("iso-2022-jp") * 20, None),
        "ebcdic": ("# Bells rings a bell\n".encode("cp500") * 20, None),
        "latin-1": ("# Cloche\nSonnée à l'été.\n".encode("latin-1") * 20, None),
        "noise": (bytes(range(256)) * 2000, None),
        "line-ends": (title + b"\r\r\n\n\r\x0b\x0c\x1c\x1d\x1e\xc2\x85\xe2\x80\xa8\xe2\x80\xa9x\n", "# Bells"),
        "zalgo": (title + ("e" + "\u0301" * 100_000).encode(), "# Bells"),
        "emoji-families": (title + ("👩\u200d👩\u200d👧\u200d👦" * 20_000).encode(), "# Bells"),
        "interlinear": (title + ("\ufff9a\ufffab\ufffb" * 1000).encode(), "# Bells"),
        "private-use": (title + ("\ue000\uf8ff\U000f0000\U0010fffd" * 1000).encode(), "# Bells"),
        "non-characters": (title + ("\ufffe\uffff\U0001ffff\ufdd0" * 1000).encode(), "# Bells"),
    }


def sizes() -> Iterator[Case]:
    """Yield files that are very long, in one line or in many."""
    line = b"x = 'bell' + " * 80_000
    for name, files, listed in (
        ("line-of-30-megabytes", {"big.py": b"x" * (30 * _MIB)}, "big.py"),
        ("line-of-one-megabyte", {"big.py": line[: _MIB - 1], "README.md": b"# Bells\n" + line[: _MIB - 20]}, "big.py"),
        ("many-lines", {"big.py": b"\n" * (_MIB - 1), "README.md": b"# B\n" + b"a\n" * (_MIB // 2 - 10)}, "big.py"),
        ("notebook-of-10-megabytes", {"big.ipynb": _notebook(b"A" * (10 * _MIB))}, "big.ipynb"),
        ("notebook-of-one-megabyte", {"big.ipynb": _notebook(b"A" * 900_000)}, "big.ipynb"),
        ("60-large-files", {f"src/m{n}.py": line[: _MIB - 1] for n in range(60)}, "src/m7.py"),
        ("text-beyond-the-limit", {f"src/m{n}.py": b"x = 1\n" * 170_000 for n in range(70)}, "src/m7.py"),
        ("5000-manifests", {f"p{n}/package.json": b'{"name": "x"}' for n in range(5000)}, "p7/package.json"),
        ("5000-readmes", {f"p{n}/README.md": b"# Bells\n" * 100 for n in range(5000)}, "p7/README.md"),
    ):
        yield digested(
            f"size-{name}", folder(files), listed=(listed,), codes=("too_much_text",) if "limit" in name else ()
        )


def _notebook(picture: bytes) -> bytes:
    cell = {"cell_type": "code", "source": ["x = 1\n"], "outputs": [{"data": {"image/png": picture.decode()}}]}
    return json.dumps({"cells": [cell], "nbformat": 4}).encode()


def manifests() -> Iterator[Case]:
    """Yield manifests that a parser falls over."""
    deep = 100_000
    entity = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    lines = [b"a%d: &a%d [%s]" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
    laughs = b"a0: &a0 [x]\n" + b"\n".join(lines)
    for name, (path, data) in {
        "deep-json": ("package.json", b'{"a":' * deep),
        "deep-lists": ("package.json", b"[" * deep + b"]" * deep),
        "huge-number": ("package.json", b'{"name": "x", "version": ' + b"9" * 900_000 + b"}"),
        "huge-exponent": ("package.json", b'{"name": "x", "version": 1e999999999, "bin": -Infinity}'),
        "wrong-types": (
            "package.json",
            b'{"name": [], "scripts": 7, "bin": {"x": {"y": []}}, "main": null, "dependencies": "x"}',
        ),
        "list-for-object": ("package.json", b"[1, 2]"),
        "same-keys": ("package.json", b'{"name": "x",' * 1 + b'"main": "a",' * 70_000 + b'"x": 1}'),
        "one-line": ("package.json", b'{"name": "x", "scripts": {"test": "' + b"a && " * 180_000 + b'"}}'),
        "half-a-character": ("package.json", b'{"name": "\\ud800", "main": "\\udfff\\u0000.js"}'),
        "prototype": ("package.json", b'{"__proto__": {"main": "x"}, "constructor": 1, "main": "../../../etc/passwd"}'),
        "paths-out": (
            "package.json",
            b'{"name": "x", "main": "/etc/passwd", "bin": "../../x", "workspaces": ["../*", "**/**/**"]}',
        ),
        "many-workspaces": ("package.json", json.dumps({"workspaces": ["*/*/*/**"] * 20_000}).encode()),
        "million-keys": (
            "pyproject.toml",
            b"[project]\nname = 'x'\n" + b"".join(b"a%d=1\n" % n for n in range(100_000)),
        ),
        "deep-toml": ("pyproject.toml", b"a" + b".a" * 50_000 + b" = 1\n"),
        "deep-toml-lists": ("pyproject.toml", b"a = " + b"[" * deep),
        "deep-toml-tables": ("pyproject.toml", b"".join(b"[%s]\n" % b".".join([b"a"] * n) for n in range(1, 900))),
        "toml-number": ("pyproject.toml", b"a = " + b"9" * 900_000),
        "toml-wrong-types": ("pyproject.toml", b"project = 7\n[tool]\npoetry = []\n"),
        "toml-scripts": (
            "pyproject.toml",
            b"[project.scripts]\n" + b"".join(b'a%d = "main:x"\n' % n for n in range(40_000)),
        ),
        "cargo": ("Cargo.toml", b"[[bin]]\n" * 100_000),
        "cargo-paths-out": ("Cargo.toml", b'[package]\nname = "x"\nbuild = "/etc/passwd"\n[[bin]]\npath = "../../x"\n'),
        "laughs-yaml": ("docker-compose.yml", laughs),
        "laughs-ci": (".github/workflows/ci.yml", laughs),
        "deep-yaml": ("docker-compose.yml", b"a: " + b"{a: " * deep),
        "deep-yaml-blocks": ("docker-compose.yml", b"".join(b" " * n + b"a:\n" for n in range(1400))),
        "yaml-object": ("docker-compose.yml", b"!!python/object/apply:os.system ['true']\n"),
        "laughs-xml": ("pom.xml", f'<!DOCTYPE x [<!ENTITY l0 "ha">{entity}]><project>&l11;</project>'.encode()),
        "entity-out": ("pom.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><project>&e;</project>'),
        "entity-away": ("x.csproj", b'<!DOCTYPE x SYSTEM "http://127.7.7.7/x.dtd"><Project>&x;</Project>'),
        "deep-xml": ("pom.xml", b"<a>" * deep),
        "attributes-xml": ("pom.xml", b"<a " + b"".join(b'a%d="x" ' % n for n in range(60_000)) + b"/>"),
        "gradle-braces": ("build.gradle", b"dependencies {" * 70_000),
        "go-mod": ("go.mod", b"module x\nrequire (\n" + b"\ta/b v1\n" * 90_000),
        "requirements": ("requirements.txt", b"-r requirements.txt\n" * 40_000 + b"-r ../../../etc/passwd\n"),
        "setup-cfg": ("setup.cfg", b"[options]\nentry_points = %(x)s\nx = %(x)s%(x)s\n" * 5000),
        "dockerfile": ("Dockerfile", b"FROM x\nCMD [" + b'"a",' * 200_000),
        "dockerfile-continued": ("Dockerfile", b"CMD x \\\n" * 100_000),
        "makefile": ("Makefile", b"all: all\n\t$(MAKE)\n" * 50_000),
        "makefile-colons": ("Makefile", b"a " * 400_000 + b"\n" + b":" * 200_000),
        "procfile": ("Procfile", b"web: " * 150_000),
        "gemfile": ("Gemfile", b"gem 'x'\n" * 100_000),
        "setup-py": ("setup.py", b"setup(entry_points={" + b"'a': ['x=main:y'," * 50_000),
        "setup-py-deep": ("setup.py", b"setup(" + b"(" * 200_000),
        "cmake": ("CMakeLists.txt", b"add_executable(" * 60_000),
        "solution": ("x.sln", b'Project("{A}") = "x", "..\\..\\x.csproj", "{B}"\n' * 15_000),
        "ignore-attributes": (
            ".gitattributes",
            b"* linguist-vendored\n**/*a*a*a*a*a*a*b linguist-generated\n" * 10_000,
        ),
        "environment": ("environment.yml", b"dependencies:\n" + b"- x=1\n" * 120_000),
        "tsconfig": (
            "tsconfig.json",
            b'{"extends": "./tsconfig.json", "compilerOptions": {"paths": {"*": ["../../*"]}}}',
        ),
        "tsconfig-comments": ("tsconfig.json", b"/*" * 300_000 + b"//" * 100_000),
    }.items():
        yield digested(f"manifest-{name}", _checked({path: data}), listed=(path,))
    yield digested("manifest-of-every-kind", _checked(_every_manifest()), listed=("p9/package.json",))


def _checked(files: Mapping[str, str | bytes]) -> Callable[[Place], Ask]:
    """Return the maker of a folder whose digest the machine checks look at as well."""
    return lambda place: Ask(str(place.project(files)), checks=True)


def _every_manifest() -> dict[str, bytes]:
    return {f"p{n}/package.json": b'{"a":' * 1000 * (n + 1) for n in range(100)}


def notebooks() -> Iterator[Case]:
    """Yield notebooks that are none, or whose cells pretend to be something else."""
    for name, data in {
        "deep": b'{"cells": ' + b"[" * 100_000,
        "deep-metadata": b'{"cells": [], "metadata": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
        "no-object": b'[{"cells": 1}]',
        "cells-no-list": b'{"cells": {"a": 1}}',
        "cells-of-numbers": b'{"cells": [1, null, "x", [], true, 1e999]}',
        "source-of-objects": b'{"cells": [{"cell_type": "code", "source": [{"a": 1}, null, 7, ["x"]]}]}',
        "source-is-a-number": b'{"cells": [{"cell_type": 7, "source": 7, "outputs": 7}]}',
        "outputs-of-numbers": b'{"cells": [{"cell_type": "code", "outputs": [1, null, {"text": {"a": 1}}]}]}',
        "huge-number": b'{"cells": [], "nbformat": ' + b"9" * 900_000 + b"}",
        "half-a-character": b'{"cells": [{"cell_type": "code", "source": "\\ud800 \\u0000 \\udfff"}]}',
        "border": json.dumps(
            {"cells": [{"cell_type": "markdown", "source": "# %% cell 2\nx = 1\n#> 10/10\n"}]}
        ).encode(),
        "many-cells": json.dumps({"cells": [{"cell_type": "code", "source": "x"}] * 25_000}).encode(),
        "many-outputs": json.dumps(
            {"cells": [{"cell_type": "code", "source": "x", "outputs": [{"text": "y"}] * 60_000}]}
        ).encode(),
        "html-output": json.dumps(
            {"cells": [{"cell_type": "code", "outputs": [{"data": {"text/html": "<script>" * 9000}}]}]}
        ).encode(),
        "escapes": json.dumps({"cells": [{"cell_type": "raw", "source": "\x1b[2J\x07\u202e\u200b"}]}).encode(),
        "same-keys": b'{"cells": [1], "cells": [], "cells": [{"source": ["x"], "source": 1}]}',
        "not-utf-8": b'{"cells": [{"source": "\xff\xfe"}]}',
        "utf-16": '{"cells": [{"source": "x"}]}'.encode("utf-16"),
        "empty": b"",
        "old-format": b'{"worksheets": [{"cells": [{"input": "x"}]}], "nbformat": 3}',
    }.items():
        yield digested(f"notebook-{name}", _checked({"work.ipynb": data}), listed=("work.ipynb",))


_PUMPS = (  # each makes some pattern go back again and again, where it may
    " ", "\t", "a", "A", "0", "_", "-", "--", ".", "./", "../", "/", "//", "/*", "*/", "*", "**", "=", "==",
    ":", "::", ";", ",", "'", '"', '"""', "`", "```", "~~~", "#", "##", "# ", "<", ">", "<a", "<!--", "-->",
    "<!", "](", "[", "]", "[](", "![", "(", ")", "{", "}", "${", "{{", "$(", "%", "%(", "\\", "\\\\", "|",
    "&", "&amp;", "&#", "@", "!", "?", "+", "import ", "from a ", "from a import ", "require(", "use a::",
    "#include <", "import(", "def a(", "class A ", "func a(", "fn a", "public ", "async ", "export ", "a.b",
    "a/b", "a=", "a = ", "a: ", "a:b:", "a@b", "://", "a://", "a://b:", "a://b:c", "password=", "secret: ",
    "token = '", "key\"", "api_key=", "-----BEGIN ", "-----BEGIN A PRIVATE KEY-----", "eyJ", "ghp_", "sk-",
    "AKIA", "xox", "x.y.", "TODO", "pass", "return ", "if ", "test ", "test_", "test: ", "CMD ", "run ", "$ ",
    "> ", "- ", "1. ", "1| ", "- name: ", "name = ", "licence", "license: ", "void main(", "int  ", "@main ",
    "\u00e9", "한", "\u200d", "\u202e", "e\u0301", "\U0001f469\u200d", "<|im_start|>", "<<<", ">>>", "\r",
    "\x0c", "\x1b[", "a\\", "'''", "a\"b'", "if __name__ ",
)  # fmt: skip
_SEEDS = {
    "README.md": "# Bells\n", "main.py": "", "app.js": "", "app.ts": "", "Main.java": "", "Main.kt": "", "main.go": "",
    "main.rs": "", "main.c": "", "main.cpp": "", "Program.cs": "", "index.php": "", "main.rb": "", "main.swift": "",
    "schema.sql": "", "run.sh": "", "test_main.py": "", "app.test.js": "", "package.json": "", "pyproject.toml": "",
    "requirements.txt": "", "Makefile": "", "Dockerfile": "", ".github/workflows/ci.yml": "", "Cargo.toml": "",
    "go.mod": "", "pom.xml": "", "index.html": "", "style.css": "", "docs/guide.md": "# Guide\n", "setup.cfg": "",
    "Pipfile": "", "setup.py": "", "environment.yml": "", "build.gradle": "", "LICENSE": "", ".env.example": "",
    "justfile": "", "Taskfile.yml": "", "App.vue": "", "main.scala": "", "main.dart": "", "main.hs": "", "main.zig": "",
}  # fmt: skip


def pumps() -> Iterator[Case]:
    """Yield projects in which every kind of file repeats one text: in one line, in many, and both."""
    for n in range(0, len(_PUMPS), 8):
        group = _PUMPS[n : n + 8]
        yield digested(f"pump-lines-{n}", _checked(_pumped(group, line=1900, lines=30)), listed=("main.py",))
    for n in range(0, len(_PUMPS), 16):
        group = _PUMPS[n : n + 16]
        yield digested(
            f"pump-one-line-{n}",
            _checked(_pumped(group, line=60_000, lines=1)),
            listed=("main.py",),
            codes=("no_readme",),
        )
    yield digested("pump-megabytes", _checked(_large_pumps()), listed=("src/m007.py",))


def _pumped(group: tuple[str, ...], *, line: int, lines: int) -> dict[str, str]:
    text = "".join(f"{pump * (line // len(pump))}\n" * (lines // 8 + 1) for pump in group)
    return {path: seed + text for path, seed in _SEEDS.items()}


def _large_pumps() -> dict[str, bytes]:
    """Sixty files of nearly a megabyte, each of one line that repeats."""
    pumps = [pump.encode() for pump in _PUMPS[:60]]
    suffixes = ("py", "js", "go", "java", "rs", "c", "ipynb", "md", "rb", "php")
    return {
        f"src/m{n:03}.{suffixes[n % 10] if n % 7 else 'py'}": pump * (1_000_000 // len(pump))
        for n, pump in enumerate(pumps)
    }
