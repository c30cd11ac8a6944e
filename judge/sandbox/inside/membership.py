"""The cgroups that a launcher is a member of, by descriptors where it writes "0" to enter. Imported by the zygote.

To spawn, the launcher stands in the run's group; then it moves on: at once where memory and CPU are counted, and where
processes are, if that is a hierarchy of its own, when the run is over. It moves to the slot's *idle* group, or to that
of the next run when the run loop knows one: the CPU time that it uses there is reported with that run.
"""

from __future__ import annotations

import os
import time

from judge.sandbox.protocol import JOIN_FDS_KEPT, NO_GROUP

_ENTER = b"0"
#: Instead of a group's number: the idle group.
IDLE = NO_GROUP
_UNKNOWN = -2


class Membership:
    """Where the launcher stands. After the set-up it is in the idle groups."""

    def __init__(self, idle_fds: list[int]) -> None:
        """``idle_fds``: one for each hierarchy that counts runs; they stay open for good."""
        self._idle_fds = idle_fds
        self._launch_fds: dict[int, list[int]] = {}  # of run groups: RunGroup.launch_fds
        self._pids_apart = False  # processes are counted in a hierarchy of their own, the last descriptor's
        self._charged = IDLE  # the group whose memory and CPU we use; _UNKNOWN after a failed move
        self._counted = IDLE  # the group whose processes we are one of; means nothing unless _pids_apart
        self._charged_from_ns = 0  # our own CPU time when we came to the former

    def keep(self, groups: tuple[int, ...], fds: list[int]) -> None:
        """Know these run groups from now on; their descriptors, equally many each, are this object's."""
        if len(self._launch_fds) + len(groups) > JOIN_FDS_KEPT:
            for known in self._launch_fds.values():
                for fd in known:
                    os.close(fd)
            self._launch_fds.clear()
        count = len(fds) // len(groups)
        self._pids_apart = count == len(self._idle_fds)  # without one for the process limit
        for index, group in enumerate(groups):
            self._launch_fds[group] = fds[index * count : (index + 1) * count]

    def move_to(self, group: int) -> None:
        """Become a member of a run group, or of the idle ones. Raises OSError."""
        self._be_charged_to(group)
        self._be_counted_in(group)

    def _be_charged_to(self, group: int) -> None:
        """Move where memory and CPU are counted. Raises OSError."""
        if self._charged == group:
            return
        self._charged = _UNKNOWN
        write_all(self._fds_of(group)[: len(self._idle_fds) - self._pids_apart])
        self._charged = group
        self._charged_from_ns = time.thread_time_ns()

    def _be_counted_in(self, group: int) -> None:
        """Move where processes are counted, if that is a hierarchy of its own. Raises OSError."""
        if self._pids_apart and self._counted != group:
            self._counted = _UNKNOWN
            write_all(self._fds_of(group)[-1:])
            self._counted = group

    def _fds_of(self, group: int) -> list[int]:
        return self._idle_fds if group == IDLE else self._launch_fds[group]

    def stay_out_of(self, group: int, processes: int) -> list[int]:
        """A program is to enter a run group by itself: returns where it writes for that. Raises OSError.

        The group has the exact process limit from the first instruction on: the launcher is one of its processes where
        the limit allows for that, and where not, it is none.
        """
        self._be_charged_to(IDLE)
        fds = self._launch_fds[group]
        self._be_counted_in(group)
        if not self._pids_apart:
            os.write(fds[-1], b"%d" % processes)
        return fds[: len(self._idle_fds)]

    def cpu_ns_here(self) -> int:
        """CPU time of our own that was charged to where we stand."""
        return time.thread_time_ns() - self._charged_from_ns

    def cpu_ns_in(self, group: int) -> int:
        """The same of a run group, 0 where we do not stand in it."""
        return self.cpu_ns_here() if self._charged == group else 0

    def move_on(self, next_group: int) -> None:
        """The run is over. What keeps us out of the next group is reported by that run; we then wait in the idle one.
        Raises OSError when that is shut, too."""
        try:
            self.move_to(next_group)
        except OSError:
            self.move_to(IDLE)

    def leave_program(self, group: int, next_group: int, processes: int) -> None:
        """The program is spawned: it stays alone where memory and CPU are counted, and with the exact process limit
        where that could not be set before. Raises OSError."""
        try:
            self._be_charged_to(next_group)
        except OSError:
            self._be_charged_to(IDLE)
        if not self._pids_apart:
            os.write(self._launch_fds[group][-1], b"%d" % processes)


def write_all(join_fds: list[int]) -> None:
    """Enter these groups. Raises OSError."""
    for fd in join_fds:
        os.write(fd, _ENTER)
