"""A verification on a worker: one package against its own labels, in one slot, told part by part."""

from __future__ import annotations

from contextlib import ExitStack

import msgspec

from judge.config import Settings
from judge.config.reading import reading_of
from judge.errors import PackageError, PackageMissing, WorkError
from judge.grading.pipeline import Judge
from judge.model.event import Emit, Verifying
from judge.model.units import S_NS
from judge.model.verification import PackageResult, Verification
from judge.model.work import WorkHeader
from judge.model.work_report import BlameOn, VerificationReport
from judge.verify.engine import verify_package
from judge.verify.package_run import Choices, Step
from judge_workers.slot.problems import Problems


def verify(
    settings: Settings, judge: Judge, problems: Problems, header: WorkHeader, task: Verification, emit: Emit
) -> VerificationReport:
    """Verify; blocks. Raises PackageMissing (another worker may have it), WorkError for a reference that can be none,
    CancelledError, BlobStoreError, InfrastructureError; what is wrong with the package is in the report."""

    def tell(step: Step) -> None:
        result = None if step.result is None else msgspec.structs.replace(step.result, case=None)
        emit(Verifying(submission=header.id, part=step.part, done=step.done, total=step.total, result=result))

    scratch = settings.state.scratch / f"{judge.slots[0].config.index}"
    with ExitStack() as stack:
        try:
            directory = stack.enter_context(problems.directory(task.package, scratch))
        except PackageMissing:
            raise
        except PackageError as error:
            raise WorkError(f"{error}", "package") from error
        result = verify_package(
            str(directory),
            judge,
            scratch=scratch,
            kept=settings.state.time_limits,
            choices=_choices(settings, task),
            progress=tell,
        )
    return report_of(header, msgspec.structs.replace(result, package=task.package))


def report_of(header: WorkHeader, result: PackageResult) -> VerificationReport:
    """What the result comes to. A package that cannot be judged is its sender's fault."""
    faults = result.faults
    amiss = f"{faults} things are not as they should be" if faults != 1 else "one thing is not as it should be"
    return VerificationReport(
        id=header.id,
        blame=BlameOn.CLIENT if result.error else BlameOn.NONE,
        reason=result.error or ("" if result.ok else amiss if faults else "there are warnings or skipped submissions"),
        tenant=header.tenant,
        context=header.context,
        result=result,
        cpu_time_ns=sum(one.cpu_time_ns for one in result.submissions),
    )


def _choices(settings: Settings, task: Verification) -> Choices:
    return Choices(
        reading=reading_of(settings),
        time_limit_ns=min(task.time_limit_ns, settings.limits.time_s_max * S_NS),
        every_case=task.every_case,
        only=task.only,
        strict=task.strict,
        validate=task.check_data,
    )
