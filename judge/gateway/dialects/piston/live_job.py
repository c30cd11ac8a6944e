"""One job that is run live: from the session in Redis to Piston's messages, and back."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import msgspec
from starlette.websockets import WebSocket

from judge.gateway.dialects.piston.job import Job
from judge.gateway.dialects.piston.results import Said, Streams, compile_said, said_of
from judge.gateway.live.typist import Typist
from judge.gateway.service import Service
from judge.http_form.socket import TypedSaid
from judge.model.report import CompileReport
from judge.model.session import SESSION_SIGNALS, OutputFrame, SentSignal
from judge.model.work_report import BlameOn, SessionReport
from judge.queue.feed import Watch
from judge.queue.sessions import look, reading_of, stands

#: A client that takes nothing for this long is left alone.
_READER_S = 30.0
#: The session is told this often that its client is there.
_PRESENT_S = 2.0
#: How often output is looked for though nothing was said.
_LOOK_S = 5.0
#: Until a task that was cancelled is told so again.
_CANCELLED_S = 0.2

_STREAMS = {1: "stdout", 2: "stderr"}


class Closing(NamedTuple):
    """How a socket ends; ``code`` 0 = nothing can be said any more."""

    code: int = 0
    reason: str = ""


GONE = Closing()
DONE = Closing(4999, "Job Completed")
_AGAIN = Closing(4000, "Already Initialized")
_NOT_STDIN = Closing(4004, "Can only write to stdin")
_NO_SIGNAL = Closing(4005, "Invalid signal")


class FailedError(Exception):
    """What a client is told in an ``error`` message."""


class LiveJob:
    """See the module. Its session has been handed in."""

    def __init__(self, socket: WebSocket, service: Service, job: Job, record: str, tenant: str) -> None:
        self._socket, self._service, self._job = socket, service, job
        self._record, self._tenant = record, tenant
        self._reading = reading_of(service.queue, record, "")
        self._typist = Typist(service.queue, record, tenant, _unheard)
        self._decoders = {stream: codecs.getincrementaldecoder("utf-8")("replace") for stream in _STREAMS}
        self._stages: list[str] = []  # those that were announced

    async def hold(self) -> Closing | None:
        """To its end; None = this gateway stops. Raises FailedError, TimeoutError, ProblemError, QueueError,
        WebSocketDisconnect."""
        parts = (self._show(), self._hear(), self._present(), self._typist.type_always(), self._typist.tell_always())
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task in done).result()
        finally:
            waiting = set(tasks)
            while waiting:
                for task in waiting:
                    task.cancel()
                _, waiting = await asyncio.wait(waiting, timeout=_CANCELLED_S)

    # --- what the program does

    async def _show(self) -> Closing | None:
        async with self._service.feed.hearing(self._record) as watch:
            await self._show_all(watch)
        if not self._reading.over:
            return None
        await self._end(await self._service.queue.answer(self._record))
        return DONE

    async def _show_all(self, watch: Watch) -> None:
        reading, queue = self._reading, self._service.queue
        while not reading.over and not watch.released:
            standing = await queue.run(stands(self._record, self._tenant))
            reading.begin(standing)
            self._typist.take(standing)
            while await look(queue, reading) and not reading.over:
                await self._announce()
                while (frame := reading.next()) is not None:
                    await self._output(frame)
                if reading.wants_fence:
                    break
                if reading.wants_telling:
                    await self._typist.say_now(reading.present())
            await self._announce()
            if not reading.over and not reading.wants_fence and not watch.released:
                await watch.changed(_LOOK_S)

    async def _announce(self, *, writes: bool = False) -> None:
        """The stages, as they come; a program that ``writes`` runs, whether that was said or not."""
        runs = writes or self._reading.compiled
        if self._job.runtime.compiled:
            await self._begin("compile")
            if runs:
                await self._exit("compile", Said())
        if runs:
            await self._begin("run")

    async def _begin(self, stage: str) -> None:
        if stage not in self._stages:
            self._stages.append(stage)
            await self._say({"type": "stage", "stage": stage})

    async def _exit(self, stage: str, said: Said) -> None:
        """Once for each stage."""
        if f"{stage} ended" not in self._stages:
            self._stages.append(f"{stage} ended")
            await self._say({"type": "exit", "stage": stage, "code": said.code, "signal": said.signal})

    async def _output(self, frame: OutputFrame) -> None:
        await self._announce(writes=True)
        text = self._decoders[frame.stream].decode(frame.data)
        if text:
            await self._say({"type": "data", "stream": _STREAMS[frame.stream], "data": text})

    async def _end(self, report: Any) -> None:
        """What there is to say when it is over. Raises FailedError for a job that was not done."""
        if not isinstance(report, SessionReport):
            raise FailedError("it was withdrawn")
        if report.blame is BlameOn.CLIENT:
            raise FailedError(report.reason)
        if report.blame is BlameOn.JUDGE:
            raise FailedError("a fault of the judge: try again")
        for stream, decoder in self._decoders.items():
            if rest := decoder.decode(b"", final=True):
                await self._say({"type": "data", "stream": _STREAMS[stream], "data": rest})
        if report.compile is not None and not report.compile.ok:
            await self._compile_failed(report.compile)
        elif report.result is not None:
            await self._begin("run")
            await self._exit("run", said_of(report.result, Streams()))

    async def _compile_failed(self, report: CompileReport) -> None:
        """A language without a compiler has no such stage: what is wrong with its sources, its run says."""
        stage = "compile" if self._job.runtime.compiled else "run"
        await self._begin(stage)
        if report.log:
            await self._say({"type": "data", "stream": "stderr", "data": f"{report.log}\n"})
        await self._exit(stage, compile_said(report))

    # --- what the client says

    async def _hear(self) -> Closing:
        """Raises FailedError, ProblemError when too much is on its way."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return GONE
            closing = self._take(heard(message))
            if closing is not None:
                return closing

    def _take(self, said: Mapping[str, Any]) -> Closing | None:
        match said.get("type"):
            case "init":
                return _AGAIN
            case "data":
                data = said.get("data")
                if said.get("stream") != "stdin":
                    return _NOT_STDIN
                if not isinstance(data, str):
                    raise FailedError("data must be a string")
                self._typist.type(None, data.encode("utf-8", "replace"))
            case "signal":
                name = said.get("signal")
                if not isinstance(name, str) or name.removeprefix("SIG") not in SESSION_SIGNALS or name[:3] != "SIG":
                    return _NO_SIGNAL
                self._typist.tell(SentSignal(name=name.removeprefix("SIG")))
        return None

    async def _present(self) -> NoReturn:
        while True:
            await asyncio.sleep(_PRESENT_S)
            await self._typist.say_now(self._reading.present())

    async def _say(self, message: Mapping[str, Any]) -> None:
        """Raises TimeoutError when the client does not take it."""
        async with asyncio.timeout(_READER_S):
            await self._socket.send_text(msgspec.json.encode(message).decode())


def heard(message: Any) -> dict[str, Any]:
    """What a client said; of what is no object nothing is known. Raises FailedError for what is no JSON."""
    text = message.get("text")
    try:
        said = msgspec.json.decode(message.get("bytes") or b"" if text is None else text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FailedError(f"SyntaxError: {error}") from error
    return said if isinstance(said, dict) else {}


async def _unheard(typed: TypedSaid) -> None:
    """Piston says nothing of input that has arrived."""
    del typed
