"""``/execute``: a job is handed in, waited for, and answered."""

from __future__ import annotations

from typing import TypeVar

from judge.gateway.dialects.common.outcome import End, ended
from judge.gateway.dialects.common.work import Order, content_of, run
from judge.gateway.dialects.piston.job import Job, RefusedError
from judge.gateway.dialects.piston.results import Stage, Streams, answer_of
from judge.gateway.dialects.piston.server import PistonServer
from judge.gateway.dialects.piston.translate import execution_of, large_contents
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError
from judge.model.work import Task
from judge.model.work_report import AnyWorkReport, ExecutionReport, RunReport

R = TypeVar("R", bound=AnyWorkReport)

#: The sender of the work.
DIALECT = "piston"


async def executed(server: PistonServer, asked: Asked, job: Job) -> Stage:
    """What a job's program did. Raises as :func:`report_of`."""
    blobs = await server.kept(large_contents(job), asked.caller.tenant)
    report = await report_of(asked, execution_of(job, blobs, server.service.settings.limits), ExecutionReport)
    streams = await streams_of(asked, report.runs[-1]) if report.runs else None
    return answer_of(report, streams, head_of(job), compiled=job.runtime.compiled)


async def report_of(asked: Asked, task: Task, kind: type[R]) -> R:
    """The report of work of this kind. Raises RefusedError for what cannot be run so, ProblemError ("internal") for a
    fault of ours and for what was withdrawn, and the errors of :func:`judge.gateway.dialects.common.work.run`."""
    done = await run(asked, task, Order(dialect=DIALECT))
    if not isinstance(done.report, kind):
        raise ProblemError("internal", "it was withdrawn, or took too long")
    how = ended(done.report)
    if how.end is End.JUDGE:
        raise ProblemError("internal", how.reason)
    if how.end is End.CLIENT:
        raise RefusedError(how.reason)
    return done.report


async def streams_of(asked: Asked, done: RunReport) -> Streams:
    """What a run wrote. Raises BlobError, QueueError."""
    return Streams(
        stdout=await content_of(asked, done.stdout),
        stderr=await content_of(asked, done.stderr),
        pieces=done.pieces,
        stdout_cut=done.stdout.truncated,
        stderr_cut=done.stderr.truncated,
    )


def head_of(job: Job) -> dict[str, str]:
    """Which runtime it was."""
    return {"language": job.runtime.language, "version": job.runtime.version}
