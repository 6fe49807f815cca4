"""Builders of projects, git repositories, and a git server on the loopback interface."""

import base64
import functools
import gzip
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

Files = Mapping[str, str | bytes]

_WHO = {"NAME": "Test", "EMAIL": "test@example.org", "DATE": "2026-01-02T03:04:05+00:00"}


def make_project(folder: Path, files: Files) -> Path:
    """Write *files* (relative path -> content) below *folder* and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def git(folder: Path, *args: str, stdin: bytes | None = None) -> str:
    """Return what `git *args*` prints in *folder*, run as a fixed author with no configuration of this machine."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()},
    }
    done = subprocess.run(["git", *args], cwd=folder, env=environment, input=stdin, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def make_repository(folder: Path, files: Files, *, message: str = "First") -> Path:
    """Make a git repository with a work tree at *folder*, commit *files* on branch main, and return the folder.

    Called again on the same folder it adds a commit. Its upload-pack filters, as the public forges do.
    """
    make_project(folder, files)
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return folder


def commit_of(folder: Path, ref: str = "HEAD") -> str:
    """Return the commit id that *ref* means in a repository."""
    return git(folder, "rev-parse", f"{ref}^{{commit}}")


def pack_of(folder: Path, *names: str) -> bytes:
    """Return a pack of just these objects of a repository."""
    ids = "".join(f"{git(folder, 'rev-parse', name)}\n" for name in names)
    command = ("git", "pack-objects", "--stdout", "--quiet")
    return subprocess.run(command, cwd=folder, input=ids.encode(), capture_output=True, check=True).stdout


@dataclass(frozen=True)
class Request:
    """What a forge was asked, and how many bytes it answered."""

    method: str
    path: str  # with the query
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    answered: int


@dataclass(frozen=True)
class Forge:
    """A git server on the loopback interface."""

    url: str
    requests: list[Request]

    @property
    def fetches(self) -> list[Request]:
        """The requests for a pack."""
        return [request for request in self.requests if b"command=fetch" in gunzipped(request.body)]


def gunzipped(body: bytes) -> bytes:
    """Return a body as it was before git packed it, if it did."""
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@contextmanager
def serve_git(root: Path) -> Iterator[str]:
    """Serve the repositories below *root* over http; give the base URL. `/NAME` is served from `root/NAME/.git`."""
    with serve_forge(root) as forge:
        yield forge.url


@contextmanager
def serve_forge(
    root: Path,
    *,
    redirect: Callable[[str], str | None] = lambda _: None,
    tls: ssl.SSLContext | None = None,
    password: str | None = None,
    old: bool = False,
) -> Iterator[Forge]:
    """Serve the repositories below *root*, with TLS where a context is given; give the forge.

    *redirect* returns where a path has moved to, or None. *password* is the `user:password` that everybody needs. An
    *old* forge speaks git's first protocol alone, in which no commit is handed out by its id.
    """
    requests: list[Request] = []
    handler = functools.partial(_Handler, _Manner(root, requests, redirect, password, old))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that trusts us not
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Forge(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}", requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_certificate(folder: Path) -> Path:
    """Return a new PEM file with a certificate for 127.0.0.1, the authority that signed it, and its key."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    both = folder / "forge.pem"
    parts = (*certificate.cert_chain_pems, authority.cert_pem, certificate.private_key_pem)
    both.write_bytes(b"".join(part.bytes() for part in parts))
    return both


@dataclass(frozen=True)
class _Manner:
    """How a forge answers."""

    root: Path
    requests: list[Request]
    redirect: Callable[[str], str | None]
    password: str | None
    old: bool


class _Handler(BaseHTTPRequestHandler):
    """Hands every request to `git http-backend`."""

    protocol_version = "HTTP/1.0"

    def __init__(self, manner: _Manner, *args: Any) -> None:
        self.manner = manner
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        basic = base64.b64encode((self.manner.password or "").encode()).decode()
        names = {name.lower(): value for name, value in self.headers.items()}
        target = self.manner.redirect(self.path)
        if self.manner.old:
            names.pop("git-protocol", None)
        if self.manner.password is not None and names.get("authorization") != f"Basic {basic}":
            status, headers, content = 401, [["WWW-Authenticate", "Basic"]], b""
        elif target is not None:
            status, headers, content = 301, [["Location", target]], b""
        else:
            status, headers, content = _by_git(self.manner.root, self.command, self.path, names, body)
        self.manner.requests.append(Request(self.command, self.path, names, body, len(content)))
        self.send_response(status)
        for key, value in headers:
            if key not in {"Status", "Content-Length"}:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _by_git(
    root: Path, method: str, url: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, list[list[str]], bytes]:
    """Return what `git http-backend` answers: status, headers, content."""
    path, _, query = url.partition("?")
    name, _, rest = path.lstrip("/").partition("/")
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/{name.removesuffix('.git')}/.git/{rest}",
        "QUERY_STRING": query,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
    }
    done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    pairs = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
    return next((int(value.split()[0]) for key, value in pairs if key == "Status"), 200), pairs, content
