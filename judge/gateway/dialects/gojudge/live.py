"""Commands with somebody at the other end: a terminal, or streams. Each is a session of ours, of one command.

What a session's client would do the gateway does here: it types the input, and takes the output as it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from judge.gateway.dialects.common.work import HandedIn, Order, content_of, hand_in, while_connected
from judge.gateway.dialects.gojudge import files
from judge.gateway.dialects.gojudge.execute import (
    NAME,
    NotRunError,
    contents_of,
    execute,
    parked,
    planned,
    refused,
    told,
)
from judge.gateway.dialects.gojudge.plan import Collector, Plan
from judge.gateway.dialects.gojudge.requests import Cmd, CmdFile, RunRequest, WrongRequestError
from judge.gateway.dialects.gojudge.results import Result, contents_in, lost_ids
from judge.gateway.endpoint import Asked
from judge.gateway.live.ending import end_session
from judge.gateway.live.typist import Typist
from judge.http_form.socket import TypedSaid
from judge.model.run import Outcome, RunResult
from judge.model.session import Resized
from judge.model.units import S_NS
from judge.model.work import Command, Data, SessionRequest
from judge.model.work_report import (
    NO_OUTPUT,
    BlameOn,
    CommandGroupReport,
    CommandReport,
    Output,
    SessionReport,
)
from judge.queue.feed import Watch
from judge.queue.sessions import Reading, look, reading_of, stands

#: The gateway says this often that it is there.
_PRESENT_S = 2.0
#: Output is looked for this often though nothing was said.
_LOOK_S = 5.0
#: The longest that a session may last, and that nobody may say anything in it.
_TOTAL_NS_MAX, _IDLE_NS_MAX = 4 * 3600 * S_NS, 3600 * S_NS
#: Input goes in such pieces; more than so much of it is not on its way.
_PIECE_BYTES, _AHEAD_BYTES = 16 << 10, 128 << 10

#: Takes output: the descriptor, and some of what was written to it.
Take = Callable[[int, bytes], Awaitable[None]]


@dataclass(frozen=True)
class LivePlan:
    """One command as a session. ``session_input`` comes along; ``stream_in``: more comes on the socket; ``streamed``:
    descriptors whose output goes there."""

    plan: Plan
    session: SessionRequest
    session_input: Data
    stream_in: bool
    streamed: frozenset[int]


def is_live(request: RunRequest) -> bool:
    """Whether one of its commands needs somebody at the other end."""
    return any(cmd is not None and (cmd.tty or _streams_of(cmd)) for cmd in request.cmd or ())


async def run_any(asked: Asked, request: RunRequest, work_id: str = "") -> tuple[Result, ...]:
    """Run commands, on a terminal where that is asked for. Raises as :func:`execute`."""
    if not is_live(request):
        return await execute(asked, request, work_id)
    live = await live_plan(asked, request)
    if live.stream_in or live.streamed:
        raise WrongRequestError("file is not valid for cmd")
    running = LiveRun(asked, live, _nobody).hold()
    results = await while_connected(asked, asked.service.key_ends.while_holding(asked.caller.rights.id, running))
    if results is None:
        raise NotRunError("request cancelled before execute")
    return results


async def _nobody(_: int, __: bytes) -> None:
    """Takes nothing: all output is collected."""


async def live_plan(asked: Asked, request: RunRequest) -> LivePlan:
    """Raises WrongRequestError, BlobError, QueueError."""
    cmds = request.cmd or ()
    if len(cmds) != 1 or cmds[0] is None:
        raise WrongRequestError("a terminal or streams: exactly one cmd is run")
    cmd = cmds[0]
    streams = _streams_of(cmd)
    for number, file in streams.items():
        if number > 2 or (number == 0) is not bool(file.stream_in):
            raise WrongRequestError("streamIn is taken at 0, streamOut at 1 and 2")
    kept = tuple(None if number in streams else file for number, file in enumerate(cmd.files or ()))
    plan = await planned(asked, RunRequest(cmd=(msgspec.structs.replace(cmd, files=kept),)))
    if plan.group.commands[0].inputs or plan.group.commands[0].outputs:
        raise WrongRequestError("a terminal or streams: descriptors above 2 are not given")
    group = await parked(asked, plan.group)
    streamed = frozenset(number for number in streams if number)
    session = _session(group.commands[0], cmd, streamed, asked.service.settings.limits.output_bytes_max)
    return LivePlan(plan, session, group.commands[0].stdin, 0 in streams, streamed)


def _streams_of(cmd: Cmd) -> Mapping[int, CmdFile]:
    found = enumerate(cmd.files or ())
    return {number: file for number, file in found if file is not None and (file.stream_in or file.stream_out)}


def _session(command: Command, cmd: Cmd, streamed: frozenset[int], output_bytes: int) -> SessionRequest:
    limits = command.limits
    wall_ns = min(limits.wall_time_ns, _TOTAL_NS_MAX)
    streams = {name: output_bytes for number, name in ((1, "stdout_bytes"), (2, "stderr_bytes")) if number in streamed}
    return SessionRequest(
        argv=command.argv,
        environment=command.environment,
        files=command.files,
        links=command.links,
        wanted=command.wanted,
        work_path=command.work_path,
        terminal=bool(cmd.tty),
        limits=msgspec.structs.replace(
            limits, wall_time_ns=wall_ns, idle_time_ns=min(wall_ns, _IDLE_NS_MAX), **streams
        ),
    )


class LiveRun:
    """One command that runs live; :meth:`hold` it once."""

    def __init__(self, asked: Asked, live: LivePlan, take: Take) -> None:
        self._asked, self._live, self._take = asked, live, take
        self._queue, self._tenant = asked.service.queue, asked.caller.tenant
        self._record = ""
        self._typist: asyncio.Future[Typist] = asyncio.get_running_loop().create_future()
        self._collected: dict[int, bytearray] = {1: bytearray(), 2: bytearray()}
        self._room = asyncio.Event()  # some input was taken

    async def type(self, data: bytes) -> None:
        """Input; returns when there is room for more."""
        typist = await asyncio.shield(self._typist)
        for start in range(0, len(data), _PIECE_BYTES):
            while typist.ahead_bytes > _AHEAD_BYTES:
                self._room.clear()
                await self._room.wait()
            typist.type(None, data[start : start + _PIECE_BYTES])

    async def resize(self, rows: int, columns: int) -> None:
        """The window has another size. Raises ProblemError when that comes too often."""
        (await asyncio.shield(self._typist)).tell(Resized(rows=rows, columns=columns))

    async def end(self) -> None:
        """Kill the command; its result comes all the same."""
        await asyncio.shield(self._typist)
        await end_session(self._queue, self._record, self._tenant)

    async def hold(self) -> tuple[Result, ...]:
        """Run it; its results. Raises WrongRequestError, NotRunError, errors of queue and blobs."""
        ids = self._live.plan.ids()
        await files.name_files(self._asked, ids)
        handing_in = asyncio.ensure_future(hand_in(self._asked, self._live.session, Order(dialect=NAME)))
        try:
            self._record = (await asyncio.shield(handing_in)).record
            report = await self._report()
        finally:
            await asyncio.shield(self._put_away(handing_in))
        return await self._results(report, ids)

    async def _put_away(self, handing_in: asyncio.Future[HandedIn]) -> None:
        """End it, also if its client went while it was handed in: it would hold a slot for nobody."""
        with contextlib.suppress(Exception):  # it is over by itself soon
            await end_session(self._queue, (await handing_in).record, self._tenant)

    async def _report(self) -> SessionReport:
        typist = Typist(self._queue, self._record, self._tenant, self._on_typed)
        reading = reading_of(self._queue, self._record, "")
        self._typist.set_result(typist)
        parts = (
            self._show(typist, reading),
            _present(typist, reading),
            typist.type_always(),
            typist.tell_always(),
            self._feed(typist),
        )
        tasks: list[asyncio.Future[None]] = [asyncio.ensure_future(part) for part in parts]
        try:
            await tasks[0]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        report = await self._queue.answer(self._record)
        if not isinstance(report, SessionReport):
            raise NotRunError("request cancelled before execute")
        return report

    async def _on_typed(self, _: TypedSaid) -> None:
        self._room.set()

    async def _feed(self, typist: Typist) -> None:
        """Type what came along; a pipe ends with it, a terminal does not."""
        stdin = self._live.session_input
        await self.type(await content_of(self._asked, Output(content=stdin.content, blob=stdin.blob)))
        if not self._live.stream_in and not self._live.session.terminal:
            typist.type(None, None)

    async def _show(self, typist: Typist, reading: Reading) -> None:
        async with self._asked.service.feed.hearing(self._record) as watch:
            await self._stand(typist, reading)
            while not reading.over and not watch.released:
                await self._show_some(typist, reading, watch)

    async def _show_some(self, typist: Typist, reading: Reading, watch: Watch) -> None:
        found = await look(self._queue, reading)
        if reading.wants_fence:
            await self._stand(typist, reading)
        while (frame := reading.next()) is not None:
            await self._output(frame.stream, frame.data)
        if reading.wants_telling:
            await typist.say_now(reading.present())
        if not found and not reading.over and not watch.released:
            await watch.changed(_LOOK_S)

    async def _stand(self, typist: Typist, reading: Reading) -> None:
        standing = await self._queue.run(stands(self._record, self._tenant))
        reading.begin(standing)
        typist.take(standing)

    async def _output(self, stream: int, data: bytes) -> None:
        if stream in self._live.streamed:
            await self._take(stream, data)
        elif stream == 1 and self._live.session.terminal and 2 in self._live.streamed:
            await self._take(2, data)
        else:
            self._collected[stream] += data

    async def _results(self, report: SessionReport, ids: dict[str, str]) -> tuple[Result, ...]:
        plan = self._live.plan
        if report.blame in (BlameOn.CLIENT, BlameOn.JUDGE):
            await files.forget_names(self._asked, ids)
            return refused(plan, report.blame, report.reason)
        result = report.result or RunResult(outcome=Outcome.CANCELLED)
        over = result.outcome is Outcome.OUTPUT_LIMIT
        kept = {one.descriptor: await self._kept(one, over=over) for one in plan.commands[0].collectors}
        one = CommandReport(
            result=result,
            stdout=kept.get(1, NO_OUTPUT),
            stderr=kept.get(2, NO_OUTPUT),
            taken=report.taken,
        )
        group = CommandGroupReport(id=report.id, commands=(one,))
        await files.forget_names(self._asked, dict.fromkeys(lost_ids(plan, group), ""))
        contents = await contents_of(self._asked, tuple(contents_in(plan, group)))
        return await told(plan, group, contents)

    async def _kept(self, collector: Collector, *, over: bool) -> Output:
        """What was collected; a terminal is one stream."""
        descriptor = 1 if self._live.session.terminal else collector.descriptor or 1
        content = bytes(self._collected[descriptor][: collector.bytes_max])
        if not collector.file_id:
            return Output(content=content, truncated=over)
        blob = await files.put_content(self._asked, collector.file_id, content)
        return Output(blob=blob, size_bytes=len(content), truncated=over)


async def _present(typist: Typist, reading: Reading) -> None:
    while True:
        await asyncio.sleep(_PRESENT_S)
        await typist.say_now(reading.present())
