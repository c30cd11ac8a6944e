"""Judging a set of finished submissions again: preview against the old verdicts, then apply or drop.

A batch is a hash in Redis: old id -> id of the new judging. New judgings are ordinary submissions of class "rejudge"
with the same sources; applying gives the old submissions the new reports (their old ones are kept in the record).
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator

import msgspec

from judge import wire
from judge.errors import JudgeError, UsageError, WireError
from judge.model.submission import Submission
from judge.model.work import WorkKind
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.values import State

_FIELDS = ["state", "verdict", "sub", "src", "origin", "language"]

#: Records looked at in one round trip.
CHUNK = 500


class Selector(msgspec.Struct, frozen=True, kw_only=True):
    """Which finished submissions; every given condition must hold. ``ids`` empty = all. ``language`` is an id."""

    ids: tuple[str, ...] = ()
    package: str = ""
    language: str = ""
    verdict: str = ""
    tenant: str = ""

    @property
    def is_everything(self) -> bool:
        """No condition at all."""
        return self == Selector()

    def matches(self, submission: Submission, verdict: str) -> bool:
        """Whether a finished submission is meant."""
        return all(
            (
                not self.package or submission.package == self.package,
                not self.language or submission.language == self.language,
                not self.verdict or verdict == self.verdict,
                not self.tenant or submission.tenant == self.tenant,
            )
        )


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch in a list. ``started_at_ms`` is Unix time, 0 = not known."""

    name: str
    count: int
    finished: int
    differ: int
    applied: int
    started_at_ms: int = 0


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


def start(queue: Queue, selector: Selector, package: str = "") -> tuple[str, int]:
    """Submit the selected submissions again; returns the batch's name and size.

    ``package`` judges them against another package (a corrected one). Raises UsageError when none is selected, and
    QueueError: the queue is full, or away; then there is no batch.
    """
    batch = secrets.token_hex(4)
    try:
        count = _submit_again(queue, selector, package, batch)
    except JudgeError:
        with contextlib.suppress(JudgeError):
            drop(queue, batch)
        raise
    if not count:
        raise UsageError("no finished submission is selected")
    keep_ms = int(queue.link.command("HGET", queue.link.keys.policy(), "keep_ms") or 0)
    if keep_ms:
        queue.link.command("PEXPIRE", _key(queue, batch), 2 * keep_ms)  # its records are gone by then
    return batch, count


def _batch(queue: Queue, name: str) -> Batch:
    """What became of a batch; one that has expired is taken out of the list and has no submissions."""
    pairs = queue.link.command("HGETALL", _key(queue, name))
    items = [_comparison(queue, old.decode(), new.decode(), name) for old, new in pairs.items()]
    if not items:
        queue.link.command("SREM", queue.link.keys.rejudges(), name)
    started = (queue.link.command("HGET", queue.link.keys.record(item.new_id), "at") for item in items[:1])
    return Batch(
        name=name,
        count=len(items),
        finished=sum(bool(item.after) for item in items),
        differ=sum(item.changed for item in items),
        applied=sum(item.applied for item in items),
        started_at_ms=int(next(started, None) or 0),
    )


def _submit_again(queue: Queue, selector: Selector, package: str, batch: str) -> int:
    key = _key(queue, batch)
    count = 0
    for old_id, bare, sources in _selected(queue, selector):
        submission = wire.decode_submission(bare, sources)
        new_id = f"{old_id[:110]}~{batch}"
        again = msgspec.structs.replace(
            submission, id=new_id, priority_class="rejudge", package=package or submission.package
        )
        queue.link.command("SADD", queue.link.keys.rejudges(), batch)
        queue.link.command("HSET", key, old_id, new_id)
        queue.run(calls.submit(again, origin=batch))
        count += 1
    return count


def count_selected(queue: Queue, selector: Selector) -> int:
    """How many submissions :func:`start` would judge again."""
    return sum(1 for _ in _selected(queue, selector))


def batches(queue: Queue) -> tuple[Batch, ...]:
    """The batches that are neither dropped nor forgotten, the newest first."""
    found = [_batch(queue, item.decode()) for item in queue.link.command("SMEMBERS", queue.link.keys.rejudges())]
    return tuple(sorted((batch for batch in found if batch.count), key=lambda batch: -batch.started_at_ms))


