"""Problems of Codeforces and of the IOI, as Open-R1 puts them to Piston: what is run, and what its answers mean. Pure.

In Open-R1's packages for Piston a script compiles, runs and checks in one place, where a program can read, and change,
what it is judged by. Here the program runs alone, and what it wrote is judged elsewhere. The answers are the same.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from judge.config import LimitSettings
from judge.gateway.dialects.common.outcome import End, end_of_result
from judge.gateway.dialects.piston.job import Job, JobFile, RefusedError
from judge.gateway.dialects.piston.limits import compile_limits, run_limits
from judge.gateway.dialects.piston.results import Said
from judge.gateway.dialects.piston.runtimes import Kind
from judge.gateway.dialects.piston.translate import data_of
from judge.gateway.problems import check_values
from judge.model.run import RunResult
from judge.model.submission import SourceFile
from judge.model.units import MIB, MS_NS, S_NS
from judge.model.work import Data, Execution, InputFile, ProgramSource, RequestedLimits

INPUT, EXPECTED, OUTPUT = "input.txt", "correct_output.txt", "output.txt"
_CONFIG, _IOI_CONFIG = "grader_config", "graders/grader_config.json"
_CHECKER, _IOI_CHECKER = "checker.py", "checker/checker.cpp"
#: What Open-R1 has printed behind the output, to see that none is missing.
_END_MARKER = "STDOUT_END_MARKER"

_MANAGER = "graders/manager.cpp"
_COMMUNICATION, _PARAMETERS = "Communication", "task_type_parameters_Communication_"
#: Each has two descriptors of its manager's.
PROCESSES_MAX = 8

#: A checker's.
_CHECKER_LIMITS = RequestedLimits(cpu_time_ns=30 * S_NS, memory_bytes=1 << 30)

_CARRIAGE_RETURNS = re.compile(rb"\r$", re.MULTILINE)
_ANSWER_WORDS = re.compile(rb"\b(?:yes|no)\b", re.IGNORECASE)
_BLANKS = re.compile(rb"[ \t\r\f\v]+")


@dataclass(frozen=True)
class Task:
    """One test of one problem. ``time_s`` and ``memory_bytes`` None = none is said; ``by_files``: the program reads and
    writes files instead of its standard streams; ``checker`` None = the output is compared."""

    sources: tuple[JobFile, ...]
    beside: tuple[JobFile, ...]
    stdin: bytes
    expected: bytes | None
    time_s: float | None = None
    memory_bytes: int | None = None
    by_files: bool = False
    checker: tuple[JobFile, ...] | None = None
    manager: tuple[JobFile, ...] | None = None  #: a program that talks with the solution's processes and scores them
    processes: int = 1
    by_fifos: bool = False  #: the solution is given the names of two pipes instead of its standard streams
    output: bytes | None = None  #: of a program that was run before: it is only checked
    marker: bytes = b""


@dataclass(frozen=True)
class Judged:
    """What the run stage says."""

    stdout: bytes
    stderr: bytes
    said: Said


def failed(code: int, stderr: str, stdout: bytes = b"0\n") -> Judged:
    """A stage that ended with an exit code, and says what is wrong."""
    return Judged(stdout, f"{stderr}\n".encode(), Said("RE", code, None, f"Exited with error status {code}"))


def task_of(job: Job) -> Task:
    """What a job asks for. Raises RefusedError."""
    return _ioi(job) if job.runtime.kind is Kind.IOI else _codeforces(job)


def _codeforces(job: Job) -> Task:
    config = _shell_config(job.file(_CONFIG) or b"")
    given = job.file(INPUT)
    ours = {_CONFIG, _CHECKER, INPUT, EXPECTED, OUTPUT, job.main.name}
    checker = job.file(_CHECKER)
    memory_mb = _number(config, "MEMORY_LIMIT")
    return Task(
        sources=(_with_ending(job),),
        beside=tuple(file for file in job.files if file.name not in ours),
        stdin=job.stdin if given is None else _CARRIAGE_RETURNS.sub(b"", given),
        expected=_expected(job),
        time_s=_number(config, "TIME_LIMIT"),
        memory_bytes=None if memory_mb is None else int(memory_mb * MIB),
        by_files=config.get("INPUT_MODE") == "file",
        checker=None if checker is None else (JobFile(_CHECKER, checker, text=True),),
    )


def _with_ending(job: Job) -> JobFile:
    name, endings = job.main.name, job.runtime.extensions
    if endings and name.rpartition(".")[2] not in endings:
        name = f"{name}.{endings[0]}"
    return JobFile(name, job.main.content, text=True)


def _expected(job: Job) -> bytes | None:
    """Without the line ends of another system, and with one line end at its end."""
    said = job.file(EXPECTED)
    return None if said is None else _CARRIAGE_RETURNS.sub(b"", said).rstrip(b"\n") + b"\n"


def _shell_config(text: bytes) -> dict[str, str]:
    """NAME=VALUE a line; nothing of it is run."""
    found = {}
    for line in text.decode("utf-8", "replace").splitlines():
        name, is_set, value = line.strip().removeprefix("export ").partition("=")
        if is_set:
            found[name.strip()] = value.strip().strip("'\"")
    return found


def _number(config: Mapping[str, Any], name: str) -> float | None:
    said = config.get(name)
    if said is None or said == "":
        return None
    try:
        number = float(said)
    except (TypeError, ValueError):
        raise RefusedError(f"{name} must be a number") from None
    if not 0 < number < 1e15:
        raise RefusedError(f"{name} must be a positive number")
    return number


def _ioi(job: Job) -> Task:
    output, expected = job.file(OUTPUT), job.file(EXPECTED)
    config = _json_config(job)
    checker = tuple(
        file
        for file in job.files
        if file.text and file.name.startswith("checker/") and file.name.endswith((".cpp", ".h"))
    )
    memory = _number(config, "memory_limit")
    return Task(
        sources=_ioi_sources(job, config),
        beside=(),
        stdin=job.file(INPUT) or b"",
        expected=expected,
        time_s=_number(config, "time_limit"),
        memory_bytes=None if memory is None else int(memory),
        checker=checker if any(file.name == _IOI_CHECKER for file in checker) else None,
        output=output if expected is not None else None,
        marker=job.file(_END_MARKER) or b"",
        **_manager(job, config),
    )


def _manager(job: Job, config: Mapping[str, Any]) -> dict[str, Any]:
    """Of a task of communication. Raises RefusedError."""
    if config.get("task_type") != _COMMUNICATION:
        return {}
    files = {file.name: file for file in job.files if file.name.startswith("graders/")}
    names = [_MANAGER, *sorted(name for name in files if name.endswith((".h", ".hpp")))]
    processes = int(_number(config, f"{_PARAMETERS}num_processes") or 1)
    if processes > PROCESSES_MAX:
        raise RefusedError(f"{_PARAMETERS}num_processes is {processes}; at most {PROCESSES_MAX} are run")
    return {
        "manager": tuple(files[name] for name in names if name in files) if _MANAGER in files else None,
        "processes": processes,
        "by_fifos": config.get(f"{_PARAMETERS}user_io") == "fifo_io",
    }


def _json_config(job: Job) -> dict[str, Any]:
    text = job.file(_IOI_CONFIG) or b"{}"
    check_values(text)
    try:
        config = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise RefusedError(f"{_IOI_CONFIG} is no JSON") from None
    return config if isinstance(config, dict) else {}


def _ioi_sources(job: Job, config: Mapping[str, Any]) -> tuple[JobFile, ...]:
    """The solution, what it is linked with, and the headers of both."""
    there = {file.name: file for file in job.files if file.name.startswith("graders/")}
    headers = sorted(name for name in there if name.endswith((".h", ".hpp")))
    problem = next((name for name in headers if posixpath.basename(name) != "testlib.h"), "")
    stem = problem.rpartition(".")[0] or f"graders/{config.get('code') or posixpath.basename(job.main.name)[:-4]}"
    names = [f"{stem}.cpp", "graders/grader.cpp", "graders/stub.cpp", *headers]
    return tuple(there[name] for name in dict.fromkeys(names) if name in there)


def complaint_of(job: Job, task: Task) -> Judged | None:
    """What Open-R1's scripts say of a job that lacks something; None = nothing is missing."""
    if job.runtime.kind is not Kind.IOI or task.output is not None:
        return None
    if job.file(_IOI_CONFIG) is None:
        return failed(1, f"Error: {_IOI_CONFIG} not found", b"")
    task_type = _json_config(job).get("task_type")
    if task_type == _COMMUNICATION and task.manager is None:
        return failed(1, f"Error: {_MANAGER} not found", b"")
    return (
        None if task_type in ("Batch", _COMMUNICATION) else failed(1, f'Unsupported task type "{task_type or ""}"', b"")
    )


