"""A warm gitingest for `run.py`: ingests one folder each time a line comes in. Run by the Python of the peers."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from gitingest import ingest
from memory import Peak


def main() -> None:
    folder = sys.argv[1]
    for _ in sys.stdin:
        peak = Peak()
        begun = time.perf_counter()
        _, tree, content = ingest(folder)
        told = {"warm": time.perf_counter() - begun}
        size = len((tree + content).encode("utf-8", "replace"))
        print(json.dumps({"seconds": told, "above_idle": peak.above_idle(), "bytes": size}), flush=True)


if __name__ == "__main__":
    main()
