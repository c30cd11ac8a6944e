"""Containers that outlive a piece of work, and serve the next one of the same owner.

A container is as good as new between two runs (:mod:`judge.sandbox.namespaces`): its mounts are fresh, its groups are
empty, nothing of its network namespace was used. That is as true between two programs as between two tests of one. Yet
what one owner's programs have run in is never another's.
"""

from __future__ import annotations

import msgspec

from judge.errors import InfrastructureError, SandboxError
from judge.sandbox.namespaces import Namespaces
from judge.sandbox.spec import ContainerSpec

#: Those of a compiler and a program, or of two programs that talk to each other, and of their validator.
_KEPT_MAX = 4
#: A container that has served this many pieces of work is not kept: what a kernel may gather in it stays small.
_SERVED_MAX = 1000


class KeptNamespaces:
    """Of one slot and of its thread."""

    def __init__(self) -> None:
        self._owner = ""  # whose programs ran in them; "" = nothing is kept
        self._kept: list[Namespaces] = []  # the one used last at the end; at most _KEPT_MAX

    def work_for(self, owner: str) -> None:
        """From here on the programs are those of ``owner``; "" = of nobody whose containers are to be kept."""
        if owner != self._owner:
            self.close()
            self._owner = owner

    def take(self, spec: ContainerSpec) -> Namespaces | None:
        """One that is what ``spec`` asks for, with its artifact; None when there is none."""
        kind = _kind_of(spec)
        while fitting := [one for one in reversed(self._kept) if _kind_of(one.spec) == kind]:
            namespaces = next((one for one in fitting if one.spec.artifact == spec.artifact), fitting[0])
            self._kept.remove(namespaces)
            try:
                namespaces.serve(spec)
            except (SandboxError, InfrastructureError):
                namespaces.close()
                continue
            return namespaces
        return None

    def keep(self, namespaces: Namespaces) -> bool:
        """Its work is done. Returns False for one that must be closed."""
        if not self._owner or namespaces.served >= _SERVED_MAX or not namespaces.is_fit:
            return False
        self._kept.append(namespaces)
        if len(self._kept) > _KEPT_MAX:
            self._kept.pop(0).close()
        return True

    def tidy(self) -> None:
        """Take away what is left in them, while nobody waits."""
        for namespaces in self._kept[:]:
            if not namespaces.tidy():
                self._kept.remove(namespaces)
                namespaces.close()

    def close(self) -> None:
        """End them all."""
        while self._kept:
            self._kept.pop().close()


def _kind_of(spec: ContainerSpec) -> ContainerSpec:
    return msgspec.structs.replace(spec, artifact="", template=None, runs=1)
