"""Styles, scripts and texts as files that browsers keep for ever: below ``/static/DIGEST/``, where the digest is that
of all of them. So modules name each other by plain relative paths, and none is taken for that of another version."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from judge.gateway.http.packing import PACKED_BYTES_MIN
from judge.gateway.problems import ProblemError, problem_response
from judge.gateway.web.texts import Texts

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_FOLDERS = ("css", "js", "built")
_FOR_EVER = "public, max-age=31536000, immutable"
_DIGEST_LETTERS = 16
_LEVEL = 9


class StaticFile:
    """One file, packed when it is first asked for."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type

    @cached_property
    def packed(self) -> bytes:
        """By gzip; empty = it is not worth it."""
        if len(self.content) < PACKED_BYTES_MIN:
            return b""
        return gzip.compress(self.content, _LEVEL, mtime=0)


class StaticFiles:
    """All of them; made once."""

    def __init__(self, catalogue: Mapping[str, Texts]) -> None:
        self.files = {name: StaticFile(content, _type_of(name)) for name, content in _contents(catalogue)}
        whole = hashlib.sha256()
        for name, file in sorted(self.files.items()):
            whole.update(b"%b\0%d\0%b" % (name.encode(), len(file.content), file.content))
        self.digest = whole.hexdigest()[:_DIGEST_LETTERS]
        self.base = f"/static/{self.digest}"

    def address(self, name: str) -> str:
        """Where a page finds this file. Raises KeyError: there is none."""
        return f"{self.base}/{name}" if name in self.files else _missing(name)

    def routes(self) -> list[Route]:
        """For the router."""
        return [Route("/static/{digest}/{name:path}", self._answer, methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        """A file; asked for by another version's digest it is not to be kept, for it may be another one."""
        request.state.exchange.labels["endpoint"] = "static"
        file = self.files.get(request.path_params["name"])
        if file is None:
            return problem_response(ProblemError("not-found"), request.state.exchange.request_id)
        own = request.path_params["digest"] == self.digest
        headers = {"cache-control": _FOR_EVER if own else "no-store", "cross-origin-resource-policy": "same-origin"}
        content = file.content
        if "gzip" in request.headers.get("accept-encoding", "") and file.packed:
            content, headers["content-encoding"] = file.packed, "gzip"
        return Response(content, headers=headers, media_type=file.media_type)


def _missing(name: str) -> str:
    raise KeyError(f"no static file {name}")


def _type_of(name: str) -> str:
    return next(kind for suffix, kind in _TYPES.items() if name.endswith(suffix))


def _contents(catalogue: Mapping[str, Texts]) -> Iterator[tuple[str, bytes]]:
    web = files("judge.gateway.web")
    for folder in _FOLDERS:
        yield from _below(web / folder, folder)
    for language, texts in catalogue.items():
        for section in texts.sections:
            yield f"texts/{language}/{section}.json", texts.for_scripts(section)


def _below(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            yield from _below(path, f"{name}/{path.name}")
        elif path.name.endswith(tuple(_TYPES)):
            yield f"{name}/{path.name}", path.read_bytes()
