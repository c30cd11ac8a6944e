"""An attack as work of each kind, sent as a client would send it, and its end in the corpus' words.

In an execution, a command group and a session a program is a file in /work; in an evaluation it is compiled here. What
attacks compilers is a compiler's input in a command group, and the program of all other kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
from arena import COMPILERS, HERE, INPUT, SHELL

from judge.host.attack import Attack, Mode
from judge.host.selftest import INTERPRETER
from judge.model.group import Endpoint, Pipe
from judge.model.printed import Printed
from judge.model.run import Outcome
from judge.model.session import EndOfInput, InputFrame, Present, Typed
from judge.model.submission import SourceFile
from judge.model.work import (
    Command,
    CommandGroup,
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    InputFile,
    ProgramSource,
    RequestedLimits,
    SessionRequest,
    Task,
)
from judge.model.work_report import (
    AnyWorkReport,
    CommandGroupReport,
    EvaluationReport,
    ExecutionReport,
    ProgramReport,
    SessionReport,
    VerificationReport,
)
from judge.sandbox.capture import Capture, Completed


class Way(StrEnum):
    """How an attack comes."""

    EXECUTION = "execution"
    EVALUATION = "evaluation"
    GROUP = "group"
    SESSION = "session"
    TERMINAL = "terminal"  #: a session on one


#: It reads what the attack of a command group writes.
HONEST = Command(argv=("/bin/sh", "-c", "cat > /dev/null; echo served"))
_LANGUAGES = {".c": "c", ".cpp": "cpp", ".py": "python3", ".sh": "bash"}
_COMPILER_ARGUMENTS = ("-O1", "-w", "-pthread")
_RECORD_BYTES_MAX = 1 << 20


class Channel:
    """A session's client: it types at once, listens, and never goes away."""

    dropped_bytes = 0
    is_ending = False

    def __init__(self, attack: Attack) -> None:
        self.heard = {1: bytearray(), 2: bytearray()}
        typed = (Typed(offset=0, data=INPUT),) if attack.has_input else ()
        self._frames: Sequence[InputFrame] = (*typed, EndOfInput())

    def watched(self) -> Mapping[int, int]:
        return {}

    def receive(self) -> Sequence[InputFrame]:
        frames, self._frames = self._frames, (Present(),)
        return frames

    def settle(self) -> None:
        """It types once."""

    def send(self, stream: int, data: bytes) -> None:
        self.heard[stream] += data

    def finish(self) -> None:
        """All was heard."""

    def close(self) -> None:
        """It holds nothing."""


def task_of(way: Way, attack: Attack, artifact: Path, *args: str) -> Task:
    """The attack, to be sent."""
    limits, keep = _limits(attack), (attack.collect,) if attack.collect else ()
    stdin = Data(content=INPUT if attack.has_input else b"")
    if way is Way.EVALUATION:
        return _evaluation(attack, stdin, args)
    if attack.mode is Mode.COMPILE:
        return _compiled(way, attack)
    start, file = _started(attack, artifact)
    match way:
        case Way.EXECUTION:
            return Execution(
                argv=(*start, *args), files=(file,), stdin=stdin, limits=limits, keep=keep, pieces=True, live=True
            )
        case Way.GROUP:
            command = Command(argv=(*start, *args), files=(file,), stdin=stdin, limits=limits, keep=keep)
            return CommandGroup(commands=(command, HONEST), pipes=(_pipe(limits),))
    on_terminal = way is Way.TERMINAL
    return SessionRequest(
        argv=(*start, *args), files=(file,), limits=_of_session(attack), keep=keep, terminal=on_terminal
    )


def completed(report: AnyWorkReport, channel: Channel) -> Completed | None:
    """How the attack ended; None = it was refused by its compiler."""
    match report:
        case ExecutionReport(runs=(run, *_)):
            return Completed(run.result, Capture(run.stdout.content), Capture(run.stderr.content))
        case CommandGroupReport(commands=(run,)):
            return Completed(run.result, Capture(run.stdout.content), Capture(run.stderr.content))
        case CommandGroupReport(commands=(run, _), pipes=(pipe,)):
            return Completed(run.result, Capture(pipe.record.content), Capture(run.stderr.content))
        case EvaluationReport(tests=(test,)) if test.run is not None:
            return Completed(test.run, _printed(test.stdout), _printed(test.stderr))
        case SessionReport() if report.result is not None:
            return Completed(report.result, Capture(bytes(channel.heard[1])), Capture(bytes(channel.heard[2])))
    return None