def solution_of(job: Job, task: Task, blobs: Mapping[bytes, str], most: LimitSettings) -> Execution:
    """The program on its test; it finds nothing else."""
    files = [*task.beside, JobFile(INPUT, task.stdin, text=False)] if task.by_files else task.beside
    return Execution(
        program=_program(task.sources, job.runtime.work_language, job.runtime.told),
        arguments=job.arguments,
        stdin=data_of(b"" if task.by_files else task.stdin, blobs),
        files=tuple(InputFile(name=file.name, data=data_of(file.content, blobs)) for file in files),
        limits=solution_limits(job, task, most),
        compile_limits=compile_limits(job.limits, most),
        unchecked=not job.runtime.compiled,
        keep=(OUTPUT,) if task.by_files else (),
    )


def solution_limits(job: Job, task: Task, most: LimitSettings) -> RequestedLimits:
    """The problem's time is CPU time; the job's own is how long it may take in all."""
    limits = run_limits(job.limits, most)
    cpu_ns, memory_bytes = limits.cpu_time_ns, limits.memory_bytes
    if task.time_s is not None:
        cpu_ns = min(max(round(task.time_s * S_NS), MS_NS), most.time_s_max * S_NS)
    if task.memory_bytes is not None:
        memory_bytes = min(task.memory_bytes, memory_bytes)
    return msgspec.structs.replace(
        limits, cpu_time_ns=cpu_ns, memory_bytes=memory_bytes, idle_time_ns=0, stderr_bytes=1 << 20
    )


