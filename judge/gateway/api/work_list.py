"""Lists of work: which of it, a page at a time, newest first."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.blobs.package_store import is_digest
from judge.gateway.access.roles import role_at, sees_work
from judge.gateway.endpoint import Asked, json_answer
from judge.gateway.problems import field_problem
from judge.gateway.work_forms import form_of_record
from judge.http_form.answers import WorkPage
from judge.model.work import WorkKind
from judge.queue import packages
from judge.queue.records import Filter, Listing
from judge.queue.values import SubmissionView
from judge.render.record_view import record_view_of

#: How many pages of the index one request looks through for what it asks for.
_PAGES_MAX = 10

#: Versions of a package that its name alone means.
_VERSIONS_MAX = 200


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which work of a kind. ``after``: the ``next`` of the page before.

    ``package``: a digest, NAME@VERSION, or NAME, which means all of its versions. ``tenant`` and ``own`` are for
    admins, who see everybody's without them: one tenant's only, and their own only.
    """

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=r"^$|^[0-9]{1,16}\.[!-~]{1,200}$")] = ""
    status: str = ""
    language: str = ""
    package: str = ""
    priority_class: str = ""
    since_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] = 0
    until_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] = 0
    tenant: Annotated[str, Meta(max_length=200)] = ""
    own: bool = False


async def list_work(asked: Asked, kind: WorkKind | None) -> Response:
    """A page of the work that the caller sees; ``kind`` None = of any."""
    page = await page_of_work(asked, kind, asked.query)
    following = asked.request.url.include_query_params(after=page.next)
    link = f'<{following.path}?{following.query}>; rel="next"'
    return json_answer(page, headers={} if page.next is None else {"link": link})


async def page_of_work(asked: Asked, kind: WorkKind | None, query: ListQuery) -> WorkPage:
    """The same as a value. Raises ProblemError: a tenant or package that is not there for the caller; UsageError."""
    items, position = await _page(asked, await _filter_of(asked, kind, query), query)
    return WorkPage(items=tuple([await form_of_record(asked, one) for one in items]), next=position)


async def _filter_of(asked: Asked, kind: WorkKind | None, query: ListQuery) -> Filter:
    caller = asked.caller
    if query.tenant and not caller.sees(query.tenant):
        raise field_problem("the key is another tenant's", parameter="tenant")
    own = query.own or not caller.is_admin
    tenant = caller.tenant if own else query.tenant
    cursor_ms = int(query.after.partition(".")[0]) if query.after else 0
    ends = [moment for moment in (query.until_ms, cursor_ms) if moment]
    return Filter(
        kind="" if kind is None else kind.value,
        sender=getattr(query, "sender", ""),
        tenant=tenant,
        no_tenant=own and not tenant,
        packages=await _packages(asked, query.package, tenant),
        language=query.language,
        verdict=query.status,
        priority_class=query.priority_class,
        since_ms=query.since_ms,
        until_ms=min(ends, default=0),
    )


async def _packages(asked: Asked, reference: str, tenant: str) -> tuple[str, ...]:
    """The digests that it means; none = it is not given."""
    if not reference or is_digest(reference):
        return (reference,) if reference else ()
    queue = asked.service.queue
    if packages.is_package_name(reference):
        found = await packages.versions(queue, tenant, reference, _VERSIONS_MAX)
    else:
        one = await packages.found(queue, tenant, reference)
        found = () if one is None else (one.package,)
    if not found:
        raise field_problem(f"there is no package {reference[:100]!r}", parameter="package")
    return found


async def _page(asked: Asked, chosen: Filter, query: ListQuery) -> tuple[list[SubmissionView], str | None]:
    """Items, and the position behind what was looked at; None = that was all."""
    listing, items = Listing(chosen), []
    cursor_ms, _, cursor_id = query.after.partition(".")
    for _ in range(_PAGES_MAX):
        raw = await asked.service.queue.run(listing.page_call())
        for view in listing.take(raw):
            if query.after and view.submitted_at_ms == int(cursor_ms) and view.id >= cursor_id:
                continue  # of that very millisecond, on the page before: the index goes down by id, too
            if not await _is_listed(asked, view, query):
                continue
            items.append(view)
            if len(items) == query.limit:
                return items, _position(view)
        if not listing.unfinished:
            return items, None
    return items, _position(raw[-1]) if raw else None


async def _is_listed(asked: Asked, view: SubmissionView, query: ListQuery) -> bool:
    """Whether the caller may know that it is one of those that it asks for."""
    caller = asked.caller
    if not caller.sees(view.tenant) or not sees_work(caller, view):
        return False
    if not (view.is_coursework and query.status):
        return True
    return record_view_of(view, await role_at(asked, view)).verdict == view.verdict


def _position(view: SubmissionView) -> str:
    return f"{view.submitted_at_ms}.{view.id}"
