"""Programs joined by pipes, at once and watched together: any of their descriptors to any, each pair by one pipe.

A pipe either passes through this process, so that it can be counted, recorded and limited, or its ends are handed to
the two programs and nothing more is known of it. Who waits for a program that computes is not idle; each program has
limits of its own, and one cancel ends all. Nothing here knows how many there are: two of them that speak crosswise are
an interaction, :mod:`judge.sandbox.interaction`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Completed
from judge.sandbox.run_io import Content, check_request, direct_pipe, input_pipe, named_pipe
from judge.sandbox.run_loop import Relay, supervise
from judge.sandbox.runs import Ends, Runs
from judge.sandbox.spec import RunSpec
from judge.sandbox.streams import Drain, EndOfFile, RelayDrain, nothing_to_drain

_NEVER_NS = 1 << 62


@dataclass(frozen=True)
class Participant:
    """What one program of a conversation is run with; all as of :meth:`judge.sandbox.container.Container.run`.

    ``stdin`` counts where no pipe leads to descriptor 0.
    """

    spec: RunSpec
    files: Mapping[str, Content] = field(default_factory=dict)
    fds: Mapping[int, int] = field(default_factory=dict)
    executables: Sequence[str] = ()
    stdin: int | bytes | None = None
    links: Sequence[tuple[str, str]] = ()  #: symbolic links below /work: name, and where it leads
    outputs: Mapping[int, int] = field(default_factory=dict)  #: descriptors above 2 that are kept: how much of each


class End(NamedTuple):
    """A descriptor (0 to 19) of a program; ``program`` counts from 0."""

    program: int
    descriptor: int


@dataclass(frozen=True)
class Passing:
    """How a pipe passes through this process. ``limit_bytes``: more ends the writer's run with OUTPUT_LIMIT.

    ``breaks``: once the reader is gone, writing fails as the kernel has it (EPIPE); otherwise it is swallowed. ``hear``
    is given each piece in order, in the thread that holds the conversation.
    """

    limit_bytes: int
    end_of_file: EndOfFile = EndOfFile.AT_ONCE
    breaks: bool = True
    hear: Callable[[bytes], None] | None = None


@dataclass(frozen=True)
class Link:
    """A pipe: what is written to ``source`` is read from ``target``. ``passing`` None = it is theirs alone.

    No descriptor is in two links, and none joins a program to itself. ``by_path``: a FIFO of theirs alone, which each
    program opens as /dev/fd/N, in the direction that it likes; the descriptors, above 2, are good for nothing else.
    """

    source: End
    target: End
    passing: Passing | None = None
    by_path: bool = False


@dataclass(frozen=True)
class Conversed:
    """How it went, in the order of the programs and of the links."""

    completed: tuple[Completed, ...]
    ended_ns: tuple[int, ...]  #: when each main process ended, by one clock; very late where that is not known
    passed_bytes: tuple[int | None, ...]  #: what was written to each link; None where that is theirs alone


class _Laid(NamedTuple):
    """The ends of a pipe that the programs get, and what stands between."""

    source_fd: int
    target_fd: int
    drain: RelayDrain | None


class Conversation:
    """One conversation; :meth:`hold` it once."""

    def __init__(self, runs: Sequence[Runs], links: Sequence[Link]) -> None:
        """``runs``: where each program runs, all in one slot."""
        self._runs = runs
        self._links = links
        self._resources = runs[0].namespaces.resources

    def hold(
        self,
        participants: Sequence[Participant],
        on_end: Callable[[Sequence[ActiveRun], ActiveRun], None] | None = None,
    ) -> Conversed:
        """Blocks until all are over. ``on_end`` is given all runs and one that is over. A cancel from before counts:
        it is for the caller to reset it. Raises SandboxError, InfrastructureError."""
        for one in participants:
            check_request(one.spec, one.files, (*one.fds, *one.outputs), [name for name, _ in one.links])
        with contextlib.ExitStack() as stack:
            for runs in self._runs:
                stack.enter_context(runs.closed_on_error())
            for runs, one in zip(self._runs, participants, strict=True):
                runs.prepare(one.spec, one.files, one.executables, one.links)
            with contextlib.ExitStack() as theirs:  # the programs' ends: theirs alone once they run
                laid = [self._lay(stack, theirs, link) for link in self._links]
                active = self._launch_all(stack, theirs, participants, laid)
            self._supervise(active, laid, on_end)
            return Conversed(
                completed=tuple(
                    runs.complete(one.spec, run)
                    for runs, one, run in zip(self._runs, participants, active, strict=True)
                ),
                ended_ns=tuple(run.finish.ended_ns if run.finish else _NEVER_NS for run in active),
                passed_bytes=tuple(None if one.drain is None else one.drain.total_bytes for one in laid),
            )

    def _lay(self, stack: contextlib.ExitStack, theirs: contextlib.ExitStack, link: Link) -> _Laid:
        """A pipe. ``theirs`` closes the programs' ends of it, ``stack`` ours."""
        passing = link.passing
        if link.by_path:
            fifo = named_pipe()
            theirs.callback(os.close, fifo)
            return _Laid(fifo, fifo, None)
        if passing is None:
            target, source = direct_pipe()
            theirs.callback(os.close, target)
            theirs.callback(os.close, source)
            return _Laid(source, target, None)
        target, sink = input_pipe()
        theirs.callback(os.close, target)
        ours, source = self._resources.streams.take()
        theirs.callback(os.close, source)
        drain = RelayDrain(ours, passing.limit_bytes, sink, end_of_file=passing.end_of_file, breaks=passing.breaks)
        drain.hear = passing.hear
        stack.callback(drain.close)
        stack.callback(drain.close_sink)
        return _Laid(source, target, drain)

    def _launch_all(
        self,
        stack: contextlib.ExitStack,
        theirs: contextlib.ExitStack,
        participants: Sequence[Participant],
        laid: Sequence[_Laid],
    ) -> list[ActiveRun]:
        """The last one first. ``stack`` puts the runs away."""
        active: list[ActiveRun] = []
        for program in reversed(range(len(participants))):
            fds: dict[int, int] = {}
            drains: dict[int, Drain] = {}
            for link, one in zip(self._links, laid, strict=True):
                if link.source.program == program:
                    fds[link.source.descriptor] = one.source_fd
                    drains[link.source.descriptor] = one.drain or nothing_to_drain()
                if link.target.program == program:
                    fds[link.target.descriptor] = one.target_fd
            run = _launch(theirs, self._runs[program], participants[program], fds, drains)
            stack.callback(self._runs[program].put_away, run)
            active.insert(0, run)
        return active

    def _supervise(
        self,
        active: Sequence[ActiveRun],
        laid: Sequence[_Laid],
        on_end: Callable[[Sequence[ActiveRun], ActiveRun], None] | None,
    ) -> None:
        resources = self._resources
        relays = [
            Relay(active[link.source.program], active[link.target.program], one.drain)
            for link, one in zip(self._links, laid, strict=True)
            if one.drain is not None
        ]
        for run, peers in zip(active, _joined(active, self._links), strict=True):
            if peers:
                run.converse(peers, passed_on=bool(relays))
        tell = None if on_end is None else partial(on_end, active)
        with resources.groups.relaying() if relays else contextlib.nullcontext():
            supervise(active, resources.surroundings, resources.prepare, relays, tell)


