"""Submissions are looked at, listed, and deleted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from judge.gateway.api.work import remove_work
from judge.gateway.dialects.common.work import find
from judge.gateway.dialects.judge0.access import authorized
from judge.gateway.dialects.judge0.answers import TOO_FEW, error_answer, not_text, of_framework, too_many
from judge.gateway.dialects.judge0.parameters import in_base64, parameter, wanted_columns
from judge.gateway.dialects.judge0.reading import is_submission, shown_submission
from judge.gateway.dialects.judge0.translate.encoding import NotTextError
from judge.gateway.dialects.judge0.translate.statuses import IN_QUEUE, PROCESSING, STATUSES
from judge.gateway.dialects.judge0.translate.task import NAME
from judge.gateway.endpoint import Asked, json_answer
from judge.gateway.problems import ProblemError
from judge.model.work import WorkKind
from judge.queue import maintenance
from judge.queue.records import Filter, Listing
from judge.queue.values import State, SubmissionView

_PER_PAGE = 20

#: Letters of several submissions in one answer.
_ANSWER_CHARS_MAX = 64 << 20

#: Records that a list looks through: what lies behind them is not counted.
LISTED_MAX = 20_000


async def show(asked: Asked) -> Response:
    """One submission."""
    wanted = wanted_columns(asked)
    record = await _found(asked, asked.path["token"])
    if record is None:
        return of_framework(404)
    try:
        return json_answer(await shown_submission(asked, record, wanted, in_base64=in_base64(asked)))
    except NotTextError:
        return not_text(400)


async def show_batch(asked: Asked) -> Response:
    """Several, by tokens in the address or in a header."""
    settings = asked.service.settings.judge0
    if not settings.enable_batched_submissions:
        return error_answer(400, "batched submissions are not allowed")
    wanted = wanted_columns(asked)
    tokens = (asked.header("tokens") or parameter(asked, "tokens") or "").strip().split(",")
    tokens = [token for token in tokens if token or len(tokens) > 1]
    if len(tokens) > settings.max_submission_batch_size:
        return too_many(settings.max_submission_batch_size)
    if not tokens:
        return error_answer(400, TOO_FEW)
    records = [await _found(asked, token) for token in tokens]
    try:
        return json_answer({"submissions": await all_shown(asked, records, wanted)})
    except NotTextError:
        return not_text(400, several=True)


async def index(asked: Asked) -> Response:
    """A page of all that the authorized key sees, newest first."""
    asked = await authorized(asked)
    wanted = wanted_columns(asked)
    numbers = {}
    for name, usual in (("page", 1), ("per_page", _PER_PAGE)):
        numbers[name] = _number(parameter(asked, name), usual)
        if numbers[name] <= 0:
            return error_answer(400, f"invalid {name}: {numbers[name]}")
    page, per_page = numbers["page"], min(numbers["per_page"], 1000)
    records = await all_records(asked)
    try:
        shown = await all_shown(asked, records[(page - 1) * per_page : page * per_page], wanted)
    except NotTextError:
        return not_text(400, several=True)
    pages = max(1, math.ceil(len(records) / per_page))
    meta = {
        "current_page": page,
        "next_page": page + 1 if page < pages else None,
        "prev_page": page - 1 if page > 1 else None,
        "total_pages": pages,
        "total_count": len(records),
    }
    return json_answer({"submissions": shown, "meta": meta})


async def destroy(asked: Asked) -> Response:
    """Delete one that is over; the answer is in base64 whatever is asked for."""
    asked = await authorized(asked)
    standing = await asked.service.queue.run(maintenance.standing())
    if standing is not None:
        raise ProblemError("maintenance", standing.message)
    wanted = wanted_columns(asked)
    if not asked.service.settings.judge0.enable_submission_delete:
        return error_answer(400, "delete not allowed")
    record = await _found(asked, asked.path["token"])
    if record is None:
        return of_framework(404)
    if not record.state.final:
        status = IN_QUEUE if record.state is State.QUEUED else PROCESSING
        reason = f"its status is {status} ({STATUSES[status]})"
        return error_answer(400, f"submission cannot be deleted because {reason}")
    shown = await shown_submission(asked, record, wanted, in_base64=True)
    await remove_work(asked, record)
    return json_answer(shown)


async def all_shown(
    asked: Asked, records: Sequence[SubmissionView | None], wanted: Sequence[str]
) -> list[dict[str, Any] | None]:
    """Several, as far as one answer may hold them. Raises ProblemError, NotTextError, QueueError."""
    shown: list[dict[str, Any] | None] = []
    room_chars = _ANSWER_CHARS_MAX
    for record in records:
        one = None if record is None else await shown_submission(asked, record, wanted, in_base64=in_base64(asked))
        shown.append(one)
        room_chars -= sum(len(value) for value in (one or {}).values() if isinstance(value, str))
        if room_chars < 0:
            raise ProblemError("too-large", "the submissions are too large for one answer: ask for fewer of them")
    return shown


async def all_records(asked: Asked) -> list[SubmissionView]:
    """What the caller's tenant has handed in here, newest first; an admin sees everybody's. Raises QueueError."""
    tenant = "" if asked.caller.is_admin else asked.caller.tenant
    listing = Listing(Filter(kind=WorkKind.EXECUTION.value, sender=NAME, tenant=tenant))
    found: list[SubmissionView] = []
    looked = 0
    while listing.unfinished and looked < LISTED_MAX:
        page = await asked.service.queue.run(listing.page_call())
        looked += len(page)
        found += [one for one in listing.take(page) if asked.caller.sees(one.tenant) and is_submission(one)]
    return found


async def _found(asked: Asked, token: str) -> SubmissionView | None:
    record = await find(asked, token, NAME, WorkKind.EXECUTION)
    return record if record is not None and is_submission(record) else None


def _number(text: str | None, usual: int) -> int:
    """As Ruby reads a text."""
    if text is None:
        return usual
    digits = text.strip()
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    length = next((at for at, letter in enumerate(digits) if not letter.isdecimal()), len(digits))
    return sign * int(digits[:length][:9] or 0)
