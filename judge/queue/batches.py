"""Batches: many lines of work, kept in Redis whole, handed in to the queue some at a time, and their results in order.

A batch is known by an id of the same form as a record's; line NUMBER of it becomes the record ``BATCH~NUMBER``. What
makes a batch go on is :func:`tend`, called by one gateway at a time; everything else may be asked by anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

import msgspec

from judge import wire
from judge.errors import MaintenanceError
from judge.model.report import Report
from judge.model.work import WorkHeader
from judge.model.work_report import AnyWorkReport
from judge.queue.answers import pairs_of, text_of
from judge.queue.calls import route_of, taken_in
from judge.queue.records import answer_in, view_of
from judge.queue.redis_queue import AsyncQueue
from judge.queue.script import Argument, Call
from judge.queue.values import SubmissionView

Order = Literal["input", "completion"]

_PACK = msgspec.msgpack.Encoder()


class Outcome(StrEnum):
    """How a request to change a batch ended, besides well."""

    OTHER = "OTHER"  #: another request sends it now, or it was removed
    CANCELLED = "CANCELLED"
    FULL = "FULL"  #: the tenant has no room for more


class StoredLine(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A line that waits: what the submit script needs. ``kept``: its record outlives its result.

    All are texts: MessagePack's bytes are unknown to Redis.
    """

    custom_id: str
    record: str
    header: str
    task: str
    task_digest: str
    digest: str
    route: str
    program: str
    kept: bool


_LINE = msgspec.msgpack.Decoder(StoredLine)


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to add. ``known_by``: the same line has the same one. Either ``header`` and ``message``, or the
    ``problem`` (JSON) that is its result. ``program``: the same for all lines that compile the same thing; empty = it
    compiles nothing. ``kept`` as in :class:`StoredLine`."""

    known_by: str
    digest: str
    custom_id: str
    header: WorkHeader | None = None
    message: wire.SubmissionMessage | None = None
    problem: str = ""
    program: str = ""
    kept: bool = False


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it stands. ``whole``: its body came to its end. Times are Unix milliseconds, 0 = not yet."""

    id: str
    tenant: str
    whole: bool
    cancelled: bool
    lines: int
    waiting: int
    running: int
    done: int
    refused: int
    withdrawn: int
    submitted_at_ms: int
    finished_at_ms: int


class LineResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one line: a record with its report, or a problem (JSON), or neither: it was withdrawn."""

    number: int
    custom_id: str
    record: SubmissionView | None = None
    report: Report | AnyWorkReport | None = None
    problem: str = ""


class Tended(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done for a batch now: numbers of lines to ``withdraw``, lines to hand in. ``over``: nothing, ever.
    ``mine`` False = another gateway does it."""

    mine: bool = True
    over: bool = False
    running: int = 0
    withdraw: tuple[str, ...] = ()
    next_lines: tuple[tuple[str, StoredLine], ...] = ()


def record_of_line(batch: str, number: int | str) -> str:
    """The name of a line's record."""
    return f"{batch}~{number}"


def open_batch(batch: str, tenant: str, upload: str, bytes_max: int) -> Call[int | Outcome]:
    """A request begins to send a batch; how many lines are there already. Raises MaintenanceError."""

    def read(answer: list[Any]) -> int | Outcome:
        if answer[0] == b"MAINTENANCE":
            raise MaintenanceError(text_of(answer[1]), int(answer[2]))
        return int(answer[1]) if answer[0] == b"OPEN" else Outcome(text_of(answer[0]))

    return Call("batch_open", (wire.check_name(batch, "id"), wire.tenant_key(tenant), upload, bytes_max), read)


def add_lines(batch: str, upload: str, first: int, bytes_max: int, lines: Sequence[NewLine]) -> Call[Outcome | None]:
    """Add lines from the number ``first`` on; None = they are there. Raises WireError for work that cannot be sent."""
    words: list[Argument] = [batch, upload, first, bytes_max]
    for number, line in enumerate(lines, first):
        words += (line.known_by, line.digest, line.program)
        words += (_stored(batch, number, line), _refused(line))
    return Call(
        "batch_add", tuple(words), lambda answer: None if answer[0] == b"ADDED" else Outcome(text_of(answer[0]))
    )


def _refused(line: NewLine) -> bytes:
    return b"" if line.message is not None else _PACK.encode((line.custom_id, "refused", line.problem))


def _stored(batch: str, number: int, line: NewLine) -> bytes:
    if line.header is None or line.message is None:
        return b""
    header = msgspec.structs.replace(line.header, id=record_of_line(batch, number))
    message = wire.readdressed(line.message, header)
    return _PACK.encode(
        StoredLine(
            custom_id=line.custom_id,
            record=header.id,
            header=message.submission.decode(),
            task=message.sources.decode(),
            task_digest=message.sources_digest,
            digest=message.digest,
            route=route_of(header),
            program=line.program,
            kept=line.kept,
        )
    )


def end_batch(batch: str, upload: str) -> Call[bool]:
    """The body came to its end; False = another request sends the batch now."""
    return Call("batch_end", (batch, upload), bool)


def tend(batch: str, gateway: str, lease_ms: int) -> Call[Tended]:
    """Collect the results of a batch and ask what is to be handed in: as many as keep the workers busy, no more."""

    def read(answer: list[Any]) -> Tended:
        match answer[0]:
            case b"OTHER":
                return Tended(mine=False)
            case b"GO":
                lines = zip(answer[3][::2], answer[3][1::2], strict=True)
                return Tended(
                    running=int(answer[1]),
                    withdraw=tuple(text_of(number) for number in answer[2]),
                    next_lines=tuple((text_of(line), _LINE.decode(packed)) for line, packed in lines),
                )
        return Tended(over=True)

    return Call("batch_tend", (batch, gateway, lease_ms), read)


