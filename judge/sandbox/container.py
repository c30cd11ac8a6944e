"""A container in a slot: its face to the callers. Its life, runs and conversations are in modules of these names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from judge.sandbox.active_run import ActiveRun
from judge.sandbox.beside import Given as Started
from judge.sandbox.beside import RunBeside, start_beside
from judge.sandbox.capture import Completed
from judge.sandbox.conversation import Conversation, Conversed, Link, Participant
from judge.sandbox.interaction import Interaction, interact
from judge.sandbox.live import Attendant, Given, Size, run_live
from judge.sandbox.namespaces import Namespaces
from judge.sandbox.run_io import Content
from judge.sandbox.runs import Hear, Runs
from judge.sandbox.spec import RunSpec


class Container:
    """Namespaces, the read-only root and the artifact. One run at a time."""

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces  # opened and closed by the slot; made again whenever a run needs fresh ones
        self._runs = Runs(namespaces)

    def run(
        self,
        spec: RunSpec,
        *,
        stdin: int | bytes | None = None,
        files: Mapping[str, Content] | None = None,
        executables: Sequence[str] = (),
        fds: Mapping[int, int] | None = None,
        hear: Hear | None = None,
    ) -> Completed:
        """Run once; blocks until the whole process tree is gone.

        ``stdin``: a descriptor (not closed), bytes, or None for an empty one. ``files``: put into /work
        first (names are relative paths; an int is a descriptor to copy from; those in ``executables``
        get mode 0755, others 0644). ``fds``: target number (3..19) -> descriptor to hand to the program,
        e.g. {3: memfd}, opened inside as /dev/fd/3. ``hear`` is called in this thread while the program runs, and once
        more for what was left in its pipes.
        Raises SandboxError/InfrastructureError when it could not be run, never for what the program did, and
        CancelledError when the slot was cancelled while files were collected; the next run then gets fresh namespaces.
        """
        return self._runs.run(spec, stdin, files or {}, executables, fds or {}, hear)

    def run_live(
        self,
        spec: RunSpec,
        attendant: Attendant,
        *,
        files: Mapping[str, Content] | None = None,
        executables: Sequence[str] = (),
        terminal: Size | None = None,
        links: Sequence[tuple[str, str]] = (),
    ) -> Completed:
        """Run once with somebody who takes part, on a terminal of this size or with pipes (None); blocks and raises
        as :meth:`run`. What the program writes goes to the attendant and is not kept."""
        return run_live(self._runs, spec, attendant, Given(files or {}, executables, terminal, links))

    def start(self, spec: RunSpec, given: Started) -> RunBeside:
        """Start a program that goes on beside what else runs in the slot: here is no other run before it is closed.

        Raises as :meth:`run`. A cancel of the slot that came before ends it at once.
        """
        return start_beside(self._runs, spec, given)

    def interact(
        self,
        mine: Participant,
        other: Container,
        others: Participant,
        *,
        transcript_bytes_max: int = 1 << 16,
        go_on_after: Collection[int] | None = None,
    ) -> Interaction:
        """Run two programs joined crosswise, one here and one in ``other``; blocks until both are over.

        ``go_on_after``: when the other side ends first and not with one of these exit codes, everything is decided and
        this side is ended at once with outcome CANCELLED (None = it always goes on). Raises as :meth:`run`.
        """
        return interact((self._runs, other._runs), (mine, others), transcript_bytes_max, go_on_after)

    def start_over(self) -> None:
        """The next run gets fresh namespaces, whatever the earlier ones did."""
        self._namespaces.start_over()


def run_together(
    containers: Sequence[Container],
    participants: Sequence[Participant],
    links: Sequence[Link],
    on_end: Callable[[Sequence[ActiveRun], ActiveRun], None] | None = None,
) -> Conversed:
    """Run one program in each of the containers, all of one slot, joined by pipes; blocks until all are over.

    ``on_end`` is given all runs and one that is over. A cancel of the slot that came before ends them at once. Raises
    as :meth:`Container.run`.
    """
    return Conversation([one._runs for one in containers], links).hold(participants, on_end)


def judged_together(
    containers: Sequence[Container],
    participants: Sequence[Participant],
    links: Sequence[Link],
    on_end: Callable[[Sequence[ActiveRun], ActiveRun], None],
) -> Conversed:
    """As :func:`run_together`, but a cancel that came before does not count, as with :meth:`Container.run`."""
    containers[0]._namespaces.resources.cancel.reset()
    return run_together(containers, participants, links, on_end)
