import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evaluator.domain import Limits, Skipped, Source, SourceKind
from evaluator.errors import EvaluatorError, SettingsError, SourceUnavailable, UnusableSource
from evaluator.sources import command
from evaluator.sources import git as git_source
from evaluator.sources.command import Command
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.repositories import commit_of, git, make_project, make_repository, serve_git

FORGES = ("http://127.0.0.1:*",)
LIMITS = Limits(trusted_forges=FORGES, seconds=20)
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


def at(url: str, *, ref: str | None = None, subdir: str | None = None) -> Source:
    return parse(url, ref=ref, subdir=subdir, trusted_forges=FORGES)


def refusal(source: Source, limits: Limits = LIMITS) -> EvaluatorError:
    with pytest.raises(EvaluatorError) as caught, fetch(source, limits=limits):
        pass
    return caught.value


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
    assert refusal(at(f"{base}/{path}", **options)).code == code


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


def test_too_many_files_are_refused(base: str) -> None:
    assert refusal(at(f"{base}/demo"), LIMITS.model_copy(update={"entries": 4})).code == "too_many_files"


def test_a_tree_of_empty_trees_is_refused_as_too_many_files(root: Path, base: str) -> None:
    folder = make_repository(root / "bomb", {"README.md": "x"})
    tree = git(folder, "mktree", stdin=b"")
    for _ in range(12):
        rows = "".join(f"040000 tree {tree}\tf{n}\n" for n in range(10))
        tree = git(folder, "mktree", stdin=rows.encode())
    commit = git(folder, "commit-tree", tree, "-m", "bomb")
    git(folder, "update-ref", "refs/heads/bomb", commit)

    assert refusal(at(f"{base}/bomb", ref="bomb")).code in {"too_many_files", "bad_repository"}


def test_too_many_bytes_are_refused(root: Path, base: str) -> None:
    make_repository(root / "heavy", {"README.md": "x", **{f"r{n}": os.urandom(1 << 19) for n in range(4)}})

    assert refusal(at(f"{base}/heavy"), LIMITS.model_copy(update={"received_bytes": 1 << 20})).code == "too_large"


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


def test_a_host_that_refuses_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert isinstance(refusal(at(f"http://127.0.0.1:{port}/a/b")), SourceUnavailable)


@contextmanager
def silent_server() -> Iterator[str]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_host_that_never_answers_ends_with_the_time_and_leaves_no_process() -> None:
    with silent_server() as url:
        error = refusal(at(f"{url}/a/b"), LIMITS.model_copy(update={"seconds": 1}))

    assert isinstance(error, SourceUnavailable)
    assert "MODU_FETCH_TIMEOUT" in str(error)
    assert b"remote-http http" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True).stdout


def answering(status: str, headers: str = "") -> tuple[socket.socket, threading.Thread, list[str]]:
    """Return a server that gives every request the same answer, and the request lines that it got."""
    server, asked = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                asked.append(client.recv(4096).decode().partition("\r\n")[0])
                client.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return server, thread, asked


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("401 No", "repository_not_found"),
        ("403 No", "repository_not_found"),
        ("500 Oops", "source_unreachable"),
        ("429 Slow", "source_unreachable"),
        ("200 OK", "empty_project"),
    ],
)
def test_what_the_host_answers_is_told_in_our_words(status: str, code: str) -> None:
    server, thread, _ = answering(status)

    error = refusal(at(f"http://127.0.0.1:{server.getsockname()[1]}/a/b"))

    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()
    assert error.code == code


def test_a_redirect_is_not_followed_but_the_name_with_git_is_tried() -> None:
    elsewhere, other_thread, never = answering("404 No")
    target = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/secret"
    server, thread, asked = answering("301 Moved", f"Location: {target}\r\n")

    error = refusal(at(f"http://127.0.0.1:{server.getsockname()[1]}/a/b"))

    for each, its_thread in ((elsewhere, other_thread), (server, thread)):
        each.shutdown(socket.SHUT_RDWR)
        each.close()
        its_thread.join()
    assert error.code == "repository_moved"
    assert never == []
    assert [line.split("?")[0] for line in asked] == ["GET /a/b/info/refs", "GET /a/b.git/info/refs"]


def test_a_public_host_with_an_inner_address_is_never_dialled() -> None:
    source = parse("https://localhost.localdomain/a/b").model_copy(
        update={"location": "https://ip6-localhost.localdomain/a/b"}
    )

    error = refusal(source, Limits(seconds=5))

    assert error.code in {"private_address", "source_unreachable"}  # the second where nobody knows the name


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


def test_a_git_that_stops_while_it_is_read_is_told(base: str) -> None:
    with fetch(at(f"{base}/demo"), limits=LIMITS) as snapshot:
        assert isinstance(snapshot, git_source.GitSnapshot)
        os.kill(snapshot.reader.pid, signal.SIGKILL)
        snapshot.reader.wait()

        with pytest.raises(SourceUnavailable):
            list(snapshot.read(snapshot.entries))


def test_a_machine_without_git_is_told_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Install git"):
        command.find(path=str(tmp_path))


def test_a_deadline_that_has_passed_ends_the_process(tmp_path: Path) -> None:
    run = Command(executable=command.find(), folder=tmp_path, deadline=0.0, bytes_limit=1 << 20)

    with pytest.raises(SourceUnavailable):
        run.run("version")


def test_an_answer_that_is_too_long_is_cut(tmp_path: Path) -> None:
    run = Command(executable=command.find(), folder=tmp_path, deadline=float("inf"), bytes_limit=1 << 20)

    done = run.run("help", "--all", stdout_limit=100)

    assert done.cut


def test_an_unread_kind_of_source_is_refused(base: str) -> None:
    source = at(f"{base}/demo").model_copy(update={"kind": SourceKind.ARCHIVE})

    with pytest.raises(UnusableSource) as caught:
        fetch(source, limits=LIMITS)

    assert caught.value.code == "unsupported_source"


def test_a_git_that_cannot_be_used_is_the_operators_to_mend(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    git_source._executable.cache_clear()
    monkeypatch.setattr(git_source, "_OLDEST", (99, 0))

    error = refusal(at(f"{base}/demo"))

    monkeypatch.undo()
    assert isinstance(error, SettingsError)
    assert "too old" in str(error)


def test_a_disk_that_is_full_is_worth_another_try(base: str) -> None:
    error = refusal(at(f"{base}/demo"), LIMITS.model_copy(update={"received_bytes": 0}))

    assert isinstance(error, SourceUnavailable)
