"""From what go-judge's clients ask for to a command group, and what of its report is to go where. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from judge.gateway.dialects.gojudge.requests import Cmd, CmdFile, PipeEnd, PipeMap, RunRequest, WrongRequestError
from judge.gateway.dialects.gojudge.shares import shared
from judge.model.group import COMMANDS_MAX, Endpoint, InputLink, OutputStream, Pipe, WantedFile
from judge.model.units import MIB
from judge.model.work import Command, CommandGroup, Data, InputFile, InputStream, RequestedLimits
from judge.package.ceilings import Ceilings

#: Where a command finds its files, and begins.
WORK_PATH = "/w"

#: What go-judge gives who asks for nothing.
COPY_OUT_BYTES_MAX = 256 * MIB
_DISK_BYTES, _OPEN_FILES = 128 * MIB, 256

#: A smaller limit of address space or data would be no limit but a program that does not start; memory is limited all
#: the same.
_ADDRESS_SPACE_BYTES_MIN = 32 * MIB
_PROCESSES_MAX = 1024
_DESCRIPTORS = 20

#: What a stream may have that nobody collects: it is thrown away.
_UNCOLLECTED_BYTES = 64 * MIB

#: Gives a fresh id of a file each time.
NewId = Callable[[], str]


def blob_of(file_id: str) -> str:
    """The name of the blob that a file is."""
    return f"gojudge.{file_id}"


def is_file_id(text: str) -> bool:
    """Whether it can be an id of ours."""
    return 0 < len(text) <= 32 and text.isascii() and text.isalnum()


@dataclass(frozen=True)
class Collector:
    """A stream whose content is a file of the result. ``file_id`` empty = it comes along, else it is kept by that.

    ``descriptor`` None = the record of pipe number ``pipe``. ``output``: which of the command's outputs above 2 it is.
    """

    name: str
    bytes_max: int
    file_id: str = ""
    descriptor: int | None = None
    pipe: int = -1
    output: int = -1


@dataclass(frozen=True)
class CopyOut:
    """A file of the result. ``wanted``: which of the command's wanted files it is; -1 = it can be none."""

    name: str
    wanted: int
    optional: bool = False
    file_id: str = ""


@dataclass(frozen=True)
class CommandPlan:
    """What goes into one result."""

    collectors: tuple[Collector, ...]
    copy_out: tuple[CopyOut, ...]
    copy_in_failed: str = ""  #: the name of a file that cannot lie in /w; the command is not run

    def ids(self) -> Iterator[tuple[str, str]]:
        """(id, name) of each file that is to be kept."""
        yield from ((one.file_id, one.name) for one in self.collectors if one.file_id)
        yield from ((one.file_id, one.name) for one in self.copy_out if one.file_id)


@dataclass(frozen=True)
class Plan:
    """A group, and what goes into the results."""

    group: CommandGroup
    commands: tuple[CommandPlan, ...]

    def ids(self) -> dict[str, str]:
        """Id -> name, of all files that are to be kept."""
        return {file_id: name for command in self.commands for file_id, name in command.ids()}


@dataclass(frozen=True)
class Means:
    """What a plan is made with. ``sources``: what was read of the host's files, by ``src``."""

    ceilings: Ceilings
    new_id: NewId
    sources: Mapping[str, Data]


def plan_of(request: RunRequest, means: Means) -> Plan:
    """Raises WrongRequestError."""
    if not request.cmd:
        raise WrongRequestError("no cmd provided")
    if len(request.cmd) > COMMANDS_MAX:
        raise WrongRequestError(f"{len(request.cmd)} cmds; at most {COMMANDS_MAX} are run")
    cmds = tuple(cmd or Cmd() for cmd in request.cmd)
    maps = tuple(one or PipeMap() for one in request.pipe_mapping or ())
    _check_pipes(cmds, maps)
    # go-judge joins nothing where there is one command.
    pipes = maps if len(cmds) > 1 else ()
    made = [_command(index, cmd, pipes, means) for index, cmd in enumerate(cmds)]
    plans = tuple(plan for _, plan in made)
    commands = shared(tuple(command for command, _ in made), means.ceilings)
    group = CommandGroup(
        commands=commands,
        pipes=tuple(_pipe(index, one, plans, means.ceilings, len(pipes)) for index, one in enumerate(pipes)),
    )
    return Plan(group, plans)


def sources_of(request: RunRequest) -> Iterator[str]:
    """Every path of the host that is asked for."""
    for cmd in request.cmd or ():
        if cmd is not None:
            for file in (*(cmd.files or ()), *(cmd.copy_in or {}).values()):
                if file is not None and file.src is not None and file.symlink is None:
                    yield file.src


def path_in_work(name: str) -> str:
    """A name as it is below /work; empty = it is none there."""
    relative = name.removeprefix(f"{WORK_PATH}/") if name.startswith("/") else name
    if relative.startswith("/") or "\0" in relative:
        return ""
    parts = [part for part in relative.split("/") if part not in ("", ".")]
    return "" if ".." in parts else "/".join(parts)


