"""The interface described by itself: the OpenAPI document, a page to read it, and a page for each type of problem."""

from __future__ import annotations

from starlette.responses import Response

from judge.gateway.endpoint import IF_NONE_MATCH, JSON, Answer, Asked, Endpoint
from judge.gateway.problems import KINDS, TYPES_PATH, ProblemError


async def openapi(asked: Asked) -> Response:
    """The document."""
    pages = asked.service.pages
    headers = {"etag": pages.etag, "cache-control": "no-cache"}
    if asked.header("if-none-match") == pages.etag:
        return Response(status_code=304, headers=headers)
    return Response(pages.openapi, headers=headers, media_type=JSON)


async def reference(asked: Asked) -> Response:
    """The page of the reference."""
    pages = asked.service.pages
    headers = {"cache-control": "no-cache", "content-security-policy": pages.policy}
    return Response(pages.reference, headers=headers, media_type="text/html")


async def problem_page(asked: Asked) -> Response:
    """What a type of problem means."""
    kind = KINDS.get(asked.path["name"])
    if kind is None:
        raise ProblemError("not-found")
    return Response(f"{kind.title} ({kind.status})\n\n{kind.meaning}\n", media_type="text/plain")


ENDPOINTS = (
    Endpoint("GET", "/openapi.json", "openapi", "This document.", openapi, "description",
             (Answer(200, "OpenAPI 3.1."), Answer(304, "As you have it.")), scope=None, headers=(IF_NONE_MATCH,)),
    Endpoint("GET", "/docs", "reference", "The reference, to read.", reference, "description",
             (Answer(200, "A page.", None, "text/html"),), scope=None),
    Endpoint("GET", TYPES_PATH + "{name}", "problem", "What a type of problem means.", problem_page, "description",
             (Answer(200, "A sentence.", None, "text/plain"),), scope=None, problems=("not-found",)),
)  # fmt: skip
