"""Every operation of the queue as a :class:`judge.queue.script.Call`: arguments in, meaning of the answer out.

Pure: nothing here talks to Redis, so blocking and asynchronous callers share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from judge import wire
from judge.errors import (
    IdTaken,
    JudgeError,
    LanguageError,
    MaintenanceError,
    OpenLimitError,
    QueueError,
    QueueFullError,
    RateLimitError,
    StaleSession,
    UsageError,
    WorkError,
)
from judge.model.event import Event
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import Task, Work, WorkHeader
from judge.model.work_report import AnyWorkReport, status_of
from judge.queue.answers import pairs_of, text_of
from judge.queue.audit import UNKNOWN, Act
from judge.queue.handed import claim_handed
from judge.queue.language_versions import card_offered
from judge.queue.records import no_record, summary_of
from judge.queue.script import Call
from judge.queue.usage import cpu_time_ns
from judge.queue.values import (
    Claim,
    Claimant,
    Exhausted,
    Fault,
    Fenced,
    HeartbeatReply,
    Held,
    LanguageCard,
    Refusal,
    RefusalReason,
    State,
    Sweep,
    WorkerInfo,
    WorkerState,
)

T = TypeVar("T")

#: Outcomes of the submit script that take a submission in: new, or accepted before.
_TAKEN_IN = {"ACCEPTED": True, "EXISTS": False}


def submit(submission: Submission, origin: str = "") -> Call[bool]:
    """Accept a submission; True = new, False = this very submission was accepted before.

    The queue knows the names of languages and what is offered: it finds the route. Raises WireError (a name),
    LanguageError (no such language, or no worker offers it), QueueFullError, RateLimitError,
    OpenLimitError (of sessions), MaintenanceError, UsageError (tags that no worker has; the id stands for another
    submission).
    """
    route = wire.route(_language_in_route(submission.language), submission.tags)
    return _hand_in(submission, wire.encode_submission(submission), route, origin)


def submit_work(work: Work) -> Call[bool]:
    """Accept work that is no submission; answers and raises as :func:`submit`."""
    return _hand_in(work.header, wire.encode_work(work), route_of(work.header), "")


def _language_in_route(language: str) -> str:
    return language if wire.is_name(language) and "+" not in language else ""


def route_of(header: WorkHeader) -> str:
    """By which route work goes, as far as a client knows: the queue puts the language's id in the place of its name."""
    return wire.work_route(msgspec.structs.replace(header, language=_language_in_route(header.language)))


def taken_in(sent: Submission | WorkHeader, answer: list[Any]) -> bool:
    """What the submit script answered; as :func:`submit`."""
    outcome = text_of(answer[0])
    if outcome not in _TAKEN_IN:
        raise _refusal(sent, outcome, answer)
    return _TAKEN_IN[outcome]


def _hand_in(sent: Submission | WorkHeader, message: wire.SubmissionMessage, route: str, origin: str) -> Call[bool]:
    arguments = (
        sent.id,
        message.submission,
        message.sources,
        message.sources_digest,
        message.digest,
        sent.priority_class,
        wire.tenant_key(sent.tenant),
        route,
        origin,
    )
    return Call("submit", arguments, lambda answer: taken_in(sent, answer))


def _refusal(submission: Submission | WorkHeader, outcome: str, answer: list[Any]) -> JudgeError:
    """What it means that work was not taken in."""
    match outcome:
        case "FULL":
            return QueueFullError(int(answer[1]), int(answer[2]) / 1000)
        case "RATE":
            return RateLimitError(submission.tenant, int(answer[1]) / 1000, int(answer[2]) if len(answer) > 2 else 0)
        case "MAINTENANCE":
            return MaintenanceError(text_of(answer[1]), int(answer[2]))
        case "OPEN":
            return OpenLimitError(submission.tenant, text_of(answer[1]), int(answer[2]))
        case "CONFLICT":
            return IdTaken(f"submission id {submission.id!r} already stands for another submission")
        case "CLASS":
            return UsageError(f"priority_class {submission.priority_class!r}: the queue has {text_of(answer[1])}")
        case "LANGUAGE":
            return LanguageError(text_of(answer[1]))
        case "TAGS":
            return UsageError(text_of(answer[1]))
        case "LARGE":
            size, most = int(answer[1]), int(answer[2])
            return WorkError(f"{size} bytes; at most {most} come along, larger data go into blobs", "task")
    return QueueError(f"the submit script answered {answer!r}")


