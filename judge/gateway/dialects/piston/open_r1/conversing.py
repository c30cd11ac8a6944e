"""Carries out a task of communication: both programs are compiled, once for all tests, then they converse."""

from __future__ import annotations

import hashlib

from judge.gateway.dialects.common.work import content_of
from judge.gateway.dialects.piston.executing import report_of, streams_of
from judge.gateway.dialects.piston.job import Job, RefusedError
from judge.gateway.dialects.piston.open_r1.communication import (
    MANAGER,
    SOLUTION,
    compiling_of,
    conversation_of,
    judged_by_manager,
)
from judge.gateway.dialects.piston.open_r1.task import Judged, Task
from judge.gateway.dialects.piston.server import PistonServer
from judge.gateway.dialects.piston.translate import data_of
from judge.gateway.endpoint import Asked
from judge.model.report import CompileReport
from judge.model.run import Usage
from judge.model.work_report import CommandGroupReport

#: What compilers may say together.
_LOG_BYTES = 64 << 10


async def conversed(
    server: PistonServer, asked: Asked, job: Job, task: Task, blobs: dict[bytes, str]
) -> tuple[CompileReport, Judged | None, Usage | None]:
    """How compiling went; what the run says, None = there was none; what was used. Raises as
    :func:`judge.gateway.dialects.piston.executing.report_of`."""
    key = _key(asked, job, task)
    programs = server.programs.get(key)
    if programs is not None:
        try:
            return await _run(server, asked, job, task, (programs, blobs))
        except RefusedError:
            server.programs.forget(key)  # their time as blobs is over
    compiled = await report_of(asked, compiling_of(job, task, server.service.settings.limits), CommandGroupReport)
    failed = next((one for one in compiled.commands if not one.result.ok or not one.files), None)
    if failed is not None:
        log = (await content_of(asked, failed.stderr))[:_LOG_BYTES].decode("utf-8", "replace")
        return CompileReport(ok=False, log=log.rstrip("\n"), run=failed.result), None, None
    kept = [one.files[0].blob for one in compiled.commands]
    programs = {SOLUTION: kept[0], MANAGER: kept[1]}
    server.programs.put(key, programs)
    return await _run(server, asked, job, task, (programs, blobs))


async def _run(
    server: PistonServer, asked: Asked, job: Job, task: Task, kept: tuple[dict[str, str], dict[bytes, str]]
) -> tuple[CompileReport, Judged, Usage]:
    programs, blobs = kept
    group = conversation_of(job, task, programs, data_of(task.stdin, blobs), server.service.settings.limits)
    report = await report_of(asked, group, CommandGroupReport)
    said = judged_by_manager(report, task, await streams_of(asked, report.commands[0]))
    usage = max((one.result.usage for one in report.commands[1:]), key=lambda usage: usage.cpu_time_ns)
    return CompileReport(ok=True), said, usage


def _key(asked: Asked, job: Job, task: Task) -> str:
    """What decides what is compiled, and whose it is."""
    digest = hashlib.sha256(f"{asked.caller.tenant}\0{job.runtime.work_language}".encode())
    for file in (*task.sources, *(task.manager or ())):
        digest.update(f"\0{file.name}\0{len(file.content)}\0".encode() + file.content)
    return digest.hexdigest()
