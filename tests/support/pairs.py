"""Pairs of tiny projects, one pair for each criterion of the default rubric, that differ only in what it asks.

`tests/data/pairs/<criterion>/` holds `base.txt` (the folder of `bases/` that both sides start from) and the folders
`met` and `not_met` with the files that a side has instead or besides. `remove.txt` of a side names files that it lacks;
`plant.txt` names files that hold a secret, which is put together here so that none stands in the repository.
"""

from pathlib import Path
from typing import Literal

PAIRS = Path(__file__).parents[1] / "data" / "pairs"
_ORDERS = ("remove.txt", "plant.txt")

Side = Literal["met", "not_met"]


def ids() -> list[str]:
    """Return the criteria that have a pair, sorted."""
    return sorted(path.parent.name for path in PAIRS.glob("*/base.txt"))


def project(criterion: str, side: Side) -> dict[str, str]:
    """Return the files of one side of a pair, path -> text."""
    base = (PAIRS / criterion / "base.txt").read_text().strip()
    overlay = PAIRS / criterion / side
    files = _tree(PAIRS / "bases" / base) | _tree(overlay)
    for path in _order(overlay, "remove.txt"):
        del files[path]
    for path in _order(overlay, "plant.txt"):
        files[path] = "SESSION_KEY=" + "-".join(["sk", "live", "9f2c41d07ab84e1f"]) + "\n"
    return {path: text for path, text in sorted(files.items()) if path not in _ORDERS}


def _tree(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _order(folder: Path, name: str) -> list[str]:
    path = folder / name
    return path.read_text().split() if path.exists() else []
