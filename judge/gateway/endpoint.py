"""What an endpoint declares, and what its function is given. The route table is made of these; so are the OpenAPI
document and the page of the reference, so that what is served and what is documented cannot differ."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from judge.gateway.access.caller import Caller
from judge.gateway.exchange import Exchange
from judge.gateway.problems import ProblemError, field_problem, with_words
from judge.gateway.service import Service
from judge.queue.api_keys import Scope

JSON = "application/json"
BYTES = "application/octet-stream"
EVENTS = "text/event-stream"

Q = TypeVar("Q", bound=msgspec.Struct)


class Asked(msgspec.Struct, frozen=True):
    """One request. ``body`` and ``query`` are of the types that its endpoint declares, None = it declares none."""

    service: Service
    caller: Caller
    request: Request
    path: Mapping[str, str]
    exchange: Exchange
    body: Any = None
    query: Any = None

    def header(self, name: str) -> str | None:
        """A header of the request."""
        return self.request.headers.get(name)

    async def until_key_ends(self) -> None:
        """Returns when the caller's key does not hold any more; never where none was needed."""
        await self.service.key_ends.until_ended(self.caller.rights.id)


Handler = Callable[[Asked], Awaitable[Response]]


@dataclass(frozen=True)
class Answer:
    """One answer that an endpoint gives when all goes well. ``type`` None = without a body."""

    status: int
    description: str
    type: Any = None
    media: str = JSON
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeaderParameter:
    """A header of the request that means something to an endpoint."""

    name: str
    description: str


IDEMPOTENCY_KEY = HeaderParameter(
    "Idempotency-Key", "Up to 255 printable characters: the same key with the same body is the same work."
)
LAST_EVENT_ID = HeaderParameter("Last-Event-ID", "Go on behind this event.")
IF_NONE_MATCH = HeaderParameter("If-None-Match", "An ETag that is there already: 304 when it is still the one.")


@dataclass(frozen=True)
class Endpoint:
    """One row of the route table.

    ``name`` is its operationId. ``scope`` None = no key is asked for, and there is no caller's tenant. ``body``: the
    type of a JSON body, None = none is read. ``query``: a struct of the parameters, each with a default. ``takes``:
    media type of a body that the function reads itself, ``line`` the type of each line of it. ``problems``: names in
    :mod:`judge.gateway.problems` beside those that every endpoint has. ``anonymous``: also for those without
    a key, where the settings let everybody in.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    tag: str
    answers: tuple[Answer, ...]
    scope: Scope | None = Scope.READ
    body: Any = None
    query: type[msgspec.Struct] | None = None
    takes: str = ""
    line: Any = None
    headers: tuple[HeaderParameter, ...] = ()
    problems: tuple[str, ...] = ()
    anonymous: bool = False
    body_decoder: Any = field(init=False, default=None, compare=False)

    def __post_init__(self) -> None:
        if self.body is not None:
            object.__setattr__(self, "body_decoder", msgspec.json.Decoder(self.body))


_ENCODER = msgspec.json.Encoder()


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value as JSON, not to be kept by anybody unless ``headers`` say otherwise."""
    return Response(_ENCODER.encode(value), status, {"cache-control": "no-store", **(headers or {})}, JSON)


def query_of(kind: type[Q], request: HTTPConnection) -> Q:
    """The parameters of a request. Raises ProblemError naming the one that is wrong."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise _parameter_problem(name, "it is given twice")
        given[name] = value
    unknown = next((name for name in given if name not in kind.__struct_fields__), None)
    if unknown is not None:
        raise _parameter_problem(unknown[:80], "there is no such parameter")
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at `$.")
        name = where.rstrip("`")
        raise _parameter_problem(name, with_words(said, kind, f".{name}")) from error


def _parameter_problem(name: str, detail: str) -> ProblemError:
    return field_problem(f"{name}: {detail}", parameter=name)
