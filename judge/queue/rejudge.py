"""Judging a set of finished submissions again: preview against the old verdicts, then apply or drop.

A batch is a hash in Redis: old id -> id of the new judging. New judgings are ordinary submissions of class "rejudge"
with the same sources; applying gives the old submissions the new reports (their old ones are kept in the record).
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from redis import RedisError

from judge import wire
from judge.errors import JudgeError, QueueError, UsageError, WireError
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import WorkKind
from judge.queue import audit, calls
from judge.queue.audit import UNKNOWN, Act
from judge.queue.records import ANSWER, answer_in, judging_report
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.values import State

T = TypeVar("T")

_FIELDS = ["state", "verdict", "sub", "src", "origin", "language", "at"]

#: What a record has in some fields.
Fields = Sequence[bytes | None]

#: Records looked at in one round trip.
CHUNK = 500

#: Of an old id in the new one's.
_ID_LETTERS = 110

#: Submissions handed in again in one round trip: their sources travel, and Redis does nothing else meanwhile.
_CHUNK = 50


class _Old(NamedTuple):
    """A finished submission: its own text, and the digest of its sources."""

    id: str
    bare: bytes
    sources: str


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in order, at most ``size`` at a time."""
    waiting = iter(items)
    while some := list(itertools.islice(waiting, size)):
        yield some


class Selector(msgspec.Struct, frozen=True, kw_only=True):
    """Which finished submissions; every given condition must hold. ``ids`` empty = all. ``language`` is an id.

    ``tenant`` None = of all; empty = the anonymous one's. ``since_ms`` and ``until_ms``: handed in then or later, and
    before then (Unix milliseconds, 0 = whenever).
    """

    ids: tuple[str, ...] = ()
    package: str = ""
    language: str = ""
    verdict: str = ""
    tenant: str | None = None
    since_ms: int = 0
    until_ms: int = 0

    @property
    def is_everything(self) -> bool:
        """No condition at all."""
        return self == Selector()

    def matches(self, submission: Submission, verdict: str, sent_at_ms: int) -> bool:
        """Whether a finished submission is meant."""
        return all(
            (
                not self.package or submission.package == self.package,
                not self.language or submission.language == self.language,
                not self.verdict or verdict == self.verdict,
                self.tenant is None or submission.tenant == self.tenant,
                self.since_ms <= sent_at_ms,
                not self.until_ms or sent_at_ms < self.until_ms,
            )
        )


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch in a list. ``started_at_ms`` is Unix time, 0 = not known. ``tenant``: whose, None = the operator's."""

    name: str
    count: int
    finished: int
    differ: int
    applied: int
    started_at_ms: int = 0
    tenant: str | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One submission of a batch. ``after`` is empty while the new judging is not finished."""

    id: str
    new_id: str
    before: str
    after: str
    applied: bool

    @property
    def changed(self) -> bool:
        """The new verdict differs."""
        return bool(self.after) and self.after != self.before


def start(
    queue: Queue, selector: Selector, package: str = "", by: str = UNKNOWN, owner: str | None = None
) -> tuple[str, int]:
    """Submit the selected submissions again; returns the batch's name and size.

    ``package`` judges them against another package (a corrected one); ``by`` is who does it, for the audit trail;
    ``owner`` the tenant that may see and apply the batch, None = the operator alone.
    Raises UsageError when none is selected, and QueueError: the queue is full, or away; then there is no batch.
    """
    batch = secrets.token_hex(4)
    try:
        count = _submit_again(queue, selector, package, batch)
    except JudgeError:
        with contextlib.suppress(JudgeError):
            drop(queue, batch, by)
        raise
    if not count:
        raise UsageError("no finished submission is selected")
    tenant = "" if owner is None else wire.tenant_key(owner)
    queue.run(Call("rejudge_started", (batch, count, tenant), lambda _: None))
    keep_ms = int(queue.link.command("HGET", queue.link.keys.policy(), "keep_ms") or 0)
    if keep_ms:
        queue.link.command("PEXPIRE", _key(queue, batch), 2 * keep_ms)  # its records are gone by then
    chosen = {name: value for name, value in msgspec.structs.asdict(selector).items() if value and name != "ids"}
    detail = msgspec.json.encode({"count": count, **chosen, "with_package": package}).decode()
    queue.run(audit.note(Act.REJUDGE_STARTED, by, batch, detail))
    return batch, count


def _batch(queue: Queue, name: str) -> Batch:
    """What became of a batch; one that has expired is taken out of the list and has no submissions."""
    items = _comparisons(queue, name)
    if not items:
        _forget(queue, name)
    started = (queue.link.command("HGET", queue.link.keys.record(item.new_id), "at") for item in items[:1])
    return Batch(
        name=name,
        count=len(items),
        finished=sum(bool(item.after) for item in items),
        differ=sum(item.changed for item in items),
        applied=sum(item.applied for item in items),
        started_at_ms=int(next(started, None) or 0),
        tenant=owner_of(queue, name),
    )


def _submit_again(queue: Queue, selector: Selector, package: str, batch: str) -> int:
    count = 0
    for some in chunks(_selected(queue, selector), _CHUNK):
        texts = queue.link.command("MGET", *(queue.link.keys.sources(one.sources) for one in some))
        there = [(one, text) for one, text in zip(some, texts, strict=True) if text is not None]  # not just swept
        if not there:
            continue
        new_ids = {one.id: _new_id(one.id, batch) for one, _ in there}
        queue.link.command("SADD", queue.link.keys.rejudges(), batch)
        queue.link.command("HSET", _key(queue, batch), *(name for pair in new_ids.items() for name in pair))
        _run_all(queue, [_again(one, text, new_ids[one.id], package, batch) for one, text in there])
        count += len(there)
    return count


def _new_id(old: str, batch: str) -> str:
    """The new judging's. Of an id that is too long to stand in a name the end is told apart by its hash."""
    told = (
        old
        if len(old) <= _ID_LETTERS
        else old[: _ID_LETTERS - 17] + "-" + hashlib.sha256(old.encode()).hexdigest()[:16]
    )
    return f"{told}~{batch}"


