"""The run groups of one container: the running one, and those that its launcher stands in before and after."""

from __future__ import annotations

from judge.model.limits import Limits
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.cgroups.slot_groups import SlotGroups


class LauncherGroups:
    """Takes groups out of the slot's pool for a launcher, and gives them back once it has left them."""

    def __init__(self, groups: SlotGroups) -> None:
        self._groups = groups
        self.next: RunGroup | None = None  # of the run to come: the launcher waits in it, or will
        self._last: RunGroup | None = None  # of the last run: once another has run the launcher has left it

    def take(self, limits: Limits, *, goes_on: bool) -> RunGroup:
        """A group for a run; with ``goes_on`` also :attr:`next`, if one is ready. Raises SandboxError."""
        group = self._groups.take(limits.memory_bytes, limits.processes, self.next)
        if group is self.next:
            self.next = None
        if goes_on and self.next is None:
            self.next = self._groups.take_ready()
        return group

    def give_back_unused(self, group: RunGroup) -> None:
        """A group that was taken and in which no run was started."""
        self._groups.give_back(group)

    def put_away(self, group: RunGroup) -> None:
        """Its run is over."""
        if self._last is not None:
            self._groups.give_back(self._last)
        self._last = group

    def give_back_all(self, *, launcher_is_gone: bool) -> None:
        """The container is closed. Groups in which a launcher may still stand never serve again."""
        for group in (self._last, self.next):
            if group is None:
                continue
            if not launcher_is_gone:
                group.abandon()
            elif group is self.next:
                group.counters()  # what the launcher used while it waited there is charged to no run
            self._groups.give_back(group)
        self._last = self.next = None
