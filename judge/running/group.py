"""Command groups: up to sixteen commands at once, each in a container of its own, joined by pipes in any shape.

What a client may ask for is checked before anything runs; a refusal names the field. Who reads and writes what is for
:mod:`judge.sandbox.conversation`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec

from judge.errors import CancelledError, WorkError
from judge.model.group import COMMANDS_MAX, Endpoint, Pipe
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.work import Command, CommandGroup, Data, Work
from judge.model.work_report import BlameOn, CommandGroupReport, CommandReport, PipeReport
from judge.package.ceilings import Ceilings
from judge.running.inputs import (
    OpenFiles,
    blamed_on_files,
    check_command_line,
    checked_environment,
    checked_globs,
    checked_words,
    open_files,
    size_of,
    standard_input,
    with_absolute_path,
    within,
)
from judge.running.limits import compile_limits, run_limits
from judge.running.outputs import collect_kept, kept_files
from judge.running.runner import INLINE_BYTES_MAX, Runner
from judge.running.taken import (
    alias_of,
    check_blob_name,
    check_links,
    check_wanted,
    check_work_path,
    stream_of,
    taken_files,
    wanted_of,
)
from judge.sandbox.capture import Capture, Completed, memfd_of
from judge.sandbox.container import run_together
from judge.sandbox.conversation import Conversed, End, Link, Participant, Passing
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.toolchain.compile import COMPILE_POLICY, JUDGE_ENVIRONMENT, with_environment
from judge.toolchain.definitions import language_limits, run_environment
from judge.toolchain.work_files import with_disk_room
from judge.verdicts import reason_of_run

DESCRIPTORS = range(20)
STANDARD = range(3)


class Record:
    """What went through a pipe, up to a limit."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._kept = bytearray()  # the first bytes; never longer than the limit
        self._is_cut = False  # more came than fits

    def note(self, data: bytes) -> None:
        """This went through."""
        room_bytes = self._bytes_max - len(self._kept)
        self._kept += data[:room_bytes]
        self._is_cut = self._is_cut or len(data) > room_bytes

    def capture(self) -> Capture:
        """What is kept."""
        return Capture(bytes(self._kept), truncated=self._is_cut)


@dataclass(frozen=True)
class _Ready:
    """A command that was checked, and what its container is."""

    container: ContainerSpec
    participant: Participant


def run_group(runner: Runner, work: Work, group: CommandGroup) -> CommandGroupReport:
    """Run all commands; blocks until the last is over. Raises WorkError for what cannot be, LanguageError,
    BlobStoreError, CancelledError, InfrastructureError."""
    check_group(group, runner.ceilings)
    limits = limits_of(group, runner.ceilings)
    records = [Record(pipe.record_bytes_max) for pipe in group.pipes]
    links = [_link(pipe, limits, record) for pipe, record in zip(group.pipes, records, strict=True)]
    with ExitStack() as stack:
        ready = []
        for index, command in enumerate(group.commands):
            with within(f"commands[{index}]"):
                ready.append(_ready(stack, runner, work.header.tenant, command, limits[index], len(group.commands)))
        _check_sizes(ready, runner.ceilings)
        containers = [stack.enter_context(runner.slot.container(one.container)) for one in ready]
        with within("commands"), blamed_on_files():
            done = run_together(containers, [one.participant for one in ready], links)
        for completed in done.completed:
            for capture in completed.captures():
                stack.callback(capture.close)
        if any(one.result.outcome is Outcome.CANCELLED for one in done.completed):
            raise CancelledError(f"{work.header.id}: cancelled")
        return _report(runner, work, group, done, records)


# --- what may be asked for --------------------------------------------------------------------------------


