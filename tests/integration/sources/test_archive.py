import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from evaluator.domain import Limits, Skipped, SourceKind
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.archives import Tarred, Zipped, contents, refusal, refused, tarred, zipped
from tests.support.repositories import Files, git, make_project, make_repository, serve_git

FILES: Files = {
    "README.md": "# Hours\n",
    "src/시간/main.py": "print(1)\n",
    "src.py": "x",
    "run.sh": "#!/bin/sh\n",
    "data.bin": bytes(range(256)) * 20,
    ".gitignore": "*.log\n",
    "kept.log": "committed all the same\n",
    "Makefile": "all:\n",
    "makefile": "none:\n",
}
LIMITS = Limits(file_bytes=4096)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = make_project(tmp_path / "hours", FILES)
    (folder / "run.sh").chmod(0o755)
    return make_repository(folder, {})


def packed(project: Path, how: str) -> Path:
    """Return an archive of the project's commit, or, where git cannot pack so, of its folder with `.git` and all."""
    archive = project.parent / f"hours{how}"
    if how in {".zip", ".tar", ".tgz"}:
        git(project, "archive", f"--output={archive}", "--prefix=hours-main/", "HEAD")
    elif how == ".tar.gz":
        git(project, "archive", f"--output={archive}", "HEAD")
    else:
        Path(shutil.make_archive(str(archive), "xztar" if "x" in how else "bztar", project)).rename(archive)
    return archive


@pytest.mark.parametrize("how", [".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2"])
def test_an_archive_has_the_tree_id_and_the_files_of_its_commit(project: Path, how: str) -> None:
    source = parse(str(packed(project, how)))

    with fetch(source, limits=LIMITS) as snapshot:
        files, tree, entries = contents(snapshot), snapshot.tree, snapshot.entries

    assert (source.kind, source.name, source.canonical) == (SourceKind.ARCHIVE, "hours", "archive:hours")
    assert tree == git(project, "rev-parse", "HEAD^{tree}")
    assert files == {name: (project / name).read_bytes() for name in FILES if name != "data.bin"}
    assert [entry.path for entry in entries if entry.executable] == ["run.sh"]
    assert Skipped(path="data.bin", reason="too large", size=5120) in snapshot.skipped
    assert snapshot.commit is None


def test_equal_content_has_one_tree_id_whatever_it_comes_from(project: Path, tmp_path: Path) -> None:
    (project / ".gitignore").unlink()
    make_repository(project, {})
    with serve_git(tmp_path) as base:
        url = parse(f"{base}/hours", trusted_forges=[base])
        sources = [url, parse(str(project)), parse(str(packed(project, ".zip"))), parse(str(packed(project, ".txz")))]

        limits = Limits(trusted_forges=(base,))
        snapshots = []
        for source in sources:
            with fetch(source, limits=limits) as snapshot:
                snapshots.append((snapshot.tree, snapshot.entries, contents(snapshot)))

    assert all(snapshot == snapshots[0] for snapshot in snapshots)


def test_a_wrong_suffix_is_no_obstacle(project: Path, tmp_path: Path) -> None:
    odd = shutil.copy(packed(project, ".zip"), tmp_path / "README.md")

    source = parse(str(odd))

    assert (source.kind, source.canonical) == (SourceKind.ARCHIVE, "archive:README.md")


def test_ignore_rules_are_not_applied_to_what_was_handed_in(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(Zipped(".gitignore", b"*"), Zipped("README.md", b"x")))

    with fetch(parse(str(archive)), limits=LIMITS) as snapshot:
        assert set(contents(snapshot)) == {".gitignore", "README.md"}


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["p-main/README.md", "p-main/a/b"], ["README.md", "a/b"]),
        (["p-main/README.md", "other"], ["other", "p-main/README.md"]),
        (["p/q/README.md", "p/q/b"], ["q/README.md", "q/b"]),
        (["p/README.md", "__MACOSX/._p", ".DS_Store"], ["README.md"]),
        (["README.md"], ["README.md"]),
        (["p/README.md", "project/x"], ["p/README.md", "project/x"]),
    ],
)
def test_one_folder_that_holds_everything_is_taken_off(tmp_path: Path, names: list[str], paths: list[str]) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(*(Zipped(name, b"x") for name in names)))

    with fetch(parse(str(archive)), limits=LIMITS) as snapshot:
        assert [entry.path for entry in snapshot.entries] == paths


