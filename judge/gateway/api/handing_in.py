"""Handing in work of any kind, and waiting for its report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.client.sending import Sending, work_of
from judge.client.versions import work_as_before
from judge.errors import IdTaken, LanguageError, NoSuchRecord
from judge.gateway.access.anonymous import bounded
from judge.gateway.access.key_ends import LOOK_S
from judge.gateway.endpoint import Answer, Asked, json_answer
from judge.gateway.problems import ProblemError, field_problem, rate_headers
from judge.gateway.work_forms import AnyReport, form_of_record, form_of_sent
from judge.http_form.answers import Standing, WorkForm
from judge.http_form.ids import fresh_id, id_of_key
from judge.http_form.requests import Asking
from judge.model.submission import Submission
from judge.model.work import Task, WorkHeader
from judge.queue import calls
from judge.queue.feed import Watch
from judge.queue.records import found_one, records_call
from judge.queue.script import Call
from judge.queue.taken_in import told_more
from judge.queue.values import LanguageCard

T = TypeVar("T")

#: Where this version of the interface begins.
PREFIX = "/api/v1"

#: Problems of every endpoint that hands in work.
HANDING_IN = ("bad-json", "bad-media-type", "too-large", "bad-field", "language", "other-work", "class-too-urgent",
              "too-many", "queue-full", "maintenance", "slow-request")  # fmt: skip

#: The last two where the tenant has a rate.
_HEADERS = ("Location", "RateLimit-Policy", "RateLimit")

CREATED = Answer(201, "It was handed in; with `wait` it is done, and its report is there.", WorkForm, headers=_HEADERS)
NOT_YET = Answer(
    202, "It was handed in, and was not done in time: ask again at `Location`.", WorkForm, headers=_HEADERS
)


class WaitQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait for the report."""

    wait: Annotated[float, Meta(description="Answer when it is done, or after this many seconds.", ge=0)] = 0.0


def told(make: Callable[[], T]) -> T:
    """What is made of a request. Raises ProblemError for what its types do not tell: ValueError says what is wrong."""
    try:
        return make()
    except UnicodeEncodeError as error:
        raise field_problem("a text has half a surrogate pair: it is no Unicode") from error
    except ValueError as error:
        raise field_problem(str(error)) from error


def id_asked(asked: Asked, request: Asking) -> str:
    """The id of the work, as its tenant knows it. Raises ProblemError."""
    key = asked.header("idempotency-key")
    if key is None:
        return request.id or fresh_id()
    if request.id:
        raise field_problem("give one of id and the header Idempotency-Key", "/id")
    found = id_of_key(asked.caller.tenant, key)
    if found is None:
        raise field_problem("1 to 255 printable ASCII characters", parameter="Idempotency-Key")
    return found


def sending_of(asked: Asked, request: Asking, usual_class: str) -> Sending:
    """The header that this caller's work gets. Raises ProblemError."""
    return Sending(
        id=asked.caller.record_id(id_asked(asked, request)),
        priority_class=asked.caller.priority_class(request.priority_class, usual_class),
        tenant=asked.caller.tenant,
        tags=request.tags,
        context=request.context,
    )


async def create_work(asked: Asked, path: str, task: Task, language: str = "") -> Response:
    """Hand in work that is no submission. ``path``: of its resource."""
    sending = msgspec.structs.replace(sending_of(asked, asked.body, "run"), language=language)
    if asked.caller.anonymous:
        task = bounded(task, asked.service.settings.gateway)
    wanted = work_of(task, sending)
    try:
        work = await asked.service.languages.exact_work(wanted)
        return await hand_in(asked, path, work.header, calls.submit_work(work))
    except (IdTaken, LanguageError):
        before = work_as_before(wanted, *await version_before(asked, sending.id, language))
        if before is None or "@" not in language:
            raise
    return await hand_in(asked, path, before.header, calls.submit_work(before))


async def version_before(asked: Asked, record: str, language: str) -> tuple[tuple[LanguageCard, ...], str]:
    """What a range meant when work of this id came before, for who sends it again: the cards, and the language with
    its version. There may be none: then it fits nothing."""
    queue = asked.service.queue
    try:
        found = found_one(await queue.run(records_call((record,))), record) if "@" in language else None
    except NoSuchRecord:
        found = None
    return await queue.run(calls.languages()), found.language if found else ""


async def hand_in(asked: Asked, path: str, sent: Submission | WorkHeader, call: Call[bool]) -> Response:
    """Hand it in; the answer, with its report if the caller waits and it is there in time."""
    service, wait_s = asked.service, asked.query.wait
    headers = {"location": f"{PREFIX}/{path}/{asked.caller.public_id(sent.id)}"}
    with service.feed.watching(sent.id) as watch:
        if wait_s and service.stopping.is_set():
            raise ProblemError("stopping", headers={"retry-after": "1"})
        taken = await service.queue.run(told_more(call))
        headers |= rate_headers(*taken.rate) if taken.rate else {}
        if not wait_s:
            fresh = taken.new and await form_of_sent(asked, sent, at_ms=taken.at_ms)
            return json_answer(fresh or await _look(asked, sent.id), 201, headers)
        report = await report_in_time(asked, watch, wait_s, known=not taken.new)
    if report is not None:
        return json_answer(await form_of_sent(asked, sent, report), 201, headers)
    form = await _look(asked, sent.id)
    return json_answer(form, 201 if form.state in (Standing.DONE, Standing.CANCELLED) else 202, headers)


async def report_in_time(
    asked: Asked, watch: Watch, wait_s: float, *, known: bool, most_s: float = 0.0
) -> AnyReport | None:
    """The report of what is watched, within that time; None = there is none yet, or it was cancelled.

    ``known``: it was handed in before the watch began, so that its end may have been said already. ``most_s``: the
    longest that anybody waits here, 0 = as usual. Raises ProblemError when the caller's key ends meanwhile.
    """
    service, began_s = asked.service, time.monotonic()
    deadline_s = began_s + min(wait_s, most_s or service.settings.gateway.wait_s_max)
    with service.holding(asked.caller):
        looked = not known
        while True:
            if looked and not await _settled(asked, watch, deadline_s):
                return None
            report = await service.queue.answer(watch.id)
            asked.exchange.timings["wait"] = time.monotonic() - began_s
            if report is not None or (looked and (await service.queue.state(watch.id)).final):
                return report
            looked, watch.settled = True, False


async def _settled(asked: Asked, watch: Watch, deadline_s: float) -> bool:
    """As of a watch. Raises ProblemError when the caller's key ends meanwhile."""
    while not await watch.until_settled(min(LOOK_S, deadline_s - time.monotonic())):
        if watch.released or time.monotonic() >= deadline_s:
            return False
        await asked.service.key_ends.check(asked.caller.rights.id)
    return True


async def _look(asked: Asked, record: str) -> WorkForm:
    found = found_one(await asked.service.queue.run(records_call((record,))), record)
    report = await asked.service.queue.answer(record) if found.state.final else None
    return await form_of_record(asked, found, report)
