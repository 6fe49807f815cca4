"""Servers on the loopback interface: a git forge of our own making, and what an evil one may do."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO, cast

from tests.hostile.generator.objects import Objects

HOST = "127.0.0.2"  # what the cases trust; not the address of the canary
_ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
_RESULT = "application/x-git-upload-pack-result"
_CHUNK = 65515  # bytes of one packet


@dataclass(frozen=True)
class Call:
    """One request, and the way to answer it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    out: BinaryIO
    over: threading.Event  # set when the test ends

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer; underscores in the names of headers stand for hyphens."""
        self.begin(status, Content_Length=str(len(body)), **headers)
        self.out.write(body)

    def begin(self, status: int, **headers: str) -> None:
        """Send the beginning of an answer."""
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.out.write("\r\n".join([f"HTTP/1.1 {status} Said", *lines, "Connection: close", "", ""]).encode())

    @property
    def wants_refs(self) -> bool:
        """Whether this is the first question of a fetch."""
        return self.path.partition("?")[0].endswith("/info/refs")


Script = Callable[[Call], None]


@contextmanager
def serving(script: Script, *, host: str = HOST) -> Iterator[str]:
    """Answer every request as the script does; give the base URL."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        """Hands every request to the script."""

        def do_GET(self) -> None:
            self._call()

        def do_POST(self) -> None:
            self._call()

        def do_CONNECT(self) -> None:
            self._call()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _call(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = _body(cast("BinaryIO", self.rfile), headers)
                script(Call(self.command, self.path, headers, body, cast("BinaryIO", self.wfile), over))
            except OSError:
                return  # the other side had enough

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _body(stream: BinaryIO, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while size := int(stream.readline().strip() or b"0", 16):
            parts.append(stream.read(size))
            stream.readline()
        stream.readline()
        body = b"".join(parts)
    else:
        body = stream.read(int(headers.get("content-length", "0")))
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def packet(text: bytes | str) -> bytes:
    """Return a pkt-line."""
    data = text.encode() if isinstance(text, str) else text
    return b"%04x" % (len(data) + 4) + data


def forge(objects: Objects, *, format: str = "sha1") -> Script:
    """Return the script of a forge that has one repository, and sends its pack whatever is asked."""
    pack = objects.pack()

    def script(call: Call) -> None:
        if call.wants_refs:
            call.answer(200, capabilities(format), Content_Type=_ADVERTISEMENT)
        elif b"command=ls-refs" in call.body:
            call.answer(200, _refs(objects), Content_Type=_RESULT)
        else:
            call.answer(200, sent(pack, shallow=objects.head), Content_Type=_RESULT)

    return script


def capabilities(format: str = "sha1") -> bytes:
    """Return what a server of protocol 2 says first."""
    lines = ("version 2\n", "agent=x\n", "ls-refs=unborn\n", "fetch=shallow filter\n", f"object-format={format}\n")
    return packet("# service=git-upload-pack\n") + b"0000" + b"".join(map(packet, lines)) + b"0000"


def _refs(objects: Objects) -> bytes:
    refs = {"HEAD symref-target:refs/heads/main": objects.head, "refs/heads/main": objects.head, **objects.refs}
    return b"".join(packet(f"{id} {name}\n") for name, id in refs.items()) + b"0000"


def sent(pack: bytes, *, shallow: str | None = None) -> bytes:
    """Return the answer to a fetch that holds a pack."""
    head = packet("shallow-info\n") + packet(f"shallow {shallow}\n") + b"0001" if shallow else b""
    parts = (packet(b"\1" + pack[n : n + _CHUNK]) for n in range(0, len(pack), _CHUNK))
    return head + packet("packfile\n") + b"".join(parts) + b"0000"
