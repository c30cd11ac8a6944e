"""Problem packages: a zip file is checked and published under the tenant's name and version.

The gateway reads a package in a process with limits and runs nothing of it; what runs, runs on workers.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.blobs.package_intake import Intake
from judge.errors import JudgeError
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import BYTES, Answer, Asked, Endpoint, json_answer
from judge.gateway.http.body import chunks_of
from judge.gateway.problems import ProblemError, field_problem
from judge.gateway.upload_directory import upload_directory
from judge.http_form.packages import PackageCheck, PackageForm, PackagePage
from judge.queue import packages
from judge.queue.api_keys import Scope
from judge.queue.packages import NAME_PATTERN, VERSION_PATTERN, NewPackage, PackageCard, PackageView, is_package_name

log = logging.getLogger(__name__)

ZIP = "application/zip"

#: What a body of zip may be called.
_TYPES = (ZIP, BYTES, "application/x-zip-compressed")

Refuse = Literal["blocking", "errors", "warnings"]


class OfTenantQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whose."""

    tenant: Annotated[str, Meta(description="Another tenant's, for admins.")] = ""


class CheckQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How strict to be."""

    refuse: Annotated[
        Refuse,
        Meta(description="What makes it refused: what forbids judging, errors in its format as well, or warnings too."),
    ] = "errors"


class PublishQuery(CheckQuery, frozen=True, kw_only=True):
    """How it is called."""

    name: Annotated[
        str, Meta(pattern=f"^$|^{NAME_PATTERN}$", description="Its name; without one the package's own.")
    ] = ""
    version: Annotated[
        str,
        Meta(pattern=f"^$|^{VERSION_PATTERN}$", description="Its version; without one the next number."),
    ] = ""


class PackageListQuery(OfTenantQuery, frozen=True, kw_only=True):
    """A part of a list. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    after: Annotated[str, Meta(pattern="^[0-9]{0,16}$")] = ""


async def publish_package(asked: Asked) -> Response:
    """Check the zip file of the body, and publish it."""
    query: PublishQuery = asked.query
    asked.service.packages.store()
    async with upload_directory() as place:
        intake = await _taken_in(asked, place)
        checked = intake.checked
        if not _accepted(intake, query.refuse):
            problems = sum(one.level == "error" for one in checked.diagnostics)
            detail = checked.error or f"{problems or len(checked.diagnostics)} findings, see diagnostics"
            raise ProblemError("bad-package", detail, diagnostics=checked.diagnostics)
        name = query.name or _own_name(checked.name)
        card = PackageCard(
            title=checked.title[:200],
            format=checked.format,
            test_cases=checked.test_cases,
            submissions=checked.submissions,
            size_bytes=intake.size_bytes,
            published_at_ms=time.time_ns() // 1_000_000,
        )
        limits = asked.service.settings.packages
        new = NewPackage(
            tenant=asked.caller.tenant,
            digest=intake.digest,
            name=name,
            version=query.version,
            card=card,
            stored=False,
            count_max=limits.tenant_packages_max,
            bytes_max=limits.tenant_bytes_max,
            by=asked.caller.actor,
        )
        view = await asked.service.packages.publish(new, place / "packed.zip")
    await _sweep(asked)
    form = msgspec.structs.replace(_form(view), diagnostics=checked.diagnostics)
    return json_answer(form, 201, {"location": f"{PREFIX}/packages/{view.name}@{view.version}"})


async def check_package(asked: Asked) -> Response:
    """Check the zip file of the body; nothing is kept."""
    async with upload_directory() as place:
        intake = await _taken_in(asked, place)
    checked = intake.checked
    answer = PackageCheck(
        ok=_accepted(intake, asked.query.refuse),
        package=intake.digest,
        name=checked.name,
        title=checked.title,
        format=checked.format,
        error=checked.error,
        test_cases=checked.test_cases,
        submissions=checked.submissions,
        diagnostics=checked.diagnostics,
    )
    return json_answer(answer)


async def list_packages(asked: Asked) -> Response:
    """The tenant's packages, newest first."""
    query: PackageListQuery = asked.query
    before = int(query.after or 0)
    items = await packages.page(asked.service.queue, tenant_of(asked), before, query.limit + 1)
    shown = items[: query.limit]
    following = str(shown[-1].position) if len(items) > query.limit else None
    return json_answer(PackagePage(items=tuple(_form(one) for one in shown), next=following))


async def get_package(asked: Asked) -> Response:
    """A package by its digest, name, or name and version."""
    return json_answer(_form(await package_of(asked)))


