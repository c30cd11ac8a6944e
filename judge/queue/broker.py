"""Where Redis is and how to get in: broker addresses to clients. The only place that reads a broker URL.

``redis://host:port/db``, ``rediss://`` (TLS), ``unix:///path/to/socket?db=0`` and
``sentinel://host:port,host:port/db?master=NAME``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from judge.errors import UsageError

#: How long one answer, one connection attempt and one silence may last.
ANSWER_TIMEOUT_S = 5
CONNECT_TIMEOUT_S = 2

#: How long a call keeps trying to reach Redis before it raises.
PATIENCE_S = 3.0

SCHEMES = ("redis", "rediss", "unix", "sentinel")


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """A Redis server (or a Sentinel group) and the credentials for it. Empty = not used.

    ``username``/``password`` win over the URL's. The files are PEM.
    """

    url: str
    namespace: str = "judge"
    username: str = ""
    password: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A broker URL taken apart. ``hosts`` are (host, port); one, except for Sentinel."""

    scheme: str
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    database: int = 0
    username: str = ""
    password: str = ""
    master: str = ""


def parse(url: str) -> Address:
    """Take a broker URL apart. Raises UsageError saying what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise UsageError(f"broker {redact(url)!r}: the scheme must be one of {', '.join(f'{s}://' for s in SCHEMES)}")
    query = parse_qs(parts.query)
    database = (query.get("db") or [parts.path.strip("/") if parts.scheme != "unix" else ""])[0] or "0"
    if not database.isdigit():
        raise UsageError(f"broker {redact(url)!r}: the database must be a number, not {database!r}")
    if parts.scheme == "unix":
        if not parts.path:
            raise UsageError(f"broker {url!r}: no socket path")
        return Address(scheme="unix", path=unquote(parts.path), database=int(database))
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    master = (query.get("master") or [""])[0]
    if parts.scheme == "sentinel" and not master:
        raise UsageError(f"broker {redact(url)!r}: name the group, as in sentinel://host:26379/0?master=NAME")
    default_port = 26379 if parts.scheme == "sentinel" else 6379
    return Address(
        scheme=parts.scheme,
        hosts=tuple(_host(item, default_port, url) for item in hosts.split(",")),
        database=int(database),
        username=unquote(username),
        password=unquote(password),
        master=master,
    )


def redact(url: str) -> str:
    """The URL without its password, for messages."""
    head, at, tail = url.rpartition("@")
    if not at:
        return url
    scheme, _, credentials = head.rpartition("//")
    return f"{scheme}//{credentials.partition(':')[0]}:***@{tail}"


def tls_options(broker: Broker) -> dict[str, Any]:
    """redis-py's TLS arguments; the certificate is always checked."""
    options: dict[str, Any] = {"ssl_cert_reqs": "required"}
    for name, value in (
        ("ssl_ca_certs", broker.ca_file),
        ("ssl_certfile", broker.cert_file),
        ("ssl_keyfile", broker.key_file),
    ):
        if value:
            options[name] = value
    return options


def connect(broker: Broker) -> redis.Redis:
    """A blocking client; connects at its first command."""
    address = parse(broker.url)
    options = _options(broker, address) | {"retry": Retry(NoBackoff(), 0)}
    if address.scheme == "sentinel":
        sentinel: Any = redis.sentinel.Sentinel
        group = sentinel(list(address.hosts), sentinel_kwargs=_sentinel_options(broker, address))
        master: redis.Redis = group.master_for(address.master, **options)
        return master
    return redis.Redis(**options, **_where(address))


def connect_async(broker: Broker) -> redis.asyncio.Redis:
    """The same for asyncio."""
    address = parse(broker.url)
    options = _options(broker, address) | {"retry": AsyncRetry(NoBackoff(), 0)}
    if address.scheme == "sentinel":
        sentinel: Any = redis.asyncio.sentinel.Sentinel
        group = sentinel(list(address.hosts), sentinel_kwargs=_sentinel_options(broker, address))
        master: redis.asyncio.Redis = group.master_for(address.master, **options)
        return master
    return redis.asyncio.Redis(**options, **_where(address))


def _where(address: Address) -> Mapping[str, Any]:
    if address.scheme == "unix":
        return {"unix_socket_path": address.path}
    host, port = address.hosts[0]
    return {"host": host, "port": port}


def _options(broker: Broker, address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {
        "db": address.database,
        "socket_timeout": ANSWER_TIMEOUT_S,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_keepalive": address.scheme != "unix",
        "username": broker.username or address.username or None,
        "password": broker.password or address.password or None,
        "protocol": 2,
    }
    if address.scheme == "unix":
        del options["socket_keepalive"]
    if address.scheme == "rediss" or (address.scheme == "sentinel" and broker.ca_file):
        options |= {"ssl": True} | tls_options(broker)
    return options


def _sentinel_options(broker: Broker, address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {"socket_timeout": CONNECT_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S}
    if broker.ca_file:
        options |= {"ssl": True} | tls_options(broker)
    return options


def _host(text: str, default_port: int, url: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default_port)
    if not host or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"broker {redact(url)!r}: {text!r} is not host:port")
    return host.strip("[]"), int(port)
