"""How far off the token estimate is, over repositories on this machine; with --fit, fit it to them instead.

python benchmarks/tokens/run.py REPO...         the error by kind of text
python benchmarks/tokens/run.py --fit REPO...   write evaluator/digest/token_worths.py
"""

import argparse
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.tokens import fit
from benchmarks.tokens.samples import Sample, made_up, samples
from evaluator.digest import token_worths, tokens

_A_PAGE = 1500  # tokens below which a raw file is not reported: hardly anything is decided by it


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--fit", action="store_true")
    arguments.add_argument("repositories", nargs="+", type=Path)
    chosen = arguments.parse_args()
    found = [sample for sample in samples(chosen.repositories) if sample.tokens]
    if chosen.fit:
        Path(token_worths.__file__).write_text(fit.written(*fit.fit([*found, *made_up()])), encoding="ascii")
        return
    _report([sample for sample in found if sample.kind.startswith("digest")], title="Digests")
    _report([sample for sample in found if sample.kind.startswith("pack")], title="Packs of one kind")
    _report(
        [s for s in found if not s.is_digest and s.tokens >= _A_PAGE], title=f"Raw files of {_A_PAGE} tokens or more"
    )
    _report(list(made_up()), title="Made up")
    _time([sample.text for sample in found if sample.kind.startswith("digest")])


def _report(found: Sequence[Sample], *, title: str) -> None:
    print(f"\n{title}\n\n| kind | texts | median | p5 | p95 | p95 of the size | worst | |\n|{'---|' * 8}")
    kinds = sorted({sample.kind for sample in found})
    for kind in [*kinds, None]:
        group = [sample for sample in found if kind in {sample.kind, None}]
        errors = {sample: tokens.estimate(sample.text) / sample.tokens - 1 for sample in group}
        worst = max(errors, key=lambda sample: abs(errors[sample]))
        figures = [
            statistics.median(errors.values()), _at(errors.values(), 0.05), _at(errors.values(), 0.95),
            _at(map(abs, errors.values()), 0.95), errors[worst],
        ]  # fmt: skip
        shown = " | ".join(f"{figure:+.1%}" for figure in figures)
        print(f"| {kind or 'all'} | {len(group)} | {shown} | {worst.repository} |")


def _at(values: Iterable[float], share: float) -> float:
    """Return the value that *share* of all lie below, the nearest one that occurs."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, round(share * (len(ranked) - 1)))]


def _time(texts: Sequence[str]) -> None:
    """Print what an estimate takes, the best of many: this asks what the code costs, not what the machine is doing."""
    longest = sorted(texts, key=len)[-5:]
    print(f"\nestimate: {max(_best(tokens.estimate, text) for text in longest):.2f} ms for the longest digests")


def _best(act: object, given: object) -> float:
    best = float("inf")
    for _ in range(50):
        begun = time.perf_counter()
        act(given)  # type: ignore[operator]
        best = min(best, time.perf_counter() - begun)
    return 1000 * best


if __name__ == "__main__":
    main()