def _again(old: _Old, sources: bytes, new_id: str, package: str, batch: str) -> Call[bool]:
    """Handing in a submission once more."""
    submission = wire.decode_submission(old.bare, sources)
    again = msgspec.structs.replace(
        submission, id=new_id, priority_class="rejudge", package=package or submission.package
    )
    return calls.submit(again, origin=batch)


def _run_all(queue: Queue, several: Sequence[Call[T]]) -> list[T]:
    """Carry out calls that may be repeated, in few round trips. Raises what an answer means, or QueueError."""
    if not several:
        return []
    first, *others = several
    answers = [queue.run(first)]  # from here on Redis knows the script
    try:
        return answers + queue.run_all(others)
    except RedisError:  # it went away in between
        return answers + [queue.run(call) for call in others]


def count_selected(queue: Queue, selector: Selector) -> int:
    """How many submissions :func:`start` would judge again."""
    return sum(1 for _ in _selected(queue, selector))


def batches(queue: Queue, shown: Callable[[str | None], bool] = lambda owner: True) -> tuple[Batch, ...]:
    """The batches that are neither dropped nor forgotten, the newest first. ``shown`` is asked with each one's owner
    before its submissions are compared."""
    names = [item.decode() for item in queue.link.command("SMEMBERS", queue.link.keys.rejudges())]
    found = [_batch(queue, name) for name in names if shown(owner_of(queue, name))]
    return tuple(sorted((batch for batch in found if batch.count), key=lambda batch: -batch.started_at_ms))


def compare(queue: Queue, batch: str) -> tuple[Comparison, ...]:
    """The batch, old verdicts against new ones. Raises UsageError for an unknown batch."""
    items = _comparisons(queue, batch)
    if not items:
        raise UsageError(f"no rejudge {batch!r}")
    return items


def apply(queue: Queue, batch: str, by: str = UNKNOWN) -> tuple[Comparison, ...]:
    """Give each submission its new report. Raises UsageError when one is not finished; may be repeated.

    A submission whose verdict was changed by another rejudge meanwhile is left alone (``applied`` False).
    """
    comparisons = compare(queue, batch)
    unfinished = [item.new_id for item in comparisons if not item.after]
    if unfinished:
        raise UsageError(f"{len(unfinished)} of {len(comparisons)} are not finished, the first is {unfinished[0]}")
    for some in chunks([item for item in comparisons if not item.applied], _CHUNK):
        pairs = zip(some, _reports(queue, [item.new_id for item in some]), strict=True)
        _run_all(queue, [_amendment(item, report, by) for item, report in pairs if report is not None])
    queue.run(audit.note(Act.REJUDGE_APPLIED, by, batch))
    return compare(queue, batch)


def _reports(queue: Queue, names: Sequence[str]) -> list[Report | None]:
    """In one round trip. Raises UsageError when one is not there any more."""
    with queue.link.client.pipeline(transaction=False) as pipe:
        command: Callable[..., object] = pipe.execute_command
        for name in names:
            command("HMGET", queue.link.keys.record(name), *ANSWER)
        answers = pipe.execute()
    return [judging_report(answer_in(fields, name), name) for name, fields in zip(names, answers, strict=True)]


def _amendment(item: Comparison, report: Report, by: str) -> Call[bool]:
    renamed = msgspec.structs.replace(report, submission=item.id)
    return calls.amend(item.id, item.new_id, item.before, renamed, by)


