"""Repositories and servers that want more than they get. Every one ends with a code of its own."""

import os
import socket
import subprocess
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evaluator.domain import Limits
from evaluator.errors import FetchTimeout, SourceUnavailable
from evaluator.sources import watch
from evaluator.sources.fetch import fetch
from tests.support.forges import LIMITS, REFS, always, at, endlessly, line, refusal, send_pack, sending, serving
from tests.support.repositories import commit_of, git, make_repository, pack_of, serve_git


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repositories")


@pytest.fixture(scope="module")
def base(root: Path) -> Iterator[str]:
    make_repository(root / "demo", {"README.md": "# Demo\n", "a/b.py": "1\n", "a/c.py": "2\n", "d.py": "3\n"})
    with serve_git(root) as url:
        yield url


def limits(**changes: int) -> Limits:
    return LIMITS.model_copy(update=changes)


def test_too_many_files_are_refused(base: str) -> None:
    assert refusal(at(f"{base}/demo"), limits(entries=4)).code == "too_many_files"


def test_files_and_folders_of_just_the_limit_are_taken(base: str) -> None:
    with fetch(at(f"{base}/demo"), limits=limits(entries=5)) as snapshot:
        assert len(snapshot.entries) == 4


def test_a_tree_of_empty_trees_is_refused_as_too_many_files(root: Path, base: str) -> None:
    folder = make_repository(root / "bomb", {"README.md": "x"})
    tree = git(folder, "mktree", stdin=b"")
    for _ in range(12):
        rows = "".join(f"040000 tree {tree}\tf{n}\n" for n in range(10))
        tree = git(folder, "mktree", stdin=rows.encode())
    git(folder, "update-ref", "refs/heads/bomb", git(folder, "commit-tree", tree, "-m", "bomb"))

    assert refusal(at(f"{base}/bomb", ref="bomb")).code == "too_many_files"


def test_a_folder_of_many_names_is_refused_before_it_is_taken_apart(root: Path, base: str) -> None:
    folder = make_repository(root / "wide", {"README.md": "x"})
    blob = git(folder, "rev-parse", "HEAD:README.md")
    rows = "".join(f"100644 blob {blob}\t{'n' * 100}{n:06}\n" for n in range(40_000))
    tree = git(folder, "mktree", stdin=rows.encode())
    git(folder, "update-ref", "refs/heads/wide", git(folder, "commit-tree", tree, "-m", "wide"))

    assert refusal(at(f"{base}/wide", ref="wide"), limits(entries=1000)).code == "too_many_files"


def test_too_many_bytes_are_refused(root: Path, base: str) -> None:
    make_repository(root / "heavy", {"README.md": "x", **{f"r{n}": os.urandom(1 << 19) for n in range(4)}})

    assert refusal(at(f"{base}/heavy"), limits(received_bytes=1 << 20)).code == "too_large"


def test_what_a_file_system_alone_can_count_is_counted_too(root: Path, base: str) -> None:
    folder = make_repository(root / "near", {"README.md": "x", **{f"r{n}": os.urandom(1 << 19) for n in range(4)}})
    forges = (f"file://{root}",)
    source = at("https://example.org/near").model_copy(update={"location": f"file://{folder}/.git"})

    assert refusal(source, Limits(trusted_forges=forges, received_bytes=1 << 20)).code == "too_large"


def test_a_file_that_was_sent_though_it_is_too_large_is_listed(root: Path, base: str) -> None:
    folder = make_repository(root / "unfiltered", {"README.md": "x", "zeros.bin": bytes(8 << 20)})
    git(folder, "config", "uploadpack.allowFilter", "false")

    with fetch(at(f"{base}/unfiltered"), limits=LIMITS) as snapshot:
        assert [(each.path, each.size) for each in snapshot.skipped] == [("zeros.bin", 8 << 20)]


