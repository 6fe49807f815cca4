import pytest

from evaluator.services.likeness_files import own_files

BLOB = "00000000000000ff" + "0" * 24


def kept(**row: object) -> list[tuple[int, int]]:
    files = own_files([{"path": "src/app.py", "bytes": 900, "shown": "whole", "blob": BLOB, **row}])
    return list(zip(files.ids, files.sizes, strict=True))


def test_a_file_counts_by_its_content_whatever_its_name() -> None:
    assert kept() == kept(path="other/name.py") == [(255, 900)]


@pytest.mark.parametrize("reason", ["over the token budget", "not reached from an entry point", "too long to be shown"])
def test_what_is_left_out_for_want_of_room_counts(reason: str) -> None:
    assert kept(reason=reason, shown="listed") == [(255, 900)]


@pytest.mark.parametrize(
    "reason",
    ["lock file", "vendored", "generated", "minified", "media or document", "binary", "data", "secret file",
     "agent boilerplate", "editor settings"],
)  # fmt: skip
def test_what_tools_or_others_wrote_does_not_count(reason: str) -> None:
    assert kept(reason=reason, shown="listed") == []


@pytest.mark.parametrize("path", ["LICENSE", "docs/Licence.md", "COPYING", ".gitignore", "gradlew", "a/mvnw.cmd"])
def test_files_that_everybody_has_do_not_count(path: str) -> None:
    assert kept(path=path) == []


def test_a_tiny_file_does_not_count() -> None:
    assert kept(bytes=99) == []


def test_what_was_never_read_does_not_count() -> None:
    assert kept(blob=None, shown="skipped", reason="symbolic link") == []


def test_a_content_that_is_there_twice_counts_once() -> None:
    row = {"path": "a.py", "bytes": 900, "blob": BLOB}

    assert len(own_files([row, {**row, "path": "b.py", "reason": "same content as a.py"}]).ids) == 1
