"""Where the embedded pair keeps its things."""

import errno
import fcntl
import os
import pwd
import stat
from pathlib import Path

import pytest

from evaluator.embedded.home import Home, open_log, take
from evaluator.embedded.pair import running
from evaluator.errors import EmbeddedUnavailable, SettingsError
from tests.support.pair_user import SOON, answers, remember, remembered
from tests.support.services import is_stopped, wait_until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can have another account's rights")


@pytest.mark.parametrize("name", ["d" * 120, "a, b", "with space & ümlaut"])
def test_a_home_of_any_path_works(tmp_path: Path, name: str) -> None:
    home = tmp_path / name

    with running(home) as addresses:
        remember(addresses, "kept")
        assert remembered(addresses) == (["kept"], ["kept"])
        sockets = Home(home).sockets
        assert len(os.fsencode(Home(home).postgres_socket)) <= 103
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    wait_until(lambda: is_stopped(home), seconds=SOON, what="the pair stops")

    assert sockets.is_relative_to(home) or not sockets.exists()


def test_a_link_and_the_folder_that_it_leads_to_are_one_home(home: Path, tmp_path: Path) -> None:
    with running(home) as addresses:
        link = tmp_path / "link"
        link.symlink_to(home)
        with running(link) as through_link:
            assert through_link == addresses


@pytest.mark.parametrize("planted", ["open", "link"])
def test_a_planted_folder_for_the_sockets_is_refused(tmp_path: Path, planted: str) -> None:
    home = tmp_path / ("d" * 120)
    sockets = Home(home).sockets
    if planted == "open":
        sockets.mkdir()
        sockets.chmod(0o777)
    else:
        sockets.symlink_to(tmp_path)

    with pytest.raises(EmbeddedUnavailable, match="is not ours alone") as refused, running(home):
        pass

    sockets.rmdir() if planted == "open" else sockets.unlink()
    assert str(sockets) in str(refused.value)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")

    with pytest.raises(SettingsError, match=r"it is not a folder.*Set MODU_HOME"), running(tmp_path / "file"):
        pass
    with pytest.raises(SettingsError, match=r"it is not a folder.*Set MODU_HOME"), running(tmp_path / "file" / "home"):
        pass


def test_a_home_that_holds_other_things_and_is_open_to_others_is_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "work"
    home.mkdir()
    home.chmod(0o755)
    (home / "thesis.txt").write_text("mine")

    with pytest.raises(SettingsError, match="holds other things"), running(home):
        pass

    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    assert [entry.name for entry in home.iterdir()] == ["thesis.txt"]


def test_a_home_with_nothing_but_settings_is_closed_to_others(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    (home / ".env").write_text("MODU_MODEL=offline\n")

    with running(home) as addresses:
        assert answers(addresses)

    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@as_root
def test_a_home_of_another_account_is_refused(home: Path) -> None:
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(SettingsError, match="belongs to another account"), running(home):
        pass


def test_a_home_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot hold the embedded services"), running(Path("/proc/modu")):
        pass


def test_a_disk_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)

    with pytest.raises(EmbeddedUnavailable, match="Set MODU_HOME to a local disk"):
        take(tmp_path / "lock")


def test_a_log_that_has_grown_large_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "redis.log"
    log.write_bytes(b"x" * (6 << 20))

    with open_log(log) as opened:
        opened.write(b"new\n")

    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "redis.log.1").stat().st_size == 6 << 20
