"""Redirects, and names that lead elsewhere: nothing is dialled that would not be accepted as a URL."""

import logging
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from evaluator.domain import Limits
from evaluator.errors import SettingsError
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.forges import LIMITS, REFS, VERSION_2, always, at, endlessly, refusal, serving
from tests.support.repositories import commit_of, git, make_certificate, make_repository, serve_forge
from tests.support.services import wait_until

TOKEN = "s3cret-t0ken"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repositories")
    make_repository(root / "demo", {"README.md": "# Demo\n"})
    return root


def to_git(path: str) -> str | None:
    """Redirect as GitLab does: from the name of a project to the same with `.git`."""
    return None if ".git/" in path else re.sub(r"^/([^/]+)/", r"/\1.git/", path)


def test_a_redirect_to_the_name_with_git_is_followed(root: Path) -> None:
    with serve_forge(root, redirect=to_git) as forge, fetch(at(f"{forge.url}/demo"), limits=LIMITS) as snapshot:
        assert snapshot.commit == commit_of(root / "demo")


def test_a_repository_that_was_renamed_on_its_host_is_read(root: Path) -> None:
    def renamed(path: str) -> str | None:
        return path.replace("/before/", "/demo/") if path.startswith("/before/") else None

    with serve_forge(root, redirect=renamed) as forge, fetch(at(f"{forge.url}/before"), limits=LIMITS) as snapshot:
        assert snapshot.commit == commit_of(root / "demo")


def test_a_redirect_from_a_trusted_forge_to_another_port_is_never_dialled(root: Path) -> None:
    with serve_forge(root) as other, serve_forge(root, redirect=lambda path: other.url + path) as forge:
        error = refusal(at(f"{forge.url}/demo"), LIMITS.model_copy(update={"trusted_forges": (forge.url,)}))

    assert error.code == "untrusted_source"
    assert "redirect" in str(error)
    assert other.requests == []


def test_a_redirect_from_a_trusted_forge_to_another_is_followed_without_a_token(root: Path) -> None:
    with serve_forge(root) as other, serve_forge(root, redirect=lambda path: other.url + path) as forge:
        both = LIMITS.model_copy(update={"trusted_forges": (forge.url, other.url)})
        with fetch(at(f"{forge.url}/demo"), limits=both) as snapshot:
            commit = snapshot.commit
        with_its_token = refusal(at(f"{forge.url}/demo"), with_token(forge.url, trusted_forges=both.trusted_forges))

    assert commit == commit_of(root / "demo")
    assert with_its_token.code == "repository_moved"
    assert [request for request in other.requests if "authorization" in request.headers] == []


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://169.254.169.254/latest/meta-data", "untrusted_source"),
        ("http://[::1]:443/demo/info/refs?service=git-upload-pack", "untrusted_source"),
        ("https://localhost/demo/info/refs?service=git-upload-pack", "untrusted_source"),
        ("https://github.com:8443/demo/info/refs?service=git-upload-pack", "untrusted_source"),
        ("https://2130706433/demo/info/refs?service=git-upload-pack", "untrusted_source"),
        ("file:///etc/passwd", "untrusted_source"),
        ("ftp://127.0.0.1/x", "untrusted_source"),
        ("gopher://127.0.0.1/x", "untrusted_source"),
        ("ext::sh -c touch% /tmp/x", "unreadable_repository"),
        ("/demo/elsewhere", "repository_not_found"),
        ("/login", "repository_not_found"),
    ],
)
def test_a_redirect_to_where_nobody_should_go_is_refused(root: Path, target: str, code: str) -> None:
    def redirect(path: str) -> str | None:
        return target if path.startswith("/away/") else None

    with serve_forge(root, redirect=redirect) as forge:
        error = refusal(at(f"{forge.url}/away"))

    assert error.code == code


def test_a_redirect_to_a_name_with_an_inner_address_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names({"inner.example.org": ["127.0.0.1"]}))

    with serve_forge(root, redirect=lambda path: f"https://inner.example.org{path}") as forge:
        assert refusal(at(f"{forge.url}/demo")).code == "private_address"


def test_redirects_in_a_circle_end(root: Path) -> None:
    with serve_forge(root, redirect=lambda path: path) as forge:
        error = refusal(at(f"{forge.url}/demo"))

    assert error.code == "repository_moved"
    assert len(forge.requests) < 30


def names(known: dict[str, list[str]]):  # type: ignore[no-untyped-def]  # it has the odd signature of getaddrinfo
    """Return a resolver that knows a few names; numbers are looked up as ever."""
    looked_up = socket.getaddrinfo

    def look_up(host: str, port: int, **options: int) -> list[tuple[object, ...]]:
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]
        return looked_up(host, port, **options)  # type: ignore[return-value]

    return look_up


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["140.82.121.4", "10.0.0.1"], ["64:ff9b::7f00:1"]])
def test_a_public_name_with_an_inner_address_is_never_dialled(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names({"evil.example.org": addresses}))

    assert refusal(parse("https://evil.example.org/a/b"), Limits(seconds=5)).code == "private_address"


# Tokens and certificates ------------------------------------------------------------------------------------------


def with_token(url: str, token: str = TOKEN, **changes: object) -> Limits:
    host = url.partition("://")[2]
    return LIMITS.model_copy(update={"forge_tokens": {host: SecretStr(token)}, **changes})


@pytest.mark.parametrize(("token", "password"), [(TOKEN, f"oauth2:{TOKEN}"), (f"deploy:{TOKEN}", f"deploy:{TOKEN}")])
def test_a_private_repository_is_read_with_the_token_of_its_host(root: Path, token: str, password: str) -> None:
    with serve_forge(root, password=password) as forge:
        with fetch(at(f"{forge.url}/demo"), limits=with_token(forge.url, token)) as snapshot:
            commit = snapshot.commit

        assert refusal(at(f"{forge.url}/demo")).code == "repository_not_found"
    assert commit == commit_of(root / "demo")