# --- one command -----------------------------------------------------------------------------------------


def _command(index: int, cmd: Cmd, pipes: Sequence[PipeMap], means: Means) -> tuple[Command, CommandPlan]:
    cached = {_bare(name) for name in cmd.copy_out_cached or ()}
    collectors = (*_collectors(cmd, cached, means), *_records(index, pipes, cached, means))
    taken = frozenset(one.name for one in collectors)
    copy_out, wanted = _copy_out(cmd, cached, taken, means)
    files, links, failed = _copied_in(cmd, means)
    by_descriptor = {one.descriptor: one for one in collectors if one.descriptor is not None}
    piped = frozenset(end.fd for one in pipes for end in _ends(one) if end.index == index)
    stdout, stderr = by_descriptor.get(1), by_descriptor.get(2)
    # A terminal is one stream, which only the first name gets.
    merged = stdout is not None and stderr is not None and (bool(cmd.tty) or stdout.name == stderr.name)
    command = Command(
        argv=_argv(cmd),
        environment=_environment(cmd.env or ()),
        files=files,
        links=links,
        stdin=_input(cmd, 0, means),
        inputs=tuple(
            InputStream(descriptor=number, data=_input(cmd, number, means))
            for number in range(3, len(cmd.files or ()))
            if number not in by_descriptor and (cmd.files or ())[number] is not None
        ),
        outputs=tuple(
            OutputStream(descriptor=number, bytes_max=one.bytes_max or 1, blob=_blob(one.file_id))
            for number, one in by_descriptor.items()
            if number > 2
        ),
        limits=_limits(cmd, stdout, stderr, piped, means.ceilings),
        merge_stderr=merged,
        wanted=wanted,
        stdout_blob=_blob(stdout.file_id) if stdout else "",
        stderr_blob=_blob(stderr.file_id) if stderr and not merged else "",
        work_path=WORK_PATH,
    )
    plan = CommandPlan(
        collectors=tuple(one for one in collectors if not (merged and one.descriptor == 2)),
        copy_out=copy_out,
        copy_in_failed=failed,
    )
    return command, plan


def _argv(cmd: Cmd) -> tuple[str, ...]:
    """The first word is a path from /w on, as the kernel takes it."""
    if not cmd.args:
        raise WrongRequestError("no args provided")
    first, *rest = cmd.args
    if not first.startswith("/"):
        first = f"{WORK_PATH}/{path_in_work(first) or first}"
    return (first, *rest)


def _environment(env: Sequence[str]) -> dict[str, str]:
    pairs = (word.partition("=") for word in env)
    return {name: value for name, sign, value in pairs if name and sign}


def _file(cmd: Cmd, number: int) -> CmdFile | None:
    files = cmd.files or ()
    return files[number] if number < len(files) else None


def _is_collector(file: CmdFile | None) -> bool:
    if file is None or file.src is not None or file.content is not None or file.file_id is not None:
        return False
    return file.name is not None and file.max is not None


def _collectors(cmd: Cmd, cached: set[str], means: Means) -> Iterator[Collector]:
    if len(cmd.files or ()) > _DESCRIPTORS:
        raise WrongRequestError(f"files: at most {_DESCRIPTORS} descriptors are given")
    outputs = 0
    for number, file in enumerate(cmd.files or ()):
        if number == 0 or file is None or not _is_collector(file):
            continue
        bytes_max = min(max(file.max or 0, 0), means.ceilings.output_bytes)
        name = file.name or ""
        output = outputs if number > 2 else -1
        outputs += number > 2
        yield Collector(name, bytes_max, means.new_id() if name in cached else "", descriptor=number, output=output)


