"""A live run: somebody outside types, resizes the terminal, sends signals and hears at once what the program writes.

On a terminal the slot's process holds both sides: the master to read and write, the other one so that no end of file
comes before the run is over. The kernel reads a terminal to its end, what is on its way included, once nobody holds
its other side (n_tty_read and TTY_OTHER_CLOSED in drivers/tty/n_tty.c).
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from judge.kernel.terminal import set_size
from judge.model.run import Outcome
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Completed
from judge.sandbox.protocol import SIGNAL, TERMINAL
from judge.sandbox.run_io import Content, check_request, input_pipe
from judge.sandbox.run_loop import supervise_live
from judge.sandbox.runs import Ends, Runs
from judge.sandbox.spec import RunSpec
from judge.sandbox.streams import Drain, HeardDrain, TerminalDrain
from judge.sandbox.work_directory import put

#: What ends the input of a terminal: at the beginning of a line, where else it only hands the line over (VEOF).
_END_OF_INPUT = b"\x04"
#: It is lost where a program changes its terminal's mode or empties its input just then. Each later read is to find the
#: end, too: it is typed again after this, and after twice as long each time.
_AGAIN_NS = 250_000_000
_STDOUT, _STDERR = 1, 2


class Size(NamedTuple):
    """Of a terminal, in characters."""

    rows: int
    columns: int


class Given(NamedTuple):
    """What a live run finds: files and those of them to be executable, the size of its terminal (None = pipes), and
    symbolic links: name, and where each leads."""

    files: Mapping[str, Content]
    executables: Sequence[str]
    terminal: Size | None
    links: Sequence[tuple[str, str]] = ()


class Attendant(Protocol):
    """Who takes part in a live run. Called in the run's thread; what a method raises ends the run."""

    def attend(self, run: LiveRun, frozen_ns: int) -> Mapping[int, int]:
        """See :data:`judge.sandbox.run_loop.Attend`."""
        ...

    def hear(self, stream: int, data: bytes) -> None:
        """What the program has written: 1 = standard output or the terminal, 2 = standard error."""
        ...


class LiveRun:
    """What an attendant can do with a run. Nothing here waits."""

    def __init__(self, active: ActiveRun, input_fd: int, *, has_terminal: bool) -> None:
        self._active = active
        self._input_fd = input_fd  # the terminal's master, or the write end of a pipe until the input has ended
        self._has_terminal = has_terminal
        self._waiting = bytearray()
        self._ended = False
        self._at_line_begin = True
        self._again_ns = self._pause_ns = 0  # when the end of a terminal's input is typed again, 0 = never

    @property
    def waiting_bytes(self) -> int:
        """How much of what was typed the program has not taken."""
        return len(self._waiting)

    def type(self, data: bytes) -> None:
        """Input for the program; after the end of a pipe's input it is dropped, as where nobody reads any more."""
        if self._input_fd < 0 or self._ended or not data:
            return
        self._waiting += data
        self._again_ns = 0
        self._at_line_begin = data.endswith((b"\n", b"\r"))
        self.flush()

    def end_input(self) -> None:
        """A pipe is closed once all is taken; at a terminal its end-of-input character is typed."""
        if self._has_terminal:
            self.type(_END_OF_INPUT if self._at_line_begin else _END_OF_INPUT * 2)
            self._at_line_begin = True
            self._pause_ns = _AGAIN_NS
            self._again_ns = time.monotonic_ns() + self._pause_ns
            return
        self._ended = True
        self.flush()

    def resize(self, size: Size) -> None:
        """The kernel tells the program. Without a terminal nothing happens."""
        if self._has_terminal and self._input_fd >= 0:
            set_size(self._input_fd, *size)

    def signal(self, number: int) -> None:
        """To the group in the terminal's foreground, or to the program's."""
        if not self._active.over:
            self._active.launcher.tell(SIGNAL + bytes([number]))

    def stop(self, outcome: Outcome, cause: str) -> None:
        """End it; the first reason counts."""
        self._active.stop(outcome, cause)

    def flush(self) -> dict[int, int]:
        """Write what the program takes now; what to wait for when that was not all."""
        if 0 < self._again_ns <= time.monotonic_ns() and not self._waiting and self._input_fd >= 0:
            self._pause_ns *= 2
            self._again_ns = time.monotonic_ns() + self._pause_ns
            self._waiting += _END_OF_INPUT
        while self._waiting:
            try:
                written = os.write(self._input_fd, self._waiting[:4096])
            except BlockingIOError:
                return {self._input_fd: select.POLLOUT}
            except BrokenPipeError:
                self._ended = True
                self._waiting.clear()
                break
            del self._waiting[:written]
        if self._ended:
            self.close()
        return {}

    def close(self) -> None:
        """Close the way to the program; idempotent."""
        self._waiting.clear()
        fd, self._input_fd = self._input_fd, -1
        if fd >= 0:
            os.close(fd)


