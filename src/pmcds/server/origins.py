"""Origins and addresses: compared parsed, never as text."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host in lower case, and port of a URL."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """The origin of an absolute http or https URL without user information. Raises ValueError for all others."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\"):
        raise ValueError("the address holds signs that do not belong there")
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("the address is no http or https URL with a plain host")
    port = parts.port if parts.port is not None else _PORTS[scheme]
    return Origin(scheme, parts.hostname.lower().rstrip("."), port)


def origin_or_none(url: object) -> Origin | None:
    """The origin, or None for what has none."""
    try:
        return origin_of(url) if isinstance(url, str) else None
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """True for an IP address of the open internet; mapped and tunneled ones count as what they hide."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def is_loopback(host: str) -> bool:
    """True for a host that is this machine by its name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
