"""Work as a caller sees it: the record and the report in its role, under the id that its tenant knows."""

from __future__ import annotations

import time

import msgspec

from judge.gateway.access.roles import role_at, role_in
from judge.gateway.endpoint import Asked
from judge.http_form.answers import Standing, WorkForm, standing_of
from judge.http_form.reports import ReportForm, renamed, report_form
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import NO_CONTEXT, WorkHeader, WorkKind
from judge.model.work_report import AnyWorkReport, status_of
from judge.queue.records import summary_of
from judge.queue.values import SubmissionView
from judge.render.record_view import record_view_of, summary_view_of
from judge.render.view import Role, view_of, work_view_of

AnyReport = Report | AnyWorkReport


async def form_of_record(asked: Asked, record: SubmissionView, report: AnyReport | None = None) -> WorkForm:
    """A record, with its report when there is one."""
    role = await role_at(asked, record, report)
    return form_in_role(record, report, role, asked.caller.public_id(record.id), now_ms())


def now_ms() -> int:
    """Unix time, by which it is decided whether what is visible after a due time is so now."""
    return time.time_ns() // 1_000_000


def form_in_role(record: SubmissionView, report: AnyReport | None, role: Role, public_id: str, at_ms: int) -> WorkForm:
    """The same as a role sees it at that time, under this id."""
    seen = record_view_of(record, role)
    judging, other = _reports(report, role, public_id, at_ms)
    return WorkForm(
        id=public_id,
        kind=seen.kind,
        state=standing_of(seen.state),
        status=seen.verdict or _status_shown(judging, role),
        language=seen.language,
        package=seen.package,
        tenant=seen.tenant,
        priority_class=seen.priority_class,
        tags=seen.tags,
        submitted_at_ms=seen.submitted_at_ms,
        claimed_at_ms=seen.claimed_at_ms,
        finished_at_ms=seen.finished_at_ms,
        attempt=seen.attempt,
        worker=seen.worker,
        reason=seen.reason,
        context=seen.context,
        summary=seen.summary,
        report=other,
        judging=judging,
    )


async def form_of_sent(
    asked: Asked, sent: Submission | WorkHeader, report: AnyReport | None = None, *, at_ms: int = 0
) -> WorkForm:
    """Work that this caller has just handed in, with its report when that is there already; ``at_ms``: when."""
    kind = WorkKind.SUBMISSION if isinstance(sent, Submission) else sent.kind
    package = sent.package if isinstance(sent, Submission) else ""
    public_id = asked.caller.public_id(sent.id)
    role = await role_in(asked, kind, package, report)
    form = WorkForm(
        id=public_id,
        kind=kind,
        state=Standing.QUEUED if report is None else Standing.DONE,
        language=sent.language,
        package=package,
        tenant=sent.tenant,
        priority_class=sent.priority_class,
        tags=sent.tags,
        submitted_at_ms=at_ms,
        context=NO_CONTEXT if isinstance(sent, Submission) else sent.context,
    )
    return form if report is None else _finished(form, report, role)


def _finished(form: WorkForm, report: AnyReport, role: Role) -> WorkForm:
    judging, other = _reports(report, role, form.id, now_ms())
    if judging is not None and judging.coursework is not None:
        return _finished_coursework(form, report, judging, role)
    return msgspec.structs.replace(
        form,
        status=report.verdict.value if isinstance(report, Report) else status_of(report),
        language=report.language,
        attempt=report.attempt,
        submitted_at_ms=report.submitted_at_ms,
        claimed_at_ms=report.claimed_at_ms,
        finished_at_ms=report.finished_at_ms,
        summary=summary_view_of(summary_of(report), role),
        report=other,
        judging=judging,
    )


def _finished_coursework(form: WorkForm, report: AnyReport, judging: Report, role: Role) -> WorkForm:
    """What is there beside the report is that of its view: nothing else may tell of what is hidden."""
    return msgspec.structs.replace(
        form,
        status=_status_shown(judging, role),
        language=judging.language or form.language,
        submitted_at_ms=report.submitted_at_ms,
        claimed_at_ms=report.claimed_at_ms,
        finished_at_ms=judging.finished_at_ms,
        summary=summary_view_of(summary_of(report), role),
        judging=judging,
    )


def _status_shown(judging: Report | None, role: Role) -> str:
    """The verdict of a view of coursework."""
    return "" if judging is None or role is Role.PUBLIC else judging.verdict.value


def _reports(
    report: AnyReport | None, role: Role, public_id: str, at_ms: int
) -> tuple[Report | None, ReportForm | None]:
    if report is None:
        return None, None
    if isinstance(report, Report):
        return renamed(view_of(report, role, at_ms), public_id), None
    return None, renamed(report_form(work_view_of(report, role)), public_id)
