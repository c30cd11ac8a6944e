"""What a package shows to those who may hand in to it: the problem, its statement, samples, pictures and attachments.

All of it comes from the package's public part (:mod:`judge.package.public`), which has nothing else.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.api.packages import OfTenantQuery, tenant_of
from judge.gateway.endpoint import BYTES, IF_NONE_MATCH, Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError
from judge.gateway.statements.shown import statement_view
from judge.http_form.data import text_and_bytes
from judge.http_form.problems import (
    ProblemView,
    SamplesView,
    SampleText,
    SampleView,
    StatementState,
    StatementView,
    problem_view,
)
from judge.package.files.file_names import ending

#: Of a sample's file, and of all samples together.
_SAMPLE_BYTES_MAX = 64 << 10
_SAMPLES_BYTES_MAX = 1 << 20

#: Of all files that students begin with.
_STARTER_BYTES_MAX = 16 << 20

_ZIP = "application/zip"

#: Types of what browsers show; everything else is bytes. None of them is shown as a document of ours.
_MEDIA = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml",
    "webp": "image/webp", "pdf": "application/pdf",
}  # fmt: skip


class StatementQuery(OfTenantQuery, frozen=True, kw_only=True):
    """Which, and how long to wait."""

    language: Annotated[str, Meta(description="Its code; without one, or where there is none of it, the first.")] = ""
    wait: Annotated[float, Meta(description="Wait up to this many seconds while it is converted.", ge=0)] = 0.0


class FileQuery(OfTenantQuery, frozen=True, kw_only=True):
    """Which."""

    name: Annotated[str, Meta(description="As statements, samples and the list of attachments name it.")] = ""


async def get_problem(asked: Asked) -> Response:
    """Title, limits, and what else there is."""
    digest = await digest_of(asked)
    part = await asked.service.public_parts.part(digest, asked.caller.tenant)
    return json_answer(problem_view(digest, part))


async def get_statement(asked: Asked) -> Response:
    """The statement as HTML."""
    view = await statement_view(asked, await digest_of(asked), asked.query.language, asked.query.wait)
    if view.state is StatementState.PREPARING:
        return json_answer(view, 202, {"retry-after": "1"})
    return json_answer(view)


async def get_samples(asked: Asked) -> Response:
    """The samples."""
    return json_answer(await samples_view(asked, await digest_of(asked)))


async def get_file(asked: Asked) -> Response:
    """A public file, to be saved or shown as a picture; never a page."""
    digest, name = await digest_of(asked), asked.query.name
    headers = {
        "etag": f'"{digest}"',
        "cache-control": "private, no-cache",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name.rpartition('/')[2], safe='')}",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    }
    if asked.header("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    file = await asked.service.public_parts.opened(digest, asked.caller.tenant, name)
    headers["content-length"] = str(file.size_bytes)
    media = _MEDIA.get(ending(name), BYTES)
    if asked.request.method == "HEAD":
        file.close()
        return Response(headers=headers, media_type=media)
    return StreamingResponse(file.pieces(), headers=headers, media_type=media)


async def get_starter(asked: Asked) -> Response:
    """What students begin with, packed."""
    digest, parts, tenant = await digest_of(asked), asked.service.public_parts, asked.caller.tenant
    part = await parts.part(digest, tenant)
    files = [one for one in part.files if part.assignment is not None and one.name in part.assignment.starter]
    if not files or sum(one.size_bytes for one in files) > _STARTER_BYTES_MAX:
        raise ProblemError("not-found", "there is nothing to begin with, or too much for one zip file")
    found = {one.name.partition("/")[2]: await parts.content(digest, tenant, one.name) for one in files}
    headers = {"content-disposition": 'attachment; filename="starter.zip"', "cache-control": "private, no-cache"}
    return Response(await asyncio.to_thread(_packed, found), 200, headers, _ZIP)


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


async def digest_of(asked: Asked) -> str:
    """The package that the address names, as a submission would. Raises ProblemError."""
    reference, caller = asked.path["package"], asked.caller
    digest = await asked.service.packages.digest_of(tenant_of(asked), reference, is_admin=caller.is_admin)
    if digest is None:
        raise ProblemError("not-found", f"there is no package {reference[:100]!r}")
    return digest


async def samples_view(asked: Asked, digest: str) -> SamplesView:
    """The samples of a package. Raises ProblemError, BlobStoreError."""
    parts = asked.service.public_parts
    part = await parts.part(digest, asked.caller.tenant)
    room = _SAMPLES_BYTES_MAX
    sizes = {one.name: one.size_bytes for one in part.files}

    async def text(name: str) -> SampleText | None:
        nonlocal room
        if not name:
            return None
        cut = await parts.content(digest, asked.caller.tenant, name, min(_SAMPLE_BYTES_MAX, room))
        room -= len(cut)
        readable, exact = text_and_bytes(cut)
        return SampleText(name=name, text=readable, base64=exact, truncated=len(cut) < sizes[name])

    items = [
        SampleView(
            name=one.name,
            input=await text(one.input),
            answer=await text(one.answer),
            shown_input=await text(one.shown_input),
            shown_answer=await text(one.shown_answer),
            interaction=await text(one.interaction),
        )
        for one in part.samples
    ]
    return SamplesView(package=digest, items=tuple(items), compare=part.compare)


_AT = f"{PREFIX}/packages/{{package}}"
_MISSING = ("not-found", "no-store", "unavailable", "bad-package")

ENDPOINTS = (
    Endpoint("GET", f"{_AT}/problem", "getProblem", "A package's title, limits, and which statements it has.",
             get_problem, "packages", (Answer(200, "What it shows.", ProblemView),), query=OfTenantQuery,
             problems=_MISSING),
    Endpoint("GET", f"{_AT}/statement", "getStatement", "A package's statement as HTML, converted by a worker.",
             get_statement, "packages",
             (Answer(200, "The statement, or why there is none.", StatementView),
              Answer(202, "It is being converted: ask again.", StatementView, headers=("Retry-After",))),
             query=StatementQuery, problems=(*_MISSING, "bad-field", "too-many", "queue-full", "maintenance")),
    Endpoint("GET", f"{_AT}/samples", "listSamples", "A package's samples: the tests that everybody may see.",
             get_samples, "packages", (Answer(200, "All of them.", SamplesView),), query=OfTenantQuery,
             problems=_MISSING),
    Endpoint("GET", f"{_AT}/file", "getPackageFile",
             "A picture, attachment, sample or statement of a package; no other file can be had.", get_file,
             "packages",
             (Answer(200, "Its content.", None, BYTES, ("ETag", "Content-Disposition")),
              Answer(304, "As you have it.")),
             query=FileQuery, headers=(IF_NONE_MATCH,), problems=(*_MISSING, "bad-field")),
    Endpoint("GET", f"{_AT}/starter", "getPackageStarter", "What students of an assignment begin with, as a zip file.",
             get_starter, "packages", (Answer(200, "A zip file.", None, _ZIP, ("Content-Disposition",)),),
             query=OfTenantQuery, problems=_MISSING),
)  # fmt: skip
