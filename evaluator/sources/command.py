"""git, run with fixed argv, nothing inherited and everything limited (security spec, section Git)."""

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from evaluator.domain import Limits
from evaluator.errors import SettingsError
from evaluator.sources import refusals, watch
from evaluator.sources.access import Access
from evaluator.sources.leash import Leash
from evaluator.sources.watch import Watch

_STDERR_KEPT = 65_536  # bytes; the rest is read and dropped
_STDOUT_MOST = 4 << 20  # bytes of a list of refs
_CHUNK = 65_536  # bytes
_PROCESSOR_SECONDS = "60:61"  # the first is told, the second kills
_LEAST_MEMORY = 64 << 20  # bytes; git does not start in less

_CONFIG = (
    "protocol.allow=never",
    "protocol.version=2",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20",
    "http.sslVerify=true",
    "http.cookieFile=",
    "http.followRedirects=initial",  # our dialer judges every hop
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
    "core.packedGitWindowSize=16m",  # the limit holds between windows, and one is a gigabyte by default
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


@dataclass(frozen=True)
class Command:
    """git on one private bare repository, until a deadline."""

    executable: str
    folder: Path  # private; holds the repository, and stands for HOME
    limits: Limits
    leash: Leash
    deadline: float = field(default=0.0)  # of time.monotonic()

    @property
    def repository(self) -> Path:
        """The bare repository."""
        return self.folder / "bare.git"

    @property
    def packs(self) -> Path:
        """Where it keeps its objects."""
        return self.repository / "objects" / "pack"

    def run(self, *args: str, access: Access, config: tuple[str, ...] = (), looking: Watch) -> Finished:
        """Return how `git *args*` ended.

        Raises what *looking* raises, and SourceUnavailable where the deadline passes or somebody kills git. The whole
        process group is gone when this returns.
        """
        with self.process(*args, access=access, config=config, memory=self.limits.memory_bytes) as process:
            stdout, stderr = self._drain(process, looking)
            try:
                status = process.wait(max(0.0, self.deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise refusals.too_slow() from error
        if status == -signal.SIGKILL:  # what it has said is no answer: half a list, or none
            raise refusals.killed()
        return Finished(status, stdout, stderr)

    @contextmanager
    def process(
        self,
        *args: str,
        memory: int,
        access: Access | None = None,
        config: tuple[str, ...] = (),
        stdin: int = subprocess.DEVNULL,
        stderr: int | IO[bytes] = subprocess.PIPE,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run git in a session of its own while the block runs, then end whatever is left of it.

        *memory* is the most bytes of its own that each process may have.
        """
        process = subprocess.Popen(
            [*self._limits(memory), *self._git(config), *args],
            cwd=self.folder,
            env=self._environment(access or Access()),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
        )
        try:
            with self.leash.held(process):
                yield process
        finally:
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()

    def _git(self, config: tuple[str, ...]) -> list[str]:
        argv = [self.executable, f"--git-dir={self.repository}"]
        for setting in (*_CONFIG, *config):
            argv += ["-c", setting]
        return argv

    def _limits(self, memory: int) -> list[str]:
        prlimit = shutil.which("prlimit")
        if prlimit is None:  # not Linux: the deadline and the caps on what comes in still hold
            return []
        return [
            prlimit,
            f"--as={3 << 30}",
            f"--data={max(memory, _LEAST_MEMORY)}",
            f"--fsize={self.limits.received_bytes}",
            f"--cpu={_PROCESSOR_SECONDS}",
            "--core=0",
            "--nofile=256",
            "--",
        ]

    def _environment(self, access: Access) -> Mapping[str, str]:
        over_ssh = "ssh" in access.protocols
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
            "GIT_SSH_COMMAND": _SSH if over_ssh else "/bin/false",
            "GIT_PROXY_COMMAND": "/bin/false",
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_PAGER": "cat",
            "GIT_EDITOR": "/bin/false",
            "GIT_CEILING_DIRECTORIES": "/",
            **access.environment,
        }
        agent = os.environ.get("SSH_AUTH_SOCK") if over_ssh else None  # the operator's key, for their forge
        return {**environment, "SSH_AUTH_SOCK": agent} if agent else environment

    def _drain(self, process: subprocess.Popen[bytes], looking: Watch) -> tuple[bytes, str]:
        """Return stdout and the first of stderr, when both have ended or git has."""
        kept = {process.stdout: (bytearray(), _STDOUT_MOST), process.stderr: (bytearray(), _STDERR_KEPT)}
        next_look = time.monotonic() + watch.EVERY
        with selectors.DefaultSelector() as selector:
            for pipe, text in kept.items():
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, text)
            while selector.get_map():
                ended = process.poll() is not None
                ready = selector.select(watch.EVERY)
                for key, _ in ready:
                    if chunk := os.read(key.fd, _CHUNK):
                        so_far, most = key.data
                        so_far += chunk[: most - len(so_far)]
                    else:
                        selector.unregister(key.fileobj)
                if ended and not ready:  # what is left of the group has nothing to say
                    break
                if time.monotonic() >= next_look:
                    self._look(process, looking)
                    next_look = time.monotonic() + watch.EVERY
        stdout, stderr = (bytes(text) for text, _ in kept.values())
        return stdout, stderr.decode("utf-8", "replace")

    def _look(self, process: subprocess.Popen[bytes], looking: Watch) -> None:
        if time.monotonic() >= self.deadline:
            raise refusals.too_slow()
        looking.look(process.pid)


def find(path: str | None = None) -> str:
    """Return the absolute path of git; raise SettingsError where there is none. *path* replaces the search path."""
    found = shutil.which("git", path=path)
    if found is None:
        raise SettingsError("git is not installed. Install git 2.39 or later to grade git URLs; a folder needs no git.")
    return found
