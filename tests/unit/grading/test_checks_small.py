import ast

import pytest

from evaluator.domain import Finding
from evaluator.grading.checks.automation import automation
from evaluator.grading.checks.licence import licence
from evaluator.grading.checks.manifests import manifest
from evaluator.grading.checks.reading import statements
from evaluator.grading.checks.readme import readme_usage
from evaluator.grading.checks.secrets import no_secrets
from evaluator.grading.checks.tidy import tidy
from tests.support.digests import digest_of, with_reason

CI = "name: test\non: push\njobs:\n  a:\n    steps:\n      - run: {}\n"
TERMS = "You may use this as you like. " * 6


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({}, "not_met", "No CI configuration and no task"),
        ({".github/workflows/a.yml": CI.format("pytest")}, "met", "checked by `.github/workflows/a.yml`"),
        ({".github/workflows/a.yml": CI.format("./deploy")}, "partly", "`.github/workflows/a.yml` runs no test"),
        ({".github/workflows/sub/a.yml": CI.format("pytest")}, "not_met", "No CI"),
        ({".gitlab-ci.yml": "x: make lint"}, "met", ".gitlab-ci.yml"),
        ({"Jenkinsfile": ""}, "not_met", "No CI"),
        ({"tox.ini": "[tox]"}, "met", "`tox.ini`"),
        ({"sub/tox.ini": "[tox]"}, "not_met", "No CI"),
        ({"Makefile": "run:\n\tx\ntest: run\n\tpytest\n"}, "met", "A task in `Makefile` checks the project."),
        ({"Makefile": "run:\n\tx\ntest := 3\ntesting:\n"}, "not_met", "No CI"),
        ({"justfile": "@check:\n  x\n"}, "met", "`justfile`"),
        ({"package.json": '{"scripts": {"lint": "eslint ."}}'}, "met", "`package.json`"),
        (
            {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
            "not_met",
            "No CI",
        ),
        (
            {"package.json": '{"scripts": {"start": "x"}}', "Cargo.toml": "[package]"},
            "partly",
            "`cargo test` by convention",
        ),
        ({"package.json": '{"scripts": {"test": "node test.js"}}'}, "not_met", "No CI"),
        ({"package.json": '{"scripts": {"test": "node test.js"}}', "test.js": "1"}, "met", "`package.json`"),
        ({"package.json": '{"scripts": {"test": "npm run build && node ./a/t.mjs"}}', "a/t.mjs": "1"}, "not_met", "No"),
        ({"package.json": '{"scripts": {"test": "tsc && node dist/test.js"}}'}, "met", "`package.json`"),
        ({"package.json": '{"scripts": {"test": "node --test test/*.js"}}'}, "met", "`package.json`"),
        (
            {"web/package.json": '{"scripts": {"test": "node test.js"}}', "web/test.js": "1"},
            "met",
            "`web/package.json`",
        ),
        ({"go.mod": "module x"}, "partly", "`go test`"),
        ({"vendor/x/Makefile": "test:\n"}, "not_met", "No CI"),
    ],
)
def test_automation(files: dict[str, str], level: str, told: str) -> None:
    result = automation(digest_of({"README.md": "# x\n", **files}))

    assert (result.level, told in result.reason) == (level, True), result.reason


def test_a_ci_configuration_that_is_not_shown_gets_the_benefit_of_the_doubt() -> None:
    path = ".github/workflows/a.yml"

    assert automation(digest_of({path: CI.format("./deploy")}, listed={path})).level == "met"