def compare(queue: Queue, batch: str) -> tuple[Comparison, ...]:
    """The batch, old verdicts against new ones. Raises UsageError for an unknown batch."""
    pairs = queue.link.command("HGETALL", _key(queue, batch))
    if not pairs:
        raise UsageError(f"no rejudge {batch!r}")
    return tuple(_comparison(queue, old.decode(), new.decode(), batch) for old, new in sorted(pairs.items()))


def apply(queue: Queue, batch: str) -> tuple[Comparison, ...]:
    """Give each submission its new report. Raises UsageError when one is not finished; may be repeated.

    A submission whose verdict was changed by another rejudge meanwhile is left alone (``applied`` False).
    """
    comparisons = compare(queue, batch)
    unfinished = [item.new_id for item in comparisons if not item.after]
    if unfinished:
        raise UsageError(f"{len(unfinished)} of {len(comparisons)} are not finished, the first is {unfinished[0]}")
    for item in comparisons:
        report = queue.report(item.new_id)
        if report is not None and not item.applied:
            renamed = msgspec.structs.replace(report, submission=item.id)
            queue.run(calls.amend(item.id, item.new_id, item.before, renamed))
    return compare(queue, batch)


def drop(queue: Queue, batch: str) -> int:
    """Withdraw what is not finished and forget the batch; returns how many were withdrawn."""
    withdrawn = 0
    for item in compare(queue, batch):
        if not item.after:
            with contextlib.suppress(UsageError):  # never handed in, or expired
                withdrawn += queue.run(calls.cancel(item.new_id))
    queue.link.command("DEL", _key(queue, batch))
    queue.link.command("SREM", queue.link.keys.rejudges(), batch)
    return withdrawn


def _key(queue: Queue, batch: str) -> str:
    return queue.link.keys.rejudge(wire.check_name(batch, "batch"))


def _comparison(queue: Queue, old_id: str, new_id: str, batch: str) -> Comparison:
    verdict, before, amended_by = queue.link.command(
        "HMGET", queue.link.keys.record(old_id), "verdict", "verdict_before", "amended_by"
    )
    state, after = queue.link.command("HMGET", queue.link.keys.record(new_id), "state", "verdict")
    applied = (amended_by or b"").decode() == new_id
    return Comparison(
        id=old_id,
        new_id=new_id,
        before=((before if applied else verdict) or b"?").decode(),
        after=after.decode() if after and state == State.DONE.value.encode() else "",
        applied=applied,
    )


def _selected(queue: Queue, selector: Selector) -> Iterator[tuple[str, bytes, bytes]]:
    for ids in _finished_ids(queue, selector.ids):
        with queue.link.client.pipeline(transaction=False) as pipe:
            for submission_id in ids:
                pipe.hmget(queue.link.keys.record(submission_id), _FIELDS)
            records = pipe.execute()
        for submission_id, (state, verdict, bare, digest, origin, language) in zip(ids, records, strict=True):
            if state != State.DONE.value.encode() or origin:
                continue
            if wire.kind_of_text(bare) is not WorkKind.SUBMISSION:
                if selector.ids:
                    raise UsageError(f"{submission_id!r} is no submission but other work: that is not judged again")
                continue
            try:
                sent = wire.decode_header(bare)
            except WireError:  # a foreign client's, that ended as a judge error: it would end as one again
                if selector.ids:
                    raise
                continue
            sent = msgspec.structs.replace(sent, language=(language or b"").decode() or sent.language)
            if selector.matches(sent, (verdict or b"").decode()):
                yield submission_id, bare, queue.link.command("GET", queue.link.keys.sources(digest.decode()))


def _finished_ids(queue: Queue, wanted: tuple[str, ...]) -> Iterator[list[str]]:
    if wanted:
        yield list(wanted)
        return
    at = 0
    while ids := queue.link.command("ZRANGE", queue.link.keys.done(), at, at + CHUNK - 1):
        yield [item.decode() for item in ids]
        at += CHUNK
