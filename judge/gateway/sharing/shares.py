"""Links to programs: made by who may run programs, read by all who have the link, and never run by themselves."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError, field_problem
from judge.gateway.service import Service
from judge.http_form.shares import ShareContent, ShareForm, ShareLink, ShareRequest
from judge.queue import shares
from judge.queue.api_keys import Scope

#: Where the page of a link is.
PAGE = "/share/{id}"


async def create_share(asked: Asked) -> Response:
    """Share a program."""
    settings, body = asked.service.settings.playground, asked.body
    if not settings.share_s_max:
        raise ProblemError("not-found", "this judge has no links to programs")
    if body.lifetime_s > settings.share_s_max:
        raise field_problem(f"at most {settings.share_s_max}", "/lifetime_s")
    content = msgspec.json.encode(_content_of(body))
    if len(content) > settings.share_bytes_max:
        raise ProblemError("too-large", f"a program that is shared has at most {settings.share_bytes_max} bytes")
    most = settings.anonymous_shares_max if asked.caller.anonymous else settings.tenant_shares_max
    link, limits = shares.fresh_link(), shares.ShareLimits(most, settings.shares_bytes_max)
    life_s = body.lifetime_s or settings.share_s_max
    until_ms = await asked.service.queue.run(shares.put(link, asked.caller.tenant, content, life_s, limits))
    form = ShareLink(id=link, path=PAGE.format(id=link), expires_at_ms=until_ms)
    return json_answer(form, 201, {"location": f"{PREFIX}/shares/{link}"})


async def get_share(asked: Asked) -> Response:
    """What is behind a link."""
    return json_answer(await share_behind(asked.service, asked.path["id"]))


async def share_behind(service: Service, link: str) -> ShareForm:
    """What a link leads to. Raises ProblemError when that is nothing; QueueError."""
    found = await shares.behind(service.queue, link)
    if found is None:
        raise ProblemError("not-found", "there is no such link, or its time is over")
    content = msgspec.json.decode(found.content, type=ShareContent)
    return ShareForm(**msgspec.structs.asdict(content), expires_at_ms=found.until_ms)


async def delete_share(asked: Asked) -> Response:
    """Take it back."""
    if not await asked.service.queue.run(shares.drop(asked.path["id"], asked.caller.tenant)):
        raise ProblemError("not-found", "there is no such link of yours")
    return Response(status_code=204)


def _content_of(body: ShareRequest) -> ShareContent:
    return ShareContent(**{name: getattr(body, name) for name in ShareContent.__struct_fields__})


_ONE = f"{PREFIX}/shares/{{id}}"

ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/shares", "createShare", "Share a program by a link.", create_share,
             "shares", (Answer(201, "The link.", ShareLink, headers=("Location",)),), scope=Scope.RUN,
             body=ShareRequest, anonymous=True,
             problems=("bad-json", "bad-media-type", "too-large", "bad-field", "quota", "not-found", "slow-request")),
    Endpoint("GET", _ONE, "getShare", "What is behind a link, for all who have it.", get_share, "shares",
             (Answer(200, "The program.", ShareForm),), scope=None, problems=("not-found",)),
    Endpoint("DELETE", _ONE, "deleteShare", "Take back what the tenant shares.", delete_share, "shares",
             (Answer(204, "The link leads nowhere now."),), scope=Scope.RUN, problems=("not-found",), anonymous=True),
)  # fmt: skip
