"""Tasks of communication of the IOI: a manager talks with processes of the solution, and scores them. Pure.

The manager expects named pipes, two for each process: what that writes, and what it reads. Each program is alone in a
sandbox of its own, where a shell makes the names and carries what goes through them.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import msgspec

from judge.config import LimitSettings
from judge.gateway.dialects.piston.job import Job, JobFile
from judge.gateway.dialects.piston.limits import compile_limits
from judge.gateway.dialects.piston.open_r1.task import Judged, Task, failure_of, solution_limits
from judge.gateway.dialects.piston.results import Streams, said_of
from judge.model.group import Endpoint, Pipe
from judge.model.run import Outcome
from judge.model.units import S_NS
from judge.model.work import Command, CommandGroup, Data, InputFile, RequestedLimits
from judge.model.work_report import CommandGroupReport

SOLUTION, MANAGER = "solution", "manager"

_COMPILER = ("/usr/bin/g++", "-std=gnu++17", "-O2", "-pipe", "-static", "-s")
#: The first descriptor of the manager's that leads to a process.
_FIRST = 3

_OVER_LIMITS = (Outcome.CPU_LIMIT, Outcome.WALL_LIMIT, Outcome.IDLE_LIMIT, Outcome.MEMORY_LIMIT)


def compiling_of(job: Job, task: Task, most: LimitSettings) -> CommandGroup:
    """Both programs are compiled; they are kept by their names."""
    solution = _compiling(job, task.sources, SOLUTION, most)
    return CommandGroup(commands=(solution, _compiling(job, task.manager or (), MANAGER, most)))


def _compiling(job: Job, files: tuple[JobFile, ...], name: str, most: LimitSettings) -> Command:
    sources = [file.name for file in files if file.name.endswith(".cpp")]
    told = ("-DEVAL",) if name == SOLUTION else ()
    return Command(
        argv=(*_COMPILER, *told, "-o", name, *sources),
        language=job.runtime.work_language,
        files=tuple(InputFile(name=file.name, data=Data(content=file.content)) for file in files),
        limits=compile_limits(job.limits, most),
        compiling=True,
        keep=(name,),
    )


def conversation_of(
    job: Job, task: Task, programs: Mapping[str, str], stdin: Data, most: LimitSettings
) -> CommandGroup:
    """The manager and the solution's processes, joined. ``programs``: the blobs of both."""
    limits = solution_limits(job, task, most)
    patient_ns = min(limits.cpu_time_ns * task.processes + 10 * S_NS, most.time_s_max * S_NS)
    manager = Command(
        argv=("/bin/bash", "-c", _manager_script(task.processes)),
        language=job.runtime.work_language,
        files=(_program(MANAGER, programs),),
        stdin=stdin,
        limits=msgspec.structs.replace(limits, cpu_time_ns=patient_ns, stdout_bytes=1 << 20),
    )
    limits = msgspec.structs.replace(limits, stdout_bytes=1 << 20)  # it writes into pipes, which are not counted
    commands, pipes = [manager], []
    for index in range(task.processes):
        commands.append(_solution(job, task, index, programs, limits))
        theirs, ours = index + 1, _FIRST + 2 * index
        pipes.append(Pipe(source=Endpoint(command=theirs, descriptor=1), target=Endpoint(command=0, descriptor=ours)))
        pipes.append(
            Pipe(source=Endpoint(command=0, descriptor=ours + 1), target=Endpoint(command=theirs, descriptor=0))
        )
    return CommandGroup(commands=tuple(commands), pipes=tuple(pipes))


def _solution(job: Job, task: Task, index: int, programs: Mapping[str, str], limits: RequestedLimits) -> Command:
    """A process is told its number where there are several."""
    words = (str(index),) if task.processes > 1 else ()
    return Command(
        argv=("/bin/bash", "-c", _solution_script(words)) if task.by_fifos else (SOLUTION, *words),
        language=job.runtime.work_language,
        files=(_program(SOLUTION, programs),),
        limits=limits,
    )


def _program(name: str, programs: Mapping[str, str]) -> InputFile:
    return InputFile(name=name, data=Data(blob=programs[name]), executable=True)


def _manager_script(processes: int) -> str:
    """Nobody keeps an end open that is another's: who waits for the end of its input gets it."""
    closed = " ".join(f"{end}>&-" for end in range(_FIRST, _FIRST + 2 * processes))
    names = [f"/tmp/{name}{index}" for index in range(processes) for name in ("from", "to")]
    lines = [f"mkfifo {' '.join(names)}"]
    for index in range(processes):
        lines.append(f"cat <&{_FIRST + 2 * index} >/tmp/from{index} {closed} &")
        lines.append(f"cat </tmp/to{index} >&{_FIRST + 2 * index + 1} {closed} &")
    return "\n".join((*lines, f"exec ./{MANAGER} {' '.join(names)} {closed}"))


def _solution_script(words: tuple[str, ...]) -> str:
    given = " ".join(("/tmp/to", "/tmp/from", *map(shlex.quote, words)))
    lines = ("mkfifo /tmp/to /tmp/from", "cat <&0 >/tmp/to &", "cat </tmp/from &")
    return "\n".join((*lines, f"./{SOLUTION} {given} </dev/null >/dev/null", "code=$?", "wait %2", "exit $code"))


def judged_by_manager(report: CommandGroupReport, task: Task, streams: Streams) -> Judged:
    """What the manager says (``streams`` are its), unless a process of the solution went over its limits."""
    manager, *solutions = report.commands
    over = [one for one in solutions if one.result.outcome in _OVER_LIMITS]
    failed = [one for one in solutions if not one.result.ok] if not manager.result.ok else []
    for one in (*over, *failed):
        found = failure_of(one.result, task, b"")
        if found is not None:
            return found
    return Judged(streams.stdout, streams.stderr, said_of(manager.result, streams))
