"""What stands behind the dialect's addresses: the runtimes as they are now, the limits, and how a body is read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from judge.gateway.at_once import AskedOnce
from judge.gateway.dialects.common.bodies import check_sender, json_in, media_type
from judge.gateway.dialects.common.programs import Programs
from judge.gateway.dialects.piston.job import Job, job_of
from judge.gateway.dialects.piston.limits import PistonLimits, limits_of
from judge.gateway.dialects.piston.runtimes import Runtimes, runtimes_of
from judge.gateway.endpoint import JSON, Asked
from judge.gateway.http.body import body_of
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service
from judge.queue.values import LanguageCard
from judge.toolchain.definitions import Languages

#: How long what came along with a job is kept when nothing uses it.
_BLOB_S = 3600.0


class PistonServer:
    """One for each gateway."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.settings = service.settings.piston
        self._limits: dict[str, PistonLimits] = limits_of(self.settings)
        self._known: dict[str, bool] | None = None  # languages, and whether they have a compiler
        self._cards: tuple[LanguageCard, ...] = ()
        self._runtimes: Runtimes | None = None
        self._asking = AskedOnce[Runtimes]()
        self.programs = Programs()

    async def runtimes(self) -> Runtimes:
        """What is offered now. Raises QueueError."""
        cards = (await self.service.languages.current()).cards
        if self._runtimes is None or cards is not self._cards:
            self._runtimes = await self._asking.answer("", lambda: self._made_of(cards))
            self._cards = cards
        return self._runtimes

    async def _made_of(self, cards: tuple[LanguageCard, ...]) -> Runtimes:
        if cards == self._cards and self._runtimes is not None:
            return self._runtimes
        if self._known is None:
            self._known = await asyncio.to_thread(_languages_in, self.service.settings.worker.languages_dir)
        return runtimes_of(cards, self._known)

    async def job(self, said: Any) -> Job:
        """The job that a message or body asks for. Raises RefusedError, QueueError."""
        return job_of(said, await self.runtimes(), self._limits)

    async def body(self, asked: Asked) -> Any:
        """The value of a request's body. Raises ProblemError: of a wrong type, no JSON, too large, too slow."""
        kind = media_type(asked)
        is_json = kind == JSON
        if not is_json and self.settings.strict_content_type:
            raise ProblemError("bad-media-type")
        check_sender(asked)
        limits = self.service.settings.gateway
        most = limits.anonymous_body_bytes_max if asked.caller.anonymous else self.settings.body_bytes_max
        text = await body_of(asked.request, min(most, self.settings.body_bytes_max), limits.request_s_max)
        try:
            said = json_in(text) if text.strip() else {}
        except ProblemError as error:
            raise error if is_json else ProblemError("bad-media-type") from error
        if not isinstance(said, dict | list):
            raise ProblemError("bad-json", "the body is neither an object nor an array")
        return said

    async def kept(self, contents: Iterable[bytes], tenant: str) -> dict[bytes, str]:
        """The digests of contents that are kept as blobs. Raises BlobError, QueueError."""
        client = self.service.client
        return {one: await client.put_blob(one, tenant=tenant, lifetime_s=_BLOB_S) for one in dict.fromkeys(contents)}


def _languages_in(directory: str) -> dict[str, bool]:
    """Every language, and whether it has a compiler, and more than a check of its sources."""
    return {language.id: bool(language.compile) for language in Languages.open(directory)}
