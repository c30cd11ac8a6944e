"""What tenants used, for bills and graphs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint
from judge.gateway.problems import field_problem
from judge.queue.api_keys import Scope
from judge.queue.usage import used

_CSV = "text/csv"
_EPOCH = date(1970, 1, 1)
_DAYS_MAX = 400


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which days (UTC), both included; without them the last 31."""

    since: Annotated[str, Meta(pattern=r"^$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = ""
    until: Annotated[str, Meta(pattern=r"^$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = ""


async def list_usage(asked: Asked) -> Response:
    """A line for each tenant and day on which it used anything."""
    query: UsageQuery = asked.query
    last = _day(query.until, "until", datetime.now(UTC).date())
    first = _day(query.since, "since", last - timedelta(days=min(30, last.toordinal() - 1)))
    if not 0 <= (last - first).days <= _DAYS_MAX:
        raise field_problem(f"since: up to {_DAYS_MAX} days before until, and not behind it", parameter="since")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("day", "tenant", "works", "cpu_seconds", "bytes"))
    since, until = (first - _EPOCH).days, (last - _EPOCH).days
    for day in range(since, until + 1):  # one at a time: Redis is not to be held up
        for row in await asked.service.queue.run(used(day, day)):
            date_of = (_EPOCH + timedelta(days=row.day)).isoformat()
            writer.writerow((date_of, row.tenant, row.works, f"{row.cpu_time_ms / 1000:.3f}", row.size_bytes))
    headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="usage.csv"'}
    return Response(text.getvalue(), headers=headers, media_type=_CSV)


def _day(text: str, name: str, usual: date) -> date:
    """Raises ProblemError for what is no day."""
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        raise field_problem(f"{name}: there is no such day", parameter=name) from None


ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/usage", "listUsage", "What each tenant used, by day, as CSV.", list_usage,
             "administration", (Answer(200, "day, tenant, works, cpu_seconds, bytes.", None, _CSV),),
             scope=Scope.ADMIN, query=UsageQuery, problems=("bad-field",)),
)  # fmt: skip
