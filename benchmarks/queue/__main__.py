"""The queue beside its ideal, Inspect AI and promptfoo, in one run: see README.md.

python -m benchmarks.queue --quick
sh benchmarks/queue/peers.sh /tmp/peers; python -m benchmarks.queue --peers /tmp/peers
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.queue import efficiency, intake, memory, peers, projects, stages
from benchmarks.queue.provider import Run, provider

_ROOT = Path(__file__).parents[2]
_MB = 1 << 20


@dataclass(frozen=True)
class Line:
    """One thing that must hold: what it is, the figure, and the bound; *less* is whether less is better."""

    what: str
    figure: float
    bound: float
    unit: str
    less: bool

    def __str__(self) -> str:
        good = self.figure <= self.bound if self.less else self.figure >= self.bound
        sign = "<=" if self.less else ">="
        return f"{self.what}: {self.figure:.3g}{self.unit} ({sign} {self.bound:g}): {'holds' if good else 'FAILS'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="folder that peers.sh filled")
    parser.add_argument("--quick", action="store_true", help="a minute: fewer gradings, at 64 alone, no memory")
    parser.add_argument("--count", type=int, help="gradings of a run (512, quick: 192)")
    parser.add_argument("--only", choices=["efficiency", "stages", "memory", "intake"], help="one of the parts")
    chosen = parser.parse_args()
    parts: dict[str, Callable[[argparse.Namespace], Iterator[Line]]] = {
        "efficiency": _efficiency,
        "stages": _stages,
        "intake": _intake,
        "memory": _memory,
    }
    lines: list[Line] = []
    for name, part in parts.items():
        if chosen.only == name or (chosen.only is None and not (chosen.quick and name == "memory")):
            lines += part(chosen)
            sys.stdout.flush()
    print()
    for line in lines:
        print(f"* {line}")


def _efficiency(chosen: argparse.Namespace) -> Iterator[Line]:
    """Print the table of all programs and yield what must hold of it."""
    count = chosen.count or (192 if chosen.quick else 512)
    shapes = [(2, 32)] if chosen.quick else [(2, 16), (1, 64), (2, 32), (2, 64)]  # processes x threads
    print("| | items | calls at once | ideal, s | actual, s | efficiency | until all is done | CPU an item, ms |"
          " PostgreSQL, Redis, ms | memory, MB | latest answer, ms | submitted in a second |")  # fmt: skip
    print(f"|{'---|' * 12}")
    ours: dict[tuple[int, int], Run] = {}
    with provider(1.0) as server:
        for processes, threads in shapes:
            with _scratch() as folder:
                run, rate, whole = efficiency.grading(folder, server, count=count, processes=processes, threads=threads)
            ours[processes, threads] = run
            _show(run, whole=f"{2 * count / run.concurrency / whole:.2f}", rate=f"{rate:.0f}")
            if (processes, threads) == (2, 32):
                bare = efficiency.bare(server, calls=2 * count, concurrency=64)
        _show(bare)
        others = []
        if chosen.peers:
            for peer in (peers.inspect, peers.promptfoo):
                with _scratch() as folder:
                    projects.write(folder / "projects", range(count))
                    others.append(
                        peer(
                            chosen.peers,
                            folder / "projects",
                            count=count,
                            concurrency=64,
                            provider=server,
                            scratch=folder,
                        )
                    )
                _show(others[-1])
    best = ours[2, 32].efficiency
    yield Line("efficiency at 64, two processes", best, 0.90, "", less=False)
    for other in others:
        yield Line(f"efficiency / that of {other.name}", best / other.efficiency, 1.0, "x", less=False)


def _show(run: Run, *, whole: str = "", rate: str = "") -> None:
    beside = run.beside or {}
    cells = [
        run.name,
        str(run.items),
        str(run.concurrency),
        f"{run.stats['answered'] / run.concurrency:.1f}",
        f"{run.seconds:.2f}",
        f"{run.efficiency:.3f}",
        whole,
        f"{1000 * run.cpu / run.items:.1f}",
        ", ".join(f"{1000 * seconds / run.items:.1f}" for seconds in beside.values()),
        f"{run.memory / _MB:.0f}" if run.memory else "",
        f"{1000 * run.stats['late']:.0f}",
        rate,
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def _stages(chosen: argparse.Namespace) -> Iterator[Line]:
    """Print the CPU of a grading by stage; in a process of its own, since it wraps the doors of the stages."""
    command = [sys.executable, "-m", "benchmarks.queue.stages", "--count", "96" if chosen.quick else "256"]
    told = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    spent = {name: float(number) for number, _, name in (line.strip().partition(" ms  ") for line in told.splitlines())}
    print("\n| stage | CPU of a grading, ms |\n|---|---|")
    for name, number in spent.items():
        print(f"| {name} | {number:.2f} |")
    overhead = sum(spent[name] for name in stages.OVERHEAD)
    yield Line("CPU of queue, database and bookkeeping", overhead, 15, " ms", less=True)


def _intake(chosen: argparse.Namespace) -> Iterator[Line]:
    rows = 1000 if chosen.quick else 10_000
    with _scratch() as folder:
        seconds = intake.accepted(folder, rows=rows)
    yield Line(
        f"modu batch accepts {rows:,} rows, its start included", seconds, 10 * rows / 10_000 + 2, " s", less=True
    )


def _memory(chosen: argparse.Namespace) -> Iterator[Line]:
    count = chosen.count or 2000
    with _scratch() as folder, provider(0.2) as server:
        found = memory.growth(folder, server, count=count, threads=32)
    print("\n| gradings | memory of the worker, MB |\n|---|---|")
    for done, held in found:
        print(f"| {done} | {held / _MB:.0f} |")
    more = 100 * (found[-1][1] / found[0][1] - 1)
    yield Line(f"growth from {found[0][0]} to {found[-1][0]} gradings", more, 20, " %", less=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
