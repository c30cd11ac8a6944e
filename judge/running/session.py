"""Sessions: a live run whose client types, resizes, sends signals and sees at once what the program writes.

The client is reached through a :class:`SessionChannel`, which the worker gives. A session whose client says nothing
for its grace time is over; so is one where nobody, program or client, says anything for its idle time.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import msgspec

from judge.errors import BlobStoreError, CancelledError, LanguageError, WorkError
from judge.model.event import Emit
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.session import (
    SESSION_SIGNALS,
    TERMINAL_SIZE_MAX,
    Closed,
    EndOfInput,
    InputFrame,
    Present,
    Resized,
    SentSignal,
    Typed,
)
from judge.model.units import S_NS
from judge.model.work import Execution, SessionRequest, Work, WorkHeader
from judge.model.work_report import BlameOn, Missing, SessionEnd, SessionReport, TakenFile
from judge.package.ceilings import Ceilings
from judge.running.execution import Target, as_asked, check, compile_program_of, compiled_target, raw_target
from judge.running.inputs import blamed_on_files, checked_environment, open_files
from judge.running.limits import run_limits, session_limits
from judge.running.outputs import Kept, kept_files
from judge.running.runner import Runner
from judge.running.taken import alias_of, check_links, check_wanted, check_work_path, taken_files, wanted_of
from judge.sandbox.capture import Completed
from judge.sandbox.live import LiveRun, Size
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.toolchain.compile import JUDGE_ENVIRONMENT, with_environment
from judge.toolchain.definitions import language_limits, run_argv, run_environment
from judge.toolchain.roots import absent
from judge.toolchain.work_files import with_disk_room
from judge.verdicts import reason_of_run

#: Total and idle time of a session whose client asks for none, and the most that it may ask for.
TOTAL_NS, TOTAL_NS_MAX = 3600 * S_NS, 4 * 3600 * S_NS
IDLE_NS, IDLE_NS_MAX = 600 * S_NS, 3600 * S_NS
#: How long a session may be set to go on without its client.
GRACE_NS_MIN, GRACE_NS_MAX = S_NS, 3600 * S_NS

_SIZES = frozenset(range(1, TERMINAL_SIZE_MAX + 1))

#: What a terminal that nobody has described is taken for.
_TERMINAL = "xterm-256color"


class SessionChannel(Protocol):
    """The way to a session's client; of one thread. No method waits for the client, and a broken way is no error: it is
    opened again, and what cannot be kept meanwhile is dropped and counted."""

    @property
    def dropped_bytes(self) -> int:
        """Output that no reader took in time."""
        ...

    @property
    def is_ending(self) -> bool:
        """The worker stops, and the session with it."""
        ...

    def watched(self) -> Mapping[int, int]:
        """Descriptors to wait for and the events of poll(2)."""
        ...

    def receive(self) -> Sequence[InputFrame]:
        """What the client said since; also does what there is to do about output that is on its way."""
        ...

    def settle(self) -> None:
        """The program has taken all input that was received: the client may type more."""
        ...

    def send(self, stream: int, data: bytes) -> None:
        """Output: 1 = standard output or the terminal, 2 = standard error."""
        ...

    def finish(self) -> None:
        """Send what is left; blocks for a moment. Nothing more comes."""
        ...

    def close(self) -> None:
        """Give back what it holds; idempotent."""
        ...


def longest_ns(request: SessionRequest) -> int:
    """How long a session may last in all, as far as it may be asked for."""
    return min(request.limits.wall_time_ns or TOTAL_NS, TOTAL_NS_MAX)


def hold_session(
    runner: Runner, work: Work, request: SessionRequest, channel: SessionChannel, emit: Emit
) -> SessionReport:
    """Compile what must be, and run it until it is over. Raises as :func:`judge.running.execution.execute`."""
    header = work.header
    total_ns, idle_ns = _checked(request, runner.ceilings)
    report = SessionReport(id=header.id, language=header.language, tenant=header.tenant, context=header.context)
    execution = _as_execution(request, runner.ceilings)
    if request.program is not None:
        compiled = compile_program_of(runner, header, execution, emit)
        report = msgspec.structs.replace(report, language=compiled.language.id, compile=compiled.report)
        if not compiled.report.ok:
            return msgspec.structs.replace(report, blame=BlameOn.PROGRAM, reason="the program does not compile")
        target = compiled_target(runner, compiled, execution)
    elif request.argv:
        target = raw_target(runner, header, execution, request.work_path)
    else:
        target = _interactive_target(runner, header, execution)
    attendant = _Attendant(channel, idle_ns, request.grace_ns)
    ready = _Ready(_spec_of(target, request, total_ns, runner.ceilings), target, Size(request.rows, request.columns))
    with ExitStack() as stack:
        return _run(runner, stack, header, request, ready, attendant, report)


def _checked(request: SessionRequest, ceilings: Ceilings) -> tuple[int, int]:
    """Total and idle time. Raises WorkError."""
    execution = _as_execution(request, ceilings)
    if request.program is None and not request.argv:  # the language's own command: all else is as for any
        execution = msgspec.structs.replace(execution, argv=("/bin/true",))
    check(execution, ceilings)
    check_work_path(request.work_path)
    check_links(request.links)
    check_wanted(request.wanted, ceilings)
    for field, value in (("rows", request.rows), ("columns", request.columns)):
        if not 1 <= value <= TERMINAL_SIZE_MAX:
            raise WorkError(f"must be 1 to {TERMINAL_SIZE_MAX}, not {value}", field)
    if not GRACE_NS_MIN <= request.grace_ns <= GRACE_NS_MAX:
        raise WorkError(f"must be {GRACE_NS_MIN} to {GRACE_NS_MAX}, not {request.grace_ns}", "grace_ns")
    asked = request.limits
    for field, value, most in (
        ("limits.wall_time_ns", asked.wall_time_ns, TOTAL_NS_MAX),
        ("limits.idle_time_ns", asked.idle_time_ns, IDLE_NS_MAX),
    ):
        if value > most:
            raise WorkError(f"{value} is above what a session may have, {most}", field)
    return asked.wall_time_ns or TOTAL_NS, asked.idle_time_ns or IDLE_NS


def _as_execution(request: SessionRequest, ceilings: Ceilings) -> Execution:
    """What a session's program shares with an execution's. Its times of waiting are the session's own."""
    return Execution(
        program=request.program,
        argv=request.argv,
        arguments=request.arguments,
        environment=request.environment,
        files=request.files,
        limits=msgspec.structs.replace(session_limits(request.limits, ceilings), wall_time_ns=0, idle_time_ns=0),
        compile_limits=request.compile_limits,
        keep=request.keep,
    )


