"""How long `modu batch` takes to accept a file of many rows."""

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.queue import ours

_ROOT = Path(__file__).parents[2]


def accepted(folder: Path, *, rows: int) -> float:
    """Return the seconds from the start of the command until it has ended; the services run already."""
    file = folder / "cohort.csv"
    with file.open("w", newline="", encoding="utf-8") as written:
        out = csv.writer(written)
        out.writerow(["source", "team", "key"])
        out.writerows([f"https://github.com/team-{n}/project-{n}", f"Team {n}", str(n)] for n in range(rows))
    environ = ours.environment(folder / "home", 1)
    with ours.opened(environ) as parts:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "evaluator.cli.main", "batch", str(file), "--no-wait"]
        said = subprocess.run(command, cwd=_ROOT, env=environ, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - begun
        with parts.database.transaction() as conn:
            row = conn.execute("SELECT count(*) FROM evaluator.requests WHERE state = 'queued'").fetchone()
    assert row == (rows,), re.sub(r"\s+", " ", said.stderr)[:500]
    return seconds
