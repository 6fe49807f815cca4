import socket

import pytest

from evaluator.errors import SourceUnavailable, UnusableSource
from evaluator.sources.hosts import addresses, is_public, public_addresses


@pytest.mark.parametrize(
    "address", ["140.82.121.4", "2606:50c0:8000::153", "::ffff:140.82.121.4", "64:ff9b::8c52:7904"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::8c52:7904",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "4000::1",
    ],
)
def test_an_inner_address_is_not_public_whatever_it_is_wrapped_in(address: str) -> None:
    assert not is_public(address)


def test_a_host_with_a_private_address_is_refused() -> None:
    with pytest.raises(UnusableSource) as caught:
        public_addresses("127.0.0.1", 443)

    assert caught.value.code == "private_address"


def test_a_public_host_gives_its_addresses() -> None:
    assert public_addresses("140.82.121.4", 443) == ("140.82.121.4",)


def test_a_name_that_cannot_be_a_host_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable):
        public_addresses("x" * 70 + ".example", 443)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("140.82.121.4", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)

    with pytest.raises(UnusableSource):
        public_addresses("git.example.org", 443)
    assert addresses("git.example.org", 443) == ("140.82.121.4", "10.0.0.1")


def test_a_host_without_addresses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])

    with pytest.raises(UnusableSource):
        public_addresses("git.example.org", 443)
