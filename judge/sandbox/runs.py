"""The runs in a container: each is started, watched, and turned into what is known of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from judge.model.run import Outcome
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.namespaces import Namespaces
from judge.sandbox.protocol import EXECUTE, NO_GROUP, Program, StartRun
from judge.sandbox.run_io import Content, check_request, private_fd, private_fds, refused
from judge.sandbox.run_loop import supervise
from judge.sandbox.run_result import result_of
from judge.sandbox.spec import ANSWER_FD, RunSpec
from judge.sandbox.streams import Drain
from judge.sandbox.template import stack_bytes_of
from judge.sandbox.work_directory import Collected, collect, put

_NOTHING = Collected({}, 0)
_NO_ANSWER = Capture()

#: Takes what a run writes when it is read: the stream (1 = stdout, 2 = stderr) and some bytes. What it raises ends the
#: run.
Hear = Callable[[int, bytes], None]


@dataclass(frozen=True)
class Ends:
    """What a program gets as its standard streams and beside them, and what reads what it writes.

    ``stderr`` None = a stream of its own is made.
    """

    stdin_fd: int
    stdout_fd: int
    stdout: Drain
    terminal: tuple[int, int] | None = None  #: rows and columns of the one that it gets in the place of both
    stderr_fd: int = -1
    stderr: Drain | None = None
    others: Mapping[int, Drain] = field(default_factory=dict)  #: by descriptor, of those handed over with ``fds``
    may_be_copy: bool = True  #: of a template


class Runs:
    """Runs programs in namespaces, one at a time."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.namespaces = namespaces

    def run(
        self,
        spec: RunSpec,
        stdin: int | bytes | None,
        files: Mapping[str, Content],
        executables: Sequence[str],
        fds: Mapping[int, int],
        hear: Hear | None = None,
    ) -> Completed:
        """See :meth:`judge.sandbox.container.Container.run`."""
        namespaces = self.namespaces
        resources = namespaces.resources
        if files or fds or not self._knows(spec):
            check_request(spec, files, fds)
        resources.cancel.reset()
        active: ActiveRun | None = None
        try:
            namespaces.freshen(spec.limits)
            if files:
                put(namespaces.launcher, files, executables)
            # What an interpreter looks for in its user's home when it starts: a template found nothing there.
            may_be_copy = not any(name.startswith(".") for name in files)
            active = self._start(spec, stdin, fds, goes_on=self.goes_on(spec, files), may_be_copy=may_be_copy)
            if hear is not None:
                active.stdout.hear, active.stderr.hear = partial(hear, 1), partial(hear, 2)
            supervise([active], resources.surroundings, resources.prepare)
            return self.complete(spec, active)
        except BaseException:
            namespaces.close()  # what it holds is unknown: it goes, with all processes, before its group does
            raise
        finally:
            if active is not None:
                self.put_away(active)

    def _knows(self, spec: RunSpec) -> bool:
        return self.namespaces.is_open and spec == self.namespaces.launcher.known_spec

    def goes_on(self, spec: RunSpec, files: Mapping[str, Content]) -> bool:
        """Whether another run is likely to follow this one, before which the launcher has nothing else to do."""
        return (
            self.namespaces.launcher.known_spec is not None
            and not files
            and not spec.collect.patterns
            and not spec.collect.wanted
        )

    @contextlib.contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """What a container holds whose run broke off is unknown: it goes, with all processes, before its groups do."""
        try:
            yield
        except BaseException:
            self.namespaces.close()
            raise

    def prepare(
        self,
        spec: RunSpec,
        files: Mapping[str, Content],
        executables: Sequence[str] = (),
        links: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Nothing of earlier runs is left, and files and links are there. Raises SandboxError, InfrastructureError."""
        self.namespaces.freshen(spec.limits)
        put(self.namespaces.launcher, files, executables, links)

    def _start(
        self, spec: RunSpec, stdin: int | bytes | None, fds: Mapping[int, int], *, goes_on: bool, may_be_copy: bool
    ) -> ActiveRun:
        """Launch a run that has its standard output to itself. ``goes_on``: another of the kind is likely to follow."""
        source, is_ours = self.own_input(stdin)
        stdout, out_end = self.own_output(spec.limits.stdout_bytes)
        others: dict[int, Drain] = {}
        if spec.answer_bytes:
            others[ANSWER_FD], answer_end = self.own_output(spec.answer_bytes)
            fds = {**fds, ANSWER_FD: answer_end}
        try:
            ends = Ends(source, out_end, stdout, others=others, may_be_copy=may_be_copy)
            return self.launch(spec, ends, fds, goes_on=goes_on)
        except BaseException:
            for drain in (stdout, *others.values()):
                drain.close()
            raise
        finally:
            if is_ours:
                os.close(source)

    def own_input(self, stdin: int | bytes | None) -> tuple[int, bool]:
        """What the program reads from, and whether it is for the caller to close."""
        if stdin is None:
            return self.namespaces.resources.streams.take_empty(), True
        return private_fd(stdin)

    def own_output(self, limit_bytes: int) -> tuple[Drain, int]:
        """A stream that is kept, and the end that the program gets, which the stream closes."""
        streams = self.namespaces.resources.streams
        read_end, write_end = streams.take()
        return Drain(read_end, limit_bytes, held_fd=write_end, late=streams.late), write_end

    def launch(self, spec: RunSpec, ends: Ends, fds: Mapping[int, int], *, goes_on: bool = False) -> ActiveRun:
        """Send the request; from here on the program runs. What it took is given back by :meth:`put_away`, or at once
        when this raises SandboxError or InfrastructureError."""
        namespaces, resources = self.namespaces, self.namespaces.resources
        launcher, groups = namespaces.launcher, namespaces.groups
        stderr, err_end = ends.stderr, ends.stderr_fd
        if stderr is None:
            stderr, err_end = self.own_output(spec.limits.stderr_bytes)
        group = None
        try:
            template = namespaces.template_for(spec, ends.stdin_fd) if ends.may_be_copy and not ends.terminal else None
            goes_on = goes_on and template is None  # who only has copies made waits in no run's group
            group = groups.take(template.charge.off(spec.limits) if template else spec.limits, goes_on=goes_on)
            next_group = groups.next if goes_on else None
            namespaces.begin_use()
            new_groups = launcher.unknown_groups((group,) if next_group is None else (group, next_group))
            request = StartRun(
                program=None if spec == launcher.known_spec else _program_of(spec),
                targets=(0, 1, 2, *fds) if ends.terminal is None else tuple(fds),
                group=group.group_id,
                next_group=NO_GROUP if next_group is None else next_group.group_id,
                new_groups=tuple(one.group_id for one in new_groups),
                terminal=None if ends.terminal is None else (ends.terminal[0], ends.terminal[1]),
                is_copy=template is not None,
            )
            standard = (ends.stdin_fd, ends.stdout_fd, ends.stdout_fd if spec.merge_stderr else err_end)
            join_fds = [fd for one in new_groups for fd in one.launch_fds]
            self._send(request, standard if ends.terminal is None else (), fds, join_fds)
            launcher.known_spec = spec
        except BaseException:
            resources.interrupts.remove(launcher)
            stderr.close()
            if group is not None:
                groups.give_back_unused(group)
            raise
        active = ActiveRun(launcher, spec.limits, group, ends.stdout, stderr, resources.groups.processors)
        if template is not None:
            active.be_copy_of(template)
        active.other_outputs = ends.others
        return active

    def _send(
        self, request: StartRun, standard: Sequence[int], fds: Mapping[int, int], join_fds: Sequence[int]
    ) -> None:
        launcher = self.namespaces.launcher
        with contextlib.ExitStack() as handed:
            given = private_fds(handed, fds.values())
            self.namespaces.resources.interrupts.add(launcher, self.namespaces.spec.policy)
            launcher.send(request, (*standard, *given, *join_fds))

    def put_away(self, active: ActiveRun) -> None:
        """The run is over, and its result was taken or is not wanted."""
        self.namespaces.resources.interrupts.remove(active.launcher)
        for _, drain in active.outputs():
            drain.close()
        if active.noted_calls or self.namespaces.spec.fresh_each_run:
            self.namespaces.start_over()
        self.namespaces.groups.put_away(active.group)

    def complete(self, spec: RunSpec, active: ActiveRun) -> Completed:
        """What is known of a run that is over. Raises SandboxError, InfrastructureError when that is no result,
        CancelledError when its files were being collected."""
        namespaces = self.namespaces
        stdout, stderr = active.stdout.finish(), active.stderr.finish()
        others = {descriptor: drain.finish() for descriptor, drain in active.other_outputs.items()}
        finish = active.finish
        if active.lost:
            namespaces.close()
        full = 0
        collected = _NOTHING
        if finish is not None:
            namespaces.expect_state()
            if finish.status != 0:
                full = namespaces.hear_state()
            if spec.collect.patterns or spec.collect.wanted:
                namespaces.hear_state()
                collected = collect(namespaces.launcher, spec.collect, namespaces.resources.cancel.fd)
        was_cancelled = active.stop_outcome is Outcome.CANCELLED
        if active.refusal is not None and active.refusal.step != EXECUTE and not was_cancelled:
            raise refused(active.refusal)
        if finish is None:
            counters = active.group.counters()
        else:
            was_alone = finish.tasks_created == 1 and finish.status == 0
            counters = active.group.counters(was_alone=was_alone, not_its_ns=finish.launcher_cpu_ns)
        return Completed(
            result_of(active, active.charge.on(counters), full),
            stdout,
            stderr,
            collected.files,
            collected.passed_over,
            answer=others.pop(ANSWER_FD) if spec.answer_bytes else _NO_ANSWER,
            wanted=collected.wanted,
            others=others,
        )


def _program_of(spec: RunSpec) -> Program:
    limits = spec.limits
    return Program(
        argv=spec.argv,
        env=dict(spec.env),
        cwd=spec.cwd,
        directories=spec.directories,
        open_files=limits.open_files,
        stack_bytes=stack_bytes_of(limits),
        processes=limits.processes,
        address_space_bytes=limits.address_space_bytes,
        data_segment_bytes=limits.data_segment_bytes,
    )
