import pytest

from evaluator.digest.walk import candidates, readmes
from tests.support.candidates import candidate, candidates_of
from tests.support.snapshots import MemorySnapshot


@pytest.mark.parametrize(
    "name",
    [
        "README", "README.md", "readme.rst", "Readme.TXT", "readme.ko.md", "README_EN.md", "README-zh-CN.md",
        "ReadMe.MD", "README.asciidoc", "README.asc", "README.textile", "README.org", "README.rdoc", "README.md.txt",
        "README.ko.md.txt",
    ],
)  # fmt: skip
def test_a_readme_is_found_in_any_spelling(name: str) -> None:
    found = readmes(MemorySnapshot({name: "x", "z.py": "x", "docs/README.md": "x"}).entries)

    assert [entry.path for entry in found] == [name]


def test_the_readmes_of_one_folder_are_told_from_those_around_it() -> None:
    paths = ["README.md", "docs/README.md", "Docs/readme.txt", "docs/api/README.md"]

    found = readmes(MemorySnapshot(dict.fromkeys(paths, "x")).entries, folder="docs")

    assert [entry.path for entry in found] == ["docs/README.md", "Docs/readme.txt"]


def test_the_best_of_several_readmes_comes_first() -> None:
    names = [
        "README.ja.md", "README.en.md", "README-korean.md", "README.txt", "README.md.txt", "README.org", "README.ko.md",
        "README.md",
    ]  # fmt: skip

    found = readmes(MemorySnapshot(dict.fromkeys(names, "x")).entries)

    assert [entry.path for entry in found] == [
        "README.md", "README.org", "README.txt", "README.md.txt", "README.ko.md", "README-korean.md",
        "README.en.md", "README.ja.md",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["readmes.md", "README.py", "docs/README.md", "README.md.bak", "README_DB.md"])
def test_what_only_looks_like_a_readme_is_none(name: str) -> None:
    assert readmes(MemorySnapshot({name: "x"}).entries) == []


def test_an_empty_readme_promises_nothing() -> None:
    assert readmes(MemorySnapshot({"README.md": ""}).entries) == []


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
        ("vite.config.ts", "config"),
        (".eslintrc.js", "config"),
        ("src/config.ts", "code"),
        ("README_DB.md", "doc"),
        ("docs/README.md", "doc"),
        ("src/Notice.java", "code"),
        ("api/authors.py", "code"),
        ("src/License.java", "code"),
        ("pkg/changelog.go", "code"),
        ("dockerfile_parser.py", "code"),
        ("procfile.go", "code"),
        ("jenkinsfile_lint.py", "code"),
        ("docker/Dockerfile.dev", "config"),
        (".dockerignore", "config"),
        (".npmrc", "config"),
        (".notes", "other"),
        ("NOTICE.html", "code"),
        ("AUTHORS", "doc"),
        (".github/workflows/notes.md", "doc"),
        (".ci/readme.md", "doc"),
        (".ci/deploy.sh", "config"),
        ("jenkinsfile.md", "doc"),
        ("docker-compose.md", "doc"),
        ("notes.Rmd", "doc"),
        ("notes.qmd", "doc"),
    ],
)
def test_a_path_tells_the_class(path: str, file_class: str) -> None:
    assert candidate(path).file_class == file_class


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
        ("docs/README_zh-CN.md", "translation of the README"),
        ("packages/core/README.ko.md", "translation of the README"),
        (".github/prompts/fix.md", "agent boilerplate"),
        ("gradlew", "vendored"),
        ("static/js/jquery-3.6.0.js", "vendored"),
        ("src/jquery-3.6.0.js", "vendored"),
        ("api/user_pb2.py", "generated"),
        ("web/.next/server.js", "generated"),
        ("demo.egg-info/PKG-INFO", "generated"),
        ("locale/ko.po", "data"),
        ("config/credentials.yml.enc", "binary"),
        ("App.xcodeproj/xcshareddata/a.plist", "editor settings"),
    ],
)
def test_a_path_tells_what_is_listed_only(path: str, reason: str) -> None:
    assert candidate(path).hidden == reason


@pytest.mark.parametrize(
    "path",
    [
        "build/main.py", "target/app.rs", "bin/tool.sh", "env/loader.py", "src/vendor/models.py", "dist/index.js",
        ".env.sample", "id_rsa.pub", "src/react.js", "src/chart.ts", "deps/own/a.c", "docs/README.md", "lib/aos.py",
        "static/js/animate.js", "js/chart.js", "internal/pods/list.go",
    ],
)  # fmt: skip
def test_real_source_is_not_hidden_by_the_name_of_its_folder(path: str) -> None:
    assert candidate(path).hidden is None


def test_a_large_json_file_is_data() -> None:
    assert candidate("tokens.json", 1 << 17).hidden == "data"
    assert candidate("tokens.json", 1 << 10).hidden is None


def test_an_empty_file_is_listed_only() -> None:
    assert candidate("pkg/__init__.py", 0).hidden == "empty"


def test_a_marked_folder_is_vendored() -> None:
    entries = MemorySnapshot(dict.fromkeys(("env/lib/site.py", "environment.py"), "x")).entries

    found = candidates(entries, readme=None, marked={"env"})

    assert {file.path: file.hidden for file in found} == {"env/lib/site.py": "vendored", "environment.py": None}


def test_pods_are_vendored_beside_a_podfile() -> None:
    assert candidate("ios/Pods/a.swift", 10, "ios/Podfile").hidden == "vendored"
    assert candidate("Pods/a.swift", 10, "ios/Podfile").hidden is None


def test_a_folder_of_vendors_that_the_project_is_about_is_its_own() -> None:
    assert candidate("vendor/views.py", 10, "vendor/models.py").hidden is None
    assert candidate("vendor/six.py").hidden == "vendored"


def test_a_library_with_its_own_licence_is_vendored() -> None:
    assert candidate("deps/lua/lapi.c", 10, "deps/lua/LICENSE").hidden == "vendored"
    assert candidate("deps/lapi.c", 10, "LICENSE").hidden is None


def test_what_its_author_calls_his_own_is_shown_unless_it_is_a_secret_or_no_text() -> None:
    paths = ["vendor/a.go", "a_pb2.py", "app.min.js", "vendor/logo.png", "vendor/.env", "vendor/data.csv"]

    files = candidates_of(paths, own=paths)

    assert {file.path: file.hidden for file in files} == {
        "a_pb2.py": None,
        "app.min.js": None,
        "vendor/.env": "secret file",
        "vendor/a.go": None,
        "vendor/data.csv": "data",
        "vendor/logo.png": "media or document",
    }
    assert all(file.kept for file in files)


def test_a_path_that_cannot_be_printed_is_told_by_its_printable_form() -> None:
    file = candidate("src/\udcff\n.py")

    assert file.path == "src/\\xff\\u000a.py"
    assert (file.file_class, file.suffix, file.depth, file.name) == ("code", "py", 1, "\\xff\\u000a.py")
