"""The process that the hostile inputs are given to: `python -m tests.hostile.child REPLIES`.

One job a line comes in, one reply a line goes out through the file descriptor REPLIES. What the program prints goes
where its standard output goes: nothing of it is expected.
"""

import io
import json
import logging
import os
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from ctypes import CDLL
from pathlib import Path
from typing import Any

from evaluator.digest.build import build
from evaluator.domain import Digest, Limits
from evaluator.errors import EvaluatorError
from evaluator.grading.checks.registry import CHECKS
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.hostile.generator.case import MARK

_BECOME_SUBREAPER = 36  # of prctl: what our children leave behind becomes ours, so that it is seen
Answers = Mapping[str, Sequence[Sequence[str]]]


class Resolver:
    """A DNS of our own: names are what the job says, and no name is asked of the network."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.asked: Counter[str] = Counter()
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in self.answers:
            turn = min(self.asked[name], len(self.answers[name]) - 1)
            self.asked[name] += 1
            return [row for address in self.answers[name][turn] for row in self._real(address, port, *args, **options)]
        if name is not None and any(char.isalpha() for char in name) and ":" not in name and name != "localhost":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._real(name, port, *args, **options)


class Dialled:
    """Every address that Python connects to; those outside this machine are refused, as a firewall would."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            host, port, *_ = arguments[1]
            self.addresses.append(f"{host}:{port}")
            if not str(host).startswith("127.") and host != "::1":
                raise ConnectionRefusedError("no connection leaves this machine")


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the job ended: a digest, an error of ours, or a crash."""
    started = time.monotonic()
    reply: dict[str, Any]
    try:
        for _ in range(job["times"]):
            digest = _digest(job)
        reply = {"digest": digest.model_dump(mode="json")}
        if job["checks"]:
            reply["checks"] = {name: check(digest).model_dump(mode="json") for name, check in CHECKS.items()}
    except EvaluatorError as error:
        reply = {"code": error.code, "message": str(error), "exit_status": error.exit_status}
    except BaseException:  # noqa: BLE001 - to be reported as what it is: a fault
        reply = {"crash": traceback.format_exc()}
    return {**reply, "seconds": time.monotonic() - started}


def _digest(job: Mapping[str, Any]) -> Digest:
    limits = Limits(trusted_forges=tuple(job["forges"]), **job["limits"])
    source = parse(
        job["source"],
        ref=job["ref"],
        subdir=job["subdir"],
        trusted_forges=job["forges"],
        allowed_roots=job["roots"],
    )
    with fetch(source, limits=limits) as snapshot:
        return build(snapshot, budget=job["budget"], mark=MARK, text_bytes=limits.text_bytes)


class Logs(logging.Handler):
    """Everything that is logged, fields included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.text.write(f"{record.getMessage()} {record.__dict__!r}\n")


def main(replies: int) -> None:
    """Answer jobs until there are no more."""
    CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    resolver, dialled, logs = Resolver(), Dialled(), Logs()
    socket.getaddrinfo = resolver
    sys.addaudithook(dialled)
    logging.basicConfig(level=logging.DEBUG, handlers=[logs])
    with os.fdopen(replies, "w", encoding="utf-8") as channel:
        print("ready", file=channel, flush=True)
        for line in sys.stdin:
            job = json.loads(line)
            resolver.answers, resolver.asked = job["answers"], Counter()
            dialled.addresses.clear()
            logs.text.seek(0)
            logs.text.truncate()
            Path("/proc/self/clear_refs").write_text("5")  # the peak of memory is counted from here
            reply = run(job)
            reply |= {"peak": _peak(), "dialled": dialled.addresses, "logs": logs.text.getvalue()}
            _bury()
            print(json.dumps(reply), file=channel, flush=True)


def _bury() -> None:
    """Take leave of the dead that became ours when their parent was killed."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _peak() -> int:
    """Return the most bytes of memory that we had since the job began."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


if __name__ == "__main__":
    main(int(sys.argv[1]))
