"""What the workers offer, as every client asks for it: made once a second at most."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

import msgspec

from judge.config import LimitSettings
from judge.gateway.at_once import AskedOnce
from judge.http_form.answers import LanguagesForm, Limits
from judge.model.units import S_NS
from judge.queue import calls
from judge.queue.redis_queue import AsyncQueue

#: How long an answer is given again without asking the queue.
KEPT_S = 1.0


@dataclass(frozen=True)
class Offered:
    """The answer, as JSON, and its ETag."""

    body: bytes
    etag: str


class OfferedLanguages:
    """Keeps the answer for a moment; one for each gateway."""

    def __init__(self, queue: AsyncQueue, limits: LimitSettings) -> None:
        self._queue = queue
        self._limits = _limits(limits)
        self._kept = Offered(b"", "")
        self._until_s = 0.0
        self._asking = AskedOnce[Offered]()

    async def current(self) -> Offered:
        """The answer now. Raises QueueError."""
        if self._until_s < time.monotonic():
            return await self._asking.answer("", self._ask)
        return self._kept

    async def _ask(self) -> Offered:
        cards = await self._queue.run(calls.languages())
        body = msgspec.json.encode(LanguagesForm(languages=cards, limits=self._limits))
        self._kept = Offered(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        self._until_s = time.monotonic() + KEPT_S
        return self._kept


def _limits(limits: LimitSettings) -> Limits:
    return Limits(
        cpu_time_ns=limits.time_s_max * S_NS,
        memory_bytes=limits.memory_bytes_max,
        output_bytes=limits.output_bytes_max,
        source_bytes=limits.code_bytes_max,
        files=limits.case_files_max,
        files_bytes=limits.case_files_bytes_max,
    )
