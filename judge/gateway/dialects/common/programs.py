"""What was compiled for clients that send the same program again with each test."""

from __future__ import annotations

from collections import OrderedDict

#: How many programs are remembered.
_PROGRAMS_MAX = 1000


class Programs:
    """Blobs of compiled programs by what they were compiled from; the last that were used."""

    def __init__(self) -> None:
        self._blobs: OrderedDict[str, dict[str, str]] = OrderedDict()

    def get(self, key: str) -> dict[str, str] | None:
        """Those of one task, by their names."""
        found = self._blobs.get(key)
        if found is not None:
            self._blobs.move_to_end(key)
        return found

    def put(self, key: str, blobs: dict[str, str]) -> None:
        """Remember them."""
        self._blobs[key] = blobs
        while len(self._blobs) > _PROGRAMS_MAX:
            self._blobs.popitem(last=False)

    def forget(self, key: str) -> None:
        """They are not there any more."""
        self._blobs.pop(key, None)
