"""Pages for those who run the judge. Each is a frame that its script fills from the interface for programs."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from judge import wire
from judge.gateway.web.page import Handler, Page, Visit
from judge.model.work import WorkKind
from judge.model.work_report import STATUSES
from judge.queue.api_keys import Scope

#: The parts in the order of their navigation, by the names of their templates and scripts.
_PARTS = {
    "now": "/ops",
    "charts": "/ops/charts",
    "rejudges": "/ops/rejudges",
    "webhooks": "/ops/webhooks",
    "keys": "/ops/keys",
    "usage": "/ops/usage",
    "audit": "/ops/audit",
}

_VALUES: dict[str, dict[str, Any]] = {
    "rejudges": {"verdicts": STATUSES[WorkKind.SUBMISSION]},
    "keys": {"scopes": [scope.value for scope in Scope], "classes": wire.PRIORITY_CLASSES},
}


def _handler(part: str) -> Handler:
    async def show(visit: Visit) -> Response:
        values = _VALUES.get(part, {})
        return visit.show(f"operations/{part}.html", part=part, parts=tuple(_PARTS.items()), **values)

    return show


PAGES = tuple(
    Page(path, f"operations-{part}", _handler(part), scope=Scope.ADMIN, section="operations")
    for part, path in _PARTS.items()
)
