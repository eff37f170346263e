"""Which addresses a DID document, or a DID itself, may send us to.

Documents are written by strangers, so by default they cannot point into the network of whoever reads them. Names are judged
by their text: a public name that DNS maps to a private address is not seen here, so a service should also restrict its egress.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

#: IPv4 blocks that are not the public internet (RFC 6890 and the IANA registry it began).
_PRIVATE_IPV4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
#: Tunnels that carry an IPv4 address: 6to4, Teredo.
_TUNNELS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))

#: Names that never leave the machine or the site (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")

#: A host as it is written in its one form: names in ASCII.
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
#: Platforms read what ends in a number as IPv4 in odd notations (WHATWG URL, "ends in a number").
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")


def is_ip_address(host: str) -> bool:
    """Whether a host is an IP address, in whatever notation, rather than a name."""
    return ":" in host or _ENDS_IN_NUMBER.fullmatch(host) is not None


def is_private_host(host: str) -> bool:
    """Whether a host is this machine or a private network, as far as its text tells; IPv4 only in its usual notation."""
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError:
            return True
        return address not in _GLOBAL_UNICAST or any(address in tunnel for tunnel in _TUNNELS)
    if is_ip_address(host):
        try:
            return any(ipaddress.IPv4Address(host) in block for block in _PRIVATE_IPV4)
        except ValueError:
            return True
    name = host.removesuffix(".")
    return "." not in name or name.endswith(_PRIVATE_SUFFIXES)


def split_url(url: str) -> SplitResult | None:
    """The parts of an address that is written plainly; `None` for anything that two readers could read differently."""
    if re.search(r"[^\x21-\x7e]|\\", url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        if ":" in host:
            ipaddress.IPv6Address(host)
        elif is_ip_address(host):
            ipaddress.IPv4Address(host)
        elif _NAME.fullmatch(host) is None:
            return None
    except ValueError:
        return None
    return parts


def find_address_problem(url: str, *, allow_private_addresses: bool = False) -> str | None:
    """Why an address is refused, or `None` when it may be used.

    Private addresses, once allowed, may also be plain `http:`. For development and sites that run their own network.
    """
    parts = split_url(url)
    if parts is None:
        return "it is not a URL"
    if parts.scheme not in ("https", "http"):
        return "only http and https addresses are used"
    if parts.username is not None or parts.password is not None:
        return "an address must not carry credentials"
    is_private = is_private_host(parts.hostname or "")
    if is_private and not allow_private_addresses:
        return "private addresses are not allowed here"
    if parts.scheme == "http" and not is_private:
        return "http is only used for private addresses"
    return None
