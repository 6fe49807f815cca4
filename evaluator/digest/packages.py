"""The packages of a project that holds several: each gets its turn."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluator.digest import names
from evaluator.digest.walk import Candidate


@dataclass(frozen=True)
class Packages:
    """Which package each file belongs to: the nearest folder above it that has a manifest, else the top."""

    of_folder: Mapping[str, str]  # folder in lower case -> package
    dull: frozenset[str]  # folders in lower case: examples, scripts, translations and the like
    of_tests: frozenset[str]

    def of(self, file: Candidate) -> str:
        """Return the folder of the file's package; empty at the top."""
        return self.of_folder.get(file.folder, "")

    def in_turn(
        self, ranked: Sequence[Candidate], *, evenly: bool = True, minor: Collection[str] = ()
    ) -> tuple[Candidate, ...]:
        """Return ranked files so that each package gets its turn, the large ones more often unless *evenly*.

        The *minor* ones (paths) come after the others of all packages, examples and the like last.
        """
        late = [2 if file.folder in self.dull else int(file.path in minor) for file in ranked]
        if not self.of_folder:
            if not any(late):
                return tuple(ranked)
            return tuple([file for turn in range(3) for file, own in zip(ranked, late, strict=True) if own == turn])
        rows = [(own, self.of_folder.get(file.folder, "")) for file, own in zip(ranked, late, strict=True)]
        weights = {row: 1 if evenly else math.sqrt(size) for row, size in Counter(rows).items()}
        turns = dict.fromkeys(rows, 0)
        keyed = []
        for place, row in enumerate(rows):
            turns[row] += 1
            keyed.append((row[0], turns[row] / weights[row], place))
        return tuple([ranked[place] for *_, place in sorted(keyed)])

    def is_dull(self, file: Candidate) -> bool:
        """Return whether a file belongs to examples, scripts, translations and the like"""
        return file.folder in self.dull


def packages(files: Iterable[Candidate]) -> Packages:
    """Return the packages that the manifests tell of."""
    folders: set[str] = set()
    tops = {""}
    for file in files:
        folders.add(file.folder)
        if file.file_class == "manifest" and _makes_package(file):
            tops.add(file.folder)
    return Packages(
        of_folder={folder: _nearest(folder, tops) for folder in folders} if len(tops) > 1 else {},
        dull=frozenset(folder for folder in folders if not names.DULL_FOLDERS.isdisjoint(folder.split("/"))),
        of_tests=frozenset(folder for folder in folders if not names.TEST_FOLDERS.isdisjoint(folder.split("/"))),
    )


def _makes_package(file: Candidate) -> bool:
    return file.hidden is None and (file.name in names.PACKAGES or file.suffix in names.SUFFIXES_PACKAGE)


def _nearest(folder: str, tops: set[str]) -> str:
    while folder not in tops:
        folder = folder.rpartition("/")[0]
    return folder
