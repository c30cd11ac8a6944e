"""Runs the programs of requests, and waits for what became of them as long as clients do."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from judge.config.reading import ceilings_of
from judge.errors import BlobError, LanguageError, MaintenanceError, OpenLimitError, QueueFullError, RateLimitError
from judge.gateway.dialects.common.work import Order, content_of, run
from judge.gateway.dialects.fusion.modes import Mode
from judge.gateway.dialects.fusion.program import Program, Refused, program_of
from judge.gateway.dialects.fusion.requests import RunCode
from judge.gateway.dialects.fusion.results import run_answer, sandbox_error
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError
from judge.model.work_report import ExecutionReport, RunReport

#: What passes by itself: clients of this interface must not hear of it.
_BUSY = (QueueFullError, RateLimitError, OpenLimitError, MaintenanceError)
_BUSY_KINDS = frozenset({"too-many", "queue-full", "maintenance"})

#: How long to wait before work is handed in again: at first, and at most.
_PAUSE_S = 0.1
_PAUSE_S_MAX = 1.0


class Late(Exception):
    """There is no report in the time that clients wait; the text says why."""


async def answer_to(asked: Asked, request: RunCode) -> Any:
    """The answer of /run_code. Raises Late, ProblemError, QueueError, BlobStoreError."""
    try:
        program = program_of(request, ceilings_of(asked.service.settings.limits))
        del request  # its lists may be many times as large as what was made of them, which may wait
        report = await _report(asked, program)
    except (Refused, LanguageError) as error:
        return sandbox_error(str(error))
    written, files = (b"", b""), {}
    if report.runs:
        first = report.runs[0]
        try:
            written = await content_of(asked, first.stdout), await content_of(asked, first.stderr)
            files = await _fetched(asked, program, first)
        except BlobError as error:
            return sandbox_error(f"what the program left is gone: {error}")
    return run_answer(report, program.mode, written, files)


async def _report(asked: Asked, program: Program) -> ExecutionReport:
    """Work is handed in as often as it is refused for reasons that pass, until the client gives up."""
    settings = asked.service.settings
    limits_s = min(program.limits_s, settings.dialects.wait_s_max)
    until_s = time.monotonic() + limits_s + settings.fusion.patience_s
    pause_s = _PAUSE_S
    order = Order(dialect="fusion", language=await _language(asked, program.mode))
    while True:
        left_s = until_s - time.monotonic()
        try:
            done = await run(asked, program.execution, order, max(left_s, _PAUSE_S))
        except (*_BUSY, ProblemError) as error:
            if isinstance(error, ProblemError) and error.kind.name not in _BUSY_KINDS:
                raise
            if left_s <= pause_s or await asked.request.is_disconnected():
                raise Late(f"no place was free in time: {error}") from error
            await asyncio.sleep(random.uniform(pause_s / 2, pause_s))
            pause_s = min(2 * pause_s, _PAUSE_S_MAX)
            continue
        if not isinstance(done.report, ExecutionReport):
            raise Late("the program was not run in time")
        return done.report


async def _language(asked: Asked, mode: Mode) -> str:
    """The language that some worker has."""
    if not mode.or_else:
        return mode.language
    offered = {card.id for card in (await asked.service.languages.current()).cards if card.workers}
    return mode.or_else if mode.language not in offered and mode.or_else in offered else mode.language


async def _fetched(asked: Asked, program: Program, done: RunReport) -> dict[str, bytes]:
    """Files that the program left, by the names that they were asked for."""
    found = {}
    for file in done.files:
        name = program.fetched.get(file.name)
        if name is not None:
            found[name] = await asked.service.client.get_blob(file.blob, tenant=asked.caller.tenant)
    return found
