"""The judge program itself: it is compiled where it must be, runs in a container of its own, live, under quotas of its
own, and how it ended is told in words that name its line."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.errors import WorkError
from judge.grading.limits import wall_limit_ns
from judge.grading.programs import data_files
from judge.grading.syntax import announced
from judge.model.event import Emit
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.program import ProgramQuotas
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.model.units import MIB, S_NS
from judge.model.work import ProgramSource
from judge.program.protocol import CALL_FD
from judge.program.refusals import Broken
from judge.program.request import Place, ProgramFault, ProgramRequest
from judge.running.limits import compile_limits
from judge.running.runner import Runner
from judge.sandbox.beside import Given, RunBeside
from judge.sandbox.run_io import Content
from judge.sandbox.spec import ContainerSpec
from judge.text import safe_text
from judge.toolchain.compile import Compiled, CompileOptions, with_environment
from judge.toolchain.definitions import with_minima
from judge.toolchain.work_files import Given as GivenFiles
from judge.toolchain.work_files import merged
from judge.verdicts import ending_of_run

#: What a judge program in Python imports.
MODULE = "judge_program.py"
_GUEST = Path(__file__).parent / "guest"

#: One that neither computes nor asks for anything for this time hangs.
IDLE_NS = 10 * S_NS
#: What it may print for its author.
LOG_BYTES = 1 * MIB
_LOG_SHOWN_BYTES = 16 << 10
_MESSAGE_CHARS_MAX = 500

#: Quotas without any of which nothing can be started.
_NEEDED = ("own_cpu_time_ns", "own_memory_bytes", "own_processes")

#: As Python's traceback and faulthandler write a place.
_PLACE = re.compile(rb'File "([^"\n]{1,4096})", line (\d{1,9})')


def seed_of(digest: str) -> int:
    """Of the random numbers of a judge program: the same for the same work."""
    return int.from_bytes(hashlib.sha256(f"seed {digest}".encode()).digest()[:6])


@dataclass(frozen=True)
class OwnRun:
    """A judge program that runs. ``main``: the name of its main file in its author's words."""

    run: RunBeside
    sock: socket.socket
    compiled: Compiled


def start_own(stack: ExitStack, runner: Runner, request: ProgramRequest, emit: Emit) -> OwnRun:
    """Compile and start it; ``stack`` ends it and closes its container and our side of its descriptor.

    Raises Broken when it does not compile, WorkError, LanguageError, InfrastructureError."""
    source = request.program
    language = runner.language_of(source)
    compiled = _compiled(runner, request, language, emit)
    toolchain = runner.toolchain(language)
    limits = own_limits(request.quotas, language)
    spec = with_environment(compiled.run_spec(limits), {"PYTHONHASHSEED": str(seed_of(request.digest) % (1 << 32))})
    usual = ContainerSpec.under(toolchain.rootfs, limits, artifact=str(compiled.artifact))
    own = msgspec.structs.replace(usual, use="program", judging=True)
    container = stack.enter_context(runner.slot.container(own))
    ours, theirs = socket.socketpair()
    stack.callback(ours.close)
    with theirs, ExitStack() as opening:
        files = _files(opening, runner, request, compiled)
        given = Given(files=files, fds={CALL_FD: theirs.fileno()}, last_words_signal=signal.SIGUSR1)
        run = container.start(spec, given)
    stack.callback(run.close)
    return OwnRun(run, ours, compiled)


def _compiled(runner: Runner, request: ProgramRequest, language: LanguageSpec, emit: Emit) -> Compiled:
    """A language that is only checked is not: what is wrong its run shows, with the line."""
    source = _with_module(request.program, language)
    options = CompileOptions(limits=compile_limits(request.compilers, runner.ceilings), unchecked=True)
    compiled = announced(
        emit, request.id, language.id, lambda: runner.compile(request.tenant, source, language, options)
    )
    if not compiled.report.ok:
        log = " | ".join(line.strip() for line in compiled.report.log.splitlines()[:10] if line.strip())
        raise Broken(ProgramFault(f"the judge program does not compile: {log}"[:_MESSAGE_CHARS_MAX]))
    return compiled


