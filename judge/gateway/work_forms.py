"""Work as a caller sees it: the record and the report in its role, under the id that its tenant knows."""

from __future__ import annotations

import msgspec

from judge.gateway.access.roles import role_in
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
    role = await role_in(asked, record.kind, record.package, report)
    return form_in_role(record, report, role, asked.caller.public_id(record.id))


def form_in_role(record: SubmissionView, report: AnyReport | None, role: Role, public_id: str) -> WorkForm:
    """The same as a role sees it, under this id."""
    seen = record_view_of(record, role)
    judging, other = _reports(report, role, public_id)
    return WorkForm(
        id=public_id,
        kind=seen.kind,
        state=standing_of(seen.state),
        status=seen.verdict,
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


async def form_of_sent(asked: Asked, sent: Submission | WorkHeader, report: AnyReport | None = None) -> WorkForm:
    """Work that this caller has just handed in, with its report when that is there already."""
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
        context=NO_CONTEXT if isinstance(sent, Submission) else sent.context,
    )
    return form if report is None else _finished(form, report, role)


def _finished(form: WorkForm, report: AnyReport, role: Role) -> WorkForm:
    judging, other = _reports(report, role, form.id)
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


def _reports(report: AnyReport | None, role: Role, public_id: str) -> tuple[Report | None, ReportForm | None]:
    if report is None:
        return None, None
    if isinstance(report, Report):
        return renamed(view_of(report, role), public_id), None
    return None, renamed(report_form(work_view_of(report, role)), public_id)