def cancel(submission_id: str) -> Call[bool]:
    """Withdraw a submission; False = too late, its verdict is recorded. Raises UsageError for an unknown id."""
    return _order("cancel", submission_id, "CANCELLED")


def interrupt(work_id: str) -> Call[bool]:
    """Interrupt the programs of an execution or a command group (SIGINT); False = no worker has it now.

    May be lost: neither a program that has not started nor a compiler is interrupted. Raises UsageError for an unknown
    id.
    """
    return _order("interrupt", work_id, "SENT")


def _order(script: str, record_id: str, given: str) -> Call[bool]:
    """An order about one record; ``given`` is the script's answer when it was given."""

    def read(answer: list[Any]) -> bool:
        outcome = text_of(answer[0])
        if outcome == "UNKNOWN":
            raise no_record(record_id)
        return outcome == given

    return Call(script, (wire.check_name(record_id, "id"),), read)


def drop(submission_id: str) -> Call[bool]:
    """Remove a record, its report, events and sources; False = it is not finished. Raises NoSuchRecord."""

    def read(answer: list[Any]) -> bool:
        outcome = text_of(answer[0])
        if outcome == "UNKNOWN":
            raise no_record(submission_id)
        return outcome == "DROPPED"

    return Call("drop", (wire.check_name(submission_id, "id"),), read)


def task(record: str) -> Call[Task | None]:
    """What work is to do, as it was handed in; None = there is no such record, or it is a submission's. Raises
    WireError."""
    return Call("task", (wire.check_name(record, "id"),), lambda answer: wire.decode_task(answer) if answer else None)


def handed_in(tenant: str, record: str) -> Call[tuple[Submission | Work, str] | None]:
    """What a tenant handed in under this record's id, and the language that it turned out to be in (empty = not known
    yet); None = the tenant has no such record. Raises WireError."""

    def read(answer: list[Any]) -> tuple[Submission | Work, str] | None:
        if not answer:
            return None
        return wire.decode_claimed(answer[0], answer[1]), text_of(answer[2])

    return Call("handed_in", (wire.tenant_key(tenant), wire.check_name(record, "id")), read)


def settled(ids: Sequence[str]) -> Call[tuple[str, ...]]:
    """Those of the ids that have nothing more to come: done, cancelled, or not in the queue."""
    return Call("settled", tuple(ids), lambda answer: tuple(text_of(name) for name in answer))


def languages() -> Call[tuple[LanguageCard, ...]]:
    """The languages that living workers offer, by id, with the versions they have there."""

    def read(answer: list[Any]) -> tuple[LanguageCard, ...]:
        infos = [msgspec.json.decode(text, type=WorkerInfo) for text in answer[1]]
        known = (msgspec.json.decode(text, type=LanguageCard) for _, text in sorted(pairs_of(answer[0])))
        cards = (card_offered(card, infos) for card in known)
        return tuple(card for card in cards if card.workers)

    return Call("offered", (), read)


