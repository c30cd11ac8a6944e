"""Records of submissions, looked up by id or listed from the newest to the oldest. Pure: the calls and what to do next.

Lists come in pages, each one short script, so that no list holds Redis up; what the index does not know (package,
verdict, language, class) is filtered here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from judge import wire
from judge.errors import NoSuchRecord, UsageError, WireError
from judge.model.event import Done, WorkDone
from judge.model.report import Report
from judge.model.submission import HandIn
from judge.model.verdict import Verdict
from judge.model.work import NO_CONTEXT, Context, WorkKind
from judge.model.work_report import STATUSES, AnyWorkReport, BlameOn, report_without_work
from judge.queue.answers import text_of
from judge.queue.script import Call
from judge.queue.values import State, SubmissionView, Summary

#: What other work than submissions may end with, besides a verdict.
_OTHERS = sorted({word for words in STATUSES.values() for word in words} - set(Verdict))

#: Records in one page: about a millisecond of Redis' time.
PAGE = 200


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which submissions; every given condition must hold. ``since_ms`` and ``until_ms``: handed in then (Unix time).

    ``language`` is an id; ``verdict`` a word of :data:`judge.model.work_report.STATUSES`; ``kind`` one of
    :class:`judge.model.work.WorkKind`; ``sender`` that of the context; ``limit`` 0 = all. ``no_tenant``: of those alone
    who have none; ``packages``: of any of these. Judgings of a rejudge are listed only ``with_rejudges``.
    """

    kind: str = ""
    sender: str = ""
    tenant: str = ""
    package: str = ""
    language: str = ""
    verdict: str = ""
    priority_class: str = ""
    since_ms: int = 0
    until_ms: int = 0
    limit: int = 0
    with_rejudges: bool = False
    no_tenant: bool = False
    packages: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises UsageError for a verdict, class or kind that does not exist, WireError for a tenant or sender that is
        no name."""
        if self.verdict:
            known_verdict(self.verdict)
        if self.priority_class and self.priority_class not in wire.PRIORITY_CLASSES:
            raise UsageError(f"class {self.priority_class!r} is not one of {', '.join(wire.PRIORITY_CLASSES)}")
        if self.kind and self.kind not in set(WorkKind):
            raise UsageError(f"kind {self.kind!r} is not one of {', '.join(WorkKind)}")
        for name in ("tenant", "sender"):
            if getattr(self, name):
                wire.check_name(getattr(self, name), name)

    def matches(self, view: SubmissionView) -> bool:
        """Whether a record is meant."""
        return all(
            (
                not self.kind or view.kind.value == self.kind,
                not self.sender or view.context.sender == self.sender,
                not self.tenant or view.tenant == self.tenant,
                not self.no_tenant or not view.tenant,
                not self.package or view.package == self.package,
                not self.packages or view.package in self.packages,
                not self.language or view.language == self.language,
                not self.verdict or view.verdict == self.verdict.upper(),
                not self.priority_class or view.priority_class == self.priority_class,
                self.with_rejudges or not view.rejudge,
            )
        )


class Listing:
    """One walk through the index, newest submission first: which page comes next, and what of it counts."""

    def __init__(self, chosen: Filter) -> None:
        chosen.check()
        self._chosen = chosen
        self._newest = str(chosen.until_ms) if chosen.until_ms else "+inf"
        self._passed = 0  # submissions of that very millisecond that were seen
        self._left = chosen.limit or -1
        self.unfinished = True

    def page_call(self) -> Call[tuple[SubmissionView, ...]]:
        """The next records by time."""
        words = ("page", self._chosen.tenant, self._newest, self._chosen.since_ms or "-inf", self._passed, PAGE)
        return Call("records", words, _views)

    def take(self, page: Sequence[SubmissionView]) -> list[SubmissionView]:
        """What of a page is meant; goes on behind it."""
        if page:
            last = str(page[-1].submitted_at_ms)
            same = sum(str(view.submitted_at_ms) == last for view in page)
            self._passed = same + self._passed if last == self._newest else same
            self._newest = last
        found = [view for view in page if self._chosen.matches(view)]
        if 0 <= self._left <= len(found):
            found, page = found[: self._left], ()
        self._left -= len(found) if self._left > 0 else 0
        self.unfinished = bool(page)
        return found


def known_verdict(word: str, *, of_submissions: bool = False) -> str:
    """The verdict, or the word for how other work ended, in any case. Raises UsageError with those there are."""
    others = [] if of_submissions else _OTHERS
    if word.upper() not in (*Verdict, *others):
        more = f"; of other work {', '.join(others)}" if others else ""
        raise UsageError(f"no verdict {word!r}; there are {', '.join(Verdict)}{more}")
    return word.upper()


def records_call(ids: Sequence[str]) -> Call[tuple[SubmissionView, ...]]:
    """The records of these submissions, unknown ones left out."""
    return Call("records", ("ids", *(wire.check_name(name, "id") for name in ids)), _views)


def found_one(views: Sequence[SubmissionView], submission_id: str) -> SubmissionView:
    """The record that was asked for. Raises UsageError when there is none."""
    if not views:
        raise no_record(submission_id)
    return views[0]


def summary_of(report: Report | AnyWorkReport) -> Summary:
    """What lists show of a report."""
    found = {name: getattr(report, name) for name in Summary.__struct_fields__ if hasattr(report, name)}
    return Summary(**{**found, "coursework": found.get("coursework") is not None})


R = TypeVar("R", bound=Report | AnyWorkReport)


def dated(report: R, fields: Sequence[bytes | None]) -> R:
    """The report with what only the record knows: ``at``, ``claimed_at``, ``done_at``, ``amended_at``, ``tenant``."""
    at, claimed, done, amended = (int(text or 0) for text in fields[:4])
    tenant = (fields[4] or b"").decode()
    return msgspec.structs.replace(
        report,
        submitted_at_ms=at,
        claimed_at_ms=claimed,
        finished_at_ms=amended or done,
        tenant="" if tenant == wire.tenant_key("") else tenant,
    )


#: The fields that :func:`dated` wants.
DATES = ("at", "claimed_at", "done_at", "amended_at", "tenant")

#: The fields that :func:`answer_in` wants.
ANSWER = ("state", "report", "sub", *DATES)


def is_settled(fields: Sequence[bytes | None], submission_id: str) -> bool:
    """Whether nothing more will come to a record. Raises UsageError when there is none."""
    if fields[0] is None:
        raise no_record(submission_id)
    return State(text_of(fields[0])).final


def answer_in(fields: Sequence[bytes | None], submission_id: str) -> Report | AnyWorkReport | None:
    """The report in a record; None while there is none. Raises UsageError when there is no record.

    A worker of an earlier version may have given work up that it did not know: that is a judge's fault, too.
    """
    state, text, header, *dates = fields
    if state is None:
        raise no_record(submission_id)
    if not text:
        return None
    if wire.kind_of_text(header or b"{}") is WorkKind.SUBMISSION:
        return dated(wire.decode_report(text), dates)
    if not wire.is_judging_report(text):
        return dated(wire.decode_work_report(text), dates)
    report = wire.decode_report(text)
    failed = report_without_work(
        wire.decode_work_header(header or b"{}"),
        BlameOn.JUDGE,
        report.reason,
        attempt=report.attempt,
        judged_by=report.judged_by,
    )
    return dated(failed, dates)


def judging_report(answer: Report | AnyWorkReport | None, submission_id: str) -> Report | None:
    """The answer, when it is that of a judging. Raises UsageError for another kind of work."""
    if answer is None or isinstance(answer, Report):
        return answer
    raise UsageError(f"{submission_id!r} is no submission: ask for its result")


def ending(submission_id: str, answer: Report | AnyWorkReport | None) -> Done | WorkDone:
    """The last event of what is done."""
    assert answer is not None
    if isinstance(answer, Report):
        return Done(submission=submission_id, report=answer)
    return WorkDone(submission=submission_id, report=answer)


def no_record(submission_id: str) -> NoSuchRecord:
    """What to tell who asks for an id that is not there."""
    return NoSuchRecord(f"no submission {submission_id!r} in the queue")


def _views(answer: list[Any]) -> tuple[SubmissionView, ...]:
    pairs = zip(answer[::2], answer[1::2], strict=True)
    return tuple(view_of(name.decode(), [text_of(value) for value in values]) for name, values in pairs if values[0])


def view_of(name: str, values: Sequence[str]) -> SubmissionView:
    """A record by its fields, in the order in which the script "records" has them."""
    state, priority_class, _route, tenant, at, claimed, done, amended, attempt, node, slot = values[:11]
    verdict, language, summary, reason, sub, origin = values[11:]
    package, tags, kind, context, hand_in = sent_with(sub)
    return SubmissionView(
        id=name,
        state=State(state),
        verdict=verdict,
        language=language,
        package=package,
        tenant="" if tenant == wire.tenant_key("") else tenant,
        priority_class=priority_class,
        tags=tags,
        submitted_at_ms=int(at or 0),
        claimed_at_ms=int(claimed or 0),
        finished_at_ms=int(amended or done or 0),
        attempt=int(attempt or 0),
        worker=f"{node}/{slot}" if node and slot else node,
        reason=reason,
        rejudge=origin,
        kind=kind,
        context=context,
        summary=msgspec.json.decode(summary, type=Summary) if summary else Summary(),
        hand_in=hand_in,
    )


class SentWith(NamedTuple):
    """What lists show of a record's own text."""

    package: str = ""
    tags: tuple[str, ...] = ()
    kind: WorkKind = WorkKind.SUBMISSION
    context: Context = NO_CONTEXT
    hand_in: HandIn | None = None


def sent_with(text: str) -> SentWith:
    """By the record's own text, which a client in any language wrote."""
    header = text.encode()
    try:
        kind = wire.kind_of_text(header)
        if kind is WorkKind.SUBMISSION:
            sent = wire.decode_header(header)
            hand_in = sent.hand_in if isinstance(sent.hand_in, HandIn) else None
            return SentWith(sent.package, sent.tags, hand_in=hand_in)
        work = wire.decode_work_header(header)
    except WireError:
        return SentWith()
    return SentWith("", work.tags, kind, work.context)
