import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from evaluator.domain import Limits
from evaluator.errors import SettingsError
from evaluator.sources.access import Access, access_to, certificates, token_of
from evaluator.sources.urls import GitUrl
from tests.support.repositories import make_certificate

FORGE = GitUrl(scheme="https", host="git.corp", port=443, path="/a/b", trusted=True)


def limits(**tokens: str) -> Limits:
    return Limits(forge_tokens={name: SecretStr(token) for name, token in tokens.items()})


def url(scheme: str, port: int) -> GitUrl:
    return GitUrl(scheme=scheme, host="git.corp", port=port, path="/a/b", trusted=True)


@pytest.mark.parametrize(
    ("name", "scheme", "port", "found"),
    [
        ("git.corp", "https", 443, True),
        ("git.corp:443", "https", 443, True),
        ("git.corp:8443", "https", 8443, True),
        ("git.corp", "http", 80, True),
        ("git.corp", "https", 8443, False),
        ("git.corp:443", "https", 8443, False),
        ("corp", "https", 443, False),
        ("evil.git.corp", "https", 443, False),
        ("git.corp", "ssh", 22, False),
        ("git.corp", "file", 0, False),
    ],
)
def test_a_token_is_for_one_host_and_port(name: str, scheme: str, port: int, found: bool) -> None:
    assert (token_of(url(scheme, port), limits=limits(**{name: "t"})) is not None) == found


@pytest.mark.parametrize(("token", "said"), [("abc", "oauth2:abc"), ("me:abc", "me:abc")])
def test_a_token_is_sent_to_its_host_alone(tmp_path: Path, token: str, said: str) -> None:
    access = access_to(FORGE, limits=limits(**{"git.corp": token}), folder=tmp_path, proxy=None)

    basic = base64.b64encode(said.encode()).decode()
    assert access.config == {"http.https://git.corp:443/.extraHeader": f"Authorization: Basic {basic}"}
    assert basic not in repr(access)


@pytest.mark.parametrize(
    ("scheme", "protocols"),
    [("https", "https"), ("http", "http:https"), ("ssh", "ssh"), ("file", "file")],
)
def test_only_the_schemes_protocol_may_be_spoken(tmp_path: Path, scheme: str, protocols: str) -> None:
    access = access_to(url(scheme, 80), limits=Limits(), folder=tmp_path, proxy=None)

    assert access.environment["GIT_ALLOW_PROTOCOL"] == protocols


def test_what_git_is_told_is_numbered() -> None:
    assert Access(("https",), {"http.proxy": "p"}).environment == {
        "GIT_ALLOW_PROTOCOL": "https",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "protocol.https.allow",
        "GIT_CONFIG_VALUE_0": "always",
        "GIT_CONFIG_KEY_1": "http.proxy",
        "GIT_CONFIG_VALUE_1": "p",
    }


def test_without_access_no_protocol_is_spoken() -> None:
    assert Access().environment == {"GIT_ALLOW_PROTOCOL": "none", "GIT_CONFIG_COUNT": "0"}


def test_certificates_of_a_forge_come_beside_the_public_ones(tmp_path: Path) -> None:
    own = make_certificate(tmp_path)

    access = access_to(FORGE, limits=Limits(forge_ca=own), folder=tmp_path, proxy=None)

    together = Path(access.config["http.https://git.corp:443/.sslCAInfo"]).read_text()
    assert together.startswith(own.read_text())
    assert together.count("BEGIN CERTIFICATE") > 10


def test_certificates_of_a_forge_hold_for_no_public_host(tmp_path: Path) -> None:
    public = GitUrl(scheme="https", host="git.example.org", port=443, path="/a/b")

    assert access_to(public, limits=Limits(forge_ca=tmp_path / "none"), folder=tmp_path, proxy=None).config == {}


def test_certificates_that_are_not_there_are_the_operators_to_mend(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MODU_FORGE_CA"):
        access_to(FORGE, limits=Limits(forge_ca=tmp_path / "none"), folder=tmp_path, proxy=None)


@pytest.mark.parametrize("content", [b"", b"a note", b"\xff\x00", b"-----BEGIN CERTIFICATE-----\nnone\n"])
def test_a_file_without_a_certificate_is_the_operators_to_mend(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.pem").write_bytes(content)

    with pytest.raises(SettingsError, match="no certificate"):
        certificates(tmp_path / "own.pem")