def _records(index: int, pipes: Sequence[PipeMap], cached: set[str], means: Means) -> Iterator[Collector]:
    for number, one in enumerate(pipes):
        if one.proxy and one.name and _ends(one)[0].index == index:
            bytes_max = min(max(one.max or 0, 0), means.ceilings.output_bytes // len(pipes))
            yield Collector(one.name, bytes_max, means.new_id() if one.name in cached else "", pipe=number)


def _copy_out(
    cmd: Cmd, cached: set[str], collected: frozenset[str], means: Means
) -> tuple[tuple[CopyOut, ...], tuple[WantedFile, ...]]:
    """A name that is in both lists is cached alone, and one of a stream is no file."""
    bytes_max = min(cmd.copy_out_max or COPY_OUT_BYTES_MAX, means.ceilings.output_bytes)
    copies: dict[str, CopyOut] = {}
    wanted: list[WantedFile] = []
    for given in (*(cmd.copy_out or ()), *(cmd.copy_out_cached or ())):
        name, optional = _bare(given), given.endswith("?")
        if name in collected or name in copies:
            continue
        path, file_id = path_in_work(name), means.new_id() if name in cached else ""
        copies[name] = CopyOut(name, len(wanted) if path else -1, optional, file_id)
        if path:
            wanted.append(
                WantedFile(name=path, bytes_max=bytes_max, cut=bool(cmd.copy_out_truncate), blob=_blob(file_id))
            )
    return tuple(copies.values()), tuple(wanted)


def _copied_in(cmd: Cmd, means: Means) -> tuple[tuple[InputFile, ...], tuple[InputLink, ...], str]:
    """Files, links, and the name of the first that cannot lie in /w."""
    files: dict[str, InputFile] = {}
    links: dict[str, InputLink] = {}
    failed = ""
    for name, file in (cmd.copy_in or {}).items():
        path = path_in_work(name)
        if file is None:
            raise WrongRequestError(f"nil type cannot be used for copyIn {name}")
        if file.symlink is not None:
            links[path] = InputLink(name=path, target=file.symlink)
        else:
            files[path] = InputFile(name=path, data=_data(file, means), executable=True)
        failed = failed or ("" if path else name)
    return tuple(files.values()), tuple(links.values()), failed


def _input(cmd: Cmd, number: int, means: Means) -> Data:
    file = _file(cmd, number)
    if file is None or _is_collector(file):
        return Data()
    return _data(file, means)


def _data(file: CmdFile, means: Means) -> Data:
    if file.src is not None:
        return means.sources[file.src]
    if file.content is not None:
        return Data(content=file.content.encode("utf-8", "replace"))
    if file.file_id is not None:
        if not is_file_id(file.file_id):
            raise WrongRequestError(f"file not exists with id {file.file_id[:40]}")
        return Data(blob=blob_of(file.file_id))
    raise WrongRequestError("file is not valid for cmd")


def _limits(
    cmd: Cmd, stdout: Collector | None, stderr: Collector | None, piped: frozenset[int], ceilings: Ceilings
) -> RequestedLimits:
    """What is above the operator's ceilings gets these; what is nothing gets the least there is, as it is with
    go-judge: no time, no memory."""
    cpu_ns = min(cmd.cpu_limit or 1, ceilings.time_limit_ns)
    clock_ns = max(cmd.real_cpu_limit or cmd.clock_limit or 0, cmd.cpu_limit or 1)
    memory_bytes = min(cmd.memory_limit or 1, ceilings.memory_bytes)
    by_process = memory_bytes if memory_bytes >= _ADDRESS_SPACE_BYTES_MIN else 0
    strict = cmd.data_segment_limit or cmd.strict_memory_limit
    return RequestedLimits(
        cpu_time_ns=cpu_ns,
        wall_time_ns=min(clock_ns, 4 * ceilings.time_limit_ns),
        memory_bytes=memory_bytes,
        stack_bytes=min(cmd.stack_limit or 0, memory_bytes),
        processes=min(cmd.proc_limit or 1, _PROCESSES_MAX),
        stdout_bytes=_stream_bytes(1, stdout, piped),
        stderr_bytes=_stream_bytes(2, stderr, piped),
        disk_bytes=min(_DISK_BYTES, ceilings.memory_bytes),
        open_files=_OPEN_FILES,
        data_segment_bytes=by_process if strict else 0,
        address_space_bytes=by_process if cmd.address_space_limit else 0,
    )


def _stream_bytes(number: int, collector: Collector | None, piped: frozenset[int]) -> int:
    if number in piped:
        return 1  # nothing of it comes here
    return _UNCOLLECTED_BYTES if collector is None else max(collector.bytes_max, 1)


# --- pipes -----------------------------------------------------------------------------------------------


def _ends(one: PipeMap) -> tuple[PipeEnd, PipeEnd]:
    return one.in_ or PipeEnd(), one.out or PipeEnd()


def _check_pipes(cmds: Sequence[Cmd], maps: Sequence[PipeMap]) -> None:
    if len(cmds) == 1:
        return
    for one in maps:
        for end in _ends(one):
            if not 0 <= end.index < len(cmds):
                raise WrongRequestError(f"pipe index out of range {end.index}")
            if _file(cmds[end.index], end.fd) is not None or end.fd < 0:
                raise WrongRequestError(f"pipe fd have been occupied {end.index} {end.fd}")


def _pipe(index: int, one: PipeMap, plans: Sequence[CommandPlan], ceilings: Ceilings, count: int) -> Pipe:
    source, target = _ends(one)
    bare = Pipe(
        source=Endpoint(command=source.index, descriptor=source.fd),
        target=Endpoint(command=target.index, descriptor=target.fd),
    )
    if not one.proxy:
        return bare
    record = next((found for found in plans[source.index].collectors if found.pipe == index), None)
    return msgspec.structs.replace(
        bare,
        record_bytes_max=record.bytes_max if record else 0,
        record_blob=_blob(record.file_id) if record else "",
        limit_bytes=ceilings.output_bytes,
        swallow=True,
    )


def _bare(name: str) -> str:
    return name.removesuffix("?")


def _blob(file_id: str) -> str:
    return blob_of(file_id) if file_id else ""
