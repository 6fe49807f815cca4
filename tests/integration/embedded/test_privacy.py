"""Who can reach the embedded pair, and what it gives away."""

import os
import shutil
import stat
from pathlib import Path

import psycopg
import pytest

from evaluator.embedded import servers
from evaluator.embedded.home import Home
from evaluator.embedded.pair import running
from tests.support.pair_user import SOON, Pids, answers
from tests.support.services import is_stopped, wait_until


def _link(source: str, target: str) -> str:
    """Copy without the bytes, where both are on one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def test_nothing_of_the_pair_listens_on_a_network(home: Path) -> None:
    with running(home) as addresses, psycopg.connect(addresses.database_url):
        pids = Pids.of(home)
        mine = {
            str(handle.readlink())
            for pid in (pids.supervisor, pids.postgres, pids.redis)
            for handle in Path(f"/proc/{pid}/fd").iterdir()
            if handle.is_symlink()
        }
        on_a_network = {
            f"socket:[{line.split()[9]}]"
            for protocol in ("tcp", "tcp6", "udp", "udp6")
            for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]
        }

    assert any(link.startswith("socket:") for link in mine)
    assert not mine & on_a_network


def test_no_folder_outside_the_home_changes_and_all_within_is_private(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b" / "modu"
    home.parent.mkdir(parents=True)
    home.parents[1].chmod(0o711)
    home.parent.chmod(0o700)
    package = Path(servers.find().postgres)
    outside = [*home.parents, package, *package.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in outside]

    with running(home) as addresses:
        up = answers(addresses)
        modes = {folder.name: stat.S_IMODE(folder.stat().st_mode) for folder in (home, *home.iterdir())}
        sockets = Home(home).sockets
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    wait_until(lambda: is_stopped(home), seconds=SOON, what="the pair stops")

    assert up
    assert set(modes.values()) == {0o700}
    assert [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in outside] == before


def test_programs_and_home_may_lie_in_folders_that_are_closed_to_everybody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = servers.find().postgres.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, closed / folder.name, copy_function=_link)
    monkeypatch.syspath_prepend(closed)

    with running(closed / "home") as addresses:
        found = servers.find().postgres
        up = answers(addresses)
    wait_until(lambda: is_stopped(closed / "home"), seconds=SOON, what="the pair stops")

    assert up
    assert found.is_relative_to(closed)


def test_a_supervisor_has_no_key_in_its_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")

    with running(home):
        pids = Pids.of(home)
        seen = [Path(f"/proc/{pid}/environ").read_bytes() for pid in (pids.supervisor, pids.redis)]

    assert not [environment for environment in seen if b"sk-very-secret" in environment]


def test_code_in_the_current_folder_is_never_run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("evaluator.py", "subprocess.py", "sitecustomize.py"):
        (tmp_path / name).write_text("import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with running(home) as addresses:
        assert answers(addresses)

    assert not list(tmp_path.glob("*.ran"))


def test_the_servers_log_shows_no_statement_and_no_value(home: Path) -> None:
    with running(home) as addresses, psycopg.connect(addresses.database_url, autocommit=True) as conn:
        conn.execute("CREATE TABLE once (word text UNIQUE)")
        for _ in range(2):
            try:
                conn.execute("INSERT INTO once VALUES ('their secret text')")
            except psycopg.errors.UniqueViolation:
                refused = True

    log = (home / "log" / "postgres.log").read_text()
    assert refused
    assert "duplicate key" in log
    assert "their secret text" not in log