def _with_module(source: ProgramSource, language: LanguageSpec) -> ProgramSource:
    """Python finds what it imports beside its main file."""
    if language.family != "python":
        return source
    if any(file.name == MODULE for file in source.sources):
        raise WorkError(f"the name {MODULE} is the service's own", "program.sources")
    module = SourceFile(name=MODULE, content=(_GUEST / MODULE).read_bytes())
    main = source.main or source.sources[0].name
    if "." not in main:  # a lone text, which only the language makes a source file
        files = tuple(
            msgspec.structs.replace(file, name=f"{main}.py") if file.name == main else file for file in source.sources
        )
        source, main = msgspec.structs.replace(source, sources=files), f"{main}.py"
    return msgspec.structs.replace(source, sources=(*source.sources, module), main=main)


def own_limits(quotas: ProgramQuotas, language: LanguageSpec) -> Limits:
    """Of the judge program itself. Its clocks stand still while the director works for it. Raises WorkError for a quota
    with which nothing can run."""
    for name in _NEEDED:
        if not getattr(quotas, name):
            raise WorkError("must be at least 1, not 0", f"quotas.{name}")
    return msgspec.structs.replace(
        with_minima(Limits(), language),
        cpu_time_ns=quotas.own_cpu_time_ns,
        cpu_time_hard_ns=quotas.own_cpu_time_ns,
        wall_time_ns=wall_limit_ns(quotas.own_cpu_time_ns),
        idle_time_ns=IDLE_NS,
        memory_bytes=quotas.own_memory_bytes,
        processes=quotas.own_processes,
        stdout_bytes=LOG_BYTES,
        stderr_bytes=LOG_BYTES,
    )


def _files(stack: ExitStack, runner: Runner, request: ProgramRequest, compiled: Compiled) -> dict[str, Content]:
    given: dict[str, Content] = {
        name: _opened(stack, runner, request.tenant, place) for name, place in request.beside.items()
    }
    return dict(merged(GivenFiles(dict(data_files(compiled))), GivenFiles(given, where="beside")))


def _opened(stack: ExitStack, runner: Runner, tenant: str, place: Place) -> Content:
    if not isinstance(place, Path) and not place.blob:
        return place.content
    fd = runner.judge.data.open(str(place)) if isinstance(place, Path) else runner.blobs.open(tenant, place.blob)
    stack.callback(os.close, fd)
    return fd


# --- how it ended -----------------------------------------------------------------------------------------


def fault_of_end(own: OwnRun, result: RunResult, stderr: bytes, last_line: int) -> ProgramFault:
    """Why a judge program that is over without a verdict is at fault. ``last_line``: where its last call stands."""
    found = _last_place(own, stderr)
    file, line = found or ("", last_line)
    if result.outcome is Outcome.EXITED and found and b"Error" in stderr:
        message = stderr.strip().rsplit(b"\n", 1)[-1]
        return ProgramFault(safe_text(message, _MESSAGE_CHARS_MAX), line, file)
    if result.ok:
        words = "ended without a verdict: finish() was never called"
    elif result.outcome is Outcome.CANCELLED:
        words = "closed its way to the director and went on"
    elif result.outcome is Outcome.IDLE_LIMIT:
        words = f"neither computed nor asked for anything for {IDLE_NS // S_NS} s"
    else:
        words = ending_of_run(result, None) or result.cause
    return ProgramFault(f"the judge program {words}", line, file)


def reason_of(fault: ProgramFault) -> str:
    """One line for the report."""
    place = ""
    if fault.line:
        place = f"{fault.file or 'judge program'}:{fault.line}: "
    return f"{place}{fault.message}"


def log_of(own: OwnRun, stdout: bytes, stderr: bytes, trace: str) -> str:
    """What it printed, and with its failure has said, for its author."""
    said = trace.encode("utf-8", "replace")
    if said.strip() in stderr:
        said = b""
    texts = (stdout[:_LOG_SHOWN_BYTES], stderr[-_LOG_SHOWN_BYTES:], said[-_LOG_SHOWN_BYTES:])
    return own.compiled.in_own_names(
        "\n".join(safe_text(text, _LOG_SHOWN_BYTES).rstrip("\n") for text in texts if text.strip())
    )


def _last_place(own: OwnRun, stderr: bytes) -> tuple[str, int] | None:
    """The innermost place in the program's own files, of the last traceback that it wrote: there the last one, in what
    a signal made it write the first one."""
    at_signal = stderr.rfind(b"most recent call first")
    places = [
        (own.compiled.in_own_names(os.path.basename(os.fsdecode(name))), int(line))
        for name, line in _PLACE.findall(stderr[max(at_signal, 0) :])
        if b"/artifact/" in name and not name.endswith(MODULE.encode())
    ]
    if not places:
        return None
    file, line = places[0] if at_signal >= 0 else places[-1]
    return safe_text(file.encode("utf-8", "replace"), 200), line
