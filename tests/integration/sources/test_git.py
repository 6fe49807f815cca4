import hashlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluator.domain import Limits, Skipped
from evaluator.errors import SettingsError, SourceUnavailable
from evaluator.sources import command, listing
from evaluator.sources import git as git_source
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.forges import LIMITS, at, refusal
from tests.support.repositories import commit_of, git, make_project, make_repository, serve_git

FILES = {
    "README.md": "# Demo\n",
    "src/app.py": "print(1)\n",
    "src.txt": "sorted between\n",
    "docs/한글 이름.md": "안녕\n",
    "empty": "",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repositories")


@pytest.fixture(scope="module")
def demo(root: Path) -> Path:
    """A repository with two commits; the second adds what is never read."""
    folder = make_repository(root / "demo", FILES)
    (folder / "src/app.py").chmod(0o755)
    make_repository(folder, {"big.bin": b"b" * 3000})
    (folder / "link").symlink_to("/etc/passwd")
    git(folder, "add", "link")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    git(folder, "commit", "--quiet", "--message", "Second")
    git(folder, "tag", "--annotate", "--message", "one", "v1")
    git(folder, "tag", "light", "HEAD~2")
    return folder


@pytest.fixture(scope="module")
def base(root: Path, demo: Path) -> Iterator[str]:
    with serve_git(root) as url:
        yield url


def test_nothing_is_left_behind(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with fetch(at(f"{base}/demo"), limits=LIMITS):
        during = [folder.stat().st_mode & 0o077 for folder in tmp_path.iterdir()]
    refusal(at(f"{base}/demo", ref="nope"))

    assert during == [0]
    assert list(tmp_path.iterdir()) == []


def test_a_repository_is_read_without_being_checked_out(base: str, demo: Path) -> None:
    with fetch(at(f"{base}/demo", ref="light"), limits=LIMITS) as snapshot:
        contents = {entry.path: data.decode() for entry, data in snapshot.read(snapshot.entries)}
        executable = [entry.path for entry in snapshot.entries if entry.executable]

    assert contents == FILES
    assert executable == []
    assert snapshot.name == "demo"
    assert snapshot.commit == commit_of(demo, "light")
    assert snapshot.tree == git(demo, "rev-parse", "light^{tree}")


def test_links_submodules_and_large_files_are_listed_and_not_read(base: str) -> None:
    limits = LIMITS.model_copy(update={"file_bytes": 1500})

    with fetch(at(f"{base}/demo"), limits=limits) as snapshot:
        paths = [entry.path for entry in snapshot.entries]
        skipped = snapshot.skipped

    assert paths == sorted(FILES, key=os.fsencode)
    assert skipped == (
        Skipped(path="big.bin", reason="too large"),
        Skipped(path="link", reason="symbolic link"),
        Skipped(path="module", reason="submodule"),
    )


def test_a_file_of_just_the_limit_is_read(base: str) -> None:
    limits = LIMITS.model_copy(update={"file_bytes": 3000})

    with fetch(at(f"{base}/demo"), limits=limits) as snapshot:
        sizes = {entry.path: entry.size for entry in snapshot.entries}

    assert sizes["big.bin"] == 3000


@pytest.mark.parametrize("ref", ["main", "v1", "refs/heads/main", "COMMIT"])
def test_a_branch_a_tag_and_a_full_commit_id_are_refs(base: str, demo: Path, ref: str) -> None:
    source = at(f"{base}/demo.git", ref=commit_of(demo) if ref == "COMMIT" else ref)

    with fetch(source, limits=LIMITS) as snapshot:
        commit = snapshot.commit

    assert commit == commit_of(demo)


def test_an_older_commit_can_be_named(base: str, demo: Path) -> None:
    older = commit_of(demo, "HEAD~2")

    with fetch(at(f"{base}/demo", ref=older), limits=LIMITS) as snapshot:
        assert snapshot.commit == older


def test_a_subdirectory_is_a_project_of_its_own(base: str, demo: Path) -> None:
    with fetch(at(f"{base}/demo", subdir="docs"), limits=LIMITS) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["한글 이름.md"]
        assert snapshot.tree == git(demo, "rev-parse", "HEAD:docs")


def test_equal_content_has_one_tree_id_in_a_folder_and_in_git(base: str, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "copy", FILES)

    with fetch(parse(str(folder)), limits=LIMITS) as read, fetch(at(f"{base}/demo", ref="light"), limits=LIMITS) as got:
        assert read.tree == got.tree
        assert read.entries == got.entries


def test_names_in_any_bytes_are_read(root: Path, base: str) -> None:
    name = os.fsdecode(b"caf\xe9\n\t\x01 \xff")
    make_repository(root / "bytes", {"README.md": "x", name: "strange"})

    with fetch(at(f"{base}/bytes"), limits=LIMITS) as snapshot:
        contents = {entry.path: data for entry, data in snapshot.read(snapshot.entries)}

    assert contents[name] == b"strange"


def test_a_reader_may_stop_at_any_time(root: Path, base: str) -> None:
    files = {f"f{n:03}.txt": f"{n}\n" * 2000 for n in range(400)}
    make_repository(root / "many", files)

    with fetch(at(f"{base}/many"), limits=LIMITS) as snapshot:
        first = next(iter(snapshot.read(snapshot.entries)))[1]
        for number, (_, data) in enumerate(snapshot.read(snapshot.entries)):
            assert data == files[f"f{number:03}.txt"].encode()
            if number == 50:
                break
        last = next(iter(snapshot.read(snapshot.entries[-1:])))[1]

    assert first == files["f000.txt"].encode()
    assert last == files["f399.txt"].encode()


@pytest.mark.parametrize(
    ("path", "options", "code"),
    [
        ("demo", {"ref": "nope"}, "unknown_ref"),
        ("demo", {"ref": "abc1234"}, "unknown_ref"),
        ("demo", {"ref": "0123456789" * 4}, "unknown_ref"),
        ("demo", {"subdir": "nope"}, "unknown_subdir"),
        ("demo", {"subdir": "README.md"}, "unknown_subdir"),
        ("nowhere", {}, "repository_not_found"),
    ],
)
def test_what_is_not_there_is_refused(base: str, path: str, options: dict[str, str], code: str) -> None:
    source = at(f"{base}/{path}", ref=options.get("ref"), subdir=options.get("subdir"))

    assert refusal(source).code == code


def test_an_empty_repository_is_refused(root: Path, base: str) -> None:
    git(root, "init", "--quiet", "hollow")

    assert refusal(at(f"{base}/hollow")).code == "empty_project"


def test_a_commit_without_files_is_refused(root: Path, base: str) -> None:
    make_repository(root / "bare-commit", {})

    assert refusal(at(f"{base}/bare-commit")).code == "empty_project"


def test_a_tag_of_something_else_than_a_commit_is_no_ref(root: Path, base: str) -> None:
    folder = make_repository(root / "tagged", {"README.md": "x"})
    git(folder, "tag", "blob", "HEAD:README.md")

    assert refusal(at(f"{base}/tagged", ref="blob")).code == "unknown_ref"


def test_a_commit_with_a_harmless_fault_is_read(root: Path, base: str) -> None:
    folder = make_repository(root / "odd", {"README.md": "x"})
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    raw = f"tree {tree}\nauthor A <a@b.c> 1 +0000\ncommitter A b@c.d> 1 +0000\n\nodd\n"
    commit = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw.encode())
    git(folder, "update-ref", "refs/heads/odd", commit)

    with fetch(at(f"{base}/odd", ref="odd"), limits=LIMITS) as snapshot:
        assert snapshot.commit == commit


def test_a_tree_with_a_forbidden_name_is_refused(root: Path, base: str) -> None:
    folder = make_repository(root / "evil", {"README.md": "x"})
    blob = git(folder, "rev-parse", "HEAD:README.md")
    raw = b"100644 ..\0" + bytes.fromhex(blob)
    tree = git(folder, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=raw)
    git(folder, "update-ref", "refs/heads/evil", git(folder, "commit-tree", tree, "-m", "evil"))

    assert refusal(at(f"{base}/evil", ref="evil")).code == "bad_repository"


def test_a_folder_of_a_trusted_forge_is_read(root: Path, demo: Path) -> None:
    limits = LIMITS.model_copy(update={"trusted_forges": (f"file://{root}",)})
    source = parse(f"file://{demo}/.git", trusted_forges=limits.trusted_forges)

    with fetch(source, limits=limits) as snapshot:
        assert snapshot.commit == commit_of(demo)


def test_a_forge_that_is_trusted_no_more_is_not_asked(base: str) -> None:
    assert refusal(at(f"{base}/demo"), Limits()).code == "untrusted_source"


def test_nothing_of_our_environment_reaches_git(base: str, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("GIT_DIR", "/nowhere"), ("GIT_CONFIG_COUNT", "1"), ("GIT_OBJECT_DIRECTORY", "/nowhere")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with fetch(at(f"{base}/demo", subdir="docs"), limits=LIMITS) as snapshot:
        assert len(snapshot.entries) == 1


def test_a_file_for_the_group_alone_is_a_file_and_its_tree_that_of_a_folder(root: Path, base: str) -> None:
    folder = make_repository(root / "modes", {"README.md": "x", "run": "y"})
    blobs = [git(folder, "rev-parse", f"HEAD:{name}") for name in ("README.md", "run")]
    raw = b"".join(
        b"%s %s\0%s" % (mode, name, bytes.fromhex(blob))
        for mode, name, blob in zip((b"100664", b"100775"), (b"README.md", b"run"), blobs, strict=True)
    )
    tree = git(folder, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=raw)
    git(folder, "update-ref", "refs/heads/old", git(folder, "commit-tree", tree, "-m", "old"))

    with fetch(at(f"{base}/modes", ref="old"), limits=LIMITS) as snapshot:
        modes = {entry.path: entry.executable for entry in snapshot.entries}
        id = snapshot.tree

    canonical = git(
        folder, "mktree", stdin=f"100644 blob {blobs[0]}\tREADME.md\n100755 blob {blobs[1]}\trun\n".encode()
    )
    assert modes == {"README.md": False, "run": True}
    assert id == canonical


def test_what_is_too_deep_or_has_too_long_a_path_is_listed(root: Path, base: str) -> None:
    make_repository(root / "deep", {"README.md": "x", "a/b/c/d.txt": "y", f"{'n' * 70}.txt": "z"})

    with fetch(at(f"{base}/deep"), limits=LIMITS.model_copy(update={"depth": 2, "path_bytes": 64})) as snapshot:
        paths = [entry.path for entry in snapshot.entries]
        skipped = [(each.path, each.reason) for each in snapshot.skipped]

    assert paths == ["README.md"]
    assert skipped == [("a/b/c", "path too long or too deep"), (f"{'n' * 70}.txt", "path too long or too deep")]


def test_two_readers_take_turns(root: Path, base: str) -> None:
    make_repository(root / "turns", {f"f{n}.txt": f"{n}\n" * 500 for n in range(30)})

    with fetch(at(f"{base}/turns"), limits=LIMITS) as snapshot:
        pairs = list(zip(snapshot.read(snapshot.entries), snapshot.read(snapshot.entries[::-1]), strict=True))

    assert len(pairs) == 30
    for pair in pairs:
        for entry, data in pair:
            assert hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == entry.blob


def test_a_git_that_stops_while_it_is_read_is_told(base: str) -> None:
    with fetch(at(f"{base}/demo"), limits=LIMITS) as snapshot:
        for pid in readers():
            os.kill(pid, signal.SIGKILL)

        with pytest.raises(SourceUnavailable):
            list(snapshot.read(snapshot.entries))


def readers() -> list[int]:
    """Return the process ids of the gits that this very process reads from."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            words = (path.parent / "cmdline").read_bytes()
        except OSError:  # gone meanwhile
            continue
        if parent == os.getpid() and b"cat-file" in words:
            found.append(int(path.parent.name))
    return found


def test_a_git_that_stops_while_the_project_is_listed_is_told(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = listing.read

    def stopping(*args: Any, **options: Any) -> Any:
        for pid in readers():
            os.kill(pid, signal.SIGKILL)
        return read(*args, **options)

    monkeypatch.setattr(listing, "read", stopping)

    error = refusal(at(f"{base}/demo"))

    assert isinstance(error, SourceUnavailable)
    assert "stopped" in str(error)


def test_one_git_reads_everything(base: str) -> None:
    with fetch(at(f"{base}/demo"), limits=LIMITS) as snapshot:
        list(snapshot.read(snapshot.entries))

        assert len(readers()) == 1


def test_a_machine_without_git_is_told_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Install git"):
        command.find(path=str(tmp_path))


def test_a_git_that_cannot_be_used_is_the_operators_to_mend(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    git_source._executable.cache_clear()
    monkeypatch.setattr(git_source, "_OLDEST", (99, 0))

    error = refusal(at(f"{base}/demo"))

    monkeypatch.undo()
    assert isinstance(error, SettingsError)
    assert "too old" in str(error)


def test_a_place_that_cannot_be_written_to_is_worth_another_try(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    error = refusal(at(f"{base}/demo"))

    assert isinstance(error, SourceUnavailable)
    assert "temporary files" in str(error)
