"""Every operation of the queue as a :class:`judge.queue.script.Call`: arguments in, meaning of the answer out.

Pure: nothing here talks to Redis, so blocking and asynchronous callers share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from judge import wire
from judge.errors import InfrastructureError, LanguageError, QueueError, QueueFullError, RateLimitError, UsageError
from judge.model.event import Event
from judge.model.report import Report
from judge.model.submission import Submission
from judge.queue.records import summary_of
from judge.queue.script import Call
from judge.queue.values import (
    Beat,
    Claim,
    Exhausted,
    Fault,
    Held,
    LanguageCard,
    Refusal,
    State,
    Sweep,
    WorkerInfo,
)


def submit(submission: Submission, origin: str = "") -> Call[bool]:
    """Accept a submission; True = new, False = this very submission was accepted before.

    The queue knows the names of languages and what is offered: it finds the route. Raises WireError (a name),
    LanguageError (no such language, or nobody offers it), QueueFullError, RateLimitError, UsageError (tags that nobody
    has; the id stands for another submission).
    """
    message = wire.encode_submission(submission)
    named = wire.is_name(submission.language) and "+" not in submission.language
    route = wire.route(submission.language if named else "", submission.tags)
    tenant = wire.tenant_key(submission.tenant)

    def read(answer: list[Any]) -> bool:
        match _text(answer[0]):
            case "ACCEPTED":
                return True
            case "EXISTS":
                return False
            case "FULL":
                raise QueueFullError(int(answer[1]), int(answer[2]) / 1000)
            case "RATE":
                raise RateLimitError(submission.tenant, int(answer[1]) / 1000)
            case "CONFLICT":
                raise UsageError(f"submission id {submission.id!r} already stands for another submission")
            case "CLASS":
                raise UsageError(f"priority_class {submission.priority_class!r}: the queue has {_text(answer[1])}")
            case "LANGUAGE":
                raise LanguageError(_text(answer[1]))
            case "TAGS":
                raise UsageError(_text(answer[1]))
        raise QueueError(f"the submit script answered {answer!r}")

    arguments = (
        submission.id,
        message.submission,
        message.sources,
        message.sources_digest,
        message.digest,
        submission.priority_class,
        tenant,
        route,
        origin,
    )
    return Call("submit", arguments, read)


def cancel(submission_id: str) -> Call[bool]:
    """Withdraw a submission; False = too late, its verdict is recorded. Raises UsageError for an unknown id."""

    def read(answer: list[Any]) -> bool:
        outcome = _text(answer[0])
        if outcome == "UNKNOWN":
            raise UsageError(f"no submission {submission_id!r} in the queue")
        return outcome == "CANCELLED"

    return Call("cancel", (wire.check_name(submission_id, "id"),), read)


def languages() -> Call[tuple[LanguageCard, ...]]:
    """The languages that living workers offer, by id, with the versions they have there."""

    def read(answer: list[Any]) -> tuple[LanguageCard, ...]:
        infos = [msgspec.json.decode(text, type=WorkerInfo) for text in answer[1]]
        found = []
        for _, text in sorted(_pairs(answer[0])):
            card = msgspec.json.decode(text, type=LanguageCard)
            offering = [info for info in infos if card.id in info.languages]
            versions = tuple(sorted({info.versions[card.id] for info in offering if info.versions.get(card.id)}))
            if offering:
                found.append(msgspec.structs.replace(card, versions=versions, workers=len(offering)))
        return tuple(found)

    return Call("offered", (), read)


def claim(
    node: str, session: str, slot: str, pid: int, lease_ms: int, *, only: str = "", ill: str = ""
) -> Call[Claim | Refusal]:
    """Take the best waiting submission (of the class ``only``). A slot that asks again gives up what it still holds.

    ``ill``: what ails this host; nothing is claimed then, and the worker is out.
    """

    def read(answer: list[Any]) -> Claim | Refusal:
        outcome = _text(answer[0])
        if outcome != "CLAIMED":
            return Refusal(reason=outcome.lower())
        return Claim(
            id=_text(answer[1]),
            fence=int(answer[2]),
            attempt=int(answer[3]),
            submission=answer[4],
            sources=answer[5] or b"",
            wait_ms=int(answer[6]),
            priority_class=_text(answer[7]),
        )

    return Call("claim", (node, session, slot, pid, lease_ms, only, ill), read)


def event(submission_id: str, fence: int, first: int, events: Sequence[Event]) -> Call[bool]:
    """Append progress; False = the claim is lost. ``first`` numbers the first event within the claim, from 0."""
    arguments: list[str | bytes | int] = [submission_id, fence, first]
    for item in events:
        arguments += (wire.event_type(item), wire.encode(item))
    return Call("event", tuple(arguments), bool)


def finish(submission_id: str, fence: int, report: Report) -> Call[bool]:
    """Record the report; False = fenced off, somebody else's report counts."""
    summary = msgspec.json.encode(summary_of(report))
    words = (submission_id, fence, report.verdict.value, wire.encode(report), report.language, summary)
    return Call("finish", words, bool)


