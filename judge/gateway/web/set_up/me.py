"""Who asks, what they may, and what their tenant used."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from judge.gateway.api.service_state import me_of
from judge.gateway.problems import ProblemError
from judge.gateway.web.page import Visit

_DAY_S = 86_400


async def me(visit: Visit) -> Response:
    """The page. Raises ProblemError when nobody is known."""
    if not visit.caller.rights.scopes:
        raise ProblemError("no-key")
    found = await me_of(visit.asked)
    days = [(_date(one.day * _DAY_S), one) for one in sorted(found.used, key=lambda one: -one.day)]
    expires = _date(found.expires_at_ms // 1000) if found.expires_at_ms else ""
    return visit.show("set_up/me.html", me=found, days=days, expires=expires)


def _date(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()
