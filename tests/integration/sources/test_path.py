import os
import socket
import tempfile
from pathlib import Path

import pytest

from evaluator.domain import Limits, Skipped
from evaluator.errors import EvaluatorError, FetchTimeout, SourceUnavailable
from evaluator.sources import local, path
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.archives import contents, refused
from tests.support.ordinary import not_root
from tests.support.repositories import git, make_project

LIMITS = Limits()


def refusal(folder: Path, limits: Limits = LIMITS, *, subdir: str | None = None) -> EvaluatorError:
    source = parse(str(folder), subdir=subdir)
    with pytest.raises(EvaluatorError) as caught, fetch(source, limits=limits):
        pass
    return caught.value


def test_a_folder_has_the_tree_id_that_git_would_give_it(tmp_path: Path) -> None:
    folder = make_project(
        tmp_path / "project",
        {"a/b/c.txt": "c", "a.txt": "x", "a-b": "y", "README.md": "z", "run.sh": "#!/bin/sh\n", "latin\udce9": "l"},
    )
    (folder / "run.sh").chmod(0o755)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        tree, commit, paths = snapshot.tree, snapshot.commit, [entry.path for entry in snapshot.entries]

    assert tree == git(folder, "write-tree")
    assert commit is None
    assert paths == ["README.md", "a-b", "a.txt", "a/b/c.txt", "latin\udce9", "run.sh"]


def test_the_ignore_rules_leave_out_what_git_would(tmp_path: Path) -> None:
    folder = make_project(
        tmp_path,
        {
            ".gitignore": "*.log\n/build/\nnode_modules\n!keep.log\n",
            "app/.gitignore": "!debug.log\nlocal/\n",
            "README.md": "x",
            "keep.log": "x",
            "x.log": "x",
            "build/out.txt": "x",
            "app/build/real.py": "x",
            "app/debug.log": "x",
            "app/local/secret.txt": "x",
            "node_modules/x/index.js": "x",
        },
    )
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        paths = [entry.path for entry in snapshot.entries]

    assert paths == git(folder, "ls-files").splitlines()
    assert "app/build/real.py" in paths


def test_the_rules_above_a_subdirectory_hold_in_it(tmp_path: Path) -> None:
    make_project(tmp_path, {".gitignore": "*.log\n/app/gen/\n", "app/x.log": "x", "app/gen/y": "x", "app/z": "z"})

    with fetch(parse(str(tmp_path), subdir="app"), limits=LIMITS) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["z"]
        assert [data for _, data in snapshot.read(snapshot.entries)] == [b"z"]


def test_links_and_special_files_are_listed_and_never_followed(tmp_path: Path) -> None:
    folder = make_project(
        tmp_path / "p", {"README.md": "x", "sub/.git/config": "foreign", "sub/own.py": "y", ".git/HEAD": "z"}
    )
    secret = make_project(tmp_path / "outside", {"secret": "s"})
    (folder / "file-link").symlink_to(secret / "secret")
    (folder / "folder-link").symlink_to(secret)
    (folder / ".gitignore").symlink_to(secret / "secret")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(folder)
        listener.bind("socket")
        os.chdir(here)

        with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
            paths, skipped = [entry.path for entry in snapshot.entries], snapshot.skipped

    assert paths == ["README.md", "sub/own.py"]
    assert skipped == (
        Skipped(path=".gitignore", reason="symbolic link"),
        Skipped(path="file-link", reason="symbolic link"),
        Skipped(path="folder-link", reason="symbolic link"),
        Skipped(path="pipe", reason="device, socket or pipe"),
        Skipped(path="socket", reason="device, socket or pipe"),
        Skipped(path="sub/.git", reason="git's own folder"),
    )


def test_a_large_file_counts_for_the_tree_and_is_not_read(tmp_path: Path) -> None:
    folder = make_project(tmp_path, {"README.md": "x", "big": b"b" * 5000})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")

    with fetch(parse(str(folder)), limits=Limits(file_bytes=4999)) as snapshot:
        skipped, tree = snapshot.skipped, snapshot.tree

    assert skipped == (Skipped(path="big", reason="too large", size=5000),)
    assert tree == git(folder, "write-tree")


def test_a_path_that_is_too_deep_is_listed(tmp_path: Path) -> None:
    make_project(tmp_path, {"README.md": "x", "/".join("d" * 70) + "/f": "deep"})

    with fetch(parse(str(tmp_path)), limits=LIMITS) as snapshot:
        assert [thing.reason for thing in snapshot.skipped] == ["path too long or too deep"]


def test_a_file_that_may_not_be_read_is_listed() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = make_project(Path(name), {"README.md": "x", "locked": "y"})
        folder.chmod(0o755)
        (folder / "locked").chmod(0)

        with not_root(), fetch(parse(str(folder)), limits=LIMITS) as snapshot:
            skipped = snapshot.skipped

    assert skipped == (Skipped(path="locked", reason="cannot be read"),)


@pytest.mark.parametrize("change", ["edit", "grow", "remove", "link"])
@pytest.mark.parametrize("size", [10, 100_000], ids=["small", "large"])
def test_a_file_that_changes_after_the_fetch_is_an_error_where_it_was_not_kept(
    tmp_path: Path, change: str, size: int
) -> None:
    before = b"b" * size
    folder = make_project(tmp_path, {"README.md": "x", "a/b": before})
    file = folder / "a/b"

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        if change in {"edit", "grow"}:
            file.write_bytes(b"a" * size if change == "edit" else before + b"more")
        else:
            file.unlink()
        if change == "link":
            file.symlink_to(folder / "README.md")

        if size < 64 << 10:
            assert contents(snapshot)["a/b"] == before
        else:
            with pytest.raises(SourceUnavailable, match="changed"):
                contents(snapshot)


