"""Reads a dialect's body: within the gateway's limits, and from no page that may not send it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers

from judge.gateway.dispatch import SENT_BY_ANY_PAGE, media_type_of
from judge.gateway.endpoint import Asked
from judge.gateway.http.body import body_of
from judge.gateway.problems import ProblemError, decoded_json

_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()

_WITHOUT_KEY = (
    "without a key only application/json is read from a browser; "
    "send a key, or have the gateway set JUDGE_DIALECTS_FORMS_WITHOUT_KEY=yes"
)

#: Fields of a form.
_FIELDS_MAX = 1000


def media_type(asked: Asked) -> str:
    """What the body is said to be, in lower case and without parameters; empty = nothing is said."""
    return media_type_of(asked.request)


async def body(asked: Asked) -> bytes:
    """The body. Raises ProblemError: too large, too slow, no gzip, from a page that may not send it."""
    check_sender(asked)
    return await body_of(asked.request, body_bytes_max(asked), asked.service.settings.gateway.request_s_max)


def body_bytes_max(asked: Asked) -> int:
    """How large a body of this caller may be."""
    limits = asked.service.settings.gateway
    bytes_max = limits.anonymous_body_bytes_max if asked.caller.anonymous else limits.body_bytes_max
    return min(bytes_max, limits.body_bytes_max)


def check_sender(asked: Asked) -> None:
    """Raises ProblemError where a page may have sent the body though nobody allowed it: without a key, of a type that
    any page may send to anybody (unless the settings say otherwise)."""
    kind = media_type(asked)
    if asked.caller.rights.id or kind not in SENT_BY_ANY_PAGE or asked.service.settings.dialects.forms_without_key:
        return
    if may_be_a_page(asked.request.headers):
        raise ProblemError("bad-media-type", f"Content-Type {kind!r}: {_WITHOUT_KEY}")


def may_be_a_page(headers: Headers) -> bool:
    """Whether a browser may have sent this for a page, without having asked before: it says Origin with everything of
    that kind, and what it is in User-Agent, which no page can change."""
    said = any(name in headers for name in ("origin", "referer", "sec-fetch-site", "sec-fetch-mode"))
    return said or "mozilla" in headers.get("user-agent", "").lower()


def json_in(text: bytes) -> Any:
    """The value of a JSON text. Raises ProblemError ("bad-json", "too-large")."""
    return decoded_json(_ANY, text)


def form_in(text: bytes) -> list[tuple[str, str]]:
    """The fields of an urlencoded form, in their order. Raises ProblemError ("bad-request")."""
    try:
        return parse_qsl(text.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise ProblemError("bad-request", f"the form cannot be read: {error}") from error