def drop(queue: Queue, batch: str, by: str = UNKNOWN) -> int:
    """Withdraw what is not finished and forget the batch; returns how many were withdrawn."""
    unfinished = [item.new_id for item in compare(queue, batch) if not item.after]
    queue.link.command("SREM", queue.link.keys.rejudges(), batch)  # first, so that nobody is told that it is over
    withdrawn = sum(sum(_run_all(queue, [_withdrawal(name) for name in some])) for some in chunks(unfinished, _CHUNK))
    queue.link.command("DEL", _key(queue, batch))
    _forget(queue, batch)
    queue.run(audit.note(Act.REJUDGE_DROPPED, by, batch))
    return withdrawn


def _withdrawal(new_id: str) -> Call[bool]:
    """Whether it was withdrawn; it may never have been handed in, or have expired."""
    call = calls.cancel(new_id)

    def read(answer: Any) -> bool:
        try:
            return call.read(answer)
        except UsageError:
            return False

    return Call(call.script, call.arguments, read)


def is_known(queue: Queue, batch: str) -> bool:
    """Whether there is a batch of this name."""
    return bool(queue.link.command("EXISTS", _key(queue, batch)))


def owner_of(queue: Queue, batch: str) -> str | None:
    """The tenant that may see and apply a batch; None = the operator alone."""
    owner = queue.link.command("HGET", queue.link.keys.rejudge_tenants(), batch)
    return None if owner is None else "" if owner.decode() == wire.tenant_key("") else owner.decode()


def _forget(queue: Queue, batch: str) -> None:
    queue.link.command("SREM", queue.link.keys.rejudges(), batch)
    queue.link.command("HDEL", queue.link.keys.rejudge_tenants(), batch)
    queue.link.command("HDEL", queue.link.keys.rejudge_counts(), f"{batch} over", f"{batch} count")


def _key(queue: Queue, batch: str) -> str:
    return queue.link.keys.rejudge(wire.check_name(batch, "batch"))


def _comparisons(queue: Queue, batch: str) -> tuple[Comparison, ...]:
    """All of a batch, by their ids; empty for one that is not there."""
    pairs = queue.link.command("HGETALL", _key(queue, batch))
    found: list[Comparison] = []
    for some in chunks(sorted((old.decode(), new.decode()) for old, new in pairs.items()), CHUNK):
        before = _records(queue, [old for old, _ in some], ["verdict", "verdict_before", "amended_by"])
        after = _records(queue, [new for _, new in some], ["state", "verdict"])
        found += [_comparison(*ids, old, new) for ids, old, new in zip(some, before, after, strict=True)]
    return tuple(found)


def _comparison(old_id: str, new_id: str, old: Fields, new: Fields) -> Comparison:
    verdict, before, amended_by = old
    state, after = new
    applied = (amended_by or b"").decode() == new_id
    return Comparison(
        id=old_id,
        new_id=new_id,
        before=((before if applied else verdict) or b"?").decode(),
        after=after.decode() if after and state == State.DONE.value.encode() else "",
        applied=applied,
    )


def _records(queue: Queue, ids: Sequence[str], fields: list[str]) -> list[Fields]:
    """These fields of each record, in one round trip. Raises QueueError."""
    with queue.link.client.pipeline(transaction=False) as pipe:
        for submission_id in ids:
            pipe.hmget(queue.link.keys.record(submission_id), fields)
        try:
            return pipe.execute()
        except RedisError as error:
            raise QueueError(f"Redis does not answer: {error}") from error


def _selected(queue: Queue, selector: Selector) -> Iterator[_Old]:
    for ids in _finished_ids(queue, selector):
        records = _records(queue, ids, _FIELDS)
        for submission_id, (state, verdict, bare, digest, origin, language, at) in zip(ids, records, strict=True):
            if state != State.DONE.value.encode() or origin or bare is None or digest is None:
                continue
            try:
                if wire.kind_of_text(bare) is not WorkKind.SUBMISSION:
                    if selector.ids:
                        raise UsageError(f"{submission_id!r} is no submission but other work: that is not judged again")
                    continue
                sent = wire.decode_header(bare)
            except WireError:  # a foreign client's, that ended as a judge error: it would end as one again
                if selector.ids:
                    raise
                continue
            sent = msgspec.structs.replace(sent, language=(language or b"").decode() or sent.language)
            if selector.matches(sent, (verdict or b"").decode(), int(at or 0)):
                yield _Old(submission_id, bare, digest.decode())


def _finished_ids(queue: Queue, selector: Selector) -> Iterator[list[str]]:
    """Names of records, those of all that is meant among them."""
    if selector.ids:
        yield from chunks(selector.ids, CHUNK)
        return
    keys = queue.link.keys
    index = keys.index_of(selector.tenant) if selector.tenant else keys.done()
    at = 0
    while ids := queue.link.command("ZRANGE", index, at, at + CHUNK - 1):
        yield [item.decode() for item in ids]
        at += CHUNK
