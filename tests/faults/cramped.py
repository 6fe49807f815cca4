"""PostgreSQL and Redis on a small disk of their own, that can be filled: `python -m tests.faults.cramped HOME BYTES`.

The disk lies in memory and is seen by this process and its children alone; no right of root is needed where the system
lets users have namespaces. Reads `fill` and `free` from stdin, says `ok` to each, and stops the servers at its end.
"""

import contextlib
import ctypes
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluator.embedded.home import Home, prepare
from tests.faults.servers import Pair

_NEWNS, _NEWUSER = 0x00020000, 0x10000000  # of unshare(2)
_REC, _PRIVATE = 0x4000, 1 << 18  # of mount(2)
_CHECK = "import sys; from tests.faults import cramped; sys.exit(not cramped.may_mount())"
_ROOT = Path(__file__).parents[2]


class Cramped:
    """Both servers on a small disk, as seen from outside."""

    def __init__(self, home: Home, process: "subprocess.Popen[str]") -> None:
        self.database_url = f"postgresql://modu@/modu?host={home.postgres_sockets}"
        self.postgres_socket = str(home.postgres_socket)
        self.redis_socket = str(home.redis_socket)
        self._process = process

    def fill(self) -> None:
        """Leave no room on the disk."""
        self._tell("fill")

    def free(self) -> None:
        """Make room again."""
        self._tell("free")

    def _tell(self, what: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        self.expect()

    def expect(self) -> None:
        """Return when it has said that it did as it was told."""
        assert self._process.stdout
        if self._process.stdout.readline() != "ok\n":
            raise AssertionError("the servers on the small disk have gone")


@contextmanager
def cramped(folder: Path, *, size: int) -> Iterator[Cramped]:
    """Yield both servers on a disk of *size* bytes, and stop them in the end."""
    home = prepare(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.cramped", str(folder), str(size)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        opened = Cramped(home, process)
        opened.expect()
        yield opened
    finally:
        process.communicate(timeout=60)


def possible() -> bool:
    """Return whether this system lets us have a small disk."""
    return subprocess.run([sys.executable, "-c", _CHECK], cwd=_ROOT, check=False, capture_output=True).returncode == 0


def may_mount() -> bool:
    """Return whether this process may, and has left the namespace of the others then."""
    with contextlib.suppress(OSError):
        _own_namespace()
        return True
    return False


def _own_namespace() -> None:
    """Leave the others' view of the file system. Raises OSError where that is not allowed."""
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", _NEWNS if uid == 0 else _NEWNS | _NEWUSER)
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    _call("mount", b"none", b"/", None, ctypes.c_ulong(_REC | _PRIVATE), None)


def _mount(folder: Path, *, size: int) -> None:
    _call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(0), f"size={size},mode=700".encode())


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(folder: Path, *, size: int) -> None:
    """Serve until stdin ends."""
    home = prepare(folder)
    _own_namespace()
    _mount(home.postgres, size=size)
    pair = Pair(folder)
    pair.postgres.start()
    pair.redis.start()
    print("ok", flush=True)  # noqa: T201 - the answer
    ballast = home.postgres / "ballast"
    while True:
        asked, _, _ = select.select([sys.stdin], [], [], 0.2)
        pair.postgres.keep()
        if not asked:
            continue
        what = sys.stdin.readline().strip()
        if what == "fill":
            _fill(ballast)
        elif what == "free":
            ballast.unlink(missing_ok=True)
        else:
            break
        print("ok", flush=True)  # noqa: T201 - the answer
    ballast.unlink(missing_ok=True)
    pair.postgres.stop()
    pair.redis.stop()


def _fill(ballast: Path) -> None:
    for piece in (1 << 20, 1 << 12):  # bytes
        with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
            while file.write(b"\0" * piece) == piece:
                pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), size=int(sys.argv[2]))