def hand_in_line(batch: str, waiting: str, line: StoredLine) -> Call[bool]:
    """Hand in a line that waits, once; raises as :func:`judge.queue.calls.submit_work`."""
    header = wire.decode_work_header(line.header.encode())
    words: tuple[Argument, ...] = (line.record, line.header, line.task, line.task_digest, line.digest)
    words += (header.priority_class, wire.tenant_key(header.tenant), line.route, "")
    noted = _PACK.encode((line.custom_id, line.program, line.kept))
    return Call("submit", (*words, batch, waiting, noted), lambda answer: taken_in(header, answer))


def refuse_line(batch: str, waiting: str, custom_id: str, problem: str) -> Call[None]:
    """A line cannot be handed in: that is its result."""
    return Call("batch_refuse", (batch, waiting, _PACK.encode((custom_id, "refused", problem))), lambda _: None)


def read_results(
    batch: str, order: Order, after: int, count: int, bytes_max: int
) -> Call[tuple[bool, tuple[LineResult, ...]] | None]:
    """Results behind a position, and whether more will come; None = there is no such batch."""

    def read(answer: list[Any]) -> tuple[bool, tuple[LineResult, ...]] | None:
        if not answer:
            return None
        pairs = zip(answer[1][::2], answer[1][1::2], strict=True)
        return bool(answer[0]), tuple(_result(batch, int(number), packed) for number, packed in pairs)

    return Call("batch_read", (batch, order, after, count, bytes_max), read)


def _result(batch: str, number: int, packed: bytes) -> LineResult:
    custom_id, word, *rest = msgspec.msgpack.decode(packed)
    if word == "refused":
        return LineResult(number=number, custom_id=custom_id, problem=rest[0])
    if word == "withdrawn":
        return LineResult(number=number, custom_id=custom_id)
    *values, report = rest[0]
    name = record_of_line(batch, number)
    at, claimed, done, amended, tenant = (values[index].encode() for index in (4, 5, 6, 7, 3))
    answer = answer_in(
        (values[0].encode(), report.encode(), values[15].encode(), at, claimed, done, amended, tenant), name
    )
    return LineResult(number=number, custom_id=custom_id, record=view_of(name, values), report=answer)


def cancel_batch(batch: str) -> Call[bool]:
    """Withdraw all lines that have no result; False = there are none."""
    return Call("batch_cancel", (batch,), bool)


def remove_batch(batch: str, *, late: bool = False) -> Call[bool]:
    """Remove it with its results; False = it is not over. ``late``: its time is over, whatever it waits for."""
    return Call("batch_remove", (batch, int(late)), lambda answer: answer[0] != b"UNFINISHED")


async def known_lines(queue: AsyncQueue, batch: str, known_by: Sequence[str]) -> list[str | None]:
    """The digests of the lines that are there already, in this order; None = it is not. Raises QueueError."""
    found = await queue.link.command("HMGET", queue.link.keys.batch_ids(batch), *known_by)
    return [None if text is None else text_of(text).partition(" ")[2] for text in found]


async def batch_view(queue: AsyncQueue, batch: str) -> BatchView | None:
    """A batch as it stands; None = there is none. Raises QueueError."""
    keys = queue.link.keys
    fields = ("tenant", "whole", "cancelled", "lines", "done", "refused", "withdrawn", "at", "done_at")
    tenant, *numbers = await queue.link.command("HMGET", keys.batch(batch), *fields)
    if tenant is None:
        return None
    whole, cancelled, lines, done, refused, withdrawn, began, ended = (int(number or 0) for number in numbers)
    running = int(await queue.link.command("HLEN", keys.batch_running(batch)))
    return BatchView(
        id=batch,
        tenant="" if text_of(tenant) == wire.tenant_key("") else text_of(tenant),
        whole=bool(whole),
        cancelled=bool(cancelled),
        lines=lines,
        waiting=max(0, lines - done - refused - withdrawn - running),
        running=running,
        done=done,
        refused=refused,
        withdrawn=withdrawn,
        submitted_at_ms=began,
        finished_at_ms=ended,
    )


async def batches_of(queue: AsyncQueue, tenant: str, before: tuple[int, str] | None, count: int) -> list[str]:
    """Ids of a tenant's batches, newest first, behind one that began then. Raises QueueError."""
    name, newest = queue.link.keys.batches_of(wire.tenant_key(tenant)), "+inf" if before is None else before[0]
    found: list[str] = []
    passed = 0
    while len(found) < count:
        page = await queue.link.command("ZREVRANGEBYSCORE", name, newest, "-inf", "WITHSCORES", "LIMIT", passed, count)
        pairs = [(text_of(one), int(float(at))) for one, at in pairs_of(page)]
        found += [one for one, at in pairs if before is None or (at, one) < before]
        passed += len(pairs)
        if len(pairs) < count:
            break
    return found[:count]


async def late_batches(queue: AsyncQueue, now_ms: int, count: int) -> list[str]:
    """Batches whose time is over. Raises QueueError."""
    name = queue.link.keys.batches_kept()
    found = await queue.link.command("ZRANGEBYSCORE", name, "-inf", now_ms, "LIMIT", 0, count)
    return [text_of(one) for one in found]
