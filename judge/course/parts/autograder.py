"""Parts that another system's grading program grades: its files and the student's in one container, its results read.

The student's code runs as that program runs it, mostly as its child: it may write whatever the program may write, the
results too. Hence ``isolation: shared``, and no word of the results is believed beyond the part's points.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import msgspec

from judge.course.context import PartContext, files_of
from judge.course.formats.layouts import LAYOUTS, HandedIn, Layout
from judge.course.formats.results import failed_part, log_text, part_of
from judge.errors import CancelledError, InfrastructureError, PackageError, ResultsFault, SourceFault
from judge.model.assignment import Autograder, CoursePart
from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.units import MIB
from judge.model.work import RequestedLimits
from judge.running.inputs import size_of
from judge.running.limits import run_limits
from judge.sandbox.capture import Capture, Completed, Missed
from judge.sandbox.run_io import Content
from judge.sandbox.spec import Collect, ContainerSpec, Rootfs, RunSpec, Wanted
from judge.toolchain.compile import with_environment
from judge.toolchain.package_roots import Needs, package_root
from judge.toolchain.roots import Toolchains
from judge.toolchain.sources import check_files
from judge.toolchain.startable import HEAD_BYTES, can_start
from judge.toolchain.work_files import Given, blamed_on, merged, room_for, with_disk_room
from judge.verdicts import reason_of_run

RESULTS_BYTES_MAX = 8 * MIB
_WORK = "/work"
_LATE = (Outcome.CPU_LIMIT, Outcome.WALL_LIMIT, Outcome.IDLE_LIMIT)
#: Of grading programs: they start compilers, test runners and what these start.
_PROCESSES_MAX = 256
_OPEN_FILES_MAX = 1024
_DISK_BYTES = 256 * MIB
_DISK_INODES = 1 << 15
_UNREADABLE = "the grading program left no results that can be read"


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    layout = LAYOUTS[part.framework]
    autograder = part.autograder or Autograder()
    complaint = _complaint(context)
    if complaint:
        return failed_part(part, TestStatus.ERROR, complaint)
    ready = _ready(context, part, layout, autograder)
    with ExitStack() as stack, blamed_on(_where(part)):
        done = _run(context, ready)
        for capture in done.captures():
            stack.callback(capture.close)
        return _report(part, layout, autograder, done)


@dataclass(frozen=True)
class _Ready:
    """A grading program that is ready to run."""

    container: ContainerSpec
    spec: RunSpec
    files: dict[str, Content]
    executables: tuple[str, ...]


def _complaint(context: PartContext) -> str:
    """Why what was handed in is given to no program; empty = it is."""
    files, bytes_max = context.submission.sources, context.problem.limits.code_bytes
    size_bytes = sum(len(file.content) for file in files)
    if size_bytes > bytes_max:
        return f"{size_bytes} bytes were handed in; at most {bytes_max} are taken"
    try:
        check_files(files)
    except SourceFault as error:
        return str(error)
    return ""


def _where(part: CoursePart) -> str:
    return f"assignment.yaml:{part.line}: {part.name}"


def _ready(context: PartContext, part: CoursePart, layout: Layout, autograder: Autograder) -> _Ready:
    work = HandedIn(context.submission, context.assignment, context.problem.title, part.points)
    setters = layout.setters([*files_of(part.test_files), *files_of(part.beside)])
    files = merged(
        Given(setters | dict(layout.about(work)), where=_where(part)),
        Given(layout.students(context.submission.sources)),
    )
    size_bytes, inodes = room_for({name: size_of(content) for name, content in files.items()})
    ceilings = context.runner.ceilings
    if size_bytes > ceilings.case_files_bytes:
        raise PackageError(
            f"its files have {size_bytes} bytes; at most {ceilings.case_files_bytes} are taken", _where(part)
        )
    limits = with_disk_room(_limits(context, part, layout), size_bytes, inodes)
    results = autograder.results or layout.results
    command = _command(part, layout, setters) + layout.arguments(work)
    spec = RunSpec(
        argv=command,
        limits=limits,
        cwd=layout.root,
        directories=tuple(sorted({results.rpartition("/")[0], layout.student.rstrip("/")} - {""})),
        collect=Collect(
            wanted=(Wanted(name=results, bytes_max=RESULTS_BYTES_MAX),), wanted_bytes_max=RESULTS_BYTES_MAX
        ),
        merge_stderr=True,
    )
    spec = with_environment(spec, _environment(layout, autograder))
    alias = "" if layout.root == _WORK else layout.root
    container = ContainerSpec.under(_root(context, part, layout, autograder), limits, work_alias=alias)
    executables = tuple(name for name, content in setters.items() if can_start(content[:HEAD_BYTES]))
    return _Ready(container, spec, files, executables)


def _command(part: CoursePart, layout: Layout, setters: dict[str, bytes]) -> tuple[str, ...]:
    """What is started; a file that is no program by itself is the shell's, as where it comes from.

    Raises PackageError.
    """
    command = part.command or layout.command
    if not command:
        raise PackageError("it names no command", _where(part))
    first = command[0] if command[0].startswith("/") else f"{layout.root}/{layout.program}{command[0]}"
    name = first.removeprefix(f"{layout.root}/")
    if name == first:
        return command  # of the machine, or of a layer
    if name not in setters:
        raise PackageError(f"there is no file {name}", _where(part))
    started = (first, *command[1:])
    return started if can_start(setters[name][:HEAD_BYTES]) else ("/bin/sh", *started)


def _environment(layout: Layout, autograder: Autograder) -> dict[str, str]:
    found = {"HOME": layout.root}
    if autograder.pypi:
        found |= {"PYTHONPATH": "/opt/pypi", "PATH": "/opt/pypi/bin:/usr/local/bin:/usr/bin:/bin"}
    return found | dict(autograder.environment)


def _limits(context: PartContext, part: CoursePart, layout: Layout) -> Limits:
    """Raises WorkError for more than the operator allows."""
    ceilings = context.runner.ceilings
    wall_ns = part.wall_time_ns or layout.limit_ns
    cpu_ns = part.cpu_time_ns or min(wall_ns, ceilings.time_limit_ns)
    asked = RequestedLimits(
        cpu_time_ns=cpu_ns,
        wall_time_ns=wall_ns if part.wall_time_ns else min(wall_ns, 2 * ceilings.time_limit_ns),
        memory_bytes=context.problem.limits.memory_bytes,
        processes=_PROCESSES_MAX,
        open_files=_OPEN_FILES_MAX,
        disk_bytes=min(_DISK_BYTES, ceilings.memory_bytes),
        disk_inodes=_DISK_INODES,
    )
    return run_limits(asked, ceilings)


def _root(context: PartContext, part: CoursePart, layout: Layout, autograder: Autograder) -> Rootfs:
    """Raises PackageError when it lacks something."""
    toolchains = context.runner.judge.build_context.toolchain
    if not isinstance(toolchains, Toolchains):
        raise InfrastructureError("this judge has no roots")
    found = package_root(toolchains, Needs(autograder.debian, autograder.pypi), layout.root)
    if found.missing:
        raise PackageError(
            f"this machine lacks {', '.join(found.missing)}; remedy: judge course install on it", _where(part)
        )
    return found.rootfs


def _run(context: PartContext, ready: _Ready) -> Completed:
    with context.runner.slot.container(ready.container) as container:
        done = container.run(ready.spec, files=ready.files, executables=ready.executables)
    if done.result.outcome is Outcome.CANCELLED:
        raise CancelledError(f"{context.submission.id}: cancelled")
    return done


def _report(part: CoursePart, layout: Layout, autograder: Autograder, done: Completed) -> CoursePartReport:
    log = log_text(done.stdout.read(log_bytes_max(done.stdout)))
    if done.result.outcome in _LATE:
        return failed_part(part, TestStatus.TIMEOUT, f"the grading program {reason_of_run(done.result)}", log)
    found = done.wanted[0]
    try:
        if isinstance(found, Missed):
            raise ResultsFault(_missed(found))
        results = layout.read(found.read(), autograder)
    except ResultsFault as error:
        ended = reason_of_run(done.result)
        told = [f"{autograder.results or layout.results}: {error}", *([f"it ended so: {ended}"] if ended else [])]
        return failed_part(part, TestStatus.ERROR, _UNREADABLE, "\n".join([*told, log]))
    report = part_of(part, results)
    return msgspec.structs.replace(report, log="\n".join(text for text in (report.log, log) if text))


def _missed(missed: Missed) -> str:
    return (
        f"{missed.size_bytes} bytes; at most {RESULTS_BYTES_MAX} are taken" if missed.size_bytes else "there is no file"
    )


def log_bytes_max(output: Capture) -> int:
    """How much of what it printed is looked at."""
    return min(output.size_bytes, 64 << 10)
