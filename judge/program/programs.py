"""Programs that a judge program has compiled, and the containers in which they run, all in the slot of the work.

A program is compiled as every submission is: same roots, same store of artifacts, same limits and system-call policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import msgspec

from judge.errors import LanguageError, UnknownLanguage
from judge.grading.programs import data_files
from judge.grading.syntax import announced
from judge.model.event import Emit
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource
from judge.package.ceilings import Ceilings
from judge.program import calls
from judge.program.answers import Compiled as CompiledAnswer
from judge.program.quotas import Meter
from judge.program.refusals import Refusal
from judge.program.request import Allowed, ProgramRequest
from judge.running.limits import compile_limits, judged_limits
from judge.running.runner import Runner
from judge.sandbox.container import Container
from judge.sandbox.spec import ContainerSpec
from judge.toolchain.compile import Compiled, CompileOptions, Toolchain

#: Of containers, see :class:`ContainerSpec`: what may have seen judge answers never is a submission's later.
_USE = "setter"

#: Containers that are open at once, that of the judge program not counted; and those in which nothing runs.
_OPEN_MAX, _IDLE_MAX = 16, 8


@dataclass(frozen=True)
class Built:
    """A compiled program. ``allowed``: limits of its runs; ``data_files``: those that it finds in /work."""

    handle: int
    compiled: Compiled
    toolchain: Toolchain
    allowed: Allowed
    data_files: dict[str, bytes]
    is_submitted: bool  #: a submission, whatever lies beside it

    def limits(self, asked: calls.Limits, ceilings: Ceilings) -> Limits:
        """Of one run. Raises Refusal for more than there is, WorkError for more than the operator grants."""
        usual, most = self.allowed.usual, self.allowed.most
        amounts: dict[str, int] = {}
        for name in asked.__struct_fields__:
            amount, bound = getattr(asked, name), getattr(most, name) or getattr(usual, name)
            if amount < 0:
                raise Refusal(f"limits.{name} must not be negative")
            if bound and amount > bound:
                raise Refusal(f"limits.{name}: {amount} is more than such a program is granted, {bound}")
            if amount:
                amounts[name] = amount
        wanted = msgspec.structs.replace(usual, **amounts)
        return judged_limits(wanted, ceilings, self.compiled.language)


class Programs:
    """All programs of one judge program; of the slot's thread. Close it when done."""

    def __init__(self, runner: Runner, request: ProgramRequest, meter: Meter, emit: Emit) -> None:
        self._runner = runner
        self._request = request
        self._meter = meter
        self._emit = emit
        self._built: dict[int, Built] = {}
        self._idle: list[_Open] = []  # the one used last at the end; at most _IDLE_MAX
        self._busy = 0  # containers that are open besides; with those that are idle at most _OPEN_MAX
        self._stack = ExitStack()  # closes every container that is open

    def get(self, handle: int) -> Built:
        """Raises Refusal."""
        built = self._built.get(handle)
        if built is None:
            raise Refusal(f"there is no program {handle}")
        return built

    def compile(self, call: calls.Compile, files: tuple[SourceFile, ...]) -> CompiledAnswer:
        """Raises Refusal, WorkError, LanguageError, InfrastructureError."""
        self._meter.program()
        self._meter.cpu_left_ns()
        source, allowed = self._source(call, files)
        language = self._language_of(source, call)
        options = CompileOptions(limits=self._compile_limits())
        compiled = announced(
            self._emit,
            self._request.id,
            language.id,
            lambda: self._runner.compile(self._request.tenant, source, language, options),
        )
        report = compiled.report
        if report.run is not None and not report.cached:
            self._meter.used_cpu(report.run.usage.cpu_time_ns)
        handle = self._add(compiled, allowed, is_submitted=call.submission >= 0) if report.ok else 0
        return CompiledAnswer(program=handle, language=language.id, log=report.log, cached=report.cached)

    def _compile_limits(self) -> Limits:
        limits = compile_limits(self._request.compilers, self._runner.ceilings)
        left_ns = min(limits.cpu_time_ns, self._meter.cpu_left_ns())
        return msgspec.structs.replace(limits, cpu_time_ns=left_ns, cpu_time_hard_ns=left_ns)

    def _source(self, call: calls.Compile, files: tuple[SourceFile, ...]) -> tuple[ProgramSource, Allowed]:
        """What is compiled, and what it may use."""
        arguments = call.arguments
        if call.submission < 0:
            if not files:
                raise Refusal("there is nothing to compile: files, or the number of a submission, are needed")
            source = ProgramSource(sources=files, language=call.language, main=call.main, compiler_arguments=arguments)
            return source, self._request.own
        if call.submission >= len(self._request.submissions):
            raise Refusal(f"there is no submission {call.submission}")
        own = self._request.submissions[call.submission].program
        taken = {file.name for file in files}
        source = msgspec.structs.replace(
            own,
            sources=(*(file for file in own.sources if file.name not in taken), *files),
            language=call.language or own.language,
            main=call.main or own.main,
            compiler_arguments=arguments or own.compiler_arguments,
        )
        return source, self._request.submitted

    def _language_of(self, source: ProgramSource, call: calls.Compile) -> LanguageSpec:
        """Raises Refusal for a language that is none, and for one that only the judge program has named and this
        machine lacks; LanguageError where it is a submission's."""
        try:
            return self._runner.language_of(source)
        except LanguageError as error:
            if call.submission >= 0 and not call.language and not isinstance(error, UnknownLanguage):
                raise
            raise Refusal(f"language: {error}") from error

    def _add(self, compiled: Compiled, allowed: Allowed, *, is_submitted: bool) -> int:
        handle = len(self._built) + 1
        toolchain = self._runner.toolchain(compiled.language)
        files = dict(data_files(compiled))
        self._built[handle] = Built(handle, compiled, toolchain, allowed, files, is_submitted)
        return handle

    # -- containers -------------------------------------------------------------------------------------------

    def open(self, built: Built, limits: Limits) -> _Open:
        """A container of its own for one run under these limits; give it :meth:`back`, or :meth:`_Open.close` it.

        Raises SandboxError, InfrastructureError."""
        spec = ContainerSpec.under(
            built.toolchain.rootfs,
            limits,
            artifact=str(built.compiled.artifact),
            fresh_each_run=self._runner.judge.options.fresh_containers,
        )
        if not built.is_submitted:
            spec = msgspec.structs.replace(spec, use=_USE)
        for index in range(len(self._idle) - 1, -1, -1):
            if self._idle[index].spec == spec:
                self._busy += 1
                return self._idle.pop(index)
        while self._idle and self._busy + len(self._idle) >= _OPEN_MAX:
            self._idle.pop(0).close()
        stack = ExitStack()
        container = stack.enter_context(self._runner.slot.container(spec))
        self._stack.callback(stack.close)
        self._busy += 1
        return _Open(spec, container, stack.close)

    @contextmanager
    def opened(self, built: Built, limits: Limits) -> Iterator[Container]:
        """The same for a while."""
        opened = self.open(built, limits)
        try:
            yield opened.container
        finally:
            self.back(opened)

    def back(self, opened: _Open) -> None:
        """Nothing runs in it."""
        self._busy -= 1
        self._idle.append(opened)
        if len(self._idle) > _IDLE_MAX:
            self._idle.pop(0).close()

    def close(self) -> None:
        """Close all containers. Idempotent."""
        self._idle.clear()
        self._stack.close()


@dataclass(frozen=True)
class _Open:
    """An open container. ``close`` is idempotent."""

    spec: ContainerSpec
    container: Container
    close: Callable[[], None]
