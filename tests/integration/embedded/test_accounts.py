"""The accounts and systems that the embedded pair runs on."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from evaluator.embedded import servers, supervisor
from evaluator.embedded.pair import running
from evaluator.errors import EmbeddedUnavailable
from tests.support.pair_user import SOON, PairUser, Pids, answers, is_alive, kill, remember, remembered, wait_for_end
from tests.support.services import wait_until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can have another account's rights")

NAMELESS = 54_321  # a user id that no account has


def nobody(*capabilities: str) -> tuple[str, ...]:
    """Return the beginning of a command that an ordinary account runs, which may still read our code and Python."""
    account = pwd.getpwnam("nobody")
    only = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    who = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
    rights = (f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}")
    return ("setpriv", *who, *rights, "--securebits=+no_setuid_fixup")  # else access(2) does not heed them


@as_root
def test_an_ordinary_user_has_a_pair_too() -> None:
    with tempfile.TemporaryDirectory(prefix="modu-") as folder:
        account = pwd.getpwnam("nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        home = Path(folder) / "home"
        with PairUser(home, through=nobody("dac_read_search"), environment={"HOME": folder}) as user:
            user.addresses  # noqa: B018 (waits until it answers)
            pids = Pids.of(home)
            owners = {Path(f"/proc/{pid}").stat().st_uid for pid in vars(pids).values()}
            user.end()

            assert owners == {account.pw_uid}
            wait_for_end(pids)


@as_root
def test_an_account_without_a_name_is_told_what_to_do() -> None:
    with tempfile.TemporaryDirectory(prefix="modu-") as folder:
        os.chown(folder, NAMELESS, NAMELESS)
        through = tuple(
            f"--reuid={NAMELESS}" if part.startswith("--reuid") else part for part in nobody("dac_read_search")
        )
        with PairUser(Path(folder) / "home", through=through, environment={"HOME": folder}) as user:
            said = user.refusal()

    assert f"user id {NAMELESS} has no name" in said
    assert "set DATABASE_URL and REDIS_URL" in said


@as_root
def test_postgresql_of_root_runs_as_nobody_with_no_right_but_to_pass(home: Path) -> None:
    with running(home):
        status = Path(f"/proc/{Pids.of(home).postgres}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)

    assert set(fields["Uid"].split()) == {str(pwd.getpwnam("nobody").pw_uid)}
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 1 << 2
    assert fields["NoNewPrivs"] == "1"


CONTAINER = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service sys_chroot mknod audit_write setfcap"
)


@as_root
def test_root_of_a_container_has_a_pair_too(home: Path) -> None:
    bounds = ",".join(["-all", *(f"+{name}" for name in CONTAINER.split())])
    with PairUser(home, through=("setpriv", f"--bounding-set={bounds}")) as user:
        remember(user.addresses, "kept")
        pids = Pids.of(home)

        kill(pids.postgres)
        wait_until(lambda: not is_alive(pids.postgres), seconds=SOON, what="PostgreSQL is dead")
        wait_until(lambda: answers(user.addresses), seconds=20, what="PostgreSQL answers again")

        assert remembered(user.addresses) == (["kept"], ["kept"])
        user.end()
        wait_for_end(pids)


@as_root
def test_root_without_the_right_to_pass_is_told_what_to_do(home: Path) -> None:
    with PairUser(home, through=("setpriv", "--bounding-set=-dac_override,-dac_read_search")) as user:
        said = user.refusal()

    assert "Run as an ordinary user, or set DATABASE_URL and REDIS_URL" in said


def test_a_system_without_setpriv_keeps_no_leash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert servers._leash() == ()


@as_root
def test_root_on_a_system_without_setpriv_or_nobody_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EmbeddedUnavailable, match="Run as an ordinary user, or set DATABASE_URL"):
        servers._for_postgres()


@pytest.mark.skipif(shutil.which("ps") is None, reason="the way of a system without /proc needs ps, as macOS has it")
def test_a_command_line_is_read_without_proc_too(
    bystander: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wait_until(lambda: supervisor._command_line(bystander.pid) != "", seconds=SOON, what="the process has its name")
    with_proc = supervisor._command_line(bystander.pid)

    monkeypatch.setattr(supervisor, "_PROC", tmp_path / "proc")

    assert with_proc.strip() == supervisor._command_line(bystander.pid) == "sleep 600"
    assert supervisor._command_line(2**22 + 1) == ""


def test_a_server_that_answers_something_else_is_not_ready(tmp_path: Path) -> None:
    script = (
        "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True)\n"
        "for answer in (b'-LOADING soon', b'', b'hello'):\n"
        "    c, _ = s.accept(); c.recv(99); c.sendall(answer); c.close()"
    )
    path = tempfile.mktemp(prefix="modu-", suffix=".sock")  # short, as a socket's path must be
    with subprocess.Popen((sys.executable, "-c", script, path), stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()

        assert [servers.redis_answers(Path(path)) for _ in range(3)] == [False, False, False]
    Path(path).unlink()


@as_root
def test_root_on_a_system_without_an_account_to_give_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", refuse)

    with pytest.raises(EmbeddedUnavailable, match="an account named nobody"):
        servers._for_postgres()
