"""Watches runs until they are over: reads their streams and enforces what the kernel does not.

One loop serves one run or those of a conversation. The kernel enforces memory and process limits; time limits are
those of :mod:`judge.sandbox.active_run`; output limits, refused system calls and cancelling are enforced here, by
telling the launcher to kill.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from judge.model.run import Outcome
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.streams import Drain, EndOfFile, RelayDrain

#: An end of file waits this long for the news of its writer's exit, so that the order of exits stays true: longer
#: when the writer is seen to be on its way out, which a busy machine can draw out.
_END_OF_FILE_NS = 10_000_000
_END_OF_LEAVING_NS = 1_000_000_000
_NEVER_NS = 1 << 60
_BROKEN = select.POLLHUP | select.POLLERR | select.POLLNVAL

#: Takes part in a run: told how long the slot stood frozen since the last call, does what there is to do, and answers
#: which descriptors to wait for with which events of poll(2). Called again when one is ready, and ten times a second.
Attend = Callable[[int], Mapping[int, int]]


class Surroundings(NamedTuple):
    """The slot in which runs go on. ``cancel_fd`` can be read once it is cancelled, ``frozen_ns``: how long it has
    stood frozen since the last call, ``beside``: runs that are watched as well and not waited for."""

    cancel_fd: int
    frozen_ns: Callable[[], int]
    beside: Sequence[ActiveRun] = ()


class Relay(NamedTuple):
    """What one run writes, another reads, and passes through this process. ``drain`` is one of the writer's outputs."""

    writer: ActiveRun
    reader: ActiveRun
    drain: RelayDrain


def supervise(
    runs: Sequence[ActiveRun],
    surroundings: Surroundings,
    meanwhile: Callable[[], None],
    relays: Sequence[Relay] = (),
    on_end: Callable[[ActiveRun], None] | None = None,
) -> None:
    """Block until every run is over. ``meanwhile`` is called once, while the programs start. ``on_end`` hears of each
    run that is over.

    Raises InfrastructureError only when the host misbehaves.
    """
    _Loop(runs, surroundings, relays, on_end).until_over(meanwhile)


def supervise_live(run: ActiveRun, surroundings: Surroundings, meanwhile: Callable[[], None], attend: Attend) -> None:
    """The same for one run in which somebody takes part: ``attend`` is called at the start and in every turn, and may
    raise."""
    _Loop([run], surroundings, (), None, attend).until_over(meanwhile)


def watch_beside(surroundings: Surroundings, wanted: Mapping[int, int], until_ns: int) -> None:
    """Block until one of the descriptors ``wanted`` is ready for its events of poll(2), one of the runs beside is over,
    or it is ``until_ns`` (monotonic)."""
    _Loop((), surroundings, (), None).until_ready(wanted, until_ns)


