"""What the workers offer, as every client asks for it: made once a second at most."""

from __future__ import annotations

import hashlib
import time

import msgspec

from judge.client.versions import exact_work_among, names_versions
from judge.config import LimitSettings
from judge.gateway.at_once import AskedOnce
from judge.gateway.http.kept import Kept
from judge.http_form.answers import LanguagesForm, Limits
from judge.model.units import S_NS
from judge.model.work import Work
from judge.queue import calls
from judge.queue.redis_queue import AsyncQueue
from judge.queue.values import LanguageCard

#: How long an answer is given again without asking the queue.
KEPT_S = 1.0


class Offered(Kept):
    """The answer, and what it is made of."""

    def __init__(self, body: bytes, etag: str, cards: tuple[LanguageCard, ...]) -> None:
        super().__init__(body, etag)
        self.cards = cards


class OfferedLanguages:
    """Keeps the answer for a moment; one for each gateway."""

    def __init__(self, queue: AsyncQueue, limits: LimitSettings) -> None:
        self._queue = queue
        self._limits = _limits(limits)
        self._kept = Offered(b"", "", ())
        self._until_s = 0.0
        self._asking = AskedOnce[Offered]()

    def at_hand(self) -> Offered | None:
        """The answer, where it was asked for a moment ago."""
        return self._kept if self._until_s >= time.monotonic() else None

    async def current(self) -> Offered:
        """The answer now. Raises QueueError."""
        return self.at_hand() or await self._asking.answer("", self._ask)

    async def exact_work(self, work: Work) -> Work:
        """The same, with the version that its range means now. Raises LanguageError, QueueError."""
        return exact_work_among((await self.current()).cards, work) if names_versions(work) else work

    async def _ask(self) -> Offered:
        cards = await self._queue.run(calls.languages())
        body = msgspec.json.encode(LanguagesForm(languages=cards, limits=self._limits))
        if body != self._kept.body:
            self._kept = Offered(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', cards)
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