def claim(
    who: Claimant, lease_ms: int, *, only: str = "", ill: str = "", session_slots: int = 1, wait_ms: int = 0
) -> Call[Claim | Refusal]:
    """Take the best waiting submission (of the class ``only``). A slot that asks again gives up what it still holds.

    ``ill``: what ails this host; nothing is claimed then, and the worker is out. ``session_slots``: how many of the
    worker's slots may hold sessions at once. ``wait_ms``: where nothing waits, the slot will wait for this time, and a
    claim may be handed to it meanwhile (see :mod:`judge.queue.handed`).
    """

    def read(answer: list[Any]) -> Claim | Refusal:
        outcome = text_of(answer[0])
        if outcome == "HANDED":
            return claim_handed(answer[1])
        if outcome != "CLAIMED":
            return Refusal(reason=RefusalReason(outcome.lower()))
        return Claim(
            id=text_of(answer[1]),
            fence=int(answer[2]),
            attempt=int(answer[3]),
            submission=answer[4],
            sources=answer[5] or b"",
            wait_ms=int(answer[6]),
            priority_class=text_of(answer[7]),
        )

    words = (who.node, who.session, who.slot, who.pid, lease_ms, only, ill, session_slots, wait_ms)
    return Call("claim", words, read)


def event(claim: Fenced, first: int, events: Sequence[Event]) -> Call[bool]:
    """Append progress; False = the claim is lost. ``first`` numbers the first event within the claim, from 0."""
    arguments: list[str | bytes | int] = [claim.id, claim.fence, first]
    for item in events:
        arguments += (wire.event_type(item), wire.encode(item))
    return Call("event", tuple(arguments), bool)


def finish(claim: Fenced, report: Report | AnyWorkReport, encoded: bytes = b"") -> Call[bool]:
    """Record the report; False = fenced off, the report of another claim counts. ``encoded``: its wire form, where the
    caller has that already."""
    summary = msgspec.json.encode(summary_of(report))
    status = report.verdict.value if isinstance(report, Report) else status_of(report)
    cpu_ms = cpu_time_ns(report) // 1_000_000
    words = (claim.id, claim.fence, status, encoded or wire.encode(report), report.language, summary, cpu_ms)
    return Call("finish", words, bool)


def finish_and_claim(ending: Call[bool], claiming: Call[T]) -> Call[tuple[bool, T]]:
    """A call of :func:`finish`, and after it one of :func:`claim` by the same slot, as one."""
    words = (*ending.arguments, *claiming.arguments)
    return Call("finish_claim", words, lambda answer: (ending.read(answer[0]), claiming.read(answer[1])))


def give_back(
    claim: Fenced, reason: str, fault: Fault, *, attempts_max: int, delay_ms: int = 0, out: str = ""
) -> Call[bool]:
    """End a claim without a report; False = it was already lost. After ``attempts_max`` blamed ones a sweep ends it.

    ``out``: why its worker takes itself out at the same moment; "" = it stays.
    """
    return Call("giveback", (claim.id, claim.fence, reason, fault.value, delay_ms, attempts_max, out), bool)


def hand_on(claim: Fenced, reason: str) -> Call[tuple[str, ...]]:
    """This worker lacks what the submission needs: leave it to another. Empty = that was done, or the claim was lost.

    Else no worker is left that might have it, the caller still holds the claim, and the answer names all that lack it.
    """

    def read(answer: list[Any]) -> tuple[str, ...]:
        return tuple(text_of(name) for name in answer[1:]) if text_of(answer[0]) == "NOBODY" else ()

    return Call("handon", (claim.id, claim.fence, reason), read)


def wake() -> Call[int]:
    """Leave a ticket in each queue that has work and no ticket; the answer counts the lanes with work."""
    return Call("wake", (), int)


def register(
    node: str, session: str, state: WorkerState, info: WorkerInfo, ticket: str, routes: Sequence[str]
) -> Call[int]:
    """Begin a worker's session (or repeat it); the answer counts the submissions that its earlier session held."""
    return Call("register", (node, session, state, msgspec.json.encode(info), ticket, info.slots, *routes), int)


