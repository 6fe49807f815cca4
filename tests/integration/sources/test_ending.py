"""What is left of a fetch when the process that fetches ends, in whatever way."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evaluator.domain import Limits
from evaluator.errors import EvaluatorError, SourceUnavailable
from evaluator.sources import private
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.services import wait_until

SOON = 5  # seconds
FORGES = ("http://127.0.0.1:*",)
FETCHING = """
import sys, threading
from evaluator.domain import Limits
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse

forges = ("http://127.0.0.1:*",)
source = parse(sys.argv[1], trusted_forges=forges)
threading.Thread(target=lambda: fetch(source, limits=Limits(trusted_forges=forges)).__enter__(), daemon=True).start()
sys.stdin.read()
"""


@contextmanager
def dripping_server() -> Iterator[str]:
    """A forge whose list of branches never ends, fast enough to be no timeout."""
    over = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n"

    def drip(client: socket.socket) -> None:
        with client:
            try:
                client.recv(65536)
                client.sendall(head + b"001e# service=git-upload-pack\n0000")
                while not over.wait(0.02):
                    client.sendall(b"003f" + b"a" * 40 + b" refs/heads/branch-abcdef\n")
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = threading.Thread(target=serve, daemon=True)
        accepting.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        accepting.join()


def running(words: str) -> list[str]:
    """Return the command lines of gits, and of their helpers, that contain *words*."""
    said = subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True, text=True).stdout.splitlines()
    return [line for line in said if words in line and "git" in line.split()[0]]


def pids_of(words: str) -> list[int]:
    """Return the process ids of the same."""
    said = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, check=True, text=True).stdout.splitlines()
    return [int(line.split()[0]) for line in said if words in line and "git" in line.split()[1]]


@contextmanager
def another_fetch(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that is amid a fetch, with its temporary folders in *folder*."""
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        (sys.executable, "-c", FETCHING, f"{url}/a/b"), env=environment, stdin=subprocess.PIPE
    ) as process:
        try:
            wait_until(lambda: len(running(url)) >= 2, seconds=20, what="git and its helper run")
            yield process
        finally:
            process.kill()


def test_nothing_is_left_of_a_fetch_when_the_process_ends(tmp_path: Path) -> None:
    with dripping_server() as url, another_fetch(url, tmp_path) as process:
        process.communicate()

        wait_until(lambda: running(url) == [], seconds=SOON, what="git and its helper have ended")
        wait_until(lambda: list(tmp_path.iterdir()) == [], seconds=SOON, what="their folder is removed")

    assert process.returncode == 0


def test_git_and_its_helpers_end_when_the_process_is_killed(tmp_path: Path) -> None:
    with dripping_server() as url, another_fetch(url, tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()

        wait_until(lambda: running(url) == [], seconds=SOON, what="git and its helper have ended")
        wait_until(lambda: list(tmp_path.iterdir()) == [], seconds=SOON, what="their folder is removed")


def test_a_git_that_is_killed_is_a_fetch_that_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    errors: list[EvaluatorError] = []

    def attempt() -> None:
        try:
            with fetch(parse(f"{url}/a/b", trusted_forges=FORGES), limits=Limits(trusted_forges=FORGES)):
                pass
        except EvaluatorError as error:
            errors.append(error)

    with dripping_server() as url:
        thread = threading.Thread(target=attempt)
        thread.start()
        wait_until(lambda: len(running(url)) >= 2, seconds=20, what="git and its helper run")
        os.killpg(os.getpgid(pids_of(url)[0]), signal.SIGKILL)
        thread.join(SOON)

    assert [type(error) for error in errors] == [SourceUnavailable]
    assert list(tmp_path.iterdir()) == []


def old(folder: Path) -> Path:
    os.utime(folder, (0, 0))
    return folder


def test_the_folder_of_a_process_that_lives_is_left_alone_however_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with dripping_server() as url, another_fetch(url, tmp_path):
        (theirs,) = tmp_path.iterdir()
        old(theirs)

        with private.folder():
            assert theirs.exists()


def test_only_old_folders_of_fetches_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("modu-source-old", "modu-source-early", "modu-source-young", "elsewhere", "modu-other"):
        (tmp_path / name / "bare.git").mkdir(parents=True)
        (tmp_path / name / "lock").touch()
        old(tmp_path / name)
    (tmp_path / "modu-source-early" / "lock").unlink()  # killed before it had one
    old(tmp_path / "modu-source-early")
    os.utime(tmp_path / "modu-source-young")
    (tmp_path / "modu-source-file").touch()
    old(tmp_path / "modu-source-file")
    (tmp_path / "modu-source-link").symlink_to(tmp_path / "elsewhere")

    with private.folder() as ours:
        left = {path.name for path in tmp_path.iterdir()} - {ours.name}

    assert left == {"modu-source-young", "modu-source-file", "modu-source-link", "elsewhere", "modu-other"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another account")
def test_an_old_folder_of_another_account_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    theirs = tmp_path / "modu-source-theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    old(theirs)

    with private.folder():
        assert theirs.exists()
