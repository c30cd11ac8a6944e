"""Carries a plan out: its work is handed in, and its report, with what lies in blobs, becomes results."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from judge.config.reading import ceilings_of
from judge.gateway.dialects.common.aside import aside
from judge.gateway.dialects.common.work import Order, run
from judge.gateway.dialects.gojudge import files
from judge.gateway.dialects.gojudge.plan import Means, Plan, plan_of, sources_of
from judge.gateway.dialects.gojudge.requests import RunRequest, WrongRequestError
from judge.gateway.dialects.gojudge.results import (
    Result,
    Status,
    contents_in,
    copy_in_results,
    failed_results,
    lost_ids,
    results_of,
    within_room,
)
from judge.gateway.endpoint import Asked
from judge.model.work import Command, CommandGroup, Data
from judge.model.work_report import BlameOn, CommandGroupReport, Output

NAME = "gojudge"

#: What comes along in a request and is larger lies in a blob while the work waits.
_INLINE_BYTES_MAX = 256 << 10

#: Of all streams and files in one answer: twice what one may have.
_ANSWER_BYTES_MAX = 128 << 20

_NO_BLOB = re.compile(r"there is no blob gojudge\.(\w+)|blob gojudge\.(\w+): its time is over")


class NotRunError(Exception):
    """The commands were not run, and the whole request is answered with this text."""


async def execute(asked: Asked, request: RunRequest, work_id: str = "") -> tuple[Result, ...]:
    """Run the commands; ``work_id``: of the work, empty = a fresh one.

    Raises WrongRequestError, NotRunError, and what :func:`~judge.gateway.dialects.common.work.run` does.
    """
    plan = await planned(asked, request)
    if any(command.copy_in_failed for command in plan.commands):
        return copy_in_results(plan)
    group = await parked(asked, plan.group)
    ids = plan.ids()
    order = Order(dialect=NAME, id=work_id)
    done, _ = await asyncio.gather(run(asked, group, order), files.name_files(asked, ids))
    report = done.report
    if report is None:
        raise NotRunError("request cancelled before execute")
    assert isinstance(report, CommandGroupReport)
    if report.blame in (BlameOn.CLIENT, BlameOn.JUDGE):
        await files.forget_names(asked, ids)
        return refused(plan, report.blame, report.reason)
    report = within_room(plan, report, _ANSWER_BYTES_MAX)
    lost = dict.fromkeys(lost_ids(plan, report), "")
    contents, _ = await asyncio.gather(
        contents_of(asked, tuple(contents_in(plan, report))), files.forget_names(asked, lost)
    )
    return await told(plan, report, contents)


async def told(plan: Plan, report: CommandGroupReport, contents: Mapping[str, bytes]) -> tuple[Result, ...]:
    """:func:`~judge.gateway.dialects.gojudge.results.results_of`; others do not wait for what is large."""
    return await aside(sum(map(len, contents.values())), results_of, plan, report, contents)


async def planned(asked: Asked, request: RunRequest) -> Plan:
    """The plan of a request. Raises WrongRequestError, BlobError, QueueError."""
    sources = {path: await _source(asked, path) for path in dict.fromkeys(sources_of(request))}
    return plan_of(request, Means(ceilings_of(asked.service.settings.limits), files.new_id, sources))


async def contents_of(asked: Asked, outputs: Sequence[Output]) -> dict[str, bytes]:
    """What lies in blobs, by their names. Raises BlobError, QueueError."""
    blobs = list(dict.fromkeys(output.blob for output in outputs if output.blob))
    client, tenant = asked.service.client, asked.caller.tenant
    contents = await asyncio.gather(*(client.get_blob(blob, tenant=tenant) for blob in blobs))
    return dict(zip(blobs, contents, strict=True))


async def parked(asked: Asked, group: CommandGroup) -> CommandGroup:
    """The same with what is large in blobs. Raises BlobError, QueueError."""
    commands = [await _parked_command(asked, command) for command in group.commands]
    return msgspec.structs.replace(group, commands=tuple(commands))


async def _parked_command(asked: Asked, command: Command) -> Command:
    return msgspec.structs.replace(
        command,
        stdin=await parked_data(asked, command.stdin),
        files=tuple([msgspec.structs.replace(one, data=await parked_data(asked, one.data)) for one in command.files]),
        inputs=tuple([msgspec.structs.replace(one, data=await parked_data(asked, one.data)) for one in command.inputs]),
    )


async def parked_data(asked: Asked, data: Data) -> Data:
    """The same, in a blob when it is large. Raises BlobError, QueueError."""
    if len(data.content) <= _INLINE_BYTES_MAX:
        return data
    return Data(blob=await asked.service.client.put_blob(data.content, tenant=asked.caller.tenant))


def refused(plan: Plan, blame: BlameOn, reason: str) -> tuple[Result, ...]:
    """Of what was not run through the fault of the client, or of the judge. Raises NotRunError, WrongRequestError."""
    if blame is BlameOn.JUDGE:
        return failed_results(plan, Status.INTERNAL, reason)
    missing = _NO_BLOB.search(reason)
    if missing:
        raise NotRunError(f"file not exists with id {missing[1] or missing[2]}")
    if "do not fit into /work" in reason:
        return failed_results(plan, Status.FILE, reason)
    raise WrongRequestError(reason)


async def _source(asked: Asked, path: str) -> Data:
    """A file of this machine as a blob of the caller's. Raises WrongRequestError where the settings do not allow it."""
    prefixes = asked.service.settings.gojudge.src_prefixes
    found = await asyncio.to_thread(_allowed, path, prefixes, asked.service.settings.blobs.bytes_max)
    return Data(blob=await asked.service.client.put_blob(found, tenant=asked.caller.tenant))


def _allowed(path: str, prefixes: Sequence[str], bytes_max: int) -> Path:
    refusal = WrongRequestError(f"file ({path[:200]}) does not under ([{' '.join(prefixes)}])")
    if "\0" in path or not prefixes:
        raise refusal
    try:
        real = os.path.realpath(path, strict=True)
    except OSError:
        real = ""
    roots = [os.path.realpath(prefix) for prefix in prefixes]
    if not any(real == root or real.startswith(f"{root.rstrip('/')}/") for root in roots):
        raise refusal
    status = os.stat(real)
    if not stat.S_ISREG(status.st_mode) or (bytes_max and status.st_size > bytes_max):
        raise WrongRequestError(f"file ({path[:200]}) is no regular file that is small enough")
    return Path(real)