def tick(
    node: str, session: str, lease_ms: int, info: WorkerInfo | None, alive: Sequence[Held], urgent: str = ""
) -> Call[HeartbeatReply]:
    """A worker's heartbeat; ``urgent`` is the class asked about.

    Raises StaleSession when another session has taken the node's name.
    """

    def read(answer: list[Any]) -> HeartbeatReply:
        if text_of(answer[0]) == "STALE":
            raise StaleSession(f"worker {node}: this session is not registered")
        held = tuple(held for _, text in pairs_of(answer[3]) if (held := decode_held(text)) is not None)
        return HeartbeatReply(
            state=WorkerState(text_of(answer[1])),
            reason=text_of(answer[2]),
            held=held,
            lost=tuple(text_of(item) for item in answer[4]),
            urgent=bool(answer[5]),
        )

    arguments: list[str | bytes | int] = [node, session, lease_ms, msgspec.json.encode(info) if info else "", urgent]
    for lease in alive:
        arguments += (lease.id, lease.fence)
    return Call("tick", tuple(arguments), read)


def sweep(node: str, interval_ms: int, lease_ms: int, attempts_max: int) -> Call[Sweep]:
    """Take back expired leases, re-issue tickets, drop old records, list what is out of attempts."""

    def read(answer: list[Any]) -> Sweep:
        if text_of(answer[0]) == "REST":
            return Sweep(workers=int(answer[1]))
        fields = iter(answer[2])
        exhausted = tuple(
            Exhausted(
                id=text_of(name), fence=int(fence), attempt=int(attempt), submission=submission, reason=text_of(reason)
            )
            for name, fence, attempt, submission, reason in zip(fields, fields, fields, fields, fields, strict=True)
        )
        return Sweep(workers=int(answer[1]), exhausted=exhausted)

    return Call("sweep", (node, interval_ms, lease_ms, attempts_max), read)


def amend(submission_id: str, other_id: str, verdict_seen: str, report: Report, by: str = UNKNOWN) -> Call[bool]:
    """Give a finished submission the report of its rejudge; False = its verdict changed since it was seen.

    ``by``: who does it, for the audit trail.
    """

    def read(answer: list[Any]) -> bool:
        outcome = text_of(answer[0])
        if outcome == "UNFINISHED":
            raise UsageError(f"submission {text_of(answer[1])!r} is not finished")
        return outcome == "AMENDED"

    summary = msgspec.json.encode(summary_of(report))
    words = (submission_id, other_id, verdict_seen, wire.encode(report), summary, Act.VERDICT_CHANGED.value, by)
    return Call("amend", words, read)


def state_of(text: bytes | None, submission_id: str) -> State:
    """The state in a record. Raises UsageError when there is no record."""
    if text is None:
        raise no_record(submission_id)
    return State(text_of(text))


def schema() -> Call[None]:
    """Agree on the version of what lies in Redis. Raises QueueError when it is another's, or not drained yet."""

    def read(answer: list[Any]) -> None:
        outcome, *rest = (text_of(item) if isinstance(item, bytes) else item for item in answer)
        if outcome == "OTHER":
            raise QueueError(
                f"the queue is of schema version {rest[0]}, this is {wire.SCHEMA_VERSION}: use another namespace, or "
                "empty it first"
            )
        if outcome == "BUSY":
            raise QueueError(
                f"the queue is of schema version {rest[0]}, this is {wire.SCHEMA_VERSION}, and it is not drained: "
                f"{rest[1]} submissions wait, {rest[2]} are claimed, {rest[3]} workers live. Let the earlier version "
                "finish them, stop all its workers, then start this one (docs/howto/upgrade.md)"
            )

    return Call("schema", (wire.SCHEMA_VERSION, wire.SCHEMA_VERSION - 1), read)


def decode_held(text: bytes | str) -> Held | None:
    """What a slot holds, by its JSON; None for a text that is none."""
    try:
        return msgspec.json.decode(text, type=Held)
    except msgspec.MsgspecError:
        return None