def check_group(group: CommandGroup, ceilings: Ceilings) -> None:
    """Refuse what needs no look at anything else. Raises WorkError naming the field."""
    if not group.commands:
        raise WorkError("at least one command is needed", "commands")
    if len(group.commands) > COMMANDS_MAX:
        raise WorkError(f"{len(group.commands)} commands; at most {COMMANDS_MAX} are taken", "commands")
    for index, command in enumerate(group.commands):
        with within(f"commands[{index}]"):
            _check_command(command, ceilings)
    files = sum(len(command.files) for command in group.commands)
    if files > ceilings.case_files:
        raise WorkError(f"{files} files in all; at most {ceilings.case_files} are taken", "commands")
    _check_pipes(group, ceilings)


def _check_command(command: Command, ceilings: Ceilings) -> None:
    if not command.argv:
        raise WorkError("a command has at least one word", "argv")
    checked_words(command.argv, "argv")
    check_work_path(command.work_path)
    with_absolute_path(command.argv, command.files, work_path=command.work_path)
    checked_environment(command.environment, ())
    checked_globs(command.keep)
    check_links(command.links)
    check_wanted(command.wanted, ceilings)
    check_blob_name(command.stdout_blob, "stdout_blob")
    check_blob_name(command.stderr_blob, "stderr_blob")
    _check_streams(command, ceilings)


def _check_streams(command: Command, ceilings: Ceilings) -> None:
    """Those beside the standard ones."""
    used: set[int] = set()
    places = [(one.descriptor, f"inputs[{index}].descriptor") for index, one in enumerate(command.inputs)]
    places += [(one.descriptor, f"outputs[{index}].descriptor") for index, one in enumerate(command.outputs)]
    for descriptor, field in places:
        if descriptor not in DESCRIPTORS or descriptor in STANDARD:
            raise WorkError(f"must be {len(STANDARD)} to {DESCRIPTORS[-1]}, not {descriptor}", field)
        if descriptor in used:
            raise WorkError(f"descriptor {descriptor} is given twice", field)
        used.add(descriptor)
    for index, output in enumerate(command.outputs):
        check_blob_name(output.blob, f"outputs[{index}].blob")
        if not 0 < output.bytes_max <= ceilings.output_bytes:
            raise WorkError(
                f"must be 1 to {ceilings.output_bytes}, the operator's ceiling", f"outputs[{index}].bytes_max"
            )


def _check_pipes(group: CommandGroup, ceilings: Ceilings) -> None:
    used: set[Endpoint] = set()
    for number, command in enumerate(group.commands):
        used |= {Endpoint(command=number, descriptor=one.descriptor) for one in command.inputs}
        used |= {Endpoint(command=number, descriptor=one.descriptor) for one in command.outputs}
    for index, pipe in enumerate(group.pipes):
        place = f"pipes[{index}]"
        for name, end in (("source", pipe.source), ("target", pipe.target)):
            _check_end(group, end, f"{place}.{name}")
            if end in used:
                raise WorkError(
                    f"descriptor {end.descriptor} of command {end.command} is already joined to something",
                    f"{place}.{name}.descriptor",
                )
            used.add(end)
        _check_ways(group, pipe, place)
        check_blob_name(pipe.record_blob, f"{place}.record_blob")
        for name in ("record_bytes_max", "limit_bytes"):
            if not 0 <= getattr(pipe, name) <= ceilings.output_bytes:
                raise WorkError(f"must be 0 to {ceilings.output_bytes}, the operator's ceiling", f"{place}.{name}")
    recorded_bytes = sum(pipe.record_bytes_max for pipe in group.pipes)
    if recorded_bytes > ceilings.output_bytes:
        raise WorkError(
            f"record_bytes_max is {recorded_bytes} in all; at most {ceilings.output_bytes} are taken", "pipes"
        )


def _check_end(group: CommandGroup, end: Endpoint, field: str) -> None:
    if not 0 <= end.command < len(group.commands):
        raise WorkError(f"there is no command {end.command}", f"{field}.command")
    if end.descriptor not in DESCRIPTORS:
        raise WorkError(f"must be {DESCRIPTORS[0]} to {DESCRIPTORS[-1]}, not {end.descriptor}", f"{field}.descriptor")