def _launch(
    theirs: contextlib.ExitStack,
    runs: Runs,
    one: Participant,
    fds: Mapping[int, int],
    drains: Mapping[int, Drain],
) -> ActiveRun:
    """``fds``: the ends of pipes that it gets, by descriptor; ``drains``: what reads what it writes to them."""
    if 0 in fds:
        stdin_fd = fds[0]
    else:
        stdin_fd, is_ours = runs.own_input(one.stdin)
        if is_ours:
            theirs.callback(os.close, stdin_fd)
    if 1 in fds:
        stdout, stdout_fd = drains[1], fds[1]
    else:
        stdout, stdout_fd = runs.own_output(one.spec.limits.stdout_bytes)
    kept = {descriptor: runs.own_output(limit_bytes) for descriptor, limit_bytes in one.outputs.items()}
    ends = Ends(
        stdin_fd=stdin_fd,
        stdout_fd=stdout_fd,
        stdout=stdout,
        stderr_fd=fds.get(2, -1),
        stderr=drains.get(2),
        others={
            **{descriptor: drain for descriptor, drain in drains.items() if descriptor > 2},
            **{descriptor: drain for descriptor, (drain, _) in kept.items()},
        },
    )
    beside = {
        **{descriptor: fd for descriptor, fd in fds.items() if descriptor > 2},
        **{descriptor: write_end for descriptor, (_, write_end) in kept.items()},
    }
    try:
        return runs.launch(one.spec, ends, {**one.fds, **beside}, goes_on=runs.goes_on(one.spec, one.files))
    except BaseException:
        for drain in (stdout, *(drain for drain, _ in kept.values())):
            drain.close()
        raise


def _joined(active: Sequence[ActiveRun], links: Sequence[Link]) -> list[list[ActiveRun]]:
    """For each run the others that pipes lead to or from, over others or not."""
    groups = [{program} for program in range(len(active))]
    for link in links:
        both = groups[link.source.program] | groups[link.target.program]
        for program in both:
            groups[program] = both
    return [[active[other] for other in sorted(group - {program})] for program, group in enumerate(groups)]
