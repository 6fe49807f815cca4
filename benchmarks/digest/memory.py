"""How much memory a process takes, as Linux tells it. Needs nothing but the standard library: peers import it too."""

import subprocess
import threading
from pathlib import Path


class Peak:
    """The highest resident memory of this process from now on, above what it is now."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is now the present
        self._idle = _status("self", "VmRSS")

    def above_idle(self) -> int:
        """Return the bytes of the peak above the beginning."""
        return _status("self", "VmHWM") - self._idle


def of_tree(process: "subprocess.Popen[bytes]", *, every: float = 0.004) -> tuple[int, int]:
    """Wait for a process; return the peak bytes of itself and of its whole tree, looked at *every* so many seconds."""
    alone = tree = 0
    done = threading.Event()
    while not done.wait(every):
        sizes = [_status(pid, "VmRSS") for pid in _family(process.pid)]
        alone = max(alone, _status(str(process.pid), "VmHWM"))
        tree = max(tree, sum(sizes))
        if process.poll() is not None:
            done.set()
    return alone, tree


def _family(pid: int) -> list[str]:
    """Return the process and all that it started, by id."""
    found, waiting = [], [str(pid)]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += (task / "children").read_text(encoding="ascii").split()
        except OSError:  # it has ended
            continue
    return found


def _status(pid: str, name: str) -> int:
    """Return a field of /proc/PID/status in bytes, 0 where the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)