def test_the_task_is_cited_with_its_line() -> None:
    make = automation(digest_of({"Makefile": "run:\n\tx\ntest: run\n"}))
    node = automation(digest_of({"package.json": '{\n "scripts": {\n  "test": "jest"\n }\n}'}))

    assert [evidence.lines for evidence in make.evidence + node.evidence] == [(3, 3), (3, 3)]


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({}, "not_met", "The README names no licence, and no other file was given."),
        ({"a.py": "x"}, "not_met", "No licence is found."),
        ({"LICENSE": TERMS}, "met", "`LICENSE` holds the terms (180 bytes)."),
        ({"licence.md": TERMS}, "met", "`licence.md`"),
        ({"COPYING": TERMS}, "met", "`COPYING`"),
        ({"MIT-LICENSE.txt": TERMS}, "met", "`MIT-LICENSE.txt`"),
        ({"LICENSES/MIT.txt": TERMS}, "met", "`LICENSES/MIT.txt`"),
        ({"LICENSE": "MIT\n"}, "partly", "`LICENSE` has only 4 bytes"),
        ({"LICENSE": "MIT\n", "COPYING": TERMS}, "met", "`COPYING`"),
        ({"sub/LICENSE": TERMS}, "not_met", "No licence"),
        ({"license-checker.py": TERMS}, "met", "license-checker.py"),
        ({"pyproject.toml": 'x = 1\nlicense = "MIT"\n'}, "partly", "named in `pyproject.toml`"),
        ({"package.json": '{"license": "ISC"}'}, "partly", "named in `package.json`"),
        ({"package.json": '{"license": "UNLICENSED"}'}, "not_met", "No licence"),
        ({"pom.xml": "<licenses>"}, "partly", "named in `pom.xml`"),
        ({"README.md": "Licensed under the MIT terms"}, "partly", "named in `README.md`"),
        ({"README.md": "MIT 라이선스"}, "partly", "named in `README.md`"),
        ({"README.md": "A licence is a thing. Made at MIT."}, "not_met", "names no licence"),
    ],
)
def test_licence(files: dict[str, str], level: str, told: str) -> None:
    result = licence(digest_of({"README.md": "# x\n", **files}))

    assert (result.level, told in result.reason) == (level, True), result.reason


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({}, "not_met", "No manifest is found."),
        ({"package.json": "{}"}, "met", "has `package.json`."),
        ({"a/b/package.json": "{}", "go.mod": "x"}, "met", "has `go.mod`, `a/b/package.json`."),
        ({"a/b/c/d/package.json": "{}"}, "not_met", "No manifest"),
        ({"node_modules/package.json": "{}", "test/go.mod": "x", "example/go.mod": "x"}, "met", "`test/go.mod`"),
        ({"app/app.csproj": "<x>"}, "met", "`app/app.csproj`"),
        ({"package.json": ""}, "not_met", "No manifest"),
    ],
)
def test_manifest(files: dict[str, str], level: str, told: str) -> None:
    result = manifest(digest_of(files))

    assert (result.level, told in result.reason) == (level, True), result.reason


@pytest.mark.parametrize(
    ("text", "level", "told"),
    [
        ("", "not_met", "0 words, 0 sections on installing, running or using, and 0 lines of code."),
        ("# A tool\n\nIt is good.\n", "not_met", "`README.md` has 6 words"),
        ("# A tool\n\n## Usage\n\nType it.\n", "partly", "1 section on"),
        ("# A tool\n\n```\nrun it\n```\n", "partly", "1 line of code"),
        ("# A tool\n\n## 설치 방법\n\n" + "단어 " * 60, "met", "1 section on"),
        ("A tool\n======\n\nUsage\n-----\n\n" + "word " * 60, "met", "1 section on"),
        ("<h2 align=center>Getting started</h2>\n" + "word " * 60, "met", "1 section on"),
        ("## Usage\n" + "word " * 57, "partly", "59 words"),
        ("## Usage\n" + "word " * 58, "met", "60 words"),
        ("# History\n" + "word " * 60, "not_met", "0 sections"),
    ],
)
def test_readme_usage(text: str, level: str, told: str) -> None:
    result = readme_usage(digest_of({"README.md": text}))

    assert (result.level, told in result.reason) == (level, True), result.reason