class _Loop:
    def __init__(
        self,
        runs: Sequence[ActiveRun],
        surroundings: Surroundings,
        relays: Sequence[Relay],
        on_end: Callable[[ActiveRun], None] | None,
        attend: Attend | None = None,
    ) -> None:
        self._runs = runs
        self._beside = [run for run in surroundings.beside if not run.over]
        self._cancel_fd = surroundings.cancel_fd
        self._frozen_ns = surroundings.frozen_ns
        self._on_end = on_end
        self._attend = attend
        self._attended: dict[int, int] = {}  # what the attendant waits for, and the events
        self._left = len(runs)
        self._until_ns = _NEVER_NS
        # Of few descriptors a few times, poll is cheaper; for what is passed on again and again, epoll.
        self._epoll = select.epoll() if relays else None
        self._poll = self._epoll or select.poll()
        self._relays = {relay.drain.fd: relay for relay in relays}
        self._handlers: dict[int, Callable[[], None]] = {}
        self._ends: dict[int, int] = {}
        self._watch(self._cancel_fd, self._cancel)
        for run in (*runs, *self._beside):
            self._watch(run.launcher.control_fd, partial(self._control, run))
            self._watch(run.listener_fd, run.hear_notification)
            for _, drain in run.outputs():
                if drain.fd >= 0 and not drain.at_end and not drain.is_pulled:
                    self._watch(drain.fd, partial(self._output, run, drain))

    def _watch(self, fd: int, handler: Callable[[], None], events: int = select.POLLIN) -> None:
        self._poll.register(fd, events)
        self._handlers[fd] = handler

    def _forget(self, fd: int) -> None:
        self._attended.pop(fd, None)
        if self._handlers.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def _let_attend(self, frozen_ns: int) -> None:
        if self._attend is None:
            return
        wanted = self._attend(frozen_ns)
        for fd in [fd for fd in self._attended if fd not in wanted]:
            self._forget(fd)
        for fd, events in wanted.items():
            if self._attended.get(fd) != events:
                self._watch(fd, _nothing, events)
                self._attended[fd] = events

    def until_over(self, meanwhile: Callable[[], None]) -> None:
        try:
            meanwhile()
            self._let_attend(0)
            while self._left:
                self._turn()
        finally:
            if self._epoll is not None:
                self._epoll.close()

    def until_ready(self, wanted: Mapping[int, int], until_ns: int) -> None:
        ready = False

        def note() -> None:
            nonlocal ready
            ready = True

        for fd, events in wanted.items():
            self._watch(fd, note, events)
        going_on = len(self._beside)
        self._until_ns = until_ns
        while not ready and len(self._beside) == going_on and time.monotonic_ns() < until_ns:
            self._turn()

    def _wait(self) -> list[tuple[int, int]]:
        """Until something is ready or a look is due."""
        waits = [run.look_ns for run in (*self._runs, *self._beside) if not run.over]
        waits += [*self._ends.values(), self._until_ns]
        if self._epoll is not None:
            return self._pass_on(self._epoll, min(waits))
        timeout_ms = max(0.0, (min(waits) - time.monotonic_ns()) / 1e6)
        return self._poll.poll(timeout_ms + 0.05)

    def _pass_on(self, epoll: select.epoll, until_ns: int) -> list[tuple[int, int]]:
        """Pass on what all sides say, until something else is ready: between two words there is nothing to see to."""
        relays = self._relays
        while True:
            timeout_s = max(0.0, (until_ns - time.monotonic_ns()) / 1e9)
            ready = epoll.poll(timeout_s + 0.00005)
            others = []
            for event in ready:
                relay = relays.get(event[0]) if event[1] == select.EPOLLIN else None
                if relay is None or not relay.drain.pass_on():
                    others.append(event)
                elif relay.drain.backlog or relay.drain.breaks:
                    self._relay(relay.writer, relay.drain)
            if others or not ready or timeout_s == 0:
                return others

    def _turn(self) -> None:
        ready = self._wait()
        for fd, events in ready:
            handler = self._handlers.get(fd)
            if handler is not None:
                handler()
            if self._runs and not self._left:
                self._note_the_empty(ready)
                return
            if events & _BROKEN and not events & select.POLLIN:
                self._forget(fd)
        frozen = self._frozen_ns()
        now_ns = time.monotonic_ns()
        for run in (*self._runs, *self._beside):
            if frozen and not run.over:
                run.shift(frozen)
            if now_ns >= run.look_ns:
                run.look(now_ns)
        self._let_attend(frozen)
        self._deliver_ends(now_ns)

    def _note_the_empty(self, ready: list[tuple[int, int]]) -> None:
        """All runs are over: what their streams still hold is read by Drain.finish.

        The kernel looked at the streams after it had found the news of the end: those it watched that are not ready
        hold nothing.
        """
        fds = [fd for fd, _ in ready]
        for run in self._runs:
            for _, drain in run.outputs():
                if drain.fd in self._handlers and drain.fd not in fds and not drain.comes_late:
                    drain.at_end = True

    def _cancel(self) -> None:
        self._forget(self._cancel_fd)
        for run in (*self._runs, *self._beside):
            run.stop(Outcome.CANCELLED, "cancelled")

    def _control(self, run: ActiveRun) -> None:
        run.hear()
        if not run.over:
            return
        if run in self._beside:
            self._leave(run)
            return
        self._left -= 1
        if len(self._runs) > 1:
            self._forget(run.launcher.control_fd)
            self._forget(run.listener_fd)
            self._ended(run)
        if self._on_end is not None:
            self._on_end(run)

    def _leave(self, run: ActiveRun) -> None:
        """One of those beside is over. What its streams still hold is read by Drain.finish."""
        self._beside.remove(run)
        self._forget(run.launcher.control_fd)
        self._forget(run.listener_fd)
        for _, drain in run.outputs():
            self._forget(drain.fd)

    def _output(self, run: ActiveRun, drain: Drain) -> None:
        drain.pump()
        if drain.over:
            name = next(name for name, output in run.outputs() if output is drain)
            run.stop(Outcome.OUTPUT_LIMIT, f"{name} is over {drain.limit_bytes} bytes")
        if drain.at_end:
            self._forget(drain.fd)
        if isinstance(drain, RelayDrain):
            self._relay(run, drain)

    def _relay(self, run: ActiveRun, drain: RelayDrain) -> None:
        if drain.sink_fd in self._handlers and not drain.backlog:
            self._forget(drain.sink_fd)
        elif drain.backlog and drain.sink_fd not in self._handlers:
            self._watch(drain.sink_fd, partial(self._flush, run, drain), select.POLLOUT)
        if drain.is_broken:
            self._break_off(drain)
            return
        if drain.is_clogged and drain.fd in self._handlers:
            self._forget(drain.fd)
        if drain.at_end and not drain.backlog and drain.sink_fd >= 0 and drain.fd not in self._ends:
            self._ends[drain.fd] = time.monotonic_ns() + _end_patience_ns(run, drain)

    def _break_off(self, drain: RelayDrain) -> None:
        self._forget(drain.sink_fd)
        self._forget(drain.fd)
        self._ends.pop(drain.fd, None)
        self._relays.pop(drain.fd, None)
        drain.break_off()

    def _flush(self, run: ActiveRun, drain: RelayDrain) -> None:
        drain.flush()
        if not drain.is_clogged and not drain.at_end and drain.fd not in self._handlers:
            self._watch(drain.fd, partial(self._output, run, drain))
        self._relay(run, drain)

    def _deliver_ends(self, now_ns: int) -> None:
        for fd in list(self._ends):
            writer, _, drain = self._relays[fd]
            if writer.over or now_ns >= self._ends[fd]:
                del self._ends[fd]
                self._forget(drain.sink_fd)
                drain.close_sink()

    def _ended(self, run: ActiveRun) -> None:
        """Who reads from it reads an end of file once all is read; what is written to it breaks off or is swallowed."""
        for writer, reader, drain in list(self._relays.values()):
            if reader is run:
                self._forget(drain.sink_fd)
                drain.close_sink()
                if drain.is_broken:
                    self._break_off(drain)
                elif drain.fd >= 0 and drain.fd not in self._handlers and not drain.at_end:
                    self._watch(drain.fd, partial(self._output, writer, drain))
            elif writer is run:
                self._take_rest(run, drain)

    def _take_rest(self, run: ActiveRun, drain: RelayDrain) -> None:
        while not drain.at_end and not drain.over and not drain.is_clogged:
            before = drain.total_bytes
            self._output(run, drain)
            if drain.total_bytes == before:
                break


def _nothing() -> None:
    """The attendant is called anyway."""


def _end_patience_ns(run: ActiveRun, drain: RelayDrain) -> int:
    if run.over or drain.end_of_file is EndOfFile.AT_ONCE:
        return 0
    if drain.end_of_file is EndOfFile.WITH_RUN:
        return _NEVER_NS
    return _END_OF_LEAVING_NS if run.group.is_leaving() else _END_OF_FILE_NS