def test_so_much_is_kept_and_no_more(tmp_path: Path) -> None:
    folder = make_project(tmp_path, {f"f{number:03}": b"x" * (60 << 10) for number in range(150)})

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        (folder / "f000").write_text("changed")
        (folder / "f149").write_text("changed")

        assert next(snapshot.read(snapshot.entries[:1]))[1] == b"x" * (60 << 10)
        with pytest.raises(SourceUnavailable, match="changed"):
            next(snapshot.read(snapshot.entries[-1:]))


def test_ignore_rules_beyond_all_measure_are_not_obeyed(tmp_path: Path) -> None:
    rules = "*.txt\n" + "#" * (200 << 10)
    folder = make_project(
        tmp_path, {"a/.gitignore": rules, "a/x.txt": "x", "b/.gitignore": rules, "b/x.txt": "x", "README.md": "x"}
    )

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        paths = [entry.path for entry in snapshot.entries]

    assert paths == ["README.md", "a/.gitignore", "b/.gitignore", "b/x.txt"]


def test_what_git_keeps_to_itself_is_not_opened(tmp_path: Path) -> None:
    folder = make_project(
        tmp_path,
        {
            "README.md": "x",
            ".GIT/info/exclude": "README.md",
            "worktree/.git": "gitdir: /etc",
            "nested/.Git/HEAD": "x",
            "nested/main.py": "y",
            ".gitmodules": "z",
        },
    )

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        assert [entry.path for entry in snapshot.entries] == [".gitmodules", "README.md", "nested/main.py"]
        assert [thing.path for thing in snapshot.skipped] == ["nested/.Git", "worktree/.git"]


def test_the_limits_of_a_path_are_settings(tmp_path: Path) -> None:
    folder = make_project(tmp_path, {"a/b/c": "x", "a/" + "n" * 100: "x", "README.md": "x"})

    with fetch(parse(str(folder)), limits=Limits(depth=2, path_bytes=64)) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["README.md"]
        assert {thing.path for thing in snapshot.skipped} == {"a/b/c", "a/" + "n" * 100}


def test_a_link_that_came_after_the_request_is_not_followed(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "mine" / "project", {"README.md": "x"})
    make_project(tmp_path / "other" / "project", {"README.md": "secret"})
    source = parse(str(folder))

    (tmp_path / "mine").rename(tmp_path / "moved")
    (tmp_path / "mine").symlink_to(tmp_path / "other")

    assert refused(source).code == "no_such_path"


def test_a_folder_above_that_only_lets_pass_is_passed() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = make_project(Path(name) / "project", {"README.md": "x"})
        source = parse(str(folder))
        Path(name).chmod(0o111)

        with not_root(), fetch(source, limits=LIMITS) as snapshot:
            assert len(snapshot.entries) == 1


@pytest.mark.parametrize("files", [{}, {".gitignore": "*\n"}, {"empty/.git/HEAD": "x"}])
def test_a_folder_with_nothing_to_read_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    assert refusal(make_project(tmp_path, files)).code == "empty_project"


def test_too_much_is_refused(tmp_path: Path) -> None:
    folder = make_project(tmp_path, {f"f{n}": "0123456789" for n in range(10)})

    assert refusal(folder, Limits(entries=9)).code == "too_many_files"
    assert refusal(folder, Limits(received_bytes=99)).code == "too_large"
    assert refusal(folder, Limits(seconds=-1)).code == "fetch_timeout"


def test_a_subdirectory_has_to_be_a_folder_of_the_project(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", {"README.md": "x"})
    (folder / "link").symlink_to(tmp_path)

    for subdir in ("nowhere", "README.md", "link"):
        assert refusal(folder, subdir=subdir).code == "unknown_subdir"


def test_a_folder_that_is_gone_is_refused(tmp_path: Path) -> None:
    source = parse(str(make_project(tmp_path / "p", {"a": "b"})))
    (tmp_path / "p/a").unlink()
    (tmp_path / "p").rmdir()

    with pytest.raises(EvaluatorError) as caught, fetch(source, limits=LIMITS):
        pass

    assert caught.value.code == "no_such_path"


def test_a_file_that_is_longer_than_it_says_is_changing() -> None:
    assert refusal(Path("/proc/self/fdinfo")).code == "source_unreachable"


@pytest.mark.parametrize("said", [2_999_999, 3_000_001])
def test_a_large_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path, said: int) -> None:
    file = make_project(tmp_path, {"big": b"b" * 3_000_000}) / "big"

    with local.opened_at(str(file), local.FILE) as fd, pytest.raises(SourceUnavailable, match="changed"):
        path._stream_id(fd, said, deadline=float("inf"))


def test_a_large_file_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    file = make_project(tmp_path, {"big": b"b" * 3_000_000}) / "big"

    with local.opened_at(str(file), local.FILE) as fd, pytest.raises(FetchTimeout):
        path._stream_id(fd, 3_000_000, deadline=0)


def test_a_folder_that_may_not_be_listed_is_listed_itself() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = make_project(Path(name), {"README.md": "x", "locked/a": "y"})
        folder.chmod(0o755)
        (folder / "locked").chmod(0)

        with not_root(), fetch(parse(str(folder)), limits=LIMITS) as snapshot:
            skipped = snapshot.skipped

        (folder / "locked").chmod(0o755)
    assert skipped == (Skipped(path="locked", reason="cannot be read"),)
