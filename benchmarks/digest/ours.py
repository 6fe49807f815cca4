"""A warm worker for `run.py`: fetches and digests one URL each time a line comes in, and prints what it took.

Run as a process of its own, so that its memory is nobody else's: python -m benchmarks.digest.ours URL FORGE BUDGET
"""

import cProfile
import io
import json
import pstats
import sys
import time
from typing import Any

from benchmarks.digest.memory import Peak
from evaluator.digest.build import build
from evaluator.domain import Digest, Limits
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from evaluator.sources.transfer import Transfer

MARK = "0123456789abcdef"
LIMITS: dict[str, Any] = {"seconds": 300, "entries": 100_000, "received_bytes": 2 << 30, "text_bytes": 1 << 30}


def main() -> None:
    url, forge, budget = sys.argv[1], sys.argv[2], int(sys.argv[3])
    brought = _note_when_brought()
    limits = Limits(trusted_forges=(forge,), **LIMITS)
    source = parse(url, trusted_forges=limits.trusted_forges)
    for line in sys.stdin:
        if line.strip() == "profile":
            print(json.dumps(_profile(source, limits, budget)), flush=True)
            continue
        peak = Peak()
        begun = time.perf_counter()
        with fetch(source, limits=limits) as snapshot:
            opened = time.perf_counter()
            digest = build(snapshot, budget=budget, mark=MARK, text_bytes=limits.text_bytes)
            built = time.perf_counter()
        told = {
            "build": built - opened,  # the snapshot being open
            "warm": built - brought[-1],  # from where the objects lie on the disk: list, read, build
            "whole": time.perf_counter() - begun,  # with the transfer and the clearing up
        }
        print(json.dumps({"seconds": told, "above_idle": peak.above_idle(), **_size(digest)}), flush=True)


def _note_when_brought() -> list[float]:
    """Return the list to which the end of every transfer is added."""
    brought: list[float] = []
    bring = Transfer.bring

    def noted(self: Transfer) -> Any:
        name = bring(self)
        brought.append(time.perf_counter())
        return name

    Transfer.bring = noted  # type: ignore[method-assign]
    return brought


def _size(digest: Digest) -> dict[str, int]:
    return {"bytes": len(digest.text.encode("utf-8", "replace")), "tokens": digest.tokens, "files": len(digest.files)}


def _profile(source: Any, limits: Limits, budget: int) -> str:
    """Return the functions of our own in which the time goes."""
    profile = cProfile.Profile()
    with fetch(source, limits=limits) as snapshot:
        profile.enable()
        build(snapshot, budget=budget, mark=MARK, text_bytes=limits.text_bytes)
        profile.disable()
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(14)
    return text.getvalue()


if __name__ == "__main__":
    main()
