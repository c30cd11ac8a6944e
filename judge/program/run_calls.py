"""Runs that a judge program asks for and waits for: one program, several joined by pipes, and what they left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import msgspec

from judge.errors import CancelledError, WorkFilesError
from judge.grading.execute import STDERR_READ_BYTES
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.program import calls
from judge.program.answers import Connected, NamedData, Ran, RunInfo
from judge.program.holdings import Holdings
from judge.program.programs import Built, Programs
from judge.program.quotas import Meter
from judge.program.refusals import Refusal
from judge.running.group import Record
from judge.running.inputs import check_command_line, checked_words, size_of
from judge.running.runner import Runner
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.container import run_together
from judge.sandbox.conversation import End, Link, Participant, Passing
from judge.sandbox.run_io import PROGRAM_FDS, Content
from judge.sandbox.spec import Collect, RunSpec, Wanted
from judge.toolchain.work_files import Given, merged, room_for, shortened, with_disk_room
from judge.verdicts import ending_of_run, verdict_of_run

#: Any call that names a program and what it is run with.
AnyRun = calls.Run | calls.Start | calls.Participant

#: Of files that are taken after a run.
COLLECTED_MAX = 256
COLLECTED_NAMES_BYTES_MAX = 16 << 10
RECORDS_BYTES_MAX = 16 << 20


@dataclass(frozen=True)
class Ready:
    """A run that was checked. ``is_capped``: its CPU limit is what the quota has left, and not its own."""

    built: Built
    spec: RunSpec
    files: dict[str, Content]
    executables: tuple[str, ...]
    stdin: Content | None
    is_capped: bool


@dataclass(frozen=True)
class Instruments:
    """What all calls about programs are served with."""

    runner: Runner
    programs: Programs
    holdings: Holdings
    meter: Meter
    results: dict[int, RunResult]  #: by the number of the run; grows by each run

    def ready(self, stack: ExitStack, call: AnyRun, payload: bytes) -> Ready:
        """Check what is asked for; ``stack`` closes what is opened. Raises Refusal, WorkError, PackageError."""
        built = self.programs.get(call.program)
        limits = built.limits(call.limits, self.runner.ceilings)
        given = self._files(stack, call.files, payload)
        files: dict[str, Content] = dict(merged(Given(dict(built.data_files)), Given(given, where="files")))
        limits = with_disk_room(limits, *room_for({name: size_of(content) for name, content in files.items()}))
        capped = within_quota(limits, self.meter.cpu_left_ns())
        spec = built.compiled.run_spec(capped, checked_words(call.arguments, "arguments"))
        if call.collect:
            spec = msgspec.structs.replace(spec, collect=_collect(call.collect, limits))
        if call.arguments:
            check_command_line(spec, "arguments")
        return Ready(
            built,
            spec,
            files,
            tuple(file.name for file in call.files if file.executable),
            None if isinstance(call, calls.Start) else self._stdin(stack, call.stdin, payload),
            capped is not limits,
        )

    def _files(self, stack: ExitStack, files: Sequence[calls.File], payload: bytes) -> dict[str, Content]:
        if len(files) > min(calls.FILES_MAX, self.runner.ceilings.case_files):
            raise Refusal(f"files: {len(files)} are more than one run is given")
        contents: dict[str, Content] = {}
        for file in files:
            if file.name in contents:
                raise Refusal(f"files: there are two of the name {shortened(file.name)}")
            contents[file.name] = self.holdings.of(file.content, payload).for_run(stack)
        if sum(map(size_of, contents.values())) > self.runner.ceilings.case_files_bytes:
            raise Refusal(f"files: at most {self.runner.ceilings.case_files_bytes} bytes are taken")
        return contents

    def _stdin(self, stack: ExitStack, content: calls.Content, payload: bytes) -> Content | None:
        if content == calls.NOTHING:
            return None
        return self.holdings.of(content, payload).for_run(stack)

    @contextmanager
    def counted(self, ready: Sequence[Ready]) -> Iterator[None]:
        """While they live they count as alive. Raises Refusal."""
        memory_bytes = sum(one.spec.limits.memory_bytes for one in ready)
        self.meter.start(len(ready), memory_bytes, self.runner.ceilings.memory_bytes)
        try:
            yield
        finally:
            self.meter.end(len(ready), memory_bytes)

    def over(self, ready: Ready, result: RunResult, *, is_stopped: bool = False) -> None:
        """A run is over. ``is_stopped``: because the judge program said so. Raises Refusal when its end says nothing of
        it, CancelledError."""
        self.meter.used_cpu(result.usage.cpu_time_ns)
        if result.outcome is Outcome.CANCELLED and not (is_stopped and not self.runner.slot.is_cancelled):
            raise CancelledError("cancelled")
        if ready.is_capped and result.outcome is Outcome.CPU_LIMIT:
            raise Refusal("the quota cpu_time_ns is used up in this run", "cpu_time_ns")

    def ran(self, ready: Ready, done: Completed, *, is_stopped: bool = False) -> Ran:
        """What is known of it. Raises as :meth:`over`."""
        result = done.result
        with ExitStack() as stack:
            for capture in done.captures():
                stack.callback(capture.close)
            self.over(ready, result, is_stopped=is_stopped)
            info = self._info(ready, result, done.stderr)
            answer = Ran(
                run=info,
                stdout=self.holdings.hold(done.stdout),
                stderr=self.holdings.hold(done.stderr),
                files=tuple(self._collected(ready.spec.collect.wanted, done)),
            )
            stack.pop_all()
        return answer

    def _info(self, ready: Ready, result: RunResult, stderr: Capture) -> RunInfo:
        number = len(self.results) + 1
        self.results[number] = result
        markers = ready.built.compiled.language.memory_markers
        verdict = None
        if result.outcome is not Outcome.CANCELLED:
            verdict = verdict_of_run(result, stderr.read(STDERR_READ_BYTES) if markers else b"", markers)
        return RunInfo(
            number=number,
            outcome=result.outcome.value,
            verdict=verdict.value if verdict else "",
            exit_code=result.exit_code,
            signal=result.signal,
            cause=result.cause,
            ending="" if result.ok else ending_of_run(result, ready.spec.limits),
            cpu_time_ns=result.usage.cpu_time_ns,
            wall_time_ns=result.usage.wall_time_ns,
            memory_bytes=result.usage.memory_peak_bytes,
        )

    def _collected(self, wanted: Sequence[Wanted], done: Completed) -> Iterator[NamedData]:
        for one, found in zip(wanted, done.wanted, strict=True):
            if isinstance(found, Capture):
                yield NamedData(name=one.name, data=self.holdings.hold(found))

    # -- calls ------------------------------------------------------------------------------------------------

    def run(self, call: calls.Run, payload: bytes) -> Ran:
        """One program, to its end."""
        with ExitStack() as stack:
            ready = self.ready(stack, call, payload)
            stack.enter_context(self.counted([ready]))
            with self.programs.opened(ready.built, ready.spec.limits) as container, files_fit():
                stdin = ready.stdin.read() if isinstance(ready.stdin, Capture) else ready.stdin
                done = container.run(ready.spec, stdin=stdin, files=ready.files, executables=ready.executables)
            return self.ran(ready, done)

    def connect(self, call: calls.Connect, payload: bytes) -> Connected:
        """Several at once."""
        if not 1 <= len(call.programs) <= calls.PROGRAMS_MAX:
            raise Refusal(f"programs: 1 to {calls.PROGRAMS_MAX} run at once, not {len(call.programs)}")
        records = [Record(pipe.record) for pipe in call.pipes]
        with ExitStack() as stack:
            ready = [self.ready(stack, one, payload) for one in call.programs]
            links = links_of(call, [one.spec.limits for one in ready], records)
            stack.enter_context(self.counted(ready))
            with ExitStack() as opened, files_fit():
                done = run_together(
                    [opened.enter_context(self.programs.opened(one.built, one.spec.limits)) for one in ready],
                    [_participant(one) for one in ready],
                    links,
                )
            runs = tuple(self.ran(one, completed) for one, completed in zip(ready, done.completed, strict=True))
        return Connected(
            runs=runs,
            order=tuple(sorted(range(len(runs)), key=lambda index: done.ended_ns[index])),
            records=tuple(
                self.holdings.hold(record.capture()) if pipe.record else None
                for record, pipe in zip(records, call.pipes, strict=True)
            ),
        )


def within_quota(limits: Limits, left_ns: int) -> Limits:
    """The same limits, or with less CPU time where the quota has not more."""
    if left_ns >= limits.cpu_time_hard_ns:
        return limits
    return msgspec.structs.replace(limits, cpu_time_ns=min(limits.cpu_time_ns, left_ns), cpu_time_hard_ns=left_ns)


def _collect(names: Sequence[str], limits: Limits) -> Collect:
    if len(names) > COLLECTED_MAX:
        raise Refusal(f"collect: {len(names)} files; at most {COLLECTED_MAX} are taken")
    if sum(len(name.encode("utf-8", "replace")) for name in names) > COLLECTED_NAMES_BYTES_MAX:
        raise Refusal(f"collect: the names have more than {COLLECTED_NAMES_BYTES_MAX} bytes")
    for name in names:
        if not name or "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise Refusal(f"collect: {shortened(name)} is no relative path")
    wanted = tuple(Wanted(name=name, bytes_max=limits.disk_bytes) for name in names)
    return Collect(wanted=wanted, wanted_bytes_max=limits.disk_bytes)


@contextmanager
def files_fit() -> Iterator[None]:
    """What a run's /work cannot hold was the judge program's wish. Raises Refusal."""
    try:
        yield
    except WorkFilesError as error:
        raise Refusal(f"files: they do not fit into /work: {error.summary}") from error


def _participant(ready: Ready) -> Participant:
    stdin = ready.stdin.read() if isinstance(ready.stdin, Capture) else ready.stdin
    return Participant(ready.spec, ready.files, executables=ready.executables, stdin=stdin)


def links_of(call: calls.Connect, limits: Sequence[Limits], records: Sequence[Record]) -> list[Link]:
    """The pipes of a call. Raises Refusal."""
    if len(call.pipes) > calls.PIPES_MAX:
        raise Refusal(f"pipes: {len(call.pipes)}; at most {calls.PIPES_MAX} are laid")
    if sum(max(0, pipe.record) for pipe in call.pipes) > RECORDS_BYTES_MAX:
        raise Refusal(f"pipes: at most {RECORDS_BYTES_MAX} bytes are recorded in all")
    used: set[End] = set()
    links = []
    for index, (pipe, record) in enumerate(zip(call.pipes, records, strict=True)):
        source, target = End(pipe.source, pipe.source_fd), End(pipe.target, pipe.target_fd)
        complaint = _pipe_complaint(source, target, len(call.programs), used, pipe.record)
        if complaint:
            raise Refusal(f"pipes[{index}]: {complaint}")
        used |= {source, target}
        links.append(_link(source, target, limits[source.program], record, pipe))
    return links


def _pipe_complaint(source: End, target: End, count: int, used: set[End], record: int) -> str:
    for end in (source, target):
        if not 0 <= end.program < count:
            return f"there is no program {end.program}"
        if end.descriptor not in range(PROGRAM_FDS.stop):
            return f"descriptors are 0 to {PROGRAM_FDS.stop - 1}, not {end.descriptor}"
        if end in used:
            return f"descriptor {end.descriptor} of program {end.program} is joined to something already"
    if source.program == target.program:
        return "it leads from a program to the same program"
    if source.descriptor == 0 or target.descriptor in (1, 2):
        return "standard input is read, standard output and error are written"
    return "record must not be negative" if record < 0 else ""


def _link(source: End, target: End, limits: Limits, record: Record, pipe: calls.Pipe) -> Link:
    if not (pipe.record or pipe.swallow):
        return Link(source, target)
    limit_bytes = limits.stderr_bytes if source.descriptor == 2 else limits.stdout_bytes
    return Link(
        source, target, Passing(limit_bytes, breaks=not pipe.swallow, hear=record.note if pipe.record else None)
    )
