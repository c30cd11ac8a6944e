"""Blobs: files that work names by digest, kept for the tenant for a while."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import BYTES, IF_NONE_MATCH, Answer, Asked, Endpoint, json_answer
from judge.gateway.http.body import chunks_of
from judge.http_form.answers import BlobPage, BlobPut
from judge.queue import blob_calls
from judge.queue.api_keys import Scope

#: Up to here a body stays in memory.
_MEMORY_BYTES_MAX = 1 << 20


class PutQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How a blob is kept."""

    name: Annotated[str, Meta(description="A name for it; one that another blob had is this one's now.")] = ""
    lifetime_s: Annotated[float, Meta(description="How long, from its last use; 0 = as usual.", ge=0, le=1e9)] = 0.0


class BlobListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    after: Annotated[str, Meta(pattern=r"^$|^[0-9]{1,16}\.sha256:[0-9a-f]{64}$")] = ""


async def put_blob(asked: Asked) -> Response:
    """Keep the body."""
    settings, query = asked.service.settings, asked.query
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES_MAX, prefix="judge-blob-") as file:
        size_bytes = 0
        async for chunk in chunks_of(asked.request, settings.blobs.bytes_max, settings.gateway.request_s_max):
            file.write(chunk)
            size_bytes += len(chunk)
        await asked.service.key_ends.check(asked.caller.rights.id)
        file.seek(0)
        blob = await asked.service.client.put_blob(
            file, tenant=asked.caller.tenant, name=query.name, lifetime_s=query.lifetime_s
        )
    location = {"location": f"{PREFIX}/blobs/{blob}", "etag": f'"{blob}"'}
    return json_answer(BlobPut(blob=blob, size_bytes=size_bytes), 201, location)


async def get_blob(asked: Asked) -> Response:
    """What is in it: bytes, never anything that a browser shows."""
    name, tenant = asked.path["blob"], asked.caller.tenant
    found = await asked.service.queue.run(blob_calls.use(tenant, name))
    headers = {
        "etag": f'"{found.digest}"',
        "cache-control": "private, no-cache",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name.removeprefix('sha256:'), safe='')}",
    }
    if asked.header("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if not found.object:
        return Response(found.content, headers=headers, media_type=BYTES)
    scratch = tempfile.TemporaryDirectory(prefix="judge-blob-")
    path = Path(scratch.name) / "content"
    try:
        await asked.service.client.save_blob(found.digest, path, tenant=tenant)
    except BaseException:
        scratch.cleanup()
        raise
    return FileResponse(path, headers=headers, media_type=BYTES, background=BackgroundTask(scratch.cleanup))


async def list_blobs(asked: Asked) -> Response:
    """The tenant's blobs, newest first."""
    query: BlobListQuery = asked.query
    items = await _behind(asked, query.after, query.limit + 1)
    shown = items[: query.limit]
    position = f"{shown[-1].put_at_ms}.{shown[-1].blob}" if len(items) > query.limit else None
    return json_answer(BlobPage(items=tuple(shown), next=position))


async def _behind(asked: Asked, after: str, most: int) -> list[blob_calls.BlobView]:
    """The living ones behind a position, which need not be there any more: those of one millisecond are in the order
    of their digests, the greatest first."""
    at_ms, _, seen = after.partition(".")
    listing = blob_calls.BlobListing(asked.caller.tenant, int(at_ms) if after else None)
    items: list[blob_calls.BlobView] = []
    while listing.unfinished and len(items) < most:
        page = listing.take(await asked.service.queue.run(listing.page_call()))
        items += [view for view in page if not (after and view.put_at_ms == int(at_ms) and view.blob >= seen)]
    return items[:most]


async def remove_blob(asked: Asked) -> Response:
    """Remove it, or a name of it."""
    await asked.service.client.remove_blob(asked.path["blob"], tenant=asked.caller.tenant)
    return Response(status_code=204)


_CONTENT = Answer(200, "Its content.", None, BYTES, ("ETag", "Content-Disposition"))
_MISSING = ("not-found", "gone", "bad-field", "unavailable")

ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/blobs", "putBlob", "Keep the body of the request as a blob.", put_blob, "blobs",
             (Answer(201, "It is kept.", BlobPut, headers=("Location", "ETag")),), scope=Scope.RUN, query=PutQuery,
             takes=BYTES, problems=("bad-media-type", "too-large", "quota", "bad-field", "slow-request")),
    Endpoint("GET", f"{PREFIX}/blobs", "listBlobs", "The tenant's blobs, newest first.", list_blobs, "blobs",
             (Answer(200, "A page.", BlobPage),), query=BlobListQuery, problems=("bad-field",)),
    Endpoint("GET", f"{PREFIX}/blobs/{{blob}}", "getBlob", "A blob, by its digest or a name of it.", get_blob, "blobs",
             (_CONTENT, Answer(304, "As you have it.")), headers=(IF_NONE_MATCH,), problems=_MISSING),
    Endpoint("DELETE", f"{PREFIX}/blobs/{{blob}}", "deleteBlob", "Remove a blob by its digest, or a name of it.",
             remove_blob, "blobs", (Answer(204, "It is removed."),), scope=Scope.RUN, problems=_MISSING),
)  # fmt: skip