def test_a_subdirectory_is_one_of_the_project_inside(project: Path) -> None:
    source = parse(str(packed(project, ".zip")), subdir="src/시간")

    with fetch(source, limits=LIMITS) as snapshot:
        assert contents(snapshot) == {"main.py": b"print(1)\n"}
        assert snapshot.tree == git(project, "rev-parse", "HEAD:src/시간")
    assert (source.name, source.canonical) == ("시간", "archive:hours//src/시간")


@pytest.mark.parametrize("subdir", ["nowhere", "README.md", "sr", "src/시"])
def test_a_subdirectory_has_to_be_there(project: Path, subdir: str) -> None:
    assert refusal(packed(project, ".zip"), subdir=subdir).code == "unknown_subdir"


def test_a_subdirectory_of_links_is_empty(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    archive.write_bytes(tarred(Tarred("README.md", b"x"), Tarred("links/a", kind=b"2", link=b"/etc")))

    assert refusal(archive, subdir="links").code == "empty_project"


@pytest.mark.parametrize("data", [zipped(), tarred(), zipped(Zipped("p/", mode=0o040755)), zipped(Zipped(".git/HEAD"))])
def test_an_archive_of_nothing_is_refused(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(data)

    assert refusal(archive).code == "empty_project"


def test_a_path_that_is_too_deep_for_the_project_is_listed(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(Zipped("README.md", b"x"), Zipped("a/b/c", b"x"), Zipped("a/d", b"x")))

    with fetch(parse(str(archive)), limits=Limits(depth=2)) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["README.md", "a/d"]
        assert snapshot.skipped == (Skipped(path="a/b/c", reason="path too long or too deep"),)


def test_twenty_thousand_members_are_read(tmp_path: Path) -> None:
    count = 20_000 - 21
    names = [f"p/{n % 20}/{n}.py" for n in range(count)]
    as_zip, as_tar = tmp_path / "a.zip", tmp_path / "a.tar"
    as_zip.write_bytes(zipped(*(Zipped(name, name.encode()) for name in names)))
    as_tar.write_bytes(tarred(*(Tarred(name, name.encode()) for name in names)))

    trees = []
    for archive in (as_zip, as_tar):
        with fetch(parse(str(archive)), limits=Limits()) as snapshot:
            trees.append(snapshot.tree)
            assert len(snapshot.entries) == count
            assert all(data == f"p/{entry.path}".encode() for entry, data in snapshot.read(snapshot.entries))

    assert trees[0] == trees[1]
    assert refusal(as_zip, limits=Limits(entries=19_999)).code == "too_many_files"
    assert refusal(as_tar, limits=Limits(entries=19_999)).code == "too_many_files"


def test_an_archive_that_is_gone_or_another_thing_now_is_refused(project: Path) -> None:
    archive = packed(project, ".zip")
    source = parse(str(archive))

    archive.write_text("no archive any more")
    assert refused(source).code == "bad_archive"

    archive.unlink()
    assert refused(source).code == "no_such_path"

    os.mkfifo(archive)
    assert refused(source).code == "no_such_path"

    archive.unlink()
    archive.symlink_to(project / "README.md")
    assert refused(source).code == "no_such_path"


def test_an_archive_is_read_once(project: Path) -> None:
    archive = packed(project, ".tgz")

    with fetch(parse(str(archive)), limits=LIMITS) as snapshot:
        archive.write_bytes(b"changed")

        assert contents(snapshot)["README.md"] == b"# Hours\n"


_KILLED = """
import os, signal, sys
from evaluator.domain import Limits
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
with fetch(parse(sys.argv[1]), limits=Limits()) as snapshot:
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_left_behind_even_by_a_process_that_is_killed(project: Path) -> None:
    archive = packed(project, ".tgz")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _KILLED, str(archive)]

        done = subprocess.run(command, env={**os.environ, "TMPDIR": folder}, check=False)

        assert done.returncode == -signal.SIGKILL
        assert not any(Path(folder).iterdir())


def test_a_disk_without_room_is_something_to_wait_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(project / "nowhere"))

    assert refusal(packed(project, ".tgz")).code == "source_unreachable"
