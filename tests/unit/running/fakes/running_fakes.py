"""A runner whose blobs lie in memory; it opens no container."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from judge.errors import WorkError
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.running.runner import Runner
from judge.sandbox.capture import Capture, memfd_of
from judge.sandbox.resources import FrozenClock

#: Of runners that put nothing on disk.
NOWHERE = Path("/nonexistent")


class MemoryBlobs:
    """Blobs of any tenant, up to ``room`` of them."""

    def __init__(self, room: int = 100) -> None:
        self.contents: dict[tuple[str, str], bytes] = {}
        self._room = room

    def open(self, tenant: str, blob: str) -> int:
        return memfd_of(self._find(tenant, blob))

    def read(self, tenant: str, blob: str, bytes_max: int) -> bytes:
        return self._find(tenant, blob)[:bytes_max]

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        if len(self.contents) >= self._room:
            raise WorkError("no more room")
        data = content if isinstance(content, bytes) else content.read()
        name = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.contents[tenant, name] = data
        return name

    def _find(self, tenant: str, blob: str) -> bytes:
        if (tenant, blob) not in self.contents:
            raise WorkError("no such blob")
        return self.contents[tenant, blob]


def runner_with(blobs: MemoryBlobs, ceilings: Ceilings = DEFAULT_CEILINGS, scratch: Path = NOWHERE) -> Runner:
    nobody: Any = None
    slot: Any = SimpleNamespace(resources=SimpleNamespace(frozen=FrozenClock()))
    return Runner(slot=slot, judge=nobody, ceilings=ceilings, blobs=blobs, scratch=scratch)
