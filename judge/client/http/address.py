"""Where a gateway is and with which key it is asked. A key never travels where others can read it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from judge.errors import UsageError

_KEY = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True)
class Server:
    """A gateway. ``prefix`` is the path before ``/api``, without a slash at its end; ``key`` empty = none."""

    scheme: str
    host: str
    port: int
    prefix: str
    key: str = field(default="", repr=False)

    @property
    def origin(self) -> str:
        """As a client writes it, without the path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def server_of(address: str, key: str = "", *, plain_http: bool = False) -> Server:
    """The gateway at an address. ``plain_http``: the key may be read on the way. Raises UsageError: it is none, or the
    key would be read without that."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"the server's address {address!r}: {error}") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise UsageError(f"the server's address {address[:200]!r} is to be https://HOST, or http:// on this machine")
    if parts.username is not None:
        raise UsageError("the server's address has a user name in it: a key is given beside it (JUDGE_KEY)")
    if key and not _KEY.fullmatch(key):
        raise UsageError("the key has characters that no key has")
    if key and parts.scheme == "http" and not plain_http and not is_loopback(host):
        raise UsageError(
            f"the key would travel readable to {host}: use https://, send no key, or allow it (plain_http; "
            "JUDGE_PLAIN_HTTP=1 for commands)"
        )
    default = 443 if parts.scheme == "https" else 80
    return Server(parts.scheme, host, port or default, parts.path.rstrip("/"), key)


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
