import pytest

from evaluator.digest import comments
from evaluator.digest.import_forms import written
from tests.support.reaching import declared, unreached

UNSAID = {
    "a docstring": ("python", '"""\nimport pad\n"""\nimport core\n'),
    "a string of many lines": ("python", "x = '''\nimport pad\n'''\nimport core\n"),
    "quotes in a string before": ("python", "x = '\"\"\"'\n\"\"\"\nimport pad\n\"\"\"\nimport core\n"),
    "quotes in a comment before": ("python", '# """\n"""\nimport pad\n"""\nimport core\n'),
    "an escaped quote": ("python", '"""\\"""\nimport pad\n"""\nimport core\n'),
    "if False": ("python", "if False:\n    import pad\n\n    import pad.more\nimport core\n"),
    "if 0": ("python", "def f():\n\tif 0 :\n\t\timport pad\n\timport core\n"),
    "if (False)": ("python", "if (False):\n    import pad\nimport core\n"),
    "a block comment of a script": ("javascript", "/*\nimport './pad'\n*/\nimport 'core'\n"),
    "one behind code": ("javascript", "run(); /* x\nrequire('./pad')\n*/\nrequire('core')\n"),
    "one of styles": ("css", "/*\n@import 'pad';\n*/\n@import 'core';\n"),
    "one of Java": ("jvm", "/*\nimport pad.Pad;\n*/\nimport core;\n"),
    "one of C": ("c", '/*\n#include "pad.h"\n*/\n#include "core"\n'),
    "one of Rust": ("rust", "/*\nuse pad;\n*/\nuse core;\n"),
    "a comment of a page": ("html", "<!--\n<script src='pad.js'>\n--><script src='core'>"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSAID)
def test_what_only_looks_like_an_import_is_none(name: str) -> None:
    family, text = UNSAID[name]

    assert written(family, text.encode()) == ["core"]


SAID = {
    "behind a docstring": ("python", '"""It\'s "mine"."""\nimport core\n'),
    "in a function": ("python", 'def f():\n    """Say."""\n    import core\n'),
    "behind an unequal quote": ("python", 'x = \'"""\'\nimport core\n'),
    "behind an empty string": ("python", "x = \"\" + ''\n'''d'''\nimport core\n"),
    "for types": ("python", "if TYPE_CHECKING:\n    import core\n"),
    "the other branch": ("python", "if False:\n    pass\nelse:\n    import core\n"),
    "behind a pattern of paths": ("javascript", "glob('src/*.js')\nx = '/*'\nimport 'core'\n"),
    "behind a note of the bundler": ("javascript", "import(/* webpackChunkName: 'x' */ 'core')"),
}


@pytest.mark.parametrize("name", SAID)
def test_an_import_beside_strings_and_comments_is_one(name: str) -> None:
    family, text = SAID[name]

    assert written(family, text.encode()) == ["core"]


LEFT_OUT = {
    "a comment": ("Makefile", "# see pad/a.py\nrun:\n\tpython main.py # not pad/b.py\n"),
    "a comment in a workflow": (".github/workflows/x.yml", "# python pad/a.py\n- run: python main.py\n"),
    "a comment in Gradle": ("build.gradle", "// pad/a.py\n/* pad/b.py */\ntask 'main.py'\n"),
    "a comment in XML": ("pom.xml", "<!-- pad/a.py\npad/b.py --><x>main.py</x>"),
    "a list of ruff": ("pyproject.toml", '[tool.ruff]\nextend-exclude=[\n  "pad/a.py",\n "pad/b.py"\n]\nx="main.py"'),
    "a table of ruff": ("pyproject.toml", '[tool.ruff.lint.per-file-ignores]\n"pad/a.py"=["E1"]\n[x]\nrun="main.py"'),
    "an inline table": ("pyproject.toml", 'per-file-ignores = { "pad/a.py" = ["E"] }\nrun = "main.py"\n'),
    "a pattern of black": ("pyproject.toml", "exclude = '''\npad/a.py\n'''\nrun = 'main.py'\n"),
    "coverage": ("setup.cfg", "[coverage:run]\nomit =\n  pad/a.py\n  pad/b.py\n[x]\nrun = main.py\n"),
    "flake8": ("setup.cfg", "[flake8]\nexclude = pad/a.py,\n   pad/b.py\n[x]\nrun = main.py\n"),
    "paths of a workflow": (".github/workflows/x.yml", "paths-ignore:\n  - pad/a.py\n  - pad/b.py\nx: python main.py"),
    "a line of YAML": ("x.yml", "exclude: pad/a.py\nrun: python main.py\n"),
    "JSON": ("package.json", '{"exclude": ["pad/a.py"], "ignore": "pad/b.py", "scripts": {"x": "python main.py"}}'),
    "an option": ("Makefile", "run:\n\tpytest --ignore=pad/a.py --exclude pad/b.py main.py\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_a_manifest_leaves_out_or_notes_starts_nothing(name: str) -> None:
    manifest, text = LEFT_OUT[name]

    assert declared(manifest, text, "main.py", "pad/a.py", "pad/b.py") == {"main.py"}


def test_an_address_is_no_comment() -> None:
    text = "COPY https://example.org/x#y run.py\nCMD python main.py"

    assert declared("Dockerfile", text, "main.py", "run.py") == {"main.py", "run.py"}


def test_commands_of_go_belong_to_a_module() -> None:
    files = {"main.py": "x = 1\n", **{f"cmd/p{n}/main.go": "package main\nfunc main() {}\n" for n in range(3)}}

    assert unreached(files, "main.py") == files.keys() - {"main.py"}
    assert unreached({**files, "go.mod": "module x\n"}, "main.py") == set()


def test_go_without_a_module_is_the_program_where_nothing_else_is() -> None:
    assert unreached({"cmd/x/main.go": "package main\nfunc main() {}\n"}) == set()


@pytest.mark.parametrize("build", ["build.gradle", "pom.xml"])
def test_a_build_of_java_does_not_start_every_class(build: str) -> None:
    text = {
        "build.gradle": "plugins { id 'java' }\ndependencies { testImplementation 'org.junit:junit' }\n",
        "pom.xml": "<project><groupId>lotto</groupId><artifactId>lotto</artifactId></project>",
    }
    sources = {
        "Application.java": "class Application {\n  static void main(String[] a) { new Lotto(new Money(1)); }\n}\n",
        "Dead.java": "class Dead {}\n",
        "Lotto.java": "class Lotto {}\n",
        "Money.java": "class Money {}\n",
    }

    assert declared(build, text[build], *sources) == set()
    assert unreached(sources) == {"Dead.java"}


HOSTILE = ['"' * 1_000_000, "'''" * 70_000, "/*" * 300_000, "\nif 0:" * 100_000, "<!-" * 70_000, "# " * 1_000_000]
HOSTILE += [
    "exclude" * 100_000,
    "exclude=[" * 70_000,
    "\n[exclude" * 70_000,
    "ignore:\n - " * 70_000,
    "\nif 0:\n " * 100_000,
]
HOSTILE += [
    "[" * 1_000_000 + "omit",
    "\\" * 1_000_001,
    '"\\' * 900_000,
    "import" + " " * 1_000_000,
    "\n\n  " * 500_000 + "if 0",
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_is_gone_through_once(number: int) -> None:
    text = HOSTILE[number]

    for form in (comments.python, comments.blocks, comments.markup):
        assert len(form(text.encode())) <= len(text)
    for name in ("Makefile", "build.gradle", "pom.xml", "package.json"):
        assert len(comments.manifest(name, text)) <= len(text) + 1
