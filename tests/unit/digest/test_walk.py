import pytest

from evaluator.digest.walk import Candidate, candidates, find_readme, hidden_by_content
from tests.support.snapshots import MemorySnapshot


def told(path: str, size: int = 10, *others: str) -> Candidate:
    entries = MemorySnapshot({**dict.fromkeys(["README.md", *others], "x"), path: b"x" * size}).entries
    readme = find_readme(entries)
    assert readme is not None
    return next(file for file in candidates(entries, readme=readme) if file.entry.path == path)


@pytest.mark.parametrize(
    "name", ["README", "README.md", "readme.rst", "Readme.TXT", "readme.ko.md", "README_EN.md", "README-zh-CN.md"]
)
def test_a_readme_is_found_in_any_spelling(name: str) -> None:
    entry = find_readme(MemorySnapshot({name: "x", "z.py": "x", "docs/README.md": "x"}).entries)

    assert entry is not None
    assert entry.path == name


def test_the_best_of_several_readmes_is_taken() -> None:
    files = {"README.en.md": "x", "README.ko.md": "x", "README.txt": "x", "README.md": "x", "README.ja.md": "x"}

    order = []
    while entry := find_readme(MemorySnapshot(files).entries):
        order.append(entry.path)
        del files[entry.path]

    assert order == ["README.md", "README.txt", "README.ko.md", "README.en.md", "README.ja.md"]


@pytest.mark.parametrize("name", ["readmes.md", "README.py", "docs/README.md", "README.md.bak"])
def test_what_only_looks_like_a_readme_is_none(name: str) -> None:
    assert find_readme(MemorySnapshot({name: "x"}).entries) is None


def test_an_empty_readme_promises_nothing() -> None:
    assert find_readme(MemorySnapshot({"README.md": ""}).entries) is None


@pytest.mark.parametrize(
    ("path", "file_class"),
    [
        ("package.json", "manifest"),
        ("api/requirements-dev.txt", "manifest"),
        ("App.csproj", "manifest"),
        ("Dockerfile", "config"),
        (".github/workflows/ci.yml", "config"),
        (".env.example", "config"),
        ("tsconfig.json", "config"),
        (".editorconfig", "config"),
        ("docs/guide.md", "doc"),
        ("LICENSE", "doc"),
        ("src/app.py", "code"),
        ("src/latest.py", "code"),
        ("src/contest.py", "code"),
        ("tests/helpers.py", "test"),
        ("src/test_app.py", "test"),
        ("src/app.test.ts", "test"),
        ("src/app.spec.tsx", "test"),
        ("pkg/app_test.go", "test"),
        ("src/AppTest.java", "test"),
        ("src/TestApp.java", "test"),
        ("src/Contest.java", "code"),
        ("bin/tool", "other"),
        ("tests/data/pairs/F7/met/cli.py", "other"),
        ("tests/data/pairs/F7/tests/test_cli.py", "other"),
        ("tests/data/sample.py", "other"),
        ("tests/data/test_loader.py", "test"),
        ("src/data/loader.py", "code"),
        ("pkg/testdata/package.json", "other"),
        ("tests/fixtures/db.py", "other"),
        ("src/__snapshots__/app.test.ts", "other"),
        ("spec/golden/a.rb", "other"),
    ],
)
def test_a_path_tells_the_class(path: str, file_class: str) -> None:
    assert told(path).file_class == file_class


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (".env", "secret file"),
        ("config/.env.production", "secret file"),
        ("prod.env", "secret file"),
        ("keys/id_rsa", "secret file"),
        ("server.PEM", "secret file"),
        ("node_modules/x/index.js", "vendored"),
        ("vendor/lib/x.go", "vendored"),
        ("static/vendor/x.js", "vendored"),
        ("third_party/x.c", "vendored"),
        ("package-lock.json", "lock file"),
        ("app/Cargo.lock", "lock file"),
        (".claude/commands/x.md", "agent boilerplate"),
        ("AGENTS.md", "agent boilerplate"),
        (".idea/workspace.xml", "editor settings"),
        ("logo.png", "media or document"),
        ("tool.exe", "binary"),
        ("data.csv", "data"),
        ("app.min.js", "minified"),
        ("app.js.map", "minified"),
        ("README.ja.md", "translation of the README"),
    ],
)
def test_a_path_tells_what_is_listed_only(path: str, reason: str) -> None:
    assert told(path).hidden == reason


@pytest.mark.parametrize(
    "path",
    [
        "build/main.py", "target/app.rs", "bin/tool.sh", "env/loader.py", "src/vendor/models.py", "dist/index.js",
        ".env.sample", "id_rsa.pub",
    ],
)  # fmt: skip
def test_real_source_is_not_hidden_by_the_name_of_its_folder(path: str) -> None:
    assert told(path).hidden is None


def test_a_large_json_file_is_data() -> None:
    assert told("tokens.json", 1 << 17).hidden == "data"
    assert told("tokens.json", 1 << 10).hidden is None


def test_an_empty_file_is_listed_only() -> None:
    assert told("pkg/__init__.py", 0).hidden == "empty"


def test_a_folder_that_calls_itself_an_environment_is_vendored() -> None:
    assert told("env/lib/site.py", 10, "env/pyvenv.cfg").hidden == "vendored"
    assert told("environment.py", 10, "env/pyvenv.cfg").hidden is None


@pytest.mark.parametrize(
    ("path", "lines", "reason"),
    [
        ("a.go", ["// Code generated by protoc. DO NOT EDIT.", "package a"], "generated"),
        ("a.ts", ["/* @generated */"], "generated"),
        ("a.js", ["x" * 500, "y"], "minified"),
        ("a.py", ["x" * 500, "y"], None),
        ("a.js", ["const a = 1"] * 50, None),
        ("a.py", ["x"] * 100 + ["# DO NOT EDIT"], None),
    ],
)
def test_the_content_tells_generated_and_minified_files(path: str, lines: list[str], reason: str | None) -> None:
    assert hidden_by_content(told(path), lines) == reason