def compiler_log(report: AnyWorkReport) -> str:
    """What its compiler said of it."""
    compiled = None if isinstance(report, CommandGroupReport | VerificationReport | ProgramReport) else report.compile
    return "" if compiled is None else compiled.log


def _compiled(way: Way, attack: Attack) -> Task:
    """What attacks a compiler."""
    limits = _limits(attack)
    if way is Way.GROUP:
        file = InputFile(name=attack.path.name, data=Data(content=attack.path.read_bytes()))
        argv = (*COMPILERS[attack.path.suffix], file.name)
        stdin, keep = Data(content=INPUT), (attack.collect,) if attack.collect else ()
        command = Command(argv=argv, files=(file,), stdin=stdin, limits=limits, keep=keep, compiling=True)
        return CommandGroup(commands=(command,))
    program = _program(attack)
    if way is Way.EXECUTION:
        return Execution(program=program, limits=limits, compile_limits=limits)
    return SessionRequest(
        program=program, limits=_of_session(attack), compile_limits=limits, terminal=way is Way.TERMINAL
    )


def _started(attack: Attack, artifact: Path) -> tuple[tuple[str, ...], InputFile]:
    """A command, and the file that it starts."""
    suffix = attack.path.suffix
    name = attack.path.name if suffix in (".py", ".sh") else attack.name
    start = {".py": (INTERPRETER, "-B", name), ".sh": (SHELL, name)}.get(suffix, (name,))
    return start, InputFile(name=name, data=Data(content=(artifact / name).read_bytes()), executable=True)


def _program(attack: Attack) -> ProgramSource:
    """Its source, and what it includes."""
    sources = [SourceFile(name=attack.path.name, content=attack.path.read_bytes())]
    is_c = attack.path.suffix in (".c", ".cpp")
    if is_c and attack.mode is not Mode.COMPILE:
        sources.append(SourceFile(name="hostile.h", content=(HERE / "programs" / "hostile.h").read_bytes()))
    return ProgramSource(
        sources=tuple(sources),
        language=_LANGUAGES[attack.path.suffix],
        compiler_arguments=_COMPILER_ARGUMENTS if is_c else (),
    )


def _evaluation(attack: Attack, stdin: Data, args: Sequence[str]) -> Evaluation:
    """One test that nobody passes: of those that fail the report holds the output."""
    limits = _limits(attack)
    return Evaluation(
        program=_program(attack),
        tests=(EvaluationTest(stdin=stdin, expected=Data(content=b"what no attack says"), arguments=tuple(args)),),
        comparison=Comparison(kind=ComparisonKind.EXACT),
        limits=limits,
        compile_limits=limits if attack.mode is Mode.COMPILE else RequestedLimits(),
        repeat_near_limit=False,
    )


def _pipe(limits: RequestedLimits) -> Pipe:
    return Pipe(
        source=Endpoint(command=0, descriptor=1),
        target=Endpoint(command=1, descriptor=0),
        record_bytes_max=_RECORD_BYTES_MAX,
        limit_bytes=limits.stdout_bytes,
    )


def _limits(attack: Attack) -> RequestedLimits:
    limits = attack.limits
    return RequestedLimits(
        cpu_time_ns=limits.cpu_time_hard_ns,
        wall_time_ns=limits.wall_time_ns,
        idle_time_ns=limits.idle_time_ns,
        memory_bytes=limits.memory_bytes,
        processes=limits.processes,
        stdout_bytes=limits.stdout_bytes,
        stderr_bytes=limits.stderr_bytes,
        disk_bytes=limits.disk_bytes,
        disk_inodes=limits.disk_inodes,
        open_files=limits.open_files,
    )


def _of_session(attack: Attack) -> RequestedLimits:
    """A session is idle when nobody says anything: whoever only computes is idle, too."""
    ends = {end.outcome for end in attack.ends}
    limits = _limits(attack)
    return limits if Outcome.IDLE_LIMIT in ends else msgspec.structs.replace(limits, idle_time_ns=0)


def _printed(text: Printed | None) -> Capture:
    return Capture(b"" if text is None else f"{text.head}{text.tail}".encode())
