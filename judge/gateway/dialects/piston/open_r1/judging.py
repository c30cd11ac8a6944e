"""Jobs of Open-R1's packages: a program is run on a test, then what it wrote is checked, in a run of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from judge.gateway.dialects.common.work import content_of
from judge.gateway.dialects.piston.executing import head_of, report_of, streams_of
from judge.gateway.dialects.piston.job import Job
from judge.gateway.dialects.piston.open_r1 import task as tasks
from judge.gateway.dialects.piston.open_r1.conversing import conversed
from judge.gateway.dialects.piston.open_r1.task import Judged, Task
from judge.gateway.dialects.piston.results import Said, Stage, Streams, compile_stage, said_of, stage_of
from judge.gateway.dialects.piston.server import PistonServer
from judge.gateway.dialects.piston.translate import INLINE_BYTES_MAX
from judge.gateway.endpoint import Asked
from judge.model.report import CompileReport
from judge.model.run import Usage
from judge.model.work_report import ExecutionReport, RunReport

#: In which a problem's Python checker is run.
_PYTHON = "python3"

_COMPILED = CompileReport(ok=True)


@dataclass(frozen=True)
class _Ran:
    """A program that ended well: what it wrote (or the blob that has it), and what is said of compiling it."""

    output: bytes | str
    blobs: dict[bytes, str]
    compiled: CompileReport = _COMPILED
    usage: Usage | None = None


async def judged(server: PistonServer, asked: Asked, job: Job) -> Stage:
    """The answer to such a job. Raises as :func:`judge.gateway.dialects.piston.executing.report_of`."""
    task = tasks.task_of(job)
    complaint = tasks.complaint_of(job, task)
    if complaint is not None:
        return _answer(job, _COMPILED, complaint, None)
    large = [one for one in tasks.contents_of(task) if len(one) > INLINE_BYTES_MAX]
    blobs = await server.kept(large, asked.caller.tenant)
    if task.manager is not None:
        compiled, said, usage = await conversed(server, asked, job, task, blobs)
        return _not_run(job, compiled) if said is None else _answer(job, compiled, said, usage)
    if task.output is not None:
        return await _checked(asked, job, task, _Ran(task.output, blobs))
    solution = tasks.solution_of(job, task, blobs, server.service.settings.limits)
    report = await report_of(asked, solution, ExecutionReport)
    compiled = _compile_of(job, report)
    if not report.runs:
        return _not_run(job, compiled)
    done = report.runs[-1]
    failure = tasks.failure_of(done.result, task, await content_of(asked, done.stderr))
    if failure is not None:
        return _answer(job, compiled, failure, done.result.usage)
    return await _checked(asked, job, task, _Ran(_output_of(task, done), blobs, compiled, done.result.usage))


def _compile_of(job: Job, report: ExecutionReport) -> CompileReport:
    """A language without a compiler compiles always: what is wrong with its sources, its run says."""
    compiled = report.compile or _COMPILED
    return compiled if job.runtime.compiled or compiled.ok else CompileReport(ok=False, log=compiled.log)


def _not_run(job: Job, compiled: CompileReport) -> Stage:
    if job.runtime.compiled:
        stage = compile_stage(compiled)
        return {"compile": stage, "run": stage, **head_of(job)}
    failure = tasks.failed(1, f"{compiled.log}\nRuntime error with exit code 1")
    return _answer(job, _COMPILED, failure, None)


def _output_of(task: Task, done: RunReport) -> bytes | str:
    """What the program wrote: the bytes, or the blob that has them."""
    if task.by_files:
        return done.files[0].blob if done.files else b""
    return done.stdout.blob or done.stdout.content


async def _content(asked: Asked, blob: str) -> bytes:
    return await asked.service.client.get_blob(blob, tenant=asked.caller.tenant)


async def _checked(asked: Asked, job: Job, task: Task, ran: _Ran) -> Stage:
    if task.checker is None or task.expected is None:
        content = ran.output if isinstance(ran.output, bytes) else await _content(asked, ran.output)
        said = await asyncio.to_thread(tasks.compared, job, task, content)
        return _answer(job, ran.compiled, said, ran.usage)
    checker = tasks.checker_of(job, task, ran.output, ran.blobs, _PYTHON)
    report = await report_of(asked, checker, ExecutionReport)
    if not report.runs:
        log = report.compile.log if report.compile is not None else ""
        return _not_run(job, CompileReport(ok=False, log=f"Could not compile checker\n{log}"))
    streams = await streams_of(asked, report.runs[-1])
    said = Judged(streams.stdout + task.marker, streams.stderr, said_of(report.runs[-1].result, streams))
    return _answer(job, ran.compiled, said, ran.usage)


def _answer(job: Job, compiled: CompileReport, said: Judged, usage: Usage | None) -> Stage:
    """Both stages; what was used is the program's, not its checker's."""
    run = stage_of(said.said, Streams(stdout=said.stdout, stderr=said.stderr), usage)
    first = compile_stage(compiled) if job.runtime.compiled else stage_of(Said(), Streams(), None)
    return {"compile": first, "run": run, **head_of(job)}
