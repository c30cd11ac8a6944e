"""From a command group's report to go-judge's results. Pure; what lies in blobs is given."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from judge.gateway.dialects.common.outcome import End, end_of_result
from judge.gateway.dialects.gojudge.plan import Collector, CommandPlan, Plan
from judge.model.run import RunResult, Usage
from judge.model.work_report import CommandGroupReport, CommandReport, Missing, Output, TakenFile

#: What a kernel sends for a system call that is not allowed.
_SIGSYS = 31

#: What Python makes of bytes that are no UTF-8, and Go does.
_REPLACED = dict.fromkeys(range(0xDC80, 0xDD00), "\ufffd")
#: Other threads may go on after so much.
_PIECE_BYTES = 1 << 18


class Status(StrEnum):
    """The words that are sent. Clients know others, and some take what they do not know for success: a refused system
    call is told as the signal that it is, "Dangerous Syscall" never."""

    ACCEPTED = "Accepted"
    MEMORY = "Memory Limit Exceeded"
    TIME = "Time Limit Exceeded"
    OUTPUT = "Output Limit Exceeded"
    FILE = "File Error"
    NONZERO = "Nonzero Exit Status"
    SIGNALLED = "Signalled"
    INTERNAL = "Internal Error"


class FileError(msgspec.Struct, frozen=True):
    """Why a file is not there."""

    name: str
    type: str
    message: str


class Result(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One command's. What may be left out is left out when it is empty."""

    status: Status
    exit_status: int = 0
    error: str | msgspec.UnsetType = msgspec.UNSET
    time: int = 0
    memory: int = 0
    run_time: int = 0
    proc_peak: int | msgspec.UnsetType = msgspec.UNSET
    files: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    file_ids: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    file_error: tuple[FileError, ...] | msgspec.UnsetType = msgspec.UNSET


_STATUS = {
    End.OK: Status.ACCEPTED,
    End.EXIT: Status.NONZERO,
    End.SIGNAL: Status.SIGNALLED,
    End.CPU: Status.TIME,
    End.WALL: Status.TIME,
    End.MEMORY: Status.MEMORY,
    End.OUTPUT: Status.OUTPUT,
    End.REFUSED_CALL: Status.SIGNALLED,
    End.CANCELLED: Status.SIGNALLED,
}

_FILE_ERRORS = {
    Missing.ABSENT: ("CopyOutOpen", "no such file or directory"),
    Missing.NO_FILE: ("CopyOutNotRegularFile", "not a regular file"),
    Missing.TOO_LARGE: ("CopyOutSizeExceeded", "its size exceeds the limit"),
    Missing.UNREADABLE: ("CopyOutOpen", "permission denied"),
    Missing.NOT_KEPT: ("CopyOutCreateFile", "no room for it"),
}


def contents_in(plan: Plan, report: CommandGroupReport) -> Iterator[Output]:
    """What of the report goes into the results' files."""
    for command, one in zip(plan.commands, report.commands, strict=True):
        for collector in command.collectors:
            if not collector.file_id:
                yield _output(collector, one, report)
        for copy in command.copy_out:
            if copy.wanted >= 0 and not copy.file_id:
                yield one.taken[copy.wanted].content


def within_room(plan: Plan, report: CommandGroupReport, room_bytes: int) -> CommandGroupReport:
    """The report without those streams and files that would make one answer larger than that, streams first: names cost
    a program nothing, many of them may be one file of holes, and each of 16 commands has 19 outputs."""
    room = _Room(room_bytes)
    for command, one in zip(plan.commands, report.commands, strict=True):
        report = _with_streams_in(room, command, one, report)
    commands = [_with_files_in(room, command, one) for command, one in zip(plan.commands, report.commands, strict=True)]
    return msgspec.structs.replace(report, commands=tuple(commands))


class _Room:
    """What is left for one answer."""

    def __init__(self, left_bytes: int) -> None:
        self._left_bytes = left_bytes

    def has(self, size_bytes: int) -> bool:
        """Whether that fits in; then there is as much less."""
        if size_bytes > max(self._left_bytes, 0):
            return False
        self._left_bytes -= size_bytes
        return True


def _with_streams_in(
    room: _Room, command: CommandPlan, one: CommandReport, report: CommandGroupReport
) -> CommandGroupReport:
    streams: dict[str, Output] = {}
    outputs, pipes = list(one.outputs), list(report.pipes)
    for collector in command.collectors:
        output = _output(collector, one, report)
        if collector.file_id or room.has(output.size_bytes):
            continue
        lost = Output(size_bytes=output.size_bytes, truncated=True)
        if collector.pipe >= 0:
            pipes[collector.pipe] = msgspec.structs.replace(pipes[collector.pipe], record=lost)
        elif collector.output >= 0:
            outputs[collector.output] = lost
        else:
            streams["stdout" if collector.descriptor == 1 else "stderr"] = lost
    bounded = msgspec.structs.replace(one, outputs=tuple(outputs), **streams)
    commands = tuple(bounded if each is one else each for each in report.commands)
    return msgspec.structs.replace(report, commands=commands, pipes=tuple(pipes))


def _with_files_in(room: _Room, command: CommandPlan, one: CommandReport) -> CommandReport:
    told = {copy.wanted for copy in command.copy_out if not copy.file_id}
    taken = list(one.taken)
    for index in sorted(told - {-1}):
        size_bytes = taken[index].content.size_bytes
        if not room.has(size_bytes):
            taken[index] = TakenFile(name=taken[index].name, missing=Missing.TOO_LARGE, size_bytes=size_bytes)
    return msgspec.structs.replace(one, taken=tuple(taken))