def _interactive_target(runner: Runner, header: WorkHeader, execution: Execution) -> Target:
    """The language's own interactive command. Raises WorkError where it has none, LanguageError where this worker has
    not installed it."""
    if not header.language:
        raise WorkError("a program, a command or a language is needed", "program")
    language = runner.language_named(header.language)
    if not language.interactive:
        raise WorkError(f"{language.name} has no interactive command: a program or a command is needed", "language")
    rootfs = runner.toolchain(language).rootfs
    if missing := absent(language.interactive, rootfs):
        raise LanguageError(f"{language.id}: its interactive command is not installed: {missing[0]}")
    limits = language_limits(language, run_limits(execution.limits, runner.ceilings))
    own = run_environment(language, limits)
    variables = JUDGE_ENVIRONMENT | dict(own) | checked_environment(execution.environment, own)
    prompt = msgspec.structs.replace(language, run=language.interactive)
    spec = RunSpec(argv=run_argv(prompt, (), "", "", limits, execution.arguments), limits=limits)
    return Target(
        rootfs=rootfs,
        spec=as_asked(with_environment(spec, variables), execution, runner),
        artifact="",
        own_files={},
    )


def _spec_of(target: Target, request: SessionRequest, total_ns: int, ceilings: Ceilings) -> RunSpec:
    collect = msgspec.structs.replace(
        target.spec.collect, wanted=wanted_of(request.wanted, ceilings), wanted_bytes_max=ceilings.output_bytes
    )
    limits = msgspec.structs.replace(target.spec.limits, wall_time_ns=total_ns, idle_time_ns=0)
    spec = msgspec.structs.replace(target.spec, limits=limits, cwd=request.work_path, collect=collect)
    if request.terminal and "TERM" not in request.environment:
        spec = with_environment(spec, {"TERM": _TERMINAL})
    return spec


@dataclass(frozen=True)
class _Ready:
    spec: RunSpec
    target: Target
    size: Size


def _run(  # noqa: PLR0913 (what a session is made of)
    runner: Runner,
    stack: ExitStack,
    header: WorkHeader,
    request: SessionRequest,
    ready: _Ready,
    attendant: _Attendant,
    report: SessionReport,
) -> SessionReport:
    files = open_files(stack, runner, header.tenant, request.files, ready.target.own_files)
    limits = with_disk_room(ready.spec.limits, *files.room)
    spec = msgspec.structs.replace(ready.spec, limits=limits)
    container = stack.enter_context(runner.slot.container(_container_of(ready.target, limits, request)))
    attendant.begin()
    with blamed_on_files():
        done = container.run_live(
            spec,
            attendant,
            files=files.contents,
            executables=(*files.executables, spec.argv[0].removeprefix(f"{request.work_path}/")),
            terminal=ready.size if request.terminal else None,
            links=[(link.name, link.target) for link in request.links],
        )
    for capture in done.captures():
        stack.callback(capture.close)
    if done.result.outcome is Outcome.CANCELLED and attendant.end is None:
        raise CancelledError(f"{header.id}: cancelled")
    attendant.channel.finish()
    kept = _kept(runner, header, done)
    return msgspec.structs.replace(
        _ended(report, done, attendant.end),
        files=kept.files,
        files_passed_over=done.passed_over + kept.passed_over,
        input_bytes=attendant.input_bytes,
        output_bytes=attendant.output_bytes,
        dropped_bytes=attendant.channel.dropped_bytes,
        taken=_taken(runner, header, request, done),
    )


