"""Runs a submission on the input of one test case.

Nothing here knows what the right output is: an answer never comes near a submission's container.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass

import msgspec

from judge.compare.values import ANSWER_BYTES_MAX
from judge.errors import CancelledError, PackageError, blame_reader
from judge.grading.programs import data_files
from judge.grading.scoring.traverse import plan_of
from judge.kernel.files import open_resolved
from judge.model.limits import Limits
from judge.model.problem import STANDARD_STREAMS, NamedFiles, Problem, TestCase
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.container import Container
from judge.sandbox.run_io import Content
from judge.sandbox.spec import Collect, ContainerSpec, RunSpec
from judge.toolchain.compile import Compiled, OpenContainer, Toolchain
from judge.toolchain.templates import template_of
from judge.toolchain.work_files import Given, blamed_on, checked_arguments, merged, parents, room_for, with_disk_room

#: How much of stderr is searched for a language's memory markers.
STDERR_READ_BYTES = 64 << 10

#: Enters a time in which nothing else of ours runs on this machine.
Exclusive = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class OpenSubmission:
    """A compiled submission in its open container, warm for all of its tests. ``plain``: its run without arguments.

    ``named``: the files that stand for standard input and output.
    """

    compiled: Compiled
    container: Container
    limits: Limits
    plain: RunSpec
    data_files: tuple[tuple[str, bytes], ...] = ()
    named: NamedFiles = STANDARD_STREAMS

    def run_spec(self, case: TestCase) -> RunSpec:
        """How to run it once for this case. Raises PackageError for arguments that no program can be given."""
        if not case.args:
            return self.plain
        args = checked_arguments(case.args, f"test case {case.name}")
        spec = self.compiled.run_spec(self.limits, args)
        return msgspec.structs.replace(spec, collect=self.plain.collect, answer_bytes=self.plain.answer_bytes)


def collect_output(named: NamedFiles, limits: Limits) -> Collect:
    """What is to be collected after a run that may write its output into a file, whose name has nothing of a glob."""
    if not named.output:
        return Collect()
    return Collect(patterns=(named.output,), files_max=1, bytes_max=limits.stdout_bytes)


def answer_of(named: NamedFiles, done: Completed) -> Capture:
    """What a run answered: the value of a call, else what it wrote."""
    return done.answer if named.answer else done.stdout


@dataclass(frozen=True)
class RunsToCome:
    """``count`` runs with a file as their input; ``fresh_each``: each in a container of its own."""

    count: int = 0
    fresh_each: bool = False


NO_RUNS = RunsToCome()


@contextmanager
def open_submission(
    open_container: OpenContainer,
    toolchain: Toolchain,
    compiled: Compiled,
    limits: Limits,
    named: NamedFiles = STANDARD_STREAMS,
    to_come: RunsToCome = NO_RUNS,
) -> Iterator[OpenSubmission]:
    """The submission's own container, for as long as it is judged."""
    artifact, usual = str(compiled.artifact), compiled.run_spec(limits)
    spec = ContainerSpec.under(toolchain.rootfs, limits, artifact=artifact, fresh_each_run=to_come.fresh_each)
    if to_come.count:
        template = template_of(compiled.language, usual)
        spec = msgspec.structs.replace(spec, template=template, runs=to_come.count)
    with open_container(spec) as container:
        plain = msgspec.structs.replace(
            usual,
            collect=collect_output(named, limits),
            answer_bytes=ANSWER_BYTES_MAX if named.answer else 0,
        )
        yield OpenSubmission(compiled, container, limits, plain, data_files(compiled), named)


@contextmanager
def files_of(submission: OpenSubmission, case: TestCase, named_input: int = -1) -> Iterator[Mapping[str, Content]]:
    """What a case's run finds in /work: the case's files, the named input (a descriptor, -1 = none), and those of the
    submission's data files that are in nobody's way, nor in that of the named output.

    Raises PackageError when one of the case's files cannot be read or put there.
    """
    ours: dict[str, Content] = {}
    with ExitStack() as stack:
        for name, path in case.files:
            try:
                fd = open_resolved(path)
            except OSError as error:
                blame_reader(error, path)
                raise PackageError(f"cannot be read: {error.strerror}", where=path) from error
            stack.callback(os.close, fd)
            ours[name] = fd
        if submission.named.input and named_input >= 0:
            ours[submission.named.input] = named_input
        own = {
            name: content
            for name, content in submission.data_files
            if submission.named.output not in (name, *parents(name))
        }
        yield merged(Given(own), Given(ours, where=f"test case {case.name}"))


def with_room_for_files(limits: Limits, problem: Problem, own: Sequence[SourceFile] = ()) -> Limits:
    """Limits whose disk also holds the largest set of files that a test case brings along, and ``own`` of the
    submission.

    Raises PackageError when one of them is not there.
    """
    size_bytes = count = 0
    for task in plan_of(problem).tasks:
        if task.case is None:
            continue
        paths = dict(task.case.files)
        if problem.named_files.input:
            paths[problem.named_files.input] = task.case.input_path
        case_bytes, case_inodes = room_for({name: _size_of(path) for name, path in paths.items()})
        size_bytes, count = max(size_bytes, case_bytes), max(count, case_inodes)
    if left := problem.named_files.output:
        size_bytes, count = size_bytes + limits.stdout_bytes, count + 1 + len(parents(left))
    own_bytes, own_inodes = room_for({file.name: len(file.content) for file in own})
    return with_disk_room(limits, size_bytes + own_bytes, count + own_inodes)


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError as error:
        blame_reader(error, path)
        raise PackageError(f"cannot be read: {error.strerror}", where=path) from error


def execute(submission: OpenSubmission, case: TestCase, open_input: Callable[[], int]) -> Completed:
    """One run; ``open_input`` gives a descriptor at offset 0, closed here. Raises CancelledError, PackageError for what
    the case brings along."""
    with ExitStack() as stack:

        def opened() -> int:
            fd = open_input()
            stack.callback(os.close, fd)
            return fd

        files = stack.enter_context(files_of(submission, case, opened() if submission.named.input else -1))
        with blamed_on(f"test case {case.name}"):
            done = submission.container.run(submission.run_spec(case), stdin=opened(), files=files)
    if submission.named.output in done.files:
        done = done._replace(stdout=done.files[submission.named.output])
    if done.result.outcome is Outcome.CANCELLED:
        raise CancelledError(f"test case {case.name}: cancelled")
    return done


def always() -> AbstractContextManager[None]:
    """A :data:`Exclusive` for when nothing else runs anyway."""
    return nullcontext()
