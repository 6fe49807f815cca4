import codecs
from pathlib import Path

import pytest

from evaluator.domain import Limits, SourceKind
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from evaluator.sources.readme import is_readme
from tests.support.archives import contents, refusal, refused
from tests.support.repositories import git, make_project


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README",
        "readme.rst",
        "Readme.txt",
        "README.ko.md",
        "README_KR.md",
        "README-zh-CN.markdown",
        "README.adoc",
        "README.org",
        "README.mdx",
        "readme.asciidoc",
        "README.md.txt",
        "README.korean.md",
        "README.한국어.md",
    ],
)
def test_a_readme_is_told_by_its_name(name: str) -> None:
    assert is_readme(name)


@pytest.mark.parametrize(
    "name", ["main.py", "README.py", "README.md.bak", "MYREADME.md", "README.backup.md", "README.md\n", ""]
)
def test_another_file_is_no_readme(name: str) -> None:
    assert not is_readme(name)


@pytest.mark.parametrize(
    ("name", "path"), [("README.ko.md", "README.md"), ("readme.RST", "README.RST"), ("README", "README")]
)
def test_a_readme_alone_is_a_project_of_one_file(tmp_path: Path, name: str, path: str) -> None:
    folder = make_project(tmp_path / "Hours", {name: "# 시간\n", "main.py": "secret"})

    source = parse(str(folder / name))
    with fetch(source, limits=Limits()) as snapshot:
        files, tree = contents(snapshot), snapshot.tree

    assert (source.kind, source.name, source.canonical) == (SourceKind.README, "Hours", "readme:Hours")
    assert files == {path: "# 시간\n".encode()}
    assert (snapshot.skipped, snapshot.commit) == ((), None)
    assert tree == _tree_of(tmp_path / "same", path)


def _tree_of(folder: Path, path: str) -> str:
    make_project(folder, {path: "# 시간\n"})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return git(folder, "write-tree")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_readme"),
        (b" \r\n\t\n", "empty_readme"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary_readme"),
        (b"x" * 5001, "too_large"),
    ],
)
def test_a_readme_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    readme = make_project(tmp_path, {"README.md": data}) / "README.md"

    assert refusal(readme, limits=Limits(file_bytes=5000)).code == code


@pytest.mark.parametrize(
    "data", [b"x" * 5000, codecs.BOM_UTF16_LE + "시간".encode("utf-16-le"), "시간".encode("cp949")]
)
def test_a_readme_of_any_encoding_is_read(tmp_path: Path, data: bytes) -> None:
    readme = make_project(tmp_path, {"README.md": data}) / "README.md"

    with fetch(parse(str(readme)), limits=Limits(file_bytes=5000)) as snapshot:
        assert contents(snapshot) == {"README.md": data}


def test_a_readme_that_is_gone_or_a_folder_now_is_refused(tmp_path: Path) -> None:
    readme = make_project(tmp_path, {"README.md": "x"}) / "README.md"
    source = parse(str(readme))

    readme.unlink()
    assert refused(source).code == "no_such_path"

    readme.mkdir()
    assert refused(source).code == "no_such_path"


def test_a_link_that_came_after_the_request_is_not_followed(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "mine" / "project", {"README.md": "x"})
    make_project(tmp_path / "other" / "project", {"README.md": "secret"})
    source = parse(str(folder / "README.md"))

    (tmp_path / "mine").rename(tmp_path / "moved")
    (tmp_path / "mine").symlink_to(tmp_path / "other")

    assert refused(source).code == "no_such_path"
