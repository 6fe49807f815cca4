"""Our digest beside gitingest, repomix, files-to-prompt and the floor, in one run: see README.md.

sh benchmarks/digest/peers.sh /tmp/peers
python benchmarks/digest/run.py --peers /tmp/peers REPO...      (bare or normal repositories)
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.digest import methods
from benchmarks.digest.methods import Case, Once, Result
from benchmarks.repositories import git, git_folder, name_of
from tests.support.repositories import serve_git

_SLOW = 4.0  # seconds from which a method is run three times only
_FEW = 3
_MB = 1 << 20


@dataclass(frozen=True)
class Line:
    """One thing that must hold: what it is, the figure, the bound and the goal, and whether less is better."""

    what: str
    figure: float
    bound: float
    goal: float
    unit: str
    less: bool

    def __str__(self) -> str:
        good = self._within(self.bound), self._within(self.goal)
        word = {(True, True): "goal", (True, False): "holds", (False, False): "FAILS"}[good]
        sign = "<=" if self.less else ">="
        return f"{self.what}: {self.figure:.2f}{self.unit} ({sign} {self.bound:g}, goal {self.goal:g}): {word}"

    def _within(self, limit: float) -> bool:
        return self.figure <= limit if self.less else self.figure >= limit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="folder that peers.sh filled")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--budget", type=int, default=60_000, help="tokens")
    parser.add_argument("--profile", action="store_true", help="print where the time of the build goes")
    parser.add_argument("repositories", nargs="+", type=Path)
    chosen = parser.parse_args()
    for path in chosen.repositories:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            case = _prepared(path.resolve(), Path(folder), chosen.budget, stack)
            if case is not None:
                _examine(case, chosen, Path(folder), stack)


def _prepared(path: Path, folder: Path, budget: int, stack: ExitStack) -> Case | None:
    """Return the repository cloned into a folder, and served; None, with a word, where it cannot be cloned."""
    name = name_of(path)
    checkout = folder / "served" / name
    clone = ["git", "clone", "--quiet", "--depth=1", f"file://{git_folder(path)}", str(checkout)]
    if subprocess.run(clone, check=False, stderr=subprocess.DEVNULL).returncode:
        print(f"{name} cannot be cloned (a partial copy?) and is left out", file=sys.stderr)
        return None
    git(checkout, "config", "uploadpack.allowFilter", "true")
    base = stack.enter_context(serve_git(folder / "served"))
    return Case(name=name, checkout=checkout, url=f"{base}/{name}", forge="http://127.0.0.1:*", budget=budget)


def _examine(case: Case, chosen: argparse.Namespace, scratch: Path, stack: ExitStack) -> None:
    ours, found = methods.of(case, peers=chosen.peers, scratch=scratch, stack=stack)
    slow = {id(method): _seconds(method) >= _SLOW for method in found}  # this run also warms caches and imports
    results: dict[str, Result] = {}
    for number in range(chosen.runs):
        for method in found:
            if number < _FEW or not slow[id(method)]:
                method(results)
    for method in found:
        if isinstance(method, Once):
            method.measure_memory(results)
    _print(case, results)
    if chosen.profile:
        print(ours.ask("profile"))


def _seconds(method: methods.Method) -> float:
    """Run a method once and return what it took."""
    begun = time.perf_counter()
    method({})
    return time.perf_counter() - begun


def _print(case: Case, results: dict[str, Result]) -> None:
    files = len(git(case.checkout, "ls-tree", "-r", "--name-only", "-z", "HEAD").split("\0")) - 1
    commit = git(case.checkout, "rev-parse", "--short=12", "HEAD").strip()
    middle = {name: statistics.median(result.seconds) for name, result in results.items()}
    print(f"\n## {case.name} at {commit}: {files} files\n")
    print("| | seconds, median | best | against ours, warm | output, kB | peak, MB | of the tree, MB |")
    print(f"|{'---|' * 7}")
    for name, result in results.items():
        sizes = [result.bytes / 1000, result.alone / _MB, result.tree / _MB]
        cells = [
            name,
            f"{middle[name]:.4f}",
            f"{min(result.seconds):.4f}",
            f"{middle[name] / middle['ours, warm']:.1f}x",
            *(f"{size:.1f}" if size else "" for size in sizes),
        ]
        print(f"| {' | '.join(cells)} |")
    print()
    for line in _lines(files, middle, results):
        print(f"* {line}")
    sys.stdout.flush()


def _lines(files: int, middle: dict[str, float], results: dict[str, Result]) -> list[Line]:
    """Return what must hold (the issue), with the goals at the end of specs/digest.md."""
    warm, cli, fetched = middle["ours, warm"], middle["ours, CLI"], middle["ours, fetch + digest"]
    many, large = files >= 780, files >= 1000
    lines = [
        Line(
            "warm / every byte", warm / middle["every byte"], 1 if large else 2, 0.5 if large else 0.6, "x", less=True
        ),
        Line(
            "fetch + digest / bare fetch",
            fetched / middle["bare fetch"],
            1.5,
            1.1,
            "x",
            less=True,
        ),
        Line("peak of the CLI process", results["ours, CLI"].alone / _MB, 80, 80, " MB", less=True),
        Line("above the idle worker", results["ours, warm"].alone / _MB, 16, 16, " MB", less=True),
    ]
    if "gitingest, warm" in middle:
        ratio = middle["gitingest, warm"] / warm
        lines.append(
            Line("gitingest.ingest() / warm", ratio, 100 if many else 40, 250 if many else 60, "x", less=False)
        )
    if "repomix, CLI" in middle:
        lines.append(Line("repomix CLI / our CLI", middle["repomix, CLI"] / cli, 10, 25, "x", less=False))
    return lines


if __name__ == "__main__":
    main()