def test_readme_usage_cites_the_section_else_the_code() -> None:
    section = readme_usage(digest_of({"README.md": "# A\n\n```\nx\n```\n\n## Usage\n"}))
    code = readme_usage(digest_of({"README.md": "# A\n\n```\nx\n```\n"}))

    assert [evidence.lines for evidence in section.evidence + code.evidence] == [(7, 7), (4, 4)]
    assert readme_usage(digest_of({})).reason == "No README is shown."


NOTHING = "No file of keys or passwords and no value that looks like one is found."


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({}, "cannot_tell", "no files beside its README"),
        ({"a.py": "x"}, "met", NOTHING),
        (
            {"docker/.env": "A=1"},
            "not_met",
            "`docker/.env` is a file of settings that is usually kept out of the repository; what is in it was not",
        ),
        ({".env": ""}, "met", NOTHING),
        ({"api/.env.production": "A=1", "prod.env": "A"}, "not_met", "are files of settings that are usually"),
        ({".env.example": "A=", ".env.dev.example": "A=", ".env.sample": "A", "template.env": "A"}, "met", NOTHING),
        (
            {"id_rsa": "x"},
            "not_met",
            "`id_rsa` has the name of a file that may hold keys or passwords, and was not read.",
        ),
        ({"config/service-account.json": "{}"}, "not_met", "`config/service-account.json`"),
        ({"tests/id_rsa": "x"}, "partly", "Only tests, examples, comments or documents are concerned."),
        ({"debug.keystore": "x"}, "partly", "`debug.keystore`"),
        ({"tests/apps/.env": "x"}, "met", "Only tests or examples have `tests/apps/.env`, which was not read."),
        ({"node_modules/x/.env": "x"}, "met", NOTHING),
    ],
)
def test_files_that_hold_secrets_by_their_name(files: dict[str, str], level: str, told: str) -> None:
    kept = [path for path in files if not path.endswith(".py")]
    findings = tuple(Finding(code="secret_file", file=path) for path in kept if level != "met")

    result = no_secrets(digest_of({"README.md": "# x\n", **files}, listed=kept, findings=findings))

    assert (result.level, told in result.reason) == (level, True), result.reason
    assert result.evidence == ()


def test_a_file_of_settings_that_was_read_is_judged_by_what_stands_in_it() -> None:
    assert no_secrets(digest_of({"a.py": "x", "config/secrets.yml": "key: <%= ENV['KEY'] %>"})).level == "met"


MASKED = "x = 1\nkey = '[REDACTED:github_token:0a1b2c3d]'\n"


@pytest.mark.parametrize(
    ("files", "level", "told", "line"),
    [
        ({"a.py": MASKED}, "not_met", "(`github_token`) stands in `a.py`, line 2.", 2),
        ({"a.py": "x", "tests/a.py": MASKED}, "partly", "stands in `tests/a.py`, line 2. Only tests", 2),
        ({"a.py": "x", "docs/a.md": MASKED}, "partly", "stands in `docs/a.md`, line 2.", 2),
        (
            {"b.js": "/*\n token: [REDACTED:jwt:0a1b2c3d]\n*/\n"},
            "partly",
            "(`jwt`) stands in `b.js`, line 2. Only tests",
            2,
        ),
        ({"b.js": "/* */\nx = '[REDACTED:jwt:0a1b2c3d]';\n"}, "not_met", "(`jwt`) stands in `b.js`, line 2.", 2),
        ({"a.py": "x", "b.py": MASKED}, "not_met", "stands in `b.py`, line 2, and in `a.py`.", 2),
        ({"a.py": "x"}, "not_met", "What looks like a password or key stands in `a.py`.", None),
    ],
)
def test_the_line_with_the_mask_is_named(files: dict[str, str], level: str, told: str, line: int | None) -> None:
    findings = tuple(Finding(code="secret", file=path) for path in files if level == "not_met" or path != "a.py")

    result = no_secrets(digest_of({"README.md": "# x\n", **files}, findings=findings))

    assert (result.level, told in result.reason) == (level, True), result.reason
    assert [evidence.lines for evidence in result.evidence] == ([(line, line)] if line else [])


