"""Judging submissions again: count, start, compare, then apply or drop. A tenant's own; admins everybody's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.api.submissions import package_asked
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError, field_problem
from judge.http_form.answers import FieldError
from judge.http_form.rejudges import (
    DroppedForm,
    RejudgedForm,
    RejudgeForm,
    RejudgeReport,
    RejudgeRequest,
    RejudgesForm,
)
from judge.model.work import WorkKind
from judge.model.work_report import STATUSES
from judge.queue import rejudge
from judge.queue.api_keys import Scope
from judge.queue.records import records_call
from judge.queue.redis_queue import Queue
from judge.queue.rejudge import Comparison, Selector
from judge.wire import is_name

T = TypeVar("T")

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="rejudges")

#: More than this at once is for ``judge rejudge``.
_COUNT_MAX = 10_000


async def start_rejudge(asked: Asked) -> Response:
    """Select, and hand in again."""
    request: RejudgeRequest = asked.body
    chosen = await _selector(asked, request)
    other = await package_asked(asked, request.with_package, "/with_package") if request.with_package else ""
    count = await _in_thread(asked, lambda queue: rejudge.count_selected(queue, chosen))
    if request.dry_run:
        return json_answer(RejudgeForm(id="", count=count))
    if not count:
        raise field_problem("no finished submission is selected")
    if count > _COUNT_MAX:
        raise field_problem(f"{count} submissions are selected; at most {_COUNT_MAX} are judged again at once")
    owner = None if asked.caller.is_admin else asked.caller.tenant
    batch, count = await _in_thread(asked, lambda queue: rejudge.start(queue, chosen, other, asked.caller.actor, owner))
    return json_answer(RejudgeForm(id=batch, count=count), 201, {"location": f"{PREFIX}/rejudges/{batch}"})


async def list_rejudges(asked: Asked) -> Response:
    """All that are there for this caller."""
    batches = await _in_thread(asked, lambda queue: rejudge.batches(queue, lambda owner: _sees(asked, owner)))
    forms = [
        RejudgeForm(
            id=batch.name,
            count=batch.count,
            finished=batch.finished,
            differ=batch.differ,
            applied=batch.applied,
            started_at_ms=batch.started_at_ms,
        )
        for batch in batches
    ]
    return json_answer(RejudgesForm(items=tuple(forms)))


async def show_rejudge(asked: Asked) -> Response:
    """Old verdicts against new ones."""
    return json_answer(_report(asked, await _in_thread(asked, lambda queue: _compared(asked, queue))))


async def apply_rejudge(asked: Asked) -> Response:
    """Make the new verdicts count."""

    def apply(queue: Queue) -> tuple[Comparison, ...]:
        unfinished = sum(not item.after for item in _compared(asked, queue))
        if unfinished:
            raise ProblemError("unfinished", f"{unfinished} are not judged again yet")
        return rejudge.apply(queue, asked.path["id"], asked.caller.actor)

    return json_answer(_report(asked, await _in_thread(asked, apply)))


async def drop_rejudge(asked: Asked) -> Response:
    """Withdraw what is not over, and forget it."""

    def drop(queue: Queue) -> int:
        _compared(asked, queue)
        return rejudge.drop(queue, asked.path["id"], asked.caller.actor)

    return json_answer(DroppedForm(withdrawn=await _in_thread(asked, drop)))


async def _selector(asked: Asked, request: RejudgeRequest) -> Selector:
    """Raises ProblemError: nothing is said, a field is wrong, a submission is not there or not for this caller."""
    caller = asked.caller
    if not any((request.ids, request.package, request.language, request.verdict, request.tenant, request.since_ms)):
        raise field_problem("say which: ids, package, language, verdict, tenant or since_ms")
    if 0 < request.until_ms <= request.since_ms:
        raise field_problem("it lies before since_ms", "/until_ms")
    if request.verdict and request.verdict not in STATUSES[WorkKind.SUBMISSION]:
        raise field_problem(f"one of {', '.join(STATUSES[WorkKind.SUBMISSION])}", "/verdict")
    if request.tenant and not caller.sees(request.tenant):
        raise field_problem("there is no such tenant", "/tenant")
    tenant = (request.tenant or None) if caller.is_admin else caller.tenant
    return Selector(
        ids=tuple([await _record(asked, name, index) for index, name in enumerate(request.ids)]),
        package=await package_asked(asked, request.package) if request.package else "",
        language=request.language,
        verdict=request.verdict,
        tenant=tenant,
        since_ms=request.since_ms,
        until_ms=request.until_ms,
    )


async def _record(asked: Asked, name: str, index: int) -> str:
    """The record of a submission that is named. Raises ProblemError."""
    names = dict.fromkeys((asked.caller.record_id(name), name))
    for record in await asked.service.queue.run(records_call(tuple(one for one in names if is_name(one)))):
        if asked.caller.sees(record.tenant) and record.kind is WorkKind.SUBMISSION:
            return record.id
    wrong = FieldError(detail="there is no such submission", pointer=f"/ids/{index}")
    raise ProblemError("not-found", f"there is no submission {name[:100]!r}", errors=(wrong,))


def _sees(asked: Asked, owner: str | None) -> bool:
    return asked.caller.is_admin or owner == asked.caller.tenant


def _compared(asked: Asked, queue: Queue) -> tuple[Comparison, ...]:
    """Raises ProblemError: there is none of this name for this caller."""
    batch = asked.path["id"]
    known = is_name(batch) and _sees(asked, rejudge.owner_of(queue, batch))
    if not known or not rejudge.is_known(queue, batch):
        raise ProblemError("not-found")
    return rejudge.compare(queue, batch)


def _report(asked: Asked, items: tuple[Comparison, ...]) -> RejudgeReport:
    public_id = asked.caller.public_id
    forms = tuple(
        RejudgedForm(
            submission=public_id(item.id),
            judging=public_id(item.new_id),
            before=item.before,
            after=item.after,
            applied=item.applied,
        )
        for item in items
    )
    return RejudgeReport(
        id=asked.path["id"],
        count=len(items),
        finished=sum(bool(item.after) for item in items),
        differ=sum(item.changed for item in items),
        applied=sum(item.applied for item in items),
        submissions=forms,
    )


async def _in_thread(asked: Asked, ask: Callable[[Queue], T]) -> T:
    """What takes many commands, one after the other, perhaps for long: on a connection of its own, and in a thread that
    nothing else waits for."""

    def work() -> T:
        with Queue(asked.service.queue.broker) as queue:
            return ask(queue)

    with asked.service.holding(asked.caller):
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


_ONE = f"{PREFIX}/rejudges/{{id}}"
_SHOWN = Answer(200, "Old verdicts and new ones.", RejudgeReport)
_PROBLEMS = ("not-found", "too-many")

ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/rejudges", "startRejudge",
             "Judge finished submissions again; the old verdicts stand until the new ones are applied.", start_rejudge,
             "rejudges", (Answer(201, "They are handed in.", RejudgeForm, headers=("Location",)),
                          Answer(200, "A dry run: how many it would be.", RejudgeForm)),
             scope=Scope.PACKAGES, body=RejudgeRequest,
             problems=(*_PROBLEMS, "bad-json", "bad-media-type", "too-large", "bad-field", "language",
                       "queue-full", "maintenance", "slow-request")),
    Endpoint("GET", f"{PREFIX}/rejudges", "listRejudges", "What is judged again, newest first.", list_rejudges,
             "rejudges", (Answer(200, "All.", RejudgesForm),), scope=Scope.PACKAGES, problems=("too-many",)),
    Endpoint("GET", _ONE, "getRejudge", "Old verdicts against new ones.", show_rejudge, "rejudges", (_SHOWN,),
             scope=Scope.PACKAGES, problems=_PROBLEMS),
    Endpoint("POST", f"{_ONE}/apply", "applyRejudge", "Make the new verdicts count; all must be there.", apply_rejudge,
             "rejudges", (_SHOWN,), scope=Scope.PACKAGES, problems=(*_PROBLEMS, "unfinished")),
    Endpoint("DELETE", _ONE, "dropRejudge", "Withdraw what is not over, and forget it.", drop_rejudge, "rejudges",
             (Answer(200, "It is forgotten.", DroppedForm),), scope=Scope.PACKAGES, problems=_PROBLEMS),
)  # fmt: skip
