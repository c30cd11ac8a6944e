"""The first key of an admin. To look at the link does nothing, as programs that look at links before people do; the
button on the page makes the key."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.gateway.access.caller import Caller
from judge.gateway.web.page import Visit
from judge.gateway.web.set_up.signing_in import set_signed_in
from judge.queue.set_up import is_open, take_link


async def first_key_page(visit: Visit) -> Response:
    """What the link does, with the button."""
    secret = visit.asked.request.query_params.get("link", "")
    if not await is_open(visit.asked.service.queue, secret):
        return _closed(visit)
    return visit.show("set_up/first_key.html", state="open", secret=secret, key="")


async def first_key(visit: Visit) -> Response:
    """Make it, show it once, and sign this browser in with it."""
    form = await visit.form()
    made = await visit.asked.service.queue.run(take_link(form.get("link", "")))
    if made is None:
        return _closed(visit)
    caller = Caller(made.rights, visit.caller.address, by_cookie=True)
    seen = msgspec.structs.replace(visit, asked=msgspec.structs.replace(visit.asked, caller=caller))
    response = seen.show("set_up/first_key.html", 201, state="made", secret="", key=made.key)
    await set_signed_in(visit, response, made.rights)
    return response


def _closed(visit: Visit) -> Response:
    return visit.show("set_up/first_key.html", 410, state="closed", secret="", key="")
