"""What the workers offer: languages with versions and the names of their files, and what work may ask for."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.at_hand import KeptEndpoint
from judge.gateway.endpoint import IF_NONE_MATCH, JSON, Answer, Asked, Endpoint
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service
from judge.http_form.answers import LanguagesForm
from judge.queue import calls
from judge.queue.api_keys import Scope
from judge.queue.values import LanguageCard

_ALL = f"{PREFIX}/languages"
_LIST = "listLanguages"


async def list_languages(asked: Asked) -> Response:
    """All languages."""
    kept = await asked.service.languages.current()
    headers = {"etag": kept.etag, "cache-control": "no-cache"}
    if asked.header("if-none-match") == kept.etag:
        return Response(status_code=304, headers=headers)
    return Response(kept.body, headers=headers, media_type=JSON)


def kept_endpoints(service: Service) -> dict[str, KeptEndpoint]:
    """What of this is kept."""
    return {_ALL: (_LIST, service.languages.at_hand)}


async def get_language(asked: Asked) -> Response:
    """One language by its id or an alias."""
    wanted = "".join(asked.path["id"].lower().split())
    for card in await asked.service.queue.run(calls.languages()):
        if wanted in (card.id, *("".join(alias.lower().split()) for alias in card.aliases)):
            return Response(msgspec.json.encode(card), headers={"cache-control": "no-cache"}, media_type=JSON)
    raise ProblemError("not-found", "no worker offers such a language")


ENDPOINTS = (
    Endpoint(
        "GET", _ALL, _LIST, "The languages that workers offer now.", list_languages,
        "languages", (Answer(200, "All of them.", LanguagesForm, headers=("ETag",)), Answer(304, "As you have it.")),
        scope=Scope.READ, headers=(IF_NONE_MATCH,), anonymous=True,
    ),
    Endpoint(
        "GET", f"{PREFIX}/languages/{{id}}", "getLanguage", "One language, by its id or an alias.", get_language,
        "languages", (Answer(200, "The language.", LanguageCard),), scope=Scope.READ, problems=("not-found",),
        anonymous=True,
    ),
)  # fmt: skip