async def remove_package(asked: Asked) -> Response:
    """Take a version away: no submission can name it any more."""
    if not await asked.service.packages.remove(tenant_of(asked), await package_of(asked), asked.caller.actor):
        raise ProblemError("not-found")
    await _sweep(asked)
    return Response(status_code=204)


def tenant_of(asked: Asked) -> str:
    """Whose packages are meant. Raises ProblemError: another's are not there."""
    tenant: str = asked.query.tenant or asked.caller.tenant
    if not asked.caller.sees(tenant):
        raise ProblemError("not-found")
    return tenant


async def package_of(asked: Asked) -> PackageView:
    """The package that the address names. Raises ProblemError."""
    found = await packages.found(asked.service.queue, tenant_of(asked), asked.path["package"])
    if found is None:
        raise ProblemError("not-found", f"there is no package {asked.path['package'][:100]!r}")
    return found


async def _taken_in(asked: Asked, place: Path) -> Intake:
    """The body, checked. Raises ProblemError."""
    kind = (asked.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in _TYPES or asked.header("content-encoding") not in (None, "identity"):
        raise ProblemError("bad-media-type", f"a package is a zip file: send Content-Type: {ZIP}")
    service = asked.service
    if service.packages.uploads.locked():
        raise ProblemError("too-many", "many packages are being uploaded", headers={"retry-after": "5"})
    async with service.packages.uploads:
        archive, scratch = place / "package.zip", place / "scratch"
        scratch.mkdir()
        with open(archive, "wb") as file:
            limits = service.settings
            async for chunk in chunks_of(asked.request, limits.packages.upload_bytes_max, limits.gateway.request_s_max):
                await asyncio.to_thread(file.write, chunk)
        await service.key_ends.check(asked.caller.rights.id)
        strict = asked.query.refuse == "warnings"
        return await service.packages.check(archive, scratch, place / "packed.zip", strict=strict)


def _accepted(intake: Intake, refuse: Refuse) -> bool:
    checked = intake.checked
    return bool(intake.digest) and (checked.ok or refuse == "blocking")


def _own_name(name: str) -> str:
    """A package's own name as one to publish it under. Raises ProblemError."""
    own = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:64]
    if not is_package_name(own) or name == "package":
        raise field_problem("the package has no name that could be taken: give one", parameter="name")
    return own


async def _sweep(asked: Asked) -> None:
    try:
        await asked.service.packages.sweep()
    except JudgeError as error:  # another request will do it
        log.warning("packages that nobody has were not removed: %s", error)


def _form(view: PackageView) -> PackageForm:
    card = view.card
    return PackageForm(
        package=view.package,
        name=view.name,
        version=view.version,
        title=card.title,
        format=card.format,
        test_cases=card.test_cases,
        submissions=card.submissions,
        size_bytes=card.size_bytes,
        published_at_ms=card.published_at_ms,
    )


_ZIP_PROBLEMS = ("bad-field", "bad-media-type", "too-large", "slow-request", "too-many", "bad-package")

ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/packages", "publishPackage",
             "Check a problem package, a zip file, and publish it under a name and version.", publish_package,
             "packages", (Answer(201, "It is published.", PackageForm, headers=("Location",)),), scope=Scope.PACKAGES,
             query=PublishQuery, takes=ZIP, problems=(*_ZIP_PROBLEMS, "name-taken", "quota", "no-store")),
    Endpoint("POST", f"{PREFIX}/packages/check", "checkPackage", "Check a problem package; nothing is kept.",
             check_package, "packages", (Answer(200, "What was found.", PackageCheck),), scope=Scope.PACKAGES,
             query=CheckQuery, takes=ZIP, problems=_ZIP_PROBLEMS),
    Endpoint("GET", f"{PREFIX}/packages", "listPackages", "The tenant's packages, newest first.", list_packages,
             "packages", (Answer(200, "A page.", PackagePage),), query=PackageListQuery,
             problems=("bad-field", "not-found")),
    Endpoint("GET", f"{PREFIX}/packages/{{package}}", "getPackage", "A package by its digest, NAME or NAME@VERSION.",
             get_package, "packages", (Answer(200, "What is known of it.", PackageForm),), query=OfTenantQuery,
             problems=("not-found",)),
    Endpoint("DELETE", f"{PREFIX}/packages/{{package}}", "deletePackage",
             "Take a version away; what was handed in before is still judged within a day.", remove_package, "packages",
             (Answer(204, "It is gone."),), scope=Scope.PACKAGES, query=OfTenantQuery, problems=("not-found",)),
)  # fmt: skip
