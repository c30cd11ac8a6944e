"""The places that a gateway has for batches, and who is to leave one when there are more batches than places. Pure."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

#: For this long a batch keeps its place though others wait.
TURN_S = 1.0


class _Held(NamedTuple):
    tenant: str
    since_s: float


class Places:
    """While nobody waits a batch keeps its place. Else tenants share the places alike: one that has fewer batches than
    its share keeps theirs, and those of one that has more take turns."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._held: dict[str, _Held] = {}
        self._by_tenant = Counter[str]()
        self.waiting: frozenset[str] = frozenset()  #: tenants with batches that have no place

    @property
    def free(self) -> int:
        """How many there are."""
        return self._count - len(self._held)

    def take(self, batch: str, tenant: str, now_s: float) -> None:
        """It has one from now on."""
        self._held[batch] = _Held(tenant, now_s)
        self._by_tenant[tenant] += 1

    def leave(self, batch: str) -> None:
        """It has none any more."""
        tenant = self._held.pop(batch).tenant
        self._by_tenant[tenant] -= 1
        if not self._by_tenant[tenant]:
            del self._by_tenant[tenant]

    def is_to_leave(self, batch: str, now_s: float) -> bool:
        """Whether it is somebody else's turn."""
        tenant, since_s = self._held[batch]
        if not self.waiting or now_s - since_s < TURN_S:
            return False
        has = self._by_tenant[tenant]
        return any(other == tenant or self._by_tenant[other] < has for other in self.waiting)
