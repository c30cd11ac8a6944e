"""Where a receiver may be: its address is looked up once, checked, and connected to as it is.

So a name cannot mean a public machine when it is checked and one of ours when it is connected to. Only what the
registries of special-purpose addresses call global is allowed (IANA, RFC 6890 and its followers), and of IPv6 only
2000::/3: hence neither addresses that carry one of IPv4 (mapped, NAT64) nor local ones. 6to4 and Teredo are named
below.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from judge.config import WebhookSettings
from judge.errors import UsageError

Network = IPv4Network | IPv6Network

#: IPv4 that is not the public internet; the last is where Azure's machines ask for their own secrets.
_REFUSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
    )
)  # fmt: skip

#: The part of IPv6 that is given out, and what of it is not the public internet.
_GLOBAL_6 = IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


class NoWayError(Exception):
    """There is no address to connect to; its text is for who made the webhook."""


class Ranges:
    """Which addresses are allowed, by the settings."""

    def __init__(self, settings: WebhookSettings) -> None:
        """Raises UsageError for what is no network."""
        self._allowed = tuple(_network(text) for text in settings.networks)
        self._refused = tuple(_network(text) for text in settings.networks_refused)

    def may_be(self, text: str) -> bool:
        """Whether a receiver may have this address."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        if any(address in network for network in self._refused):
            return False
        return _is_public(address) or any(address in network for network in self._allowed)


class Addresses:
    """Looks names up, ``at_once`` of them at the most: the system's resolver blocks, and servers of names may be slow.
    ``close`` it."""

    def __init__(self, ranges: Ranges, at_once: int) -> None:
        self._ranges = ranges
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="names")

    def close(self) -> None:
        """Look nothing up any more; does not wait."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def of(self, host: str, port: int) -> list[str]:
        """The allowed addresses of a host. Raises NoWayError: it has none, or none of them is allowed."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _looked_up, host, port)
        except (OSError, UnicodeError):
            raise NoWayError(f"the name {host[:100]} has no address") from None
        allowed = [address for address in found if self._ranges.may_be(address)]
        if not allowed:
            raise NoWayError(f"the addresses of {host[:100]} are not in the public internet")
        return allowed


def literal(host: str) -> str | None:
    """The address that a host is itself; None = it is a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _looked_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    return address in _GLOBAL_6 and not any(address in network for network in _REFUSED_6)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise UsageError(f"webhook_networks, webhook_networks_refused: {error}") from error