def give_back(
    submission_id: str, fence: int, reason: str, fault: Fault, *, attempts_max: int, delay_ms: int = 0, out: str = ""
) -> Call[bool]:
    """End a claim without a report; False = it was already lost. After ``attempts_max`` blamed ones a sweep ends it.

    ``out``: why its worker takes itself out at the same moment; "" = it stays.
    """
    return Call("giveback", (submission_id, fence, reason, fault.value, delay_ms, attempts_max, out), bool)


def hand_on(submission_id: str, fence: int, reason: str) -> Call[tuple[str, ...]]:
    """This worker lacks what the submission needs: leave it to another. Empty = that was done, or the claim was lost.

    Else nobody is left who might have it, the caller still holds the claim, and the answer names all who lack it.
    """

    def read(answer: list[Any]) -> tuple[str, ...]:
        return tuple(_text(name) for name in answer[1:]) if _text(answer[0]) == "NOBODY" else ()

    return Call("handon", (submission_id, fence, reason), read)


def wake() -> Call[int]:
    """Leave a ticket in each queue that has work and no ticket; the answer counts the lanes with work."""
    return Call("wake", (), int)


def register(node: str, session: str, state: str, info: WorkerInfo, ticket: str, routes: Sequence[str]) -> Call[int]:
    """Begin a worker's session (or repeat it); the answer counts the submissions that its earlier session held."""
    return Call("register", (node, session, state, msgspec.json.encode(info), ticket, info.slots, *routes), int)


def tick(
    node: str, session: str, lease_ms: int, info: WorkerInfo | None, alive: Sequence[Held], urgent: str = ""
) -> Call[Beat]:
    """A worker's heartbeat; ``urgent`` is the class asked about.

    Raises StaleSession when another session has taken the node's name.
    """

    def read(answer: list[Any]) -> Beat:
        if _text(answer[0]) == "STALE":
            raise StaleSession(f"worker {node}: this session is not registered")
        held = tuple(parse_held(_text(slot), _text(text)) for slot, text in _pairs(answer[3]))
        return Beat(
            state=_text(answer[1]),
            reason=_text(answer[2]),
            held=held,
            lost=tuple(_text(item) for item in answer[4]),
            urgent=bool(answer[5]),
        )

    arguments: list[str | bytes | int] = [node, session, lease_ms, msgspec.json.encode(info) if info else "", urgent]
    for lease in alive:
        arguments += (lease.id, lease.fence)
    return Call("tick", tuple(arguments), read)


def sweep(node: str, interval_ms: int, lease_ms: int, attempts_max: int) -> Call[Sweep]:
    """Take back expired leases, re-issue tickets, drop old records, list what is out of attempts."""

    def read(answer: list[Any]) -> Sweep:
        if _text(answer[0]) == "REST":
            return Sweep(worked=False, workers=int(answer[1]))
        fields = iter(answer[2])
        exhausted = tuple(
            Exhausted(
                id=_text(name), fence=int(fence), attempt=int(attempt), submission=submission, reason=_text(reason)
            )
            for name, fence, attempt, submission, reason in zip(fields, fields, fields, fields, fields, strict=True)
        )
        return Sweep(worked=True, workers=int(answer[1]), exhausted=exhausted)

    return Call("sweep", (node, interval_ms, lease_ms, attempts_max), read)


def amend(submission_id: str, other_id: str, verdict_seen: str, report: Report) -> Call[bool]:
    """Give a finished submission the report of its rejudge; False = its verdict changed since it was seen."""

    def read(answer: list[Any]) -> bool:
        outcome = _text(answer[0])
        if outcome == "UNFINISHED":
            raise UsageError(f"submission {_text(answer[1])!r} is not finished")
        return outcome == "AMENDED"

    summary = msgspec.json.encode(summary_of(report))
    return Call("amend", (submission_id, other_id, verdict_seen, wire.encode(report), summary), read)


class StaleSession(InfrastructureError):
    """Another process registered under this worker's name, or Redis forgot the worker."""


def state_of(text: bytes | None, submission_id: str) -> State:
    """The state in a record. Raises UsageError when there is no record."""
    if text is None:
        raise UsageError(f"no submission {submission_id!r} in the queue")
    return State(_text(text))


def parse_held(slot: str, text: str) -> Held:
    """What a slot holds, from its "id fence pid class". Raises ValueError."""
    submission_id, fence, pid, priority_class = text.split(" ")
    return Held(slot=slot, id=submission_id, fence=int(fence), pid=int(pid), priority_class=priority_class)


def _pairs(flat: Any) -> list[tuple[Any, Any]]:
    if isinstance(flat, dict):
        return list(flat.items())
    return list(zip(flat[::2], flat[1::2], strict=True))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
