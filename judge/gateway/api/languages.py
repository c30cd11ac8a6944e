"""What the workers offer: languages with versions and the names of their files, and what work may ask for."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from judge.config import LimitSettings
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import IF_NONE_MATCH, JSON, Answer, Asked, Endpoint
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service
from judge.http_form.answers import LanguagesForm, Limits
from judge.model.units import S_NS
from judge.queue import calls
from judge.queue.api_keys import Scope
from judge.queue.values import LanguageCard

#: How long an answer is given again without asking the queue.
KEPT_S = 1.0

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class _Kept:
    body: bytes
    etag: str
    until_s: float


class Languages:
    """The answer, kept for a moment. One for each gateway."""

    def __init__(self) -> None:
        self._kept = _Kept(b"", "", 0.0)

    async def current(self, service: Service) -> _Kept:
        """The answer now. Raises QueueError."""
        if self._kept.until_s < time.monotonic():
            cards = await service.queue.run(calls.languages())
            body = _ENCODER.encode(LanguagesForm(languages=cards, limits=_limits(service.settings.limits)))
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            self._kept = _Kept(body, etag, time.monotonic() + KEPT_S)
        return self._kept


_LANGUAGES = Languages()


async def list_languages(asked: Asked) -> Response:
    """All languages."""
    kept = await _LANGUAGES.current(asked.service)
    headers = {"etag": kept.etag, "cache-control": "no-cache"}
    if asked.header("if-none-match") == kept.etag:
        return Response(status_code=304, headers=headers)
    return Response(kept.body, headers=headers, media_type=JSON)


async def get_language(asked: Asked) -> Response:
    """One language by its id or an alias."""
    wanted = "".join(asked.path["id"].lower().split())
    for card in await asked.service.queue.run(calls.languages()):
        if wanted in (card.id, *("".join(alias.lower().split()) for alias in card.aliases)):
            return Response(_ENCODER.encode(card), headers={"cache-control": "no-cache"}, media_type=JSON)
    raise ProblemError("not-found", "no worker offers such a language")


def _limits(limits: LimitSettings) -> Limits:
    return Limits(
        cpu_time_ns=limits.time_s_max * S_NS,
        memory_bytes=limits.memory_bytes_max,
        output_bytes=limits.output_bytes_max,
        source_bytes=limits.code_bytes_max,
        files=limits.case_files_max,
        files_bytes=limits.case_files_bytes_max,
    )


ENDPOINTS = (
    Endpoint(
        "GET", f"{PREFIX}/languages", "listLanguages", "The languages that workers offer now.", list_languages,
        "languages", (Answer(200, "All of them.", LanguagesForm, headers=("ETag",)), Answer(304, "As you have it.")),
        scope=Scope.READ, headers=(IF_NONE_MATCH,),
    ),
    Endpoint(
        "GET", f"{PREFIX}/languages/{{id}}", "getLanguage", "One language, by its id or an alias.", get_language,
        "languages", (Answer(200, "The language.", LanguageCard),), scope=Scope.READ, problems=("not-found",),
    ),
)  # fmt: skip
