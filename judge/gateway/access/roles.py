"""In which role a caller sees a piece of work."""

from __future__ import annotations

from collections.abc import Sequence

from judge.gateway.access.caller import Caller
from judge.gateway.endpoint import Asked
from judge.gateway.published import Published
from judge.model.report import Report
from judge.model.work import WorkKind
from judge.model.work_report import AnyWorkReport
from judge.queue.api_keys import Scope
from judge.queue.values import SubmissionView
from judge.render.view import Role


async def role_in(asked: Asked, kind: WorkKind, package: str, report: Report | AnyWorkReport | None = None) -> Role:
    """The role of who asks for work of this kind, of a submission to this package, and for its report."""
    judged = WorkKind.SUBMISSION if isinstance(report, Report) else kind
    shown = packages_shown(package, report)
    return role_for(asked.caller, judged, owns_package=await owns_all(asked.service.packages, asked.caller, shown))


async def role_at(asked: Asked, record: SubmissionView, report: Report | AnyWorkReport | None = None) -> Role:
    """The role of who asks for this record and its report."""
    if not sees_work(asked.caller, record):
        return Role.PUBLIC
    return await role_in(asked, record.kind, record.package, report)


def sees_work(caller: Caller, record: SubmissionView) -> bool:
    """Whether it is not another student's coursework, of which one sees only that it is there."""
    return not caller.student or record.hand_in is None or record.hand_in.student == caller.student


def packages_shown(package: str, report: Report | AnyWorkReport | None) -> tuple[str, ...]:
    """The packages whose tests may stand in a report: the one that was asked for, and the one that it says it is of.
    They differ once a rejudge against another package was applied, and where an id stands for new work by now."""
    judged = report.package_digest if isinstance(report, Report) else ""
    return (package, judged) if judged else (package,)


async def owns_all(published: Published, caller: Caller, packages: Sequence[str]) -> bool:
    """Whether the caller sees all that is in these packages, as their owner. Raises QueueError."""
    if not all(packages) or not caller.may(Scope.PACKAGES):
        return False
    return all([(await published.rights(caller.tenant, one)).owned for one in dict.fromkeys(packages)])


def role_for(caller: Caller, kind: WorkKind, *, owns_package: bool = False) -> Role:
    """Work that brought its tests along is its sender's; of a submission only who owns the package sees hidden tests.

    ``owns_package``: the caller's tenant published the package of that submission. A key that marks sees hidden tests
    of coursework. A key that may only read is no sender: of an evaluation, or a judging by a program, it sees what a
    contestant sees. A verification is of a package of its own tenant.
    """
    if caller.is_admin:
        return Role.JUDGE
    if kind is WorkKind.SUBMISSION:
        if owns_package and caller.may(Scope.PACKAGES):
            return Role.JUDGE
        return Role.MARKER if caller.may(Scope.MARKER) else Role.CONTESTANT
    if kind is WorkKind.VERIFICATION:
        return Role.JUDGE if caller.may(Scope.PACKAGES) else Role.CONTESTANT
    if kind in (WorkKind.EVALUATION, WorkKind.PROGRAM) and not caller.may(Scope.RUN):
        return Role.CONTESTANT
    return Role.SENDER