def _check_ways(group: CommandGroup, pipe: Pipe, place: str) -> None:
    """Which way a pipe leads, and that nothing else leads there."""
    source, target = pipe.source, pipe.target
    if source.command == target.command:
        raise WorkError("a cyclic pipe: it leads from a command to the same command", place)
    if source.descriptor == 0:
        raise WorkError("standard input is read, not written", f"{place}.source.descriptor")
    if target.descriptor in (1, 2):
        raise WorkError("standard output and error are written, not read", f"{place}.target.descriptor")
    if source.descriptor == 2 and group.commands[source.command].merge_stderr:
        raise WorkError(
            f"standard error of command {source.command} goes where its standard output goes",
            f"{place}.source.descriptor",
        )
    stdin = group.commands[target.command].stdin
    if target.descriptor == 0 and (stdin.content or stdin.blob):
        raise WorkError("standard input comes from a pipe", f"commands[{target.command}].stdin")


def limits_of(group: CommandGroup, ceilings: Ceilings) -> list[Limits]:
    """Of each command. What the operator lets one run have in memory, and be kept of it, is for all of them together:
    who asks for nothing gets at most an equal share. Raises WorkError naming the field."""
    limits: list[Limits] = []
    count = len(group.commands)
    most = {
        "memory_bytes": ceilings.memory_bytes,
        "stdout_bytes": ceilings.output_bytes,
        "stderr_bytes": ceilings.output_bytes,
    }
    for index, command in enumerate(group.commands):
        asked = command.limits
        given = (compile_limits if command.compiling else run_limits)(asked, ceilings, f"commands[{index}].limits")
        shares = {
            name: min(getattr(given, name), amount // count)
            for name, amount in most.items()
            if not getattr(asked, name)
        }
        limits.append(msgspec.structs.replace(given, **shares))
    beside = sum(one.bytes_max for command in group.commands for one in command.outputs)
    if beside > ceilings.output_bytes:
        raise WorkError(f"outputs are {beside} bytes in all; at most {ceilings.output_bytes} are kept", "commands")
    for name, amount in most.items():
        total = sum(getattr(one, name) for one in limits)
        if total > amount:
            raise WorkError(f"{name} is {total} in all; at most {amount}, the operator's ceiling", "commands")
    return limits


def _check_sizes(ready: Sequence[_Ready], ceilings: Ceilings) -> None:
    """Files of all commands together are bounded as those of one run are. Raises WorkError."""
    size_bytes = sum(size_of(content) for one in ready for content in one.participant.files.values())
    if size_bytes > ceilings.case_files_bytes:
        raise WorkError(f"files of {size_bytes} bytes in all; at most {ceilings.case_files_bytes}", "commands")


# --- how it is run ----------------------------------------------------------------------------------------


def _ready(stack: ExitStack, runner: Runner, tenant: str, command: Command, limits: Limits, commands: int) -> _Ready:
    """``commands``: how many there are; ``stack`` closes what is opened. Raises WorkError, LanguageError,
    BlobStoreError."""
    language = runner.language_named(command.language, "language") if command.language else None
    own: dict[str, str] = {}
    if language is not None and command.compiling:
        own = dict(language.compile_env)
    elif language is not None:
        limits = language_limits(language, limits)
        own = run_environment(language, limits)
    stdin = standard_input(stack, runner, tenant, command.stdin)
    files = open_files(stack, runner, tenant, command.files, {})
    limits = with_disk_room(limits, *files.room)
    output_bytes = runner.ceilings.output_bytes // commands
    collect = collect_kept(command.keep, output_bytes, commands)
    home = {"HOME": command.work_path}
    spec = RunSpec(
        argv=with_absolute_path(command.argv, command.files, work_path=command.work_path),
        limits=limits,
        cwd=command.work_path,
        collect=msgspec.structs.replace(
            collect, wanted=wanted_of(command.wanted, runner.ceilings), wanted_bytes_max=output_bytes
        ),
        merge_stderr=command.merge_stderr,
    )
    spec = with_environment(spec, JUDGE_ENVIRONMENT | home | own | command.environment)
    check_command_line(spec, "argv")
    root = (runner.toolchain(language) if language is not None else runner.toolchain_with(spec.argv[0])).rootfs
    policy = COMPILE_POLICY if command.compiling else "default"
    container = ContainerSpec.under(root, limits, policy=policy, work_alias=alias_of(command.work_path))
    fds = {
        one.descriptor: _input_fd(stack, runner, tenant, one.data, f"inputs[{index}].data")
        for index, one in enumerate(command.inputs)
    }
    return _Ready(container, _participant(command, spec, stdin, files, fds))


def _input_fd(stack: ExitStack, runner: Runner, tenant: str, data: Data, field: str) -> int:
    content = standard_input(stack, runner, tenant, data, field)
    if isinstance(content, int):
        return content
    fd = memfd_of(content)
    stack.callback(os.close, fd)
    return fd


def _participant(
    command: Command, spec: RunSpec, stdin: bytes | int, files: OpenFiles, fds: dict[int, int]
) -> Participant:
    return Participant(
        spec,
        files.contents,
        fds=fds,
        executables=(*files.executables, spec.argv[0].removeprefix(f"{command.work_path}/")),
        stdin=None if stdin == b"" else stdin,
        links=[(link.name, link.target) for link in command.links],
        outputs={one.descriptor: one.bytes_max for one in command.outputs},
    )


def _link(pipe: Pipe, limits: Sequence[Limits], record: Record) -> Link:
    source, target = (End(end.command, end.descriptor) for end in (pipe.source, pipe.target))
    if not (pipe.record_bytes_max or pipe.limit_bytes or pipe.swallow):
        return Link(source, target)
    mine = limits[source.program]
    passing = Passing(
        limit_bytes=pipe.limit_bytes or (mine.stderr_bytes if source.descriptor == 2 else mine.stdout_bytes),
        breaks=not pipe.swallow,
        hear=record.note if pipe.record_bytes_max else None,
    )
    return Link(source, target, passing)


# --- what came of it --------------------------------------------------------------------------------------


def _report(
    runner: Runner, work: Work, group: CommandGroup, done: Conversed, records: Sequence[Record]
) -> CommandGroupReport:
    header = work.header
    failed = next((index for index, one in enumerate(done.completed) if not one.result.ok), None)
    return CommandGroupReport(
        id=header.id,
        language=header.language,
        tenant=header.tenant,
        context=header.context,
        blame=BlameOn.NONE if failed is None else BlameOn.PROGRAM,
        reason="" if failed is None else f"command {failed}: {reason_of_run(done.completed[failed].result)}",
        commands=tuple(_command_reports(runner, header.tenant, group, done.completed)),
        pipes=tuple(
            PipeReport(
                size_bytes=size_bytes,
                record=stream_of(
                    runner, header.tenant, record.capture(), pipe.record_blob, INLINE_BYTES_MAX // len(records)
                ),
            )
            for size_bytes, record, pipe in zip(done.passed_bytes, records, group.pipes, strict=True)
        ),
    )


def _command_reports(
    runner: Runner, tenant: str, group: CommandGroup, completed: Sequence[Completed]
) -> Iterator[CommandReport]:
    inline_bytes_max = INLINE_BYTES_MAX // len(completed)
    for index, (command, one) in enumerate(zip(group.commands, completed, strict=True)):
        with within(f"commands[{index}]"):
            kept = kept_files(runner, tenant, one.files)
            yield CommandReport(
                result=one.result,
                stdout=stream_of(runner, tenant, one.stdout, command.stdout_blob, inline_bytes_max),
                stderr=stream_of(runner, tenant, one.stderr, command.stderr_blob, inline_bytes_max),
                files=kept.files,
                files_passed_over=one.passed_over + kept.passed_over,
                outputs=tuple(
                    stream_of(runner, tenant, one.others[output.descriptor], output.blob, inline_bytes_max)
                    for output in command.outputs
                ),
                taken=tuple(taken_files(runner, tenant, command.wanted, one.wanted, inline_bytes_max)),
            )