def _container_of(target: Target, limits: Limits, request: SessionRequest) -> ContainerSpec:
    alias = alias_of(request.work_path)
    return ContainerSpec.under(target.rootfs, limits, artifact=target.artifact, work_alias=alias)


def _kept(runner: Runner, header: WorkHeader, done: Completed) -> Kept:
    """Its files as blobs. Where the store is away they are lost: a session is not run again for them."""
    try:
        return kept_files(runner, header.tenant, done.files)
    except BlobStoreError:
        return Kept((), len(done.files))


def _taken(runner: Runner, header: WorkHeader, request: SessionRequest, done: Completed) -> tuple[TakenFile, ...]:
    """Its files by name. Raises nothing, as :func:`_kept` does not."""
    try:
        return tuple(taken_files(runner, header.tenant, request.wanted, done.wanted))
    except BlobStoreError:
        return tuple(TakenFile(name=one.name, missing=Missing.NOT_KEPT) for one in request.wanted)


def _ended(report: SessionReport, done: Completed, end: SessionEnd | None) -> SessionReport:
    result = done.result
    if end is None:
        end = SessionEnd.EXITED if result.outcome in (Outcome.EXITED, Outcome.SIGNALLED) else SessionEnd.LIMIT
    blamed = end is SessionEnd.LIMIT and result.outcome is not Outcome.IDLE_LIMIT
    return msgspec.structs.replace(
        report,
        end=end,
        result=result,
        blame=BlameOn.PROGRAM if blamed else BlameOn.NONE,
        reason="" if result.ok else (result.cause or reason_of_run(result)),
    )


class _Attendant:
    """Carries frames between channel and run; see :class:`judge.sandbox.live.Attendant`. ``end``: why it was ended from
    here, None = it was not."""

    def __init__(self, channel: SessionChannel, idle_ns: int, grace_ns: int) -> None:
        self.channel = channel
        self.end: SessionEnd | None = None
        self.input_bytes = self.output_bytes = 0
        self._idle_ns = idle_ns
        self._grace_ns = grace_ns
        self._seen_ns = self._active_ns = 0  # when the client last said something, and when anybody did

    def begin(self) -> None:
        """The clocks start."""
        self._seen_ns = self._active_ns = time.monotonic_ns()

    def attend(self, run: LiveRun, frozen_ns: int) -> Mapping[int, int]:
        """Do what the client asks; end what nobody attends to."""
        now_ns = time.monotonic_ns()
        self._seen_ns += frozen_ns
        self._active_ns += frozen_ns
        for frame in self.channel.receive():
            self._seen_ns = now_ns
            self._take(run, frame, now_ns)
        if not run.waiting_bytes:
            self.channel.settle()
        if self.channel.is_ending:
            self._stop(run, SessionEnd.STOPPED, "its worker was stopped")
        elif now_ns - self._seen_ns > self._grace_ns:
            self._stop(run, SessionEnd.LEFT, f"its client has not been there for {self._grace_ns // 1_000_000} ms")
        elif now_ns - self._active_ns > self._idle_ns:
            self._stop(run, SessionEnd.LIMIT, f"no input and no output for {self._idle_ns // 1_000_000} ms")
        return self.channel.watched()

    def hear(self, stream: int, data: bytes) -> None:
        """The program has written something."""
        self.output_bytes += len(data)
        self._active_ns = time.monotonic_ns()
        self.channel.send(stream, data)

    def _take(self, run: LiveRun, frame: InputFrame, now_ns: int) -> None:
        if not isinstance(frame, Present):
            self._active_ns = now_ns
        match frame:
            case Typed():
                self.input_bytes += len(frame.data)
                run.type(frame.data)
            case EndOfInput():
                run.end_input()
            case Resized() if {frame.rows, frame.columns} <= _SIZES:
                run.resize(Size(frame.rows, frame.columns))
            case SentSignal() if frame.name in SESSION_SIGNALS:
                run.signal(signal.Signals[f"SIG{frame.name}"])
            case Closed():
                self._stop(run, SessionEnd.CLOSED, "its client closed it")
            case _:
                pass

    def _stop(self, run: LiveRun, end: SessionEnd, cause: str) -> None:
        if self.end is None:
            self.end = end
            run.stop(Outcome.IDLE_LIMIT if end is SessionEnd.LIMIT else Outcome.CANCELLED, cause)
