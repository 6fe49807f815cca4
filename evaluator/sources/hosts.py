"""Which addresses a public host may have: the one that was checked is the one that is dialled."""

import ipaddress
import socket

from evaluator.errors import SourceUnavailable, UnusableSource

_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def addresses(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of *host*; raise SourceUnavailable where the name is not known."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(
            f"The host {host} was not found. Check the URL and the network, then try again."
        ) from error
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


def public_addresses(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of *host*, all of them public.

    Raises SourceUnavailable where the name is not known, UnusableSource where one address is private.
    """
    found = addresses(host, port)
    if not found or not all(is_public(address) for address in found):
        raise UnusableSource(
            f"The host {host} has an address that is not public. Use a public host, or have the operator add the forge"
            " to MODU_TRUSTED_FORGES.",
            code="private_address",
        )
    return found


def is_public(text: str) -> bool:
    """Return whether an address is one of the public internet, whatever it is wrapped in."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = _unwrap(address)
        if inner is None:
            return address in _GLOBAL_6 and address.teredo is None and address.is_global and not address.is_multicast
        address = inner
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrap(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a mapped, 6to4 or NAT64 address stands for, or None."""
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    if address in _NAT64_LOCAL:
        return ipaddress.IPv4Address("127.0.0.1")  # a local-use prefix: never public
    return address.ipv4_mapped or address.sixtofour
