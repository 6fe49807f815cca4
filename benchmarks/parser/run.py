"""How many answers of weak models are read right, wrong or not at all, by our parser and by json_repair: see README.md.

python benchmarks/parser/run.py [--peer] [--show]
"""

import argparse
import contextlib
import importlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from evaluator.errors import VerdictError
from evaluator.grading.verdict import MAX_BYTES
from tests.support.answer_shapes import SHAPES, Shape
from tests.support.answers import GOOD, NONCE, read

_REPEATED = (
    '"',
    '" ',
    '", ',
    '"}',
    "{",
    "[",
    '{"a":',
    "\\",
    '"a", ',
    "/*",
    "“",
    f'{{"answer_id": "{NONCE}", ',
    "<think>",
    "'",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="store_true", help="measure json_repair as well, which has to be installed")
    parser.add_argument("--show", action="store_true", help="print the names of what is not read right")
    chosen = parser.parse_args()
    ways: dict[str, Callable[[str], object]] = {"ours": read}
    if chosen.peer:
        repaired = importlib.import_module("json_repair").loads
        ways["json_repair, then our form"] = lambda text: read(json.dumps(repaired(text)))
    for name, way in ways.items():
        _tell(name, way, show=chosen.show)
    for name, way in ways.items():
        print(f"\n{name}: slowest of {len(_REPEATED)} texts of 64 kB: {_slowest(way)}")


def _tell(name: str, way: Callable[[str], object], *, show: bool) -> None:
    told = [(shape, _outcome(way, shape)) for shape in SHAPES]
    print(f"\n| {name} | shapes | read right | refused, one meaning | refused, no meaning | **read wrong** |")
    print("|---|---|---|---|---|---|")
    for kind in (*dict.fromkeys(shape.kind for shape in SHAPES), "all"):
        counts = Counter(outcome for shape, outcome in told if kind in {shape.kind, "all"})
        row = " | ".join(str(counts[outcome]) for outcome in ("right", "lost", "refused", "wrong"))
        print(f"| {kind} | {counts.total()} | {row} |")
    for shape, outcome in told if show else ():
        if outcome in {"lost", "wrong"}:
            print(f"{outcome}: {shape.kind}: {shape.name}")


def _outcome(way: Callable[[str], object], shape: Shape) -> str:
    try:
        said = way(shape.text)
    except (VerdictError, ValueError, RecursionError):
        return "refused" if shape.meant is None else "lost"
    return "right" if said == shape.meant else "wrong"


def _slowest(way: Callable[[str], Any]) -> str:
    times = sorted(_times(way), reverse=True)
    return f"{times[0][0] * 1000:,.0f} ms ({times[0][1]!r} repeated)"


def _times(way: Callable[[str], Any]) -> Iterator[tuple[float, str]]:
    for unit in _REPEATED:
        room = MAX_BYTES - len(GOOD.encode()) - 8
        text = GOOD.replace("a name is needed", (unit * room)[: room // 4 // len(unit.encode())])
        begun = time.perf_counter()
        with contextlib.suppress(VerdictError, ValueError, RecursionError):
            way(text)
        yield time.perf_counter() - begun, unit


if __name__ == "__main__":
    main()
