import pytest

from evaluator.digest import readme
from evaluator.domain import Skipped
from evaluator.errors import NoReadme
from tests.support.snapshots import MemorySnapshot

CHINESE = "# 项目\n这是一个用来管理任务的工具、支持多种语言和平台、可以在命令行中使用。\n" * 5


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"README.md": "# Demo\n"}, "README.md"),
        ({"README.md": "# Demo\n", "README.ko.md": "# 데모\n"}, "README.md"),
        ({"README.md": CHINESE, "README.ja.md": "# x\n"}, "README.md"),
        ({"README.md": CHINESE, "README.en.md": "# x\n", "README.ja.md": "# x\n"}, "README.en.md"),
        ({"README.md": CHINESE, "README.en.md": "# x\n", "README_ko.md": "# x\n"}, "README_ko.md"),
        ({"README.md": b"\0\1", "README.txt": "Demo\n"}, "README.txt"),
        ({"README.md": " \n\n", "README.rst": "Demo\n"}, "README.rst"),
    ],
)
def test_the_readme_is_one_that_can_be_read_best_in_korean_or_english(
    files: dict[str, str | bytes], expected: str
) -> None:
    entry, text = readme.find(MemorySnapshot(files))

    assert entry.path == expected
    assert text.lines


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"docs/README.md": "# Demo\n"}, "docs/README.md"),
        ({"Docs/ReadMe.MD": "# Demo\n"}, "Docs/ReadMe.MD"),
        ({"docs/README.md": "# Demo\n", ".github/README.md": "# Demo\n"}, ".github/README.md"),
        ({"docs/README.md": "# Demo\n", ".github/README.md": "# Demo\n", "README.txt": "Demo\n"}, "README.txt"),
        ({"docs/README.md": "# Demo\n", "README.md": ""}, "docs/README.md"),
        ({"docs/README.md": CHINESE, "docs/README.ko.md": "# 데모\n"}, "docs/README.ko.md"),
    ],
)
def test_where_the_top_has_no_readme_it_is_looked_for_where_forges_look(
    files: dict[str, str | bytes], expected: str
) -> None:
    entry, _ = readme.find(MemorySnapshot(files))

    assert entry.path == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["docs/README.md", "demo/README.md"], "docs/README.md"),
        (["demo/README.md", "demo-macros/README.md"], "demo/README.md"),
        (["core/README.rst", "node_modules/README.md", ".github/README.md", "a/b/README.md"], "core/README.rst"),
        (["core/README.md", "ui/README.md", ".github/README.md"], ".github/README.md"),
    ],
)
def test_where_the_readme_at_the_top_is_a_link_the_likely_one_below_is_taken(paths: list[str], expected: str) -> None:
    link = Skipped(path="README.md", reason="symbolic link")

    entry, _ = readme.find(MemorySnapshot(dict.fromkeys(paths, "# Demo\n"), skipped=[link], name="team/Demo"))

    assert entry.path == expected


@pytest.mark.parametrize(
    ("skipped", "paths"),
    [
        (Skipped(path="README.md", reason="symbolic link"), ["core/README.md", "ui/README.md"]),
        (Skipped(path="README.md", reason="symbolic link"), ["vendor/README.md"]),
        (Skipped(path="main.md", reason="symbolic link"), ["core/README.md"]),
        (Skipped(path="README.md", reason="submodule"), ["core/README.md"]),
    ],
)
def test_no_readme_is_guessed_at(skipped: Skipped, paths: list[str]) -> None:
    with pytest.raises(NoReadme, match=r"add a README\.md at the top"):
        readme.find(MemorySnapshot(dict.fromkeys(paths, "# Demo\n"), skipped=[skipped]))


@pytest.mark.parametrize("files", [{"main.py": "x"}, {"README.md": b"\0\1\2"}, {"README.md": "\n \n"}])
def test_a_project_without_a_readable_readme_is_refused(files: dict[str, str | bytes]) -> None:
    with pytest.raises(NoReadme):
        readme.find(MemorySnapshot(files))


@pytest.mark.parametrize(
    "heading",
    ["Features", "Usage", "Installation", "Getting Started", "API", "주요 기능", "설치 방법", "실행", "명령어"],
)
def test_headings_that_promise_something_are_known(heading: str) -> None:
    assert readme.promises(heading)


@pytest.mark.parametrize("heading", ["Contributors", "License", "Acknowledgements", "팀원", "라이선스"])
def test_headings_that_promise_nothing_are_known_too(heading: str) -> None:
    assert not readme.promises(heading)
