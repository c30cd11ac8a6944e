"""Runs what a client of Jobe asks for: compiled where it must be, in one work, and run in another.

Each command runs in the sandbox, in a /work of its own that has the client's files; what a compiler leaves there goes
to the run as the tenant's blobs. Languages that Jobe does not have are compiled and run as for any client of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import msgspec

from judge.config import Settings
from judge.gateway.dialects.common.aside import aside
from judge.gateway.dialects.common.outcome import End, Ended, ended
from judge.gateway.dialects.common.programs import Programs
from judge.gateway.dialects.common.work import HandedIn, Order, content_of, run
from judge.gateway.dialects.jobe.limits import Ceilings, limits_of
from judge.gateway.dialects.jobe.native import execution_of
from judge.gateway.dialects.jobe.outcome import JobeResult, compile_failure, overload, result_of
from judge.gateway.dialects.jobe.recipes import Recipe, Stage, command_line
from judge.gateway.dialects.jobe.run_spec import JobeError, RunSpec
from judge.gateway.endpoint import Asked
from judge.gateway.service import Service
from judge.model.work import Command, CommandGroup, Data, Execution, InputFile, RequestedLimits
from judge.model.work_report import CommandGroupReport, ExecutionReport, KeptFile, RunReport

NAME = "jobe"

#: What was compiled, of each gateway: CodeRunner sends a program again for each of its tests.
_PROGRAMS: WeakKeyDictionary[Service, Programs] = WeakKeyDictionary()


def ceilings_of(settings: Settings) -> Ceilings:
    """What no client gets more of."""
    return Ceilings(
        cputime_s=min(settings.jobe.cputime_s_max, settings.limits.time_s_max),
        memory_bytes=min(settings.jobe.memory_bytes_max, settings.limits.memory_bytes_max),
        output_bytes=settings.limits.output_bytes_max,
    )


async def run_as_ours(asked: Asked, spec: RunSpec, language: str, files: tuple[InputFile, ...]) -> JobeResult:
    """The answer for a language that Jobe does not have. Raises as :meth:`JobeRun.result`."""
    task = execution_of(spec, language, files, ceilings_of(asked.service.settings))
    handed_in = await run(asked, task, Order(dialect=NAME, language=language))
    report = handed_in.report
    if not isinstance(report, ExecutionReport):
        return overload()
    how = ended(report)
    if how.end is End.COMPILATION and report.compile is not None:
        return compile_failure(handed_in.id, report.compile.log.encode() or b"it does not compile\n")
    if how.end is End.CLIENT:
        raise _refused(how)
    stdout, stderr = await _outputs(asked, how.run)
    strict = asked.service.settings.jobe.exit_code_fails
    size_bytes = len(stdout) + len(stderr)
    return await aside(size_bytes, result_of, handed_in.id, how, stdout, stderr, exit_code_fails=strict)


class JobeRun:
    """One run. ``files`` are the client's, the source among them, which is called ``name``."""

    def __init__(self, asked: Asked, spec: RunSpec, recipe: Recipe, files: Sequence[InputFile], name: str) -> None:
        self._asked = asked
        self._spec = spec
        self._recipe = recipe
        self._files = tuple(files)
        self._name = name
        self._ceilings = ceilings_of(asked.service.settings)

    async def result(self) -> JobeResult:
        """The answer. Raises JobeError, and what :func:`~judge.gateway.dialects.common.work.run` raises."""
        if self._recipe.stage is Stage.COMPILE or (self._recipe.stage is Stage.CHECK and self._is_special()):
            done = await self._compiled_and_run()
        else:
            done = await self._run(())
        if isinstance(done, JobeResult):
            return done
        handed_in, report = done
        how = ended(report)
        stdout, stderr = await _outputs(self._asked, how.run)
        if self._may_be_no_program(how, stdout):
            found = await self._compiled(self._compiling())
            if isinstance(found, JobeResult):
                return found
        stderr = self._recipe.stderr(stderr)
        strict = self._asked.service.settings.jobe.exit_code_fails
        size_bytes = len(stdout) + len(stderr)
        return await aside(size_bytes, result_of, handed_in.id, how, stdout, stderr, exit_code_fails=strict)

    def _is_special(self) -> bool:
        """Whether it is not plainly the program that is run: then nothing is known of it from its run."""
        return "interpreterargs" in self._spec.parameters

    def _may_be_no_program(self, how: Ended, stdout: bytes) -> bool:
        """Whether a run may have failed because its sources are no program: then it has done nothing."""
        if self._recipe.stage is not Stage.CHECK or self._is_special() or how.end is not End.EXIT:
            return False
        return self._recipe.errors_on_stdout or not stdout

    async def _compiled_and_run(self) -> JobeResult | tuple[HandedIn, ExecutionReport]:
        command = self._compiling()
        key, programs = await self._key(command), _PROGRAMS.setdefault(self._asked.service, Programs())
        known = programs.get(key)
        if known is not None:
            try:
                return await self._run(self._made(known))
            except JobeError as error:
                if error.status != 404:
                    raise
                programs.forget(key)  # its time as blobs is over
        found = await self._compiled(command)
        if isinstance(found, JobeResult):
            return found
        programs.put(key, found)
        return await self._run(self._made(found))

    def _made(self, blobs: Mapping[str, str]) -> tuple[InputFile, ...]:
        executable = self._recipe.executable(self._name)
        return tuple(
            InputFile(name=name, data=Data(blob=blob), executable=name == executable) for name, blob in blobs.items()
        )

    def _compiling(self) -> Command:
        assert self._recipe.first is not None
        return Command(
            argv=command_line(self._recipe.first(self._spec, self._name)),
            language=self._recipe.language,
            files=self._files,
            limits=self._limits(compiling=True),
            compiling=True,
            keep=self._recipe.keep(self._name),
        )

    async def _key(self, command: Command) -> str:
        """What decides what is compiled, by which compiler, and whose it is."""
        cards = (await self._asked.service.languages.current()).cards
        versions = next((card.versions for card in cards if card.id == self._recipe.language), ())
        return hashlib.sha256(msgspec.json.encode((self._asked.caller.tenant, versions, command))).hexdigest()

    async def _compiled(self, command: Command) -> JobeResult | dict[str, str]:
        """What the compiler leaves, blobs by their names, or the answer that says why it leaves nothing."""
        handed_in = await run(self._asked, CommandGroup(commands=(command,)), self._order())
        report = handed_in.report
        if not isinstance(report, CommandGroupReport):
            return overload()
        how = ended(report)
        if how.end is End.CLIENT:
            raise _refused(how)
        if how.end is End.JUDGE:
            return result_of(handed_in.id, how, b"", b"")
        compiler = report.commands[0]
        said = await self._complaints(compiler)
        if said:
            return compile_failure(handed_in.id, said)
        return {file.name: file.blob for file in compiler.files}

    async def _complaints(self, compiler: RunReport) -> bytes:
        """What the compiler complains of; empty = the program can be run."""
        stdout, stderr = await _outputs(self._asked, compiler)
        executable, errors_in = self._recipe.executable(self._name), self._recipe.errors_in(self._name)
        is_there = not executable or any(file.name == executable for file in compiler.files)
        if errors_in:
            stderr = b"" if is_there else await self._content(compiler.files, errors_in) or stdout + stderr
        if stderr and self._recipe.stage is Stage.CHECK and stdout:
            stderr = stdout + b"\n" + stderr
        if not stderr and not (compiler.result.ok and is_there):
            stderr = (compiler.result.cause or "the compiler left no program").encode() + b"\n"
        return stderr

    async def _content(self, files: Sequence[KeptFile], name: str) -> bytes:
        blob = next((file.blob for file in files if file.name == name), "")
        if not blob:
            return b""
        return await self._asked.service.client.get_blob(blob, tenant=self._asked.caller.tenant)

    async def _run(self, made: Sequence[InputFile]) -> JobeResult | tuple[HandedIn, ExecutionReport]:
        files = {file.name: file for file in (*self._files, *made)}
        task = Execution(
            argv=command_line(self._recipe.run(self._spec, self._name)),
            stdin=Data(content=self._spec.input.encode()),
            files=tuple(files.values()),
            limits=self._limits(),
        )
        handed_in = await run(self._asked, task, self._order())
        if not isinstance(handed_in.report, ExecutionReport):
            return overload()
        how = ended(handed_in.report)
        if how.end is End.CLIENT:
            raise _refused(how)
        return handed_in, handed_in.report

    def _limits(self, *, compiling: bool = False) -> RequestedLimits:
        return limits_of(self._spec, self._recipe, self._ceilings, compiling=compiling)

    def _order(self) -> Order:
        return Order(dialect=NAME, language=self._recipe.language)


async def _outputs(asked: Asked, report: RunReport | None) -> tuple[bytes, bytes]:
    if report is None:
        return b"", b""
    return await content_of(asked, report.stdout), await content_of(asked, report.stderr)


def _refused(how: Ended) -> JobeError:
    """What cannot be run as it was asked for; a file may have gone since it was looked for."""
    missing = "blob" in how.reason
    return JobeError(404 if missing else 400, MISSING if missing else how.reason)


#: On it a client sends its files and asks again.
MISSING = "One or more of the specified files is missing/unavailable"
