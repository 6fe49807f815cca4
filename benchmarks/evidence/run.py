"""How many true quotes of real repositories are found, and how many foreign ones: see README.md.

python benchmarks/evidence/run.py REPO...      (bare or normal repositories)
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.repositories import name_of, opened
from tests.support.quotes import FOREIGN, TRUE, Case, Files, foreign_cases, true_cases

_LARGEST = 200_000  # bytes of a file
_MOST_FILES = 400  # of a repository


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--each", type=int, default=60, help="true quotes of each kind; three times as many foreign ones"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many of the quotes that went wrong")
    parser.add_argument("repositories", nargs="+", type=Path)
    chosen = parser.parse_args()
    print(
        "| repository | files | true quotes | found | foreign quotes | found | ms each |\n|---|---|---|---|---|---|---|"
    )
    wrong: Counter[str] = Counter()
    for path in chosen.repositories:
        _examine(path.resolve(), chosen, wrong)
    print("\n| kind | wrong |\n|---|---|")
    for how in (*TRUE, *FOREIGN):
        print(f"| {how} | {wrong[how]} |")


def _examine(path: Path, chosen: argparse.Namespace, wrong: Counter[str]) -> None:
    files = Files(_texts(path))
    random = Random(chosen.seed)
    true = list(true_cases(files, random, each=chosen.each))
    foreign = list(foreign_cases(files, random, each=chosen.each * 3))
    begun = time.perf_counter()
    lost = [case for case in true if not _found(files, case)]
    taken = [case for case in foreign if _found(files, case)]
    each = (time.perf_counter() - begun) / max(1, len(true) + len(foreign)) * 1000
    wrong.update(case.how for case in (*lost, *taken))
    share = (len(true) - len(lost)) / max(1, len(true))
    print(
        f"| {name_of(path)} | {len(files.paths)} | {len(true):,} | {share:.2%} | {len(foreign):,} | {len(taken)} |"
        f" {each:.2f} |",
        flush=True,
    )
    for case in (*lost, *taken)[: chosen.show]:
        print(f"{case.how}: {case.passage.path} {case.citation.lines}\n{case.citation.quote}\n", file=sys.stderr)


def _found(files: Files, case: Case) -> bool:
    path = case.citation.file.removeprefix("./")
    return files.checker(path).verify(case.citation).status != "not_found"


def _texts(path: Path) -> dict[str, str]:
    """Return the text files of a repository, evenly chosen where there are too many."""
    with opened(path) as snapshot:
        small = [entry for entry in snapshot.entries if 0 < entry.size < _LARGEST]
        step = max(1, len(small) // _MOST_FILES)
        texts: dict[str, str] = {}
        for entry, data in snapshot.read(small[::step]):
            try:
                texts[entry.path] = data.decode("utf-8").replace("\r\n", "\n")
            except UnicodeDecodeError:
                continue  # a picture, or another encoding
    return {name: text for name, text in texts.items() if "\x00" not in text}


if __name__ == "__main__":
    main()
