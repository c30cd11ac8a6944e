"""The JavaScript module for pages, as files that any page may load."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from starlette.responses import Response

from judge.gateway.endpoint import IF_NONE_MATCH, Answer, Asked, Endpoint
from judge.gateway.problems import ProblemError

_TYPE = "text/javascript"
_FOR_EVER = "public, max-age=31536000, immutable"
_DIGEST_LETTERS = 12


class _File(NamedTuple):
    content: bytes
    etag: str
    headers: Mapping[str, str]


@cache
def _files() -> Mapping[str, _File]:
    """By name. One with the digest of its content never stands for anything else; ``judge.mjs`` tells it."""
    folder, found = files("judge.gateway") / "static", {}
    for name in ("judge.mjs", "judge.d.mts", "judge-embed.mjs"):
        content = (folder / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:_DIGEST_LETTERS]
        lasting = name.replace("judge", f"judge-{digest}", 1)
        found[name] = _File(content, f'"{digest}"', {"cache-control": "no-cache", "content-location": f"/js/{lasting}"})
        found[lasting] = _File(content, f'"{digest}"', {"cache-control": _FOR_EVER})
    return found


async def javascript(asked: Asked) -> Response:
    """One file."""
    file = _files().get(asked.path["name"])
    if file is None:
        raise ProblemError("not-found")
    headers = {"etag": file.etag, "access-control-allow-origin": "*", **file.headers}
    if asked.header("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=_TYPE)


ENDPOINTS = (
    Endpoint("GET", "/js/{name}", "javascript",
             "JavaScript modules: judge.mjs, judge.d.mts, judge-embed.mjs, and each with the digest in its name.",
             javascript, "description",
             (Answer(200, "The file.", None, _TYPE), Answer(304, "As you have it.")), scope=None,
             headers=(IF_NONE_MATCH,), problems=("not-found",)),
)  # fmt: skip