def test_a_pack_that_unpacks_to_far_more_than_it_weighs_is_refused(
    root: Path, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_FREE_SECONDS", 0.1)
    folder = make_repository(root / "zeros", {"README.md": "x", "zeros.bin": bytes(256 << 20)})
    git(folder, "config", "uploadpack.allowFilter", "false")

    error = refusal(at(f"{base}/zeros"))

    assert error.code == "too_large"
    assert "unpacks" in str(error)


def test_an_endless_list_of_branches_is_too_large() -> None:
    more = line(b"a" * 40 + b" refs/heads/branch\n") * 1000

    with serving(endlessly(REFS, line(b"# service=git-upload-pack\n") + b"0000", again=more)) as (url, _):
        assert refusal(at(f"{url}/a/b"), limits(received_bytes=4 << 20)).code == "too_large"


def test_an_endless_list_of_branches_is_too_much_memory_where_it_may_be_as_large() -> None:
    more = b"".join(line(b"%040x refs/heads/branch-%05d\n" % (n, n)) for n in range(1, 4000))

    with serving(endlessly(REFS, line(b"# service=git-upload-pack\n") + b"0000", again=more)) as (url, _):
        assert (
            refusal(at(f"{url}/a/b"), limits(memory_bytes=32 << 20, received_bytes=1 << 30)).code == "too_much_memory"
        )


def random_blob() -> bytes:
    """Return an object of a pack that takes as many bytes as it has."""
    return b"\xb0\xd1\x0e" + zlib.compress(os.urandom(29_968), 0)  # kind and size, 7 bits a byte


def endless_pack(objects: int) -> Callable[[socket.socket, bytes], None]:
    """Return the answer of a git whose pack says to have so many objects and has no end."""

    def send(client: socket.socket) -> None:
        client.sendall(line(b"\1PACK" + (2).to_bytes(4, "big") + objects.to_bytes(4, "big")))
        while True:
            client.sendall(line(b"\1" + random_blob()))

    return sending(b"1" * 40, send)


def test_an_endless_pack_is_too_large() -> None:
    with serving(endless_pack(1 << 14)) as (url, _):
        assert refusal(at(f"{url}/a/b"), limits(received_bytes=4 << 20)).code == "too_large"


def test_a_pack_of_more_objects_than_memory_holds_is_refused() -> None:
    with serving(endless_pack(1 << 31)) as (url, _):
        assert refusal(at(f"{url}/a/b")).code == "too_much_memory"


def test_a_host_that_never_answers_ends_with_the_time_and_leaves_no_process_and_no_thread() -> None:
    threads = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        error = refusal(at(f"{url}/a/b"), limits(seconds=1))

    assert isinstance(error, FetchTimeout)
    assert error.code == "fetch_timeout"
    assert "MODU_FETCH_TIMEOUT" in str(error)
    assert url.encode() not in subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True).stdout
    assert set(threading.enumerate()) == threads


def test_a_host_that_drips_ends_with_the_time() -> None:
    drip = endlessly(REFS, line(b"# service=git-upload-pack\n") + b"0000", again=line(b"a" * 40 + b" x\n"), pause=0.01)

    with serving(drip) as (url, _):
        assert refusal(at(f"{url}/a/b"), limits(seconds=1)).code == "fetch_timeout"


def test_a_host_that_scolds_without_end_ends_with_the_time() -> None:
    def scold(client: socket.socket) -> None:
        while True:
            time.sleep(0.001)
            client.sendall(line(b"\2" + b"fatal: repository not found\n" * 30))

    with serving(sending(b"1" * 40, scold)) as (url, _):
        assert refusal(at(f"{url}/a/b"), limits(seconds=2)).code == "fetch_timeout"


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
    with serving(always(status)) as (url, _):
        assert refusal(at(f"{url}/a/b")).code == code


def test_a_host_that_refuses_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    error = refusal(at(f"http://127.0.0.1:{port}/a/b"))

    assert isinstance(error, SourceUnavailable)
    assert "127.0.0.1 does not answer" in str(error)


def test_a_repository_of_sha_256_is_told(root: Path, base: str) -> None:
    folder = root / "sha256"
    folder.mkdir()
    git(folder, "init", "--quiet", "--object-format=sha256", "--initial-branch=main")
    make_repository(folder, {"README.md": "x"})

    assert refusal(at(f"{base}/sha256")).code == "unsupported_repository"


def test_an_object_that_a_host_leaves_out_is_told(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "holes", {"README.md": "x", "a/b.txt": "y"})
    pack = pack_of(folder, "HEAD", "HEAD^{tree}", "HEAD:README.md")

    with serving(sending(commit_of(folder).encode(), lambda client: send_pack(client, pack))) as (url, _):
        assert refusal(at(f"{url}/a/b")).code == "bad_repository"


def test_a_file_that_a_host_leaves_out_is_listed_like_one_that_is_too_large(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "holes", {"README.md": "x", "b.txt": "y"})
    pack = pack_of(folder, "HEAD", "HEAD^{tree}", "HEAD:README.md")

    answer = sending(commit_of(folder).encode(), lambda client: send_pack(client, pack))

    with serving(answer) as (url, _), fetch(at(f"{url}/a/b"), limits=LIMITS) as snapshot:
        assert [each.path for each in snapshot.skipped] == ["b.txt"]


def test_another_commit_than_the_one_that_was_named_is_refused(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "other", {"README.md": "x"})
    pack = pack_of(folder, "HEAD", "HEAD^{tree}", "HEAD:README.md")

    with serving(sending(b"1" * 40, lambda client: send_pack(client, pack))) as (url, _):
        assert refusal(at(f"{url}/a/b")).code == "bad_repository"


def test_nothing_is_left_of_a_fetch_that_was_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with serving(endless_pack(1 << 14)) as (url, _):
        refusal(at(f"{url}/a/b"), limits(received_bytes=4 << 20))

    assert list(tmp_path.iterdir()) == []
