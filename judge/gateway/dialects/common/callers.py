"""From a dialect's request to its caller: the key in front of the path, or in one of the dialect's own headers.

Without a key the rules are those of our own interface: only this machine, and no page of somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from judge.gateway.access.caller import Caller
from judge.gateway.dialects.common.path_key import path_key_of
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service

#: What every key begins with.
_KEY = "jk_"


@dataclass(frozen=True)
class KeyPlaces:
    """Where a dialect's clients put keys, beside ``Authorization`` and the path."""

    headers: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


async def caller_of(service: Service, connection: HTTPConnection, places: KeyPlaces) -> Caller:
    """Who asks. What is no key of ours in a header means nothing where none is needed: clients have tokens set for
    servers that ask for none. Raises ProblemError, QueueError."""
    address = connection.client.host if connection.client else ""
    path_key = path_key_of(connection.scope)
    if path_key:
        return await service.authenticator.caller_with_key(path_key, address)
    words = tuple(_words(connection, places))
    key = next((word for word in words if word.startswith(_KEY)), None)
    if key is not None:
        return await service.authenticator.caller_with_key(key, address)
    try:
        return service.authenticator.caller_without_key(connection)
    except ProblemError as error:
        if words and error.kind.name == "no-key":
            raise ProblemError("bad-key") from error
        raise


def _words(connection: HTTPConnection, places: KeyPlaces) -> Iterator[str]:
    """What may be a key."""
    said = connection.headers.get("authorization", "").strip()
    yield from (word for word in said.split(" ")[-1:] if word)
    for name in places.headers:
        yield from (value.strip() for value in connection.headers.getlist(name) if value.strip())
    for name in places.parameters:
        yield from (value for value in connection.query_params.getlist(name) if value)