def results_of(plan: Plan, report: CommandGroupReport, contents: Mapping[str, bytes]) -> tuple[Result, ...]:
    """``contents``: of the blobs that :func:`contents_in` has, by their names."""
    return tuple(
        _result(command, one, report, contents) for command, one in zip(plan.commands, report.commands, strict=True)
    )


def lost_ids(plan: Plan, report: CommandGroupReport) -> Iterator[str]:
    """Of files that were to be kept, and are not there."""
    for command, one in zip(plan.commands, report.commands, strict=True):
        yield from (each.file_id for each in command.collectors if each.file_id and not _output(each, one, report).blob)
        yield from (each.file_id for each in command.copy_out if each.file_id and not _taken(each.wanted, one))


def failed_results(plan: Plan, status: Status, error: str) -> tuple[Result, ...]:
    """The same for all commands: none was run."""
    return tuple(Result(status=status, error=error) for _ in plan.commands)


def copy_in_results(plan: Plan) -> tuple[Result, ...]:
    """Of commands that are not run, because a file cannot lie in /w."""

    def one(command: CommandPlan) -> Result:
        if not command.copy_in_failed:
            return Result(status=Status.INTERNAL, error="another command's files could not be copied in")
        error = FileError(command.copy_in_failed, "CopyInCreateFile", "not below /w")
        return Result(
            status=Status.FILE, error=f"copyIn: {command.copy_in_failed!r} is not below /w", file_error=(error,)
        )

    return tuple(map(one, plan.commands))


def text_of(content: bytes) -> str:
    """As Go writes bytes into JSON: what is no UTF-8 is replaced, byte by byte. A large one takes a while."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        pieces = [
            decoder.decode(content[at : at + _PIECE_BYTES]).translate(_REPLACED)
            for at in range(0, len(content), _PIECE_BYTES)
        ]
        return "".join([*pieces, decoder.decode(b"", final=True).translate(_REPLACED)])


def _result(plan: CommandPlan, one: CommandReport, report: CommandGroupReport, contents: Mapping[str, bytes]) -> Result:
    files: dict[str, str] = {}
    ids: dict[str, str] = {}
    errors: list[FileError] = []
    for collector in plan.collectors:
        output = _output(collector, one, report)
        if collector.file_id and output.blob:
            ids[collector.name] = collector.file_id
        elif not collector.file_id:
            content = contents[output.blob] if output.blob else output.content
            files[collector.name] = text_of(content[: collector.bytes_max])
        if collector.descriptor is not None and output.truncated:
            errors.append(FileError(collector.name, "CollectSizeExceeded", Status.OUTPUT.value))
    missing: list[FileError] = []
    for copy in plan.copy_out:
        taken = one.taken[copy.wanted] if copy.wanted >= 0 else TakenFile(name=copy.name, missing=Missing.ABSENT)
        if taken.missing is not None:
            if not (copy.optional and taken.missing is Missing.ABSENT):
                missing.append(_file_error(copy.name, taken))
        elif copy.file_id:
            ids[copy.name] = copy.file_id
        else:
            output = taken.content
            files[copy.name] = text_of(contents[output.blob] if output.blob else output.content)
    return _finished(one.result, files, ids, errors, missing)


def _finished(
    run: RunResult, files: dict[str, str], ids: dict[str, str], errors: Sequence[FileError], missing: list[FileError]
) -> Result:
    status, exit_status, error = status_of(run)
    if status is Status.ACCEPTED and missing:
        status, error = Status.FILE, missing[0].message
    usage: Usage = run.usage
    values: dict[str, Any] = {
        "error": error,
        "proc_peak": usage.pids_peak,
        "files": files,
        "file_ids": ids,
        "file_error": (*missing, *errors),
    }
    return Result(
        status=status,
        exit_status=exit_status,
        time=usage.cpu_time_ns,
        memory=usage.memory_peak_bytes,
        run_time=usage.wall_time_ns,
        **{name: value for name, value in values.items() if value},
    )


def status_of(run: RunResult) -> tuple[Status, int, str]:
    """(status, exit status, error) of one run. A limit of processes or of the disk shows in how the program ended."""
    end = end_of_result(run)
    signal, code = run.signal or 0, run.exit_code or 0
    if end in (End.PROCESSES, End.DISK):
        return (Status.SIGNALLED, signal, "") if signal else (Status.NONZERO, code, "")
    if end is End.REFUSED_CALL:
        return Status.SIGNALLED, _SIGSYS, f"system call {run.syscall or ''} is not allowed"
    if end is End.EXIT and run.cause.startswith("cannot execute"):
        return Status.NONZERO, code, run.cause
    return _STATUS[end], signal or code, ""


def _output(collector: Collector, one: CommandReport, report: CommandGroupReport) -> Output:
    if collector.pipe >= 0:
        return report.pipes[collector.pipe].record
    if collector.output >= 0:
        return one.outputs[collector.output]
    return one.stdout if collector.descriptor == 1 else one.stderr


def _taken(wanted: int, one: CommandReport) -> bool:
    return wanted >= 0 and one.taken[wanted].missing is None


def _file_error(name: str, taken: TakenFile) -> FileError:
    assert taken.missing is not None
    kind, reason = _FILE_ERRORS[taken.missing]
    size = f" ({taken.size_bytes} bytes)" if taken.size_bytes else ""
    return FileError(name, kind, f"copyout: {name!r}: {reason}{size}")
