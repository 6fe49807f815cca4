"""What is measured on one repository: ours, the peers, and the floor, each a thing that can be run again and again."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.digest.memory import of_tree

_HERE = Path(__file__).parent


@dataclass
class Result:
    """What all runs of one method gave."""

    seconds: list[float] = field(default_factory=list)
    bytes: int = 0  # of the output
    alone: int = 0  # peak bytes of the process, above idle where it is warm
    tree: int = 0  # peak bytes of the process and all that it started


@dataclass(frozen=True)
class Case:
    """A repository, prepared: a checkout whose `.git` is also served over http."""

    name: str
    checkout: Path
    url: str
    forge: str
    budget: int


Method = Callable[[dict[str, Result]], None]  # runs once and adds to the results, by name


def _environment() -> dict[str, str]:
    """Return what every process gets: gitingest counts tokens with a table that it would download, so it gets ours."""
    package = importlib.util.find_spec("litellm")
    tables = Path(package.origin or "").parent / "litellm_core_utils/tokenizers" if package else Path("missing")
    return {"PATH": os.environ["PATH"], "NO_COLOR": "1", "TIKTOKEN_CACHE_DIR": str(tables)}


class Warm:
    """A process that does the same thing each time it is asked."""

    def __init__(self, stack: ExitStack, name: str, command: Sequence[str], *, keys: dict[str, str]) -> None:
        self._name, self._keys = name, keys
        self._words = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        self._process = stack.enter_context(
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                encoding="utf-8",
                env=_environment(),
            )
        )
        stack.callback(self._process.stdin.close)  # type: ignore[union-attr]

    def ask(self, word: str = "") -> Any:
        """Return what it answers."""
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._words.seek(0)
            raise RuntimeError(f"{self._name} died:\n{self._words.read()[-2000:].decode(errors='replace')}")
        return json.loads(answer)

    def __call__(self, results: dict[str, Result]) -> None:
        told = self.ask()
        for key, name in self._keys.items():
            result = results.setdefault(name, Result())
            result.seconds.append(told["seconds"][key])
            result.bytes = told["bytes"]
            result.alone = max(result.alone, told["above_idle"])


class Once:
    """A command that is started anew each time, writing its output into a file."""

    def __init__(
        self, name: str, command: Sequence[str], *, output: Path | None = None, cwd: Path | None = None
    ) -> None:
        self._name, self._command, self._output, self._cwd = name, command, output, cwd

    def __call__(self, results: dict[str, Result]) -> None:
        result = results.setdefault(self._name, Result())
        begun = time.perf_counter()
        with self._started() as process:
            process.wait()
        result.seconds.append(time.perf_counter() - begun)
        if process.returncode:
            raise RuntimeError(f"{self._name} failed with status {process.returncode}")
        result.bytes = self._output.stat().st_size if self._output else 0

    def measure_memory(self, results: dict[str, Result]) -> None:
        """Run once more, not timed, and look how much memory it takes."""
        with self._started() as process:
            results[self._name].alone, results[self._name].tree = of_tree(process)

    @contextmanager
    def _started(self) -> Iterator["subprocess.Popen[bytes]"]:
        with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
            out = stack.enter_context(self._output.open("wb")) if self._output else subprocess.DEVNULL
            environment = {**_environment(), "HOME": home, "MODU_HOME": home}
            yield stack.enter_context(
                subprocess.Popen(
                    self._command, stdout=out, stderr=subprocess.DEVNULL, env=environment, cwd=self._cwd or home
                )
            )


def floor(case: Case) -> Method:
    """Return what reads every byte of the commit: `git ls-tree -r` and `git cat-file --batch`."""
    git = ("git", "-C", str(case.checkout))

    def run(results: dict[str, Result]) -> None:
        begun = time.perf_counter()
        listing = subprocess.run([*git, "ls-tree", "-r", "-z", "HEAD"], capture_output=True, check=True).stdout
        rows = [row.split(b"\t")[0].split() for row in listing.split(b"\0")[:-1]]
        ids = b"".join(row[2] + b"\n" for row in rows if row[1] == b"blob")
        subprocess.run([*git, "cat-file", "--batch"], input=ids, stdout=subprocess.DEVNULL, check=True)
        results.setdefault("every byte", Result()).seconds.append(time.perf_counter() - begun)

    return run


def bare_fetch(case: Case) -> Method:
    """Return git's own fetch of the commit into a fresh bare repository."""

    def run(results: dict[str, Result]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            git = ("git", "--git-dir", folder)
            subprocess.run([*git, "init", "--quiet", "--bare"], check=True)
            begun = time.perf_counter()
            subprocess.run([*git, "fetch", "--quiet", "--depth=1", "--no-tags", case.url, "HEAD"], check=True)
            results.setdefault("bare fetch", Result()).seconds.append(time.perf_counter() - begun)

    return run


def of(case: Case, *, peers: Path | None, scratch: Path, stack: ExitStack) -> tuple[Warm, list[Method]]:
    """Return our warm worker, and all methods with it first; peers that are not installed are said and left out."""
    modu = Path(sys.executable).with_name("modu")
    worker = [sys.executable, "-m", "benchmarks.digest.ours", case.url, case.forge, str(case.budget)]
    keys = {"build": "ours, snapshot open", "warm": "ours, warm", "whole": "ours, fetch + digest"}
    ours = Warm(stack, "ours", worker, keys=keys)
    text = scratch / "text"
    command = [str(modu), "digest", str(case.checkout), "--budget", str(case.budget)]
    methods: list[Method] = [ours, Once("ours, CLI", command, output=text), floor(case), bare_fetch(case)]
    if peers is None:
        print("no peers: name their folder with --peers (see peers.sh)", file=sys.stderr)
        return ours, methods
    python, tool = peers / "venv/bin/python", peers / "venv/bin"
    if (tool / "gitingest").exists():
        checkout = str(case.checkout)
        gitingest = [str(tool / "gitingest"), checkout, "-o", str(text)]
        warm = [str(python), str(_HERE / "peer.py"), checkout]
        methods.append(Warm(stack, "gitingest", warm, keys={"warm": "gitingest, warm"}))
        methods.append(Once("gitingest, CLI", gitingest, output=None))
    if (tool / "files-to-prompt").exists():
        methods.append(Once("files-to-prompt, CLI", [str(tool / "files-to-prompt"), str(case.checkout)], output=text))
    repomix = peers / "npm/node_modules/.bin/repomix"
    if repomix.exists() and shutil.which("node"):
        command = [str(repomix), str(case.checkout), "--stdout"]
        methods.append(Once("repomix, CLI", command, output=text))
    for name in ("gitingest", "files-to-prompt", "repomix"):
        if not any(name in str(getattr(method, "_name", "")) for method in methods):
            print(f"{name} is not in {peers} and left out", file=sys.stderr)
    return ours, methods