def test_a_token_that_is_refused_is_told(root: Path) -> None:
    with serve_forge(root, password=f"oauth2:{TOKEN}") as forge:
        error = refusal(at(f"{forge.url}/demo"), with_token(forge.url, "an-0ld-one"))
        without = refusal(at(f"{forge.url}/demo"), with_token("http://127.0.0.1:1"))

    assert error.code == "token_refused"
    assert "refused the token" in str(error)
    assert "an-0ld-one" not in str(error)
    assert f"a token for {forge.url.partition('://')[2]} in MODU_FORGE_TOKENS" in str(without)


@pytest.mark.parametrize("lost", ["HEAD:src/a.py", "HEAD^{tree}", "HEAD"])
def test_a_repository_whose_host_lacks_objects_is_told(tmp_path: Path, lost: str) -> None:
    demo = make_repository(tmp_path / "demo", {"src/a.py": "a = 1\n"})
    name = git(demo, "rev-parse", lost)
    (demo / ".git/objects" / name[:2] / name[2:]).unlink()

    with serve_forge(tmp_path) as forge:
        error = refusal(at(f"{forge.url}/demo"))

    assert error.code == "bad_repository"
    assert "git fsck" in str(error)


def test_a_token_goes_to_no_other_host(root: Path) -> None:
    with serve_forge(root) as other, fetch(at(f"{other.url}/demo"), limits=with_token("http://127.0.0.1:1")):
        asked = list(other.requests)

    assert asked
    assert [request for request in asked if "authorization" in request.headers] == []


def test_with_a_token_no_redirect_leads_away(root: Path) -> None:
    with serve_forge(root, redirect=lambda path: f"https://github.com{path}") as forge:
        error = refusal(at(f"{forge.url}/demo"), with_token(forge.url))

    assert error.code == "repository_moved"
    assert TOKEN not in str(error)


def test_with_a_token_a_redirect_on_the_same_host_is_followed(root: Path) -> None:
    with (
        serve_forge(root, redirect=to_git, password=f"oauth2:{TOKEN}") as forge,
        fetch(at(f"{forge.url}/demo"), limits=with_token(forge.url)) as snapshot,
    ):
        assert snapshot.commit == commit_of(root / "demo")


def test_a_token_is_in_no_command_line_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    over = threading.Event()
    seen: list[bytes] = []

    def look() -> None:
        while not over.wait(0.005):
            seen.extend(command_lines())

    drip = endlessly(REFS, VERSION_2[:30], again=b"0", pause=0.05)
    with serving(drip) as (url, _):
        looking = threading.Thread(target=look)
        looking.start()
        error = refusal(at(f"{url}/a/b"), with_token(url, seconds=1))
        over.set()
        looking.join()

    assert any(url.encode() in words for words in seen)
    assert not any(secret in words for words in seen for secret in (TOKEN.encode(), b"Basic", b"socks5h"))
    assert TOKEN not in f"{error!r} {error.__cause__!r} {caplog.text}"


def command_lines() -> Iterator[bytes]:
    """Yield the command line of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:  # gone meanwhile
            continue


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_forge_may_have_a_certificate_of_its_own(root: Path, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with serve_forge(root, tls=tls(certificate)) as forge:
        source = parse(f"{forge.url}/demo", trusted_forges=["https://127.0.0.1:*"])
        trusting = LIMITS.model_copy(update={"trusted_forges": ("https://127.0.0.1:*",), "forge_ca": certificate})

        with fetch(source, limits=trusting) as snapshot:
            commit = snapshot.commit
        distrusted = refusal(source, trusting.model_copy(update={"forge_ca": None}))

    assert commit == commit_of(root / "demo")
    assert distrusted.code == "source_unreachable"
    assert "MODU_FORGE_CA" in str(distrusted)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_the_operators_to_mend(tmp_path: Path, content: str | None) -> None:
    limits = Limits(trusted_forges=("https://127.0.0.1:*",), forge_ca=tmp_path / "none.pem")
    if content is not None:
        (tmp_path / "none.pem").write_text(content)

    error = refusal(parse("https://127.0.0.1:9/demo", trusted_forges=limits.trusted_forges), limits)

    assert isinstance(error, SettingsError)
    assert "MODU_FORGE_CA" in str(error)


def test_the_dialer_takes_nobody_without_its_password(root: Path) -> None:
    with serving(endlessly(REFS, again=b"0", pause=0.05)) as (url, asked):
        thread = threading.Thread(target=refusal, args=(at(f"{url}/a/b"), LIMITS.model_copy(update={"seconds": 4})))
        thread.start()
        wait_until(lambda: bool(asked), seconds=5, what="git has asked")
        answers = [knock(port) for port in listening() if str(port) not in url]
        thread.join()

    assert b"\5\xff" in answers


def knock(port: int) -> bytes:
    """Return what a server of ours says to a SOCKS client without a password; nothing where it has just closed."""
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=2) as client:
        client.sendall(b"\5\1\0")
        return client.recv(2)
    return b""


def listening() -> list[int]:
    """Return the ports that this very process listens on."""
    inodes = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].partition(":")[2], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]


def test_a_folder_on_a_web_server_is_no_repository() -> None:
    with serving(always("200 OK", "Content-Type: text/html\r\n")) as (url, _):
        assert refusal(at(f"{url}/a/b", ref="main")).code in {"unknown_ref", "unreadable_repository"}