def checker_of(job: Job, task: Task, output: str | bytes, blobs: Mapping[bytes, str], python: str) -> Execution:
    """The checker on what the program wrote (its blob, or the bytes). ``python``: in which a Python checker is run."""
    assert task.checker is not None
    is_python = job.runtime.kind is Kind.CODEFORCES
    told = () if is_python else tuple(word for word in job.runtime.told if word != "-DEVAL")
    written = data_of(output, blobs) if isinstance(output, bytes) else Data(blob=output)
    return Execution(
        program=_program(task.checker, python if is_python else job.runtime.work_language, told),
        arguments=(INPUT, EXPECTED, OUTPUT),
        files=(
            InputFile(name=INPUT, data=data_of(task.stdin, blobs)),
            InputFile(name=EXPECTED, data=data_of(task.expected or b"", blobs)),
            InputFile(name=OUTPUT, data=written),
        ),
        limits=_CHECKER_LIMITS,
    )


def _program(files: tuple[JobFile, ...], language: str, told: tuple[str, ...]) -> ProgramSource:
    sources = tuple(SourceFile(name=file.name, content=file.content) for file in files)
    return ProgramSource(sources=sources, language=language, main=files[0].name, compiler_arguments=told)


def contents_of(task: Task) -> tuple[bytes, ...]:
    """What may be too large to come along."""
    return (task.stdin, task.expected or b"", *(file.content for file in task.beside))


def failure_of(result: RunResult, task: Task, stderr: bytes) -> Judged | None:
    """What is said of a program that did not end well; None = it did."""
    match end_of_result(result):
        case End.OK:
            return None
        case End.CPU | End.WALL:
            limit = "" if task.time_s is None else f" ({task.time_s:g}s)"
            found = failed(124, f"Time limit exceeded{limit}")
        case End.MEMORY:
            limit = "" if task.memory_bytes is None else f" ({task.memory_bytes / MIB:g}MB)"
            found = failed(134, f"Memory limit exceeded{limit}")
        case End.OUTPUT:
            found = failed(153, "Output limit exceeded")
        case _:
            code = result.exit_code or 128 + (result.signal or 9)
            found = failed(code, f"Runtime error with exit code {code}")
    begun = stderr if not stderr or stderr.endswith(b"\n") else stderr + b"\n"
    return Judged(found.stdout, begun + found.stderr, found.said)


def compared(job: Job, task: Task, output: bytes) -> Judged:
    """What is said of an output that no checker looks at; without an expected one it is the answer itself."""
    if task.expected is None:
        return Judged(output + task.marker, b"", Said())
    same = _same_words if job.runtime.kind is Kind.CODEFORCES else _same_lines
    if same(task.expected, output):
        return Judged(b"1\n" + task.marker, b"Output is correct (diff)\n", Said())
    return Judged(b"0\n" + task.marker, b"Output isn't correct (diff)\n", Said())


def _same_words(expected: bytes, output: bytes) -> bool:
    """Word by word; how "yes" and "no" are written does not matter."""
    one, other = (_ANSWER_WORDS.sub(lambda word: word[0].upper(), text).split() for text in (expected, output))
    return one == other


def _same_lines(expected: bytes, output: bytes) -> bool:
    """Line by line; how many blanks there are does not matter, nor those at a line's end."""
    one, other = (
        [_BLANKS.sub(b" ", line).rstrip() for line in (text.rstrip(b"\n") + b"\n").split(b"\n")]
        for text in (expected, output)
    )
    return one == other
