"""One POST (of a callback: PUT) to a receiver, over a connection of its own to an address that was checked.

HTTP is h11's: it is given bytes and says what they mean, so that nothing but this opens a connection, and no
redirection, proxy or cookie is followed. Of the answer the status and Retry-After count; at most :data:`_ANSWER_BYTES`
of it are read.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

#: Of an answer, head and body; what comes behind is not read.
_ANSWER_BYTES = 64 << 10
_HEAD_BYTES = 16 << 10
_READ_BYTES = 16 << 10

#: The end of an answer's body is waited for, so that a polite receiver can write it, but not for long.
_BODY_S = 2.0

#: Addresses of one host that are tried.
_ADDRESSES_MAX = 3

_PRINTABLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9.])?|[0-9a-fA-F:.]+")
_PORTS = {"https": 443, "http": 80}


class UrlError(ValueError):
    """Not an address that a webhook can have; says why."""


class SendError(Exception):
    """No answer came; its text is for who made the webhook."""


@dataclass(frozen=True)
class Target:
    """Where to send. ``authority`` is the Host header, ``path`` what follows it in the address."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str


@dataclass(frozen=True)
class Message:
    """What is sent."""

    headers: Sequence[tuple[str, str]]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True)
class Received:
    """What was answered."""

    status: int
    retry_after: str = ""


def target_of(url: str, *, http: bool) -> Target:
    """The parts of an address; ``http``: it need not be https. Raises UrlError."""
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise UrlError("only printable ASCII characters, and no backslash")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UrlError(str(error)) from error
    if parts.scheme not in _PORTS or (parts.scheme == "http" and not http):
        raise UrlError("it must begin with https://" + (" or http://" if http else ""))
    if "@" in parts.netloc:
        raise UrlError("it must have neither user nor password")
    if "#" in url:
        raise UrlError("it must have no fragment")
    if not _HOST.fullmatch(host) or port == 0:
        raise UrlError("it names no host")
    usual = _PORTS[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    return Target(
        secure=parts.scheme == "https",
        host=host,
        port=usual if port is None else port,
        authority=name if port in (None, usual) else f"{name}:{port}",
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


class Sender:
    """Sends. It reads the certificates of the authorities that are trusted once, when it is made: OpenSSL's own, or
    those that SSL_CERT_FILE names."""

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()

    async def send(self, target: Target, addresses: Sequence[str], message: Message) -> Received:
        """Send it to the first of the addresses that lets itself be connected to. Raises SendError. The caller limits
        the time; then, too, nothing is left open."""
        reader, writer = await _connected(target, addresses, self._tls if target.secure else None)
        try:
            return await _exchange(target, reader, writer, message)
        except (OSError, EOFError) as error:
            raise SendError(f"the connection broke: {_said(error)}") from error
        except h11.ProtocolError as error:
            raise SendError(f"what was answered is no HTTP: {error}") from error
        finally:
            writer.transport.abort()


async def _connected(
    target: Target, addresses: Sequence[str], tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    name = target.host if tls else None
    reason = "it has no address"
    for address in addresses[:_ADDRESSES_MAX]:
        try:
            return await asyncio.open_connection(address, target.port, ssl=tls, server_hostname=name)
        except ssl.SSLCertVerificationError as error:
            reason = f"its certificate is not valid: {error.verify_message}"
        except ssl.SSLError as error:
            reason = f"TLS failed: {error.reason}"
        except OSError as error:
            reason = f"no connection: {_said(error)}"
    raise SendError(reason)


def _said(error: Exception) -> str:
    """An error without addresses, which asyncio puts into its text."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if isinstance(number, int) and number > 0 else type(error).__name__


async def _exchange(
    target: Target,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    message: Message,
) -> Received:
    """Raises OSError, EOFError, h11.ProtocolError."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)
    length = str(len(message.body))
    said = [("host", target.authority), ("connection", "close"), ("content-length", length), *message.headers]
    head = http.send(h11.Request(method=message.method, target=target.path, headers=said)) or b""
    writer.write(head + (http.send(h11.Data(data=message.body)) or b"") + (http.send(h11.EndOfMessage()) or b""))
    with contextlib.suppress(ConnectionError):  # what refuses a large body may answer all the same
        await writer.drain()
    answer = _Answer(http, reader)
    response = await answer.head()
    with contextlib.suppress(TimeoutError, OSError, EOFError, h11.ProtocolError):
        async with asyncio.timeout(_BODY_S):
            await answer.rest()
    found = [value for name, value in response.headers if name == b"retry-after"]
    return Received(response.status_code, found[0].decode("latin-1") if found else "")


class _Answer:
    """Reads at most :data:`_ANSWER_BYTES` of one answer."""

    def __init__(self, http: h11.Connection, reader: asyncio.StreamReader) -> None:
        self._http = http
        self._reader = reader
        self._left = _ANSWER_BYTES

    async def head(self) -> h11.Response:
        """Raises EOFError, OSError, h11.ProtocolError."""
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise EOFError

    async def rest(self) -> None:
        """To its end."""
        while isinstance(await self._event(), h11.Data):
            pass

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._left <= 0:
                raise EOFError
            data = await self._reader.read(min(_READ_BYTES, self._left))
            self._left -= len(data)
            self._http.receive_data(data)
        return event
