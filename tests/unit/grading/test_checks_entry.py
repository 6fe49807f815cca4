import json

import pytest

from evaluator.grading.checks.entry import entry_point
from tests.support.digests import digest_of, with_reason

SCRIPTS = '[project]\nname = "tool"\n[project.scripts]\ntool = "tool.cli:main"\n'
MAIN = "def main():\n    print('hello')\n"


def package(**values: object) -> dict[str, str]:
    return {"package.json": json.dumps({"name": "app", **values}, indent=1)}


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({"pyproject.toml": SCRIPTS, "src/tool/cli.py": MAIN}, "met", "`tool.cli:main`"),
        ({"pyproject.toml": SCRIPTS, "tool/cli/__init__.py": "from tool.run import main"}, "met", "`tool.cli:main`"),
        ({"pyproject.toml": SCRIPTS, "tool/cli.py": "from tool.run import *\n"}, "met", "`tool.cli:main`"),
        (
            {"pyproject.toml": SCRIPTS, "tool/cli.py": "start = 1\n"},
            "partly",
            "names a function that its module does not have",
        ),
        ({"pyproject.toml": SCRIPTS, "tool/cli.py": "def main(:\n"}, "not_met", "does not parse"),
        ({"pyproject.toml": SCRIPTS, "tool/other.py": MAIN}, "not_met", "names a module that is not there"),
        (
            {"pyproject.toml": SCRIPTS, "mytool/cli.py": MAIN, "xtool/cli.py": MAIN},
            "partly",
            "a module that is not there",
        ),
        (
            {"pyproject.toml": SCRIPTS, "app.py": MAIN},
            "partly",
            "Entry points: `app.py`; but `tool.cli:main` names a module",
        ),
        ({"pyproject.toml": SCRIPTS.replace("tool.cli:main", "main")}, "not_met", "is not of the form module:function"),
        ({"pyproject.toml": "[tool.poetry.scripts]\nt = 't.a:b'\n", "t/a.py": "b = print\n"}, "met", "`t.a:b`"),
        ({"pyproject.toml": "[project\n"}, "not_met", "`pyproject.toml` is not TOML"),
        (
            {
                "setup.py": "setup(entry_points={'console_scripts': [\n 'tool = tool.cli:main',\n]})",
                "tool/cli.py": MAIN,
            },
            "met",
            "m",
        ),
        ({"setup.cfg": "[options.entry_points]\nconsole_scripts =\n  tool = tool.cli:main\n"}, "not_met", "not there"),
        (
            {"pyproject.toml": "[project]\nname='lib'\n", "src/lib/__init__.py": "x = 1\n"},
            "met",
            "`src/lib/__init__.py`",
        ),
        ({"pyproject.toml": "[project]\nname='lib'\n", "lib/__init__.py": "x = 1\n"}, "met", "`lib/__init__.py`"),
        ({"pyproject.toml": "[project]\nname='lib'\n", "src/a/b/__init__.py": "x = 1\n"}, "not_met", "No entry point"),
        ({"lib/__init__.py": "x = 1\n"}, "not_met", "No entry point"),
        ({"app.py": MAIN}, "met", "`app.py`"),
        ({"app.py": "print 'python 2'\n"}, "not_met", "`app.py` does not parse"),
        ({"app.py": "print 'python 2'\n", "src/main.py": MAIN}, "partly", "but `app.py` does not parse"),
        ({"src/main.py": "print 'x'\n", "app.py": MAIN}, "met", "`app.py`"),
        ({"tests/app.py": MAIN, "examples/app.py": MAIN, "node_modules/x/index.js": "x"}, "not_met", "No entry point"),
        ({"scripts/clean.py": "x = 1\nif __name__ == '__main__':\n    print(x)\n"}, "met", "`scripts/clean.py`"),
        ({"scripts/clean.py": "x = 1\n"}, "not_met", "No entry point"),
        (package(main="lib/a.js") | {"lib/a.js": "x"}, "met", "`lib/a.js`"),
        (package(main="./lib/a") | {"lib/a.js": "x"}, "met", "`./lib/a`"),
        (package(main="./lib/a/") | {"lib/a/index.js": "x"}, "met", "`./lib/a/`"),
        (package(main="lib/a.js"), "not_met", "`lib/a.js` is not there"),
        (package(main="dist/a.js", scripts={"build": "tsc"}), "met", "`dist/a.js`"),
        (package(main="dist/a.js", scripts={"prepare": "tsc"}), "met", "`dist/a.js`"),
        (package(main="dist/a.js"), "not_met", "`dist/a.js` is not there"),
        (package(bin="cli.js") | {"cli.js": "x"}, "met", "`cli.js`"),
        (package(bin={"go": "bin/go.js"}), "not_met", "`bin/go.js` is not there"),
        (package(exports="./x.js"), "not_met", "`./x.js` is not there"),
        (package(exports={".": {"import": "./x.js"}}) | {"x.js": "x"}, "met", "`./x.js`"),
        (package(exports={"import": "./x.js", "require": "./*.cjs"}) | {"x.js": "x"}, "met", "Entry points: `./x.js`."),
        (package(main="gone.js", scripts={"start": "next start"}), "met", "Entry points: `npm run start`."),
        (package(main="gone.js", private=True), "not_met", "No entry point"),
        (package(scripts={"start": "node run.js"}), "not_met", "names the missing file `run.js`"),
        (package(scripts={"start": "node run.js"}) | {"run.js": "x"}, "met", "`npm run start`"),
        (package(scripts={"serve": "node dist/run.js"}), "met", "`npm run serve`"),
        (package(scripts={"test": "node run.js"}), "not_met", "No entry point"),
        ({"web/package.json": '{"scripts": {"dev": "node a.js"}}', "web/a.js": "x"}, "met", "`npm run dev`"),
        ({"package.json": "{"}, "not_met", "`package.json` is not JSON"),
        ({"package.json": "[]"}, "not_met", "`package.json` is not JSON"),
        ({"Dockerfile": 'FROM x\nCMD ["python", "serve.py"]\n', "serve.py": "x = 1\n"}, "met", "`Dockerfile`"),
        ({"Dockerfile": "FROM x\nENTRYPOINT ./boot.sh\n", "ops/boot.sh": "x\n"}, "met", "`Dockerfile`"),
        ({"Dockerfile": "FROM x\nENTRYPOINT ./boot.sh\n"}, "not_met", "starts the missing file `boot.sh`"),
        ({"Dockerfile": "FROM x\nCMD /opt/boot.sh\n"}, "met", "`Dockerfile`"),
        ({"Dockerfile": "FROM x\n"}, "not_met", "No entry point"),
        ({"docs/Dockerfile": "FROM x\nCMD run\n"}, "not_met", "No entry point"),
        ({"cmd/tool/start.go": "package main\n\nfunc main() {\n}\n"}, "met", "`cmd/tool/start.go`"),
        ({"cmd/tool/start.go": "package tool\n"}, "not_met", "No entry point"),
        ({"go.mod": "module x\n", "list.go": "package list\n"}, "met", "`go.mod` builds a library"),
        ({"go.mod": "module x\n", "a/list.go": "package list\n"}, "met", "`go.mod` builds a library"),
        ({"go.mod": "module x\n", "a/list_test.go": "package list\n"}, "not_met", "No entry point"),
        ({"src/main.rs": "fn main() {}\n"}, "met", "`src/main.rs`"),
        ({"app/Run.java": "class Run {\n public static void main(String[] a) {\n }\n}\n"}, "met", "`app/Run.java`"),
        ({"pom.xml": "<x/>", "src/main/java/A.java": "class A {}\n"}, "met", "`pom.xml` builds a library"),
        (
            {
                "build.gradle": "plugins { id 'java' }\n",
                "src/main/java/Lotto.java": "class Lotto {\n  /* void main( */\n}\n",
                "src/main/java/Application.java": "class Application {\n  public static void main(String[] a) {}\n}\n",
            },
            "met",
            "Entry points: `src/main/java/Application.java`.",
        ),
        (
            {"build.gradle.kts": "x", "src/main/kotlin/A.kt": "@SpringBootApplication\nclass A\n", "B.kt": "class B\n"},
            "met",
            "Entry points: `src/main/kotlin/A.kt`.",
        ),
        ({"README.md": "```\npython train.py --fast\n```\n", "train.py": "x = 1\n"}, "met", "points: `train.py`."),
        ({"README.md": "```\nstreamlit run Chat.py\n```\n", "Chat.py": "x = 1\n"}, "met", "points: `Chat.py`."),
        ({"README.md": "```\ncd api && node go.js\n```\n", "api/go.js": "x"}, "met", "points: `api/go.js`."),
        ({"README.md": "```\ntorchrun --n 4 train.py\n```\n", "train.py": "x = 1\n"}, "met", "points: `train.py`."),
        ({"README.md": "```\npython setup.py\npytest tests/a.py\n```\n", "setup.py": "x"}, "not_met", "No entry"),
        ({"README.md": "Run `python train.py 3`.\n", "train.py": "x = 1\n"}, "met", "points: `train.py`."),
        ({"README.md": "We wrote `train.py`.\n", "train.py": "x = 1\n"}, "not_met", "No entry point"),
        (package(main="index.js") | {"App.js": "x"}, "not_met", "No entry point"),
        ({"Dockerfile": "FROM x\nCOPY --from=b /o/x.js x.js\nCMD node x.js\n"}, "met", "Entry points: `Dockerfile`."),
        ({"Dockerfile": "FROM x\nCMD java -jar app.jar\n"}, "met", "Entry points: `Dockerfile`."),
        ({"src/main/java/A.java": "class A {}\n"}, "not_met", "No entry point"),
        ({"game/play.c": "int main(void) {\n}\n"}, "met", "`game/play.c`"),
        ({"index.html": "<p>"}, "met", "`index.html`"),
        ({"study/week 1.ipynb": "{}"}, "met", "`study/week 1.ipynb`"),
        ({"install.sh": "echo\n"}, "met", "`install.sh`"),
        ({"bin/go.sh": "echo\n"}, "met", "`bin/go.sh`"),
        ({"ci/go.sh": "echo\n"}, "not_met", "No entry point"),
        ({"index.html": ""}, "not_met", "No entry point"),
        ({"app/templates/index.html": "<p>"}, "not_met", "No entry point"),
        ({"src/parts/index.js": "x"}, "not_met", "No entry point"),
        (
            {"web/package.json": "{}", "web/src/index.tsx": "x", "web/src/a/index.tsx": "x"},
            "met",
            "`web/src/index.tsx`.",
        ),
        (
            {"src/main/java/org/samples/App.java": "@SpringBootApplication\npublic class App {}\n"},
            "met",
            "points: `src/main/java/org/samples/App.java`.",
        ),
    ],
)
def test_entry_points(files: dict[str, str], level: str, told: str) -> None:
    result = entry_point(digest_of({"README.md": "# x\n", **files}))

    assert (result.level, told in result.reason) == (level, True), result.reason