def run_live(runs: Runs, spec: RunSpec, attendant: Attendant, given: Given) -> Completed:
    """See :meth:`judge.sandbox.container.Container.run_live`."""
    check_request(spec, given.files, (), [name for name, _ in given.links])
    resources = runs.namespaces.resources
    resources.cancel.reset()
    with contextlib.ExitStack() as stack:
        stack.enter_context(runs.closed_on_error())
        runs.namespaces.freshen(spec.limits)
        if given.files or given.links:
            put(runs.namespaces.launcher, given.files, given.executables, given.links)
        start = _start_with_pipes if given.terminal is None else _start_on_terminal
        live, active = start(runs, spec, given, stack)
        active.stdout.hear, active.stderr.hear = partial(attendant.hear, _STDOUT), partial(attendant.hear, _STDERR)

        def attend(frozen_ns: int) -> Mapping[int, int]:
            watched = attendant.attend(live, frozen_ns)
            return {**watched, **live.flush()}

        if not active.over:
            supervise_live(active, resources.surroundings, resources.prepare, attend)
        completed = runs.complete(spec, active)
    runs.namespaces.start_over()  # who takes part may stay for hours: what comes after gets a container of its own
    return completed


def _start_with_pipes(runs: Runs, spec: RunSpec, _: Given, stack: contextlib.ExitStack) -> tuple[LiveRun, ActiveRun]:
    streams = runs.namespaces.resources.streams
    with contextlib.ExitStack() as theirs:
        source, sink = input_pipe()
        theirs.callback(os.close, source)
        out, out_end = streams.take()
        stdout = HeardDrain(out, spec.limits.stdout_bytes, held_fd=out_end, late=streams.late)
        stack.callback(stdout.close)
        try:
            active = runs.launch(spec, Ends(source, out_end, stdout), {})
        except BaseException:
            os.close(sink)
            raise
    live = LiveRun(active, sink, has_terminal=False)
    stack.callback(runs.put_away, active)
    stack.callback(live.close)
    return live, active


def _start_on_terminal(
    runs: Runs, spec: RunSpec, given: Given, stack: contextlib.ExitStack
) -> tuple[LiveRun, ActiveRun]:
    """The launcher makes the terminal, and the program is not started before it has sent it."""
    unopened = Drain(-1, 0)
    unopened.at_end = True
    active = runs.launch(spec, Ends(-1, -1, unopened, given.terminal), {})
    stack.callback(runs.put_away, active)
    report, fds = runs.namespaces.launcher.receive()
    if report != TERMINAL:
        active.take(report)
        return LiveRun(active, -1, has_terminal=False), active
    master, other = fds
    active.stdout = TerminalDrain(master, spec.limits.stdout_bytes, held_fd=other)
    live = LiveRun(active, os.dup(master), has_terminal=True)
    stack.callback(live.close)
    return live, active
