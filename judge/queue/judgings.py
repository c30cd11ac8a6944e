"""What was handed in, and every judging of it that is kept: the one that counts, the one that counted before, and those
of rejudges that were neither dropped nor forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from judge import wire
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import Work
from judge.queue.answers import text_of
from judge.queue.records import DATES, dated
from judge.queue.redis_queue import AsyncQueue
from judge.queue.script import Call

#: Rejudges that are looked through for one submission: each is one field in Redis.
_REJUDGES_MAX = 1000

#: A longer text is read in a thread.
_LONG_BYTES = 1 << 20


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A new judging of a submission: the record ``new_id`` of the rejudge ``batch``. ``tenant``: who started that,
    None = the operator."""

    batch: str
    new_id: str
    tenant: str | None


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What was put in the place of a report. ``amended_by``: the record whose report counts now; ``report``: what
    counted before."""

    amended_by: str
    report: Report


def again_call(submission_id: str) -> Call[tuple[Again, ...]]:
    """The new judgings of a submission, in no order."""

    def read(answer: list[Any]) -> tuple[Again, ...]:
        words = [text_of(word) for word in answer]
        return tuple(
            Again(batch=batch, new_id=new_id, tenant=_tenant(tenant))
            for batch, new_id, tenant in zip(words[::3], words[1::3], words[2::3], strict=True)
        )

    return Call("judgings", (wire.check_name(submission_id, "id"), _REJUDGES_MAX), read)


def _tenant(written: str) -> str | None:
    if not written:
        return None
    return "" if written == wire.tenant_key("") else written


async def before(queue: AsyncQueue, submission_id: str) -> Before | None:
    """The report that counted before a rejudge was applied; None = none was. Raises QueueError, WireError."""
    names = ("amended_by", "report_before", *DATES)
    amended_by, text, *dates = await queue.link.command("HMGET", queue.link.keys.record(submission_id), *names)
    if amended_by is None or text is None:
        return None
    dates[DATES.index("amended_at")] = None
    return Before(amended_by=text_of(amended_by), report=dated(wire.decode_report(text), dates))


async def handed_in(queue: AsyncQueue, record: str) -> Submission | Work | None:
    """The work of a record, as it was handed in; None = it is not there any more. Raises QueueError, WireError."""
    keys = queue.link.keys
    bare, digest = await queue.link.command("HMGET", keys.record(record), "sub", "src")
    body = None if digest is None else await queue.link.command("GET", keys.sources(text_of(digest)))
    if bare is None or body is None:
        return None
    if len(body) > _LONG_BYTES:
        return await asyncio.to_thread(wire.decode_claimed, bare, body)
    return wire.decode_claimed(bare, body)