def test_a_manifest_or_a_module_that_is_cut_gets_the_benefit_of_the_doubt() -> None:
    files = {
        "pyproject.toml": SCRIPTS,
        "tool/cli.py": "import os\ndef run(:\n",
        "package.json": "{\n}",
        "app.py": "(\n(\n",
    }

    only_python = entry_point(
        digest_of({k: files[k] for k in ("pyproject.toml", "tool/cli.py")}, cut={"tool/cli.py": 1})
    )
    cut = entry_point(digest_of(files, cut={"pyproject.toml": 1, "package.json": 1, "app.py": 1}))
    unseen = entry_point(digest_of(files, listed={"tool/cli.py", "package.json", "app.py"}))

    assert (only_python.level, cut.level, unseen.level) == ("met", "met", "met")
    assert cut.reason == "Entry points: `app.py`."


def test_the_entry_point_is_cited() -> None:
    met = entry_point(digest_of({"app.py": MAIN}))
    broken = entry_point(digest_of({"app.py": "print 'x'\n"}))

    assert [evidence.file for evidence in met.evidence + broken.evidence] == ["app.py", "app.py"]


def test_many_entry_points_are_named_in_part() -> None:
    result = entry_point(digest_of({f"m{n}/main.py": MAIN for n in range(60)}))

    assert result.reason.endswith("and 46 more.")


def test_a_notebook_that_was_too_large_to_read_is_no_entry_point_that_anybody_saw() -> None:
    digest = with_reason(digest_of({"README.md": "# x", "a.ipynb": "{}"}, listed={"a.ipynb"}), "too large")

    result = entry_point(digest)

    assert (result.level, result.evidence) == ("cannot_tell", ())
    assert result.reason == "To go by its name, `a.ipynb` may be where to start, but it is not shown."


def test_an_entry_point_may_stand_in_code_that_is_not_shown() -> None:
    files = {"pom.xml": "<x/>", "src/main/java/A.java": "class A {\n}\n"}

    assert entry_point(digest_of(files, listed={"src/main/java/A.java"})).level == "cannot_tell"
    assert entry_point(digest_of(files, cut={"src/main/java/A.java": 1})).level == "cannot_tell"


def test_the_line_of_the_main_function_or_of_the_declaration_is_cited() -> None:
    java = entry_point(digest_of({"A.java": "class A {\n  public static void main(String[] a) {}\n}\n"}))
    node = entry_point(digest_of(package(scripts={"start": "x"})))

    assert [evidence.lines for evidence in java.evidence + node.evidence] == [(2, 2), (4, 4)]
