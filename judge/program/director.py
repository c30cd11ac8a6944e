"""The director: it runs a judge program and serves its calls, until there is a verdict or the program is at an end.

All happens in the slot that the runner holds, in the calling thread. What the judge program does wrong, whatever that
is, is a judge error in the result that names the line; nothing of it is raised.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from judge.errors import CancelledError, PackageError, PackageMissing, WorkError
from judge.model.event import Emit
from judge.model.program import ProgramCase, ProgramProgress
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.program import answers, calls
from judge.program.call_channel import CallChannel, Received
from judge.program.compare_calls import compared, validated
from judge.program.holdings import FETCH_BYTES_MAX, Holdings
from judge.program.judgement import Hear, Judgement
from judge.program.live_calls import LiveCalls
from judge.program.own_run import OwnRun, fault_of_end, log_of, reason_of, seed_of, start_own
from judge.program.programs import Programs
from judge.program.protocol import VERSION, ProtocolError
from judge.program.quotas import Meter
from judge.program.refusals import Broken, Refusal
from judge.program.request import ProgramFault, ProgramRequest, ProgramResult
from judge.program.run_calls import Instruments
from judge.running.runner import Runner
from judge.sandbox.beside import wait_beside
from judge.sandbox.capture import Capture, Completed, memfd_of
from judge.text import safe_text

#: After its last word a judge program has this long to end by itself; longer where it has given no verdict, for then
#: its end is all that is known.
_LEAVING_NS, _LEAVING_SILENTLY_NS = 500_000_000, 5_000_000_000
_IN_MEMORY_BYTES_MAX = 1 << 20
_MESSAGE_BYTES_MAX = 500

#: An answer, and the payload of its frame.
Answered = tuple[answers.Answer | None, bytes]


def unheard(said: ProgramCase | ProgramProgress) -> None:
    """A :data:`judge.program.judgement.Hear` that does nothing."""


def direct(runner: Runner, request: ProgramRequest, emit: Emit, hear: Hear = unheard) -> ProgramResult:
    """Run the judge program; blocks until it is over. ``emit`` hears of what is compiled, ``hear`` of cases.

    Raises WorkError for what the work asks for and cannot be, PackageError for a package's file that cannot be read,
    LanguageError for what this machine lacks, BlobStoreError, CancelledError, InfrastructureError.
    """
    director = _Director(runner, request, emit, hear)
    with ExitStack() as stack:
        try:
            own = start_own(stack, runner, request, emit)
        except Broken as broken:
            return director.result(None, broken.fault)
        director.join(stack, own)
        with runner.slot.groups.relaying():
            fault = director.serve()
        done = director.end(fault)
        for capture in done.captures():
            stack.callback(capture.close)
        return director.result(done, fault)


class _Director:
    """The director of one judge program."""

    def __init__(self, runner: Runner, request: ProgramRequest, emit: Emit, hear: Hear) -> None:
        self._runner = runner
        self._request = request
        self._meter = Meter(request.quotas, runner.slot.resources.frozen.total_ns)
        self._holdings = Holdings(runner, request.tenant, self._meter)
        self._programs = Programs(runner, request, self._meter, emit)
        self._results: dict[int, RunResult] = {}
        self._instruments = Instruments(runner, self._programs, self._holdings, self._meter, self._results)
        self._live = LiveCalls(self._instruments)
        self._judgement = Judgement(runner, request.tenant, self._meter, hear, request.stateless)
        self._refused: answers.Refused | None = None  # of a call without an answer: for the next one
        self._fault: ProgramFault | None = None  # what the program itself has said
        self._trace = ""  # what it has said besides, for its author
        self._last_line = 0  # where its last call stands
        self._has_begun = False

    def join(self, stack: ExitStack, own: OwnRun) -> None:
        """This is the program; ``stack`` closes all that is made for it."""
        self._own = own
        self._channel = CallChannel(own.sock, self._wait)
        stack.callback(self._channel.close)
        stack.callback(self._holdings.close)
        stack.callback(self._programs.close)
        stack.callback(self._live.close)

    def _wait(self, wanted: Mapping[int, int]) -> bool:
        wait_beside(self._runner.slot.resources, wanted)
        return self._own.run.is_over

    def serve(self) -> ProgramFault | None:
        """Serve calls until there is a verdict, a fault that is returned, or nobody to serve."""
        try:
            while self._judgement.final is None and self._fault is None:
                received = self._channel.receive()
                if received is None:
                    return None
                self._own.run.pause()
                began_ns = time.thread_time_ns()
                answer, payload = self._answer(received)
                self._meter.served(time.thread_time_ns() - began_ns)
                with ExitStack() as stack:
                    fds = self._pipes(stack, received.call, answer)
                    self._own.run.go_on()
                    if answer is not None:
                        self._channel.send(answer, payload, fds)
        except ProtocolError as error:
            message = safe_text(str(error).encode("utf-8", "replace"), _MESSAGE_BYTES_MAX)
            return ProgramFault(f"what the judge program writes to its director is {message}", self._last_line)
        except Broken as broken:
            return broken.fault
        return self._fault

    def _pipes(self, stack: ExitStack, call: calls.AnyCall, answer: answers.Answer | None) -> Sequence[int]:
        """Descriptors that go with an answer; ``stack`` closes ours."""
        if not (isinstance(call, calls.Start) and call.direct and isinstance(answer, answers.Started)):
            return ()
        fds = self._live.shared(answer)
        for fd in fds:
            stack.callback(os.close, fd)
        return fds

    def _answer(self, received: Received) -> Answered:
        """What a call is answered; (None, ...) = nothing."""
        call, payload = received.call, received.payload
        self._last_line = min(max(call.line, 0), 1 << 30) or self._last_line
        try:
            self._meter.call()
            if call.drop:
                self._holdings.drop(call.drop)
            if not self._has_begun and not isinstance(call, calls.Begin):
                raise Broken(ProgramFault("the first call must be begin", self._last_line))
            if isinstance(call, calls.UNANSWERED):
                self._note(call, payload)
                return None, b""
            refused, self._refused = self._refused, None
            return (refused, b"") if refused is not None else self._served(call, payload)
        except Refusal as refusal:
            answer = answers.Refused(message=refusal.message, quota=refusal.quota, refused_line=self._last_line)
        except WorkError as error:
            answer = answers.Refused(message=str(error), refused_line=self._last_line)
        except PackageMissing:
            raise
        except PackageError as error:
            answer = answers.Refused(message=str(error), refused_line=self._last_line)
        if not isinstance(call, calls.UNANSWERED):
            return answer, b""
        self._refused = self._refused or answer
        return None, b""

    def _note(self, call: calls.AnyCall, payload: bytes) -> None:
        """A call without an answer. Raises Refusal."""
        match call:
            case calls.Case():
                self._judgement.case(call, self._results)
            case calls.Write():
                self._live.write(call, payload)
            case calls.Progress():
                self._judgement.progress(call)
            case calls.Keep():
                self._judgement.keep(call, self._holdings, payload)
            case calls.Carry():
                self._judgement.carry(call, self._holdings, payload)

    def _served(self, call: calls.AnyCall, payload: bytes) -> Answered:
        """A call with an answer. Raises Refusal, WorkError, PackageError."""
        match call:
            case calls.Read():
                return self._live.read(call, payload)
            case calls.Run():
                return self._instruments.run(call, payload), b""
            case calls.Compare():
                return compared(self._instruments, call, payload), b""
            case calls.Fetch():
                return answers.Fetched(), self._fetched(call)
            case calls.Validate():
                return validated(self._instruments, call, payload), b""
            case calls.Store():
                return self._stored(call, payload), b""
            case calls.Start():
                return self._live.start(call, payload), b""
            case calls.Wait():
                return self._live.wait(call), b""
            case calls.Connect():
                return self._instruments.connect(call, payload), b""
            case calls.Compile():
                return self._programs.compile(call, self._sources(call, payload)), b""
            case _:
                return self._of_the_ends(call), b""

    def _of_the_ends(self, call: calls.AnyCall) -> answers.Answer:
        """The first call and the last ones. Raises Refusal."""
        match call:
            case calls.Begin():
                return self._begun(call)
            case calls.Finish():
                self._judgement.finish(call)
            case calls.Fail():
                message = safe_text(call.message.encode("utf-8", "replace"), _MESSAGE_BYTES_MAX)
                file = safe_text(call.file.encode("utf-8", "replace"), 200)
                file = self._own.compiled.in_own_names(file)
                self._trace = call.trace
                line = call.at if 0 < call.at < 1 << 30 else self._last_line
                self._fault = ProgramFault(" ".join(message.split()) or "fail() was called", line, file)
        return answers.Finished()

    def _begun(self, call: calls.Begin) -> answers.Begun:
        if call.version != VERSION:
            raise Broken(ProgramFault(f"version {call.version} of the protocol is not known", self._last_line))
        if self._has_begun:
            raise Refusal("it has begun")
        self._has_begun = True
        request, holdings = self._request, self._holdings
        return answers.Begun(
            seed=seed_of(request.digest),
            submissions=tuple(self._submission(index) for index in range(len(request.submissions))),
            tests=tuple(
                answers.TestInfo(
                    name=test.name,
                    input=holdings.place(test.input),
                    answer=None if test.answer is None else holdings.place(test.answer),
                    group=test.group,
                    sample=test.sample,
                    arguments=test.arguments,
                    files=holdings.named(test.files),
                )
                for test in request.tests
            ),
            data=holdings.named(request.data),
            parameters=dict(request.parameters),
            state=answers.StateInfo(
                version=request.state.version,
                data=None if request.state.content is None else holdings.give(request.state.content),
            ),
            quotas=self._meter.left(),
        )

    def _submission(self, index: int) -> answers.SubmissionInfo:
        submission = self._request.submissions[index]
        program = submission.program
        return answers.SubmissionInfo(
            name=submission.name,
            language=program.language,
            main=program.main,
            files=tuple(
                answers.NamedData(name=file.name, data=self._holdings.give(file.content)) for file in program.sources
            ),
        )

    # -- data -------------------------------------------------------------------------------------------------

    def _fetched(self, call: calls.Fetch) -> bytes:
        held = self._holdings.get(call.handle)
        if call.offset < 0 or call.size < 0:
            raise Refusal("offset and size must not be negative")
        size_bytes = min(call.size or held.size_bytes, held.size_bytes)
        if size_bytes - call.offset > FETCH_BYTES_MAX:
            raise Refusal(f"at most {FETCH_BYTES_MAX} bytes are read at once")
        return held.read(call.offset, size_bytes)

    def _stored(self, call: calls.Store, payload: bytes) -> answers.Stored:
        parts = [self._holdings.of(part, payload) for part in call.parts]
        if sum(part.size_bytes for part in parts) > FETCH_BYTES_MAX:
            raise Refusal(f"at most {FETCH_BYTES_MAX} bytes are stored at once")
        data = b"".join(part.read(0, part.size_bytes) for part in parts)
        if len(data) <= _IN_MEMORY_BYTES_MAX:
            return answers.Stored(data=self._holdings.hold(Capture(data)))
        return answers.Stored(data=self._holdings.hold(Capture(fd=memfd_of(data), size_bytes=len(data))))

    def _sources(self, call: calls.Compile, payload: bytes) -> tuple[SourceFile, ...]:
        ceiling = self._runner.ceilings.code_bytes
        held = [(file.name, self._holdings.of(file.content, payload)) for file in call.files[: calls.FILES_MAX + 1]]
        if len(held) > calls.FILES_MAX or sum(one.size_bytes for _, one in held) > ceiling:
            raise Refusal(f"files: at most {calls.FILES_MAX} and {ceiling} bytes are compiled")
        return tuple(SourceFile(name=name, content=one.read(0, one.size_bytes)) for name, one in held)

    # -- the end ----------------------------------------------------------------------------------------------

    def end(self, fault: ProgramFault | None) -> Completed:
        """The judge program is over, or is ended now: at once where the ``fault`` is not its own word.

        Raises CancelledError, InfrastructureError."""
        own = self._own.run
        has_decided = self._judgement.final is not None or fault is not None
        until_ns = time.monotonic_ns() + (_LEAVING_NS if has_decided else _LEAVING_SILENTLY_NS)
        while not own.is_over and fault is self._fault and time.monotonic_ns() < until_ns:
            wait_beside(self._runner.slot.resources, {}, until_ns)
        was_over = own.is_over
        own.stop(Outcome.CANCELLED, "over")
        done = own.finish()
        if done.result.outcome is Outcome.CANCELLED and (was_over or self._runner.slot.is_cancelled):
            raise CancelledError(f"{self._request.id}: cancelled")
        return done

    def result(self, done: Completed | None, fault: ProgramFault | None) -> ProgramResult:
        """All that is known. ``done``: the judge program's run, ``fault``: why it was ended."""
        stdout, stderr = (b"", b"") if done is None else (done.stdout.read(), done.stderr.read())
        final = self._judgement.final
        if final is None and fault is None and done is not None:
            fault = fault_of_end(self._own, done.result, stderr, self._last_line)
        is_judged = final is not None and fault is None
        return ProgramResult(
            verdict=final.verdict if final is not None and is_judged else Verdict.JE,
            score=final.score if final is not None and is_judged else None,
            reason=final.reason if final is not None and is_judged else reason_of(fault or ProgramFault("")),
            feedback=final.feedback if final is not None and is_judged else "",
            team_feedback=final.team_feedback if final is not None and is_judged else "",
            cases=tuple(self._judgement.cases),
            kept=tuple(self._judgement.kept),
            state=self._judgement.state if is_judged else None,
            seed=seed_of(self._request.digest),
            log="" if done is None else log_of(self._own, stdout, stderr, self._trace),
            run=None if done is None else done.result,
            totals=self._meter.totals(),
            fault=None if is_judged else fault,
        )