@pytest.mark.parametrize(
    ("path", "rule", "level"),
    [("README.md", "random_string", "met"), ("README.md", "jwt", "partly"), ("a.py", "random_string", "not_met")],
)
def test_letters_at_random_in_a_document_say_nothing(path: str, rule: str, level: str) -> None:
    masked = {"README.md": "# x\n", "a.py": "x = 1\n", path: f"Gifts go to '[REDACTED:{rule}:0a1b2c3d]'\n"}

    result = no_secrets(digest_of(masked, findings=(Finding(code="secret", file=path),), redactions={rule: 1}))

    assert result.level == level, result.reason


def test_secrets_in_source_that_was_too_large_to_read_cannot_be_ruled_out() -> None:
    digest = digest_of({"README.md": "# x", "a.ipynb": "{}" * 500, "a.py": "x"}, listed={"a.ipynb"})

    result = no_secrets(with_reason(digest, "too large"))

    assert (result.level, result.evidence) == ("cannot_tell", ())
    assert result.reason == "Secrets cannot be ruled out: `a.ipynb` was too large to read."


def test_what_is_not_shown_is_not_claimed_to_be_free_of_secrets() -> None:
    assert no_secrets(digest_of({"a.py": "x", "b.py": "y"}, listed={"b.py"})).reason.endswith("found in what is shown.")


def test_redactions_count_even_where_their_files_are_not_told() -> None:
    result = no_secrets(digest_of({"a.py": "x"}, redactions={"token": 2, "password": 1}))

    assert (result.level, result.evidence) == ("not_met", ())
    assert result.reason == "3 values that look like passwords or keys stand in the shown text."


def test_a_file_that_the_digest_keeps_back_as_secret_counts() -> None:
    digest = with_reason(digest_of({"a.py": "x", "deploy.txt": "key"}, listed={"deploy.txt"}), "secret file")

    result = no_secrets(digest)

    assert result.level == "not_met"
    assert result.reason == "`deploy.txt` has the name of a file that may hold keys or passwords, and was not read."


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({"a.py": "x"}, "partly", "no `.gitignore`"),
        ({"a.py": "x", ".gitignore": "*.pyc"}, "met", "keeps them out"),
        ({"a.py": "x", ".gitignore": ""}, "partly", "no `.gitignore`"),
        (
            {".gitignore": "x", "node_modules/x/a.js": "x", "b/.DS_Store": "x"},
            "not_met",
            "2 files of tools or caches, such as",
        ),
        (
            {".gitignore": "x", "a/__pycache__/x.pyc": "x"},
            "not_met",
            "1 file of tools or caches, such as `a/__pycache__/x.pyc`",
        ),
        ({".gitignore": "x", "tests/fixtures/a.class": "x"}, "met", "keeps them out"),
    ],
)
def test_tidy(files: dict[str, str], level: str, told: str) -> None:
    result = tidy(digest_of(files))

    assert (result.level, told in result.reason) == (level, True), result.reason


NESTED = """
import a
class A:
    def m(self, x=lambda: 1):
        if x:
            import b
        elif x > 1:
            pass
        else:
            async def inner(): yield (await x)
    for i in range(3):
        pass
    else:
        import c
try:
    with open(a) as f, open(b): import d
except (A, ImportError) as e:
    while True: break
else:
    match a:
        case [1, *_] if a: import e
        case _:
            def g(): return [i for i in (lambda: 2,)]
finally:
    import f
"""


def test_the_statements_of_a_tree_come_in_the_order_of_a_whole_walk() -> None:
    tree = ast.parse(NESTED)

    found = list(statements(tree))

    of_statements = ast.Module | ast.stmt | ast.ExceptHandler | ast.match_case
    assert found == [node for node in ast.walk(tree) if isinstance(node, of_statements)]
    assert sum(isinstance(node, ast.Import) for node in found) == 6
