"""Carried state as a judging by a judge program sees it. Where it lies: :mod:`judge.queue.states`."""

from __future__ import annotations

from typing import Protocol

from judge.model.program import StateRead, StateUse


class CarriedState(Protocol):
    """The state that one judging reads, and may leave."""

    def read(self, name: str, version: int = 0) -> StateRead:
        """The state of this name, ``version`` 0 = as it is now; may wait.

        Raises WorkError: that version is not kept any more; ClaimLost, CancelledError, StateBusy: there is nothing to
        judge for now.
        """
        ...

    def leave(self, content: bytes | None) -> StateUse | None:
        """What is to be there when the report is recorded, None = as it was; what the report says of it. Raises
        WorkError: it is too large."""
        ...


class StateHere:
    """The state of judgings of one process, in memory."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._versions: dict[str, list[bytes]] = {}
        self._read: StateRead | None = None

    def read(self, name: str, version: int = 0) -> StateRead:
        """See :class:`CarriedState`."""
        versions = self._versions.setdefault(name, [])
        seen = version or len(versions)
        content = versions[seen - 1] if 0 < seen <= len(versions) else b""
        number = 0 if version else len(versions) + 1
        self._read = StateRead(name=name, version=seen, number=number, bytes_max=self._bytes_max, content=content)
        return self._read

    def leave(self, content: bytes | None) -> StateUse | None:
        """See :class:`CarriedState`."""
        read = self._read
        if read is None:
            return None
        if content is None or not read.number:
            return StateUse(name=read.name, read=read.version)
        self._versions[read.name].append(content)
        return StateUse(name=read.name, read=read.version, written=read.number)
