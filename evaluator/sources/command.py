"""git, run with fixed argv, nothing inherited and everything limited (security spec, section Git)."""

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from evaluator.errors import SettingsError
from evaluator.sources import leash, refusals

_STDERR_KEPT = 65_536  # bytes; the rest is read and dropped
_CHUNK = 65_536  # bytes

_CONFIG = (
    "protocol.allow=never",
    "protocol.version=2",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20",
    "http.sslVerify=true",
    "http.cookieFile=",
    "http.followRedirects=false",
    "credential.helper=",
    "core.askPass=/bin/false",
    "core.sshCommand=/bin/false",
    "core.gitProxy=",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.bigFileThreshold=1m",
    "core.packedGitLimit=256m",
    "core.deltaBaseCacheLimit=32m",
    "safe.bareRepository=explicit",
    "transfer.fsckObjects=true",
    "fetch.fsckObjects=true",
    "transfer.credentialsInUrl=die",
    "transfer.bundleURI=false",
    "fetch.unpackLimit=1",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "pack.threads=1",
    "log.showSignature=false",
    "gpg.program=/bin/false",
    "init.templateDir=",
)
_SSH = "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=30"


@dataclass(frozen=True)
class Finished:
    """How a git process ended."""

    status: int
    stdout: bytes
    stderr: str  # the first of it, never shown raw
    cut: bool = False  # it wrote more than was wanted and was ended


@dataclass(frozen=True)
class Command:
    """git on one private bare repository, until a deadline."""

    executable: str
    folder: Path  # private; holds the repository, and stands for HOME
    deadline: float  # of time.monotonic()
    bytes_limit: int  # of any file that git writes

    @property
    def repository(self) -> Path:
        """The bare repository."""
        return self.folder / "bare.git"

    def run(
        self,
        *args: str,
        config: Sequence[str] = (),
        scheme: str | None = None,
        stdin: Path | None = None,
        stdout_limit: int = 1 << 20,
        records_limit: int | None = None,
    ) -> Finished:
        """Return how `git *args*` ended; *scheme* is the only protocol it may speak, None = none.

        Output beyond *stdout_limit* bytes or *records_limit* NULs ends the process. Raises SourceUnavailable where
        the deadline passes or somebody kills git. The whole process group is gone when this returns.
        """
        with self.process(*args, config=config, scheme=scheme, stdin=stdin) as process:
            stdout, stderr, cut = self._drain(process, stdout_limit, records_limit)
            if cut:
                return Finished(-1, stdout, stderr, cut=True)
            try:
                status = process.wait(max(0.0, self.deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise refusals.too_slow() from error
        if status == -signal.SIGKILL:  # what it has said is no answer: half a list, or none
            raise refusals.killed()
        return Finished(status, stdout, stderr)

    @contextmanager
    def process(
        self, *args: str, config: Sequence[str] = (), scheme: str | None = None, stdin: Path | int | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run git in a session of its own while the block runs, then end whatever is left of it."""
        with _opened(stdin) as source:
            process = subprocess.Popen(
                [*self._limits(), *self._git(config), *args],
                cwd=self.folder,
                env=self._environment(scheme),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if not isinstance(stdin, int) else subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            with leash.held(process, folder=self.folder):
                yield process
        finally:
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()

    def _git(self, config: Sequence[str]) -> list[str]:
        argv = [self.executable, f"--git-dir={self.repository}"]
        for setting in (*_CONFIG, *config):
            argv += ["-c", setting]
        return argv

    def _limits(self) -> list[str]:
        prlimit = shutil.which("prlimit")
        if prlimit is None:  # not Linux: the deadline and the caps on output still hold
            return []
        return [prlimit, f"--as={3 << 30}", f"--fsize={self.bytes_limit}", "--cpu=60", "--nofile=256", "--"]

    def _environment(self, scheme: str | None) -> Mapping[str, str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false",
            "SSH_ASKPASS": "/bin/false",
            "GCM_INTERACTIVE": "never",
            "GIT_SSH_COMMAND": _SSH if scheme == "ssh" else "/bin/false",
            "GIT_PROXY_COMMAND": "/bin/false",
            "GIT_ALLOW_PROTOCOL": scheme or "none",
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_PAGER": "cat",
            "GIT_EDITOR": "/bin/false",
            "GIT_CEILING_DIRECTORIES": "/",
        }
        agent = os.environ.get("SSH_AUTH_SOCK") if scheme == "ssh" else None  # the operator's key, for their forge
        return {**environment, "SSH_AUTH_SOCK": agent} if agent else environment

    def _drain(
        self, process: subprocess.Popen[bytes], limit: int, records_limit: int | None
    ) -> tuple[bytes, str, bool]:
        """Return stdout, the first of stderr, and whether stdout went over a limit."""
        stdout, stderr, records = bytearray(), bytearray(), 0
        with selectors.DefaultSelector() as selector:
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(self._remaining()):
                    chunk = os.read(key.fd, _CHUNK)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is process.stderr:
                        stderr += chunk[: _STDERR_KEPT - len(stderr)]
                    else:
                        stdout += chunk
                        records += chunk.count(0)
                if len(stdout) > limit or (records_limit is not None and records > records_limit):
                    return bytes(stdout), _decoded(stderr), True
        return bytes(stdout), _decoded(stderr), False

    def _remaining(self) -> float:
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise refusals.too_slow()
        return min(remaining, 1.0)


def find(path: str | None = None) -> str:
    """Return the absolute path of git; raise SettingsError where there is none. *path* replaces the search path."""
    found = shutil.which("git", path=path)
    if found is None:
        raise SettingsError("git is not installed. Install git 2.39 or later to grade git URLs; a folder needs no git.")
    return found


@contextmanager
def _opened(stdin: Path | int | None) -> Iterator[IO[bytes] | int]:
    if isinstance(stdin, Path):
        with stdin.open("rb") as file:
            yield file
    else:
        yield subprocess.DEVNULL if stdin is None else stdin


def _decoded(stderr: bytes | bytearray) -> str:
    return bytes(stderr).decode("utf-8", "replace")
