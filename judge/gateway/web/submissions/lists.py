"""The list of submissions and other work: which of it, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from judge.errors import UsageError, WireError
from judge.gateway.api.any_work import AnyListQuery
from judge.gateway.api.work_list import page_of_work
from judge.gateway.problems import ProblemError
from judge.gateway.web.page import Visit
from judge.gateway.web.submissions.problem_names import problem_names
from judge.gateway.web.submissions.words import marks
from judge.http_form.answers import WorkPage
from judge.model.units import format_bytes, format_ns
from judge.model.work import WorkKind
from judge.model.work_report import STATUSES
from judge.queue import calls
from judge.render.report_text import moment

#: Of a list. All kinds of work are listed by the word "all".
_FIELDS = ("kind", "package", "status", "language", "tenant", "own", "after")
_ALL = "all"

_LIMIT = 50


async def submissions(visit: Visit) -> Response:
    """A page of the list. What is wrong with what is asked for is said above an empty one."""
    given = {name: visit.asked.request.query_params.get(name, "").strip() for name in _FIELDS}
    given["kind"] = given["kind"] or WorkKind.SUBMISSION.value
    page, fault, status = WorkPage(), "", 200
    try:
        query = _query(given)
        page = await page_of_work(visit.asked, query.kind, query)
    except (ProblemError, UsageError, WireError) as error:
        fault, status = str(error) or "?", 422
    return visit.show(
        "submissions/submissions.html",
        status,
        page=page,
        fault=fault,
        given=given,
        kinds=(*WorkKind, _ALL),
        statuses=_statuses(given["kind"]),
        languages_offered=await _languages(visit),
        following=_address({**given, "after": page.next}) if page.next else "",
        newest=_address({**given, "after": ""}) if given["after"] else "",
        marks=marks(),
        names=await problem_names(visit.asked.service.queue, page.items, is_admin=visit.caller.is_admin),
        moment=moment,
        format_ns=format_ns,
        format_bytes=format_bytes,
    )


def _query(given: Mapping[str, str]) -> AnyListQuery:
    """Raises ProblemError."""
    wanted = {name: value for name, value in given.items() if value and not (name == "kind" and value == _ALL)}
    try:
        return msgspec.convert({**wanted, "limit": _LIMIT}, AnyListQuery, strict=False)
    except msgspec.ValidationError as error:
        raise ProblemError("bad-field", str(error)) from error


def _statuses(kind: str) -> Sequence[str]:
    """The words that work of this kind may end with."""
    if kind in set(WorkKind):
        return STATUSES[WorkKind(kind)]
    return tuple(dict.fromkeys(word for words in STATUSES.values() for word in words))


async def _languages(visit: Visit) -> Sequence[str]:
    return [card.id for card in await visit.asked.service.queue.run(calls.languages())]


def _address(given: Mapping[str, str]) -> str:
    return f"/submissions?{urlencode({name: value for name, value in given.items() if value})}"
