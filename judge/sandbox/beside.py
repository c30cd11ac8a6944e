"""A run that goes on beside others in its slot: it is started, asked for things, waited for, or ended.

Its caller holds the way to its standard input and what it writes, and does other things meanwhile. Whatever the slot
waits for, all that go on beside are watched (:class:`judge.sandbox.resources.Beside`). While nobody waits for it its
wall and idle clocks stand still (:meth:`RunBeside.pause`); its CPU time counts always.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from judge.model.run import Outcome
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Completed
from judge.sandbox.resources import SlotResources
from judge.sandbox.run_io import Content, check_request, input_pipe
from judge.sandbox.run_loop import watch_beside
from judge.sandbox.runs import Ends, Runs
from judge.sandbox.spec import RunSpec
from judge.sandbox.streams import PulledDrain

_NEVER_NS = 1 << 60


@dataclass(frozen=True)
class Given:
    """What a run beside others finds. ``fds`` as of :meth:`judge.sandbox.container.Container.run`; ``piped``: its
    caller writes its standard input and reads its standard output, else the one is empty and the other is kept."""

    files: Mapping[str, Content] = field(default_factory=dict)
    executables: Sequence[str] = ()
    fds: Mapping[int, int] = field(default_factory=dict)
    piped: bool = False
    last_words_signal: int = 0  #: sent a moment before a time limit ends it


def wait_beside(resources: SlotResources, wanted: Mapping[int, int], until_ns: int = _NEVER_NS) -> None:
    """Until one of the descriptors is ready for its events, a run beside is over, or it is so late (monotonic)."""
    watch_beside(resources.surroundings, wanted, until_ns)


class RunBeside:
    """One such run. Close it when it is done with: one that is not over is ended, with its container."""

    def __init__(self, runs: Runs, spec: RunSpec, active: ActiveRun, sink_fd: int) -> None:
        self.active = active
        self._runs = runs
        self._spec = spec
        self._resources = runs.namespaces.resources
        self._sink_fd = sink_fd  # the way to its standard input; -1 = closed, or there never was one
        self._unwritten = bytearray()  # what it has not taken yet
        self._closing = False  # its input ends once it has taken all
        self._completed: Completed | None = None
        self._is_away = False

    @property
    def is_over(self) -> bool:
        """It has ended, and all that it started."""
        return self.active.over

    @property
    def unwritten_bytes(self) -> int:
        """How much of its input it has not taken."""
        return len(self._unwritten)

    def cpu_ns(self) -> int:
        """CPU time so far."""
        return self.active.group.cpu_ns()

    def share(self) -> tuple[int, int]:
        """The ways to write to it and to read from it, for somebody else as well; the caller closes both.

        They are opened again: what is done to their flags does not concern ours."""
        flags = os.O_NONBLOCK | os.O_CLOEXEC
        source = os.open(f"/proc/self/fd/{self._sink_fd}", os.O_WRONLY | flags)
        try:
            return source, os.open(f"/proc/self/fd/{self.output.fd}", os.O_RDONLY | flags)
        except BaseException:
            os.close(source)
            raise

    def write(self, data: bytes, *, close: bool = False) -> None:
        """To its standard input, as far as it takes that now; the rest goes when it is waited for. Never blocks."""
        if self._sink_fd < 0 or self._closing:
            return
        self._unwritten += data
        self._closing = close
        self._flush()

    def read(self, until: int, size_bytes: int, cpu_limit_ns: int) -> bool:
        """Wait until there is so much in ``output.waiting``, or the byte ``until`` (-1 = none; size 0 = to its end), or
        it writes no more, or it has used this much CPU (by the total). Returns False when that was the reason."""
        output = self.output
        seen = 0
        with self._clocks_going():
            while True:
                waiting = output.waiting
                if (until >= 0 and waiting.find(until, seen) >= 0) or 0 < size_bytes <= len(waiting) or output.at_end:
                    return True
                seen = len(waiting)
                self._flush()
                output.pump()
                if self._is_over_limit():
                    output.at_end = True
                elif len(output.waiting) == seen and not output.at_end and not self._wait(cpu_limit_ns):
                    return False

    def passed(self, size_bytes: int) -> None:
        """Somebody else has read this much of what it wrote."""
        output = self.output
        output.total_bytes += max(0, min(size_bytes, 1 << 60))
        output.over = output.over or output.total_bytes > output.limit_bytes
        if self._is_over_limit():
            output.at_end = True

    def _is_over_limit(self) -> bool:
        output = self.output
        if output.over:
            self.active.stop(Outcome.OUTPUT_LIMIT, f"stdout is over {output.limit_bytes} bytes")
        return output.over

    def _wait(self, cpu_limit_ns: int) -> bool:
        """Until it writes or takes something, or is over, or looks as if it were late; False when it is."""
        if self.is_over:  # its last words are in the pipe, and were read
            self.output.at_end = True
            return True
        wanted = {self.output.fd: select.POLLIN}
        if self._unwritten:
            wanted[self._sink_fd] = select.POLLOUT
        left_ns = cpu_limit_ns - self.cpu_ns()
        if left_ns <= 0:
            return False
        look_ns = max(1_000_000, min(left_ns // self._resources.groups.processors.count, 1 << 40))
        wait_beside(self._resources, wanted, time.monotonic_ns() + look_ns)
        return True

    @property
    def output(self) -> PulledDrain:
        """Its standard output, where it is piped."""
        assert isinstance(self.active.stdout, PulledDrain)
        return self.active.stdout

    def pause(self) -> None:
        """From here on nobody waits for it."""
        self.active.pause()

    def go_on(self) -> None:
        """Its caller waits for it again."""
        self.active.go_on()

    @contextlib.contextmanager
    def _clocks_going(self) -> Iterator[None]:
        self.active.go_on()
        try:
            yield
        finally:
            self.active.pause()

    def signal(self, number: int) -> None:
        """To its program. One that is over does not hear it."""
        if not self.is_over:
            self.active.signal(number)

    def stop(self, outcome: Outcome, cause: str) -> None:
        """End it; the first reason counts."""
        self.active.stop(outcome, cause)

    def finish(self) -> Completed:
        """Wait for its end; its input ends once it has taken all. Once it is over the result stays the same.

        Raises as :meth:`judge.sandbox.container.Container.run`."""
        if self._completed is None:
            self._closing = True
            if isinstance(self.active.stdout, PulledDrain):
                self.output.drops = True
            with self._clocks_going():
                while not self.is_over:
                    self._flush()
                    self._swallow()
                    wanted = {self._sink_fd: select.POLLOUT} if self._unwritten else {}
                    if isinstance(self.active.stdout, PulledDrain) and not self.output.at_end:
                        wanted[self.output.fd] = select.POLLIN
                    wait_beside(self._resources, wanted)
            self._completed = self._runs.complete(self._spec, self.active)
        return self._completed

    def _swallow(self) -> None:
        """What is written and nobody reads any more: it is counted, and of what there is the beginning is kept."""
        drain = self.active.stdout
        if isinstance(drain, PulledDrain) and not drain.at_end:
            drain.pump()
            drain.at_end = drain.at_end or self._is_over_limit()

    def _flush(self) -> None:
        while self._unwritten:
            try:
                written = os.write(self._sink_fd, memoryview(self._unwritten)[:65536])
            except BlockingIOError:
                return
            except BrokenPipeError:
                self._unwritten.clear()
                self._closing = True
                break
            del self._unwritten[:written]
        if self._closing:
            self._close_sink()

    def _close_sink(self) -> None:
        fd, self._sink_fd = self._sink_fd, -1
        if fd >= 0:
            os.close(fd)

    def close(self) -> None:
        """Idempotent. A container whose run is not over is of no more use: it goes."""
        if self._is_away:
            return
        self._is_away = True
        self._resources.beside.remove(self.active)
        self._close_sink()
        if not self.is_over or self._completed is None:
            self._runs.namespaces.close()
        self._runs.put_away(self.active)


def start_beside(runs: Runs, spec: RunSpec, given: Given) -> RunBeside:
    """See :meth:`judge.sandbox.container.Container.start`."""
    check_request(spec, given.files, given.fds)
    with contextlib.ExitStack() as theirs, runs.closed_on_error():
        runs.prepare(spec, given.files, given.executables)
        sink, ends = _piped(theirs, runs, spec) if given.piped else (-1, _apart(theirs, runs, spec))
        try:
            active = runs.launch(spec, ends, given.fds)
        except BaseException:
            ends.stdout.close()
            if sink >= 0:
                os.close(sink)
            raise
    if given.piped:
        active.pause()
    active.last_words_signal = given.last_words_signal
    resources = runs.namespaces.resources
    resources.beside.add(active)
    run = RunBeside(runs, spec, active, sink)
    try:
        resources.prepare()  # while it starts
    except BaseException:
        run.close()
        raise
    return run


def _piped(theirs: contextlib.ExitStack, runs: Runs, spec: RunSpec) -> tuple[int, Ends]:
    """The way to its standard input, and its ends of the pipes, which ``theirs`` closes."""
    source, sink = input_pipe()
    theirs.callback(os.close, source)
    out, out_end = runs.namespaces.resources.streams.take()
    theirs.callback(os.close, out_end)
    return sink, Ends(source, out_end, PulledDrain(out, spec.limits.stdout_bytes))


def _apart(theirs: contextlib.ExitStack, runs: Runs, spec: RunSpec) -> Ends:
    """An empty input, and an output that is kept."""
    source, _ = runs.own_input(None)
    theirs.callback(os.close, source)
    stdout, out_end = runs.own_output(spec.limits.stdout_bytes)
    return Ends(source, out_end, stdout)
