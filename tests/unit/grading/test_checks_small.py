import pytest

from evaluator.domain import Finding
from evaluator.grading.checks.automation import automation
from evaluator.grading.checks.licence import licence
from evaluator.grading.checks.manifests import manifest
from evaluator.grading.checks.readme import readme_usage
from evaluator.grading.checks.secrets import no_secrets
from evaluator.grading.checks.tidy import tidy
from tests.support.digests import digest_of

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
        ({}, "not_met", "No licence is found."),
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
        ({"README.md": "A licence is a thing. Made at MIT."}, "not_met", "No licence"),
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


@pytest.mark.parametrize(
    ("files", "marked", "level", "told"),
    [
        ({}, (), "cannot_tell", "no files beside its README"),
        ({"a.py": "x"}, (), "met", "No file that holds secrets"),
        ({".env": "A=1"}, (), "not_met", "`.env` would hold secrets."),
        ({".env": ""}, (), "met", "No file"),
        ({"api/.env.production": "A=1"}, (), "not_met", "`api/.env.production`"),
        (
            {".env.example": "A=", ".env.dev.example": "A=", ".env.sample": "A", "template.env": "A"},
            (),
            "met",
            "No file",
        ),
        ({"prod.env": "A=1"}, (), "not_met", "`prod.env`"),
        ({"id_rsa": "x"}, (), "not_met", "`id_rsa`"),
        ({"config/service-account.json": "{}"}, (), "not_met", "`config/service-account.json`"),
        ({"tests/id_rsa": "x"}, (), "partly", "only in tests, examples or documents: `tests/id_rsa`"),
        ({"node_modules/x/.env": "x"}, (), "met", "No file"),
        ({"a.py": "x"}, ("a.py",), "not_met", "What looks like a secret stands in `a.py`."),
        (
            {"a.py": "x", ".env": "A=1"},
            ("a.py",),
            "not_met",
            "`.env` would hold secrets; what looks like a secret stands in",
        ),
        ({"tests/a.py": "x"}, ("tests/a.py",), "partly", "`tests/a.py`"),
        ({"a.py": "x"}, ("README.md",), "partly", "`README.md`"),
        ({"debug.keystore": "x"}, (), "partly", "`debug.keystore`"),
    ],
)
def test_no_secrets(files: dict[str, str], marked: tuple[str, ...], level: str, told: str) -> None:
    findings = tuple(Finding(code="secret", file=path) for path in marked)

    result = no_secrets(digest_of({"README.md": "# x\n", **files}, findings=findings))

    assert (result.level, told in result.reason) == (level, True), result.reason


def test_redactions_count_even_where_their_files_are_not_told() -> None:
    result = no_secrets(digest_of({"a.py": "x"}, redactions={"token": 2, "password": 1}))

    assert (result.level, result.evidence) == ("not_met", ())
    assert result.reason == "3 values that look like secrets stand in the shown text."


def test_a_file_that_the_digest_keeps_back_as_secret_counts() -> None:
    digest = digest_of({"a.py": "x", "deploy.txt": "key"}, listed={"deploy.txt"})
    files = [
        file.model_copy(update={"reason": "secret file"}) if file.shown == "listed" else file for file in digest.files
    ]

    result = no_secrets(digest.model_copy(update={"files": tuple(files)}))

    assert (result.level, result.reason) == ("not_met", "`deploy.txt` would hold secrets.")


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
