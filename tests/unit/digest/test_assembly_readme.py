"""Where the README stands in the text, so that grading can leave it out."""

from evaluator.digest.build import build
from evaluator.domain import Digest
from tests.support.snapshots import MemorySnapshot

PROJECT = {"README.md": "# Demo\n\nIt adds numbers.\n", "app.py": "print(1)\n", "zoo.csv": "1,2\n"}


def readme_of(digest: Digest) -> str:
    assert digest.readme_span is not None
    start, end = digest.readme_span
    return digest.text[start:end]


def test_the_span_of_the_readme_holds_its_fences_and_the_blank_line_behind() -> None:
    digest = build(MemorySnapshot(PROJECT), budget=5000, mark="MARK")

    assert readme_of(digest) == (
        "<<<MARK file README.md | 25 bytes | 3 lines | shown 1-3>>>\n"
        "1| # Demo\n2| \n3| It adds numbers.\n<<<MARK end>>>\n\n"
    )


def test_the_text_without_the_readme_is_still_whole() -> None:
    digest = build(MemorySnapshot(PROJECT), budget=5000, mark="MARK")

    assert digest.readme_span is not None
    start, end = digest.readme_span
    rest = digest.text[:start] + digest.text[end:]

    assert rest.startswith("Files of the project: 3 in 1 folders\n")
    assert "adds numbers" not in rest
    assert rest.count("<<<MARK file ") == rest.count("<<<MARK end>>>") == 1
    assert rest.index("\n\n<<<MARK file app.py") > 0
    assert rest.endswith("zoo.csv: data\n\n")


def test_the_span_holds_for_a_mark_that_the_author_guessed() -> None:
    digest = build(MemorySnapshot({**PROJECT, "app.py": "MARK = 1\n"}), budget=5000, mark="MARK")

    assert readme_of(digest).startswith("<<<MARK-1 file README.md | ")
    assert readme_of(digest).endswith("<<<MARK-1 end>>>\n\n")


def test_a_readme_that_is_not_shown_has_no_span() -> None:
    digest = build(MemorySnapshot(PROJECT), budget=30, mark="MARK")

    assert not any(block.path == "README.md" for block in digest.blocks)
    assert digest.readme_span is None


def test_with_the_readme_alone_the_span_is_all_that_is_fenced() -> None:
    digest = build(MemorySnapshot(PROJECT), budget=5000, mark="MARK", privacy="readme")

    assert readme_of(digest).count("<<<") == digest.text.count("<<<") == 2
